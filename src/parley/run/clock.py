"""Domain time: the clock of the business, as it really is, or movable where nobody outside can be reached.

A home with any provider but the sandbox has no movable clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from parley.dates import Instant, instant


class Clock(Protocol):
    """Where `now` comes from. Only `run` holds one; everything below is told the instant."""

    def now(self) -> Instant:
        """Return the present instant, UTC."""
        ...


class WorldClock:
    """The time it is."""

    def now(self) -> Instant:
        """Return the present instant, UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock that stands until it is moved, and never goes back."""

    def __init__(self, at: Instant) -> None:
        self._at = instant(at)

    def now(self) -> Instant:
        """Return where the clock stands."""
        return self._at

    def move_to(self, at: Instant) -> None:
        """Move forward to *at*; back is a defect, for what was decided would no longer follow."""
        assert at >= self._at, "the clock does not go back"
        self._at = instant(at)
