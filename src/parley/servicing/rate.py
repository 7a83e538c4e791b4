"""How is a nominal annual rate given? Exactly, and never as a bare number: 18 may be meant as percent or as 0.18.

A rate is a fraction of whole numbers. Its unit is said by the constructor that made it; a text needs its per cent sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parley.errors import BadInput

# 10,000 % a year. Above it the number was meant in another unit.
_HIGHEST: Final = Fraction(100)
_TEXT: Final = re.compile(r"\s*(\d{1,6}(?:\.\d{1,12})?)\s*[%％]\s*", re.ASCII)


def share_of_percent(percent: Decimal | int) -> Fraction:
    """Return *percent* per cent as an exact fraction of one. Raises BadInput for what is no number."""
    if not Decimal(percent).is_finite():
        raise BadInput(
            "A number of per cent is finite; give one such as 18 or 9.4822.",
            "百分数须为有限数值，请填写例如 18 或 9.4822。",
        )
    return Fraction(percent) / 100


@dataclass(frozen=True, slots=True, order=True)
class Rate:
    """A nominal rate of interest a year, `per_year` as an exact fraction: 18 % is 9/50. Refuses others."""

    per_year: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.per_year <= _HIGHEST:
            raise BadInput(
                "A nominal annual rate lies between 0 % and 10,000 %; check the number and its unit.",
                "名义年利率须在 0% 至 10,000% 之间，请核对数值及其单位。",
            )

    @classmethod
    def of_percent(cls, percent: Decimal | int) -> Rate:
        """Return the rate of *percent* per cent a year: `of_percent(Decimal("9.4822"))`."""
        return cls(share_of_percent(percent))

    @classmethod
    def of_bps(cls, bps: int) -> Rate:
        """Return the rate of *bps* basis points a year: 1,250 is 12.50 %."""
        return cls(Fraction(bps, 10_000))

    @property
    def percent(self) -> Fraction:
        """The rate in per cent, exactly."""
        return self.per_year * 100


ZERO_RATE: Final = Rate(Fraction(0))


def parse_rate(text: str) -> Rate:
    """Read a rate a person wrote: "18 %", "9.4822%". Raises BadInput without a per cent sign: nothing is guessed."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise BadInput(
            "A rate is a number with a per cent sign, such as 18 % or 9.4822 %; without it, it could mean 18 or 0.18.",
            "利率须为带百分号的数字，例如 18% 或 9.4822%；没有百分号时，无法区分 18 与 0.18。",
        )
    return Rate.of_percent(Decimal(match[1]))
