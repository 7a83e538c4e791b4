"""What the gate decided: of one message, of one borrower, in a period. Codes, counts and ids; nothing is opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from parley.store import models
from parley.store.find import borrowers_of_reference
from parley.store.vault import Vault

# Decisions read at a time.
CHUNK: Final = 2_000


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """One asking of the gate as it is stored. `facts` None: decided by a version that did not keep them."""

    decision_id: int
    message_id: UUID | None
    stage: str
    verdict: str
    at: datetime
    retry_at: datetime | None
    rulebook_hash: str
    trace: Mapping[str, Any] = field(repr=False)
    facts: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decided:
    """A message with all that was decided about it, oldest first. `run_on`: the night that queued it, if one did."""

    message_id: UUID
    purpose: str
    channel: str
    template_key: str
    template_version: int
    language: str
    state: str
    reason: str
    is_by_person: bool
    is_answer: bool
    campaign: str
    created_at: datetime
    run_on: date | None
    decisions: tuple[StoredDecision, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What was decided about one borrower: messages, and refusals before there was one; each oldest first."""

    borrower_id: UUID
    messages: tuple[Decided, ...]
    refused: tuple[StoredDecision, ...]


def decided_message(message_id: UUID) -> Decided | None:
    """Return a message with its decisions; None where there is no such message."""
    found = _decided(models.Message.objects.filter(id=message_id))
    return found[0] if found else None


def histories(reference: str, vault: Vault) -> list[History]:
    """Return what was decided about each borrower whom the lender's *reference*, or that of an account, names."""
    return [_history(borrower) for borrower in sorted(borrowers_of_reference(reference, vault))]


def decisions_between(first: datetime, end: datetime) -> Iterator[StoredDecision]:
    """Yield the decisions from *first* until before *end*, in the order they were made."""
    last = 0
    rows = models.GateDecision.objects.filter(at__gte=first, at__lt=end).order_by("id")
    while chunk := list(rows.filter(id__gt=last)[:CHUNK]):
        yield from map(_stored, chunk)
        last = chunk[-1].pk


def count_between(first: datetime, end: datetime) -> int:
    """Return how many decisions `decisions_between` gives."""
    return models.GateDecision.objects.filter(at__gte=first, at__lt=end).count()


def _history(borrower_id: UUID) -> History:
    refused = models.GateDecision.objects.filter(borrower_id=borrower_id, message=None).order_by("at", "id")
    return History(
        borrower_id=borrower_id,
        messages=tuple(_decided(models.Message.objects.filter(borrower_id=borrower_id))),
        refused=tuple(map(_stored, refused)),
    )


def _decided(rows: Any) -> list[Decided]:  # noqa: ANN401 - a query of messages
    messages = list(rows.defer("body_sealed").select_related("campaign").order_by("created_at", "id"))
    ids = [row.id for row in messages]
    decisions, nights = _decisions(ids), _nights(ids)
    return [
        Decided(
            message_id=row.id,
            purpose=row.purpose,
            channel=row.channel,
            template_key=row.template_key,
            template_version=row.template_version,
            language=row.language,
            state=row.state,
            reason=row.reason,
            is_by_person=row.written_by_id is not None,
            is_answer=row.in_reply_to_id is not None,
            campaign=row.campaign.name if row.campaign is not None else "",
            created_at=row.created_at,
            run_on=nights.get(row.id),
            decisions=tuple(decisions[row.id]),
        )
        for row in messages
    ]


def _decisions(message_ids: Iterable[UUID]) -> Mapping[UUID | None, list[StoredDecision]]:
    found: dict[UUID | None, list[StoredDecision]] = defaultdict(list)
    for row in models.GateDecision.objects.filter(message_id__in=list(message_ids)).order_by("at", "id"):
        found[row.message_id].append(_stored(row))
    return found


def _nights(message_ids: Iterable[UUID]) -> Mapping[UUID | None, date]:
    return dict(models.RunItem.objects.filter(message_id__in=list(message_ids)).values_list("message_id", "run__as_of"))


def _stored(row: models.GateDecision) -> StoredDecision:
    return StoredDecision(
        decision_id=row.pk,
        message_id=row.message_id,
        stage=row.stage,
        verdict=row.verdict,
        at=row.at,
        retry_at=row.retry_at,
        rulebook_hash=row.rulebook_hash,
        trace=row.trace,
        facts=row.facts,
    )
