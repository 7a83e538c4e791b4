"""The outbox: what waits, what may go now, what became of it.

`decide_batch` is the only door to a send intent: it asks the gate for each message inside the transaction that writes
the intent, under the borrower's lock, counting what the same batch already permitted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, QuerySet, UUIDField

from parley.contact.explain import explain
from parley.contact.facts import Contact, ContactFacts, Hold
from parley.contact.facts_json import facts_to_json
from parley.contact.gate import Decision, Permit, Refused
from parley.contact.registrations import UNNAMED, NamedAs
from parley.contact.routes import Health, Line, NoRoute, Routes
from parley.dates import local_date
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import ContactRecord
from parley.engine.stated import Said
from parley.ids import Msisdn
from parley.locale import Language
from parley.messaging.ledger import ENDED, Event, State, advance
from parley.negotiation.state import State as Talk
from parley.purpose import Actor, Channel, Purpose
from parley.servicing.account import Due
from parley.store import audit, models
from parley.store.bulk import update_rows
from parley.store.dispatching import Dispatch
from parley.store.lock import lock_free_borrowers
from parley.store.number_facts import facts_of
from parley.store.offers import offered_by
from parley.store.prepared import Given, GivenMany, ask, ask_models
from parley.store.records import load_records
from parley.store.rows import account_of, party_of
from parley.store.sealed import Sealed, open_text
from parley.store.vault import Unreadable, Vault

# Answers first, then what has waited longest.
_IN_ORDER: Final = ("priority", "not_before", "id")
_NOW: Final = Given("now", DateTimeField())
_IDS: Final = GivenMany("ids", UUIDField())
# Asked with the text as it would leave, the offer it speaks of, where it speaks of one, and the kind of its carrier.
Judge = Callable[[ContactFacts, Said, str], Decision]
# Told facts, text and kind of carrier of what may leave: what is registered for it.
Named = Callable[[ContactFacts, str, str], NamedAs]

# A message deferred past its last use is not sent late.
TOO_LATE: Final = "too_late"
# What can wait: everything that is neither an answer nor an alert.
BULK_PRIORITY: Final = 9
# Of a batch that answers and alerts would fill alone, so many places are kept for what has waited longest.
_KEPT_OF_A_BATCH: Final = 4
# Where other processes hold the first borrowers of the queue, look so many batches further.
_WINDOWS: Final = 16
# A sealed text or number that does not open is not sent; `parley audit verify` says why.
_UNREADABLE: Final = "unreadable"
_NO_SUBJECT: Final = "none"


@dataclass(frozen=True, slots=True)
class Intended:
    """A message whose send intent is committed: what the provider needs, and no more."""

    message_id: UUID
    to: Msisdn
    text: str
    segments: int
    not_after: datetime
    is_synthetic: bool
    language: Language
    route: str = ""
    named_as: NamedAs = UNNAMED

    def __repr__(self) -> str:
        return f"Intended({self.message_id}, {self.to!r})"


@dataclass(frozen=True, slots=True)
class Terms:
    """What dispatch must know of the deployment. `health`: of its routes at an instant."""

    actor: Actor
    identity_fresh_days: int
    in_collection_days: int
    routes: Routes
    named: Named
    health: Callable[[datetime], Mapping[str, Health]]


def decide_batch(
    now: datetime,
    limit: int,
    judge: Judge,
    terms: Terms,
    vault: Vault,
    room: Mapping[str, int] = MappingProxyType({}),
) -> list[Intended]:
    """Claim up to *limit* messages whose time has come, ask the gate for each, commit, and return those to hand over.

    Permitted → intended; refused for now → queued with a later time; refused for good → refused; too late → expired.
    A batch of which nothing may go is followed by the next one: none returned means that nothing is due. *room*: how
    many messages each paced route takes now.
    """
    for _ in range(_WINDOWS):
        claimed, handed = _decide_once(now, limit, judge, terms, vault, room)
        if handed or not claimed:
            return handed
    return []


def _decide_once(
    now: datetime, limit: int, judge: Judge, terms: Terms, vault: Vault, room: Mapping[str, int]
) -> tuple[int, list[Intended]]:
    """Decide one batch in one transaction. Returns how many messages it held, and those to hand over."""
    with transaction.atomic():
        waiting = _claim(now, limit)
        if not waiting:
            return 0, []
        records, dues = load_records({message.borrower_id for message in waiting}, now), _dues(waiting)
        offered = offered_by(waiting)
        known = facts_of({bytes(one.contact_point.address_index or b"") for one in waiting}, now)
        dispatch = Dispatch(terms.routes, terms.health(now), known, room, now)
        decisions: list[models.GateDecision] = []
        permitted: list[models.Message] = []
        handed: list[Intended] = []
        for message in waiting:
            if message.not_after <= now:
                move(message, Event.EXPIRE, TOO_LATE, now)
                continue
            opened = _to_hand_over(message, vault)
            if opened is None:
                move(message, Event.REFUSE, _UNREADABLE, now)
                continue
            index = bytes(message.contact_point.address_index or b"")
            to = dispatch.to(opened.to, index, Purpose(message.purpose), opened.language)
            lines = dispatch.candidates(to)
            if isinstance(lines, NoRoute):
                _unrouted(message, lines, dispatch.waits_until(lines), now)
                continue
            record = records[message.borrower_id]
            facts = _facts(message, dues[message.account_id], record, now, terms)
            said = Said(
                opened.text,
                message.template_key,
                offered.get(message.id),
                is_by_person=message.written_by_id is not None,
            )
            line, decision = _judged(facts, said, lines, judge)
            decisions.append(
                decision_row(decision, message.borrower_id, message.account_id, message.id, "dispatch", now)
            )
            if isinstance(decision, Permit):
                _intend(message, now, line.name)
                dispatch.take(line, to)
                permitted.append(message)
                handed.append(replace(opened, route=line.name, named_as=terms.named(facts, opened.text, line.kind)))
                records[message.borrower_id] = _with_contact(records[message.borrower_id], message, now)
            else:
                _refuse(message, decision, now)
        dispatch.save()
        update_rows(waiting, ["state", "reason", "not_before", "intended_at", "asked_at", "finished_at", "provider"])
        _note_in_talks(permitted, now)
        models.GateDecision.objects.bulk_create(decisions)
        audit.record(vault, decisions, now)
        return len(waiting), handed


def _judged(facts: ContactFacts, said: Said, lines: Sequence[Line], judge: Judge) -> tuple[Line, Decision]:
    """Return the first route by which the gate lets the text go, and its verdict; where by none, that of the best."""
    first: tuple[Line, Decision] | None = None
    for kind in dict.fromkeys(line.kind for line in lines):
        line = next(line for line in lines if line.kind == kind)
        decision = judge(facts, said, kind)
        if isinstance(decision, Permit):
            return line, decision
        first = first or (line, decision)
    assert first is not None, "whoever asks has a route"
    return first


def _unrouted(message: models.Message, why: NoRoute, retry_at: datetime | None, now: datetime) -> None:
    """Wait for a route where waiting helps and the message is then still of use; else it ends here."""
    if retry_at is not None and retry_at < message.not_after:
        move(message, Event.DEFER, why, now)
        message.not_before = retry_at
    else:
        move(message, Event.REFUSE, why, now)


def _due_window(first: int, limit: int) -> QuerySet[Any, Any]:
    due = models.Message.objects.filter(state=State.QUEUED, not_before__lte=_NOW).order_by(*_IN_ORDER)
    return due.values_list("id", "borrower_id", "priority")[first : first + limit]


def _bulk_window(first: int, limit: int) -> QuerySet[Any, Any]:
    due = models.Message.objects.filter(state=State.QUEUED, not_before__lte=_NOW, priority=BULK_PRIORITY)
    return due.order_by("not_before", "id").values_list("id", "borrower_id", "priority")[first : first + limit]


def _window(first: int, limit: int, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return a window of what is due, answers first; where they would fill it, a part is kept for what can wait.

    Else an endless stream of answers would starve the rest.
    """
    window = ask(_due_window, first, limit, now=now)
    kept = limit // _KEPT_OF_A_BATCH
    if kept and len(window) == limit and window[-1][2] != BULK_PRIORITY:
        bulk = ask(_bulk_window, first // _KEPT_OF_A_BATCH, kept, now=now)
        window = window[: limit - len(bulk)] + bulk
    return [(message, borrower) for message, borrower, _ in window]


def _claim(now: datetime, limit: int) -> list[models.Message]:
    """Return the messages that are due, answers first, with their borrowers locked.

    Borrowers before messages, as a turn does it: the other order ends in a deadlock when the turn cancels what waits.
    A borrower whom somebody else works for is left for the next round.
    """
    ids: list[UUID] = []
    for first in range(0, limit * _WINDOWS, limit):
        window = _window(first, limit, now)
        free = lock_free_borrowers({borrower for _, borrower in window})
        ids = [message for message, borrower in window if borrower in free]
        if ids or len(window) < limit:
            break
    if not ids:
        return []
    return ask_models(_due, now=now, ids=ids)


def _due() -> QuerySet[models.Message]:
    due = models.Message.objects.filter(state=State.QUEUED, not_before__lte=_NOW, id__in=_IDS).order_by(*_IN_ORDER)
    return due.select_related("borrower", "contact_point", "account__product", "conversation", "in_reply_to")


def _dues(messages: Iterable[models.Message]) -> Mapping[UUID | None, list[Due]]:
    """Return what is due on the account of each message, in the order of days."""
    found: dict[UUID | None, list[Due]] = defaultdict(list)
    for account, *due in ask(_due_on_accounts, ids={one.account_id for one in messages if one.account_id is not None}):
        found[account].append(Due(*due))
    return found


def _due_on_accounts() -> QuerySet[Any, Any]:
    dues = models.Instalment.objects.filter(account_id__in=_IDS).order_by("due_on")
    return dues.values_list("account_id", "due_on", "amount_minor", "paid_minor")


def _facts(
    message: models.Message, dues: Sequence[Due], record: ContactRecord, now: datetime, terms: Terms
) -> ContactFacts:
    point = message.contact_point
    party = party_of(message.borrower, point, {})
    zone = party.zones[0] if party.zones else "UTC"
    account = account_of(message.account, dues) if message.account is not None else None
    answered = message.in_reply_to
    return contact_facts(
        party,
        account,
        record,
        purpose=Purpose(message.purpose),
        discloses=message.discloses,
        now=now,
        today=local_date(now, zone),
        actor=terms.actor,
        is_proven=is_identity_fresh(point.identity_proven_at, now, terms.identity_fresh_days),
        in_collection_days=terms.in_collection_days,
        also_held=_also_held(message),
        answering=Answering(answered.id, answered.received_at) if answered is not None else None,
        is_by_person=message.written_by_id is not None,
    )


def _also_held(message: models.Message) -> frozenset[Hold]:
    """Return the holds of the thread and the address, but for the answer written by the turn that laid them on.

    What a person writes is never that answer; that a person holds the thread does not silence the person.
    """
    talk, point = message.conversation, message.contact_point
    since = {
        Hold.WITH_PERSON: talk.needs_person_since if talk is not None else None,
        Hold.WRONG_NUMBER: point.quarantined_at,
    }
    is_answer = message.in_reply_to is not None and message.written_by_id is None
    return frozenset(
        hold for hold, at in since.items() if at is not None and not (is_answer and message.created_at >= at)
    )


def decision_row(
    decision: Decision, borrower_id: UUID, account_id: UUID | None, message_id: UUID | None, stage: str, now: datetime
) -> models.GateDecision:
    """Return the row that records *decision*: advice of the nightly run, or binding at dispatch."""
    refused = decision if isinstance(decision, Refused) else None
    return models.GateDecision(
        message_id=message_id,
        borrower_id=borrower_id,
        account_id=account_id,
        stage=stage,
        verdict=verdict_of(decision),
        reason_code=refused.primary.reason_code if refused else "",
        rule_id=refused.primary.rule_id if refused else "",
        trace=explain(decision),
        facts=facts_to_json(decision.case.facts, decision.case.settings),
        retry_at=refused.retry_at if refused else None,
        rulebook_hash=decision.rulebook_hash,
        at=now,
    )


def verdict_of(decision: Decision) -> str:
    """Return allow, defer or block."""
    if isinstance(decision, Permit):
        return "allow"
    return "defer" if decision.retry_at is not None else "block"


def move(message: models.Message, event: Event, reason: str, now: datetime) -> None:
    """Let an event of ours happen to *message*, not yet saved."""
    message.state = advance(State(message.state), event)
    message.reason = reason
    if message.state in ENDED:
        message.finished_at = now


def _intend(message: models.Message, now: datetime, provider: str) -> None:
    move(message, Event.INTEND, "", now)
    # A message that came back to the queue is a new question to the provider.
    message.intended_at, message.asked_at = now, None
    message.provider = provider


def _refuse(message: models.Message, decision: Refused, now: datetime) -> None:
    """Wait where waiting helps and the message is then still of use; else it ends here."""
    retry_at = decision.retry_at
    if retry_at is not None and retry_at < message.not_after:
        move(message, Event.DEFER, decision.primary.reason_code, now)
        message.not_before = retry_at
    else:
        move(message, Event.REFUSE, decision.primary.reason_code, now)


def _note_in_talks(permitted: Sequence[models.Message], now: datetime) -> None:
    """Remember in each thread what we said last, for the reader of the answer."""
    talks: dict[UUID | None, models.Conversation | None] = {}
    for message in permitted:
        talk = talks.setdefault(message.conversation_id, message.conversation)
        if talk is not None:
            talk.last_outbound_at = now
            talk.last_context = message.context if message.context != _NO_SUBJECT else talk.last_context
            if message.in_reply_to_id is None and talk.state == Talk.NOTIFIED:
                # Nothing is being talked about: the answer will be about the account we write of.
                talk.account_id = message.account_id or talk.account_id
    rows = [talk for talk in talks.values() if talk is not None]
    update_rows(rows, ["last_outbound_at", "last_context", "account"])


def _with_contact(record: ContactRecord, message: models.Message, now: datetime) -> ContactRecord:
    answered = message.in_reply_to
    contact = Contact(
        at=now,
        channel=Channel(message.channel),
        purpose=Purpose(message.purpose),
        answers_at=answered.received_at if answered is not None else None,
        account=str(message.account_id) if message.account_id is not None else None,
        address=str(message.contact_point_id),
    )
    return replace(record, contacts=(*record.contacts, contact))


def _to_hand_over(message: models.Message, vault: Vault) -> Intended | None:
    """Open what the provider needs; None where it does not open, so that one broken row stops no other message."""
    point, borrower = message.contact_point, message.borrower
    assert message.body_sealed is not None and point.address_sealed is not None, "an erased person is not written to"
    try:
        address = open_text(vault, borrower, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed))
        text = open_text(vault, borrower, Sealed.MESSAGE_BODY, message.id, bytes(message.body_sealed))
    except Unreadable:
        return None
    language = Language(message.language)
    return Intended(
        message.id, Msisdn(address), text, message.segments, message.not_after, point.is_synthetic, language
    )


def cancel_waiting(borrower_id: UUID, *, promotional_only: bool, now: datetime, but_for: UUID | None = None) -> int:
    """Cancel what waits for a borrower (the promotions only, where a STOP is limited to them). Returns how many.

    *but_for*: the reply whose own answer stays. Runs inside the caller's transaction.
    """
    waiting = models.Message.objects.filter(borrower_id=borrower_id, state=State.QUEUED)
    if promotional_only:
        waiting = waiting.filter(purpose=Purpose.PROMOTION)
    if but_for is not None:
        waiting = waiting.exclude(in_reply_to_id=but_for)
    return waiting.update(state=State.CANCELLED, reason="cancelled_by_turn", finished_at=now)


def next_due(now: datetime) -> datetime | None:
    """Return when the next message may be tried, None where nothing waits."""
    return next((at for (at,) in ask(_next_waiting, now=now)), None)


def _next_waiting() -> QuerySet[Any, Any]:
    waiting = models.Message.objects.filter(state=State.QUEUED, not_before__gt=_NOW)
    return waiting.order_by("not_before").values_list("not_before")[:1]
