"""What a reply demands at once takes effect in the transaction of its inbox row: STOP, danger, holds, named times.

Every consequence is named after the reply, so that the same reply has it once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from parley.contact.facts import Designation, Hold
from parley.contact.resuming import reaches_texts
from parley.engine.door import Admitted
from parley.ids import derive_id
from parley.purpose import Channel
from parley.store import audit, models
from parley.store.outbox import cancel_waiting
from parley.store.records import SERVICE, load_records, refusal_of
from parley.store.rows import week_to_json
from parley.store.vault import Vault

# The source of a consent or refusal whose proof is the id of a reply.
REPLY: Final = "reply"
# The least by which databases tell instants apart.
_JUST_AFTER: Final = timedelta(microseconds=1)


def may_resume(point: models.ContactPoint, said_at: datetime, now: datetime) -> bool:
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


def obey(point: models.ContactPoint, admitted: Admitted, row: models.Inbound, now: datetime, vault: Vault) -> None:
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
