"""What became of what was handed over: the carrier's answers, what is in doubt, receipts that never come.

Nothing here sends; `outbox` decides what goes, and only an answer that a try never left puts a message back there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, DateTimeField, Q, QuerySet, UUIDField

from parley.ids import Msisdn
from parley.messaging.ledger import ENDED, Event, State, advance
from parley.store import models
from parley.store.bulk import insert_new, update_rows, update_values
from parley.store.prepared import Given, GivenMany, ask, ask_models
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Unreadable, Vault

# One that was asked about is not asked about again for so long.
ASK_AGAIN_HOURS: Final = 6
# A carrier that does not know after so long what became of a message will not know later either.
ASK_FOR_DAYS: Final = 7
# What the provider was too busy to take waits so long before it is tried again.
BUSY_MINUTES: Final = 1
# A message accepted by the carrier whose receipt has not come by now has no known end.
RECEIPT_HOURS: Final = 72
_IDS: Final = GivenMany("ids", UUIDField())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider said to one submission, as an event of the ledger."""

    message_id: UUID
    event: Event
    provider_id: str = ""
    reason: str = ""
    # When the intent was written that it speaks of: that one try never left says nothing of a later one.
    tried_at: datetime | None = None
    # What the carrier calls each part, where receipts come under these names.
    part_ids: tuple[str, ...] = ()


class Doubt(NamedTuple):
    """A message whose fate is open since the intent of `tried_at`."""

    message_id: UUID
    state: State
    tried_at: datetime


def mark(answers: Sequence[Answer], now: datetime) -> None:
    """Write what the provider said. A fact that came earlier and is stronger stays; see `messaging.ledger`.

    `not_taken` counts only where the message was not tried again since, by another process while this one stood still.
    """
    if not answers:
        return
    by_id = {answer.message_id: answer for answer in answers}
    with transaction.atomic():
        rows = lock_messages(by_id.keys())
        for row in rows:
            _apply(row, by_id[row.id], now)
        update_rows(rows, ["state", "reason", "not_before", "provider_id", "submitted_at", "finished_at"])
        insert_new(_references(rows, by_id), ("provider", "provider_id", "message_id"))


def _references(rows: Sequence[models.Message], by_id: Mapping[UUID, Answer]) -> list[models.CarrierReference]:
    """Return what the carrier calls the messages, or their parts, where a receipt will say no more."""
    return [
        models.CarrierReference(provider=row.provider, provider_id=name, message_id=row.id, part=part)
        for row in rows
        for part, name in _numbered(by_id[row.id].part_ids)
    ]


def _numbered(names: Sequence[str]) -> list[tuple[int, str]]:
    """Return the names of parts with their numbers; a message of one part is named whole."""
    return list(enumerate(names, 1)) if len(names) > 1 else [(0, name) for name in names]


def _apply(row: models.Message, answer: Answer, now: datetime) -> None:
    if answer.event is Event.NOT_TAKEN and answer.tried_at != row.intended_at:
        return
    before = State(row.state)
    row.state = advance(before, answer.event)
    row.provider_id = answer.provider_id or row.provider_id
    if answer.event is Event.SUBMITTED and row.submitted_at is None:
        row.submitted_at = now
    if row.state != before or row.state == State.UNKNOWN:
        row.reason = answer.reason or row.reason
    if row.state == State.QUEUED:
        row.not_before = max(row.not_before, now + timedelta(minutes=BUSY_MINUTES))
    if row.state in ENDED and row.finished_at is None:
        row.finished_at = now


@dataclass(slots=True)
class Fate:
    """Of a message what a receipt reads and changes: a whole one takes longer to make than to move."""

    id: UUID
    state: str
    reason: str
    finished_at: datetime | None
    segments: int

    def row(self) -> tuple[str, str, datetime | None, UUID]:
        """Return what is written back: state, reason, end, and of which message."""
        return self.state, self.reason, self.finished_at, self.id


def lock_fates(ids: Iterable[UUID]) -> list[Fate]:
    """Return the fates of the messages *ids*, locked in one order for every worker."""
    return [Fate(*row) for row in ask(_locked_fates, ids=list(ids))]


def _locked_fates() -> QuerySet[Any, Any]:
    return _locked().values_list("id", "state", "reason", "finished_at", "segments")


def write_fates(fates: Sequence[Fate]) -> None:
    """Write *fates* back."""
    update_values(models.Message, ("state", "reason", "finished_at"), [fate.row() for fate in fates])


def lock_messages(ids: Iterable[UUID]) -> list[models.Message]:
    """Return the rows of *ids*, locked in one order for every worker."""
    return ask_models(_locked, ids=list(ids))


def _locked() -> QuerySet[models.Message]:
    rows = models.Message.objects.filter(id__in=_IDS).order_by("id")
    return rows.select_for_update() if connection.vendor == "postgresql" else rows


def in_doubt(now: datetime, provider: str, settle_seconds: int, limit: int) -> list[Doubt]:
    """Return messages of *provider* whose fate is open: an intent without a mark, or unknown, older than that settles.

    One that was asked about is not asked about again for ASK_AGAIN_HOURS.
    """
    found = ask(
        _doubtful,
        limit,
        provider=provider,
        before=now - timedelta(seconds=settle_seconds),
        asked_before=now - timedelta(hours=ASK_AGAIN_HOURS),
        after=now - timedelta(days=ASK_FOR_DAYS),
    )
    return [Doubt(message_id, State(state), tried_at) for message_id, state, tried_at in found]


def _doubtful(limit: int) -> QuerySet[Any, Any]:
    before, asked_before, after = (Given(name, DateTimeField()) for name in ("before", "asked_before", "after"))
    rows = models.Message.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lte=asked_before),
        Q(state=State.INTENDED)
        # What the carrier said it has is not asked about: that it forgot a message would prove nothing.
        | Q(state=State.UNKNOWN, submitted_at__isnull=True, intended_at__gt=after),
        state__in=[State.INTENDED, State.UNKNOWN],
        provider=Given("provider", CharField()),
        intended_at__lte=before,
    )
    return rows.order_by("intended_at", "id").values_list("id", "state", "intended_at")[:limit]


def numbers_of(ids: Iterable[UUID], vault: Vault) -> dict[UUID, Msisdn]:
    """Return whom the messages *ids* are for; those whose number does not open, or was erased, are left out."""
    rows = models.Message.objects.filter(id__in=list(ids)).select_related("borrower", "contact_point")
    found: dict[UUID, Msisdn] = {}
    for row in rows:
        point = row.contact_point
        if point.address_sealed is None:
            continue
        with suppress(Unreadable):
            sealed = bytes(point.address_sealed)
            found[row.id] = Msisdn(open_text(vault, row.borrower, Sealed.CONTACT_ADDRESS, point.id, sealed))
    return found


def note_asked(ids: Iterable[UUID], now: datetime) -> None:
    """Remember that the provider was asked about these messages."""
    models.Message.objects.filter(id__in=list(ids)).update(asked_at=now)


def give_up_receipts(now: datetime) -> int:
    """Call the fate of messages unknown whose receipt should have come long ago. Returns how many."""
    overdue = models.Message.objects.filter(
        state=State.SUBMITTED, submitted_at__lte=now - timedelta(hours=RECEIPT_HOURS)
    )
    return overdue.update(state=advance(State.SUBMITTED, Event.UNKNOWN), reason="no_receipt")
