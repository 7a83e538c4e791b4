"""Random plans, and the schedule of each by products.loan_schedule, which knows dates and fractions and no column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import NamedTuple

import numpy as np

from parley.dates import add_months
from parley.money import Money
from parley.servicing.interest import Frequency
from parley.servicing.periods import FORTNIGHTLY, MONTHLY, WEEKLY
from parley.servicing.pricing.plans import MODES, Column, Plans
from parley.servicing.pricing.singly import Plan
from parley.servicing.products.due import regular_days
from parley.servicing.products.loan import LoanSchedule, loan_schedule
from parley.servicing.products.shapes import Balloon, Level
from parley.servicing.products.terms import LoanTerms, UnpaidInterest, period_rates
from parley.servicing.rate import Rate

EVERY = {Frequency.MONTHLY: MONTHLY, Frequency.BIWEEKLY: FORTNIGHTLY, Frequency.WEEKLY: WEEKLY}
REGULAR_DAYS = {Frequency.MONTHLY: 30, Frequency.BIWEEKLY: 14, Frequency.WEEKLY: 7}


class One(NamedTuple):
    """One plan, field by field as in `Plans`."""

    principal: int
    charges: int
    payments: int
    rate_bps: int
    write_down: int
    waiver: int
    deferred: int
    mode: UnpaidInterest
    first_days: int
    balloon: int

    @property
    def repaid(self) -> int:
        return self.principal - self.write_down + self.charges - self.waiver


def plans_of(ones: Sequence[One], frequency: Frequency = Frequency.MONTHLY) -> Plans:
    return Plans(
        principal_minor=_column([one.principal for one in ones]),
        charges_minor=_column([one.charges for one in ones]),
        payments=_column([one.payments for one in ones]),
        annual_rate_bps=_column([one.rate_bps for one in ones]),
        write_down_minor=_column([one.write_down for one in ones]),
        waiver_minor=_column([one.waiver for one in ones]),
        deferred=_column([one.deferred for one in ones]),
        unpaid_interest=_column([MODES.index(one.mode) for one in ones]),
        first_period_days=_column([one.first_days for one in ones]),
        balloon_minor=_column([one.balloon for one in ones]),
        frequency=frequency,
    )


def _column(values: list[int]) -> Column:
    return np.array(values, np.int64)


def plan_of(one: One) -> Plan:
    return Plan(one.repaid, one.payments, one.rate_bps, one.deferred, one.mode, one.first_days, one.balloon)


def scalar_schedule(one: One, frequency: Frequency, currency: str) -> LoanSchedule:
    """Return the schedule of one plan. Steps of months count odd days by 30/360: they begin on the first of a month."""
    if frequency is Frequency.MONTHLY:
        months, odd = divmod(one.first_days, 30)
        # Odd days are counted within the first month; February has not enough of them.
        first = date(2031, 7 if months == 10 else 12, 1 + odd)
        start = add_months(first.replace(day=1), -months)
    else:
        first = date(2031, 12, 1)
        start = first - timedelta(days=one.first_days)
    terms = LoanTerms(
        Money(one.repaid, currency),
        Rate.of_bps(one.rate_bps),
        start,
        regular_days(first, EVERY[frequency], one.payments),
        EVERY[frequency],
        skipped=frozenset(range(1, one.deferred + 1)),
        unpaid_interest=one.mode,
    )
    days_per_year = 360 if frequency is Frequency.MONTHLY else 364
    assert period_rates(terms)[0] == Rate.of_bps(one.rate_bps).per_year * Fraction(one.first_days, days_per_year)
    return loan_schedule(terms, Balloon(Money(one.balloon, currency)) if one.balloon else Level())


def usual(random: Random, frequency: Frequency, decimals: int) -> One:
    """Draw a plan a lender could offer, in a currency of so many decimals."""
    unit = 10**decimals
    principal, charges = random.randint(100 * unit, 50_000 * unit), random.choice([0, random.randint(0, 300 * unit)])
    write_down = random.choice([0, 0, principal * random.randint(1, 60) // 100])
    waiver = random.choice([0, charges, charges // 2])
    payments = random.randint(2, 60)
    repaid = principal - write_down + charges - waiver
    regular = REGULAR_DAYS[frequency]
    return One(
        principal,
        charges,
        payments,
        random.choice([0, random.randint(1, 3_600)]),
        write_down,
        waiver,
        random.choice([0, 0, random.randint(1, min(6, payments - 1))]),
        random.choice(MODES),
        random.choice([regular, random.randint(1, 2 * regular)]),
        random.choice([0, 0, repaid * random.randint(1, 50) // 100]),
    )


def extreme(random: Random) -> One:
    """Draw a plan from the corners of what is accepted."""
    principal = random.choice([1, 2, random.randint(1, 100), 10 ** random.randint(2, 14), random.randint(1, 10**15)])
    charges = random.choice([0, random.randint(0, min(principal, 10**15 - principal))])
    write_down = random.choice([0, random.randint(0, principal - 1)])
    payments = random.choice([1, 2, 3, random.randint(1, 24), random.randint(1, 120)])
    waiver = random.choice([0, charges])
    repaid = principal - write_down + charges - waiver
    return One(
        principal,
        charges,
        payments,
        random.choice([0, 1, random.randint(1, 5_000), random.randint(1, 50_000), 1_000_000]),
        write_down,
        waiver,
        random.choice([0, 0, payments - 1, random.randint(0, payments - 1)]),
        random.choice(MODES),
        random.choice([1, 30, 366, random.randint(1, 366)]),
        random.choice([0, 0, repaid, random.randint(0, repaid)]),
    )
