"""Which times a reply rules out, or names as the only ones that suit: weeks of minutes, and a day to wait for.

Read comma by comma: "not at work", "only after 6", "don't call before noon", 上班时间别发, "nothing until the 1st".
What is not clearly about being contacted is left alone; where an hour can be meant twice, the reading that leaves the
borrower in peace longer is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from parley.dates import add_months
from parley.nlu.clock import CLOCK, minute_of
from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.when import find_days

# Minutes of one weekday (from, to), `to` excluded, in order; Monday first.
Day: TypeAlias = tuple[tuple[int, int], ...]
Week: TypeAlias = tuple[Day, Day, Day, Day, Day, Day, Day]

_DAY: Final = 24 * 60
_SHORT_CHARS: Final = 60
_ANY_DAY: Final = date(2024, 1, 3)
_TODAY: Final = re.compile(r"\b(?:today|tonight|now)\b|今天|今晚|今日")
_ALWAYS: Final = re.compile(
    r"day and night|night and day|all (?:day|night)|24/7|every ?day|天天|整天|成日|日夜|每天|全天"
)
_EVERY_DAY: Final = frozenset(range(7))
_WORKING_DAYS: Final = frozenset(range(5))
_ASKS: Final = re.compile(r"[?？]|吗|么$|\b(?:if|unless|when)\b|如果|要是")
_PIECE: Final = re.compile(r"[!?;,，。；！？、\n]+|\.(?=\s|$)|\s(?:but|and then|however|though)\s|但是?|可是|不过")
_DOTTED: Final = re.compile(r"\b([ap])\.\s?m\b\.?")
_BETWEEN: Final = re.compile(
    rf"(?:between|from|btwn|betw|b/w)?\s?(?P<a>{CLOCK})\s?(?:-|–|—|~|to|till|until|til|and|&|到|至)\s?(?P<b>{CLOCK})"
)
_BEFORE: Final = re.compile(
    rf"(?:before|until|till|til|earlier than|prior to|up to|by)\s(?:like\s|about\s|around\s)?(?P<en>{CLOCK})"
    rf"|(?P<zh>{CLOCK})\s?(?:钟)?(?:以前|之前|前|为止)"
)
_AFTER: Final = re.compile(
    rf"(?:after|later than|past|from|since)\s(?:like\s|about\s|around\s)?(?P<en>{CLOCK})(?:\s?(?:onwards|on|onward))?"
    rf"|(?P<zh>{CLOCK})\s?(?:钟)?(?:以后|之后|过后|后|起|开始)"
)
_UNTIL: Final = re.compile(r"(?:until|till|til|before|b4|prior to|up to)\s(?:at least\s|like\s|about\s|the\s)?$")
_FROM: Final = re.compile(r"(?:after|from|past)\s(?:the\s)?$")
_ZH_UNTIL: Final = re.compile(r"\s?(?:以前|之前|前|为止)")
_ZH_FROM: Final = re.compile(r"\s?(?:以后|之后|过后|后|再|才|起)")
_WAIT: Final = re.compile(
    r"(?:for|in|next)\s(?P<n>\d{1,2}|a|one|two|three|four|six)\s(?P<unit>day|week|month)s?\b|(?P<zn>\d{1,2}|[一二两三四五六])个?"
    r"(?P<zu>天|星期|周|礼拜|月)(?:内|之内|以内|以后|之后|后)"
)
_NEXT: Final = re.compile(
    r"(?:until|till|til|before|wait for|after)\s(?:the\s)?next (?P<unit>week|month)"
    r"|(?P<zu>下周|下星期|下礼拜|下个?月)(?:再|才|以前|之前|前)"
)
_COUNTS: Final = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6} | dict(
    zip("一二两三四五六", (1, 2, 2, 3, 4, 5, 6), strict=True)
)


@dataclass(frozen=True, slots=True)
class Times:
    """`closed` do not suit; `only`, if given, are all that suit; nothing before `from_day`. Empty: any time suits."""

    closed: Week | None = None
    only: Week | None = None
    from_day: date | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of the day on some weekdays: its narrow reading and its wide one."""

    days: frozenset[int]
    narrow: Day
    wide: Day


@dataclass(frozen=True, slots=True)
class _Words:
    """The word lists as expressions, and the parts of the day by name."""

    contact: re.Pattern[str]
    negative: re.Pattern[str]
    only: re.Pattern[str]
    excepting: re.Pattern[str]
    anytime: re.Pattern[str]
    allows: re.Pattern[str]
    suits: re.Pattern[str]
    money: re.Pattern[str]
    parts: re.Pattern[str]
    days: re.Pattern[str]
    weekday: re.Pattern[str]
    span: re.Pattern[str]


