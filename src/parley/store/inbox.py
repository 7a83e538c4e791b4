"""The inbox: what came from outside is stored with its urgent consequences, then acknowledged.

A STOP and a crisis take effect in the transaction of the inbox row. A delivery that was stored before changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction

from parley.contact.facts import Designation, Hold
from parley.contact.resuming import reaches_texts, resume_words
from parley.dates import local_date
from parley.engine.asking import is_identity_fresh
from parley.engine.case import Case, ContactRecord
from parley.engine.door import Admitted, admit
from parley.engine.turn import Library, context_of
from parley.ids import Msisdn, derive_id
from parley.messaging.ledger import ENDED, Event, State, advance, advance_by_part
from parley.purpose import Channel
from parley.servicing.account import Account
from parley.store import audit, models
from parley.store.bulk import insert_new, update_rows
from parley.store.cases import load_party, load_talk, open_talk
from parley.store.fate import lock_messages
from parley.store.lock import borrower_lock
from parley.store.outbox import cancel_waiting
from parley.store.records import RESUMED, SERVICE, load_records, refusal_of
from parley.store.rows import account_of, locale_of, week_to_json
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

PHONE: Final = "sms"
# The source of a consent or refusal whose proof is the id of a reply.
REPLY: Final = "reply"
# The least by which databases tell instants apart.
_JUST_AFTER: Final = timedelta(microseconds=1)
log = structlog.get_logger()


class _When(TypedDict):
    told_on: date
    locale: str
    resume_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class ArrivedReceipt:
    """A delivery receipt; `event` is what it tells the ledger, `part` 0 the whole message."""

    event_id: str
    message_id: UUID | None
    part: int
    event: Event
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class ArrivedText:
    """A text from a telephone."""

    event_id: str
    sender: Msisdn
    text: str
    at: datetime


def accept_receipts(provider: str, arrived: Sequence[ArrivedReceipt], now: datetime, vault: Vault) -> int:
    """Store receipts and move their messages, in one transaction. Returns how many were new."""
    with transaction.atomic():
        told = {one.event_id: one for one in arrived}
        wanted = {one.message_id for one in told.values() if one.message_id is not None}
        messages = {row.id: row for row in lock_messages(wanted)}
        # In one order for every process: two that insert the same keys crosswise would wait for each other.
        rows = [_receipt_row(provider, told[event], messages, now) for event in sorted(told)]
        # Another process may be storing the same delivery at this moment: the database says which are new.
        fresh = insert_new(rows, ("provider", "provider_event"))
        moved = [(messages[row.message_id], told[row.provider_event]) for row in fresh if row.message_id is not None]
        for message, one in moved:
            _move(message, one)
        update_rows(list({message.id: message for message, _ in moved}.values()), ["state", "reason", "finished_at"])
        audit.record(vault, fresh, now)
        return len(fresh)


def _receipt_row(
    provider: str, one: ArrivedReceipt, messages: dict[UUID, models.Message], now: datetime
) -> models.Receipt:
    return models.Receipt(
        provider=provider,
        provider_event=one.event_id,
        message_id=one.message_id if one.message_id in messages else None,
        part=one.part,
        event=one.event,
        at=one.at,
        received_at=now,
    )


def _move(message: models.Message, one: ArrivedReceipt) -> None:
    """Let the receipt speak: for the whole message, or for one of its parts."""
    before = State(message.state)
    message.state = advance(before, one.event) if one.part == 0 else _by_parts(message, one)
    if message.state in ENDED and message.finished_at is None:
        message.finished_at = one.at
    if message.state != before:
        message.reason = ""


def _by_parts(message: models.Message, one: ArrivedReceipt) -> State:
    part, _ = models.MessagePart.objects.get_or_create(
        message=message, number=one.part, defaults={"state": State.SUBMITTED}
    )
    part.state = advance(State(part.state), one.event)
    part.save(update_fields=["state"])
    delivered = message.parts.filter(state=State.DELIVERED).count()
    return advance_by_part(State(message.state), one.event, are_all_delivered=delivered >= message.segments)


def accept_texts(
    provider: str, arrived: Sequence[ArrivedText], now: datetime, library: Library, vault: Vault
) -> list[models.Inbound]:
    """Store texts with what they urgently demand, in one transaction. Returns the new rows."""
    with transaction.atomic():
        told = {one.event_id: one for one in arrived}
        _lock_writers(told.values(), vault)
        known = set(
            models.Inbound.objects.filter(provider=provider, provider_event__in=told).values_list(
                "provider_event", flat=True
            )
        )
        # As they were said: a carrier brings them in any order, and the word said last holds.
        fresh = sorted((told[event] for event in told if event not in known), key=lambda one: one.at)
        found = [_accept(provider, one, now, library, vault) for one in fresh]
        rows = [row for row in found if row is not None]
        audit.record(vault, rows, now)
        return rows


def _lock_writers(arrived: Iterable[ArrivedText], vault: Vault) -> None:
    """Lock every borrower behind these numbers at once, in the one order; a text at a time would end in deadlocks."""
    indexes = {vault.blind_index(PHONE, one.sender.e164) for one in arrived}
    points = models.ContactPoint.objects.filter(channel=PHONE, address_index__in=indexes)
    borrower_lock(points.values_list("borrower_id", flat=True))


def _accept(provider: str, one: ArrivedText, now: datetime, library: Library, vault: Vault) -> models.Inbound | None:
    """Store one text; None where another process has just stored it (of a number we do not know: nobody to lock)."""
    index = vault.blind_index(PHONE, one.sender.e164)
    points = list(
        models.ContactPoint.objects.filter(channel=PHONE, address_index=index).select_related("borrower").order_by("id")
    )
    point = _spoken_to(points)
    talk = open_talk(point, None, now) if point is not None else None
    admitted, is_readable = _admit_safely(_sound(one.text), point, talk, now, library, vault)
    is_resumed = point is not None and admitted.asks_again and _may_resume(point, one.at, now)
    row = models.Inbound(
        id=derive_id("inbound", provider, one.event_id),
        provider=provider,
        provider_event=one.event_id,
        address_index=index,
        contact_point=point,
        conversation=talk,
        received_at=one.at,
        urgent="+".join(_urgent_words(admitted, is_resumed=is_resumed)),
        identity_answer=admitted.identity_answer,
        was_redacted=admitted.was_redacted,
        # Nobody we know writes: a person looks, no machine answers.
        status="new" if point is not None and is_readable else "person",
    )
    owner = point.borrower if point is not None else None
    row.body_sealed = seal_text(vault, owner, Sealed.INBOUND_BODY, row.id, admitted.text)
    if not insert_new([row]):
        return None
    for each in points:
        _obey(each, admitted, row, now, vault)
    if point is not None and is_resumed:
        audit.record(vault, [resume(point, row, now)], now)
    if talk is not None:
        talk.last_inbound_at, talk.version = one.at, talk.version + 1
        talk.save(update_fields=["last_inbound_at", "version"])
    return row


def _spoken_to(points: Sequence[models.ContactPoint]) -> models.ContactPoint | None:
    """Return the address on this number that we wrote to last; a number may belong to several borrowers."""
    if not points:
        return None
    last = (
        models.Message.objects.filter(contact_point__in=points, intended_at__isnull=False)
        .order_by("-intended_at")
        .values_list("contact_point_id", flat=True)
        .first()
    )
    return next((point for point in points if point.id == last), points[0])


def _sound(text: str) -> str:
    """Return *text* as it can be stored: halves of characters that a carrier cut apart are joined, or replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _admit_safely(
    text: str,
    point: models.ContactPoint | None,
    talk: models.Conversation | None,
    now: datetime,
    library: Library,
    vault: Vault,
) -> tuple[Admitted, bool]:
    """Ask the door. Where the reader fails by a defect a person reads; one text must not stop all that follow."""
    try:
        return _admit(text, point, talk, now, library, vault), True
    except (OperationalError, InterfaceError):
        raise
    except Exception as defect:  # noqa: BLE001 - reported, and the reply goes to a person
        log.error("door_failed", defect=type(defect).__name__)  # noqa: TRY400 - a trace would hold the borrower's words
        return admit(text, None, None, library.lexicon, **_when(point, now, library)), False


