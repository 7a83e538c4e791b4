"""When is a budget asked again? In the third month after the agreement, and on every miss: lives change.

Source: `rne13.md` section 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from parley.dates import add_months

RECHECK_MONTHS: Final = 3


def recheck_days(agreed_on: date, missed_on: Iterable[date] = ()) -> tuple[date, ...]:
    """Return the days on which the budget is checked again, in order, each once. A miss before the agreement is none.

    Month 3 of an agreement of November 30 ends on the last day of February.
    """
    days = {day for day in missed_on if day >= agreed_on}
    return tuple(sorted(days | {add_months(agreed_on, RECHECK_MONTHS)}))


def recheck_due(
    agreed_on: date, today: date, missed_on: Iterable[date] = (), checked_on: date | None = None
) -> date | None:
    """Return the first day of a check that is due by *today* and not done by *checked_on*; None where none is."""
    done = checked_on or agreed_on
    due = (day for day in recheck_days(agreed_on, missed_on) if day <= today)
    return next((day for day in due if day > done or (checked_on is None and day == done)), None)


def plan_recheck_on(agreed_on: date, last_due_on: date) -> date | None:
    """Return from when it is asked whether a plan still fits; None where the plan is over by then.

    A miss needs no question of its own: what is said of it invites another amount.
    """
    (asked_on,) = recheck_days(agreed_on)
    return asked_on if asked_on < last_due_on else None
