"""What happened on a thread, in the order it happened: what came, what went, notes, calls, changes worth a line.

Under each message of ours the send ledger and every verdict of the gate. No text is opened here; see `threads_open`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from parley.store import models
from parley.store.threads import OperatorRef, ref_of

# Events that are a line of their own; what a bubble or the list of holds says already is left out.
LINES: Final = frozenset(
    {
        *("handed_over", "taken_over", "assigned", "handed_back", "closed", "closed.stale", "crisis"),
        *("identity.proven", "number.quarantined", "number.swapped", "opted_out", "opted_out.promotion", "resumed"),
        "language.changed",
        *("offer.made", "plan.read_back", "arrangement.agreed", "promise.made"),
        *("arrangement.kept", "arrangement.broken", "promise.kept", "promise.broken"),
        *("arrangement.cancelled", "arrangement.waived", "satisfaction.told"),
        *("hold.laid", "hold.released"),
    }
)


@dataclass(frozen=True, slots=True)
class FailingRule:
    """A rule that said no. `citation` is the source, of a lender's policy its reason."""

    rule_id: str
    reason_code: str
    layer: str
    citation: str
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One asking of the gate: which rules were asked, which said no, on which facts, and when it may be asked again.

    `stage`: nightly and desk are advice, dispatch binds. `lifted`: rule → the exception that lifted it. `facts` hold
    codes, counts and local times.
    """

    stage: str
    verdict: str
    reason_code: str
    rules: tuple[str, ...]
    lifted: Mapping[str, str]
    failing: tuple[FailingRule, ...]
    facts: Mapping[str, Any]
    retry_at: datetime | None
    rulebook_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A delivery receipt as it came."""

    event: str
    part: int
    at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the borrower. The whole reading is sealed; see `threads_open.open_thread`.

    `has_media`: a picture or a file came with it and was not taken.
    """

    inbound_id: UUID
    at: datetime
    intent: str
    also: tuple[str, ...]
    urgent: str
    was_redacted: bool
    has_media: bool
    status: str
    handled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours, and where it stands in the send ledger. `written_by` None: the machine.

    `at` is when it left, or when it was written where it has not. `cost_micro`: millionths of the route's currency.
    """

    message_id: UUID
    at: datetime
    written_by: OperatorRef | None
    template_key: str
    template_version: int
    purpose: str
    channel: str
    language: str
    discloses: str
    encoding: str
    segments: int
    cost_micro: int
    state: str
    reason: str
    in_reply_to: UUID | None
    offer_id: UUID | None
    option: int | None
    resend_of: UUID | None
    about_on: date | None
    created_at: datetime
    not_before: datetime
    not_after: datetime
    intended_at: datetime | None
    submitted_at: datetime | None
    finished_at: datetime | None
    verdicts: tuple[Verdict, ...]
    receipts: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """A note for colleagues."""

    note_id: UUID
    at: datetime
    operator: OperatorRef


