"""What does a loan contract say about money, rate, days and rounding? One that can be, and no other.

| accrual | interest of a period |
| --- | --- |
| a step (`Every`) | balance × rate ÷ steps a year, whatever the days: "30/360 with monthly due dates" is MONTHLY |
| a day count | balance × rate × the part of a year between the two days |

By steps, a first period that is shorter or longer than one counts in whole steps back from the first due day, and odd
days: of 30/360 (bond) where the step is of months, of actual/364 for weeks, actual/365F for days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.daycount import DayCount, year_fraction
from parley.servicing.periods import Every, Unit, days_before
from parley.servicing.products.due import DueDays, InterestRuns
from parley.servicing.rate import Rate
from parley.servicing.rounding import Rounding


class Ledger(StrEnum):
    """What the balance between payments is rounded to."""

    WHOLE = "whole"
    """Interest is rounded every period, on a balance of whole minor units."""
    EXACT = "exact"
    """Nothing is rounded but what is paid: instalments and balances stay exact fractions."""


class UnpaidInterest(StrEnum):
    """What becomes of the interest of a skipped payment."""

    CAPITALISED = "capitalised"
    """It joins the balance each period and bears interest itself."""
    ADDED_ONCE = "added_once"
    """It joins the balance when payments begin again; no interest on interest until then."""
    HELD = "held"
    """It never bears interest, and is paid with the last payment."""


@dataclass(frozen=True, slots=True)
class LoanRounding:
    """How amounts become whole: *interest* to a minor unit, *instalment* to a multiple of *unit_minor*."""

    interest: Rounding = Rounding.HALF_UP
    instalment: Rounding = Rounding.HALF_UP
    unit_minor: int = 1
    ledger: Ledger = Ledger.WHOLE


@dataclass(frozen=True, slots=True, repr=False)
class LoanTerms:
    """One loan as agreed. Raises BadInput for one that cannot be.

    *skipped*: numbers of payments that are left out, from 1; their interest goes where *unpaid_interest* says.
    *rate_changes*: (number of the first payment whose interest is at the new rate, the rate), ascending from 2.
    """

    principal: Money
    rate: Rate
    disbursed_on: date
    due: DueDays
    accrual: Every | DayCount
    rounding: LoanRounding = field(default_factory=LoanRounding)
    skipped: frozenset[int] = frozenset()
    unpaid_interest: UnpaidInterest = UnpaidInterest.CAPITALISED
    rate_changes: tuple[tuple[int, Rate], ...] = ()

    def __post_init__(self) -> None:
        _refuse_principal(self.principal)
        _refuse_days(self.disbursed_on, self.due)
        _refuse_accrual(self.accrual, self.due)
        _refuse_skipped(self.skipped, self.due.count)
        _refuse_rate_changes(self.rate_changes, self.due.count)

    @property
    def last_rate(self) -> Rate:
        """The rate in force at the end."""
        return self.rate_changes[-1][1] if self.rate_changes else self.rate

    def __repr__(self) -> str:
        return f"LoanTerms(… {self.principal.currency}, {self.due.count} payments, {self.accrual})"


def period_rates(terms: LoanTerms) -> tuple[Fraction, ...]:
    """Return the exact rate of each period: its interest is the balance times it."""
    ends = terms.due.accrues_to
    if isinstance(terms.accrual, DayCount):
        per_year = rates_in_force(terms)
        starts = (terms.disbursed_on, *ends)
        parts = [year_fraction(start, end, terms.accrual) for start, end in zip(starts, ends, strict=False)]
        return tuple([rate * part for rate, part in zip(per_year, parts, strict=True)])
    first = terms.rate.per_year * _first_period(terms, terms.accrual)
    step = step_of_year(terms.accrual)
    if not terms.rate_changes:
        return (first, *[terms.rate.per_year * step] * (len(ends) - 1))
    return (first, *[rate * step for rate in rates_in_force(terms)[1:]])


def rates_in_force(terms: LoanTerms) -> list[Fraction]:
    """Return the annual rate of each period."""
    changed = dict(terms.rate_changes)
    rate, found = terms.rate, []
    for number in range(1, terms.due.count + 1):
        rate = changed.get(number, rate)
        found.append(rate.per_year)
    return found


def step_of_year(every: Every) -> Fraction:
    """Return the part of a year that one step is."""
    steps, count = every.per_year
    return Fraction(count, steps)


_ODD_DAYS: Final = {
    Unit.DAY: DayCount.ACTUAL_365F,
    Unit.WEEK: DayCount.ACTUAL_364,
    Unit.SEMIMONTH: DayCount.THIRTY_360_BOND,
    Unit.MONTH: DayCount.THIRTY_360_BOND,
    Unit.YEAR: DayCount.THIRTY_360_BOND,
}


def _first_period(terms: LoanTerms, every: Every) -> Fraction:
    first, start = terms.due.accrues_to[0], terms.disbursed_on
    whole, reached = 0, first
    while (earlier := days_before(first, every, whole + 1, terms.due.anchor_day)) >= start:
        whole, reached = whole + 1, earlier
    return whole * step_of_year(every) + year_fraction(start, reached, days_counted_by(every))


def days_counted_by(accrual: Every | DayCount) -> DayCount:
    """Return the day count of days that make no whole step."""
    return accrual if isinstance(accrual, DayCount) else _ODD_DAYS[accrual.unit]


def refuse_mixed(currency: str, amounts: tuple[Money, ...]) -> None:
    """Raise BadInput unless all *amounts* are in *currency*."""
    for amount in amounts:
        if amount.currency != currency:
            raise BadInput(
                f"One contract has one currency; {amount.currency} was given beside {currency}. Convert it first.",
                f"一份合同只能使用一种币种；{currency} 之外又出现 {amount.currency}，请先换算。",
            )


def refuse_too_large(amount_minor: int | Fraction) -> None:
    """Raise BadInput for an amount above any consumer's debt."""
    if amount_minor > LARGEST_MINOR:
        raise BadInput(
            "The debt would grow beyond any consumer's debt; check the amount, the rate and its unit, and the term.",
            "债务将超出个人债务的合理范围，请核对金额、利率及其单位和期限。",
        )


