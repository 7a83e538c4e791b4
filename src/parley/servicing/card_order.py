"""Which balance of a card does a payment lower? The minimum by one rule, the excess by another, both as data.

A card may owe purchases, cash and transfers at different rates. The rule of most places: what exceeds the minimum goes
to the highest rate, then downwards. Money is conserved: the parts and what is left over are the payment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parley.servicing.table import Grounds, Noun, Table, by_place, place_for, read_tables


class RateFirst(StrEnum):
    """Which balance is lowered first; of two at one rate the one given first."""

    HIGHEST = "highest_rate"
    LOWEST = "lowest_rate"


@dataclass(frozen=True, slots=True)
class CardOrder:
    """The order of one place; the file of orders says what each field means."""

    name: str
    minimum_first: RateFirst
    excess_first: RateFirst
    deferred_cycles: int
    grounds: Grounds


@dataclass(frozen=True, slots=True, repr=False)
class CardBalance:
    """One balance of a card. Units: minor units; basis points a year.

    `deferred_cycles_left`: billing cycles, the current one included, until the day by which it must be paid off for its
    interest to be waived; None where it has no such day.
    """

    name: str
    amount_minor: int
    annual_rate_bps: int
    deferred_cycles_left: int | None = None

    def __post_init__(self) -> None:
        assert self.amount_minor >= 0, "a balance is never negative"

    def __repr__(self) -> str:
        return f"CardBalance({self.name}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class CardAllocation:
    """What each balance received, in the order the balances were given; `unapplied_minor` is more than was owed."""

    parts_minor: tuple[int, ...]
    unapplied_minor: int

    def __repr__(self) -> str:
        return "CardAllocation(…)"


def load_card_orders(raw: bytes) -> Mapping[str, CardOrder]:
    """Read the orders of a TOML file, by jurisdiction. Raises BadInput."""
    orders = [_order(table) for table in read_tables(raw, _NOUN)]
    return by_place(_NOUN, ((order.name, order.grounds, order) for order in orders))


def choose_card_order(orders: Mapping[str, CardOrder], jurisdiction: str) -> CardOrder:
    """Return the order of *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    return place_for(orders, jurisdiction)


def allocate_to_balances(
    balances: Sequence[CardBalance], amount_minor: int, minimum_minor: int, order: CardOrder
) -> CardAllocation:
    """Put *amount_minor* (> 0) on *balances*; *minimum_minor* is what is still to be paid of the minimum."""
    assert amount_minor > 0, "a payment is above zero"
    assert minimum_minor >= 0, "a minimum is never negative"
    open_minor = [balance.amount_minor for balance in balances]
    within = min(amount_minor, minimum_minor)
    left = _pay(open_minor, within, _by_rate(balances, order.minimum_first))
    deferred_first = sorted(
        _by_rate(balances, order.excess_first), key=lambda k: not _is_ending(balances[k], order.deferred_cycles)
    )
    left = _pay(open_minor, left + amount_minor - within, deferred_first)
    parts = (balance.amount_minor - rest for balance, rest in zip(balances, open_minor, strict=True))
    return CardAllocation(tuple(parts), left)


def _by_rate(balances: Sequence[CardBalance], first: RateFirst) -> list[int]:
    sign = -1 if first is RateFirst.HIGHEST else 1
    return sorted(range(len(balances)), key=lambda k: sign * balances[k].annual_rate_bps)


def _is_ending(balance: CardBalance, cycles: int) -> bool:
    return balance.deferred_cycles_left is not None and balance.deferred_cycles_left <= cycles


def _pay(open_minor: list[int], amount_minor: int, order: Sequence[int]) -> int:
    """Take *amount_minor* off *open_minor* in *order*. Returns what is left over."""
    left = amount_minor
    for k in order:
        part = min(left, open_minor[k])
        open_minor[k] -= part
        left -= part
    return left


_NOUN: Final = Noun("Card allocation orders", "信用卡还款分配顺序")


def _order(table: Table) -> CardOrder:
    table.allow_only({"minimum_first", "excess_first", "deferred_cycles"})
    return CardOrder(
        table.name,
        table.member("minimum_first", RateFirst),
        table.member("excess_first", RateFirst),
        table.count("deferred_cycles"),
        table.grounds(),
    )
