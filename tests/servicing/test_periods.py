"""Due dates: month ends, half months, closed days, and what is refused."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.servicing.periods import (
    DAILY,
    FORTNIGHTLY,
    FOUR_WEEKLY,
    MONTHLY,
    QUARTERLY,
    SEMI_MONTHLY,
    WEEKLY,
    YEARLY,
    Every,
    Shift,
    Unit,
    days_from,
    is_month_end,
    open_day,
)

SATURDAY, SUNDAY = 5, 6
WEEKEND = frozenset({SATURDAY, SUNDAY})


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


@pytest.mark.parametrize(
    ("every", "first", "expected"),
    [
        (DAILY, "2026-12-31", ["2026-12-31", "2027-01-01", "2027-01-02"]),
        (WEEKLY, "2026-12-28", ["2026-12-28", "2027-01-04", "2027-01-11"]),
        (FORTNIGHTLY, "2028-02-20", ["2028-02-20", "2028-03-05", "2028-03-19"]),
        (FOUR_WEEKLY, "2027-02-01", ["2027-02-01", "2027-03-01", "2027-03-29"]),
        (MONTHLY, "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (MONTHLY, "2028-01-30", ["2028-01-30", "2028-02-29", "2028-03-30"]),
        (QUARTERLY, "2026-11-30", ["2026-11-30", "2027-02-28", "2027-05-30"]),
        (YEARLY, "2028-02-29", ["2028-02-29", "2029-02-28", "2030-02-28"]),
        (SEMI_MONTHLY, "2027-02-01", ["2027-02-01", "2027-02-16", "2027-03-01"]),
        (SEMI_MONTHLY, "2027-02-16", ["2027-02-16", "2027-03-01", "2027-03-16"]),
        (SEMI_MONTHLY, "2027-02-15", ["2027-02-15", "2027-02-28", "2027-03-15", "2027-03-31"]),
        (SEMI_MONTHLY, "2027-01-31", ["2027-01-31", "2027-02-15", "2027-02-28"]),
        (SEMI_MONTHLY, "2027-01-30", ["2027-01-30", "2027-02-15", "2027-02-28", "2027-03-15", "2027-03-30"]),
        (SEMI_MONTHLY, "2027-01-05", ["2027-01-05", "2027-01-20", "2027-02-05"]),
        (Every(2, Unit.MONTH), "2027-12-31", ["2027-12-31", "2028-02-29", "2028-04-30"]),
    ],
)
def test_days_at_a_regular_step(every: Every, first: str, expected: list[str]) -> None:
    assert days_from(date.fromisoformat(first), every, len(expected)) == _days(*expected)


def test_anchor_day_is_come_back_to() -> None:
    assert days_from(date(2027, 2, 28), MONTHLY, 3, 30) == _days("2027-02-28", "2027-03-30", "2027-04-30")
    # 31: the last day of every month.
    assert days_from(date(2027, 4, 30), MONTHLY, 3, 31) == _days("2027-04-30", "2027-05-31", "2027-06-30")
    assert days_from(date(2027, 2, 28), SEMI_MONTHLY, 3, 31) == _days("2027-02-28", "2027-03-15", "2027-03-31")


@pytest.mark.parametrize(("every", "anchor"), [(MONTHLY, 27), (SEMI_MONTHLY, 3)])
def test_first_day_off_its_anchor_is_refused(every: Every, anchor: int) -> None:
    with pytest.raises(BadInput, match="first date"):
        days_from(date(2027, 2, 28), every, 3, anchor)


@given(
    st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    st.builds(Every, st.integers(1, 12), st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR])),
    st.integers(1, 60),
)
def test_days_rise_and_months_keep_their_day_or_end(first: date, every: Every, count: int) -> None:
    days = days_from(first, every, count)
    assert len(days) == count and days[0] == first
    assert all(a < b for a, b in pairwise(days))
    if every.unit in {Unit.MONTH, Unit.YEAR}:
        assert all(day.day == first.day or (is_month_end(day) and day.day < first.day) for day in days)
    else:
        assert len({b - a for a, b in pairwise(days)}) <= 1


# New Year's Day 2027 is a Friday; 31 October 2027 a Sunday.
@pytest.mark.parametrize(
    ("day", "shift", "expected"),
    [
        ("2027-01-01", Shift.NONE, "2027-01-01"),
        ("2027-01-01", Shift.FOLLOWING, "2027-01-04"),
        ("2027-01-01", Shift.PRECEDING, "2026-12-31"),
        ("2027-01-01", Shift.MODIFIED_FOLLOWING, "2027-01-04"),
        ("2027-01-01", Shift.MODIFIED_PRECEDING, "2027-01-04"),
        ("2027-10-31", Shift.FOLLOWING, "2027-11-01"),
        ("2027-10-31", Shift.MODIFIED_FOLLOWING, "2027-10-29"),
        ("2027-10-31", Shift.PRECEDING, "2027-10-29"),
        ("2027-06-02", Shift.FOLLOWING, "2027-06-02"),
    ],
)
def test_closed_day_is_moved_by_the_rule(day: str, shift: Shift, expected: str) -> None:
    closed = frozenset({date(2027, 1, 1)})
    assert open_day(date.fromisoformat(day), shift, closed, WEEKEND) == date.fromisoformat(expected)


def test_calendar_that_is_never_open_is_refused() -> None:
    with pytest.raises(BadInput, match="is open"):
        open_day(date(2027, 1, 1), Shift.FOLLOWING, rest_days=frozenset(range(7)))


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_impossible_number_of_days_is_refused(count: int) -> None:
    with pytest.raises(BadInput, match=r"1 to 3,000"):
        days_from(date(2027, 1, 1), MONTHLY, count)


@pytest.mark.parametrize("every", [MONTHLY, WEEKLY, SEMI_MONTHLY, YEARLY])
def test_schedule_beyond_the_calendar_is_refused(every: Every) -> None:
    with pytest.raises(BadInput, match="year 9999"):
        days_from(date(9999, 12, 31), every, 3)


def test_a_step_says_its_name_and_how_many_fit_a_year() -> None:
    assert [str(every) for every in (MONTHLY, FORTNIGHTLY, SEMI_MONTHLY)] == ["month", "2 weeks", "semimonth"]
    assert [every.per_year for every in (DAILY, FOUR_WEEKLY, SEMI_MONTHLY, QUARTERLY)] == [
        (365, 1), (52, 4), (24, 1), (12, 3),
    ]  # fmt: skip
