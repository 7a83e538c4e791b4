"""By when a person owes an answer: boundaries of the working day and week, and a crisis by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from parley.engine.service import (
    URGENCY,
    ServiceTimes,
    Staffing,
    Urgency,
    answer_by,
    is_working,
    promise,
    urgency_of,
)
from parley.run.library import build_library, service_times
from parley.settings import Settings
from parley.settings.model import Desk, Lender

TIMES = ServiceTimes(
    minutes=(
        (Urgency.CRISIS, 10),
        (Urgency.SERIOUS, 120),
        (Urgency.ASKED, 240),
        (Urgency.UNCLEAR, 480),
        (Urgency.OTHER, 1_440),
    ),
    days=frozenset({1, 2, 3, 4, 5}),
    opens_hour=8,
    closes_hour=20,
    zone="America/New_York",
)


def new_york(day: int, hour: int, minute: int = 0) -> datetime:
    """Give an instant of November 2026, after the clocks went back: New York is five hours behind."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC) + timedelta(hours=5)


@pytest.mark.parametrize(
    ("since", "by"),
    [
        (new_york(3, 12), new_york(3, 16)),
        # Four hours before closing, to the minute, and one minute later.
        (new_york(3, 16), new_york(3, 20)),
        (new_york(3, 16, 1), new_york(4, 8, 1)),
        # At night and at closing time the next day begins the count.
        (new_york(3, 2), new_york(3, 12)),
        (new_york(3, 20), new_york(4, 12)),
        # Friday evening and Saturday are Monday's work.
        (new_york(6, 19), new_york(9, 11)),
        (new_york(7, 9), new_york(9, 12)),
    ],
)
def test_a_promise_counts_working_time(since: datetime, by: datetime) -> None:
    assert answer_by("asked", since, TIMES) == by


def test_a_longer_promise_goes_over_several_days() -> None:
    # 24 hours of work at 12 hours a day.
    assert answer_by("state", new_york(3, 12), TIMES) == new_york(5, 12)


def test_a_crisis_is_answered_by_the_clock() -> None:
    saturday_night = new_york(7, 23, 55)
    assert answer_by("crisis", saturday_night, TIMES) == saturday_night + timedelta(minutes=10)


def test_a_day_with_an_hour_less_loses_it() -> None:
    # On 14 March 2027 the clocks of New York skip from two to three; work began at one.
    times = replace(TIMES, days=frozenset({7}), opens_hour=1, closes_hour=24)
    night = datetime(2027, 3, 14, 6, tzinfo=UTC)
    assert answer_by("asked", night, times) == night + timedelta(hours=4)


def test_a_reason_of_a_later_version_is_urgent_rather_than_late() -> None:
    assert urgency_of("something_new") is Urgency.SERIOUS


def test_every_urgency_has_reasons_and_default_minutes() -> None:
    times = service_times(Settings())
    assert set(URGENCY.values()) == set(Urgency)
    minutes = [times.minutes_of(urgency) for urgency in Urgency]
    assert minutes == sorted(minutes) and minutes[0] < minutes[1]


CALM = Staffing(people=1, waiting=0)


@pytest.mark.parametrize(
    ("now", "day", "clock", "at"),
    [
        # Four hours of work, told as the next full hour.
        (new_york(3, 11), "today", "15:00", new_york(3, 15)),
        (new_york(3, 11, 1), "today", "16:00", new_york(3, 16)),
        (new_york(3, 19), "tomorrow", "11:00", new_york(4, 11)),
        # Friday evening and the weekend are Monday's work.
        (new_york(6, 19), "monday", "11:00", new_york(9, 11)),
        (new_york(8, 9), "tomorrow", "12:00", new_york(9, 12)),
    ],
)
def test_a_time_is_told_in_working_hours_as_a_full_hour(now: datetime, day: str, clock: str, at: datetime) -> None:
    told = promise("asked", now, "America/New_York", TIMES, CALM)
    assert told is not None
    assert (told.day, told.clock, told.at) == (day, clock, at)
    assert told.at >= answer_by("asked", now, TIMES)


def test_a_time_is_the_borrower_s_own_and_never_one_of_the_night() -> None:
    # Noon in New York is 17:00 in London; four hours of work later it is nine in the evening there.
    told = promise("asked", new_york(3, 12), "Europe/London", TIMES, CALM)
    assert told is not None
    assert (told.day, told.clock) == ("tomorrow", "10:00")
    early = promise("asked", new_york(3, 2), "America/Los_Angeles", TIMES, CALM)
    assert early is not None
    assert (early.day, early.clock) == ("tomorrow", "10:00")


def test_a_closed_day_is_no_working_day() -> None:
    closed = replace(TIMES, closed=frozenset({date(2026, 11, 4)}))
    told = promise("asked", new_york(3, 19), "America/New_York", closed, CALM)
    assert told is not None and told.day == "thursday"
    assert is_working(new_york(4, 12), TIMES) and not is_working(new_york(4, 12), closed)
    assert not is_working(new_york(4, 7, 59), TIMES) and not is_working(new_york(4, 20), TIMES)


def test_the_time_moves_where_more_wait_than_the_people_answer() -> None:
    paced = replace(TIMES, answers_per_hour=6)
    now, zone = new_york(3, 9), "America/New_York"

    def told(people: int, waiting: int) -> datetime:
        found = promise("asked", now, zone, paced, Staffing(people, waiting))
        assert found is not None
        return found.at

    # One person answers 24 in the four hours that are owed anyway; the 48th waits eight hours, by two people four.
    assert told(1, 0) == told(1, 23) == new_york(3, 13)
    assert told(1, 47) == new_york(3, 17)
    assert told(2, 47) == new_york(3, 13)
    assert told(1, 96) > told(1, 95) > told(1, 47)


@pytest.mark.parametrize("staffing", [None, Staffing(0, 0), Staffing(1, 100_000)])
def test_no_time_is_told_where_none_can_be_kept(staffing: Staffing | None) -> None:
    paced = replace(TIMES, answers_per_hour=6)
    assert promise("asked", new_york(3, 12), "America/New_York", paced, staffing) is None


def test_a_crisis_is_promised_nothing_but_comes_at_once() -> None:
    assert promise("crisis", new_york(3, 12), "America/New_York", TIMES, CALM) is None


def test_the_lender_s_holidays_are_closed_by_themselves_and_by_the_settings() -> None:
    rules = build_library(Settings()).rulebook
    settings = Settings(lender=Lender(jurisdiction="AU"), desk=Desk(closed_on="2026-11-30"))
    times = service_times(settings, rules)
    assert {date(2026, 12, 25), date(2026, 11, 30)} <= times.closed
    assert service_times(Settings(), rules).closed == frozenset()
