"""How far may chance move a share? The edges of one share and of the difference of two, for counts.

Source: E. B. Wilson, JASA 22 (1927) 209–212; R. G. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

Z_95: Final = 1.959964
"""The two-sided 95 % point of the normal distribution."""
Z_999: Final = 3.290527
"""The two-sided 99.9 % point."""


def wilson(part: int, whole: int, z: float = Z_95) -> tuple[float, float]:
    """Return the edges of the interval of the share *part* of *whole*, as fractions. *whole* > 0."""
    assert 0 <= part <= whole and whole > 0, "a share is a part of something"
    share, squared = part / whole, z * z
    centre = share + squared / (2 * whole)
    spread = z * sqrt(share * (1 - share) / whole + squared / (4 * whole * whole))
    scale = 1 + squared / whole
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def difference(part: int, whole: int, other_part: int, other_whole: int, z: float = Z_95) -> tuple[float, float, float]:
    """Return how much the first share is above the other, and the edges of that, as fractions."""
    share, other = part / whole, other_part / other_whole
    low, high = wilson(part, whole, z)
    other_low, other_high = wilson(other_part, other_whole, z)
    found = share - other
    least = found - sqrt((share - low) ** 2 + (other_high - other) ** 2)
    most = found + sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return found, least, most
