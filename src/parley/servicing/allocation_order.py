"""Which payment allocation orders are there, and which one applies here? An order is data: a list of cells.

A cell is a timing (past due, due, in advance) × a component of the balance. The file lists every cell of an order
once, so that no money can be left over while something is owed. Knows no account and moves no money.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from parley.errors import BadInput


class Timing(StrEnum):
    """When an amount is asked for, seen from the day of payment."""

    PAST_DUE = "past_due"
    DUE = "due"
    IN_ADVANCE = "in_advance"


class Component(StrEnum):
    """A component of a balance; the values are the field names of `Balance`."""

    COST = "cost"
    FEE = "fee"
    PENALTY_INTEREST = "penalty_interest"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Situation(StrEnum):
    """In which case an order applies."""

    PAYMENT = "payment"
    PLAN_KEPT = "plan_kept"


class Layer(StrEnum):
    """Whose word an order is."""

    LAW = "law"
    STANDARD = "standard"
    SELF_REGULATION = "self_regulation"
    POLICY = "policy"


class Cell(NamedTuple):
    """One place money can go."""

    timing: Timing
    component: Component


_Word = TypeVar("_Word", bound=StrEnum)

ANYWHERE: Final = "*"
ALL_CELLS: Final = tuple(Cell(timing, component) for timing in Timing for component in Component)
_CELL_BY_TEXT: Final = {f"{cell.timing}.{cell.component}": cell for cell in ALL_CELLS}
_REQUIRED: Final = frozenset({"situation", "jurisdictions", "layer", "reason_en", "reason_zh", "order"})
_ALLOWED: Final = _REQUIRED | {"citation"}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One payment allocation order: all cells, first paid first, and why. `citation` only where it was read."""

    name: str
    order: tuple[Cell, ...]
    situation: Situation
    jurisdictions: tuple[str, ...]
    layer: Layer
    reason_en: str
    reason_zh: str
    citation: str | None = None


def choose(waterfalls: Mapping[str, Waterfall], jurisdiction: str, situation: Situation) -> Waterfall:
    """Return the order of *situation* in *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    by_place = {place: w for w in waterfalls.values() if w.situation is situation for place in w.jurisdictions}
    place = jurisdiction
    while place and place not in by_place:
        place = place.rpartition("-")[0]
    return by_place[place or ANYWHERE]


def load_waterfalls(raw: bytes) -> Mapping[str, Waterfall]:
    """Read the orders of a TOML file, by name. Raises BadInput with what is wrong, and in which order."""
    try:
        tables = tomllib.loads(raw.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _bad("-", f"it is not TOML in UTF-8 ({error})", f"不是 UTF-8 编码的 TOML（{error}）") from None
    waterfalls = {name: _waterfall(name, table) for name, table in tables.items()}
    _refuse_two_for_one_place(waterfalls)
    return waterfalls


def _waterfall(name: str, table: object) -> Waterfall:
    if not isinstance(table, dict):
        raise _bad(name, "it is not a table", "不是一个表")
    _refuse_wrong_keys(name, table)
    return Waterfall(
        name=name,
        order=_order(name, table["order"]),
        situation=_member(name, "situation", Situation, table["situation"]),
        jurisdictions=tuple(_texts(name, "jurisdictions", table["jurisdictions"])),
        layer=_member(name, "layer", Layer, table["layer"]),
        reason_en=_text(name, "reason_en", table["reason_en"]),
        reason_zh=_text(name, "reason_zh", table["reason_zh"]),
        citation=_citation(name, table),
    )


def _refuse_wrong_keys(name: str, table: dict[str, Any]) -> None:
    missing, unknown = sorted(_REQUIRED - table.keys()), sorted(table.keys() - _ALLOWED)
    if missing:
        raise _bad(name, f"{missing[0]} is missing", f"缺少 {missing[0]}")
    if unknown:
        raise _bad(name, f"{unknown[0]} is not a known key", f"{unknown[0]} 不是可用的键")


def _order(name: str, value: object) -> tuple[Cell, ...]:
    texts = _texts(name, "order", value)
    for text, times in Counter(texts).items():
        if text not in _CELL_BY_TEXT:
            raise _bad(name, f"{text!r} is not a cell timing.component", f"{text!r} 不是“时段.科目”")
        if times > 1:
            raise _bad(name, f"{text} is listed {times} times", f"{text} 出现了 {times} 次")
    missing = [text for text in _CELL_BY_TEXT if text not in texts]
    if missing:
        raise _bad(name, f"{missing[0]} is not listed; every cell must be", f"未列出 {missing[0]}；每一格都必须列出")
    return tuple(_CELL_BY_TEXT[text] for text in texts)


def _citation(name: str, table: dict[str, Any]) -> str | None:
    if "citation" in table:
        return _text(name, "citation", table["citation"])
    if table["layer"] != Layer.POLICY:
        raise _bad(name, f"layer {table['layer']} needs a citation", f"{table['layer']} 一级必须写明出处")
    return None


def _member(name: str, key: str, kind: type[_Word], value: object) -> _Word:
    if not isinstance(value, str) or value not in set(kind):
        words = ", ".join(kind)
        raise _bad(name, f"{key} is {value!r}, not one of {words}", f"{key} 为 {value!r}，应为以下之一：{words}")
    return kind(value)


def _text(name: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad(name, f"{key} is not a text", f"{key} 不是文字")
    return value


def _texts(name: str, key: str, value: object) -> list[str]:
    if not isinstance(value, list) or not value:
        raise _bad(name, f"{key} is not a list of texts", f"{key} 不是文字列表")
    return [_text(name, key, item) for item in value]


def _refuse_two_for_one_place(waterfalls: Mapping[str, Waterfall]) -> None:
    owners: dict[tuple[Situation, str], str] = {}
    for waterfall in waterfalls.values():
        for place in waterfall.jurisdictions:
            first = owners.setdefault((waterfall.situation, place), waterfall.name)
            if first != waterfall.name:
                raise _bad(waterfall.name, f"{first} is already the order of {place}", f"{place} 已由 {first} 规定")
    for situation in Situation:
        if (situation, ANYWHERE) not in owners:
            raise _bad("-", f'no order of {situation} has jurisdiction "*"', f'{situation} 缺少法域为 "*" 的顺序')


def _bad(name: str, en: str, zh: str) -> BadInput:
    return BadInput(
        f"Payment allocation orders cannot be read: [{name}] {en}. Correct the waterfall file and try again.",
        f"无法读取还款冲抵顺序：[{name}] {zh}。请更正该文件后重试。",
    )
