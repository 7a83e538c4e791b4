"""The receiver: poll the provider, store, then acknowledge. What was not stored comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from parley.engine.turn import Library
from parley.messaging.ledger import Event
from parley.providers.port import DeliveryState, InboundIn, Provider, ReceiptIn
from parley.store.inbox import ArrivedReceipt, ArrivedText, accept_receipts, accept_texts
from parley.store.vault import Vault

BATCH: Final = 256

_EVENT: Final[dict[DeliveryState, Event]] = {
    DeliveryState.DELIVERED: Event.RECEIPT_DELIVERED,
    DeliveryState.UNDELIVERED: Event.RECEIPT_UNDELIVERED,
    DeliveryState.EXPIRED: Event.RECEIPT_EXPIRED,
    DeliveryState.REJECTED: Event.RECEIPT_REJECTED,
}


def receive_due(provider: Provider, library: Library, vault: Vault, now: datetime, limit: int = BATCH) -> int:
    """Take in up to *limit* deliveries. Returns how many came."""
    deliveries = provider.poll(now, limit)
    receipts = [_receipt(one) for one in deliveries if isinstance(one, ReceiptIn)]
    texts = [
        ArrivedText(one.event_id, one.sender, one.text, one.at) for one in deliveries if isinstance(one, InboundIn)
    ]
    if receipts:
        accept_receipts(provider.name, receipts, now, vault)
    if texts:
        accept_texts(provider.name, texts, now, library, vault)
    provider.acknowledge([one.event_id for one in deliveries])
    return len(deliveries)


def _receipt(one: ReceiptIn) -> ArrivedReceipt:
    return ArrivedReceipt(one.event_id, _ours(one.reference), one.part, _EVENT[one.state], one.at)


def _ours(reference: str | None) -> UUID | None:
    """Return the message a reference names; None for one that is not ours."""
    try:
        return UUID(reference) if reference is not None else None
    except ValueError:
        return None
