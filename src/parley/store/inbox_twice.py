"""A provider's id that came before with other content: found out, told to the operator, and nothing of it lost.

A receipt is not taken. A text is kept for a person under an id of its own, and a STOP or a sign of danger in it takes
effect as in any other: whatever went wrong at the carrier, the borrower wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction

from parley.engine.identity import ANSWER, compare
from parley.engine.turn import Library
from parley.nlu.redact import redact
from parley.store import audit, models
from parley.store.arrived import ArrivedReceipt, ArrivedText, sound
from parley.store.cases import load_party
from parley.store.inbox import accept_texts
from parley.store.numbers_on import PHONE
from parley.store.parts import other_parts
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Vault

# The kind of the event that tells the operator.
USED_TWICE: Final = "callback.id_used_twice"
# Why a person gets the text.
_WHY: Final = "id_used_twice"
# Texts kept under one id of a carrier; a carrier that goes on is only told of.
_MOST_KEPT: Final = 9
log = structlog.get_logger()


def receipts_used_twice(provider: str, arrived: Sequence[ArrivedReceipt], now: datetime, vault: Vault) -> set[str]:
    """Return the ids among *arrived* under which another receipt is stored; each is told to the operator once."""
    events = {one.event_id for one in arrived}
    stored = models.Receipt.objects.filter(provider=provider, provider_event__in=events)
    known = {row.provider_event: (row.message_id, row.part, row.event) for row in stored}
    ours = {one.message_id for one in arrived if one.message_id is not None}
    ours = set(models.Message.objects.filter(id__in=ours).values_list("id", flat=True))
    other = {
        one.event_id
        for one in arrived
        if known.get(one.event_id) != (one.message_id if one.message_id in ours else None, one.part, one.event)
    }
    _tell(provider, other, now, vault)
    return other


def texts_used_twice(provider: str, arrived: Sequence[ArrivedText], vault: Vault) -> list[ArrivedText]:
    """Return those of *arrived* under whose id another text is stored, or one of another number."""
    stored = models.Inbound.objects.filter(provider=provider, provider_event__in={one.event_id for one in arrived})
    known = {row.provider_event: row for row in stored.select_related("contact_point__borrower")}
    whole = [one for one in arrived if one.part is None]
    others = [one for one in whole if one.event_id in known and not _is_same(known[one.event_id], one, vault)]
    return others + other_parts(provider, arrived, vault)


def keep_for_person(
    provider: str, others: Sequence[ArrivedText], now: datetime, library: Library, vault: Vault
) -> None:
    """Keep each of *others* once, for a person, and tell the operator."""
    for one in others:
        for number in range(2, _MOST_KEPT + 1):
            kept = replace(one, event_id=f"{one.event_id}#{number}", for_person=_WHY, part=None)
            if accept_texts(provider, [kept], now, library, vault) or not texts_used_twice(provider, [kept], vault):
                break
        else:
            log.error("callback_id_used_too_often", provider=provider, event_id=one.event_id)
    _tell(provider, {one.event_id for one in others}, now, vault)


def _is_same(row: models.Inbound, one: ArrivedText, vault: Vault) -> bool:
    """Say whether *row* is *one* as the door let it in: by whatever it may have been compared with then."""
    if row.body_sealed is None:
        # Erased: what was said is gone, and with it the number.
        return True
    if bytes(row.address_index or b"") != vault.blind_index(PHONE, one.sender.e164):
        return False
    owner = row.contact_point.borrower if row.contact_point is not None else None
    kept = open_text(vault, owner, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))
    cleared = redact(sound(one.text)).text
    behind = models.ContactPoint.objects.filter(channel=PHONE, address_index=row.address_index)
    possible = {ANSWER, cleared}
    for point in behind.select_related("borrower"):
        party = load_party(point, vault)
        possible |= {compare(text, party, is_answer=False).stored for text in possible}
    return kept in possible


def _tell(provider: str, events: set[str], now: datetime, vault: Vault) -> None:
    """Write down, once for each id, that it was used twice."""
    told = models.Event.objects.filter(kind=USED_TWICE)
    for event in sorted(events):
        data = {"provider": provider, "id": event}
        if told.filter(data__id=event, data__provider=provider).exists():
            continue
        log.error("callback_id_used_twice", provider=provider, event_id=event)
        with transaction.atomic():
            audit.record(vault, [models.Event.objects.create(at=now, kind=USED_TWICE, data=data)], now)
