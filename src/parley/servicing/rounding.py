"""How is an exact amount made whole? Every rounding of an amount has one of these names.

Amounts are exact until here: whole numbers or fractions, never binary or decimal approximations.
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction


class Rounding(StrEnum):
    """A direction; a half is exactly half a unit."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    HALF_DOWN = "half_down"
    UP = "up"
    DOWN = "down"


def to_whole(value: Fraction | int, rounding: Rounding, unit: int = 1) -> int:
    """Return the multiple of *unit* that *value* rounds to; see `divide`."""
    if isinstance(value, int):
        return divide(value, 1, rounding, unit) if unit > 1 else value
    return divide(value.numerator, value.denominator, rounding, unit)


def divide(numerator: int, denominator: int, rounding: Rounding, unit: int = 1) -> int:
    """Return the multiple of *unit* that a quotient of whole numbers rounds to, without building the fraction.

    Rounding: by name, on the absolute value: "up" and "half up" go away from zero, "down" and "half down" towards it.
    """
    assert unit > 0 and denominator > 0, "divide by a positive number, round to a positive unit"
    whole, rest = divmod(abs(numerator), denominator * unit)
    if rounding in {Rounding.UP, Rounding.DOWN}:
        more = rounding is Rounding.UP and rest > 0
    else:
        half = denominator * unit - 2 * rest
        more = half < 0 or (half == 0 and _tie_goes_up(rounding, whole))
    rounded = (whole + more) * unit
    return rounded if numerator >= 0 else -rounded


def _tie_goes_up(rounding: Rounding, whole: int) -> bool:
    return rounding is Rounding.HALF_UP or (rounding is Rounding.HALF_EVEN and whole % 2 == 1)
