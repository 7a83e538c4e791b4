"""When do payments fall due? Days at a regular step from a first one, and what happens to a day that is closed.

Days are made from the first one and the number of steps, never from the one before, so a short month does not drag
the rest along: 31 January, 28 February, 31 March. Which days are closed is handed in; Parley guesses no calendar.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from parley.dates import add_days, add_months
from parley.errors import BadInput

# Fifty years of weeks, and some; a longer list was asked for by mistake.
MOST_DATES: Final = 3_000
# No calendar is closed longer; one that is was built by mistake.
MOST_CLOSED_DAYS: Final = 40
HALF_MONTH_DAYS: Final = 15
LAST_OF_MONTH: Final = 31


_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Unit(StrEnum):
    """What a step is counted in."""

    DAY = "day"
    WEEK = "week"
    SEMIMONTH = "semimonth"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Every:
    """A regular step: every *count* *unit*s. A semimonth has no multiple: two of them are a month."""

    count: int
    unit: Unit

    def __post_init__(self) -> None:
        assert self.count >= 1, "a step goes forward"
        assert self.unit is not Unit.SEMIMONTH or self.count == 1, "two half months are a month"

    @property
    def per_year(self) -> tuple[int, int]:
        """Steps a year as numerator and denominator; 365 days, 52 weeks, 24 half months, 12 months."""
        return _PER_YEAR[self.unit], self.count

    def __str__(self) -> str:
        return self.unit.value if self.count == 1 else f"{self.count} {self.unit}s"


_PER_YEAR: Final = {Unit.DAY: 365, Unit.WEEK: 52, Unit.SEMIMONTH: 24, Unit.MONTH: 12, Unit.YEAR: 1}

DAILY: Final = Every(1, Unit.DAY)
WEEKLY: Final = Every(1, Unit.WEEK)
FORTNIGHTLY: Final = Every(2, Unit.WEEK)
FOUR_WEEKLY: Final = Every(4, Unit.WEEK)
SEMI_MONTHLY: Final = Every(1, Unit.SEMIMONTH)
MONTHLY: Final = Every(1, Unit.MONTH)
QUARTERLY: Final = Every(3, Unit.MONTH)
YEARLY: Final = Every(1, Unit.YEAR)


class Shift(StrEnum):
    """Where a due date on a closed day goes. "Modified": unless that leaves the month; then the other way."""

    NONE = "none"
    FOLLOWING = "following"
    PRECEDING = "preceding"
    MODIFIED_FOLLOWING = "modified_following"
    MODIFIED_PRECEDING = "modified_preceding"


def days_from(first: date, every: Every, count: int, anchor_day: int | None = None) -> tuple[date, ...]:
    """Return *count* days from *first* on.

    *anchor_day* (1–31) is the day of month to come back to where *first* lies in a short month; 31 is the last day of
    every month. Half months run from the anchor to the same day plus 15: the 1st and 16th, the 15th and the last.
    """
    _refuse_count(count)
    _refuse_anchor(anchor_day)
    return _on_steps(first, every, range(count), anchor_day or first.day)


def days_before(first: date, every: Every, steps: int, anchor_day: int | None = None) -> date:
    """Return the day *steps* steps before *first*, as `days_from` counts them."""
    _refuse_anchor(anchor_day)
    return _on_steps(first, every, range(-steps, -steps + 1), anchor_day or first.day)[0]


def _on_steps(first: date, every: Every, steps: range, anchor: int) -> tuple[date, ...]:
    try:
        return _days_of(first, every, steps, anchor)
    except (OverflowError, ValueError):
        raise BadInput(
            "The schedule runs before year 1 or beyond the year 9999; check the first date and the number of dates.",
            "还款计划超出公元 1 年至 9999 年，请核对首个日期和日期个数。",
        ) from None


def _days_of(first: date, every: Every, steps: range, anchor: int) -> tuple[date, ...]:
    if every.unit in _STEP_DAYS:
        step = _STEP_DAYS[every.unit] * every.count
        return tuple(add_days(first, step * k) for k in steps)
    if every.unit is Unit.SEMIMONTH:
        return _half_months(first, steps, anchor)
    if add_months(first, 0, anchor) != first:
        raise BadInput(
            f"The first date, {first}, does not lie on day {anchor} of its month; give the day it lies on.",
            f"首个日期 {first} 不在当月第 {anchor} 日，请填写其所在日。",
        )
    step = every.count * (12 if every.unit is Unit.YEAR else 1)
    return tuple(add_months(first, step * k, anchor) for k in steps)


_STEP_DAYS: Final = {Unit.DAY: 1, Unit.WEEK: 7}


def _half_months(first: date, steps: range, anchor: int) -> tuple[date, ...]:
    early = anchor if anchor <= HALF_MONTH_DAYS else anchor - HALF_MONTH_DAYS
    late = early + HALF_MONTH_DAYS
    if anchor in {HALF_MONTH_DAYS, LAST_OF_MONTH}:
        early, late = HALF_MONTH_DAYS, LAST_OF_MONTH
    both = [add_months(first, 0, early), add_months(first, 0, late)]
    if first not in both:
        raise BadInput(
            f"The first date, {first}, lies on neither day {early} nor {late} of its month; give the day it lies on.",
            f"首个日期 {first} 既不在当月第 {early} 日，也不在第 {late} 日，请填写其所在日。",
        )
    start = both.index(first)
    return tuple(add_months(first, (start + k) // 2, late if (start + k) % 2 else early) for k in steps)


def parse_day(text: str) -> date:
    """Read a day written as year-month-day: "2026-02-28". Raises BadInput for one that does not exist."""
    if _DAY.fullmatch(text) is None:
        raise BadInput(
            f"{text!r} is not a date; write it as year-month-day, for example 2026-02-28.",
            f"{text!r} 不是日期，请按“年-月-日”填写，例如 2026-02-28。",
        )
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{text} is no day of the calendar; check the day of the month and the year.",
            f"日期 {text} 不存在，请核对年、月、日。",
        ) from None


def is_month_end(day: date) -> bool:
    """Return whether *day* is the last of its month."""
    return day.day == calendar.monthrange(day.year, day.month)[1]


def open_day(day: date, shift: Shift, closed: Collection[date] = (), rest_days: Collection[int] = ()) -> date:
    """Return *day*, or where *shift* moves it if it is closed: one of *closed*, or a weekday of *rest_days* (Monday 0).

    Raises BadInput where nothing is open within forty days: the calendar was built by mistake.
    """
    if shift is Shift.NONE:
        return day
    step = -1 if shift in {Shift.PRECEDING, Shift.MODIFIED_PRECEDING} else 1
    moved = _first_open(day, step, closed, rest_days)
    if moved.month != day.month and shift in {Shift.MODIFIED_FOLLOWING, Shift.MODIFIED_PRECEDING}:
        return _first_open(day, -step, closed, rest_days)
    return moved


def _first_open(day: date, step: int, closed: Collection[date], rest_days: Collection[int]) -> date:
    for distance in range(MOST_CLOSED_DAYS + 1):
        moved = day + timedelta(days=step * distance)
        if moved not in closed and moved.weekday() not in rest_days:
            return moved
    raise BadInput(
        f"No day within {MOST_CLOSED_DAYS} days of {day} is open; check the closed days that were given.",
        f"{day} 前后 {MOST_CLOSED_DAYS} 天内没有营业日，请核对所给的休息日。",
    )


def _refuse_anchor(anchor_day: int | None) -> None:
    if anchor_day is not None and not 1 <= anchor_day <= LAST_OF_MONTH:
        raise BadInput(
            f"A day of the month is 1 to {LAST_OF_MONTH}, not {anchor_day}; {LAST_OF_MONTH} means the last one.",
            f"每月还款日须为 1 至 {LAST_OF_MONTH}，不能是 {anchor_day}；{LAST_OF_MONTH} 表示每月最后一日。",
        )


def _refuse_count(count: int) -> None:
    if not 1 <= count <= MOST_DATES:
        raise BadInput(
            f"A schedule has 1 to {MOST_DATES:,} dates; give a number in that range.",
            f"日期个数须为 1 至 {MOST_DATES:,}，请在此范围内填写。",
        )
