"""Promises and arrangements become kept or broken as days pass and payments come in; silent threads end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from parley.messaging.ledger import State as MessageState
from parley.negotiation.state import ENDED, SETTLED, State
from parley.servicing.arrangement import InstalmentState, Standing, standing
from parley.store import audit, models
from parley.store.book import chunk_bounds
from parley.store.bulk import update_rows
from parley.store.lender_notices import tell_lender
from parley.store.lock import borrower_lock
from parley.store.vault import Vault

# A promise is judged the day after it fell due.
PROMISE_GRACE_DAYS = 1
# A thread in which the borrower has been silent for so long is over, …
STALE_DAYS: Final = 14
# … once our own last word is old enough that nobody is about to answer it.
STALE_AFTER_OUR_WORD: Final = timedelta(days=3)
_THREADS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """What of a chunk was judged kept or broken: the accounts it was agreed for."""

    accounts: frozenset[UUID]


def settle(number: int, chunks: int, as_of: date, grace_days: int, now: datetime, vault: Vault) -> Settled:
    """Judge the promises and arrangements of a chunk of accounts on *as_of*. Inside the caller's transaction."""
    promises = _settle_promises(number, chunks, as_of, now, vault)
    arrangements = _settle_arrangements(number, chunks, as_of, grace_days, now, vault)
    return Settled(frozenset([row.account_id for row in promises] + [row.account_id for row in arrangements]))


def _settle_arrangements(
    number: int, chunks: int, as_of: date, grace_days: int, now: datetime, vault: Vault
) -> list[models.Arrangement]:
    """Judge the active arrangements. Returns those that ended."""
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
    return ended


def _settle_promises(number: int, chunks: int, as_of: date, now: datetime, vault: Vault) -> list[models.Promise]:
    """Judge the active promises. Returns those that ended."""
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
    return ended


def close_stale(now: datetime, vault: Vault) -> int:
    """Close threads that nobody answers, and those whose arrangement or promise has ended. Returns how many.

    A person's threads, and those in which something waits to be sent or answered, stay open.
    """
    ids = list(_stale(now).order_by("borrower_id").values_list("id", "borrower_id"))
    closed = 0
    for start in range(0, len(ids), _THREADS_AT_ONCE):
        part = ids[start : start + _THREADS_AT_ONCE]
        with transaction.atomic():
            borrower_lock(borrower for _, borrower in part)
            # A reply may have come while we waited for the lock.
            talks = list(_stale(now).filter(id__in=[talk for talk, _ in part]).order_by("id"))
            for talk in talks:
                talk.state, talk.closed_at, talk.version = State.CLOSED, now, talk.version + 1
            update_rows(talks, ["state", "closed_at", "version"])
            events = models.Event.objects.bulk_create(
                models.Event(
                    at=now,
                    kind="closed.stale",
                    borrower_id=talk.borrower_id,
                    account_id=talk.account_id,
                    conversation=talk,
                )
                for talk in talks
            )
            audit.record(vault, events, now)
        closed += len(talks)
    return closed


def _stale(now: datetime) -> QuerySet[models.Conversation]:
    silent_since, spoke_before = now - timedelta(days=STALE_DAYS), now - STALE_AFTER_OUR_WORD
    waiting = models.Message.objects.filter(
        conversation=OuterRef("pk"), state__in=[MessageState.QUEUED, MessageState.INTENDED]
    )
    unanswered = models.Inbound.objects.filter(conversation=OuterRef("pk"), status="new")
    active = {"account": OuterRef("account"), "standing": Standing.ACTIVE}
    # The one more offer after a missed payment keeps the thread in which it can be taken.
    offered = models.Arrangement.objects.filter(
        reoffer__conversation=OuterRef("pk"), reoffer__expires_at__gt=now, followed_at__isnull=True
    )
    stands = Exists(models.Arrangement.objects.filter(**active)) | Exists(models.Promise.objects.filter(**active))
    return models.Conversation.objects.filter(
        Q(last_inbound_at__isnull=True, opened_at__lte=silent_since) | Q(last_inbound_at__lte=silent_since),
        Q(last_outbound_at__isnull=True) | Q(last_outbound_at__lte=spoke_before),
        Q(state__in=[state for state in State if state not in ENDED | SETTLED])
        | (Q(state__in=list(SETTLED)) & ~stands),
        ~Exists(waiting),
        ~Exists(unanswered),
        ~Exists(offered),
        closed_at__isnull=True,
        needs_person_since__isnull=True,
    )


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
    tell_lender(events, now, vault)
