"""One thread with all that its page shows, as values. No text, name or number is opened; see `threads_open`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parley.contact.facts import Designation, OptOut
from parley.dates import local_date
from parley.engine.service import ServiceTimes, Urgency, urgency_of
from parley.errors import BadInput
from parley.servicing.schedule import Schedule
from parley.store import models
from parley.store.records import load_designations, refusal_of
from parley.store.rows import plan_from_json
from parley.store.threads import OperatorRef, due_by, reason_of, ref_of, viewers_of
from parley.store.threads_accounts import AccountFacts, accounts_of
from parley.store.threads_entries import Entry, entries_of


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """An event of consent or refusal, in force since `at`. `said_at`: when the reply with it came, if one did.

    `channel` and `contact_point_id` where it is limited to one; `refused` is the refusal as the rules know it.
    """

    at: datetime
    scope: str
    granted: bool
    source: str
    channel: str = ""
    contact_point_id: UUID | None = None
    said_at: datetime | None = None
    refused: OptOut | None = None


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold, standing or over. `source` is reply, person, import …; `account_id` None: all accounts."""

    hold_id: UUID
    kind: str
    source: str
    account_id: UUID | None
    from_at: datetime
    until_at: datetime | None
    released_at: datetime | None
    released_by: str
    stands: bool


@dataclass(frozen=True, slots=True, repr=False)
class OfferLine:
    """A menu that was computed on this thread: its plans in the order shown."""

    offer_id: UUID
    at: datetime
    expires_at: datetime
    capacity_minor: int
    plans: tuple[Schedule, ...]
    stands: bool


@dataclass(frozen=True, slots=True)
class OtherThread:
    """Another thread of the same borrower."""

    conversation_id: UUID
    state: str
    channel: str
    opened_at: datetime
    closed_at: datetime | None
    needs_person_since: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Thread:
    """A thread. `version` goes with every act on it. `reason` is "" where no person is needed.

    `answer_by` is None while nothing waits for a person. `viewers` have it open now, whoever asks included.
    """

    conversation_id: UUID
    version: int
    borrower_id: UUID
    contact_point_id: UUID
    channel: str
    account_id: UUID | None
    state: str
    reason: str
    urgency: Urgency | None
    needs_person_since: datetime | None
    waiting_since: datetime | None
    answer_by: datetime | None
    assigned_to: OperatorRef | None
    handed_to: OperatorRef | None
    assigned_at: datetime | None
    viewers: tuple[OperatorRef, ...]
    language: str
    jurisdiction: str
    zones: tuple[str, ...]
    identity_proven_at: datetime | None
    quarantined_at: datetime | None
    is_synthetic: bool
    is_erased: bool
    opened_at: datetime
    closed_at: datetime | None
    entries: tuple[Entry, ...]
    accounts: tuple[AccountFacts, ...]
    offers: tuple[OfferLine, ...]
    consents: tuple[ConsentLine, ...]
    holds: tuple[HoldLine, ...]
    named_times: tuple[Designation, ...]
    others: tuple[OtherThread, ...]


def find_talk(conversation_id: UUID) -> models.Conversation:
    """Return the row of a thread. Raises BadInput where there is none."""
    rows = models.Conversation.objects.select_related("borrower", "contact_point", "assigned_to", "handed_to")
    talk = rows.filter(id=conversation_id).first()
    if talk is None:
        raise BadInput("There is no thread with this number.", "没有此编号的对话。")
    return talk


def load_thread(conversation_id: UUID, now: datetime, times: ServiceTimes, wall: datetime) -> Thread:
    """Return the thread as of *now*; *wall* is the machine's clock, for who has it open.

    Raises BadInput where there is no such thread.
    """
    talk = find_talk(conversation_id)
    borrower, point = talk.borrower, talk.contact_point
    reason = reason_of(talk.state, talk.person_reason) if talk.needs_person_since is not None else ""
    waits = talk.waiting_since if reason else None
    return Thread(
        conversation_id=talk.id,
        version=talk.version,
        borrower_id=borrower.id,
        contact_point_id=point.id,
        channel=point.channel,
        account_id=talk.account_id,
        state=talk.state,
        reason=reason,
        urgency=urgency_of(reason) if reason else None,
        needs_person_since=talk.needs_person_since,
        waiting_since=waits,
        answer_by=due_by(reason, waits, talk.promised_at, times),
        assigned_to=ref_of(talk.assigned_to),
        handed_to=ref_of(talk.handed_to),
        assigned_at=talk.assigned_at,
        viewers=viewers_of([talk.id], wall).get(talk.id, ()),
        language=borrower.language,
        jurisdiction=borrower.jurisdiction,
        zones=tuple(borrower.zones),
        identity_proven_at=point.identity_proven_at,
        quarantined_at=point.quarantined_at,
        is_synthetic=point.is_synthetic,
        is_erased=borrower.erased_at is not None,
        opened_at=talk.opened_at,
        closed_at=talk.closed_at,
        entries=entries_of(talk),
        accounts=accounts_of(borrower.id, local_date(now, borrower.zones[0] if borrower.zones else "UTC")),
        offers=tuple(_offers(talk, now)),
        consents=tuple(_consents(borrower.id)),
        holds=tuple(_holds(borrower.id, now)),
        named_times=load_designations([borrower.id]).get(borrower.id, ()),
        others=tuple(_others(talk)),
    )


def _offers(talk: models.Conversation, now: datetime) -> Iterable[OfferLine]:
    for place, row in enumerate(talk.offers.order_by("-at", "id")):
        plans = tuple(plan_from_json(plan) for plan in row.plans)
        # A newer menu takes the place of an older one.
        yield OfferLine(row.id, row.at, row.expires_at, row.capacity_minor, plans, place == 0 and row.expires_at > now)


def _consents(borrower_id: UUID) -> Iterable[ConsentLine]:
    rows = list(models.Consent.objects.filter(borrower_id=borrower_id).order_by("-at", "id"))
    proofs = [row.proof for row in rows if row.source == "reply"]
    heard = dict(models.Inbound.objects.filter(id__in=proofs).values_list("id", "received_at"))
    said = {str(inbound): at for inbound, at in heard.items()}
    for row in rows:
        yield ConsentLine(
            at=row.at,
            scope=row.scope,
            granted=row.granted,
            source=row.source,
            channel=row.channel,
            contact_point_id=row.contact_point_id if row.is_for_address else None,
            said_at=said.get(row.proof) if row.source == "reply" else None,
            refused=refusal_of(row) if not row.granted else None,
        )


def _holds(borrower_id: UUID, now: datetime) -> Iterable[HoldLine]:
    for row in models.Hold.objects.filter(borrower_id=borrower_id).order_by("-from_at", "id"):
        stands = row.released_at is None and row.from_at <= now and (row.until_at is None or row.until_at > now)
        yield HoldLine(
            hold_id=row.id,
            kind=row.kind,
            source=row.source,
            account_id=row.account_id,
            from_at=row.from_at,
            until_at=row.until_at,
            released_at=row.released_at,
            released_by=row.released_by,
            stands=stands,
        )


def _others(talk: models.Conversation) -> Iterable[OtherThread]:
    rows = models.Conversation.objects.filter(borrower_id=talk.borrower_id).exclude(id=talk.id)
    for row in rows.select_related("contact_point").order_by("-opened_at", "id"):
        yield OtherThread(
            row.id, row.state, row.contact_point.channel, row.opened_at, row.closed_at, row.needs_person_since
        )
