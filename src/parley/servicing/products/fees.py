"""What is paid under a plan with fees instead of interest, as on Chinese cards (分期手续费)? Each payment in parts.

The fee is a share of the original principal in every period, although the balance falls: 0.6 % a month for a year is
7.2 % of the amount, and about twice that as an annual rate. What it is as a rate is computed elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.products.due import DueDays
from parley.servicing.products.parts import Remainder, equal_parts
from parley.servicing.rate import share_of_percent
from parley.servicing.rounding import Rounding, to_whole

# A fee of the whole principal, every period. Above it the number was meant in another unit.
_HIGHEST_SHARE: Final = Fraction(1)


class FeeRow(NamedTuple):
    """One payment = principal + fee; `balance_minor` is the principal left. Number 0 is the fee at the start."""

    number: int
    due_on: date
    payment_minor: int
    principal_minor: int
    fee_minor: int
    balance_minor: int

    def __repr__(self) -> str:
        return f"FeeRow({self.number}, {self.due_on}, …)"


@dataclass(frozen=True, slots=True)
class FeeShare:
    """A fee as a share of the original principal; the constructor's name says the unit."""

    share: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.share <= _HIGHEST_SHARE:
            raise BadInput(
                "A fee lies between 0 % and 100 % of the principal; check the number and its unit.",
                "手续费率须在本金的 0% 至 100% 之间，请核对数值及其单位。",
            )

    @classmethod
    def of_percent(cls, percent: Decimal | int) -> FeeShare:
        """Return the share of *percent* per cent of the original principal: `of_percent(Decimal("0.6"))`."""
        return cls(share_of_percent(percent))


NO_FEE: Final = FeeShare(Fraction(0))


@dataclass(frozen=True, slots=True, repr=False)
class FeeTerms:
    """A plan with fees: *per_period* with every payment, *at_start* once on *started_on*.

    Rounding: each fee on its own by *rounding*; equal parts of principal, the odd cent where *remainder* says.
    """

    principal: Money
    started_on: date
    due: DueDays
    per_period: FeeShare
    at_start: FeeShare = NO_FEE
    remainder: Remainder = Remainder.WITH_LAST
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        if not 1 <= self.principal.minor <= LARGEST_MINOR:
            raise BadInput(
                "A plan needs a principal above zero and within a consumer's debt; check the amount and its currency.",
                "分期本金必须大于零且在个人债务范围内，请核对金额和币种。",
            )
        if self.due.due_on[0] < self.started_on:
            raise BadInput(
                f"The first payment ({self.due.due_on[0]}) falls before the plan starts ({self.started_on}); "
                "check both.",
                f"首期应还日（{self.due.due_on[0]}）早于分期起始日（{self.started_on}），请核对这两个日期。",
            )

    def __repr__(self) -> str:
        return f"FeeTerms(… {self.principal.currency}, {self.due.count} payments)"


def fee_schedule(terms: FeeTerms) -> tuple[FeeRow, ...]:
    """Return the payments; a fee at the start comes first, as number 0. The parts of principal sum to it."""
    principal = terms.principal.minor
    at_start, fee = (to_whole(principal * fee.share, terms.rounding) for fee in (terms.at_start, terms.per_period))
    rows = [FeeRow(0, terms.started_on, at_start, 0, at_start, principal)] if at_start else []
    left = principal
    parts = equal_parts(principal, terms.due.count, terms.remainder)
    for number, (part, due_on) in enumerate(zip(parts, terms.due.due_on, strict=True), 1):
        left -= part
        rows.append(FeeRow(number, due_on, part + fee, part, fee, left))
    return tuple(rows)
