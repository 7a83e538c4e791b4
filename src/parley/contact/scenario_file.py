"""What does a file of regulatory scenarios hold? A list of cases, each with what is given and what is expected.

The schema is that of the collected rulebook facts. A file that leaves it is refused with its place; what a single case
gives is read when that case is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from parley.dates import Instant, instant
from parley.errors import BadInput
from parley.rulebook.terms import Confidence, ReasonCode

# A file of more is no file of cases.
MOST_SCENARIOS: Final = 100_000
DECISIONS: Final = ("allow", "defer", "block")
OK: Final = "ok"
_FIELDS: Final = frozenset({"id", "jurisdiction", "citation", "confidence", "given", "expect"})
_EXPECTED: Final = frozenset({"decision", "not_before", "reason_code", "note"})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the source says: the decision, its reason, and for a deferral the first instant where the source fixes it.

    `reason_code` None: the case names none.
    """

    decision: str
    reason_code: str | None
    not_before: Instant | None


@dataclass(frozen=True, slots=True, repr=False)
class Scenario:
    """One case. `given` is as the file has it; `confidence` is how its source was read."""

    id: str
    jurisdiction: str
    citation: str
    confidence: str
    given: Mapping[str, Any]
    expect: Expected


def scenarios_of(document: object) -> list[Scenario]:
    """Return the scenarios of a parsed file, in its order. Raises BadInput with the place of what is none."""
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_SCENARIOS:
        raise _bad("the file", "文件", "a list of scenarios is expected", "应为案例列表")
    found: dict[str, Scenario] = {}
    for place, row in enumerate(document, 1):
        scenario = _scenario(place, row)
        if scenario.id in found:
            raise _bad(f"case {place}", f"第 {place} 例", f"the id {scenario.id!r} occurs twice", "编号重复")
        found[scenario.id] = scenario
    return list(found.values())


def _scenario(place: int, row: object) -> Scenario:
    row = _mapping(row, f"case {place}", f"第 {place} 例", _FIELDS)
    name = row.get("id")
    en, zh = (f"case {place} ({name})", f"第 {place} 例（{name}）") if name else (f"case {place}", f"第 {place} 例")
    for field in ("id", "jurisdiction", "citation"):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise _bad(en, zh, f"{field} is missing or no text", f"{field} 缺失或不是文字")
    confidence = _one_of(row.get("confidence"), "confidence", tuple(Confidence), en, zh)
    given = _mapping(row.get("given"), f"{en}, given", f"{zh}，given", None)
    expect = _mapping(row.get("expect"), f"{en}, expect", f"{zh}，expect", _EXPECTED)
    reason = expect.get("reason_code")
    if reason is not None:
        reason = _one_of(reason, "reason_code", (OK, *ReasonCode), en, zh)
    decision = _one_of(expect.get("decision"), "decision", DECISIONS, en, zh)
    not_before = _instant(expect["not_before"], en, zh) if expect.get("not_before") is not None else None
    return Scenario(
        row["id"], row["jurisdiction"], row["citation"], confidence, given, Expected(decision, reason, not_before)
    )


def _mapping(value: object, en: str, zh: str, fields: frozenset[str] | None) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not value:
        raise _bad(en, zh, "it has no fields", "没有字段")
    for key in value:
        if not isinstance(key, str) or (fields is not None and key not in fields):
            allowed = ", ".join(sorted(fields or ()))
            raise _bad(en, zh, f"unknown field {key!r}; allowed: {allowed}", f"未知字段 {key!r}；允许：{allowed}")
    return value


def _one_of(value: object, field: str, words: tuple[str, ...], en: str, zh: str) -> str:
    if value not in words:
        allowed = ", ".join(words)
        raise _bad(en, zh, f"{field} is {value!r}; allowed: {allowed}", f"{field} 为 {value!r}；允许：{allowed}")
    return str(value)


def _instant(value: object, en: str, zh: str) -> Instant:
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        at = datetime.min  # noqa: DTZ901 - naive on purpose: refused below with every other naive time
    if at.tzinfo is None:
        raise _bad(en, zh, "not_before is no instant with an offset", "not_before 不是含时差的时刻")
    return instant(at)


def _bad(place_en: str, place_zh: str, en: str, zh: str) -> BadInput:
    return BadInput(
        f"The scenario file cannot be read: {place_en}: {en}. Correct the file and try again.",
        f"无法读取情景文件：{place_zh}：{zh}。请更正后重试。",
    )
