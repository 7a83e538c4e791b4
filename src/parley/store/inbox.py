"""The inbox: what came from outside is stored with its urgent consequences, then acknowledged.

A STOP and a crisis take effect in the transaction of the inbox row. A delivery that was stored before changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction

from parley.engine.door import Admitted
from parley.engine.turn import Library
from parley.ids import derive_id
from parley.messaging.ledger import ENDED, State, advance, advance_by_part
from parley.store import audit, models
from parley.store.arrived import ArrivedReceipt, ArrivedText, sound
from parley.store.bulk import insert_new, update_rows
from parley.store.cases import open_talks
from parley.store.fate import Fate, lock_fates, write_fates
from parley.store.for_person import hand_to_person
from parley.store.message_parts import MessageParts
from parley.store.numbers_on import PHONE, Number, load_numbers
from parley.store.obeying import may_resume, obey, resume
from parley.store.parts import close_group, due_groups, take_parts
from parley.store.records import RESUMED
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

# Why a person gets a text on which the reader at the door failed.
DOOR_FAILED: Final = "door_failed"
log = structlog.get_logger()


def accept_receipts(provider: str, arrived: Sequence[ArrivedReceipt], now: datetime, vault: Vault) -> int:
    """Store receipts and move their messages, in one transaction. Returns how many were new."""
    with transaction.atomic():
        told = _first(arrived)
        wanted = {one.message_id for one in told.values() if one.message_id is not None}
        messages = {fate.id: fate for fate in lock_fates(wanted)}
        # In one order for every process: two that insert the same keys crosswise would wait for each other.
        rows = [_receipt_row(provider, told[event], messages, now) for event in sorted(told)]
        # Another process may be storing the same delivery at this moment: the database says which are new.
        fresh = insert_new(rows, ("provider", "provider_event"))
        moved = [(messages[row.message_id], told[row.provider_event]) for row in fresh if row.message_id is not None]
        parts = MessageParts({message.id for message, one in moved if one.part})
        for message, one in moved:
            _move(message, one, parts)
        parts.save()
        write_fates(list({message.id: message for message, _ in moved}.values()))
        audit.record(vault, fresh, now)
        if strays := sum(row.message_id is None for row in fresh):
            # Kept: a person may find out whose they were. They change nothing.
            log.warning("receipts_of_no_message", provider=provider, receipts=strays)
        return len(fresh)


def _receipt_row(provider: str, one: ArrivedReceipt, messages: dict[UUID, Fate], now: datetime) -> models.Receipt:
    return models.Receipt(
        provider=provider,
        provider_event=one.event_id,
        message_id=one.message_id if one.message_id in messages else None,
        part=one.part,
        event=one.event,
        at=one.at,
        received_at=now,
    )


def _move(message: Fate, one: ArrivedReceipt, parts: MessageParts) -> None:
    """Let the receipt speak: for the whole message, or for one of its parts."""
    before = State(message.state)
    message.state = advance(before, one.event) if one.part == 0 else _by_parts(message, one, parts)
    if message.state in ENDED and message.finished_at is None:
        message.finished_at = one.at
    if message.state != before:
        message.reason = ""


def _by_parts(message: Fate, one: ArrivedReceipt, parts: MessageParts) -> State:
    have_all = parts.hear(message.id, one.part, one.event, message.segments)
    return advance_by_part(State(message.state), one.event, are_all_delivered=have_all)


def accept_texts(
    provider: str, arrived: Sequence[ArrivedText], now: datetime, library: Library, vault: Vault
) -> list[models.Inbound]:
    """Store texts with what they urgently demand, in one transaction. Returns the new rows."""
    with transaction.atomic():
        told = _first(arrived)
        indexes = {one.event_id: vault.blind_index(PHONE, one.sender.e164) for one in told.values()}
        numbers = load_numbers(indexes.values(), now, library)
        parts = [one for one in told.values() if one.part is not None]
        if parts:
            told = {event: one for event, one in told.items() if one.part is None}
            for text in take_parts(provider, parts, library.lexicon, now, vault):
                told[text.event_id] = text
                indexes[text.event_id] = vault.blind_index(PHONE, text.sender.e164)
        stored = models.Inbound.objects.filter(provider=provider, provider_event__in=told)
        known = set(stored.values_list("provider_event", flat=True))
        # As they were said: a carrier brings them in any order, and the word said last holds.
        fresh = sorted((told[event] for event in told if event not in known), key=lambda one: one.at)
        rows: list[models.Inbound] = []
        together: list[_Heard] = []
        for one in fresh:
            heard = _heard(one, numbers[indexes[one.event_id]], now, library, vault)
            if heard.admitted.asks_again:
                # Whether it gives anything back depends on all that was said before.
                rows += _write(provider, together, now, vault) + _write(provider, [heard], now, vault)
                together = []
            else:
                together.append(heard)
        rows += _write(provider, together, now, vault)
        audit.record(vault, rows, now)
        return rows


def give_up_parts(received_before: datetime, now: datetime, library: Library, vault: Vault) -> int:
    """Give to a person what still lacks parts, with what came, and join what two processes took at once.

    *received_before*: when the first part came at the latest. Returns how many texts that were.
    """
    with transaction.atomic():
        texts = [(group, group.text(vault)) for group in due_groups(received_before)]
        if not texts:
            return 0
        load_numbers([vault.blind_index(PHONE, text.sender.e164) for _, text in texts], now, library)
        # As they stand now that nobody adds to them.
        done = 0
        for group in due_groups(received_before):
            accept_texts(group.provider, [group.text(vault)], now, library, vault)
            close_group(group)
            done += 1
        return done


@dataclass(frozen=True, slots=True, repr=False)
class _Heard:
    """A text as the door let it in, and whose thread it goes to; `is_readable` false: the reader failed on it."""

    one: ArrivedText
    number: Number
    point: models.ContactPoint | None
    admitted: Admitted
    is_readable: bool


def _heard(one: ArrivedText, number: Number, now: datetime, library: Library, vault: Vault) -> _Heard:
    """Ask the door. Where the reader fails by a defect a person reads; one text must not stop all that follow."""
    text = sound(one.text)
    try:
        admitted, is_readable = number.admit(text, now, library, vault), True
    except (OperationalError, InterfaceError):
        raise
    except Exception as defect:  # noqa: BLE001 - reported, and the reply goes to a person
        log.error("door_failed", defect=type(defect).__name__)  # noqa: TRY400 - a trace would hold the borrower's words
        admitted, is_readable = number.admit_unasked(text, now, library), False
    return _Heard(one, number, number.writer(admitted), admitted, is_readable)


def _write(provider: str, heard: Sequence[_Heard], now: datetime, vault: Vault) -> list[models.Inbound]:
    """Write texts and what they demand. Returns the new rows.

    A text that another process has just stored (of a number we do not know: nobody to lock) is not among them.
    """
    if not heard:
        return []
    talks = open_talks([each.point for each in heard if each.point is not None], now)
    rows = {(row := _row(provider, each, talks, now, vault)).id: (row, each) for each in heard}
    fresh = insert_new([row for row, _ in rows.values()])
    for row in fresh:
        each = rows[row.id][1]
        for point in each.number.points:
            obey(point, each.admitted, row, now, vault)
        if RESUMED in row.urgent.split("+") and each.point is not None:
            audit.record(vault, [resume(each.point, row, now)], now)
        if row.conversation is not None:
            row.conversation.last_inbound_at = each.one.at
            row.conversation.version += 1
    touched = {row.conversation.id: row.conversation for row in fresh if row.conversation is not None}
    update_rows(list(touched.values()), ["last_inbound_at", "version"])
    for_person = [row for row in fresh if row.status == "person" and row.conversation is not None]
    reasons = [rows[row.id][1].one.for_person or DOOR_FAILED for row in for_person]
    handed = [hand_to_person(row, reason, now) for row, reason in zip(for_person, reasons, strict=True)]
    audit.record(vault, handed, now)
    return fresh


def _row(
    provider: str, heard: _Heard, talks: Mapping[UUID, models.Conversation], now: datetime, vault: Vault
) -> models.Inbound:
    one, point, admitted = heard.one, heard.point, heard.admitted
    is_resumed = point is not None and admitted.asks_again and may_resume(point, one.at, now)
    is_urgent = bool(admitted.stops) or admitted.is_crisis
    row = models.Inbound(
        id=derive_id("inbound", provider, one.event_id),
        provider=provider,
        provider_event=one.event_id,
        address_index=heard.number.index,
        contact_point=point,
        conversation=talks[point.id] if point is not None else None,
        received_at=one.at,
        urgent="+".join(_urgent_words(admitted, is_resumed=is_resumed)),
        identity_answer=admitted.identity_answer,
        was_redacted=admitted.was_redacted,
        has_media=one.has_media,
        # Nobody we know writes, or no machine may answer: a person looks. What is urgent has its turn all the same.
        status="person" if point is None or not heard.is_readable or (one.for_person and not is_urgent) else "new",
    )
    owner = point.borrower if point is not None else None
    row.body_sealed = seal_text(vault, owner, Sealed.INBOUND_BODY, row.id, admitted.text)
    return row


_Told = TypeVar("_Told", ArrivedReceipt, ArrivedText)


def _first(arrived: Iterable[_Told]) -> dict[str, _Told]:
    """Return what came by its id; where one came twice, as it came first."""
    found: dict[str, _Told] = {}
    for one in arrived:
        found.setdefault(one.event_id, one)
    return found


def _urgent_words(admitted: Admitted, *, is_resumed: bool) -> list[str]:
    seen = (("stop", admitted.stops), ("risk", admitted.is_crisis), (RESUMED, is_resumed))
    return [word for word, is_so in seen if is_so]
