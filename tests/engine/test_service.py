"""By when a person owes an answer: boundaries of the working day and week, and a crisis by the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley.engine.service import URGENCY, ServiceTimes, Urgency, answer_by, urgency_of
from parley.run.library import service_times
from parley.settings import Settings

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
