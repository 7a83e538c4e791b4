"""Write a turn's outcome: events, state, message, offer, arrangement, hold, audit, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Model

from parley.engine.case import Case
from parley.engine.outcome import Draft, NewArrangement, NewOffer, NewPromise, Outcome
from parley.engine.stated import WITH_ACCOUNT
from parley.ids import derive_id
from parley.negotiation.budget.recheck import plan_recheck_on
from parley.negotiation.state import State
from parley.servicing.arrangement import Standing
from parley.store import audit, models
from parley.store.cases import seal_memory
from parley.store.lender_notices import tell_lender
from parley.store.numbers import BY_PROOF, quarantine
from parley.store.obeying import lay_hold, refuse
from parley.store.offers import keep_offer
from parley.store.outbox import cancel_waiting
from parley.store.page_links import issue
from parley.store.readings import reading_to_text
from parley.store.rows import terms_to_json
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

# Answers go before anything that waits in bulk.
ANSWER_PRIORITY: Final = 0
# The provider of a reply that is an act on the borrower's page.
PAGE: Final = "page"
_ABOUT_AN_OFFER: Final = ("offer.", "plan.", "arrangement.missed_", *WITH_ACCOUNT)


@dataclass(frozen=True, slots=True, repr=False)
class Cause:
    """What an outcome comes of: a reply, or the act of a member of staff.

    `key` names what it brings about, so that writing it twice is impossible. `by`: how the borrower said it.
    """

    key: UUID
    talk: models.Conversation
    point: models.ContactPoint
    operator: models.Operator | None = None
    by: str = "text"


def save_outcome(
    row: models.Inbound, case: Case, outcome: Outcome, now: datetime, cost_per_segment_micro: int, vault: Vault
) -> models.Message | None:
    """Write *outcome* of reply *row*. Returns the message queued, if one was."""
    assert row.contact_point is not None and row.conversation is not None, "a turn belongs to an address and a talk"
    cause = Cause(row.id, row.conversation, row.contact_point, by=PAGE if row.provider == PAGE else "text")
    written: list[Model] = []
    if outcome.opt_out:
        written.append(refuse(cause.point, outcome.opt_out, row, now))
    if outcome.hold:
        written.append(lay_hold(case.party.borrower_id, outcome.hold, row, now))
    message = bring_about(cause, case, outcome, written, now, cost_per_segment_micro, vault)
    if outcome.pages or outcome.person_reason:
        call_person(cause, outcome, now)
    save_talk(cause.talk, outcome, now, vault)
    row.intent, row.also = outcome.intent, list(outcome.also)
    row.status, row.handled_at = "done", now
    if outcome.reading is not None:
        text = reading_to_text(outcome.reading)
        row.reading_sealed = seal_text(vault, cause.point.borrower, Sealed.INBOUND_READING, row.id, text)
    row.save(update_fields=["intent", "also", "reading_sealed", "status", "handled_at"])
    audit.record(vault, written, now)
    return message


def bring_about(
    cause: Cause,
    case: Case,
    outcome: Outcome,
    written: list[Model],
    now: datetime,
    cost_per_segment_micro: int,
    vault: Vault,
) -> models.Message | None:
    """Write what a turn and a person's act have in common; every audited row is added to *written*.

    Returns the message queued, if one was.
    """
    if outcome.cancels:
        cancel_waiting(case.party.borrower_id, promotional_only=outcome.cancels == "promotion", now=now)
    if outcome.quarantines:
        quarantine(cause.point.address_index, now)
    if outcome.is_identity_proven:
        models.ContactPoint.objects.filter(id=case.party.contact_point_id).update(
            identity_proven_at=now, confirmed_at=now, confirmed_by=BY_PROOF
        )
    offer = _offer(cause, case, outcome.offer, now) if outcome.offer is not None else None
    written += [offer] if offer is not None else []
    _after_a_plan(case, outcome, now)
    if outcome.arrangement is not None:
        written += _arrangement(cause, case, outcome.arrangement, now)
    if outcome.promise is not None:
        written.append(_promise(cause, case, outcome.promise, now))
    message = _message(cause, case, outcome, outcome.draft, offer, now, cost_per_segment_micro, vault)
    written += [message] if message is not None else []
    events = _events(cause, case, outcome, message, now)
    more: dict[str, object] = {"by": cause.by}
    if outcome.limit_rise is not None:
        more["asked_minor"] = outcome.limit_rise.asked_minor
    tell_lender(events, now, vault, more)
    written += events
    return message


def _offer(cause: Cause, case: Case, offer: NewOffer, now: datetime) -> models.OfferRecord:
    assert case.account is not None, "an offer is about an account"
    return keep_offer(offer, cause.talk, case.account.account_id, case.account.currency, now)


def _after_a_plan(case: Case, outcome: Outcome, now: datetime) -> None:
    """End the plan that the borrower ended, and keep how they say the last one was: said once, it stays."""
    if outcome.ends_plan is not None:
        plans = models.Arrangement.objects.filter(id=outcome.ends_plan, standing=Standing.ACTIVE)
        plans.update(standing=Standing.CANCELLED, ended_at=now, told_at=now, followed_at=now)
    if outcome.score is not None and case.plan is not None:
        asked = models.Arrangement.objects.filter(id=case.plan.arrangement_id, satisfaction__isnull=True)
        asked.update(satisfaction=outcome.score)


def _arrangement(cause: Cause, case: Case, agreed: NewArrangement, now: datetime) -> list[Model]:
    """Write the terms; an older arrangement of the account ends, for two cannot stand."""
    assert case.account is not None, "an arrangement is about an account"
    arrangement_id = derive_id("arrangement", str(cause.key))
    before = {"account_id": case.account.account_id, "standing": "active"}
    ended = {"standing": "cancelled", "ended_at": now, "superseded_by_id": arrangement_id}
    # Which one takes their place is known: where the lender's core refuses it, they stand again.
    models.Arrangement.objects.filter(**before).update(**ended)
    # What was still to follow one that ended by itself is over with this, and follows again with those.
    open_ends = models.Arrangement.objects.filter(
        account_id=case.account.account_id, standing__in=[Standing.KEPT, Standing.BROKEN], followed_at__isnull=True
    )
    open_ends.update(followed_at=now, superseded_by_id=arrangement_id)
    models.Promise.objects.filter(**before).update(**ended)
    arrangement = models.Arrangement.objects.create(
        id=arrangement_id,
        account_id=case.account.account_id,
        conversation=cause.talk,
        offer_id=agreed.offer_id,
        option=agreed.option,
        currency=agreed.plan.currency,
        annual_rate_bps=agreed.plan.annual_rate_bps,
        balance_minor=sum(part.principal_minor for part in agreed.plan.rows),
        total_minor=agreed.plan.total_minor,
        capacity_minor=agreed.capacity_minor,
        agreed_at=now,
        terms=terms_to_json(agreed.terms),
        recheck_on=plan_recheck_on(case.today(now), agreed.plan.rows[-1].due_on),
    )
    rows = models.ArrangementInstalment.objects.bulk_create(
        models.ArrangementInstalment(
            arrangement=arrangement,
            number=part.number,
            due_on=part.due_on,
            amount_minor=part.payment_minor,
            principal_minor=part.principal_minor,
            interest_minor=part.interest_minor,
        )
        for part in agreed.plan.rows
    )
    return [arrangement, *rows]


def _promise(cause: Cause, case: Case, made: NewPromise, now: datetime) -> models.Promise:
    assert case.account is not None, "a promise is about an account"
    models.Promise.objects.filter(account_id=case.account.account_id, standing="active").update(
        standing="cancelled", ended_at=now
    )
    return models.Promise.objects.create(
        id=derive_id("promise", str(cause.key)),
        account_id=case.account.account_id,
        conversation=cause.talk,
        currency=case.account.currency,
        amount_minor=made.amount_minor,
        due_on=made.due_on,
        made_at=now,
    )


def _message(
    cause: Cause,
    case: Case,
    outcome: Outcome,
    draft: Draft | None,
    offer: models.OfferRecord | None,
    now: datetime,
    cost_per_segment_micro: int,
    vault: Vault,
) -> models.Message | None:
    """Queue the message. One cause has one message: its id is derived from the cause's."""
    if draft is None:
        return None
    rendered = draft.rendered
    message_id = derive_id("message", "answer", str(cause.key))
    account_id = case.account.account_id if case.account is not None else None
    issue([(case.party.contact_point_id, account_id, rendered.text)], now, vault)
    offer_id = offer.id if offer is not None else (case.offer.offer_id if case.offer is not None else None)
    return models.Message.objects.create(
        id=message_id,
        borrower_id=case.party.borrower_id,
        account_id=account_id,
        contact_point_id=case.party.contact_point_id,
        conversation_id=cause.talk.id,
        in_reply_to_id=draft.answers,
        written_by=cause.operator,
        offer_id=offer_id if rendered.key.startswith(_ABOUT_AN_OFFER) else None,
        option=outcome.memory.option if rendered.key.startswith("plan.") else None,
        purpose=draft.purpose,
        template_key=rendered.key,
        template_version=rendered.version,
        language=rendered.language,
        discloses=draft.discloses,
        context=draft.context,
        body_sealed=seal_text(vault, cause.point.borrower, Sealed.MESSAGE_BODY, message_id, rendered.text),
        encoding=rendered.segments.encoding,
        segments=rendered.segments.count,
        cost_micro=rendered.segments.count * cost_per_segment_micro,
        priority=ANSWER_PRIORITY,
        created_at=now,
        not_before=draft.not_before,
        not_after=draft.not_after,
    )


