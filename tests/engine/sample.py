"""The shipped library and an hour of a day, for tests of the engine."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from parley.engine.turn import Library
from parley.run.library import build_library
from parley.settings import Settings

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@cache
def shipped_library() -> Library:
    """Return the library of the shipped files and the default settings."""
    return build_library(Settings())