def named_times(text: str, today: Today, lexicon: Lexicon) -> Times | None:
    """Return the times that the reading form *text* names, or None where it names none."""
    words = _words(lexicon)
    plain = _DOTTED.sub(r"\1m", text)
    if not words.contact.search(plain) and not _is_all_about_time(plain, words):
        return None
    closed: list[_Window] = []
    only: list[_Window] = []
    from_day: date | None = None
    mood = ""
    for piece in _pieces(plain):
        if words.money.search(piece) and not words.contact.search(piece):
            continue
        mood = _mood(piece, plain, words) or mood
        day = _waits_for(piece, mood, today, lexicon)
        if day is not None:
            from_day = day if from_day is None else max(from_day, day)
            continue
        windows = list(_windows(piece, mood, words, lexicon))
        (closed if mood == "not" else only if mood else []).extend(windows)
    if not closed and not only and from_day is None:
        return Times() if _suits_any_time(plain, words) else None
    return Times(_week(closed, wide=True), _week(only, wide=False), from_day)


def is_limited(text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether the piece around `[start, end)` of the reading form limits a refusal to some times.

    "Don't text me at work" is no STOP. "Today", and words for "always", limit nothing.
    """
    words = _words(lexicon)
    first = max((hit.end() for hit in _PIECE.finditer(text, 0, start)), default=0)
    after = _PIECE.search(text, end)
    piece = _DOTTED.sub(r"\1m", text[first : after.start() if after is not None else len(text)])
    if _ALWAYS.search(piece):
        return False
    named = Today(_ANY_DAY, month_first=True)
    waits = _waits_for(_TODAY.sub(" ", piece), "not", named, lexicon)
    return waits is not None or any(_windows(piece, "not", words, lexicon))


def _pieces(text: str) -> Iterator[str]:
    for piece in _PIECE.split(text):
        if piece and piece.strip():
            yield piece.strip()


def _is_all_about_time(text: str, words: _Words) -> bool:
    """Say whether a short reply without a word of contact can only mean when to write: "only after 6 please"."""
    said = any(one.search(text) for one in (words.only, words.negative, words.suits, words.anytime))
    return len(text) <= _SHORT_CHARS and said and not words.money.search(text)


def _suits_any_time(text: str, words: _Words) -> bool:
    """Say whether a reply that names no time takes all limits back: "any time is fine again".

    What denies, asks or sets a condition does not, nor what says it of a payment.
    """
    if words.negative.search(text) or words.money.search(text) or _ASKS.search(text):
        return False
    return words.anytime.search(text) is not None and words.allows.search(text) is not None


def _mood(piece: str, text: str, words: _Words) -> str:
    """Return "only", "not" or "suits"; empty where the piece says none of it and the last one counts on.

    An exception is from a refusal ("no calls except after 6") or from a leave ("any time except at work").
    """
    if words.excepting.search(piece):
        is_from_leave = words.anytime.search(text) or not words.negative.search(text)
        return "not" if is_from_leave else "only"
    if words.negative.search(piece):
        return "not"
    if words.only.search(piece):
        return "only"
    return "suits" if words.suits.search(piece) or words.contact.search(piece) else ""


def _windows(piece: str, mood: str, words: _Words, lexicon: Lexicon) -> Iterator[_Window]:
    """Yield the windows a piece names; days without hours are whole days."""
    days = _days(piece, mood, words, lexicon)
    rest = piece
    found: list[_Window] = []
    for hit in _BETWEEN.finditer(rest):
        start, end = minute_of(hit["a"], end=hit["b"]), minute_of(hit["b"], after=hit["a"])
        if start is not None and end is not None and start != end:
            found.append(_Window(days or _EVERY_DAY, ((start, end),), ((start, end),)))
            rest = rest.replace(hit.group(), " ", 1)
    for pattern, is_before in ((_BEFORE, True), (_AFTER, False)):
        for hit in pattern.finditer(rest):
            at = minute_of(hit["en"] or hit["zh"], is_before=is_before, is_closed=mood == "not")
            if at:
                window = ((0, at),) if is_before else ((at, _DAY),)
                found.append(_Window(days or _EVERY_DAY, window, window))
                rest = rest.replace(hit.group(), " ", 1)
    if not found:
        found += _parts(rest, days, words, lexicon)
    if not found and days and _recurs(mood, piece, words):
        found.append(_Window(days, ((0, _DAY),), ((0, _DAY),)))
    yield from found


def _recurs(mood: str, piece: str, words: _Words) -> bool:
    """Say whether days alone are a lasting wish: "call me on Monday" is one appointment, "only on Mondays" is not."""
    return mood in {"not", "only"} or words.days.search(piece) is not None


def _parts(text: str, days: frozenset[int], words: _Words, lexicon: Lexicon) -> Iterator[_Window]:
    names = lexicon.vocabulary
    for hit in words.parts.finditer(text):
        name = hit.group()
        for table, usual in (
            ("after_work", _EVERY_DAY),
            ("work_hours", _WORKING_DAYS),
            ("part_of_day", _EVERY_DAY),
        ):
            if name in names[table]:
                narrow, wide = names[table][name]
                yield _Window(days or usual, _span(narrow), _span(wide))
                break


def _days(piece: str, mood: str, words: _Words, lexicon: Lexicon) -> frozenset[int]:
    found: set[int] = set()
    for hit in words.span.finditer(piece):
        first, last = (_weekday(hit[side], lexicon) for side in ("first", "last"))
        found.update(range(first, last + 1) if first <= last else [*range(first, 7), *range(last + 1)])
    for hit in words.days.finditer(piece):
        first, last = (int(part) for part in str(lexicon.vocabulary["days_of_week"][hit.group()]).split("-"))
        found.update(range(first, last + 1))
    if not found and mood in {"not", "only"}:
        found.update(_weekday(hit.group(), lexicon) for hit in words.weekday.finditer(piece))
    return frozenset(found)


def _weekday(name: str, lexicon: Lexicon) -> int:
    table = lexicon.vocabulary["weekday"]
    if name in table:
        return int(table[name])
    return "一二三四五六日天".index(name[-1]) % 7 if name[-1] != "天" else 6


def _waits_for(piece: str, mood: str, today: Today, lexicon: Lexicon) -> date | None:
    """Return the day before which nothing shall come, where the piece names one."""
    coming = _NEXT.search(piece)
    if coming is not None:
        is_week = (coming["unit"] or coming["zu"]) in {"week", "下周", "下星期", "下礼拜"}
        monday = today.day + timedelta(days=7 - today.day.weekday())
        return monday if is_week else add_months(today.day.replace(day=1), 1)
    if mood != "suits":
        wait = _WAIT.search(piece)
        if wait is not None:
            return _after(today.day, wait)
        if mood == "not" and _TODAY.search(piece):
            return today.day + timedelta(days=1)
    for when in find_days(piece, today, lexicon):
        if not when.dates:
            continue
        head, tail = piece[: when.start], piece[when.end :]
        if _UNTIL.search(head) or _ZH_UNTIL.match(tail):
            return when.dates[0] if mood == "not" else None
        if _FROM.search(head) or _ZH_FROM.match(tail):
            is_zh = _ZH_FROM.match(tail) is not None
            return when.dates[0] + timedelta(days=0 if is_zh else 1) if mood != "not" else None
    return None


def _after(day: date, wait: re.Match[str]) -> date:
    said, unit = wait["n"] or wait["zn"], wait["unit"] or wait["zu"]
    count = int(said) if said.isdigit() else _COUNTS[said]
    if unit in {"month", "月"}:
        return add_months(day, count)
    return day + timedelta(days=count * (1 if unit in {"day", "天"} else 7))


def _span(text: str) -> Day:
    start, _, end = text.partition("-")
    return ((_clock(start), _clock(end)),)


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _week(windows: list[_Window], *, wide: bool) -> Week | None:
    if not windows:
        return None
    days: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for window in windows:
        for weekday in window.days:
            for start, end in window.wide if wide else window.narrow:
                if start < end:
                    days[weekday].append((start, end))
                else:
                    # Past midnight: the rest belongs to the morning after.
                    days[weekday].append((start, _DAY))
                    days[(weekday + 1) % 7].append((0, end))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (_joined(day) for day in days)
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)


def _joined(windows: list[tuple[int, int]]) -> Day:
    found: list[tuple[int, int]] = []
    for start, end in sorted(window for window in windows if window[0] < window[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


@lru_cache(maxsize=8)
def _words(lexicon: Lexicon) -> _Words:
    names = lexicon.vocabulary
    latin = any_of(name for name in names["weekday"] if name.isascii())
    one_day = rf"(?<![a-z])(?:{latin})(?![a-z])|(?:周|星期|礼拜)[一二三四五六日天]"
    return _Words(
        contact=_word_pattern(lexicon.lists["times_contact"]),
        negative=_word_pattern(lexicon.lists["times_not"]),
        only=_word_pattern(lexicon.lists["times_only"]),
        excepting=_word_pattern(lexicon.lists["times_except"]),
        anytime=_word_pattern(lexicon.lists["times_any"]),
        allows=_word_pattern(lexicon.lists["times_allows"]),
        suits=_word_pattern(lexicon.lists["times_suits"]),
        money=_word_pattern(lexicon.lists["times_money"]),
        parts=_name_pattern([*names["after_work"], *names["work_hours"], *names["part_of_day"]]),
        days=_name_pattern([*names["days_of_week"]]),
        weekday=re.compile(one_day),
        span=re.compile(rf"(?P<first>{one_day})\s?(?:-|–|to|through|thru|till|until|到|至)\s?(?P<last>{one_day})"),
    )


def _word_pattern(listed: str) -> re.Pattern[str]:
    return _name_pattern([part.replace("\\", "") for part in listed.split("|")])


def _name_pattern(names: list[str]) -> re.Pattern[str]:
    latin = any_of(name for name in names if name[0].isascii()) or "(?!)"
    wide = any_of(name for name in names if not name[0].isascii()) or "(?!)"
    return re.compile(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{wide}")
