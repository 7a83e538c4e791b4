"""Writes what follows from an answer of the lender's core: in one transaction, once, however often it is given.

An arrangement that the core refuses is undone as if it had never been agreed: what it took the place of stands again,
with the payments that came meanwhile, and what was to follow a plan that had ended follows again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from parley.dates import add_days
from parley.engine.lender_answers import (
    Answer,
    AnswerRefusal,
    Asked,
    No,
    Said,
    may_follow,
    refuse,
    rise_answered,
    undone,
)
from parley.engine.library import Library
from parley.engine.outcome import Outcome
from parley.ids import derive_id
from parley.servicing.arrangement import InstalmentState, Standing, allocate_to_rows
from parley.store import audit, models
from parley.store.bulk import update_rows
from parley.store.cases import load_standing, open_talk
from parley.store.lender_notices import tell_lender
from parley.store.lock import borrower_lock
from parley.store.outcomes import Cause, bring_about, call_person, save_talk
from parley.store.standing import PROMISE_GRACE_DAYS
from parley.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer that was taken. `is_new`: it was not known before."""

    is_new: bool


def take_answer(
    key: UUID, said: Said, now: datetime, library: Library, cost_per_segment_micro: int, vault: Vault
) -> Taken | AnswerRefusal:
    """Take the answer to notice *key* and write all that follows; the same answer again does nothing.

    Refuses what answers nothing that was asked, or speaks against what was answered before: nothing is written then.
    """
    with transaction.atomic():
        found = models.LenderNotice.objects.filter(key=key).values_list("borrower_id", flat=True).first()
        if found is None:
            return refuse(No.UNKNOWN)
        borrower_lock([found])
        row = models.LenderNotice.objects.select_related("borrower", "conversation").get(key=key)
        if row.kind not in set(Asked):
            return refuse(No.NOT_ASKED)
        if row.answer == said.answer:
            return Taken(is_new=False)
        refused = may_follow(Asked(row.kind), row.answer, said)
        if refused is not None:
            return refused
        if row.borrower.erased_at is not None:
            return refuse(No.ERASED)
        refused = _follow(row, said, now, library, cost_per_segment_micro, vault)
        if refused is not None:
            transaction.set_rollback(True)
            return refused
        row.answer, row.answer_reason, row.answered_at = said.answer, said.reason, now
        row.save(update_fields=["answer", "answer_reason", "answered_at"])
        return Taken(is_new=True)


def _follow(
    row: models.LenderNotice, said: Said, now: datetime, library: Library, cost_per_segment_micro: int, vault: Vault
) -> AnswerRefusal | None:
    written: list[Model] = []
    if row.kind == Asked.ARRANGEMENT:
        assert row.subject is not None, "an agreed arrangement is named"
        plan = models.Arrangement.objects.get(id=row.subject)
        if said.answer is Answer.ACCEPTED or plan.standing != Standing.ACTIVE:
            # Nothing to undo: it was accepted, or has ended by itself.
            _note(row, f"arrangement.core_{said.answer}", said, now, vault)
            return None
        _undo(plan, now, vault)
    talk = _talk_of(row, now)
    case = load_standing(talk, talk.contact_point, now, vault)
    if row.kind == Asked.ARRANGEMENT:
        outcome: Outcome | AnswerRefusal = undone(case, said, now, library)
    else:
        outcome = rise_answered(case, said, now, library)
    if isinstance(outcome, AnswerRefusal):
        return outcome
    cause = Cause(derive_id("lender_answer", str(row.key), said.answer), talk, talk.contact_point)
    bring_about(cause, case, outcome, written, now, cost_per_segment_micro, vault)
    if outcome.person_reason:
        call_person(cause, outcome, now)
    save_talk(talk, outcome, now, vault)
    audit.record(vault, written, now)
    return None


def _talk_of(row: models.LenderNotice, now: datetime) -> models.Conversation:
    """Return the thread of the notice; where that is over, the open one of the same address."""
    assert row.conversation_id is not None, "what is asked was talked about"
    talks = models.Conversation.objects.select_related("contact_point__borrower", "borrower")
    talk = talks.get(id=row.conversation_id)
    if talk.closed_at is None:
        return talk
    return open_talk(talk.contact_point, row.account_id, now)


def _note(row: models.LenderNotice, kind: str, said: Said, now: datetime, vault: Vault) -> None:
    event = models.Event.objects.create(
        at=now,
        kind=kind,
        borrower_id=row.borrower_id,
        account_id=row.account_id,
        conversation_id=row.conversation_id,
        data={"reason": said.reason},
    )
    audit.record(vault, [event], now)


def _undo(plan: models.Arrangement, now: datetime, vault: Vault) -> None:
    """Take *plan* back, and let what it took the place of be as it was before, with what was paid meanwhile.

    What the core has refused as well is taken back with it.
    """
    models.Arrangement.objects.filter(id=plan.id).update(standing=Standing.REFUSED, ended_at=now)
    again = {"standing": Standing.ACTIVE, "ended_at": None, "superseded_by": None}
    paid = list(
        models.Payment.objects.filter(account_id=plan.account_id, received_at__gte=plan.agreed_at).order_by(
            "paid_on", "id"
        )
    )
    for promise in models.Promise.objects.filter(superseded_by=plan):
        promise.paid_minor += sum(
            one.amount_minor for one in paid if one.paid_on <= add_days(promise.due_on, PROMISE_GRACE_DAYS)
        )
        models.Promise.objects.filter(id=promise.id).update(paid_minor=promise.paid_minor, **again)
    for before in models.Arrangement.objects.filter(superseded_by=plan).select_related("account"):
        if _is_refused(before):
            _undo(before, now, vault)
            continue
        _pay(before, paid)
        if before.standing != Standing.CANCELLED:
            models.Arrangement.objects.filter(id=before.id).update(followed_at=None, superseded_by=None)
            continue
        models.Arrangement.objects.filter(id=before.id).update(**again)
        event = models.Event.objects.create(
            at=now,
            kind="arrangement.restored",
            borrower_id=plan.account.borrower_id,
            account_id=plan.account_id,
            conversation_id=before.conversation_id,
        )
        audit.record(vault, [event], now)
        tell_lender([event], now, vault)


def _is_refused(plan: models.Arrangement) -> bool:
    """Say whether the core refused *plan* when another stood in its place already: there was nothing to undo then."""
    return models.LenderNotice.objects.filter(
        kind=Asked.ARRANGEMENT, subject=plan.id, answer=Answer.REFUSED, account_id=plan.account_id
    ).exists()


def _pay(plan: models.Arrangement, payments: list[models.Payment]) -> None:
    """Put on *plan* what came while another stood in its place."""
    rows = list(models.ArrangementInstalment.objects.filter(arrangement=plan).order_by("number"))
    states = tuple(InstalmentState(row.due_on, row.amount_minor, row.paid_minor, row.cleared_on) for row in rows)
    for one in payments:
        states, _ = allocate_to_rows(states, one.amount_minor, one.paid_on)
    for row, state in zip(rows, states, strict=True):
        row.paid_minor, row.cleared_on = state.paid_minor, state.cleared_on
    update_rows(rows, ["paid_minor", "cleared_on"])
