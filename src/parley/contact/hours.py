"""When is a window of local time open? Local weeks become intervals of instants, exact through clock changes.

A local day is cut where its offset from UTC changes; inside each piece wall clock and instants run in step. So a
minute the clock skips is never open and a minute it shows twice is open twice.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeAlias

from parley.dates import Instant, local, start_of_day
from parley.rulebook.prepared import Designation, LocalMoment
from parley.rulebook.rule import DayWindows, WeekWindows

Interval: TypeAlias = tuple[Instant, Instant]

WHOLE_DAY: Final[DayWindows] = ((0, 24 * 60),)
ALWAYS: Final[WeekWindows] = (WHOLE_DAY,) * 7
# A week that opens at all opens within eight days; a designation may begin later, and the gate looks this far.
LOOK_AHEAD_DAYS: Final = 62


def moment(now: Instant, zone_name: str) -> LocalMoment:
    """Return the wall clock of *now* in the zone."""
    wall = local(now, zone_name)
    return LocalMoment(wall.date(), wall.weekday(), wall.hour * 60 + wall.minute)


def next_open(
    windows: WeekWindows, zone_name: str, after: Instant, closed: frozenset[date] = frozenset()
) -> Instant | None:
    """Return the first instant not before *after* that lies in the windows, or None within the look-ahead.

    Nothing of a *closed* local day is open.
    """
    # One day earlier: a clock set back over midnight shows a day that was already over.
    day = local(after, zone_name).date() - timedelta(days=1)
    found: Instant | None = None
    for _ in range(LOOK_AHEAD_DAYS):
        hours = () if day in closed else windows[day.weekday()]
        coming = _first(open_intervals(hours, zone_name, day), after)
        if found is not None:
            # For the same reason the day after the one found has its say.
            return found if coming is None else min(found, coming)
        found = coming
        day += timedelta(days=1)
    return found


def _first(intervals: tuple[Interval, ...], after: Instant) -> Instant | None:
    return min((max(after, start) for start, end in intervals if after < end), default=None)


def next_suitable(designation: Designation, zone_name: str, after: Instant) -> Instant | None:
    """Return the first instant not before *after* that suits the borrower who named these times."""
    if designation.from_day is not None:
        after = max(after, start_of_day(designation.from_day, zone_name))
    return next_open(suitable_windows(designation), zone_name, after)


@lru_cache(maxsize=1024)
def suitable_windows(designation: Designation) -> WeekWindows:
    """Return the open week of a designation: what is named as `only`, or all, less what is closed."""
    wanted = designation.only or ALWAYS
    closed = designation.closed or ((),) * 7
    days = [_without(wanted[weekday], closed[weekday]) for weekday in range(7)]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)


def _without(windows: DayWindows, closed: DayWindows) -> DayWindows:
    left = list(windows)
    for shut, reopen in closed:
        pieces = [piece for start, end in left for piece in ((start, min(end, shut)), (max(start, reopen), end))]
        left = [(start, end) for start, end in pieces if start < end]
    return tuple(left)


@lru_cache(maxsize=32_768)
def open_intervals(windows: DayWindows, zone_name: str, day: date) -> tuple[Interval, ...]:
    """Return the instants of local *day* inside its windows, as intervals without their end, in order."""
    intervals: list[Interval] = []
    for start, end, offset in _pieces(zone_name, day):
        midnight = datetime.combine(day, datetime.min.time(), tzinfo=UTC) - offset
        for opens, closes in windows:
            first = max(start, midnight + timedelta(minutes=opens))
            last = min(end, midnight + timedelta(minutes=closes))
            if first < last:
                intervals.append((first, last))
    return tuple(intervals)


@lru_cache(maxsize=32_768)
def _pieces(zone_name: str, day: date) -> tuple[tuple[Instant, Instant, timedelta], ...]:
    """Return the stretches of constant offset that make up local *day*; none for a day the zone skipped.

    A day reaches at most 26 hours either side of its UTC namesake; offsets change at whole minutes.
    """
    centre = datetime.combine(day, datetime.min.time(), tzinfo=UTC)
    edges = [centre + timedelta(hours=hour) for hour in range(-27, 52, 3)]
    cuts = [edges[0]]
    for left, right in pairwise(edges):
        if _offset(left, zone_name) != _offset(right, zone_name):
            cuts.append(_change_between(left, right, zone_name))
    cuts.append(edges[-1])
    pieces: list[tuple[Instant, Instant, timedelta]] = []
    for left, right in pairwise(cuts):
        offset = _offset(left, zone_name)
        start, end = max(left, centre - offset), min(right, centre - offset + timedelta(days=1))
        if start < end:
            pieces.append((start, end, offset))
    return tuple(pieces)


def _offset(at: Instant, zone_name: str) -> timedelta:
    offset = local(at, zone_name).utcoffset()
    assert offset is not None, "a zone knows its offset"
    return offset


def _change_between(left: Instant, right: Instant, zone_name: str) -> Instant:
    """Return the first minute at which the offset is that of *right*."""
    low, high = 0, int((right - left).total_seconds()) // 60
    wanted = _offset(right, zone_name)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(left + timedelta(minutes=middle), zone_name) == wanted:
            high = middle
        else:
            low = middle
    return left + timedelta(minutes=high)
