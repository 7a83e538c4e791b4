"""Promises and arrangements become kept or broken as days pass and payments come in."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from uuid import UUID

from parley.servicing.arrangement import InstalmentState, Standing, standing
from parley.store import audit, models
from parley.store.book import chunk_bounds
from parley.store.bulk import update_rows
from parley.store.vault import Vault

# A promise is judged the day after it fell due.
PROMISE_GRACE_DAYS = 1


def settle_arrangements(number: int, chunks: int, as_of: date, grace_days: int, now: datetime, vault: Vault) -> None:
    """Judge the active arrangements of a chunk of accounts on *as_of*. Inside the caller's transaction."""
    low, high = chunk_bounds(number, chunks)
    active = models.Arrangement.objects.filter(
        account__id__gte=low, account__id__lte=high, standing=Standing.ACTIVE
    ).select_related("account")
    arrangements = {row.id: row for row in active}
    rows: dict[UUID, list[InstalmentState]] = defaultdict(list)
    parts = models.ArrangementInstalment.objects.filter(arrangement__in=arrangements).order_by("number")
    for part in parts:
        rows[part.arrangement_id].append(
            InstalmentState(part.due_on, part.amount_minor, part.paid_minor, part.cleared_on)
        )
    ended: list[models.Arrangement] = []
    for key, row in arrangements.items():
        verdict = standing(rows[key], as_of, grace_days)
        if verdict is not Standing.ACTIVE:
            row.standing, row.ended_at = verdict, now
            ended.append(row)
    update_rows(ended, ["standing", "ended_at"])
    _tell("arrangement", [(row.standing, row.account, row.conversation_id) for row in ended], now, vault)


def settle_promises(number: int, chunks: int, as_of: date, now: datetime, vault: Vault) -> None:
    """Judge the active promises of a chunk of accounts on *as_of*. Inside the caller's transaction."""
    low, high = chunk_bounds(number, chunks)
    active = models.Promise.objects.filter(
        account__id__gte=low, account__id__lte=high, standing=Standing.ACTIVE
    ).select_related("account")
    ended: list[models.Promise] = []
    for row in active:
        part = InstalmentState(row.due_on, row.amount_minor, min(row.paid_minor, row.amount_minor))
        verdict = standing((part,), as_of, PROMISE_GRACE_DAYS)
        if verdict is not Standing.ACTIVE:
            row.standing, row.ended_at = verdict, now
            ended.append(row)
    update_rows(ended, ["standing", "ended_at"])
    _tell("promise", [(row.standing, row.account, row.conversation_id) for row in ended], now, vault)


def _tell(what: str, ended: list[tuple[str, models.Account, UUID]], now: datetime, vault: Vault) -> None:
    events = models.Event.objects.bulk_create(
        models.Event(
            at=now,
            kind=f"{what}.{verdict}",
            borrower_id=account.borrower_id,
            account=account,
            conversation_id=conversation_id,
        )
        for verdict, account, conversation_id in ended
    )
    audit.record(vault, events, now)
