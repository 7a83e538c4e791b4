"""On which day does money come? The pay-day or benefit day a borrower names, and the first payment that follows it.

| money comes | the first payment falls due on |
|---|---|
| once a month | the next pay-day |
| every week, or every other one | the first pay-day from the policy's usual first day on |

Payments are monthly whatever the rhythm of pay. A day named with a rhythm is a first day itself. Of "every other
Friday" alone nobody knows which: that names no pay-day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from parley.dates import add_months, local_date
from parley.nlu.evidence import evidence_of
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import Reading, ReadingContext

# What comes every month by itself; a tax refund does not.
_REGULAR: Final = frozenset({"payday", "benefit"})
_MONTHS_AHEAD: Final = 3
_WEEKS_AROUND: Final = 26
# Money that came so few days ago is still there.
_AFTER_DAYS: Final = 3
_WEEK: Final = 7
# A weekday as the reader's weekly rhythms write it, Monday first.
_WEEKDAY: Final = re.compile(
    r"\b(?:(mon)|(tue)|(wed)|(thu)|(fri)|(sat)|(sun))[a-z]*|(?:周|星期|礼拜)(?:(一)|(二)|(三)|(四)|(五)|(六)|([日天]))"
)
_EVERY_OTHER: Final = re.compile(r"\b(?:other|second|2nd)\b")


@dataclass(frozen=True, slots=True)
class PayDay:
    """A day on which pay comes, and how many days apart pay-days are; 0: a month."""

    day: date
    every_days: int = 0


def pay_day_in(text: str, context: ReadingContext, reading: Reading, lexicon: Lexicon) -> PayDay | None:
    """Return a day on which regular money comes, by what *text* says; None where it names none, or several."""
    if reading.slots.date_anchor not in _REGULAR:
        return None
    seen = evidence_of(text, context, lexicon)
    days = {day for when in seen.facts.days for day in when.dates}
    rhythms = (_rhythm(seen.normal.text, when.start, when.end) for when in seen.facts.days if not when.dates)
    weekly = {one for one in rhythms if one is not None}
    if len(days) > 1 or len(weekly) > 1:
        return None
    day = next(iter(days), None)
    if not weekly:
        return PayDay(day) if day is not None else None
    ((weekday, every_days),) = weekly
    if day is not None:
        return PayDay(day, every_days if day.weekday() == weekday else 0)
    today = local_date(context.now, context.zone)
    coming = today + timedelta(days=(weekday - today.weekday() - 1) % _WEEK + 1)
    return PayDay(coming, every_days) if every_days == _WEEK else None


def _rhythm(form: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the weekday, Monday 0, and the days between two of a rhythm by weeks; None where it is another one."""
    piece = form[start:end]
    hit = _WEEKDAY.search(piece)
    if hit is None or hit.lastindex is None:
        return None
    return (hit.lastindex - 1) % _WEEK, _WEEK * (2 if _EVERY_OTHER.search(piece) else 1)


def first_after(pay: PayDay, today: date, latest: date, usual: date) -> date | None:
    """Return the pay-day on which a first payment falls due, after *today* and not after *latest*; None: there is none.

    *usual*: the first day of whoever names no pay-day.
    """
    first = next((day for day in _days(pay) if (day >= usual if pay.every_days else day > today)), None)
    return first if first is not None and today < first <= latest else None


def followed(pay: PayDay, first_on: date) -> date | None:
    """Return the pay-day that a first payment on *first_on* follows at once, or within three days; None: none."""
    return next((day for day in _days(pay) if 0 <= (first_on - day).days <= _AFTER_DAYS), None)


def _days(pay: PayDay) -> Iterable[date]:
    if pay.every_days:
        return (pay.day + timedelta(days=n * pay.every_days) for n in range(-_WEEKS_AROUND, _WEEKS_AROUND + 1))
    return (add_months(pay.day, n, pay.day.day) for n in range(-_MONTHS_AHEAD, _MONTHS_AHEAD + 1))
