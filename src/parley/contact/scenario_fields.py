"""Read the fields of a scenario by type; what is not understood is refused in words, with what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final, TypeVar

from parley.contact.facts import Designation
from parley.dates import Instant, instant
from parley.errors import BadInput
from parley.rulebook.fields import TIME_OF_DAY, WEEKDAYS
from parley.rulebook.rule import WeekWindows

E = TypeVar("E", bound=StrEnum)

_DESIGNATES: Final = frozenset({"not", "only", "from_date"})
_SPAN: Final = frozenset({"days", "from", "to"})


def read_designation(value: object) -> Designation:
    """Return the times a borrower named."""
    raw = read_table(value, "designates", _DESIGNATES)
    from_day = raw.get("from_date")
    return Designation(
        closed=_week(raw["not"]) if "not" in raw else None,
        only=_week(raw["only"]) if "only" in raw else None,
        from_day=read_day(from_day, "from_date") if from_day else None,
    )


def _week(spans: object) -> WeekWindows:
    days: list[list[tuple[int, int]]] = [[] for _ in WEEKDAYS]
    for place in read_list(spans, "designates"):
        span = read_table(place, "designates", _SPAN)
        first, _, last = str(span.get("days", "Mon-Sun")).partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            raise not_understood("designates, days", span.get("days"), "Mon, Mon-Fri, …")
        start, end = read_minute(span.get("from", "00:00")), read_minute(span.get("to", "24:00"))
        for weekday in range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1):
            if start < end:
                days[weekday].append((start, end))
            else:
                # Past midnight: the rest belongs to the morning after.
                days[weekday].append((start, 24 * 60))
                days[(weekday + 1) % 7].append((0, end))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (_joined(day) for day in days)
    return (monday, tuesday, wednesday, thursday, friday, saturday, sunday)


def _joined(windows: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def read_minute(value: object) -> int:
    """Return minutes after midnight."""
    if TIME_OF_DAY.fullmatch(str(value)) is None:
        raise not_understood("designates", value, "a time of day from 00:00 to 24:00")
    hour, _, minute = str(value).partition(":")
    return int(hour) * 60 + int(minute)


def read_at(raw: Mapping[str, Any], field: str, where: str) -> Instant:
    """Return the instant a field holds."""
    value = raw.get(field)
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise not_understood(f"{where}, {field}", value, "an ISO 8601 instant with its offset") from None
    if at.tzinfo is None:
        raise not_understood(f"{where}, {field}", value, "an ISO 8601 instant with its offset")
    return instant(at)


def read_day(value: object, field: str) -> date:
    """Return a date."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise not_understood(field, value, "a date such as 2026-11-23") from None


def read_whole(value: object, field: str) -> int:
    """Return a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise not_understood(field, value, "a whole number")
    return value


def read_number(value: object, field: str) -> Fraction:
    """Return a number exactly as it was written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise not_understood(field, value, "a number")
    try:
        return Fraction(str(value))
    except ValueError:
        raise not_understood(field, value, "a number") from None


def read_truth(value: object, field: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise not_understood(field, value, "true, false")
    return value


def read_word(value: object, kinds: type[E], field: str) -> E:
    """Return a word of a closed set."""
    try:
        return kinds(str(value))
    except ValueError:
        raise not_understood(field, value, ", ".join(kinds)) from None


def read_list(value: object, field: str) -> list[Any]:
    """Return a list."""
    if not isinstance(value, list | tuple):
        raise not_understood(field, value, "a list")
    return list(value)


def read_table(value: object, field: str, fields: frozenset[str]) -> Mapping[str, Any]:
    """Return a table that holds no field but these."""
    if not isinstance(value, Mapping):
        raise not_understood(field, value, "fields: " + ", ".join(sorted(fields)))
    check_known(value, fields, field)
    return value


def check_known(table: Mapping[str, Any], fields: frozenset[str], where: str) -> None:
    """Refuse a field that is not one of these."""
    for key in table:
        if key not in fields:
            raise not_understood(where, key, ", ".join(sorted(fields)))


def not_understood(field: str, value: object, allowed: str) -> BadInput:
    """Return the refusal of a value, in both languages."""
    shown = str(value)[:60]
    return BadInput(
        f"{field}: {shown!r} is not understood; allowed: {allowed}", f"{field}：无法理解 {shown!r}；允许：{allowed}"
    )
