"""Where does a payment go? It pays the cells of an order one after the other, and the dues oldest first.

Money is conserved: a payment equals its parts plus what is left unapplied. An `Allocation` holds all that is needed to
take the payment back. The orders themselves are data, read by `allocation_order`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from parley.servicing.account import Account, Balance, Due
from parley.servicing.allocation_order import (
    ALL_CELLS,
    Cell,
    Component,
    Situation,
    Timing,
    Waterfall,
    choose,
    load_waterfalls,
)
from parley.servicing.delinquency import arrears_minor, next_due

__all__ = [
    "Allocation",
    "Cell",
    "CellPart",
    "Component",
    "DuePart",
    "Situation",
    "Timing",
    "Waterfall",
    "apply_payment",
    "choose",
    "load_waterfalls",
    "owed_by_cell",
    "undo",
]


@dataclass(frozen=True, slots=True, repr=False)
class CellPart:
    """What one cell received."""

    cell: Cell
    amount_minor: int

    def __repr__(self) -> str:
        return f"CellPart({self.cell.timing}.{self.cell.component}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class DuePart:
    """What one due received; `lapsed_minor` fell away because nothing is owed any more (interest not earned)."""

    due_on: date
    paid_minor: int
    lapsed_minor: int = 0

    def __repr__(self) -> str:
        return f"DuePart({self.due_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Allocation:
    """Where a payment went. `account` is the account after it; `unapplied_minor` is more than was owed."""

    account: Account
    amount_minor: int
    paid_on: date
    waterfall: str
    cells: tuple[CellPart, ...]
    dues: tuple[DuePart, ...]
    unapplied_minor: int

    @property
    def parts(self) -> Balance:
        """What each component received."""
        return _by_component(self.cells)

    def __repr__(self) -> str:
        return f"Allocation({self.account.account_id}, {self.paid_on}, {self.waterfall}, …)"


def apply_payment(account: Account, amount_minor: int, paid_on: date, waterfall: Waterfall) -> Allocation:
    """Pay *amount_minor* (> 0) on the account in the order of *waterfall*, and its dues oldest first."""
    assert amount_minor > 0, "a payment is above zero; taking one back is `undo`"
    owed = owed_by_cell(account, paid_on)
    left = amount_minor
    cells = []
    for cell in waterfall.order:
        part = min(left, owed[cell])
        left -= part
        if part:
            cells.append(CellPart(cell, part))
    balance = account.balance - _by_component(cells)
    due_parts = _due_parts(account.dues, amount_minor - left, paid_off=balance.total == 0)
    after = replace(account, balance=balance, dues=_dues_after(account.dues, due_parts))
    return Allocation(after, amount_minor, paid_on, waterfall.name, tuple(cells), due_parts, left)


def undo(account: Account, allocation: Allocation) -> Account:
    """Take a payment back: return *account* without *allocation*.

    Exact when nothing happened since. After later payments the totals still agree, but those keep the parts they had.
    A due that was dropped since it was paid comes back.
    """
    dues = {due.due_on: due for due in account.dues}
    for part in allocation.dues:
        due = dues.get(part.due_on, Due(part.due_on, part.paid_minor, part.paid_minor))
        dues[part.due_on] = Due(part.due_on, due.amount_minor + part.lapsed_minor, due.paid_minor - part.paid_minor)
    ordered = tuple(dues[day] for day in sorted(dues))
    return replace(account, balance=account.balance + allocation.parts, dues=ordered)


def owed_by_cell(account: Account, on: date) -> Mapping[Cell, int]:
    """Spread the balance over timings: what is past due, the next due, the rest.

    A balance says how much of it is charges, not which due they belong to. Charges are taken to lie in the oldest
    dues, in the order of `Component`: they accrued before the principal that is asked for next.
    """
    room = _room_by_timing(account, on)
    owed = dict.fromkeys(ALL_CELLS, 0)
    for component in Component:
        left: int = getattr(account.balance, component.value)
        for timing in Timing:
            part = min(left, room[timing])
            owed[Cell(timing, component)] = part
            room[timing] -= part
            left -= part
    return owed


def _room_by_timing(account: Account, on: date) -> dict[Timing, int]:
    total = account.balance.total
    past_due = min(arrears_minor(account.dues, on), total)
    coming = next_due(account.dues, on)
    due = min(coming.open_minor, total - past_due) if coming else 0
    return {Timing.PAST_DUE: past_due, Timing.DUE: due, Timing.IN_ADVANCE: total - past_due - due}


def _due_parts(dues: tuple[Due, ...], amount_minor: int, *, paid_off: bool) -> tuple[DuePart, ...]:
    """Pay dues oldest first; when the account is paid off, what is still open of them is not owed and lapses."""
    parts = []
    left = amount_minor
    for due in dues:
        paid = min(left, due.open_minor)
        left -= paid
        lapsed = due.open_minor - paid if paid_off else 0
        if paid or lapsed:
            parts.append(DuePart(due.due_on, paid, lapsed))
    return tuple(parts)


def _dues_after(dues: tuple[Due, ...], parts: tuple[DuePart, ...]) -> tuple[Due, ...]:
    by_day = {part.due_on: part for part in parts}
    return tuple(_due_after(due, by_day.get(due.due_on)) for due in dues)


def _due_after(due: Due, part: DuePart | None) -> Due:
    if part is None:
        return due
    return Due(due.due_on, due.amount_minor - part.lapsed_minor, due.paid_minor + part.paid_minor)


def _by_component(cells: list[CellPart] | tuple[CellPart, ...]) -> Balance:
    sums = dict.fromkeys(Component, 0)
    for part in cells:
        sums[part.cell.component] += part.amount_minor
    return Balance(**{component.value: amount for component, amount in sums.items()})
