"""Read what a look-up found of numbers from a file of JSON lines, and carry it out: each line a transaction of its own.

A line that cannot be taken is told with its number and why; every other line is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

from parley.contact.number_lookup import Holder, LineType, NumberFinding
from parley.errors import BadInput
from parley.ids import Msisdn
from parley.run.json_lines import json_object
from parley.store.numbers import apply_finding
from parley.store.vault import Vault

E = TypeVar("E", bound=StrEnum)
_FIELDS: Final = ("number", "holder", "at", "line", "network", "is_ported")
_NETWORK: Final = re.compile(r"\d{3}-\d{2,3}", re.ASCII)
_E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_LONGEST_LINE: Final = 4_096
# The clocks of two systems may differ by so much.
_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one line: `state` is that of `Applied`, or refused; why, in both languages, where it was."""

    number: int
    state: str
    en: str = ""
    zh: str = ""


def apply_file(raw: bytes, now: datetime, vault: Vault) -> Iterator[Line]:
    """Carry out the findings of *raw*, one after the other. Gives what came of each line."""
    for number, data in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not data.strip():
            continue
        try:
            finding = parse(data, number, now)
        except BadInput as bad:
            yield Line(number, "refused", bad.en, bad.zh)
            continue
        yield Line(number, str(apply_finding(finding, now, vault)))


def parse(data: bytes, number: int, now: datetime) -> NumberFinding:
    """Return the finding on line *number*. Raises BadInput, naming the line and never the telephone number on it."""
    if len(data) > _LONGEST_LINE:
        raise _bad(number, f"it is longer than {_LONGEST_LINE} bytes", f"超过 {_LONGEST_LINE} 字节")
    try:
        row = json_object(BadInput, number, data.decode("utf-8"))
    except UnicodeDecodeError:
        raise _bad(number, "it is not UTF-8", "不是 UTF-8") from None
    unknown = sorted(set(row) - set(_FIELDS))
    if unknown:
        raise _bad(number, f"the field {unknown[0]!a} is not known", f"无法识别字段 {unknown[0]!a}")
    telephone = row.get("number")
    if not isinstance(telephone, str) or _E164.fullmatch(telephone) is None:
        raise _bad(number, "number is not a telephone number like +13125550100", "number 不是如 +13125550100 的号码")
    holder, line = _word(row, number, "holder", Holder), _word(row, number, "line", LineType)
    if holder is None and line is None:
        raise _bad(number, "it says neither holder nor line", "holder 与 line 均未填写")
    network, is_ported = row.get("network", ""), row.get("is_ported")
    if not isinstance(network, str) or (network and _NETWORK.fullmatch(network) is None):
        raise _bad(number, "network is no code like 310-410", "network 不是如 310-410 的代码")
    if is_ported is not None and not isinstance(is_ported, bool):
        raise _bad(number, "is_ported is true or false", "is_ported 应为 true 或 false")
    return NumberFinding(Msisdn(telephone), holder, _instant(row, number, now), line, network, is_ported)


def _word(row: dict[str, Any], number: int, field: str, kinds: type[E]) -> E | None:
    """Return the word of a closed set; None where the line does not say it."""
    word = row.get(field)
    if word is None:
        return None
    if not isinstance(word, str) or word not in set(kinds):
        allowed = ", ".join(kinds)
        raise _bad(number, f"{field} is none of {allowed}", f"{field} 不是 {allowed} 之一")
    return kinds(word)


def _instant(row: dict[str, Any], number: int, now: datetime) -> datetime:
    value = row.get("at")
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _bad(
            number, "at is not an instant like 2026-11-20T09:30:00+00:00", "at 不是如 2026-11-20T09:30:00+00:00 的时刻"
        )
    if at > now + _AHEAD:
        raise _bad(number, "at lies in the future", "at 晚于当前时间")
    return at


def _bad(number: int, en: str, zh: str) -> BadInput:
    return BadInput(f"line {number}: {en}", f"第 {number} 行：{zh}")