@dataclass(frozen=True, slots=True)
class Called:
    """A telephone call. `direction` is out or in; `verdict` what the gate said of it when it was logged."""

    call_id: UUID
    at: datetime
    operator: OperatorRef
    direction: str
    outcome: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A change worth a line. `data` holds codes and counts; `operator` None: the machine or the borrower."""

    event_id: int
    at: datetime
    kind: str
    operator: OperatorRef | None
    data: Mapping[str, Any]


Entry: TypeAlias = Heard | Said | Noted | Called | Changed


def entries_of(talk: models.Conversation) -> tuple[Entry, ...]:
    """Return everything that happened on *talk*, oldest first."""
    entries: list[Entry] = [*_heard(talk), *_said(talk), *_noted(talk), *_called(talk), *_changed(talk)]
    return tuple(sorted(entries, key=_order))


def _order(entry: Entry) -> tuple[datetime, int]:
    """At one instant: what came, what it changed, what we said to it."""
    places: dict[type[Entry], int] = {Heard: 0, Called: 1, Noted: 2, Changed: 3, Said: 4}
    return (entry.at, places[type(entry)])


def _heard(talk: models.Conversation) -> Iterable[Heard]:
    for row in talk.inbounds.defer("body_sealed", "reading_sealed").order_by("received_at", "id"):
        yield Heard(
            inbound_id=row.id,
            at=row.received_at,
            intent=row.intent,
            also=tuple(row.also),
            urgent=row.urgent,
            was_redacted=row.was_redacted,
            has_media=row.has_media,
            status=row.status,
            handled_at=row.handled_at,
        )


def _said(talk: models.Conversation) -> Iterable[Said]:
    rows = list(talk.messages.defer("body_sealed").select_related("written_by").order_by("created_at", "id"))
    ids = [row.id for row in rows]
    verdicts, receipts = _verdicts(ids), _receipts(ids)
    for row in rows:
        yield Said(
            message_id=row.id,
            at=row.intended_at or row.created_at,
            written_by=ref_of(row.written_by),
            template_key=row.template_key,
            template_version=row.template_version,
            purpose=row.purpose,
            channel=row.channel,
            language=row.language,
            discloses=row.discloses,
            encoding=row.encoding,
            segments=row.segments,
            cost_micro=row.cost_micro,
            state=row.state,
            reason=row.reason,
            in_reply_to=row.in_reply_to_id,
            offer_id=row.offer_id,
            option=row.option,
            resend_of=row.resend_of_id,
            about_on=row.about_on,
            created_at=row.created_at,
            not_before=row.not_before,
            not_after=row.not_after,
            intended_at=row.intended_at,
            submitted_at=row.submitted_at,
            finished_at=row.finished_at,
            verdicts=tuple(verdicts[row.id]),
            receipts=tuple(receipts[row.id]),
        )


def _verdicts(message_ids: Sequence[UUID]) -> Mapping[UUID, list[Verdict]]:
    found: dict[UUID, list[Verdict]] = defaultdict(list)
    for row in models.GateDecision.objects.filter(message_id__in=message_ids).order_by("at", "id"):
        assert row.message_id is not None, "asked for by its message"
        found[row.message_id].append(verdict_of_row(row))
    return found


def verdict_of_row(row: models.GateDecision) -> Verdict:
    """Return a stored decision of the gate as a page shows it."""
    trace: dict[str, Any] = row.trace
    return Verdict(
        stage=row.stage,
        verdict=row.verdict,
        reason_code=row.reason_code,
        rules=tuple(trace.get("rules", ())),
        lifted=dict(trace.get("lifted", {})),
        failing=tuple(
            FailingRule(
                rule_id=one["rule"],
                reason_code=one["reason"],
                layer=one["layer"],
                citation=one["citation"],
                retry_at=datetime.fromisoformat(one["retry_at"]) if one["retry_at"] else None,
            )
            for one in trace.get("refusals", ())
        ),
        facts=dict(trace.get("facts", {})),
        retry_at=row.retry_at,
        rulebook_hash=row.rulebook_hash,
        at=row.at,
    )


def _receipts(message_ids: Sequence[UUID]) -> Mapping[UUID, list[ReceiptLine]]:
    found: dict[UUID, list[ReceiptLine]] = defaultdict(list)
    for row in models.Receipt.objects.filter(message_id__in=message_ids).order_by("received_at", "id"):
        assert row.message_id is not None, "asked for by its message"
        found[row.message_id].append(ReceiptLine(row.event, row.part, row.at, row.received_at))
    return found


def _noted(talk: models.Conversation) -> Iterable[Noted]:
    for row in talk.notes.defer("body_sealed").select_related("operator").order_by("at", "id"):
        yield Noted(row.id, row.at, OperatorRef(row.operator_id, row.operator.display_name))


def _called(talk: models.Conversation) -> Iterable[Called]:
    for row in talk.calls.select_related("operator").order_by("at", "id"):
        operator = OperatorRef(row.operator_id, row.operator.display_name)
        yield Called(row.id, row.at, operator, row.direction, row.outcome, row.verdict)


def _changed(talk: models.Conversation) -> Iterable[Changed]:
    rows = list(models.Event.objects.filter(conversation=talk, kind__in=LINES).order_by("at", "id"))
    people = models.Operator.objects.in_bulk({row.data["operator"] for row in rows if "operator" in row.data})
    for row in rows:
        yield Changed(row.id, row.at, row.kind, ref_of(people.get(row.data.get("operator"))), row.data)
