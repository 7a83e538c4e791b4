"""What does a line of labelled replies say? Its label, in the types of a reading; what is not of the schema is refused.

The schema is that of the label guide (docs/reading.md). A line comes parsed; its numbers are whole or Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from parley.dates import is_zone
from parley.errors import BadInput
from parley.nlu.reading import CONTEXTS, Intent, ReadingContext, Slots

ENGLISH, CHINESE, OTHER = "en", "zh", "other"

FREQUENCIES: Final = ("daily", "weekly", "biweekly", "semimonthly", "monthly")
ANCHORS: Final = ("payday", "benefit", "tax_refund")
HARDSHIPS: Final = tuple(
    "job_loss reduced_income wage_arrears illness bereavement divorce disaster cost_of_living benefit_delay "
    "incarceration mental_health addiction".split()
)
_NEEDED: Final = ("id", "text", "lang", "now", "tz", "locale", "context", "intent", "slots")
_FIELDS: Final = frozenset({*_NEEDED, "also", "mix", "conditional", "oos", "sensitive", "note"})
_LANGUAGES: Final = {"en": ENGLISH, "zh": CHINESE, "yue": CHINESE, "cmn": CHINESE}
_TAG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_YEARS: Final = range(1970, 2200)
_MOST_SHOWN_CHARS: Final = 24
_OPTION: Final = re.compile(r"[0-9]{1,2}|[A-Z]")


@dataclass(frozen=True, slots=True, repr=False)
class Label:
    """One reply and what people say it says. `language`: en, zh (Cantonese too) or other.

    `slots.dates_alt` is the other list of days that counts as right.
    """

    id: str
    text: str
    language: str
    context: ReadingContext
    intent: Intent
    also: tuple[Intent, ...]
    slots: Slots
    conditional: bool
    oos: bool
    sensitive: bool

    def __repr__(self) -> str:
        """Hide the reply: it is personal data."""
        return f"Label({self.id!r})"

    def names(self, intent: Intent) -> bool:
        """Say whether *intent* is the primary one or named beside it."""
        return intent is self.intent or intent in self.also


def label_of(row: Mapping[str, Any]) -> Label:
    """Return the label of a parsed line. Raises BadInput that names the field and what is allowed."""
    for field in row:
        if field not in _FIELDS:
            raise _bad(
                _shown(field), f"not a field of the schema; allowed: {', '.join(sorted(_FIELDS))}", "不是已知字段"
            )
    for field in _NEEDED:
        if field not in row:
            raise _bad(field, "it is missing", "缺失")
    slots = row["slots"]
    if not isinstance(slots, dict):
        raise _bad("slots", "it is no object", "不是对象")
    return Label(
        id=_text(row["id"], "id"),
        text=_reply(row["text"]),
        language=_LANGUAGES.get(locale_of(row["lang"], "lang").split("-")[0].lower(), OTHER),
        context=_context(row),
        intent=_intent(row["intent"], "intent"),
        also=tuple(_intent(one, "also") for one in _list(row.get("also", []), "also")),
        slots=Slots(**dict(_slot(name, value) for name, value in slots.items())),
        conditional=_flag(row, "conditional"),
        oos=_flag(row, "oos"),
        sensitive=_flag(row, "sensitive"),
    )


def _context(row: Mapping[str, Any]) -> ReadingContext:
    """Return what the reader knows beside the words; of the account and the open menu a line says nothing."""
    kind, zone, locale = row["context"], _text(row["tz"], "tz"), locale_of(row["locale"], "locale")
    if kind is not None and kind not in CONTEXTS:
        raise _bad(
            "context", f"{_shown(kind)} is no kind of message; allowed: {', '.join(CONTEXTS)}", "不是已知的消息类别"
        )
    if not is_zone(zone):
        raise _bad("tz", f"{_shown(zone)} is not in the tz database", "不在时区数据库中")
    return ReadingContext(
        last_message=kind, now=time_of(_text(row["now"], "now")), zone=zone, locale=locale, currency=""
    )


def time_of(text: str) -> datetime:
    """Return the time *text* names, with its offset. Raises BadInput where it names none, or no year of lending."""
    try:
        now = datetime.fromisoformat(text)
    except ValueError:
        now = datetime.min  # noqa: DTZ901 - naive on purpose: refused below with every other naive time
    if now.tzinfo is None or now.year not in _YEARS:
        raise _bad("now", "it is no time with an offset, such as 2026-11-23T10:15:00-05:00", "须为含时差的时间")
    return now


def locale_of(value: object, place: str) -> str:
    """Return the language tag that stands at *place*. Raises BadInput where it is none."""
    return _shaped(_TAG, "it is no language tag, such as en-US", "不是语言标签")(value, place)


def _slot(name: str, value: object) -> tuple[str, Any]:
    if name not in _SLOTS:
        raise _bad(f"slots.{_shown(name)}", f"not a slot; allowed: {', '.join(_SLOTS)}", "不是已知槽位")
    return name, _SLOTS[name](value, f"slots.{name}")


def _amount(value: object, place: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < Decimal(10) ** 15:
        raise _bad(place, "it is no number from 0 up", "须为不小于 0 的数")
    return Decimal(value)


def _count(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise _bad(place, "it is no whole number from 1 up", "须为不小于 1 的整数")
    return value


def _days(value: object, place: str) -> tuple[date, ...]:
    days = _list(value, place)
    try:
        found = {date.fromisoformat(str(day)) for day in days}
    except ValueError:
        raise _bad(place, "it holds something that is no day such as 2026-11-23", "含有非日期的内容") from None
    if not found:
        raise _bad(
            place, "it is empty; leave the slot out where the reply names no day", "为空；未提及日期时请省略"
        ) from None
    return tuple(sorted(found))


def _one_of(words: tuple[str, ...]) -> Callable[[object, str], str]:
    def take(value: object, place: str) -> str:
        if value not in words:
            raise _bad(place, f"{_shown(value)} is not known; allowed: {', '.join(words)}", "不是已知的值")
        return str(value)

    return take


def _shaped(pattern: re.Pattern[str], en: str, zh: str) -> Callable[[object, str], str]:
    def take(value: object, place: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise _bad(place, en, zh)
        return value

    return take


_SLOTS: Final[Mapping[str, Callable[[object, str], Any]]] = {
    "amount": _amount,
    "currency": _shaped(_CURRENCY, "it is no ISO 4217 code, such as USD", "不是 ISO 4217 代码"),
    "n_instalments": _count,
    "frequency": _one_of(FREQUENCIES),
    "dates": _days,
    "dates_alt": _days,
    "date_anchor": _one_of(ANCHORS),
    "hardship": _one_of(HARDSHIPS),
    "option": _shaped(_OPTION, "it is neither a number nor a capital letter, as text", "须为数字或大写字母（文本）"),
}


def _intent(value: object, place: str) -> Intent:
    try:
        return Intent(str(value))
    except ValueError:
        raise _bad(place, f"{_shown(value)} is no intent; allowed: {', '.join(Intent)}", "不是已知意图") from None


def _reply(value: object) -> str:
    if not isinstance(value, str):
        raise _bad("text", "it is no text", "不是文本")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad(place, "it is no text, or empty", "不是文本或为空")
    return value


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _bad(place, "it is no list", "不是列表")
    return value


def _flag(row: Mapping[str, Any], field: str) -> bool:
    value = row.get(field, False)
    if not isinstance(value, bool):
        raise _bad(field, "it is neither true nor false", "须为 true 或 false")
    return value


def _shown(value: object) -> str:
    """Return *value* for a message, cut short: it may be a reply that stands in the wrong field."""
    shown = ascii(value)
    return shown if len(shown) <= _MOST_SHOWN_CHARS else f"{shown[:_MOST_SHOWN_CHARS]}…"


def _bad(place: str, en: str, zh: str) -> BadInput:
    return BadInput(f"not understood: {place}: {en}", f"无法理解：{place}：{zh}")
