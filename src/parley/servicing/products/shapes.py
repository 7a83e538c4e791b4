"""What shape does a repayment have: what is asked for with each payment? The last payment always clears.

Two families. Where an instalment is asked for, interest is taken out of it; where capital is asked for, interest comes
on top. Shapes say nothing of dates, rates or rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.rate import share_of_percent

# A step that changes an instalment tenfold was meant in another unit.
_LARGEST_FACTOR: Final = 10


@dataclass(frozen=True, slots=True)
class Level:
    """Equal instalments.

    *smoothed*: where the last differs from them, they are moved once by (last − level) / n, rounded, if that brings the
    last strictly nearer (the rule of Apache Fineract's progressive loans).
    """

    smoothed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Balloon:
    """Equal instalments, and *amount* on top of the last one."""

    amount: Money

    def __post_init__(self) -> None:
        _refuse_amounts(self.amount)


@dataclass(frozen=True, slots=True)
class AmortisedOver:
    """Equal instalments as if there were *payments* of them; what is left falls due with the last that there is.

    The payments beyond the last are taken at equal steps.
    """

    payments: int


@dataclass(frozen=True, slots=True)
class StepFactor:
    """Instalments multiplied by *factor* after every *each* payments: 97/100 is a fall of 3 %, then 3 % of that.

    The chain itself is not rounded, only each instalment.
    """

    each: int
    factor: Fraction

    def __post_init__(self) -> None:
        _refuse_each(self.each)
        if not 0 < self.factor <= _LARGEST_FACTOR:
            raise BadInput(
                f"A step multiplies the instalment by a factor above 0 and up to {_LARGEST_FACTOR}; give 97/100 for a "
                "fall of 3 %.",
                f"阶梯系数须大于 0 且不超过 {_LARGEST_FACTOR}；降低 3% 请填写 97/100。",
            )

    @classmethod
    def of_percent(cls, each: int, percent: Decimal | int) -> StepFactor:
        """Return the step that changes instalments by *percent* per cent: −3 is a fall."""
        return cls(each, 1 + share_of_percent(percent))


@dataclass(frozen=True, slots=True, repr=False)
class StepAmount:
    """Instalments changed by *amount* (negative: down) after every *each* payments."""

    each: int
    amount: Money

    def __post_init__(self) -> None:
        _refuse_each(self.each)


@dataclass(frozen=True, slots=True, repr=False)
class FirstGiven:
    """The first instalments as given, the rest equal. One below its interest lets the balance grow; its row says so."""

    amounts: tuple[Money, ...]

    def __post_init__(self) -> None:
        _refuse_amounts(*self.amounts)


@dataclass(frozen=True, slots=True)
class InterestOnly:
    """Interest only, and the whole principal with the last payment (bullet).

    With *first*: only so many payments at the start, and equal instalments after them.
    """

    first: int | None = None


@dataclass(frozen=True, slots=True)
class EqualPrincipal:
    """Equal parts of principal, each with the interest of its period; none in the first *interest_only* payments."""

    interest_only: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class InterestPlus:
    """Interest plus *capital* with every payment until all is paid; what is left then falls due with the last."""

    capital: Money

    def __post_init__(self) -> None:
        _refuse_amounts(self.capital)


@dataclass(frozen=True, slots=True, repr=False)
class InterestPlusShare:
    """Interest plus *share* of the outstanding capital, *at_least* so much capital."""

    share: Fraction
    at_least: Money

    def __post_init__(self) -> None:
        _refuse_share(self.share)
        _refuse_amounts(self.at_least)


@dataclass(frozen=True, slots=True, repr=False)
class ShareOfBalance:
    """*share* of the balance with the interest of the period in it, *at_least* so much, interest included."""

    share: Fraction
    at_least: Money

    def __post_init__(self) -> None:
        _refuse_share(self.share)
        _refuse_amounts(self.at_least)


# An instalment is asked for and has to be found.
InstalmentShape = Level | Balloon | AmortisedOver | StepFactor | StepAmount | FirstGiven
# What is asked for follows from the balance.
BalanceShape = EqualPrincipal | InterestPlus | InterestPlusShare | ShareOfBalance
Shape = InstalmentShape | InterestOnly | BalanceShape


def amounts_of(shape: Shape) -> tuple[Money, ...]:
    """Return the amounts of money a shape names."""
    match shape:
        case Balloon(amount) | StepAmount(_, amount) | InterestPlus(amount):
            return (amount,)
        case InterestPlusShare(_, amount) | ShareOfBalance(_, amount):
            return (amount,)
        case FirstGiven(amounts):
            return amounts
        case _:
            return ()


def _refuse_each(each: int) -> None:
    if each < 1:
        raise BadInput(
            "Instalments step after every so many payments; give a number from 1.",
            "阶梯须每隔若干期变动一次，请填写不小于 1 的期数。",
        )


def _refuse_amounts(*amounts: Money) -> None:
    if not all(0 <= amount.minor <= LARGEST_MINOR for amount in amounts):
        raise BadInput(
            "An amount of a repayment is not negative and within a consumer's debt; check it and its currency.",
            "还款金额不得为负，且须在个人债务范围内，请核对金额和币种。",
        )


def _refuse_share(share: Fraction) -> None:
    if not 0 <= share <= 1:
        raise BadInput(
            "A share of the balance lies between 0 and 1; give 1/50 for 2 %.",
            "占余额的比例须在 0 至 1 之间；2% 请填写 1/50。",
        )
