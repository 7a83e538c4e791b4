"""Which loan does a case describe? Principal, rate, days, accrual and roundings, for the engine of `products`.

A case without dates gets some: "30/360" with monthly due dates, and the day counts that look at days alone, do not
depend on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final

from parley.money import Money
from parley.servicing.cases.case import Inputs, day, not_understood
from parley.servicing.cases.words import every, every_of_year, rounding
from parley.servicing.daycount import DayCount, day_count
from parley.servicing.periods import MOST_DATES, Every, Unit, days_before, days_from
from parley.servicing.products.due import DueDays, given_days, regular_days
from parley.servicing.products.loan import LoanSchedule
from parley.servicing.products.terms import Ledger, LoanTerms, UnpaidInterest
from parley.servicing.rate import ZERO_RATE, Rate
from parley.servicing.rates.flow import refuse_no_periods
from parley.servicing.rates.intervals import anchor_of, months_back
from parley.servicing.rates.value import context

# Where a case has no dates. The day counts that would notice are refused.
_ANY_DAY: Final = date(2026, 1, 1)
_NEED_DATES: Final = frozenset({DayCount.ACTUAL_ACTUAL_ISDA})
_DIGITS: Final = 30
_MONTH_UNITS: Final = {Unit.MONTH: 1, Unit.YEAR: 12}


def rate_of(inputs: Inputs) -> Rate:
    """Return the nominal annual rate of a case; without one it bears no interest."""
    for name in ("annual_nominal_rate_percent", "annual_rate_percent"):
        if inputs.has(name):
            return inputs.rate(name)
    if inputs.has("annual_effective_rate_percent"):
        return _of_effective(inputs.number("annual_effective_rate_percent") / 100, _step(inputs))
    return ZERO_RATE


def periods_per_year(inputs: Inputs) -> Fraction:
    """Return the periods of a year, twelve where a case names none."""
    periods = inputs.number("periods_per_year", 12)
    refuse_no_periods(periods)
    return periods


def _of_effective(effective: Fraction, step: Every) -> Rate:
    """Return the nominal rate whose periods compound to *effective*, to thirty digits: the root has no end."""
    ctx = context(_DIGITS)
    periods = Fraction(*step.per_year)
    growth = ctx.divide((1 + effective).numerator, (1 + effective).denominator)
    root = ctx.power(growth, ctx.divide(periods.denominator, periods.numerator))
    return Rate((Fraction(root) - 1) * periods)


def terms_of(
    inputs: Inputs,
    count: int,
    *,
    principal: Money | None = None,
    rate: Rate | None = None,
    skipped: int = 0,
    unpaid: UnpaidInterest = UnpaidInterest.CAPITALISED,
    ledger: Ledger = Ledger.WHOLE,
) -> LoanTerms:
    """Return the loan of *inputs* with *count* payments, the first *skipped* of them left out."""
    start, due, step = _days(inputs, count)
    return LoanTerms(
        principal=inputs.money("principal") if principal is None else principal,
        rate=rate_of(inputs) if rate is None else rate,
        disbursed_on=start,
        due=due,
        accrual=_accrual(inputs, start, due, step),
        rounding=replace(rounding(inputs), ledger=ledger),
        skipped=frozenset(range(1, skipped + 1)),
        unpaid_interest=unpaid,
    )


def _days(inputs: Inputs, count: int) -> tuple[date, DueDays, Every]:
    if not 1 <= count < MOST_DATES:
        raise not_understood(f"{count} payments", f"{count} 期")
    if inputs.has("due"):
        given = [day(item, "due") for item in inputs.items("due")]
        return inputs.day("disbursed"), given_days(given[:count]), _step(inputs)
    step = _step(inputs)
    given_start = next((inputs.day(name) for name in ("disbursed", "start") if inputs.has(name)), None)
    if inputs.has("first_due"):
        first = inputs.day("first_due")
        return given_start or days_before(first, step, 1), regular_days(first, step, count), step
    start = given_start or _ANY_DAY
    days = days_from(start, step, count + 1)[1:]
    return start, regular_days(days[0], step, len(days), anchor_day=start.day), step


def _step(inputs: Inputs) -> Every:
    if inputs.has("every"):
        return every(inputs.text("every"))
    if inputs.has("months_per_period"):
        return every(f"{inputs.whole('months_per_period')} months")
    return every_of_year(periods_per_year(inputs))


def _accrual(inputs: Inputs, start: date, due: DueDays, step: Every) -> Every | DayCount:
    """Return how interest accrues: "30/360" at equal months is balance × rate ÷ 12, whatever the days."""
    if not inputs.has("day_count"):
        return step
    named = day_count(inputs.text("day_count"))
    if named in _NEED_DATES and not inputs.has("disbursed"):
        raise not_understood(f"{named} without dates", f"{named} 没有日期")
    at_equal_steps = due.every == step or _is_regular([start, *due.due_on], step)
    if named is DayCount.THIRTY_360_BOND and step.unit in _MONTH_UNITS and at_equal_steps:
        return step
    return named


def _is_regular(days: Sequence[date], step: Every) -> bool:
    months = step.count * _MONTH_UNITS.get(step.unit, 0)
    anchor = anchor_of(days)
    return all(months_back(a, b, anchor)[:2] == (months, 0) for a, b in pairwise(days))


def figures(inputs: Inputs, schedule: LoanSchedule) -> dict[str, object]:
    """Return what a case may expect of a schedule, in major units; skipped payments are no payments."""
    paid = [row for row in schedule.rows if row.number not in schedule.terms.skipped]
    payments = [inputs.major(row.payment_minor) for row in paid]
    total = sum(payments, Fraction(0))
    found: dict[str, object] = {
        "payments": payments,
        "interest": [inputs.major(row.interest_minor) for row in paid],
        "principal": [inputs.major(row.principal_minor) for row in paid],
        "balances": [inputs.major(row.balance_minor) for row in paid],
        "total_paid": total,
        "total_interest": total - inputs.major(schedule.terms.principal.minor),
        "last_payment": payments[-1],
        "number_of_payments": len(payments),
    }
    found |= dict.fromkeys(("payment", "level_payment", "first_payment"), payments[0])
    if any(inputs.has(name) for name in ("due", "first_due", "disbursed", "start")):
        found["due"] = [row.due_on.isoformat() for row in paid]
    if len(payments) > 1:
        found |= {"second_payment": payments[1], "last_but_one_payment": payments[-2]}
    return found
