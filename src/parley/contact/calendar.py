"""Local time as tables of instants: when a week of local hours is open, when a contact leaves the window of a cap.

Columns join these, so that SQL needs no time-zone function. Intervals are exact through clock changes (`hours`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from parley.contact.hours import Interval, open_intervals
from parley.dates import Instant, add_months, local_date, start_of_day
from parley.rulebook.rule import WeekWindows
from parley.rulebook.terms import Calendar

# So many local days with today the last, or the running week or month.
Window: TypeAlias = "int | Calendar"
# From this instant on, what is told (an instant too) holds.
Step: TypeAlias = tuple[Instant, Instant]

# Every cap that counts over days has room again within a month; a week that opens at all opens within eight days more.
HORIZON_DAYS: Final = 45
# A local day may begin a day before or after its namesake in UTC; a clock set back shows a day that was over.
_EITHER_SIDE: Final = 2


@lru_cache(maxsize=4096)
def open_times(
    week: WeekWindows, zone_name: str, closed: frozenset[date], first: date, last: date
) -> tuple[Interval, ...]:
    """Return when the week is open in the zone, in order, over the local days around *first…last*.

    Nothing of a *closed* local day is open.
    """
    days = [first + timedelta(days=n) for n in range(-_EITHER_SIDE, (last - first).days + _EITHER_SIDE + 1)]
    hours = [(() if day in closed else week[day.weekday()], day) for day in days]
    found: list[Interval] = []
    for start, end in sorted(one for windows, day in hours for one in open_intervals(windows, zone_name, day)):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def opens_at_all(week: WeekWindows) -> bool:
    """Say whether any minute of the week is open."""
    return any(week)


def meet(schedules: Sequence[Sequence[Interval]], after: Instant) -> bool:
    """Say whether all of these are ever open together at *after* or later."""
    common: Sequence[Interval] = schedules[0]
    for other in schedules[1:]:
        common = _overlap(common, other)
    return any(end > after for _, end in common)


def _overlap(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    found: list[Interval] = []
    i = k = 0
    while i < len(left) and k < len(right):
        start, end = max(left[i][0], right[k][0]), min(left[i][1], right[k][1])
        if start < end:
            found.append((start, end))
        if left[i][1] < right[k][1]:
            i += 1
        else:
            k += 1
    return found


def window_start(window: Window, now: Instant, zones: tuple[str, ...]) -> Instant:
    """Return the first instant of the window that ends now, in the zone where it reaches back most.

    Counted if it lies in the window in any zone: where zones differ, the one that counts most decides.
    """
    return min(start_of_day(_first_day(window, local_date(now, zone)), zone) for zone in zones)


def room_steps(window: Window, zones: tuple[str, ...], first: date, last: date) -> tuple[Step, ...]:
    """Return when a contact leaves the window: made at or after, gone at. Gone in every zone."""
    return _steps(lambda day: _day_after(window, day), zones, first, last, latest=True)


def lapse_steps(days: int, zones: tuple[str, ...], first: date, last: date) -> tuple[Step, ...]:
    """Return when a consent of so many local days, its own the first, ends in any zone: given at or after, ended at."""
    return _steps(lambda day: day + timedelta(days=days), zones, first, last, latest=False)


def _steps(
    then: Callable[[date], date], zones: tuple[str, ...], first: date, last: date, *, latest: bool
) -> tuple[Step, ...]:
    """Return one step for each local day of each zone around *first…last*, in order."""
    reach = range(-_EITHER_SIDE, (last - first).days + _EITHER_SIDE + 1)
    edges = sorted({start_of_day(first + timedelta(days=n), zone) for n in reach for zone in zones})
    choose = max if latest else min
    return tuple((edge, choose(start_of_day(then(local_date(edge, zone)), zone) for zone in zones)) for edge in edges)


def _first_day(window: Window, today: date) -> date:
    match window:
        case Calendar.WEEK:
            return today - timedelta(days=today.weekday())
        case Calendar.MONTH:
            return today.replace(day=1)
        case int():
            return today - timedelta(days=window - 1)


def _day_after(window: Window, day: date) -> date:
    """Return the first day whose window no longer reaches back to *day*."""
    match window:
        case Calendar.WEEK:
            return _first_day(window, day) + timedelta(days=7)
        case Calendar.MONTH:
            return add_months(_first_day(window, day), 1)
        case int():
            return day + timedelta(days=window)
