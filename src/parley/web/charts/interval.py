"""The intervals of `parley.interval` as charts draw them: 95 %, in tenths of a percent or of a percentage point.

Counts of people and messages only: no money comes here.
"""

from __future__ import annotations

from typing import Final

from parley.interval import difference, wilson

_TENTHS: Final = 1000


def share_interval(part: int, whole: int) -> tuple[int, int]:
    """Return the 95 % interval of the share *part* of *whole*, in tenths of a percent. *whole* > 0."""
    low, high = wilson(part, whole)
    return _tenths(low), _tenths(high)


def difference_interval(part: int, whole: int, other_part: int, other_whole: int) -> tuple[int, int, int]:
    """Return the difference of two shares and its 95 % interval, in tenths of a percentage point."""
    found, least, most = difference(part, whole, other_part, other_whole)
    return _tenths(found), _tenths(least), _tenths(most)


def _tenths(share: float) -> int:
    return round(share * _TENTHS)