def _admit(
    text: str,
    point: models.ContactPoint | None,
    talk: models.Conversation | None,
    now: datetime,
    library: Library,
    vault: Vault,
) -> Admitted:
    """Ask the door; the identity question is open only while identity is not proven."""
    if point is None or talk is None or is_identity_fresh(point.identity_proven_at, now, library.identity_fresh_days):
        return admit(text, None, None, library.lexicon, **_when(point, now, library))
    party = load_party(point, vault)
    case = Case(party, load_talk(talk, vault), _any_account(point), ContactRecord())
    return admit(text, party, context_of(case, now), library.lexicon, **_when(point, now, library))


def _when(point: models.ContactPoint | None, now: datetime, library: Library) -> _When:
    """Return the writer's day, locale and words: those of the borrower behind the number, UTC and English else."""
    if point is None:
        return {"told_on": now.date(), "locale": "en", "resume_words": frozenset()}
    borrower = point.borrower
    today = local_date(now, borrower.zones[0] if borrower.zones else "UTC")
    return {
        "told_on": today,
        "locale": locale_of(borrower.language, borrower.jurisdiction),
        "resume_words": resume_words(library.rulebook, borrower.jurisdiction, library.lender.actor, Channel.SMS, today),
    }


def _any_account(point: models.ContactPoint) -> Account | None:
    row = models.Account.objects.filter(borrower_id=point.borrower_id).select_related("product").first()
    return account_of(row, ()) if row is not None else None


def _urgent_words(admitted: Admitted, *, is_resumed: bool) -> list[str]:
    seen = (("stop", admitted.stops), ("risk", admitted.is_crisis), (RESUMED, is_resumed))
    return [word for word, is_so in seen if is_so]


def _may_resume(point: models.ContactPoint, said_at: datetime, now: datetime) -> bool:
    """Say whether a wish for texts, said at *said_at*, gives any back: they are refused, and all of that was before."""
    return _is_refused(point, now) and not _is_refused_since(point, said_at)


