"""How is a share written? As two whole numbers that can be added up; a rounded figure only where it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from parley.servicing.rounding import Rounding, to_whole

_WHOLE_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Ratio:
    """*part* of *whole*, both counts, or both minor units of one currency."""

    part: int
    whole: int

    def bps(self, rounding: Rounding = Rounding.HALF_UP) -> int | None:
        """Return the ratio in basis points, rounded by name; None where there is no whole."""
        return to_whole(Fraction(self.part * _WHOLE_BPS, self.whole), rounding) if self.whole else None
