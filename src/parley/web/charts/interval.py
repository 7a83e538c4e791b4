"""How far may chance move a share? Intervals of one share and of the difference of two, for counts of people.

Shares and percentage points are returned in tenths of a percent. Counts of people only: no money comes here.
Source: E. B. Wilson, JASA 22 (1927) 209–212; R. G. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

# The two-sided 95 % point of the normal distribution.
_Z: Final = 1.959964
_TENTHS: Final = 1000


def share_interval(part: int, whole: int) -> tuple[int, int]:
    """Return the 95 % interval of the share *part* of *whole*, in tenths of a percent. *whole* > 0."""
    low, high = _wilson(part, whole)
    return _tenths(low), _tenths(high)


def difference_interval(part: int, whole: int, other_part: int, other_whole: int) -> tuple[int, int, int]:
    """Return the difference of two shares and its 95 % interval, in tenths of a percentage point."""
    share, other = part / whole, other_part / other_whole
    low, high = _wilson(part, whole)
    other_low, other_high = _wilson(other_part, other_whole)
    difference = share - other
    least = difference - sqrt((share - low) ** 2 + (other_high - other) ** 2)
    most = difference + sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return _tenths(difference), _tenths(least), _tenths(most)


def _wilson(part: int, whole: int) -> tuple[float, float]:
    assert 0 <= part <= whole and whole > 0, "a share is a part of something"
    share, squared = part / whole, _Z * _Z
    centre = share + squared / (2 * whole)
    spread = _Z * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole))
    scale = 1 + squared / whole
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _tenths(share: float) -> int:
    return round(share * _TENTHS)
