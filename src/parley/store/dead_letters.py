"""Messages that did not arrive, for all we know: seen by people, sent again by a person or left.

Nothing here names a borrower. To send again is a new message that goes through the gate; the text is the old one, so
that it is refused where what it says may no longer hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from parley.messaging.ledger import State
from parley.store import audit, models
from parley.store.doubts import again
from parley.store.fate import lock_messages
from parley.store.lock import borrower_lock
from parley.store.vault import Vault

PAGE: Final = 50
# What is older has been overtaken by other talk.
SHOWN_DAYS: Final = 30
# How long a text that is sent again may wait for the gate and the carrier.
_OF_USE: Final = timedelta(hours=24)
_NOTHING: Final = "nothing"
_STATES: Final = (State.UNDELIVERED, State.REJECTED, State.EXPIRED, State.UNKNOWN)
# Of what was refused before it left, only this is a fault; the rest is law and policy at work.
_UNREADABLE: Final = "unreadable"


class WhyNot(StrEnum):
    """Why a message is not sent again."""

    GONE = "gone"
    ARRIVED = "arrived"
    DONE = "done"
    OVERTAKEN = "overtaken"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that did not arrive and are alike."""

    state: str
    reason: str
    purpose: str
    messages: int


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that did not arrive."""

    message_id: UUID
    state: str
    reason: str
    purpose: str
    template_key: str
    language: str
    jurisdiction: str
    left_at: datetime | None
    ended_at: datetime | None
    thread_id: UUID | None
    account_id: UUID | None


def groups(now: datetime) -> list[Group]:
    """Return what did not arrive and nobody is done with, the most frequent first."""
    rows = _open(now).values_list("state", "reason", "purpose").annotate(messages=Count("id"))
    return [Group(*row) for row in rows.order_by("-messages", "state", "reason", "purpose")]


def letters(now: datetime, wanted: Mapping[str, str] = MappingProxyType({}), after: int = 0) -> list[Letter]:
    """Return a page of them, newest first; *wanted* narrows by state, reason, purpose; *after* is how many to pass."""
    rows = _open(now).filter(**wanted).order_by("-created_at", "id").select_related("borrower")
    return [
        Letter(
            message_id=row.id,
            state=row.state,
            reason=row.reason,
            purpose=row.purpose,
            template_key=row.template_key,
            language=row.language,
            jurisdiction=row.borrower.jurisdiction,
            left_at=row.intended_at,
            ended_at=row.finished_at,
            thread_id=row.conversation_id,
            account_id=row.account_id,
        )
        for row in rows[after : after + PAGE]
    ]


def _open(now: datetime) -> QuerySet[models.Message]:
    return models.Message.objects.filter(
        Q(state__in=_STATES) | Q(state=State.REFUSED, reason=_UNREADABLE),
        created_at__gte=now - timedelta(days=SHOWN_DAYS),
        set_aside_at__isnull=True,
        body_sealed__isnull=False,
    )


def send_again(message_id: UUID, by: models.Operator, now: datetime, vault: Vault) -> WhyNot | None:
    """Send the text of a message that did not arrive once more; None where it waits for the gate now."""
    with transaction.atomic():
        row = _locked(message_id)
        if row is None or row.body_sealed is None:
            return WhyNot.GONE
        why_not = _why_not(row, now)
        if why_not is None:
            again(row, now, now + _OF_USE, vault)
            _done(row, "message.sent_again", by, now, vault)
        return why_not


def set_aside(message_id: UUID, by: models.Operator, now: datetime, vault: Vault) -> WhyNot | None:
    """Leave a message that did not arrive; None where that is noted now."""
    with transaction.atomic():
        row = _locked(message_id)
        if row is None:
            return WhyNot.GONE
        if row.set_aside_at is not None:
            return WhyNot.DONE
        _done(row, "message.set_aside", by, now, vault)
        return None


def _locked(message_id: UUID) -> models.Message | None:
    """Return the message with its borrower held: borrowers before messages, as everywhere."""
    owner = models.Message.objects.filter(id=message_id).values_list("borrower_id", flat=True).first()
    if owner is None:
        return None
    borrower_lock([owner])
    lock_messages([message_id])
    return models.Message.objects.select_related("contact_point__borrower", "offer").get(id=message_id)


def _why_not(row: models.Message, now: datetime) -> WhyNot | None:
    if row.set_aside_at is not None or models.Message.objects.filter(resend_of=row).exists():
        return WhyNot.DONE
    if row.reason == _UNREADABLE:
        return WhyNot.UNREADABLE
    if not _open(now).filter(id=row.id).exists():
        return WhyNot.ARRIVED
    return WhyNot.OVERTAKEN if _is_overtaken(row, now) else None


def _is_overtaken(row: models.Message, now: datetime) -> bool:
    """Whether the borrower wrote, money moved, a plan changed or the offer ran out: what it says may not hold."""
    wrote = models.Inbound.objects.filter(contact_point_id=row.contact_point_id, received_at__gte=row.created_at)
    if wrote.exists() or (row.offer is not None and row.offer.expires_at <= now):
        return True
    if row.discloses == _NOTHING or row.account_id is None:
        return False
    since = Q(account_id=row.account_id)
    return (
        models.Payment.objects.filter(since, received_at__gte=row.created_at).exists()
        or models.Event.objects.filter(since, at__gt=row.created_at, kind__startswith="arrangement.").exists()
    )


def _done(row: models.Message, kind: str, by: models.Operator, now: datetime, vault: Vault) -> None:
    models.Message.objects.filter(id=row.id).update(set_aside_at=now)
    event = models.Event.objects.create(
        at=now,
        kind=kind,
        borrower_id=row.borrower_id,
        account_id=row.account_id,
        conversation_id=row.conversation_id,
        message=row,
        data={"operator": by.pk},
    )
    audit.record(vault, [event], now)
