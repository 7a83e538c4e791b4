"""The shipped library and an hour of a day, for tests of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from parley.engine.turn import Library
from parley.negotiation.policy import load_policy
from parley.run.library import build_library
from parley.settings import Settings
from tests.negotiation.strategies import page_policy_text

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


@cache
def shipped_library() -> Library:
    """Return the library of the shipped files and the default settings."""
    return build_library(Settings())


@cache
def page_library() -> Library:
    """Return the same with a policy by which a plan is agreed to on the page alone."""
    return replace(shipped_library(), policy=load_policy(page_policy_text().encode()))
