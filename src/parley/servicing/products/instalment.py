"""Which instalment repays a loan over periods of any length? Found exactly, rounded by whoever asks.

The balance after each payment is a whole-number combination a + c·A of the unknown instalment A: follow both numbers
through the periods, and A is where the last balance is nil. No float, no search, no power series.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple

from parley.errors import BadInput
from parley.servicing.daycount import DayCount
from parley.servicing.periods import MOST_DATES
from parley.servicing.products.shapes import (
    AmortisedOver,
    Balloon,
    FirstGiven,
    InstalmentShape,
    InterestOnly,
    Level,
    StepAmount,
    StepFactor,
)
from parley.servicing.products.terms import LoanTerms, UnpaidInterest, step_of_year

_ONE: Final = Fraction(1)


class Ask(NamedTuple):
    """What one payment asks for: *fixed* minor units plus *weight* times the instalment."""

    fixed: int
    weight: Fraction = _ONE


# Nothing but the interest of the period.
INTEREST: Final = None


def asks_of(shape: InstalmentShape | InterestOnly, count: int) -> list[Ask | None]:
    """Return what each of *count* payments asks for; `INTEREST` (None) is interest only."""
    match shape:
        case Level():
            return [Ask(0)] * count
        case Balloon(amount):
            return [*[Ask(0)] * (count - 1), Ask(amount.minor)]
        case AmortisedOver(payments):
            _refuse_shorter(payments, count)
            return [Ask(0)] * payments
        case StepFactor(each, factor):
            return [Ask(0, factor ** (k // each)) for k in range(count)]
        case StepAmount(each, amount):
            return [Ask(amount.minor * (k // each)) for k in range(count)]
        case FirstGiven(amounts):
            refuse_more_first(len(amounts), count)
            return [*[Ask(amount.minor, Fraction(0)) for amount in amounts], *[Ask(0)] * (count - len(amounts))]
        case InterestOnly(first):
            refuse_more_first(first or 0, count)
            return [INTEREST] * count if first is None else [*[INTEREST] * first, *[Ask(0)] * (count - first)]


def exact_instalment(terms: LoanTerms, rates: Sequence[Fraction], asks: Sequence[Ask | None]) -> Fraction:
    """Return the instalment A with which *asks* repay the loan exactly; it may be negative.

    *asks* may be longer than *rates*: payments beyond the last are taken at equal steps.
    """
    rates = [*rates, *[_equal_step(terms)] * (len(asks) - len(rates))] if len(asks) > len(rates) else rates
    weights = lcm(*(ask.weight.denominator for ask in asks if ask is not INTEREST))
    a, c = terms.principal.minor, 0  # the balance is (a + c·A/weights) / scale
    pending_a, pending_c = 0, 0  # interest that joins the balance once, when payments begin again
    scale = 1
    for number, (rate, ask) in enumerate(zip(rates, asks, strict=True), 1):
        r, d = rate.numerator, rate.denominator
        interest_a, interest_c = a * r, c * r
        a, c, pending_a, pending_c, scale = a * d, c * d, pending_a * d, pending_c * d, scale * d
        if number not in terms.skipped:
            if ask is not INTEREST:
                a += interest_a - ask.fixed * scale
                c += interest_c - ask.weight.numerator * (weights // ask.weight.denominator) * scale
        elif terms.unpaid_interest is UnpaidInterest.CAPITALISED:
            a, c = a + interest_a, c + interest_c
        elif terms.unpaid_interest is UnpaidInterest.ADDED_ONCE:
            pending_a, pending_c = pending_a + interest_a, pending_c + interest_c
            if number + 1 not in terms.skipped:
                a, c, pending_a, pending_c = a + pending_a, c + pending_c, 0, 0
    assert c < 0, "some payment bears the instalment"
    return Fraction(-a * weights, c)


def _equal_step(terms: LoanTerms) -> Fraction:
    every = terms.due.every if isinstance(terms.accrual, DayCount) else terms.accrual
    if every is None:
        raise BadInput(
            "Payments beyond the last date need a regular step; give the first date and a step instead of dates.",
            "超出最后一期的还款需要固定间隔；请填写首个日期和间隔，不要逐一列出日期。",
        )
    return terms.last_rate.per_year * step_of_year(every)


def refuse_negative(shape: InstalmentShape | InterestOnly, asked: Iterable[Fraction]) -> None:
    """Raise BadInput where a shape can only be had with instalments below zero; after given ones, nothing is left."""
    if not isinstance(shape, FirstGiven) and min(asked) < 0:
        raise BadInput(
            "With that balloon or step some instalments would lie below zero; make it smaller.",
            "按该尾款或阶梯，部分期款将低于零，请调低。",
        )


def _refuse_shorter(payments: int, count: int) -> None:
    if not count <= payments <= MOST_DATES:
        raise BadInput(
            f"A loan of {count} payments is amortised over {count} to {MOST_DATES:,}, not over {payments:,}.",
            f"{count} 期贷款的摊还期数须为 {count} 至 {MOST_DATES:,}，不能是 {payments:,}。",
        )


def refuse_more_first(first: int, count: int) -> None:
    """Raise BadInput unless *first* payments at the start leave one of *count* to repay with."""
    if not 0 <= first < count:
        raise BadInput(
            f"{first} payments were set for the start of a loan of {count}; leave at least one to repay it with.",
            f"{count} 期贷款的前 {first} 期已另行规定，请至少留一期用于还款。",
        )
