from __future__ import annotations

from datetime import date

from parley.negotiation.budget.recheck import recheck_days, recheck_due

AGREED = date(2026, 11, 30)
MONTH_3 = date(2027, 2, 28)  # there is no February 30


def test_a_budget_is_checked_in_month_three_and_on_each_miss_once() -> None:
    misses = (date(2027, 1, 5), date(2026, 12, 5), date(2027, 1, 5), date(2026, 11, 29))
    assert recheck_days(AGREED) == (MONTH_3,)
    assert recheck_days(AGREED, misses) == (date(2026, 12, 5), date(2027, 1, 5), MONTH_3)


def test_a_check_is_due_from_its_day_until_it_is_done() -> None:
    assert recheck_due(AGREED, date(2027, 2, 27)) is None
    assert recheck_due(AGREED, MONTH_3) == MONTH_3
    assert recheck_due(AGREED, date(2027, 6, 1), checked_on=MONTH_3) is None
    missed = (date(2026, 12, 5),)
    assert recheck_due(AGREED, date(2026, 12, 5), missed) == date(2026, 12, 5)
    assert recheck_due(AGREED, date(2027, 3, 1), missed, checked_on=date(2026, 12, 6)) == MONTH_3


def test_a_miss_on_the_day_of_the_agreement_is_checked_that_day() -> None:
    assert recheck_due(AGREED, AGREED, (AGREED,)) == AGREED
    assert recheck_due(AGREED, AGREED, (AGREED,), checked_on=AGREED) is None
