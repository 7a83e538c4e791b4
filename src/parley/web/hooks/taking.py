"""Writes a batch of callbacks: texts, then receipts, a transaction each; says for each call what came of it.

Where a batch meets a defect each call is tried alone: one never hurts the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import connections

from parley.engine.turn import Library
from parley.errors import ParleyError
from parley.messaging.ledger import Event
from parley.providers.port import Delivery, DeliveryState, InboundIn, ReceiptIn
from parley.store.arrived import ArrivedPart, ArrivedReceipt, ArrivedText
from parley.store.carrier_references import keep_waiting, resolved
from parley.store.faults import faults
from parley.store.inbox import accept_receipts, accept_texts
from parley.store.inbox_twice import keep_for_person, receipts_used_twice, texts_used_twice
from parley.store.trials import take_receipts
from parley.store.vault import Vault
from parley.web.hooks.answers import DEFECT, TAKEN, UNAVAILABLE, USED_TWICE, Answer
from parley.web.hooks.gathering import Call
from parley.web.ports import Clock

_EVENT: Final[dict[DeliveryState, Event]] = {
    DeliveryState.DELIVERED: Event.RECEIPT_DELIVERED,
    DeliveryState.UNDELIVERED: Event.RECEIPT_UNDELIVERED,
    DeliveryState.EXPIRED: Event.RECEIPT_EXPIRED,
    DeliveryState.REJECTED: Event.RECEIPT_REJECTED,
}
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Taker:
    """What it takes to store what a carrier brings. Domain time is asked of *clock* for each batch."""

    library: Library
    vault: Vault
    clock: Clock

    def write(self, calls: Sequence[Call]) -> list[Answer]:
        """Store *calls* and return the answer to each. Never raises: what was not stored is answered so."""
        try:
            return self._write(calls)
        except Exception as fault:  # noqa: BLE001 - each is tried alone, or told to come again
            if isinstance(fault, ParleyError) or len(calls) == 1:
                return [_not_stored(fault)] * len(calls)
        return [self.write([call])[0] for call in calls]

    def close(self) -> None:
        """Let go of this thread's connection."""
        connections.close_all()

    def _write(self, calls: Sequence[Call]) -> list[Answer]:
        now = self.clock.now()
        twice: set[tuple[str, str]] = set()
        with faults():
            for route in dict.fromkeys(call.route for call in calls):
                brought = [one for call in calls if call.route == route for one in call.deliveries]
                twice |= {(route, event) for event in take(route, brought, now, self.library, self.vault)}
        return [_answer(call, twice) for call in calls]


def take(provider: str, brought: Sequence[Delivery], now: datetime, library: Library, vault: Vault) -> set[str]:
    """Store what *provider* brought, each once. Returns the ids that had come before with other content.

    Such a receipt is not taken. Such a text is kept for a person: a STOP or a sign of danger in it takes effect.
    """
    texts = [arrived_text(one, now) for one in brought if isinstance(one, InboundIn)]
    told = [arrived_receipt(one, now) for one in brought if isinstance(one, ReceiptIn)]
    receipts, early = _by_message(take_receipts(provider, resolved(provider, told), now))
    if early:
        keep_waiting(provider, early, now)
    twice: set[str] = set()
    if texts and len(accept_texts(provider, texts, now, library, vault)) < len(texts):
        others = texts_used_twice(provider, texts, vault)
        keep_for_person(provider, others, now, library, vault)
        twice |= {one.event_id for one in others}
    if receipts and accept_receipts(provider, receipts, now, vault) < len(receipts):
        twice |= receipts_used_twice(provider, receipts, now, vault)
    return twice


def _by_message(receipts: Sequence[ArrivedReceipt]) -> tuple[list[ArrivedReceipt], list[ArrivedReceipt]]:
    """Return the receipts whose message was named, and those whose message the carrier alone can name yet."""
    early = [one for one in receipts if one.message_id is None and one.provider_id]
    return [one for one in receipts if one not in early], early


def arrived_text(one: InboundIn, now: datetime) -> ArrivedText:
    """Return a text for the inbox; nothing was said later than it was heard, whatever a carrier's clock shows."""
    part = ArrivedPart(one.part.reference, one.part.number, one.part.of) if one.part is not None else None
    return ArrivedText(one.event_id, one.sender, one.text, min(one.at, now), part=part, has_media=one.has_media)


def arrived_receipt(one: ReceiptIn, now: datetime) -> ArrivedReceipt:
    """Return a receipt for the ledger; nothing ended later than it was heard."""
    named = one.provider_id if one.reference is None else ""
    return ArrivedReceipt(one.event_id, _ours(one.reference), one.part, _EVENT[one.state], min(one.at, now), named)


def _ours(reference: str | None) -> UUID | None:
    """Return the message a reference names; None for one that is not ours."""
    try:
        return UUID(reference) if reference is not None else None
    except ValueError:
        return None


def _answer(call: Call, twice: set[tuple[str, str]]) -> Answer:
    return USED_TWICE if any((call.route, one.event_id) in twice for one in call.deliveries) else TAKEN


def _not_stored(fault: Exception) -> Answer:
    if isinstance(fault, ParleyError):
        log.warning("callbacks_not_stored", operator_code=fault.operator_code)
        return UNAVAILABLE if fault.retry_after_seconds is None else _after(fault.retry_after_seconds)
    # The name of the defect only: its words may quote what came.
    log.error("callback_failed", defect=type(fault).__name__)
    return DEFECT


def _after(seconds: int) -> Answer:
    return replace(UNAVAILABLE, retry_after=seconds)
