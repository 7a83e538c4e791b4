"""From words to a minute of the day: "6", "6:30pm", "noon", 晚上八点半.

Without am or pm: an hour that could be meant twice is read so that the borrower is left in peace longer, within what
people mean by it ("before 9" is the morning, "after 6" the evening).
"""

from __future__ import annotations

import re
from typing import Final

_ZH_HOURS: Final = {name: hour for hour, name in enumerate("零一二三四五六七八九十")} | {
    "两": 2,
    "十一": 11,
    "十二": 12,
}
_ZH: Final = (
    r"(?:凌晨|早上|早晨|朝早|上午|中午|下午|晏昼|傍晚|晚上|夜晚|晚间|夜里|晚)?(?:\d{1,2}|十[一二]?|[零一二两三四五六七八九])"
    r"(?:点钟|点|时|:\d{2})(?:半|一刻|\d{1,2}分?)?"
)
CLOCK: Final = (
    rf"(?:{_ZH}|(?<!\d)\d{{1,2}}(?:[:.]\d{{2}})?(?:\s?(?:am|pm|oclock|hrs|h)(?![a-z]))?(?![\d/])|noon|midday|midnight)"
)
"""The pattern of one time of day, without groups."""

_ZH_PARTS: Final = re.compile(
    r"(?P<part>凌晨|早上|早晨|朝早|上午|中午|下午|晏昼|傍晚|晚上|夜晚|晚间|夜里|晚)?(?P<hour>\d{1,2}|十[一二]?|[零一二两三四五六七八九])"
    r"(?:点钟|点|时|:(?P<colon>\d{2}))(?P<rest>半|一刻|\d{1,2})?"
)
_EN_PARTS: Final = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?\s?(?P<half>am|pm)?")
_AFTERNOON: Final = frozenset({"下午", "晏昼", "傍晚", "晚上", "夜晚", "晚间", "夜里", "晚"})
_LAST_EVENING_HOUR: Final = 8
_EARLIEST_MORNING_HOUR: Final = 6
_NOON: Final = 12
_LAST_HOUR: Final = 24
_LAST_MINUTE: Final = 59


def minute_of(
    text: str, *, is_before: bool = False, is_closed: bool = False, end: str = "", after: str = ""
) -> int | None:
    """Return the minute of the day that *text* names; None for what is no time of day.

    *is_before*: "before …"; *is_closed*: of a time that does not suit. *end*, *after*: the other end of "… to …".
    """
    named = {"noon": _NOON * 60, "midday": _NOON * 60, "midnight": 24 * 60}
    if text in named:
        return named[text]
    wide = _ZH_PARTS.fullmatch(text)
    if wide is not None:
        return _wide(wide, is_before=is_before, is_closed=is_closed)
    plain = _EN_PARTS.match(text)
    if plain is None:
        return None
    hour, minute, half = int(plain["hour"]), int(plain["minute"] or 0), plain["half"]
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return None
    if half is None and hour <= _NOON:
        if after:
            return _after(hour, minute, after)
        if end:
            return _until(hour, minute, end)
        half = _half(hour, is_before=is_before, is_closed=is_closed)
    return _clock(hour, minute, half)


def _clock(hour: int, minute: int, half: str | None) -> int:
    if half == "pm" and hour < _NOON:
        hour += _NOON
    if half == "am" and hour == _NOON:
        hour = 0
    return hour * 60 + minute


def _half(hour: int, *, is_before: bool, is_closed: bool) -> str:
    """Return am or pm for a bare hour."""
    if is_before:
        return "am" if _EARLIEST_MORNING_HOUR <= hour < _NOON else "pm"
    if hour <= _LAST_EVENING_HOUR or hour == _NOON:
        return "pm"
    return "pm" if is_closed else "am"


def _until(hour: int, minute: int, end: str) -> int | None:
    """Return the beginning of "9 to 5": in the morning, or in the afternoon where that is before the end."""
    at = hour * 60 + minute
    if hour >= _EARLIEST_MORNING_HOUR:
        return at
    later, stated = at + _NOON * 60, _EN_PARTS.match(end)
    last = minute_of(end) if stated is not None and stated["half"] else None
    return later if last is None or later < last else at


def _after(hour: int, minute: int, start: str) -> int | None:
    """Return the end of "9 to 5": the first such time after its beginning."""
    first = minute_of(start, end=f"{hour}:{minute:02d}")
    at = hour * 60 + minute
    if first is None:
        return None
    while at <= first and at + _NOON * 60 <= _LAST_HOUR * 60:
        at += _NOON * 60
    return at


def _wide(hit: re.Match[str], *, is_before: bool, is_closed: bool) -> int | None:
    said = hit["hour"]
    hour = int(said) if said.isdigit() else _ZH_HOURS[said]
    rest = hit["rest"] or hit["colon"] or "0"
    minute = {"半": 30, "一刻": 15}.get(rest) or (int(rest) if rest.isdigit() else 0)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return None
    part = hit["part"]
    if part in _AFTERNOON or (part == "中午" and hour < _EARLIEST_MORNING_HOUR):
        return _clock(hour, minute, "pm")
    if part is not None or hour > _NOON:
        return _clock(hour, minute, None)
    return _clock(hour, minute, _half(hour, is_before=is_before, is_closed=is_closed))
