"""How many messages a route takes now: a bucket of tokens that fills with time. Pure.

Tokens are counted in millionths, so that a slow route fills by whole numbers too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WHOLE: Final = 1_000_000
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """What a route takes: `per_second` messages, and at most `burst` at once after a pause. Both at least 1."""

    per_second: int
    burst: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left, in millionths of a message, at an instant."""

    left: int
    at: datetime

    def filled(self, rate: Rate, now: datetime) -> Bucket:
        """Return the bucket at *now*. A clock that went back fills nothing, and what was there stays."""
        passed = max((now - self.at) // _MICROSECOND, 0)
        # Messages a second are millionths of a message a microsecond.
        return Bucket(min(self.left + passed * rate.per_second, rate.burst * WHOLE), now)

    def take(self, wanted: int) -> tuple[int, Bucket]:
        """Return how many of *wanted* may go, and the bucket after them."""
        granted = min(wanted, max(self.left, 0) // WHOLE)
        return granted, Bucket(self.left - granted * WHOLE, self.at)

    def give_back(self, unused: int, rate: Rate) -> Bucket:
        """Return the bucket with *unused* messages put back."""
        return Bucket(min(self.left + unused * WHOLE, rate.burst * WHOLE), self.at)


def full(rate: Rate, now: datetime) -> Bucket:
    """Return a bucket nobody has taken from."""
    return Bucket(rate.burst * WHOLE, now)
