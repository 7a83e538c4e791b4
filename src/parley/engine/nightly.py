"""What does tonight's run want to say to an account? One account, one day → a trigger or nothing.

Nothing here asks whether it may be said: that is the gate's. The order of the questions is the order of the code:
a plan that ended, one that stands, what is waited for, days past due, the coming due date, a new limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from parley.negotiation.state import ENDED, SETTLED, State
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

    def remind_on(self, as_of: date) -> date:
        """Return the due date that is reminded of on *as_of*."""
        return as_of + timedelta(days=self.reminder_days_before)


@dataclass(frozen=True, slots=True, repr=False)
class BookRow:
    """What the nightly run knows of an account.

    `plan` holds the instalments of the arrangement that stands, or of one that ended and of which nobody was told:
    `plan_broke` by a missed payment, `plan_kept` by the last one. `recheck_on`: from when it is asked whether the plan
    still fits. `is_reoffered`: a plan broke, and the one more offer stands or a person is about to come.
    """

    is_open: bool
    is_held_out: bool
    dues: tuple[Due, ...]
    plan: tuple[InstalmentState, ...] = ()
    plan_broke: bool = False
    plan_kept: bool = False
    recheck_on: date | None = None
    is_reoffered: bool = False
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
ARRANGEMENT_COMPLETED: Final = "arrangement.completed"
ARRANGEMENT_RECHECK: Final = "arrangement.recheck"
# What is said of how a plan ended: found in the night that judges it, or in one of those after it.
OF_AN_END: Final = frozenset({ARRANGEMENT_MISSED, ARRANGEMENT_COMPLETED})
# Where the money of a night does not reach for all: what is owed to the borrower as news, then what keeps a plan, then
# what is known to help (a reminder before the due date; NBER 17020), then the rest. The higher goes first.
PRIORITY: Final = {
    "limit_change": 4,
    ARRANGEMENT_MISSED: 3,
    ARRANGEMENT_COMPLETED: 3,
    ARRANGEMENT_REMINDER: 3,
    ARRANGEMENT_RECHECK: 3,
    "reminder": 2,
    "overdue": 1,
}
# A limit that changed longer ago is no news any more.
LIMIT_NEWS_DAYS: Final = 14
# A question whether the plan still fits may wait so long for a night on which nothing else is said.
RECHECK_DAYS: Final = 7
# While a talk goes on, the machine does not start another subject.
QUIET_AFTER_REPLY: Final = timedelta(days=3)


def is_talking(state: State, heard_at: datetime | None, now: datetime) -> bool:
    """Say whether a talk in *state*, last heard from at *heard_at*, goes on at *now*: then nothing else is begun."""
    is_open = state not in ENDED and state not in SETTLED and state is not State.NOTIFIED
    return is_open and heard_at is not None and now - heard_at < QUIET_AFTER_REPLY


def trigger(row: BookRow, as_of: date, cadence: Cadence) -> Trigger | None:
    """Return what to write about the account on *as_of*, or None. A held-out account is never written to."""
    if row.is_held_out or not (row.is_open or row.plan_kept):
        return None
    if row.plan:
        return _of_plan(row, as_of, cadence)
    if row.has_promise or row.is_reoffered:
        return None
    late = days_past_due(row.dues, as_of)
    if late > 0:
        if late not in cadence.overdue_days:
            return _of_limit(row, as_of)
        return of_lateness(late, as_of)
    coming = next_due(row.dues, as_of)
    if coming is not None and coming.due_on == cadence.remind_on(as_of):
        return reminder(coming.due_on)
    return _of_limit(row, as_of)


def of_lateness(days: int, as_of: date) -> Trigger:
    """Return the wish to write about an account so many days past due."""
    return Trigger(Purpose.COLLECTION, "overdue", f"late:{days}:{as_of - timedelta(days=days)}")


def reminder(due_on: date) -> Trigger:
    """Return the wish to remind before a due date."""
    return Trigger(Purpose.REMINDER, "reminder", f"due:{due_on}", due_on)


def of_plan_part(due_on: date) -> Trigger:
    """Return the wish to remind before an instalment of a plan."""
    return Trigger(Purpose.REMINDER, ARRANGEMENT_REMINDER, f"plan:{due_on}", due_on)


def of_recheck(recheck_on: date) -> Trigger:
    """Return the wish to ask whether a plan still fits."""
    return Trigger(Purpose.SERVICING, ARRANGEMENT_RECHECK, f"recheck:{recheck_on}")


def of_completion(last_due_on: date) -> Trigger:
    """Return the wish to give thanks for a plan that was kept to its last payment."""
    return Trigger(Purpose.SERVICING, ARRANGEMENT_COMPLETED, f"kept:{last_due_on}")


def of_limit(changed_on: date) -> Trigger:
    """Return the wish to tell of a new limit."""
    return Trigger(Purpose.SERVICING, "limit_change", f"limit:{changed_on}")


def _of_plan(row: BookRow, as_of: date, cadence: Cadence) -> Trigger | None:
    """Remind before each instalment, ask once whether the plan fits; of one that ended say so once, and no more."""
    if row.plan_kept:
        # Whoever paid everything is thanked, though the lender may have closed the account already.
        return of_completion(row.plan[-1].due_on)
    missed = first_miss(row.plan, as_of, cadence.grace_days)
    if missed is not None:
        # Until it is judged the day's payments are still to come, and collection waits.
        if row.plan_broke:
            return Trigger(Purpose.COLLECTION, ARRANGEMENT_MISSED, f"missed:{missed.due_on}", missed.due_on)
        return None
    for part in row.plan:
        if part.open_minor and part.due_on == cadence.remind_on(as_of):
            return of_plan_part(part.due_on)
    if row.recheck_on is not None and row.recheck_on <= as_of <= row.recheck_on + timedelta(days=RECHECK_DAYS):
        return of_recheck(row.recheck_on)
    return None


def _of_limit(row: BookRow, as_of: date) -> Trigger | None:
    changed_on = row.limit_changed_on
    if changed_on is not None and changed_on <= as_of <= changed_on + timedelta(days=LIMIT_NEWS_DAYS):
        return of_limit(changed_on)
    return None
