"""On which day does money come? The pay-day or benefit day a borrower names, and the first payment that follows it."""

from __future__ import annotations

from datetime import date
from typing import Final

from parley.dates import add_months
from parley.nlu.evidence import evidence_of
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import Reading, ReadingContext

# What comes every month by itself; a tax refund does not.
_REGULAR: Final = frozenset({"payday", "benefit"})
_MONTHS_AHEAD: Final = 3
# Money that came so few days ago is still there.
_AFTER_DAYS: Final = 3


def pay_day_in(text: str, context: ReadingContext, reading: Reading, lexicon: Lexicon) -> date | None:
    """Return a day on which regular money comes, by what *text* says; None where it names none, or several."""
    if reading.slots.date_anchor not in _REGULAR:
        return None
    days = {day for when in evidence_of(text, context, lexicon).facts.days for day in when.dates}
    return next(iter(days)) if len(days) == 1 else None


def first_after(pay_day: date, today: date, latest: date) -> date | None:
    """Return the first pay-day after *today*, a month apart, that is not after *latest*; None: there is none."""
    first = next((day for day in _monthly(pay_day) if day > today), None)
    return first if first is not None and first <= latest else None


def followed(pay_day: date, first_on: date) -> date | None:
    """Return the pay-day that a first payment on *first_on* follows at once, or within three days; None: none."""
    return next((day for day in _monthly(pay_day) if 0 <= (first_on - day).days <= _AFTER_DAYS), None)


def _monthly(pay_day: date) -> list[date]:
    return [add_months(pay_day, months, pay_day.day) for months in range(-_MONTHS_AHEAD, _MONTHS_AHEAD + 1)]
