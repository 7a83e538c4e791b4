from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.contact.hours import ALWAYS, moment, next_open, next_suitable, open_intervals, suitable_windows
from parley.dates import Instant
from parley.rulebook.evaluate import in_windows
from parley.rulebook.prepared import Designation
from parley.rulebook.rule import WeekWindows

EIGHT_TO_NINE_PM: WeekWindows = (((480, 1260),),) * 7
# Half hours, a quarter, half-hour summer time, a change at midnight, a skipped day, the far ends of the map.
ZONES = [
    *("America/New_York", "Europe/London", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"),
    *("America/Havana", "Africa/Cairo", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Shanghai"),
]
INSTANTS = st.integers(0, 12 * 366 * 24 * 60).map(
    lambda minutes: datetime(2011, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
# The days around clock changes, where mistakes live.
CHANGES = st.tuples(
    st.sampled_from(
        [
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 4, 4, 15, tzinfo=UTC),
            datetime(2026, 3, 8, 5, tzinfo=UTC),
            datetime(2026, 4, 23, 22, tzinfo=UTC),
            datetime(2011, 12, 30, 10, tzinfo=UTC),
        ]
    ),
    st.integers(-3000, 3000),
).map(lambda pair: pair[0] + timedelta(minutes=pair[1]))


@st.composite
def weeks(draw: st.DrawFn) -> WeekWindows:
    def day() -> tuple[tuple[int, int], ...]:
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=4)))
        return tuple(zip(edges[::2], edges[1::2], strict=False))

    return (day(), day(), day(), day(), day(), day(), day())


def is_open(week: WeekWindows, zone: str, at: Instant) -> bool:
    wall = moment(at, zone)
    return in_windows(week[wall.weekday], wall.minute)


@given(weeks(), st.sampled_from(ZONES), st.one_of(INSTANTS, CHANGES))
def test_next_open_is_open_and_nothing_before_it_is(week: WeekWindows, zone: str, after: Instant) -> None:
    found = next_open(week, zone, after)
    if found is None:
        assert not any(week)
        return
    assert is_open(week, zone, found)
    assert found >= after
    # Every minute of two days at most, then a sample: the wait is a week at worst.
    minutes = int((found - after).total_seconds() // 60)
    for minute in range(0, minutes, 1 if minutes < 2000 else 37):
        assert not is_open(week, zone, after + timedelta(minutes=minute))


@given(weeks(), st.sampled_from(ZONES), st.one_of(INSTANTS, CHANGES))
def test_intervals_say_what_the_wall_clock_says(week: WeekWindows, zone: str, at: Instant) -> None:
    wall = moment(at, zone)
    inside = any(start <= at < end for start, end in open_intervals(week[wall.weekday], zone, wall.day))
    assert inside == in_windows(week[wall.weekday], wall.minute)


@pytest.mark.parametrize(
    ("window", "zone", "after", "opens"),
    [
        # 02:30 does not exist on 8 March 2026: the window from 02:30 begins where the clock lands, 03:00 EDT.
        ((150, 240), "America/New_York", "2026-03-08T06:00+00:00", "2026-03-08T07:00+00:00"),
        # 01:30 comes twice on 1 November 2026: closed again at 02:00 (the first), it reopens at 01:30 EST.
        ((90, 105), "America/New_York", "2026-11-01T05:50+00:00", "2026-11-01T06:30+00:00"),
        ((480, 1260), "Asia/Kolkata", "2026-11-23T01:00+00:00", "2026-11-23T02:30+00:00"),
        ((480, 1260), "Australia/Lord_Howe", "2026-04-04T18:00+00:00", "2026-04-04T21:30+00:00"),
    ],
)
def test_clock_changes_and_half_hours(window: tuple[int, int], zone: str, after: str, opens: str) -> None:
    week: WeekWindows = ((window,),) * 7
    assert next_open(week, zone, datetime.fromisoformat(after)) == datetime.fromisoformat(opens)


def test_day_shown_before_the_clock_went_back_over_midnight_counts() -> None:
    # St John's, 7 November 2010: at 00:01 the clock went back to 23:01 of the day before.
    after = datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert next_open(ALWAYS, "America/St_Johns", after) == after


def test_skipped_day_has_no_open_minute() -> None:
    assert open_intervals(((0, 1440),), "Pacific/Apia", date(2011, 12, 30)) == ()


def test_week_that_never_opens_has_no_next() -> None:
    assert next_open(((),) * 7, "UTC", datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_designation_closes_its_hours_and_waits_for_its_day() -> None:
    named = Designation(closed=(((900, 1020),),) * 7, from_day=date(2026, 11, 24))
    assert suitable_windows(named)[0] == ((0, 900), (1020, 1440))
    at = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    assert next_suitable(named, "UTC", at) == datetime(2026, 11, 24, tzinfo=UTC)
    assert suitable_windows(Designation()) == ALWAYS
