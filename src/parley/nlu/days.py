"""Arithmetic of days that a reply names, and the form of a pattern that names them. No word of any language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parley.dates import add_months

Names = Mapping[str, Mapping[str, Any]]
Found = tuple[date | tuple[date, ...] | None, date | None]
"""The day that is named, or the two of a range; and the other reading of it."""


@dataclass(frozen=True, slots=True)
class Today:
    """What relative days are relative to. `past`: the reply tells what was done, so a bare Friday is the last one."""

    day: date
    month_first: bool
    past: bool = False


Resolver = Callable[[re.Match[str], Today], Found]


@dataclass(frozen=True, slots=True)
class DayPattern:
    """A regular expression, and what its match means: (day, other reading of it)."""

    regex: re.Pattern[str]
    resolve: Resolver
    why: str


def patterns(rows: Iterable[tuple[str, Resolver, str]]) -> tuple[DayPattern, ...]:
    """Compile rows of (regex, resolver, why)."""
    return tuple(DayPattern(re.compile(regex), resolve, why) for regex, resolve, why in rows)


def nothing(_hit: re.Match[str], _today: Today) -> Found:
    """Take the place (a time, a rhythm) and name no day."""
    return None, None


def next_weekday(today: Today, weekday: int) -> date:
    """Return the next such weekday strictly after today; of the past, the last one before it."""
    ahead = (weekday - today.day.weekday()) % 7
    if today.past:
        return today.day - timedelta(days=(-ahead) % 7 or 7)
    return today.day + timedelta(days=ahead or 7)


def weekday_of_week(today: Today, weekday: int, weeks: int) -> date:
    """Return that weekday of the week *weeks* from this one; weeks begin on Monday."""
    monday = today.day - timedelta(days=today.day.weekday())
    return monday + timedelta(days=7 * weeks + weekday)


def next_day_of_month(today: Today, number: int) -> date:
    """Return the next such day strictly after today, or when telling of the past the last one before."""
    if not 1 <= number <= 31:
        raise ValueError("no day of a month")
    step = -1 if today.past else 1
    for months in range(4):
        first = add_months(today.day.replace(day=1), step * months)
        day = _maybe(first.year, first.month, number)
        if day and (day < today.day if today.past else day > today.day):
            return day
    raise ValueError("no such day nearby")


def _maybe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_day(today: Today, month: int, day: int, year: int | None = None) -> date:
    """Return that day of the given, else of the nearest fitting year."""
    if year is not None:
        return date(year if year > 99 else 2000 + year, month, day)
    this = date(today.day.year, month, day)
    if today.past:
        return this if this <= today.day else date(today.day.year - 1, month, day)
    return this if this >= today.day else date(today.day.year + 1, month, day)


def month_end(first: date) -> date:
    """Return the last day of the month of *first*."""
    return add_months(first.replace(day=1), 1) - timedelta(days=1)


def month_end_of(today: Today, month: int) -> date:
    """Return the last day of the nearest such month, 1 to 12."""
    year = today.day.year + (0 if today.past or month >= today.day.month else 1)
    return month_end(date(year, month, 1))


def shifted(day: date, count: int, unit: str) -> date:
    """Return *day* moved by *count* of a unit: day, week, fortnight or month."""
    if unit == "month":
        return add_months(day, count)
    return day + timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])


def nearest(days: Iterable[date], today: Today) -> date:
    """Return the next of *days* not before today, or when telling of the past the last one not after it."""
    fitting = [d for d in days if (d <= today.day if today.past else d >= today.day)]
    if not fitting:
        raise ValueError("no such feast nearby")
    return max(fitting) if today.past else min(fitting)
