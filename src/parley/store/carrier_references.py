"""Finds the message of a receipt that holds only the carrier's own name for it, however early the receipt came.

What a carrier calls a message is written with its answer. A receipt may overtake that: it is kept, durably, and matched
by a round of its own (`match_waiting`), so that no order of the two writes loses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from parley.messaging.ledger import Event
from parley.store import models
from parley.store.arrived import ArrivedReceipt
from parley.store.bulk import insert_new
from parley.store.inbox import accept_receipts
from parley.store.vault import Vault

# A receipt whose message nobody named in so long is of none of ours, and is kept as such.
WAITS_FOR_DAYS: Final = 7


def resolved(provider: str, arrived: Sequence[ArrivedReceipt]) -> list[ArrivedReceipt]:
    """Return *arrived* with the message and part of each that *provider* named by its own id, where they are known."""
    named = {one.provider_id for one in arrived if one.message_id is None and one.provider_id}
    if not named:
        return list(arrived)
    found = _found(provider, named)
    return [
        replace(one, message_id=found[one.provider_id][0], part=found[one.provider_id][1])
        if one.message_id is None and one.provider_id in found
        else one
        for one in arrived
    ]


def _found(provider: str, named: Iterable[str]) -> dict[str, tuple[UUID, int]]:
    rows = models.CarrierReference.objects.filter(provider=provider, provider_id__in=list(named)).order_by("id")
    return {name: (message, part) for name, message, part in rows.values_list("provider_id", "message_id", "part")}


def keep_waiting(provider: str, early: Sequence[ArrivedReceipt], now: datetime) -> int:
    """Keep receipts whose message is not known yet. Returns how many were new."""
    rows = [
        models.WaitingReceipt(
            provider=provider, provider_event=one.event_id, provider_id=one.provider_id,
            event=one.event, at=one.at, received_at=now,
        )
        for one in sorted({one.event_id: one for one in early}.values(), key=lambda one: one.event_id)
    ]  # fmt: skip
    return len(insert_new(rows, ("provider", "provider_event")))


def match_waiting(now: datetime, vault: Vault, limit: int) -> int:
    """Take in up to *limit* waiting receipts whose message is known by now, or will never be. Returns how many."""
    if not models.WaitingReceipt.objects.exists():
        return 0
    with transaction.atomic():
        rows = _locked(now, limit)
        for provider, group in groupby(rows, key=lambda row: row.provider):
            told = [_arrived(row) for row in group]
            accept_receipts(provider, resolved(provider, told), now, vault)
        models.WaitingReceipt.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def _locked(now: datetime, limit: int) -> list[models.WaitingReceipt]:
    """Return waiting receipts whose name is known, or that waited too long; no two processes get the same."""
    is_known = models.CarrierReference.objects.filter(
        provider=OuterRef("provider"), provider_id=OuterRef("provider_id")
    )
    rows = models.WaitingReceipt.objects.filter(
        Exists(is_known) | Q(received_at__lte=now - timedelta(days=WAITS_FOR_DAYS))
    )
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.order_by("provider", "id")[:limit])


def _arrived(row: models.WaitingReceipt) -> ArrivedReceipt:
    return ArrivedReceipt(row.provider_event, None, 0, Event(row.event), row.at, row.provider_id)
