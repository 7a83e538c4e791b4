"""What does tonight's run want to say to an account? One account, one day → a trigger or nothing.

Nothing here asks whether it may be said: that is the gate's. The order of the questions is the order of the code:
a plan that is kept, a promise that stands, days past due, the coming due date, a new limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from parley.purpose import Purpose
from parley.servicing.account import Due
from parley.servicing.arrangement import InstalmentState, first_miss
from parley.servicing.delinquency import days_past_due, next_due


@dataclass(frozen=True, slots=True)
class Cadence:
    """When the lender writes by itself. Units: days before the due date, days past due, days."""

    reminder_days_before: int
    overdue_days: frozenset[int]
    grace_days: int


@dataclass(frozen=True, slots=True, repr=False)
class BookRow:
    """What the nightly run knows of an account.

    `plan` holds the instalments of the arrangement that stands, or (`plan_broke`) was judged broken tonight.
    """

    is_open: bool
    is_held_out: bool
    dues: tuple[Due, ...]
    plan: tuple[InstalmentState, ...] = ()
    plan_broke: bool = False
    has_promise: bool = False
    limit_changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A wish to write. `family` names the pair of templates; `occasion` makes the wish unique for its account."""

    purpose: Purpose
    family: str
    occasion: str
    due_on: date | None = None


ARRANGEMENT_REMINDER: Final = "arrangement.reminder"
ARRANGEMENT_MISSED: Final = "arrangement.missed"
# A limit that changed longer ago is no news any more.
LIMIT_NEWS_DAYS: Final = 14


def trigger(row: BookRow, as_of: date, cadence: Cadence) -> Trigger | None:
    """Return what to write about the account on *as_of*, or None. A held-out account is never written to."""
    if not row.is_open or row.is_held_out:
        return None
    if row.plan:
        return _of_plan(row, as_of, cadence)
    if row.has_promise:
        return None
    late = days_past_due(row.dues, as_of)
    if late > 0:
        if late not in cadence.overdue_days:
            return _of_limit(row, as_of)
        return Trigger(Purpose.COLLECTION, "overdue", f"late:{late}:{as_of - timedelta(days=late)}")
    coming = next_due(row.dues, as_of)
    if coming is not None and (coming.due_on - as_of).days == cadence.reminder_days_before:
        return Trigger(Purpose.REMINDER, "reminder", f"due:{coming.due_on}", coming.due_on)
    return _of_limit(row, as_of)


def _of_plan(row: BookRow, as_of: date, cadence: Cadence) -> Trigger | None:
    """Remind before each instalment; when a miss broke the plan send one understanding message, and no more."""
    missed = first_miss(row.plan, as_of, cadence.grace_days)
    if missed is not None:
        # Until it is judged the day's payments are still to come, and collection waits.
        if row.plan_broke:
            return Trigger(Purpose.COLLECTION, ARRANGEMENT_MISSED, f"missed:{missed.due_on}", missed.due_on)
        return None
    for part in row.plan:
        if part.open_minor and (part.due_on - as_of).days == cadence.reminder_days_before:
            return Trigger(Purpose.REMINDER, ARRANGEMENT_REMINDER, f"plan:{part.due_on}", part.due_on)
    return None


def _of_limit(row: BookRow, as_of: date) -> Trigger | None:
    changed_on = row.limit_changed_on
    if changed_on is not None and changed_on <= as_of <= changed_on + timedelta(days=LIMIT_NEWS_DAYS):
        return Trigger(Purpose.SERVICING, "limit_change", f"limit:{changed_on}")
    return None
