"""Messages for the message centre."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parley.ids import Msisdn
from parley.providers.centre_faults import Faults
from parley.providers.port import Asked, Submission
from parley.providers.sandbox import LOG_NAME, Sandbox

NOON = datetime(2026, 11, 2, 17, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)


def message(number: int, *, text: str = "Example Card: hello", segments: int = 1, synthetic: bool = True) -> Submission:
    return Submission(
        f"ref-{number}", Msisdn(f"+1202555{number:04d}"), text, segments, NOON + timedelta(hours=4), synthetic
    )


def asked(reference: str) -> Asked:
    return Asked(reference, Msisdn("+12025550000"), NOON)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / LOG_NAME


Open = Callable[..., Sandbox]


@pytest.fixture
def centre(log: Path) -> Iterator[Open]:
    """Open the message centre; every call is another process's view of the one log."""
    opened: list[Sandbox] = []

    def make(seed: int = 1, **faults: float) -> Sandbox:
        opened.append(Sandbox(log, seed=seed, short_code="70000", faults=Faults(**faults)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
