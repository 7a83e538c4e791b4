"""Which days a reply names: today, next Friday, the 15th, 下个月9号, 月底, 5/6 by locale, feasts.

It finds every day named and the times of day (so that nobody takes 9:30 for money). Whether a day is promised, denied
or only asked about is decided in `slots`. Days are those of the borrower's zone; `today` comes in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from parley.nlu.days import (
    DayPattern,
    Found,
    Names,
    Today,
    month_day,
    nearest,
    nothing,
    patterns,
)
from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.when_en import patterns_en
from parley.nlu.when_zh import patterns_zh

# A date further off than this is a slip or another matter, not a payment's day.
_FURTHEST_DAYS: Final = 800


@dataclass(frozen=True, slots=True)
class When:
    """A piece of the reading form that names days (or, without `dates`, a time or a rhythm). `alt`: other reading."""

    start: int
    end: int
    dates: tuple[date, ...]
    alt: tuple[date, ...]
    why: str


def month_first(locale: str) -> bool:
    """Say whether 5/6 is May 6 there: in the United States and wherever Chinese is written."""
    return locale.startswith("zh") or locale == "en-US"


def find_days(text: str, today: Today, lexicon: Lexicon) -> list[When]:
    """Return every day named in the reading form, in order; the first pattern that fits a place takes it."""
    found: list[When] = []
    for pattern in _grammar(lexicon):
        for hit in pattern.regex.finditer(text):
            start, end = hit.span()
            if any(start < w.end and w.start < end for w in found):
                continue
            day, alt = _resolved(pattern, hit, today)
            dates = () if day is None else (day,)
            found.append(When(start, end, dates, (alt,) if alt and alt != day else (), pattern.why))
    return sorted(found, key=lambda w: w.start)


def _resolved(pattern: DayPattern, hit: re.Match[str], today: Today) -> Found:
    try:
        day, alt = pattern.resolve(hit, today)
    except (ValueError, OverflowError):  # 31 February, month 13: it only looks like a date
        return None, None
    if day is not None and abs((day - today.day).days) > _FURTHEST_DAYS:
        return None, None
    return day, alt


@lru_cache(maxsize=8)
def _grammar(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    names = lexicon.vocabulary
    return (*_common(), *patterns_zh(lexicon), *patterns_en(lexicon), *_feasts(names), *_day_words(names))


def _common() -> tuple[DayPattern, ...]:
    clock = r"(?:am|pm|a\.m|p\.m|oclock|hrs)(?![a-z])"
    no_more = r"(?![\d/]|\s?(?:of|now|half|off|the rest))"
    return patterns(
        [
            (r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)[日号]?", _iso, "a full date"),
            (rf"(?<![\d/.-])(\d{{1,2}})/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?{no_more}", _slashed, "a day by locale"),
            (r"(?<![\d/.-])(\d{1,2})[-.](\d{1,2})[-.](20\d\d|2\d)(?![\d/])", _slashed, "a full date by locale"),
            (
                r"(?<![a-z])(?:on|by|before|until|till) (\d{1,2})[-.](\d{1,2})(?![\d/]|\s?(?:am|pm))",
                _slashed,
                "a day by locale",
            ),
            (rf"(?<!\d)\d{{1,2}}(?:[:.]\d{{2}})?\s?{clock}|(?<!\d)\d{{1,2}}:\d{{2}}(?!\d)", nothing, "a time of day"),
            (
                r"(?<![\d.])\d{1,2}\s?(?:-|to|till|until|and)\s?\d{1,2}\s?(?:am|pm)(?![a-z])",
                nothing,
                "hours of a day",
            ),
        ]
    )


def _iso(hit: re.Match[str], _today: Today) -> Found:
    return date(int(hit[1]), int(hit[2]), int(hit[3])), None


def _slashed(hit: re.Match[str], today: Today) -> Found:
    first, second = int(hit[1]), int(hit[2])
    year = int(hit[3]) if (hit.lastindex or 0) >= 3 and hit[3] else None
    month, day = (first, second) if today.month_first else (second, first)
    if month > 12 >= day:
        month, day = day, month
    return month_day(today, month, day, year), None


def _feasts(names: Names) -> tuple[DayPattern, ...]:
    fixed: dict[str, str] = dict(names.get("feast", {}))
    moving: dict[str, list[date]] = dict(names.get("moving_feast", {}))
    lunar: dict[str, int] = dict(names.get("lunar_day", {}))
    new_years: list[date] = list(names.get("lunar_new_year", {}).values())

    def resolve(hit: re.Match[str], today: Today) -> Found:
        name = hit.group()
        if name in fixed:
            month, day = (int(part) for part in fixed[name].split("-"))
            return month_day(today, month, day), None
        if name in moving:
            return nearest(moving[name], today), None
        return nearest([first + timedelta(days=lunar[name]) for first in new_years], today), None

    every = any_of((*fixed, *moving, *lunar))
    return patterns([(rf"(?<![a-z])(?:{every})(?![a-z])", resolve, "a named feast")] if every else [])


def _day_words(names: Names) -> tuple[DayPattern, ...]:
    offsets: dict[str, int] = dict(names.get("day_word", {}))

    def resolve(hit: re.Match[str], today: Today) -> Found:
        return today.day + timedelta(days=offsets[hit.group()]), None

    latin, wide = (any_of(w for w in offsets if w[0].isascii() is side) or "(?!)" for side in (True, False))
    return patterns([(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{wide}", resolve, "a day by name")])
