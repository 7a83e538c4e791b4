"""Days as English writes them: next Friday, Friday week, the 15th, 15th of next month, Dec 5, in two weeks, EOM."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from parley.dates import add_months
from parley.nlu.days import (
    DayPattern,
    Found,
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
)
from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.numerals import word_values

_UNIT: Final = r"(day|week|fortnight|month)s?"
_START: Final = r"(?<![a-z0-9])"
_END: Final = r"(?![a-z])"
_LARGEST_COUNT_WORD: Final = 10
# From here on an ordinal alone ("the tenth") is a day; "the first", "the second" may as well be an offer.
_LEAST_BARE_ORDINAL: Final = 4
WEEKDAY_EN: Final = "weekday"


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of months, weekdays, ordinals and counts, and the regexes of them that the patterns share."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    ordinals: Mapping[str, int]
    counts: Mapping[str, int]
    abroad: Mapping[str, int]
    lists: Mapping[str, str]
    m: str
    w: str
    o: str

    @property
    def nth(self) -> str:
        """A day of the month: in digits (first group) or in words (second)."""
        return rf"(?:(\d{{1,2}})(?:st|nd|rd|th)?|({self.o}))"

    @property
    def count(self) -> str:
        """How many days or weeks."""
        return rf"(\d{{1,2}}|{'|'.join(self.counts)})"

    @property
    def is_day(self) -> str:
        """No word follows that makes the ordinal count something else."""
        return rf"(?! (?:{self.lists['not_days']}))"

    @property
    def is_bare(self) -> str:
        """No unit, and no further digit, follows the number."""
        return rf"(?![\d:/%]|[.,]\d| ?(?:{self.lists['units_of_other']}))"


def patterns_en(lexicon: Lexicon) -> tuple[DayPattern, ...]:
    """Return the patterns of English, the surest first."""
    table = lexicon.vocabulary
    months, weekdays, ordinals = (table.get(name, {}) for name in ("month", "weekday", "ordinal"))
    if not months or not weekdays or not ordinals:
        return ()
    counts = {w: n for w, n in word_values(lexicon).items() if 0 < n <= _LARGEST_COUNT_WORD} | {"a": 1, "an": 1}
    shared = (any_of(months), any_of(weekdays), any_of(ordinals))
    names = _Names(months, weekdays, ordinals, counts, table.get("ordinal_abroad", {}), lexicon.lists, *shared)
    return (*_of_months(names), *_of_weeks(names), *_of_days(names), *_of_abroad(names))


def _of_months(names: _Names) -> tuple[DayPattern, ...]:
    m, o, nth = names.m, names.o, names.nth
    the_end = rf"(?:the )?(?:{names.lists['ending']})"
    year = r"(?:[, -]{1,2}(20\d\d))?"
    named_end = rf"{_START}{the_end} of (?:the )?({m}){_END}|{_START}({m}) end{_END}"
    month_end = (
        rf"{_START}{the_end} ?of (?:the |this |d )?(next |following )?month{_END}|{_START}(next )?month ?end{_END}"
        rf"|{_START}eom{_END}|{_START}end ?(?:this )?month{_END}|{_START}end (next )month"
        rf"|{_START}(?:{names.lists['month_end_words']}){_END}"
    )
    month_day = rf"{_START}({m})\.?[ -]?(?:the )?(?:(\d{{1,2}})(?:st|nd|rd|th)?|({o}))(?![a-z0-9:%]|[.,/]\d){year}"
    nd, and_ = r"(\d{1,2})(?:st|nd|rd|th)?", r" ?(?:-|to|and|n|&|or|/|until|till) ?(?:the )?"
    both = (
        rf"{_START}(?:the )?{nd}{and_}{nd} ?(?:of )?({m}){_END}"
        rf"|{_START}({m}) (?:the )?{nd}{and_}{nd}(?![a-z0-9:%]|[.,/]\d)"
    )
    day_of_relative = rf"{_START}(?:the )?{nth} (?:of )?(?:the )?(next|following|this|last) month{_END}"
    relative_day = (
        rf"{_START}(next|following|this|last) month(?: on)?,?(?: the)? {nth}(?![a-z0-9])"
        rf"{names.is_bare}"
    )
    return patterns(
        [
            (both, _two_of_month(names.months), "two days of a month"),
            (named_end, _end_of_named(names.months), "end of a named month"),
            (month_end, _end_of_month, "end of the month"),
            (
                rf"{_START}(?:the )?{nth}[ -]?(?:day )?(?:of )?({m}){_END}\.?{year}",
                _day_month(names.months, names.ordinals),
                "day and month",
            ),
            (month_day, _month_named_day(names.months, names.ordinals), "month and day"),
            (day_of_relative, _day_of_rel_month(names.ordinals), "day of that month"),
            (relative_day, _rel_month_day(names.ordinals), "day of that month"),
        ]
    )


def _of_weeks(names: _Names) -> tuple[DayPattern, ...]:
    w = names.w
    full = "|".join(day for day in names.weekdays if day.endswith("day"))
    rhythm = rf"{_START}(?:every|each|all|tuwing|har) (?:other |second |2nd )?(?:{w})s?{_END}|{_START}(?:{full})s{_END}"
    m = names.m
    date_follows = rf"(?=(?:the |on the )?(?:\d{{1,2}}(?:st|nd|rd|th|/\d)|\d{{1,2}} (?:{m}){_END}|(?:{m}) \d))"
    by_date = rf"{_START}(?:{w}),? {date_follows}"
    far = rf"{_START}{names.count} (?:weeks|wks) (?:on|from|this)? ?({w}|today|now|tomorrow){_END}"
    either = rf"{_START}(next|nxt|this) (?:week |wk )?({w}) ?(?:or|and|&|/|n) ?({w}){_END}"
    week_of = (
        rf"{_START}(?:a )?(week|fortnight) (?:from )?(today|now|tomorrow){_END}|{_START}(today|tomorrow) week{_END}"
    )
    one_after = rf"{_START}(?:the )?({w}) after(?: that)?(?= ?(?:$|[.,!;?]|then|and))"
    next_week = rf"{_START}({w}) (?:of )?next (?:week|wk){_END}|{_START}next (?:week|wk) (?:on )?({w}){_END}"
    week_after = (
        rf"{_START}(?:a )?week (?:on|from|this)? ?(?:this )?({w}){_END}|{_START}(?:this |coming )?({w}) week{_END}"
        rf"|{_START}({w}) after next{_END}"
    )
    which = "next|nxt|this|this coming|coming|last|past|following|on|this past|sa|nung|noong|dis|itong"
    nd = r"(\d{1,2})(?:st|nd|rd|th)?"
    pay_days = rf"{_START}(?:every|each|tuwing|kada) {nd} (?:and|at|&|n) {nd}{_END}"
    return patterns(
        [
            (pay_days, _two_days, "two days of a month"),
            (rhythm, nothing, "a weekly rhythm"),
            (by_date, nothing, "the weekday of a date"),
            (either, _two_weekdays(names.weekdays), "two days of a week"),
            (far, _weeks_on(names), "weeks after that day"),
            (week_of, _week_of, "a week after that day"),
            (one_after, _weekday_after(names.weekdays), "the weekday after"),
            (next_week, _weekday_next_week(names.weekdays), "weekday of next week"),
            (week_after, _weekday_week(names.weekdays), "a week after that weekday"),
            (rf"{_START}({which})? ?(?<![a-z])({w}){_END}", _weekday(names.weekdays), WEEKDAY_EN),
        ]
    )


def _of_days(names: _Names) -> tuple[DayPattern, ...]:
    o, count = names.o, names.count
    until = rf"(?:{names.lists['until_word']})"
    ahead = (
        rf"{_START}(?:in|within|after|in about|in like) (?:the next |next |another |about )?"
        rf"{count} (?:more )?(?:working |business )?{_UNIT}{_END}"
    )
    later = rf"{_START}{count} (?:more )?{_UNIT} (?:from (?:now|today)|hence|later){_END}"
    after, ago = _shift(names.counts, 1), _shift(names.counts, -1)
    ordinal = _ordinal_day(names.ordinals)
    the_nth = rf"{_START}(?:the |on the |by the )?(\d{{1,2}}) ?(?:st|nd|rd|th){_END}{names.is_day}"
    by_the = rf"{_START}{until} the (\d{{1,2}})(?![a-z0-9]){names.is_day}{names.is_bare}"
    on_bare = rf"{_START}on (\d{{1,2}})(?![a-z0-9])(?= |$|[.,!?]){names.is_day}{names.is_bare}"
    by_word = rf"{_START}(?:on|by|before|until|till|til) (?:the )?({o})(?: of the month)?{_END}{names.is_day}"
    hours = rf"{_START}(?:in|within|next) (24|48|72) ?(?:hours|hrs|hr|h){_END}"
    late = (
        rf"{_START}(?:by|before|until|till|til|b4) (1[3-9]|2\d|3[01])(?![a-z0-9])(?= |$|[.,!?])"
        rf"{names.is_day}{names.is_bare}"
    )
    bare_ordinals = any_of(word for word, day in names.ordinals.items() if day >= _LEAST_BARE_ORDINAL)
    the_word = rf"{_START}the ({bare_ordinals})(?: of the month)?{_END}{names.is_day}"
    return patterns(
        [
            (ahead, after, "days from now"),
            (later, after, "days from now"),
            (hours, _hours, "hours from now"),
            (late, _day, "day of the month"),
            (rf"{_START}{count} {_UNIT} (?:ago|back){_END}", ago, "days ago"),
            (the_nth, _day, "day of the month"),
            (by_the, _day, "day of the month"),
            (on_bare, _day, "day of the month"),
            (by_word, ordinal, "day of the month"),
            (the_word, ordinal, "day of the month"),
            (rf"{_START}(?:the )?({o}) of (?:the|every|each) month{_END}", ordinal, "day of the month"),
        ]
    )


def _of_abroad(names: _Names) -> tuple[DayPattern, ...]:
    """Days of the month as Hindi and Tagalog write them inside English: 5 tarikh, sa 15, sa a-kinse, 3 din baad."""
    of = names.lists
    no_unit = rf"(?![a-z0-9:%,]|\.\d| ?(?:{of['units_abroad']})(?![a-z]))"
    nth = (
        rf"{_START}(\d{{1,2}})(?:st|nd|rd|th)? ?(?:{of['day_after_number']}){_END}"
        rf"|{_START}(?:{of['day_before_number']})(\d{{1,2}}){no_unit}|{_START}a-?(\d{{1,2}})(?= po| na|$)"
    )
    span = rf"{_START}{names.count} (?:{of['days_later_abroad']}){_END}"
    words = _ordinal_day(names.abroad)
    by_word = [(rf"{_START}(?:sa )?({any_of(names.abroad)}){_END}", words, "day of the month")] if names.abroad else []
    return patterns([(span, _days_later(names.counts), "days from now"), (nth, _day, "day of the month"), *by_word])


def _two_days(hit: re.Match[str], today: Today) -> Found:
    return (next_day_of_month(today, int(hit[1])), next_day_of_month(today, int(hit[2]))), None


def _two_of_month(months: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        month = months[hit[3] or hit[4]]
        first, second = (int(hit[1]), int(hit[2])) if hit[3] else (int(hit[5]), int(hit[6]))
        return (month_day(today, month, first), month_day(today, month, second)), None

    return resolve


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


def _weeks_on(names: _Names) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        weeks = int(hit[1]) if hit[1].isdigit() else names.counts[hit[1]]
        if hit[2] in names.weekdays:
            return next_weekday(today, names.weekdays[hit[2]]) + timedelta(days=7 * weeks), None
        return today.day + timedelta(days=7 * weeks + (hit[2] == "tomorrow")), None

    return resolve


def _two_weekdays(weekdays: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        named = (weekdays[hit[2]], weekdays[hit[3]])
        if hit[1] == "this":
            return tuple(next_weekday(today, weekday) for weekday in named), None
        return tuple(weekday_of_week(today, weekday, 1) for weekday in named), None

    return resolve


def _week_of(hit: re.Match[str], today: Today) -> Found:
    days = 14 if hit[1] == "fortnight" else 7
    return today.day + timedelta(days=days + ((hit[2] or hit[3]) == "tomorrow")), None


def _weekday_after(weekdays: Mapping[str, int]) -> Resolver:
    """Of "100 friday, 250 the friday after": a week after the one named before."""

    def resolve(hit: re.Match[str], today: Today) -> Found:
        coming = next_weekday(today, weekdays[hit[1]])
        is_second = re.search(rf"(?<![a-z]){hit[1]}(?![a-z])", hit.string[: hit.start()])
        return coming + timedelta(days=7) if is_second else None, None

    return resolve


def _hours(hit: re.Match[str], today: Today) -> Found:
    return today.day + timedelta(hours=int(hit[1])), None


def _days_later(counts: Mapping[str, int]) -> Resolver:
    return lambda hit, today: (
        shifted(today.day, int(hit[1]) if hit[1].isdigit() else counts[hit[1]], "day"),
        None,
    )


def _weekday(weekdays: Mapping[str, int]) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        weekday = weekdays[hit[2]]
        near = next_weekday(today, weekday)
        if hit[1] in {"last", "past", "this past", "nung", "noong"}:
            return next_weekday(Today(today.day, today.month_first, past=True), weekday), None
        if hit[1] in {"next", "nxt", "following"}:
            return weekday_of_week(today, weekday, 1), near
        return near, None

    return resolve


def _shift(counts: Mapping[str, int], sign: int) -> Resolver:
    def resolve(hit: re.Match[str], today: Today) -> Found:
        count = int(hit[1]) if hit[1].isdigit() else counts[hit[1]]
        return shifted(today.day, sign * count, hit[2]), None

    return resolve


def _day(hit: re.Match[str], today: Today) -> Found:
    number = next(group for group in hit.groups() if group)
    return next_day_of_month(today, int(number)), None


def _ordinal_day(ordinals: Mapping[str, int]) -> Resolver:
    return lambda hit, today: (next_day_of_month(today, ordinals[hit[1]]), None)
