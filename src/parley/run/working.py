"""The worker: one reply, one turn, one transaction. A turn that cannot be decided goes to a person; nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet, UUIDField

from parley.engine.service import Staffing
from parley.engine.turn import Library, turn
from parley.errors import ParleyError
from parley.store import audit, models
from parley.store.cases import load_case, open_talk
from parley.store.desk_assign import give, next_to, staffing
from parley.store.for_person import hand_to_person
from parley.store.lock import borrower_lock
from parley.store.outcomes import save_outcome
from parley.store.prepared import GivenMany, ask, ask_models
from parley.store.vault import Vault

BATCH: Final = 64
log = structlog.get_logger()


def work_due(library: Library, vault: Vault, now: datetime, cost_per_segment_micro: int, limit: int = BATCH) -> int:
    """Answer up to *limit* waiting replies, oldest first: all in one transaction, singly where one of them fails."""
    ids: list[UUID] = [inbound_id for (inbound_id,) in ask(_waiting, limit)]
    if not ids:
        return 0
    try:
        with transaction.atomic():
            claimed, people = _claim(ids), staffing()
            for row in claimed:
                _answer(row, library, vault, now, cost_per_segment_micro, people)
        return len(claimed)
    except Exception as fault:  # the batch is undone; each reply is tried alone, and the failing one is reported
        if _may_pass(fault):
            raise
    return sum(_answer_alone(inbound_id, library, vault, now, cost_per_segment_micro) for inbound_id in ids)


def _waiting(limit: int) -> QuerySet[Any, Any]:
    return models.Inbound.objects.filter(status="new").order_by("received_at", "id").values_list("id")[:limit]


def _may_pass(fault: Exception) -> bool:
    """Whether trying the same reply again may help; else it would stop all others, and a person gets it."""
    return isinstance(fault, OperationalError | InterfaceError) or (isinstance(fault, ParleyError) and fault.retryable)


def _claimed() -> QuerySet[models.Inbound]:
    rows = models.Inbound.objects.filter(id__in=GivenMany("ids", UUIDField()), status="new")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows.order_by("received_at", "id").select_related("conversation__borrower", "contact_point__borrower")


def _claim(ids: list[UUID]) -> list[models.Inbound]:
    """Lock the replies that nobody else works on, and their borrowers."""
    claimed = ask_models(_claimed, ids=ids)
    borrower_lock({row.contact_point.borrower_id for row in claimed if row.contact_point is not None})
    return _in_turn(claimed) if connection.vendor == "postgresql" else claimed


def _in_turn(claimed: list[models.Inbound]) -> list[models.Inbound]:
    """Leave out replies before which one from the same address is still in another worker's hands."""
    points = {row.contact_point_id for row in claimed}
    elsewhere = models.Inbound.objects.filter(status="new", contact_point_id__in=points).exclude(
        id__in=[row.id for row in claimed]
    )
    first: dict[UUID | None, datetime] = {}
    for point_id, at in elsewhere.values_list("contact_point_id", "received_at"):
        first[point_id] = min(at, first.get(point_id, at))
    return [row for row in claimed if row.received_at <= first.get(row.contact_point_id, row.received_at)]


def _answer(
    row: models.Inbound,
    library: Library,
    vault: Vault,
    now: datetime,
    cost_per_segment_micro: int,
    people: Staffing | None,
) -> None:
    if row.contact_point is not None:
        row.contact_point.refresh_from_db(fields=["identity_proven_at", "quarantined_at"])
    if row.conversation is not None:
        # An earlier reply of the same batch may have moved the talk on, and proven who writes.
        row.conversation.refresh_from_db()
        if row.conversation.closed_at is not None and row.contact_point is not None:
            # … or ended it: this one begins the next.
            row.conversation = open_talk(row.contact_point, row.conversation.account_id, now)
            row.save(update_fields=["conversation"])
    case, inbound = load_case(row, now, vault, people)
    if library.lender.names_people and not case.talk.needs_person:
        case = replace(case, next_to=next_to(now, library.times, case.party.language))
    outcome = turn(case, inbound, now, library)
    save_outcome(row, case, outcome, now, cost_per_segment_micro, vault)
    if case.next_to is not None and outcome.person_reason and row.conversation is not None:
        # Whom the borrower was told of it is.
        give(row.conversation, case.next_to.operator_id, now, vault)


def _answer_alone(inbound_id: UUID, library: Library, vault: Vault, now: datetime, cost_per_segment_micro: int) -> int:
    """Answer one reply. Returns 1, or 0 where it is in another worker's hands."""
    try:
        with transaction.atomic():
            claimed, people = _claim([inbound_id]), staffing()
            for row in claimed:
                _answer(row, library, vault, now, cost_per_segment_micro, people)
            return len(claimed)
    except Exception as defect:  # nothing is lost by an exception: a person gets the reply
        if _may_pass(defect):
            raise
        # The name of the defect only: its words may quote the reply.
        log.error("turn_failed", inbound=str(inbound_id), defect=type(defect).__name__)  # noqa: TRY400 - as above
        _hand_over(inbound_id, type(defect).__name__, vault, now)
        return 1


def _hand_over(inbound_id: UUID, defect: str, vault: Vault, now: datetime) -> None:
    """Give the reply to a person; the thread is held until they release it."""
    with transaction.atomic():
        row = models.Inbound.objects.select_related("conversation", "contact_point").get(id=inbound_id)
        talk = row.conversation
        if row.contact_point is not None:
            borrower_lock([row.contact_point.borrower_id])
            # The thread it came in on may have ended meanwhile; a person finds it in the open one.
            talk = open_talk(row.contact_point, talk.account_id if talk is not None else None, now)
        row.conversation, row.status, row.handled_at = talk, "person", now
        row.save(update_fields=["conversation", "status", "handled_at"])
        audit.record(vault, [hand_to_person(row, "turn_failed", now, {"defect": defect})], now)
