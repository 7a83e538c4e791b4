"""Which days a reply names: today, next Friday, the 15th, 下个月9号, 月底, 5/6 by locale, feasts.

It finds every day named and the times of day (so that nobody takes 9:30 for money). Whether a day is promised, denied
or only asked about is decided in `slots`. Days are those of the borrower's zone; `today` comes in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
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
from parley.nlu.when_en import WEEKDAY_EN, patterns_en
from parley.nlu.when_zh import WEEKDAY_ZH, patterns_zh

# A date further off than this is a slip or another matter, not a payment's day.
_FURTHEST_DAYS: Final = 800
DAY_WORD: Final = "a day by name"
FEAST: Final = "a named feast"
WEEKDAYS: Final = frozenset({WEEKDAY_EN, WEEKDAY_ZH})
# What names a day beside a weekday without meaning the same day.
_WHOLE_WORDS: Final = frozenset({DAY_WORD, FEAST})
_BESIDE: Final = re.compile(r"[\s,(]{0,3}(?:the |on |is |是|即|也就是)?")


@dataclass(frozen=True, slots=True, repr=False)
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
            days, alt = _resolved(pattern, hit, today)
            found.append(When(start, end, days, (alt,) if alt and alt not in days else (), pattern.why))
    return _said_twice(text, sorted(found, key=lambda w: w.start))


def _resolved(pattern: DayPattern, hit: re.Match[str], today: Today) -> tuple[tuple[date, ...], date | None]:
    try:
        named, alt = pattern.resolve(hit, today)
    except (ValueError, OverflowError):  # 31 February, month 13: it only looks like a date
        return (), None
    days = named if isinstance(named, tuple) else () if named is None else (named,)
    if any(abs((day - today.day).days) > _FURTHEST_DAYS for day in days):
        return (), None
    return days, alt


def _said_twice(text: str, found: list[When]) -> list[When]:
    """Of "friday the 4th" and 12月4号周五 keep the date: the weekday only says it again."""
    again: set[int] = set()
    for at, (first, second) in enumerate(pairwise(found)):
        if not first.dates or not second.dates or not _BESIDE.fullmatch(text, first.end, second.start):
            continue
        weekdays = [first.why in WEEKDAYS, second.why in WEEKDAYS]
        if weekdays in ([True, False], [False, True]) and not {first.why, second.why} & _WHOLE_WORDS:
            again.add(at + weekdays.index(True))
    return [when for at, when in enumerate(found) if at not in again]


@lru_cache(maxsize=8)
def _grammar(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    names = lexicon.vocabulary
    return (
        *_common(lexicon),
        *_feasts(names),
        *patterns_zh(lexicon),
        *patterns_en(lexicon),
        *_day_words(names),
    )


def _common(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    clock = r"(?:am|pm|a\.m|p\.m|oclock|hrs)(?![a-z])"
    no_part = rf"(?!(?:1/[234]|[23]/[34])\s?(?:{lexicon.lists['after_part']}))"
    return patterns(
        [
            (rf"(?<![a-z])(?:{lexicon.lists['no_day']})(?![a-z])", nothing, "no day of its own"),
            (r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)[日号]?", _iso, "a full date"),
            (
                rf"(?<![\d/.-]){no_part}(\d{{1,2}})/(\d{{1,2}})(?:/(\d{{4}}|\d{{2}}))?(?![\d/])",
                _slashed,
                "a day by locale",
            ),
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

    every = (*fixed, *moving, *lunar)
    if not every:
        return ()
    latin, wide = (any_of(w for w in every if w[0].isascii() is side) or "(?!)" for side in (True, False))
    later = (
        rf"(?<![a-z])(?:after|post|past) (?:the )?(?:{latin})(?![a-z])"
        rf"|(?<![a-z])(?:{latin}) (?:weekend|week|season|break|holidays|period|month)(?![a-z])"
        rf"|过[了完](?:{wide})|(?:{wide})(?:节|假期)?(?:之|以|过)?后|(?:{wide})(?:假期|长假|期间|周末|那周|档期)"
    )
    return patterns(
        [
            (later, nothing, "some time after a feast"),
            (rf"(?<![a-z])(?:{latin})(?![a-z])|{wide}", resolve, FEAST),
        ]
    )


def _day_words(names: Names) -> tuple[DayPattern, ...]:
    turning: dict[str, int] = dict(names.get("turning_day_word", {}))
    pairs: dict[str, list[int]] = dict(names.get("two_day_word", {}))
    offsets: dict[str, int] = {**names.get("day_word", {}), **turning}

    def resolve(hit: re.Match[str], today: Today) -> Found:
        word = hit.group()
        if word in pairs:
            return tuple(today.day + timedelta(days=days) for days in pairs[word]), None
        sign = -1 if today.past and word in turning else 1
        return today.day + timedelta(days=sign * offsets[word]), None

    latin, wide = (any_of(w for w in (*offsets, *pairs) if w[0].isascii() is side) or "(?!)" for side in (True, False))
    return patterns([(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{wide}", resolve, DAY_WORD)])
