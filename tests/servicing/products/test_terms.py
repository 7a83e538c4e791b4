"""The first period of a loan, by steps and by days; which days interest runs to. By hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from parley.money import Money
from parley.servicing.daycount import DayCount
from parley.servicing.periods import DAILY, MONTHLY, QUARTERLY, SEMI_MONTHLY, WEEKLY, Every, Shift
from parley.servicing.products.due import InterestRuns, given_days, regular_days
from parley.servicing.products.loan import loan_schedule
from parley.servicing.products.shapes import InterestOnly
from parley.servicing.products.terms import LoanTerms, period_rates
from parley.servicing.rate import Rate

# (paid out, first due, step, anchor day, whole steps, odd days, days of the odd days' year)
FIRST_PERIODS = [
    ("one month", "2026-01-01", "2026-02-01", MONTHLY, None, 1, 0, 360),
    ("one month to a month's end", "2026-01-31", "2026-02-28", MONTHLY, 31, 1, 0, 360),
    ("short", "2026-01-11", "2026-02-01", MONTHLY, None, 0, 20, 360),
    # 15 December to 1 January are 16 days of months of thirty.
    ("long by days", "2025-12-15", "2026-02-01", MONTHLY, None, 1, 16, 360),
    ("long by a month and days", "2025-11-16", "2026-02-01", MONTHLY, None, 2, 15, 360),
    ("long quarter", "2025-10-31", "2026-02-28", QUARTERLY, 31, 1, 30, 360),
    ("long week", "2026-01-01", "2026-01-11", WEEKLY, None, 1, 3, 364),
    ("short week", "2026-01-06", "2026-01-11", WEEKLY, None, 0, 5, 364),
    ("half months", "2026-01-20", "2026-02-16", SEMI_MONTHLY, None, 1, 11, 360),
    ("three half months", "2026-01-01", "2026-02-16", SEMI_MONTHLY, None, 3, 0, 360),
    ("days", "2026-01-01", "2026-01-31", DAILY, None, 30, 0, 365),
]


@pytest.mark.parametrize(
    ("paid_out", "first", "every", "anchor", "whole", "odd_days", "year"),
    [row[1:] for row in FIRST_PERIODS],
    ids=[row[0] for row in FIRST_PERIODS],
)
def test_first_period_by_steps_is_whole_steps_and_odd_days(
    paid_out: str, first: str, every: Every, anchor: int | None, whole: int, odd_days: int, year: int
) -> None:
    terms = LoanTerms(
        Money(100_000, "USD"),
        Rate.of_percent(12),
        date.fromisoformat(paid_out),
        regular_days(date.fromisoformat(first), every, 3, anchor_day=anchor),
        every,
    )
    steps, count = every.per_year
    step = Fraction(count, steps)
    per_year = Fraction(12, 100)
    expected = [per_year * (whole * step + Fraction(odd_days, year)), per_year * step, per_year * step]
    assert list(period_rates(terms)) == expected


def test_odd_days_cost_interest() -> None:
    # 1,000.00 at 12 %: a month is 10.00, sixteen days are 5.33.
    due = regular_days(date(2026, 2, 1), MONTHLY, 2)
    terms = LoanTerms(Money(100_000, "USD"), Rate.of_percent(12), date(2025, 12, 15), due, MONTHLY)
    assert [row.interest_minor for row in loan_schedule(terms, InterestOnly()).rows] == [1_533, 1_000]


@pytest.mark.parametrize(
    ("interest_runs", "days"), [(InterestRuns.TO_REGULAR_DAY, [31, 28]), (InterestRuns.TO_SHIFTED_DAY, [32, 28])]
)
def test_interest_runs_to_the_day_that_is_named(interest_runs: InterestRuns, days: list[int]) -> None:
    # 1 February and 1 March 2026 are Sundays; both move to Monday the 2nd.
    due = regular_days(
        date(2026, 2, 1), MONTHLY, 2, shift=Shift.FOLLOWING, rest_days=(5, 6), interest_runs=interest_runs
    )
    terms = LoanTerms(Money(36_500, "USD"), Rate.of_percent(100), date(2026, 1, 1), due, DayCount.ACTUAL_365F)
    schedule = loan_schedule(terms, InterestOnly())
    assert [row.due_on for row in schedule.rows] == [date(2026, 2, 2), date(2026, 3, 2)]
    # A dollar a day.
    assert [row.interest_minor for row in schedule.rows] == [100 * count for count in days]


def test_given_days_run_by_a_day_count() -> None:
    due = given_days([date(2026, 1, 11), date(2026, 3, 1)])
    terms = LoanTerms(Money(36_500, "USD"), Rate.of_percent(100), date(2026, 1, 1), due, DayCount.ACTUAL_365F)
    assert [row.interest_minor for row in loan_schedule(terms, InterestOnly()).rows] == [1_000, 4_900]
