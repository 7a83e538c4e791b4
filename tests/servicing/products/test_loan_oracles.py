"""Loan schedules beside QuantLib, curo and numpy-financial. Where they differ, the test says how and why.

All three count in binary fractions and round nothing; so they are held against the exact ledger, where only what is
shown is rounded: half a minor unit, and a little for their arithmetic.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import numpy_financial as npf
import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 - the name its own documents use
from curo import EU30360, Actual360, Actual365, Calculator, SeriesAdvance, SeriesPayment
from curo.enums import Frequency as CuroFrequency

from parley.money import Money
from parley.servicing.daycount import DayCount
from parley.servicing.periods import (
    DAILY,
    FORTNIGHTLY,
    FOUR_WEEKLY,
    MONTHLY,
    QUARTERLY,
    WEEKLY,
    YEARLY,
    Every,
    Shift,
    is_month_end,
)
from parley.servicing.products.due import InterestRuns, regular_days
from parley.servicing.products.loan import LoanSchedule, instalment_schedule, loan_schedule
from parley.servicing.products.shapes import Balloon, InterestOnly, Level
from parley.servicing.products.terms import Ledger, LoanRounding, LoanTerms
from parley.servicing.rate import Rate
from tests.servicing.products.samples import PAID_OUT, equal_terms, samples

HALF_AND_FLOAT = 0.51
EXACT = LoanRounding(ledger=Ledger.EXACT)
WEEKEND = (5, 6)


def _bps(random: Random) -> int:
    return random.randint(1, 6_000)


def test_numpy_financial_instalment_interest_and_principal(full_size: bool) -> None:
    for random in samples(21, 300, full_size=full_size):
        every = random.choice([WEEKLY, FORTNIGHTLY, FOUR_WEEKLY, MONTHLY, QUARTERLY, YEARLY])
        amount, bps, count = random.randint(10_000, 10**9), _bps(random), random.randint(1, 60)
        balloon = random.choice([0, random.randint(1, amount)])
        terms = equal_terms(amount, bps, count, every, ledger=Ledger.EXACT)
        rows = loan_schedule(terms, Balloon(Money(balloon, "USD"))).rows
        rate = bps / 10_000 * every.per_year[1] / every.per_year[0]
        for row in (rows[0], rows[len(rows) // 2]):
            if row.number < count:
                assert row.payment_minor == pytest.approx(-npf.pmt(rate, count, amount, -balloon), abs=HALF_AND_FLOAT)
                # Our rows split a whole payment by whole balances: two roundings more.
                theirs = -npf.ppmt(rate, row.number, count, amount, -balloon)
                assert row.principal_minor - row.capitalised_minor == pytest.approx(float(theirs), abs=1.02)


def test_numpy_financial_number_of_payments(full_size: bool) -> None:
    # Theirs is a fraction of payments; ours is the next whole one. Where theirs lies within a billionth of a whole
    # number, binary rounding decides it, and the sample says nothing.
    for random in samples(22, 150, full_size=full_size):
        amount, bps = random.randint(10_000, 10**8), _bps(random)
        instalment = amount * bps // 120_000 + random.randint(amount // 100, amount)
        theirs = float(npf.nper(bps / 120_000, -instalment, amount))
        if abs(theirs - round(theirs)) > 1e-9:
            terms = equal_terms(amount, bps, 240, MONTHLY, ledger=Ledger.EXACT)
            ours = instalment_schedule(terms, Money(instalment, "USD"))
            assert isinstance(ours, LoanSchedule)
            assert ours.count == int(theirs) + 1


@pytest.mark.parametrize(
    ("every", "unit", "frequency"),
    [
        (DAILY, ql.Days, ql.Daily),
        (WEEKLY, ql.Weeks, ql.Weekly),
        (FORTNIGHTLY, ql.Weeks, ql.Biweekly),
        (FOUR_WEEKLY, ql.Weeks, ql.EveryFourthWeek),
        (MONTHLY, ql.Months, ql.Monthly),
        (QUARTERLY, ql.Months, ql.Quarterly),
        (YEARLY, ql.Years, ql.Annual),
    ],
)
def test_quantlib_balances_of_a_level_loan(every: Every, unit: int, frequency: int, full_size: bool) -> None:
    for random in samples(23, 50, full_size=full_size):
        # Their formula takes (1 + i)^n from (1 + i)^k: at high rates and long terms binary rounding eats the cents.
        amount, bps, count = random.randint(10_000, 10**8), random.randint(1, 1_500), random.randint(1, 60)
        theirs = ql.sinkingNotionals(ql.Period(count * every.count, unit), frequency, bps / 10_000, float(amount))
        rows = loan_schedule(equal_terms(amount, bps, count, every, ledger=Ledger.EXACT), Level()).rows
        assert [amount, *[row.balance_minor for row in rows]] == pytest.approx(list(theirs), abs=HALF_AND_FLOAT)


_SHIFTS = {
    Shift.NONE: ql.Unadjusted,
    Shift.FOLLOWING: ql.Following,
    Shift.PRECEDING: ql.Preceding,
    Shift.MODIFIED_FOLLOWING: ql.ModifiedFollowing,
    Shift.MODIFIED_PRECEDING: ql.ModifiedPreceding,
}
_TENORS = {
    DAILY: ql.Period(1, ql.Days),
    WEEKLY: ql.Period(1, ql.Weeks),
    FORTNIGHTLY: ql.Period(2, ql.Weeks),
    FOUR_WEEKLY: ql.Period(4, ql.Weeks),
    MONTHLY: ql.Period(1, ql.Months),
    QUARTERLY: ql.Period(3, ql.Months),
    YEARLY: ql.Period(1, ql.Years),
}


def _their_days(first: date, every: Every, count: int, shift: Shift) -> list[date]:
    last = regular_days(first, every, count).due_on[-1]
    rule, convention = ql.DateGeneration.Forward, _SHIFTS[shift]
    days = ql.Schedule(_ql(first), _ql(last), _TENORS[every], ql.WeekendsOnly(), convention, convention, rule, False)
    return [date(day.year(), day.month(), day.dayOfMonth()) for day in days]


def _ql(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


def test_quantlib_due_days(full_size: bool) -> None:
    for random in samples(24, 300, full_size=full_size):
        first = date(2027, 1, 1) + timedelta(days=random.randint(0, 2_000))
        every, shift, count = random.choice(list(_TENORS)), random.choice(list(Shift)), random.randint(4, 60)
        ours = regular_days(first, every, count, shift=shift, rest_days=WEEKEND).due_on
        # QuantLib drops a day that falls on the one before, as a period without days; we keep both payments.
        # (And it refuses a weekend alone; hence no fewer than four days.)
        assert list(dict.fromkeys(ours)) == list(dict.fromkeys(_their_days(first, every, count, shift)))


_COUNTERS = {
    DayCount.THIRTY_360_BOND: ql.Thirty360(ql.Thirty360.BondBasis),
    DayCount.THIRTY_360_US: ql.Thirty360(ql.Thirty360.USA),
    DayCount.THIRTY_E_360: ql.Thirty360(ql.Thirty360.European),
    DayCount.ACTUAL_365F: ql.Actual365Fixed(),
    DayCount.ACTUAL_360: ql.Actual360(),
    DayCount.ACTUAL_364: ql.Actual364(),
    DayCount.ACTUAL_ACTUAL_ISDA: ql.ActualActual(ql.ActualActual.ISDA),
}


@pytest.mark.parametrize("accrual", DayCount)
@pytest.mark.parametrize("interest_runs", InterestRuns)
def test_quantlib_coupons_of_an_interest_only_loan(
    accrual: DayCount, interest_runs: InterestRuns, full_size: bool
) -> None:
    for random in samples(25, 12, full_size=full_size):
        paid_out = date(2027, 1, 4) + timedelta(days=7 * random.randint(0, 300))
        amount, bps, count = random.randint(10_000, 10**9), _bps(random), random.randint(1, 40)
        whole = regular_days(paid_out, MONTHLY, count + 1)
        due = regular_days(
            whole.due_on[1],
            MONTHLY,
            count,
            anchor_day=paid_out.day,
            shift=Shift.FOLLOWING,
            rest_days=WEEKEND,
            interest_runs=interest_runs,
        )
        terms = LoanTerms(Money(amount, "USD"), Rate.of_bps(bps), paid_out, due, accrual, EXACT)
        shift = Shift.FOLLOWING if interest_runs is InterestRuns.TO_SHIFTED_DAY else Shift.NONE
        schedule = ql.Schedule([_ql(day) for day in _their_days(paid_out, MONTHLY, count + 1, shift)])
        bond = ql.FixedRateBond(0, float(amount), schedule, [bps / 10_000], _COUNTERS[accrual])
        theirs = [flow.amount() for flow in bond.cashflows()][:-1]
        ours = [row.interest_minor for row in loan_schedule(terms, InterestOnly()).rows]
        assert ours == pytest.approx(theirs, abs=HALF_AND_FLOAT)


@pytest.mark.parametrize("seed", range(12))
def test_curo_level_instalment_by_days(seed: int) -> None:
    # curo looks for the instalment whose rounded payments leave nothing: any answer within the rounding of one cent
    # serves it. Its 30/360 EU is our 30E/360. It charges simple interest within a period, as we do.
    # A first date that ends its month makes it pay at the end of every month; with us that is said by anchor day 31.
    random = Random(seed)
    accrual, theirs = random.choice(
        [
            (DayCount.ACTUAL_365F, Actual365()),
            (DayCount.ACTUAL_360, Actual360()),
            (DayCount.THIRTY_E_360, EU30360()),
        ]
    )
    amount, bps, count = random.randint(10_000, 10**7), _bps(random), random.randint(2, 36)
    first = PAID_OUT + timedelta(days=random.randint(5, 70))
    due = regular_days(first, MONTHLY, count, anchor_day=31 if is_month_end(first) else None)
    terms = LoanTerms(Money(amount, "USD"), Rate.of_bps(bps), PAID_OUT, due, accrual)
    calculator = Calculator(precision=2)
    calculator.add(SeriesAdvance(post_date_from=pd.Timestamp(PAID_OUT), amount=amount / 100))
    calculator.add(
        SeriesPayment(number_of=count, post_date_from=pd.Timestamp(first), frequency=CuroFrequency.MONTHLY, amount=None)
    )
    solved = calculator.solve_value(theirs, bps / 10_000, pd.Timestamp(PAID_OUT))
    assert loan_schedule(terms, Level()).rows[0].payment_minor == pytest.approx(100 * solved, abs=1.01)
