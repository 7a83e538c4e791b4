"""Which days are public holidays? Calendars as data: the days, where they come from, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.rulebook.fields import Fields

FOLDER: Final = "holidays/"


@dataclass(frozen=True, slots=True)
class HolidayCalendar:
    """The holidays from `first_on` to `last_on`; those after `sure_until` are estimates, outside nothing is closed."""

    name: str
    source: str
    first_on: date
    sure_until: date
    last_on: date
    days: frozenset[date]

    def knows(self, day: date) -> bool:
        """Say whether the calendar is sure of *day*."""
        return self.first_on <= day <= self.sure_until


def read_calendar(name: str, top: Fields) -> HolidayCalendar:
    """Return the calendar a file holds. Raises BadInput with the line of a day that is none, twice or out of range."""
    first_on, sure_until, last_on = top.day("first_on"), top.day("sure_until"), top.day("last_on")
    if first_on is None or sure_until is None or last_on is None or not first_on <= sure_until <= last_on:
        top.fail(
            "first_on",
            "first_on, sure_until and last_on say how far it reaches, in this order",
            "须依次写明日期 first_on、sure_until 与 last_on",
        )
    source = top.text("source")
    days = top.get("days", {})
    if not isinstance(days, Mapping) or not days:
        top.fail("days", "days is a table of dates and their names", "days 应为日期与名称的表")
    found = frozenset(_day(top, text, first_on, last_on) for text in days)
    top.finish()
    return HolidayCalendar(name, source, first_on, sure_until, last_on, found)


def _day(top: Fields, text: str, first_on: date, last_on: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        top.fail(text, f"{text!r} is no date such as 2026-12-25", f"{text!r} 不是日期，如 2026-12-25")
    if not first_on <= day <= last_on:
        top.fail(text, f"{text} lies outside first_on and last_on", f"{text} 不在 first_on 与 last_on 之间")
    return day