def _events(
    cause: Cause, case: Case, outcome: Outcome, message: models.Message | None, now: datetime
) -> list[models.Event]:
    events = [
        models.Event(
            at=now,
            kind=happened.kind,
            borrower_id=case.party.borrower_id,
            account_id=case.account.account_id if case.account is not None else None,
            conversation_id=cause.talk.id,
            message=message,
            data=happened.data if cause.operator is None else {**happened.data, "operator": cause.operator.pk},
        )
        for happened in outcome.events
    ]
    return list(models.Event.objects.bulk_create(events))


def call_person(cause: Cause, outcome: Outcome, now: datetime) -> None:
    """Leave word for a person; a crisis pages at once. Codes only: who it is, the console shows."""
    models.Job.objects.get_or_create(
        id=derive_id("job", "page" if outcome.pages else "person", str(cause.key)),
        defaults={
            "kind": "page" if outcome.pages else "person",
            "payload": {"conversation": str(cause.talk.id), "reason": outcome.person_reason},
            "not_before": now,
            "created_at": now,
        },
    )


def save_talk(talk: models.Conversation, outcome: Outcome, now: datetime, vault: Vault) -> None:
    """Write where the talk stands, and who must look at it since when."""
    # A new danger is owed its own prompt answer, however long something else has waited.
    is_new_danger = outcome.to is State.CRISIS and talk.state != State.CRISIS
    talk.state = outcome.to
    talk.memory_sealed = seal_memory(talk, outcome.memory, vault)
    if outcome.person_reason and talk.needs_person_since is None:
        talk.needs_person_since, talk.person_reason = now, outcome.person_reason
    if outcome.person_reason and (talk.waiting_since is None or is_new_danger):
        talk.waiting_since = now
        talk.promised_at = outcome.draft.promised_at if outcome.draft is not None else None
    talk.version += 1
    # A closed thread is over: the next word of either side opens a new one. A person's threads stay open.
    if outcome.to is State.CLOSED:
        talk.closed_at = now
    talk.save()
