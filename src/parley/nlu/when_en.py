"""Days as English writes them: next Friday, Friday week, the 15th, 15th of next month, Dec 5, in two weeks, EOM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from parley.dates import add_months
from parley.nlu.days import (
    DayPattern,
    Found,
    Names,
    Resolver,
    Today,
    month_day,
    month_end,
    month_end_of,
    next_day_of_month,
    next_weekday,
    nothing,
    patterns,
    shifted,
    weekday_of_week,
    words,
)  # fmt: skip

_COUNTS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_COUNT: Final = rf"(\d{{1,2}}|{'|'.join(_COUNTS)})"
_UNIT: Final = r"(day|week|fortnight|month)s?"
# "the 1st option", "2nd time": an ordinal that counts something else than days.
_NOT_A_DAY: Final = (
    r"(?! (?:option|payment|instal|time|one|plan|choice|call|floor|msg|message|text|reminder|loan|half|week|party|month|of all|offer|"
    r"letter|email|notice|account|card|year|person|street|st|ave|attempt|kid|child|baby|job|emi|try|thing|grade))"
)
_NOT_MORE: Final = r"(?![\d:/%]|[.,]\d| ?(?:%|am|pm|k|dollar|buck|quid|pound|euro|rupee|peso|usd|gbp|inr|a (?:month|week)|per|payment|day|week|month|time|year|hour|min|instal))"


def patterns_en(names: Names) -> tuple[DayPattern, ...]:
    """Return the patterns of English, the surest first."""
    months: Mapping[str, int] = names.get("month", {})
    weekdays: Mapping[str, int] = names.get("weekday", {})
    ordinals: Mapping[str, int] = names.get("ordinal", {})
    if not months or not weekdays or not ordinals:
        return ()
    m, w, o = words(months), words(weekdays), words(ordinals)
    nth = rf"(?:(\d{{1,2}})(?:st|nd|rd|th)?|({o}))"
    before = r"(?<![a-z0-9])"
    return patterns(
        [
            (rf"{before}(?:the )?(?:end|last day|last|close) of (?:the )?({m})(?![a-z])|{before}({m}) end(?![a-z])", _end_of_named(months), "end of a named month"),
            (rf"{before}(?:the )?(?:(?:very )?end|last day|close|eo) ?of (?:the |this |d )?(next |following )?month(?![a-z])|{before}(next )?month ?end(?![a-z])|{before}eom(?![a-z])|{before}end ?(?:this )?month(?![a-z])|{before}end (next )month", _end_of_month, "end of the month"),
            (rf"{before}(?:the )?{nth} ?(?:day )?(?:of )?({m})(?![a-z])\.?(?:,? (20\d\d))?", _day_month(months, ordinals), "day and month"),
            (rf"{before}({m})\.? ?(?:the )?(?:(\d{{1,2}})(?:st|nd|rd|th)?|({o}))(?![a-z0-9:%]|[.,/]\d)(?:,? (20\d\d))?", _month_named_day(months, ordinals), "month and day"),
            (rf"{before}(?:the )?{nth} (?:of )?(?:the )?(next|following|this|last) month(?![a-z])", _day_of_rel_month(ordinals), "day of that month"),
            (rf"{before}(next|following|this|last) month(?: on)?,?(?: the)? {nth}(?![a-z0-9]){_NOT_MORE}", _rel_month_day(ordinals), "day of that month"),
            (rf"{before}(?:every|each|all) (?:other |second )?(?:{w})s?(?![a-z])|{before}(?:{'|'.join(d for d in weekdays if d.endswith('day'))})s(?![a-z])", nothing, "a weekly rhythm"),
            (rf"{before}({w}) (?:of )?next (?:week|wk)(?![a-z])|{before}next (?:week|wk) (?:on )?({w})(?![a-z])", _weekday_next_week(weekdays), "weekday of next week"),
            (rf"{before}(?:a )?week (?:on|from|this)? ?(?:this )?({w})(?![a-z])|{before}(?:this |coming )?({w}) week(?![a-z])|{before}({w}) after next(?![a-z])", _weekday_week(weekdays), "a week after that weekday"),
            (rf"{before}(next|nxt|this|this coming|coming|last|past|following|on|this past)? ?(?<![a-z])({w})(?![a-z])", _weekday(weekdays), "weekday"),
            (rf"{before}(?:in|within|after|in about|give it|another|in like) (?:the next |next |another |about )?{_COUNT} (?:more )?(?:working |business )?{_UNIT}(?![a-z])", _after, "days from now"),
            (rf"{before}{_COUNT} (?:more )?{_UNIT} (?:from (?:now|today)|time|hence|later)(?![a-z])", _after, "days from now"),
            (rf"{before}{_COUNT} {_UNIT} (?:ago|back)(?![a-z])", _ago, "days ago"),
            (rf"{before}(?:the |on the |by the )?(\d{{1,2}}) ?(?:st|nd|rd|th)(?![a-z]){_NOT_A_DAY}", _day, "day of the month"),
            (rf"{before}(?:on|by|before|until|till|til|around|from|about) the (\d{{1,2}})(?![a-z0-9]){_NOT_A_DAY}{_NOT_MORE}", _day, "day of the month"),
            (rf"{before}on (\d{{1,2}})(?![a-z0-9])(?= |$|[.,!?]){_NOT_A_DAY}{_NOT_MORE}", _day, "day of the month"),
            (rf"{before}(?:on|by|before|until|till|til) (?:the )?({o})(?: of the month)?(?![a-z]){_NOT_A_DAY}", _ordinal_day(ordinals), "day of the month"),
            (rf"{before}(?:the )?({o}) of (?:the|every|each) month(?![a-z])", _ordinal_day(ordinals), "day of the month"),
        ]
    )  # fmt: skip


def _end_of_named(months: Mapping[str, int]) -> Resolver:
    return lambda hit, today: (month_end_of(today, months[hit[1] or hit[2]]), None)


def _end_of_month(hit: re.Match[str], today: Today) -> Found:
    months = 1 if hit[1] or hit[2] or hit[3] else 0
    return month_end(add_months(today.day.replace(day=1), months)), None


def _nth(number: str | None, word: str | None, ordinals: Mapping[str, int]) -> int:
    return int(number) if number else ordinals[word or ""]


def _day_month(months: Mapping[str, int], ordinals: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        day = _nth(hit[1], hit[2], ordinals)
        return month_day(today, months[hit[3]], day, int(hit[4]) if hit[4] else None), None

    return resolve


def _month_named_day(months: Mapping[str, int], ordinals: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        day = _nth(hit[2], hit[3], ordinals)
        return month_day(today, months[hit[1]], day, int(hit[4]) if hit[4] else None), None

    return resolve


def _in_rel_month(which: str, day: int, today: Today) -> Found:
    months = {"next": 1, "following": 1, "this": 0, "last": -1}[which]
    return add_months(today.day.replace(day=1), months).replace(day=day), None


def _day_of_rel_month(ordinals: Mapping[str, int]) -> Resolver:
    return lambda hit, today: _in_rel_month(hit[3], _nth(hit[1], hit[2], ordinals), today)


def _rel_month_day(ordinals: Mapping[str, int]) -> Resolver:
    return lambda hit, today: _in_rel_month(hit[1], _nth(hit[2], hit[3], ordinals), today)


def _weekday_next_week(weekdays: Mapping[str, int]) -> Resolver:
    return lambda hit, today: (weekday_of_week(today, weekdays[hit[1] or hit[2]], 1), None)


def _weekday_week(weekdays: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        coming = next_weekday(today, weekdays[hit[1] or hit[2] or hit[3]])
        return coming + timedelta(days=7), None

    return resolve


def _weekday(weekdays: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        weekday = weekdays[hit[2]]
        near = next_weekday(today, weekday)
        if hit[1] in {"last", "past", "this past"}:
            return next_weekday(Today(today.day, today.month_first, past=True), weekday), None
        if hit[1] in {"next", "nxt", "following"}:
            return weekday_of_week(today, weekday, 1), near
        return near, None

    return resolve


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _COUNTS[text]


def _after(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, _count(hit[1]), hit[2]), None


def _ago(hit: re.Match[str], today: Today) -> Found:
    return shifted(today.day, -_count(hit[1]), hit[2]), None


def _day(hit: re.Match[str], today: Today) -> Found:
    return next_day_of_month(today, int(hit[1])), None


def _ordinal_day(ordinals: Mapping[str, int]) -> Resolver:
    return lambda hit, today: (next_day_of_month(today, ordinals[hit[1]]), None)
