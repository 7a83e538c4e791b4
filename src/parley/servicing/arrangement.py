"""Is an agreed arrangement, or a single promise to pay, being kept? Judged by its rows, a day and a grace.

The answer depends only on the rows, the day and the grace, never on how often somebody looked: a row paid after its
grace remembers the day (`cleared_on`) and stays missed. `cancelled` is a decision of a person, `refused` one of the
lender's core, as if it had never been agreed; stored, not derived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from parley.dates import add_days


class Standing(StrEnum):
    """Where an arrangement or promise stands."""

    ACTIVE = "active"
    KEPT = "kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, repr=False)
class InstalmentState:
    """One agreed instalment and what has been paid on it; `cleared_on` is the day it was paid in full, if known."""

    due_on: date
    amount_minor: int
    paid_minor: int = 0
    cleared_on: date | None = None

    def __post_init__(self) -> None:
        assert 0 <= self.paid_minor <= self.amount_minor, "an instalment is paid between nothing and its amount"

    @property
    def open_minor(self) -> int:
        """What is still to be paid of this instalment."""
        return self.amount_minor - self.paid_minor

    def __repr__(self) -> str:
        return f"InstalmentState({self.due_on}, …)"


def first_miss(rows: Sequence[InstalmentState], as_of: date, grace_days: int) -> InstalmentState | None:
    """Return the first instalment not paid in full within *grace_days* of its due date, or None.

    The last day of grace still counts as in time. Shape: *rows* ordered by due date.
    """
    for row in rows:
        cleared_or_today = as_of if row.open_minor else row.cleared_on
        if cleared_or_today is not None and cleared_or_today > add_days(row.due_on, grace_days):
            return row
    return None


def standing(rows: Sequence[InstalmentState], as_of: date, grace_days: int) -> Standing:
    """Return broken after a miss, kept when every row was paid in time, else active."""
    assert rows, "an arrangement has at least one instalment"
    if first_miss(rows, as_of, grace_days):
        return Standing.BROKEN
    return Standing.ACTIVE if any(row.open_minor for row in rows) else Standing.KEPT


def allocate_to_rows(
    rows: Sequence[InstalmentState], amount_minor: int, paid_on: date
) -> tuple[tuple[InstalmentState, ...], int]:
    """Put a payment on the oldest open instalments first. Returns the rows after it, and what is left over."""
    assert amount_minor >= 0, "a payment is never negative"
    after = []
    left = amount_minor
    for row in rows:
        part = min(left, row.open_minor)
        left -= part
        cleared_on = paid_on if part and part == row.open_minor else row.cleared_on
        after.append(replace(row, paid_minor=row.paid_minor + part, cleared_on=cleared_on) if part else row)
    return tuple(after), left


def promise_standing(amount_minor: int, due_on: date, paid_minor: int, as_of: date, grace_days: int) -> Standing:
    """Return the standing of one promise to pay *amount_minor* by *due_on*; *paid_minor* may exceed the promise.

    *paid_minor* counts payments up to the last day of grace only: this form cannot tell later ones apart.
    """
    row = InstalmentState(due_on, amount_minor, min(paid_minor, amount_minor))
    return standing((row,), as_of, grace_days)