def _refuse_principal(principal: Money) -> None:
    if not 1 <= principal.minor <= LARGEST_MINOR:
        raise BadInput(
            "A loan needs a principal above zero and within a consumer's debt; check the amount and its currency.",
            "贷款本金必须大于零且在个人债务范围内，请核对金额和币种。",
        )


def _refuse_days(disbursed_on: date, due: DueDays) -> None:
    first = min(due.due_on[0], due.regular_on[0])
    if first <= disbursed_on:
        raise BadInput(
            f"The first payment ({first}) must fall due after the loan is paid out ({disbursed_on}); check both dates.",
            f"首期应还日（{first}）须晚于放款日（{disbursed_on}），请核对这两个日期。",
        )


def _refuse_accrual(accrual: Every | DayCount, due: DueDays) -> None:
    if isinstance(accrual, DayCount):
        return
    if due.every is not None and due.every != accrual:
        raise BadInput(
            f"Interest by equal steps of a {accrual} does not fit due dates every {due.every}; give a day count.",
            f"按“{accrual}”等长计息与应还日间隔“{due.every}”不符，请改用计息基准。",
        )
    if due.interest_runs is InterestRuns.TO_SHIFTED_DAY:
        raise BadInput(
            "Interest by equal steps does not move with a shifted due date; give a day count, or let it run to the "
            "regular day.",
            "按等长期间计息时，利息不随顺延的应还日变动；请改用计息基准，或计息至原定日。",
        )


def _refuse_skipped(skipped: frozenset[int], count: int) -> None:
    if skipped and not (min(skipped) >= 1 and max(skipped) < count):
        raise BadInput(
            f"Only payments 1 to {count - 1} can be skipped; the last one, {count}, clears the loan.",
            f"只有第 1 至 {count - 1} 期可以跳过；最后一期（第 {count} 期）须结清贷款。",
        )


def _refuse_rate_changes(rate_changes: tuple[tuple[int, Rate], ...], count: int) -> None:
    numbers = [1, *(number for number, _ in rate_changes), count + 1]
    if any(after <= before for before, after in pairwise(numbers)):
        raise BadInput(
            f"A rate changes with one of the payments 2 to {count}, each change after the one before; check them.",
            f"利率只能自第 2 至 {count} 期中的某一期起变更，且须依次排列，请核对期数。",
        )
