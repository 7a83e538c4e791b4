"""The engine's library from the shipped files, and the flag that rewrites transcripts."""

from __future__ import annotations

import pytest

from parley.engine.turn import Library
from tests.engine.sample import shipped_library


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="Rewrite what follows each reply in tests/golden/transcripts by what the engine does; review the text.",
    )


@pytest.fixture(scope="session")
def library() -> Library:
    return shipped_library()
