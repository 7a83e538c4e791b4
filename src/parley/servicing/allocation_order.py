"""Which payment allocation orders are there, and which one applies here? An order is data: a list of cells.

A cell is a timing (past due, due, in advance) × a component of the balance. The file lists every cell of an order
once, so that no money can be left over while something is owed. Knows no account and moves no money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from parley.servicing.table import Grounds, Noun, Table, by_place, place_for, read_tables


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


class Cell(NamedTuple):
    """One place money can go."""

    timing: Timing
    component: Component


ALL_CELLS: Final = tuple(Cell(timing, component) for timing in Timing for component in Component)
_CELL_BY_TEXT: Final = {f"{cell.timing}.{cell.component}": cell for cell in ALL_CELLS}
_NOUN: Final = Noun("Payment allocation orders", "还款冲抵顺序")


@dataclass(frozen=True, slots=True)
class Waterfall:
    """One payment allocation order: all cells, first paid first, and on what grounds."""

    name: str
    order: tuple[Cell, ...]
    situation: Situation
    grounds: Grounds


def choose(waterfalls: Mapping[str, Waterfall], jurisdiction: str, situation: Situation) -> Waterfall:
    """Return the order of *situation* in *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    return place_for(_places(waterfalls, situation), jurisdiction)


def load_waterfalls(raw: bytes) -> Mapping[str, Waterfall]:
    """Read the orders of a TOML file, by name. Raises BadInput with what is wrong, and in which order."""
    waterfalls = {table.name: _waterfall(table) for table in read_tables(raw, _NOUN)}
    for situation in Situation:
        _places(waterfalls, situation)
    return waterfalls


def _waterfall(table: Table) -> Waterfall:
    table.allow_only({"situation", "order"})
    return Waterfall(table.name, _order(table), table.member("situation", Situation), table.grounds())


def _order(table: Table) -> tuple[Cell, ...]:
    texts = table.texts("order")
    for text, times in Counter(texts).items():
        if text not in _CELL_BY_TEXT:
            raise table.bad(f"{text!r} is not a cell timing.component", f"{text!r} 不是“时段.科目”")
        if times > 1:
            raise table.bad(f"{text} is listed {times} times", f"{text} 出现了 {times} 次")
    missing = [text for text in _CELL_BY_TEXT if text not in texts]
    if missing:
        raise table.bad(f"{missing[0]} is not listed; every cell must be", f"未列出 {missing[0]}；每一格都必须列出")
    return tuple(_CELL_BY_TEXT[text] for text in texts)


def _places(waterfalls: Mapping[str, Waterfall], situation: Situation) -> Mapping[str, Waterfall]:
    fitting = [one for one in waterfalls.values() if one.situation is situation]
    return by_place(_NOUN, ((one.name, one.grounds, one) for one in fitting), situation)
