"""Who pays how much when? Amounts at times counted from the first advance, in one unit of time.

An amount is exact: whole minor units, or a fraction of them where a source does not round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from parley.errors import BadInput

# Sixty years of weekly payments, and some.
MOST_PAYMENTS: Final = 10_000
# A century of days: no consumer credit is longer, and no time in another unit is larger.
_LONGEST: Final = 36_525
_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True, repr=False)
class Flow:
    """Equal amounts, *count* of them, at the time `first` and every `step` after it.

    Units: `amount` in minor units, above zero what the borrower pays, below zero what the borrower receives; times in
    the unit of time of the convention. `part` is the fraction of a unit-period that bears simple interest beside the
    whole ones in `first` (Appendix J only).
    """

    amount: int | Fraction
    first: int | Fraction
    count: int = 1
    step: int | Fraction = _ONE
    part: int | Fraction = 0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_PAYMENTS:
            raise BadInput(
                f"A stream has 1 to {MOST_PAYMENTS:,} payments; give a number in that range.",
                f"一组付款的次数须为 1 至 {MOST_PAYMENTS:,}，请在此范围内填写。",
            )
        if self.step <= 0:
            raise BadInput(
                "The payments of a stream follow one another; give a step above zero.",
                "一组付款须依次排列，请填写大于零的间隔。",
            )
        if not -_LONGEST <= self.first <= self.last <= _LONGEST or not 0 <= self.part <= 1:
            raise BadInput(
                "A payment lies outside a century, or its part of a unit-period outside 0 to 1; check the times.",
                "付款时间超出一百年，或单位期间的零头不在 0 至 1 之间，请核对时间。",
            )

    @property
    def last(self) -> int | Fraction:
        """The time of the last amount, without its part."""
        return self.first + self.step * (self.count - 1) if self.count > 1 else self.first

    def __repr__(self) -> str:
        return f"Flow({self.count} at {self.first}, …)"


class Term(NamedTuple):
    """One amount at one time: `whole` unit-periods and a `part` of one."""

    whole: Fraction
    part: Fraction
    amount: Fraction

    @property
    def time(self) -> Fraction:
        """The time it is at, whole and part together."""
        return self.whole + self.part


def terms_of(flows: Sequence[Flow]) -> list[Term]:
    """Return the amounts one by one in the order of time; those of one time added up, those of nothing left out."""
    sums: dict[tuple[Fraction, Fraction], Fraction] = {}
    for flow in flows:
        part = Fraction(flow.part)
        for k in range(flow.count):
            at = (Fraction(flow.first + flow.step * k), part)
            sums[at] = sums.get(at, Fraction(0)) + flow.amount
    terms = [Term(whole, part, amount) for (whole, part), amount in sums.items() if amount]
    return sorted(terms, key=lambda term: term.time)


def refuse_no_periods(per_year: int | Fraction) -> None:
    """Raise BadInput for a year without periods."""
    if per_year <= 0:
        raise BadInput(
            "A year has more than no periods; give their number, for example 12 or 365/255.",
            "每年的期数须大于零，请填写，例如 12 或 365/255。",
        )


def sign_changes(amounts: Sequence[Fraction]) -> int:
    """Return how often the sign changes along *amounts*, none of them zero."""
    return sum((a > 0) != (b > 0) for a, b in pairwise(amounts))


def refuse_too_many(flows: Sequence[Flow]) -> None:
    """Raise BadInput where there is nothing to value, or far more than any credit has."""
    if not 1 <= sum(flow.count for flow in flows) <= MOST_PAYMENTS:
        raise BadInput(
            f"A rate needs 1 to {MOST_PAYMENTS:,} amounts; give the advances and the payments.",
            f"计算利率须有 1 至 {MOST_PAYMENTS:,} 笔金额，请填写放款和还款。",
        )
