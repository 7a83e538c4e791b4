"""Corrections of readings: what a person says a reply says, beside what the reader said, which stays as it was.

Nothing is decided anew and nothing is learnt from a correction: it is a label that the lender may export. A reply's
corrections form a chain; the last one holds, the others are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from parley.engine.acts import ActRefusal, No, refuse, refuse_stale
from parley.errors import BadInput
from parley.ids import derive_id
from parley.nlu.correction import Correction, by_the_guide, labelled
from parley.nlu.reading import ReadingContext
from parley.store import audit, models
from parley.store.desk_assign import HOLDERS
from parley.store.faults import faults
from parley.store.lock import borrower_lock
from parley.store.readings import correction_from_text, correction_to_text
from parley.store.reports import Period
from parley.store.rows import locale_of
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.threads import OperatorRef, ref_of
from parley.store.threads_page import find_talk
from parley.store.vault import Vault

CORRECTED: Final = "reading.corrected"
EXPORTED: Final = "replies.exported"
# What a message of ours says in `context` where it is about nothing that could be answered.
_NO_SUBJECT: Final = "none"
_ROWS_AT_A_TIME: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class Corrected:
    """A correction that was made: by whom, when, what it says, and in what the reply was read."""

    correction_id: UUID
    at: datetime
    operator: OperatorRef
    correction: Correction
    context: ReadingContext


def correct(
    who: models.Operator,
    conversation_id: UUID,
    inbound_id: UUID,
    said: Correction,
    after: UUID | None,
    now: datetime,
    vault: Vault,
) -> UUID | ActRefusal:
    """Keep what *who* says a reply says; *after* is the correction that their page showed, None where it showed none.

    The same correction sent twice is there once. One made of a page that shows an older one is refused.
    Returns the correction's id. Raises BadInput where the thread has no such reply, or nobody has read it yet.
    """
    said = by_the_guide(said)
    with faults(), transaction.atomic():
        borrower_lock([find_talk(conversation_id).borrower_id])
        talk = find_talk(conversation_id)
        reply = _reply(talk, inbound_id)
        if who.role not in HOLDERS or not who.is_active:
            return refuse(No.NOT_STAFF)
        if talk.borrower.erased_at is not None or reply.body_sealed is None:
            return refuse(No.CLOSED)
        key = derive_id("correction", str(reply.id), str(after or ""))
        last = latest(reply.id, vault)
        if last is not None and (last.correction_id, last.operator.operator_id, last.correction) == (key, who.pk, said):
            # Sent twice by an impatient finger: it is there.
            return key
        if (last.correction_id if last is not None else None) != after:
            return refuse_stale(*_faster(last))
        _write(key, talk, reply, who, said, after, now, vault)
    return key


def latest(inbound_id: UUID, vault: Vault) -> Corrected | None:
    """Return the correction of a reply that holds; None where there is none, or its person was erased."""
    rows = models.Correction.objects.filter(inbound_id=inbound_id, superseded_by__isnull=True)
    row = rows.select_related("borrower", "operator").first()
    return _opened(row, vault) if row is not None and row.body_sealed is not None else None


def corrections_of(talk: models.Conversation, vault: Vault) -> dict[UUID, Corrected]:
    """Return the corrections that hold, by the reply, opened."""
    rows = models.Correction.objects.filter(conversation=talk, superseded_by__isnull=True, body_sealed__isnull=False)
    return {row.inbound_id: _opened(row, vault) for row in rows.select_related("borrower", "operator")}


def labels(period: Period | None, vault: Vault) -> Iterator[dict[str, Any]]:
    """Yield a line of labelled replies for each reply whose correction that holds was made in *period*, oldest first.

    Sensitive ones too: it is for who asks to leave them out. Without a period, all.
    """
    rows = models.Correction.objects.filter(superseded_by__isnull=True, body_sealed__isnull=False)
    rows = rows.filter(inbound__body_sealed__isnull=False).select_related("borrower", "operator", "inbound")
    if period is not None:
        rows = rows.filter(at__gte=period.start, at__lt=period.end)
    for row in rows.order_by("at", "id").iterator(chunk_size=_ROWS_AT_A_TIME):
        found, reply = _opened(row, vault), row.inbound
        text = open_text(vault, row.borrower, Sealed.INBOUND_BODY, reply.id, bytes(reply.body_sealed or b""))
        yield labelled(found.correction, str(reply.id), text, found.context)


def write_down_export(count: int, left_out: int, by: str, period: Period | None, now: datetime, vault: Vault) -> None:
    """Write down that labelled replies left the home: how many, whose doing, of which days; never which or what."""
    days = [period.first.isoformat(), period.last.isoformat()] if period is not None else []
    with faults(), transaction.atomic():
        data = {"count": count, "sensitive_left_out": left_out, "by": by, "days": days}
        audit.record(vault, [models.Event.objects.create(at=now, kind=EXPORTED, data=data)], now)


def _reply(talk: models.Conversation, inbound_id: UUID) -> models.Inbound:
    reply = talk.inbounds.filter(id=inbound_id).exclude(status="new").first()
    if reply is None:
        raise BadInput(
            "There is no reply with this number on this thread that was read.", "此对话中没有此编号的已读取回复。"
        )
    return reply


def _faster(last: Corrected | None) -> tuple[int | None, str, datetime | None]:
    if last is None:
        return None, CORRECTED, None
    return last.operator.operator_id, CORRECTED, last.at


def _write(
    key: UUID,
    talk: models.Conversation,
    reply: models.Inbound,
    who: models.Operator,
    said: Correction,
    after: UUID | None,
    now: datetime,
    vault: Vault,
) -> None:
    text = correction_to_text(said, _context(talk, reply))
    row = models.Correction.objects.create(
        id=key,
        borrower=talk.borrower,
        conversation=talk,
        inbound=reply,
        operator=who,
        supersedes_id=after,
        body_sealed=seal_text(vault, talk.borrower, Sealed.CORRECTION_BODY, key, text),
        at=now,
    )
    # Of the borrower, not of the thread: nothing has happened on it.
    data = {"operator": who.pk, "correction": str(key), "inbound": str(reply.id)}
    event = models.Event.objects.create(at=now, kind=CORRECTED, borrower=talk.borrower, data=data)
    written: list[Model] = [row, event]
    audit.record(vault, written, now)


def _context(talk: models.Conversation, reply: models.Inbound) -> ReadingContext:
    """Return what the reader knew beside the words, from the ledger: what we had said last when the reply was read."""
    read_at = reply.handled_at or reply.received_at
    said = talk.messages.filter(intended_at__lte=read_at).exclude(context=_NO_SUBJECT).exclude(in_reply_to=reply)
    last = said.order_by("-intended_at", "-id").first()
    person = talk.borrower
    return ReadingContext(
        last_message=last.context if last is not None and last.context else None,
        now=read_at,
        zone=person.zones[0] if person.zones else "UTC",
        locale=locale_of(person.language, person.jurisdiction),
        currency="",
    )


def _opened(row: models.Correction, vault: Vault) -> Corrected:
    sealed = bytes(row.body_sealed or b"")
    text = open_text(vault, row.borrower, Sealed.CORRECTION_BODY, row.id, sealed)
    operator = ref_of(row.operator)
    assert operator is not None, "a correction has somebody who made it"
    correction, context = correction_from_text(text)
    return Corrected(row.id, row.at, operator, correction, context)