def _is_refused_since(point: models.ContactPoint, said_at: datetime) -> bool:
    """Say whether texts on this number were refused at *said_at* or later, by when it was said and not when it came."""
    rows = models.Consent.objects.filter(borrower_id=point.borrower_id, granted=False)
    reaching = [
        row
        for row in rows
        if (refusal := refusal_of(row)) is not None and reaches_texts(refusal, Channel.SMS, str(point.id))
    ]
    replies = [row.proof for row in reaching if row.source == REPLY]
    return (
        any(row.at >= said_at for row in reaching if row.source != REPLY)
        or models.Inbound.objects.filter(id__in=replies, received_at__gte=said_at).exists()
    )


def _is_refused(point: models.ContactPoint, now: datetime) -> bool:
    """Say whether texts about the account are refused on this number: only then can they be asked for again."""
    record = load_records([point.borrower_id], now)[point.borrower_id]
    return any(reaches_texts(one, Channel.SMS, str(point.id)) for one in record.opt_outs)


def _obey(point: models.ContactPoint, admitted: Admitted, row: models.Inbound, now: datetime, vault: Vault) -> None:
    """Carry out what takes effect at once for a borrower behind the number, before anything else can happen."""
    written: list[models.Consent | models.Hold | models.NamedTimes] = []
    if admitted.stops:
        scope = "promotion" if admitted.stops == "promotions" else "all"
        written.append(refuse(point, scope, row, now))
        cancel_waiting(point.borrower_id, promotional_only=scope == "promotion", now=now)
    if admitted.is_crisis:
        written.append(lay_hold(point.borrower_id, Hold.CRISIS, row, now))
        cancel_waiting(point.borrower_id, promotional_only=False, now=now)
    heard = admitted.heard
    if heard.no_calls:
        written.append(refuse(point, "all", row, now, channel=Channel.CALL))
    # What waits is not cancelled: the gate is asked again at dispatch and knows of the hold by then.
    written += [lay_hold(point.borrower_id, kind, row, now) for kind in heard.holds]
    if heard.designation is not None:
        written.append(_keep_times(point.borrower_id, heard.designation, row, now))
    audit.record(vault, written, now)


def _keep_times(borrower_id: UUID, named: Designation, row: models.Inbound, now: datetime) -> models.NamedTimes:
    """Keep the times the borrower named in reply *row*; the same reply names them once."""
    times, _ = models.NamedTimes.objects.get_or_create(
        id=derive_id("named_times", str(borrower_id), str(row.id)),
        defaults={
            "borrower_id": borrower_id,
            "closed": week_to_json(named.closed),
            "only": week_to_json(named.only),
            "from_day": named.from_day,
            "source": "reply",
            "inbound": row,
            "at": now,
        },
    )
    return times


def refuse(
    point: models.ContactPoint, scope: str, row: models.Inbound, now: datetime, channel: str = ""
) -> models.Consent:
    """Record that the borrower refused *scope*, on *channel* or on all, in reply *row*; the same reply refuses once."""
    where = (channel,) if channel else ()
    consent, _ = models.Consent.objects.get_or_create(
        id=derive_id("consent", str(point.borrower_id), scope, str(row.id), *where),
        defaults={
            "borrower_id": point.borrower_id,
            "contact_point": point,
            "scope": scope,
            "channel": channel,
            "granted": False,
            "source": REPLY,
            "proof": str(row.id),
            "at": _instant(point, now, granted=False),
        },
    )
    return consent


def resume(point: models.ContactPoint, row: models.Inbound, now: datetime) -> models.Consent:
    """Record that the borrower asked for texts about the account again, on this number, in reply *row*."""
    consent, _ = models.Consent.objects.get_or_create(
        id=derive_id("consent", str(point.borrower_id), SERVICE, str(row.id)),
        defaults={
            "borrower_id": point.borrower_id,
            "contact_point": point,
            "scope": SERVICE,
            "channel": Channel.SMS,
            "is_for_address": True,
            "granted": True,
            "source": REPLY,
            "proof": str(row.id),
            "at": _instant(point, now, granted=True),
        },
    )
    return consent


def _instant(point: models.ContactPoint, now: datetime, *, granted: bool) -> datetime:
    """Return when the borrower's word takes effect: now, or just after the opposite word where both come at once."""
    opposite = models.Consent.objects.filter(borrower_id=point.borrower_id, source=REPLY, granted=not granted)
    last = opposite.filter(at__gte=now).order_by("-at").values_list("at", flat=True).first()
    return last + _JUST_AFTER if last is not None else now


def lay_hold(borrower_id: UUID, kind: str, row: models.Inbound | None, now: datetime) -> models.Hold:
    """Lay a hold on the borrower because of reply *row*; the same reply lays it once."""
    hold, _ = models.Hold.objects.get_or_create(
        id=derive_id("hold", str(borrower_id), kind, str(row.id) if row is not None else now.isoformat()),
        defaults={
            "borrower_id": borrower_id,
            "kind": kind,
            "source": "reply" if row is not None else "person",
            "inbound": row,
            "from_at": now,
        },
    )
    return hold
