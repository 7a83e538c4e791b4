from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.engine.nightly import LIMIT_NEWS_DAYS, BookRow, Cadence, trigger
from parley.purpose import Purpose
from parley.servicing.account import Due
from parley.servicing.arrangement import InstalmentState

CADENCE = Cadence(reminder_days_before=3, overdue_days=frozenset({1, 5, 12}), grace_days=5)
DUE_ON = date(2026, 12, 10)
DUE = Due(DUE_ON, 10_000)
PAID = Due(DUE_ON, 10_000, 10_000)


def row(*dues: Due, **facts: object) -> BookRow:
    return BookRow(is_open=True, is_held_out=False, dues=dues, **facts)  # type: ignore[arg-type]  # fields of BookRow


def on(days_after_due: int) -> date:
    return DUE_ON + timedelta(days=days_after_due)


def family_of(book: BookRow, days_after_due: int) -> str | None:
    wish = trigger(book, on(days_after_due), CADENCE)
    return wish.family if wish is not None else None


@pytest.mark.parametrize(
    ("day", "family"),
    [(-4, None), (-3, "reminder"), (-2, None), (0, None), (1, "overdue"), (2, None), (5, "overdue"), (12, "overdue"),
     (13, None)],
)  # fmt: skip
def test_one_reminder_before_and_few_messages_after_the_due_date(day: int, family: str | None) -> None:
    assert family_of(row(DUE), day) == family


@pytest.mark.parametrize("day", [-3, 1, 5])
def test_what_is_paid_is_not_written_about(day: int) -> None:
    assert family_of(row(PAID), day) is None


def test_purposes_and_occasions_tell_one_wish_from_another() -> None:
    reminder, late = trigger(row(DUE), on(-3), CADENCE), trigger(row(DUE), on(5), CADENCE)
    assert reminder is not None
    assert late is not None
    assert (reminder.purpose, reminder.due_on) == (Purpose.REMINDER, DUE_ON)
    assert late.purpose is Purpose.COLLECTION
    assert late.occasion != reminder.occasion
    assert late.occasion == f"late:5:{DUE_ON}"


@pytest.mark.parametrize(("is_open", "is_held_out"), [(False, False), (True, True), (False, True)])
@pytest.mark.parametrize("day", [-3, 1])
def test_closed_and_held_out_accounts_are_never_written_to(is_open: bool, is_held_out: bool, day: int) -> None:
    shut = BookRow(is_open=is_open, is_held_out=is_held_out, dues=(DUE,), limit_changed_on=DUE_ON)
    assert trigger(shut, on(day), CADENCE) is None


def test_a_standing_promise_keeps_us_quiet() -> None:
    assert family_of(row(DUE, has_promise=True), 5) is None


@pytest.mark.parametrize(
    ("day", "family"),
    [(-1, None), (0, "limit_change"), (LIMIT_NEWS_DAYS, "limit_change"), (LIMIT_NEWS_DAYS + 1, None)],
)
def test_a_new_limit_is_told_while_it_is_news(day: int, family: str | None) -> None:
    assert family_of(row(PAID, limit_changed_on=DUE_ON), day) == family


def test_a_plan_that_is_kept_brings_only_its_own_reminders() -> None:
    plan = (InstalmentState(on(-30), 100, 100, on(-30)), InstalmentState(on(20), 100))
    kept = row(DUE, plan=plan)
    assert [family_of(kept, day) for day in (1, 5, 12, 17, 20)] == [None, None, None, "arrangement.reminder", None]


def test_a_paid_instalment_is_not_reminded_of() -> None:
    assert family_of(row(DUE, plan=(InstalmentState(on(20), 100, 100, on(10)),)), 17) is None


def test_a_broken_plan_is_told_once_and_kindly() -> None:
    plan = (InstalmentState(on(0), 100, 40),)
    assert family_of(row(DUE, plan=plan), 5) is None
    assert family_of(row(DUE, plan=plan), 6) is None
    broke = trigger(row(DUE, plan=plan, plan_broke=True), on(6), CADENCE)
    assert broke is not None
    assert (broke.family, broke.purpose, broke.due_on) == ("arrangement.missed", Purpose.COLLECTION, DUE_ON)


@given(st.integers(-40, 200), st.booleans(), st.booleans())
def test_at_most_one_wish_a_day_and_always_the_same(day: int, has_promise: bool, is_paid: bool) -> None:
    book = row(PAID if is_paid else DUE, has_promise=has_promise)
    assert trigger(book, on(day), CADENCE) == trigger(book, on(day), CADENCE)
    if is_paid or has_promise:
        assert trigger(book, on(day), CADENCE) is None
