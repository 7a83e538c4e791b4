"""What the nightly run wishes to write: the message's id, and the figures it speaks of."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from parley.engine.announce import Figures
from parley.engine.nightly import ARRANGEMENT_COMPLETED, ARRANGEMENT_RECHECK, Trigger
from parley.ids import derive_id
from parley.store.book import Page

_LIMIT: Final = "limit_change"


def message_id(account_id: UUID, wanted: Trigger) -> UUID:
    """Return the id of the message for this occasion: the same wish is never a second message."""
    return derive_id("message", str(account_id), wanted.family, wanted.occasion)


def still_is(wanted: Trigger, account_id: UUID, page: Page) -> bool:
    """Say whether *page* holds the limit or the plan that the wish speaks of, where it speaks of one."""
    if wanted.family == ARRANGEMENT_RECHECK:
        return bool(page.rows[account_id].plan)
    return wanted.family != _LIMIT or (not page.rows[account_id].plan and account_id in page.limits)


def figures_of(wanted: Trigger, account_id: UUID, page: Page) -> Figures:
    """Return the figures the wish speaks of."""
    row = page.rows[account_id]
    if wanted.family == ARRANGEMENT_COMPLETED:
        return Figures()
    if wanted.family == ARRANGEMENT_RECHECK:
        return Figures(amount_minor=next((part.amount_minor for part in row.plan if part.open_minor), 0))
    if row.plan:
        amount = sum(part.open_minor for part in row.plan if part.due_on == wanted.due_on)
        return Figures(due_on=wanted.due_on, amount_minor=amount)
    limit = page.limits.get(account_id)
    if wanted.family == _LIMIT and limit is not None:
        return Figures(limit_before_minor=limit.before_minor, limit_after_minor=limit.after_minor)
    if wanted.due_on is not None:
        amount = sum(due.open_minor for due in row.dues if due.due_on == wanted.due_on)
        return Figures(due_on=wanted.due_on, amount_minor=amount)
    return Figures()
