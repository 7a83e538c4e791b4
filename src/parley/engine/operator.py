"""A person acts on a thread: (case, act, who, now) → outcome or refusal. Pure; the store carries it out.

| act | needs | leads to |
|---|---|---|
| take over, assign | nobody else holds it; a lead may take it from others | the machine is silent |
| reply, offer | the thread in one's hands; the gate | a text in the outbox, and still with the person |
| read back, agree | the borrower on the phone, an offer that stands | an arrangement on the borrower's spoken word |
| note, call | nothing: facts are written down | a call that reached the borrower answers what waited |
| language, hold, release | the thread in one's hands (a hold may be laid on by anybody) | |
| hand back | no hold, no STOP, right number | the machine goes on where the talk stands |
| close | no open crisis, dispute, complaint or fraud claim | over; the next word opens another thread |

A text of a person's goes through the same gate; that a person holds the thread is the one hold that does not bind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from parley.contact.facts import Discloses, Hold, OptOutScope
from parley.contact.gate import Decision, Refused, decide
from parley.dates import start_of_day
from parley.engine import acts
from parley.engine.acts import Act, ActRefusal, CallOutcome, Direction, No, Operator, refuse, refuse_by_gate
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import Case
from parley.engine.drafting import compute_offer, make_draft, will_leave
from parley.engine.library import Library
from parley.engine.outcome import DeskChange, Draft, Happened, NewArrangement, NewCall, NewHold, NewOffer, Outcome
from parley.engine.plan_terms import plan_terms
from parley.engine.signposting import standing, tells_of_advice
from parley.engine.wording import Saying, template_key
from parley.ids import derive_id
from parley.negotiation.levers import Role
from parley.negotiation.menu import NoPlan, Why
from parley.negotiation.moves import Memory, Move
from parley.negotiation.state import ENDED, State, next_states_by_person
from parley.purpose import Channel, Purpose
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.schedule import Schedule

Decided: TypeAlias = Outcome | ActRefusal

# A call is the occasion of what is agreed on it for so long.
CALL_MINUTES: Final = 60
LONGEST_NOTE_CHARACTERS: Final = 4_000
# What these are where they answer no message of the borrower.
_UNASKED: Final = {"offer": Purpose.PLAN_OFFER, "plan.agreed": Purpose.SERVICING}
# Matters that are settled before a thread may be closed.
_TO_SETTLE: Final = frozenset({Hold.CRISIS, Hold.DISPUTE, Hold.COMPLAINT, Hold.FRAUD_CLAIM})
# The state that a hold has of its own, left when the last hold of the kind goes.
_STATE_OF_HOLD: Final = {Hold.CRISIS: State.CRISIS, Hold.DISPUTE: State.DISPUTED}


def decide_act(case: Case, act: Act, by: Operator, now: datetime, library: Library) -> Decided:
    """Return what *act* of *by* leads to on *case* at *now*, or why not. Same arguments, same decision."""
    if case.talk.state is State.CLOSED and not isinstance(act, acts.ON_CLOSED):
        return refuse(No.CLOSED)
    decided = _DECIDERS[type(act)](case, act, by, now, library)
    if isinstance(decided, Outcome):
        steps = next_states_by_person(case.talk.state)
        assert decided.to in steps, f"no person leads from {case.talk.state} to {decided.to}"
    return decided


def may_call(case: Case, now: datetime, library: Library) -> Decision:
    """Return what the gate says to a telephone call to the borrower now, before it is placed."""
    answering = _answering(case, now, library)
    today = case.today(now)
    facts = contact_facts(
        case.party,
        case.account,
        case.record,
        purpose=_call_purpose(case, answering, today),
        # Who answers is asked for proof before anything is said.
        discloses=Discloses.NOTHING,
        now=now,
        today=today,
        actor=library.lender.actor,
        is_proven=_is_proven(case, now, library),
        in_collection_days=library.in_collection_days,
        also_held=case.desk.also_held,
        answering=answering,
        is_by_person=True,
        channel=Channel.CALL,
    )
    return decide(facts, library.rulebook, library.gate)


def _call_purpose(case: Case, answering: Answering | None, today: date) -> Purpose:
    """Return what a call is for: help in danger, an answer, collection of what is late, else servicing."""
    if any(one.kind is Hold.CRISIS for one in case.record.holds):
        # Only a person may speak next, and must: no hour and no cap keeps them from it.
        return Purpose.CRISIS_REPLY
    if answering is not None:
        return Purpose.NEGOTIATION_REPLY
    is_late = case.account is not None and days_past_due(case.account.dues, today) > 0
    return Purpose.COLLECTION if is_late else Purpose.SERVICING


def sayings(case: Case, now: datetime, library: Library) -> Iterator[str]:
    """Give the keys of the texts that a person may send on *case*; the gate has not been asked."""
    for key, entry in library.catalogue.entries.items():
        if entry.by_person is not None and _fits(key, case, now, library):
            yield key


def preview(case: Case, act: acts.Reply | acts.Offer, by: Operator, now: datetime, library: Library) -> Decided:
    """Return what *act* would lead to, whoever holds the thread: for showing the text before it is sent."""
    return decide_act(replace(case, desk=replace(case.desk, holder=by.operator_id)), act, by, now, library)


def _outcome(case: Case, kind: str, data: dict[str, object], **more: Any) -> Outcome:  # noqa: ANN401 - fields of Outcome
    """Return an outcome that leaves the talk as it is but for *more*, with the event of *kind*."""
    values: dict[str, Any] = {"to": case.talk.state, "memory": case.talk.memory} | more
    return Outcome(intent="", also=(), events=(Happened(kind, data),), **values)


def _is_proven(case: Case, now: datetime, library: Library) -> bool:
    return is_identity_fresh(case.party.identity_proven_at, now, library.identity_fresh_days)


def _answering(case: Case, now: datetime, library: Library) -> Answering | None:
    """Return the reply of the borrower that a contact now answers: nobody has yet, and it is not too long ago."""
    desk = case.desk
    if desk.unanswered_id is None or desk.unanswered_at is None:
        return None
    in_time = now - desk.unanswered_at <= timedelta(minutes=library.gate.reply_minutes)
    return Answering(desk.unanswered_id, desk.unanswered_at) if in_time else None


def _not_mine(case: Case, by: Operator) -> ActRefusal | None:
    """Refuse where the thread is not in the hands of *by*; one that is over is in nobody's."""
    if case.desk.holder == by.operator_id or case.talk.state is State.CLOSED:
        return None
    return refuse(No.NOT_HELD if case.desk.holder is None else No.HELD_BY_OTHER)


def _take_over(case: Case, _act: acts.TakeOver, by: Operator, _now: datetime, _library: Library) -> Decided:
    if case.desk.holder == by.operator_id:
        return refuse(No.HELD_ALREADY)
    if case.desk.holder is not None and not by.may_assign:
        return refuse(No.HELD_BY_OTHER)
    return _given(case, "taken_over", {}, by.operator_id)


def _assign(case: Case, act: acts.Assign, by: Operator, _now: datetime, _library: Library) -> Decided:
    if not by.may_assign:
        return refuse(No.ROLE)
    if case.desk.holder == act.to:
        return refuse(No.HELD_ALREADY)
    return _given(case, "assigned", {"to": act.to}, act.to)


def _given(case: Case, kind: str, data: dict[str, object], to: int) -> Outcome:
    """Return the outcome of a thread given to somebody: the machine falls silent on it."""
    state = case.talk.state
    return _outcome(
        case,
        kind,
        data,
        to=state if state in ENDED else State.WITH_PERSON,
        person_reason="" if case.talk.needs_person else "taken_over",
        desk=DeskChange(assigns=to),
    )


def _fits(key: str, case: Case, now: datetime, library: Library) -> bool:
    """Say whether the case has what the text speaks of, and is of the country it is for."""
    account = case.account
    if key.startswith("identity.ask"):
        return key == template_key(Move(case.talk.state, "identity.ask"), case, (), library.lender)
    if str(library.catalogue.entry(key).discloses) != Discloses.DEBT:
        return True
    if account is None or account.balance.total == 0:
        return False
    return key != "capacity.ask" or arrears_minor(account.dues, case.today(now)) > 0


def _reply(case: Case, act: acts.Reply, by: Operator, now: datetime, library: Library) -> Decided:
    entry = library.catalogue.entries.get(act.key)
    if entry is None or entry.by_person is None:
        return refuse(No.NOT_A_REPLY)
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    if not _fits(act.key, case, now, library):
        return refuse(No.DOES_NOT_FIT)
    draft = _said(case, act.key, case.talk.memory, (), entry.by_person, now, library)
    if not will_leave(draft):
        assert isinstance(draft.decision, Refused), "what may not leave was refused"
        return refuse_by_gate(draft.decision)
    advised = case.talk.memory.advised or tells_of_advice(draft.rendered.text, case, library.lender)
    memory = case.talk.memory.but(advised=advised)
    change = DeskChange(is_answered=True)
    return _outcome(case, "person.answered", {"say": act.key}, draft=draft, memory=memory, desk=change)


def _said(
    case: Case,
    key: str,
    memory: Memory,
    plans: tuple[Schedule, ...],
    unasked: Purpose,
    now: datetime,
    library: Library,
) -> Draft:
    """Return the text of *key* as a person sends it: an answer where the borrower waits for one, else *unasked*."""
    answering = _answering(case, now, library)
    saying = Saying(
        *(case.party, case.account, case.today(now), memory, plans, case.talk.last_context),
        advised=bool(standing(case, memory)),
    )
    return make_draft(
        case,
        key,
        saying,
        now,
        library,
        purpose=library.catalogue.entry(key).purpose if answering is not None else unasked,
        is_proven=_is_proven(case, now, library),
        answering=answering,
        is_by_person=True,
    )


def _offer(case: Case, act: acts.Offer, by: Operator, now: datetime, library: Library) -> Decided:
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    if case.account is None:
        return refuse(No.NO_ACCOUNT)
    if case.account.balance.total == 0:
        return refuse(No.NO_DEBT)
    today, role = case.today(now), Role.LEAD if by.may_assign else Role.AGENT
    late = days_past_due(case.account.dues, today)
    last_on = library.policy.latest_start_on(case.account.product, late, today, role)
    if not today < act.first_due_on <= last_on:
        return refuse(No.FIRST_DAY, last_on=last_on)
    offer_id = derive_id("offer", str(case.talk.conversation_id), str(case.desk.version))
    made = compute_offer(case, act.capacity_minor, act.first_due_on, offer_id, now, library, role)
    if isinstance(made, NoPlan) and made.why is Why.COUNT:
        return refuse(No.MANY_PLANS)
    if isinstance(made, NoPlan):
        return refuse(No.NOTHING_FITS, needed_minor=made.needed_minor)
    memory = case.talk.memory.but(
        capacity_minor=act.capacity_minor, first_due_on=act.first_due_on, offer_id=str(offer_id), option=None
    )
    return _offered(case, act, made, memory, now, library)


def _offered(case: Case, act: acts.Offer, made: NewOffer, memory: Memory, now: datetime, library: Library) -> Decided:
    data: dict[str, object] = {
        "options": len(made.menu.plans),
        "is_floor": made.menu.is_floor,
        "by": "text" if act.is_sent else "phone",
    }
    if not act.is_sent:
        return _outcome(case, "offer.made", data, memory=memory, offer=made)
    plans = made.menu.plans
    key = template_key(Move(case.talk.state, "offer"), case, plans, library.lender)
    draft = _said(case, key, memory, plans, _UNASKED["offer"], now, library)
    if not will_leave(draft):
        assert isinstance(draft.decision, Refused), "what may not leave was refused"
        return refuse_by_gate(draft.decision)
    return _outcome(case, "offer.made", data, memory=memory, offer=made, draft=draft, desk=DeskChange(is_answered=True))


def _spoken_plan(case: Case, option: int, by: Operator, now: datetime) -> ActRefusal | Schedule:
    """Return the plan that is spoken about on the phone; refused without a call, an offer, or this option."""
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    spoken = case.desk.spoken
    is_on_phone = (
        spoken is not None
        and spoken.operator_id == by.operator_id
        and now - spoken.at <= timedelta(minutes=CALL_MINUTES)
    )
    if not is_on_phone:
        return refuse(No.NOT_ON_PHONE)
    if case.offer is None or not 0 <= option < len(case.offer.plans):
        return refuse(No.NO_OFFER)
    return case.offer.plans[option]


def _read_back(case: Case, act: acts.ReadBack, by: Operator, now: datetime, _library: Library) -> Decided:
    plan = _spoken_plan(case, act.option, by, now)
    if isinstance(plan, ActRefusal):
        return plan
    memory = case.talk.memory.but(option=act.option, read_on_phone=_read_mark(case, act.option))
    return _outcome(case, "plan.read_back", {"option": act.option + 1, "by": "phone"}, memory=memory)


def _read_mark(case: Case, option: int) -> str:
    """Name the plan that was read out, by its offer and in which call: a yes is a yes to that and nothing else."""
    assert case.offer is not None and case.desk.spoken is not None, "a plan is read out on the phone"
    return f"{case.offer.offer_id}/{option}/{case.desk.spoken.call_id}"


def _agree(case: Case, act: acts.Agree, by: Operator, now: datetime, library: Library) -> Decided:
    plan = _spoken_plan(case, act.option, by, now)
    if isinstance(plan, ActRefusal):
        return plan
    if case.talk.memory.read_on_phone != _read_mark(case, act.option):
        return refuse(No.NOT_READ_BACK)
    assert case.offer is not None and case.desk.spoken is not None, "just looked at"
    offer, memory = case.offer, case.talk.memory.but(unclear=0, goal="", read_on_phone="")
    draft = _said(case, "plan.agreed", memory, offer.plans, _UNASKED["plan.agreed"], now, library)
    leaves = will_leave(draft)
    terms = plan_terms(plan, case.party.jurisdiction, case.today(now), library)
    data: dict[str, object] = {
        "by": "phone",
        "call": str(case.desk.spoken.call_id),
        "option": act.option + 1,
        "confirmed_by_text": leaves,
    }
    # The spoken word holds whether or not a text about it may go out.
    return _outcome(
        case,
        "arrangement.agreed",
        data,
        memory=memory,
        arrangement=NewArrangement(offer.offer_id, act.option, plan, offer.capacity_minor, terms),
        draft=draft if leaves else None,
        cancels="all",
        desk=DeskChange(is_answered=True),
    )


def _note(case: Case, act: acts.Note, _by: Operator, _now: datetime, _library: Library) -> Decided:
    text = act.text.strip()
    if not text:
        return refuse(No.NO_TEXT)
    if len(text) > LONGEST_NOTE_CHARACTERS:
        return refuse(No.TOO_LONG)
    return _outcome(case, "person.noted", {}, desk=DeskChange(note=text))


def _log_call(case: Case, act: acts.LogCall, _by: Operator, now: datetime, library: Library) -> Decided:
    is_reached = act.outcome is CallOutcome.REACHED
    if act.is_identity_checked and not is_reached:
        return refuse(No.DOES_NOT_FIT)
    decision = may_call(case, now, library) if act.direction is Direction.OUT else None
    call = NewCall(act.direction, act.outcome, _effective(decision), decision)
    data: dict[str, object] = {"direction": act.direction.value, "outcome": act.outcome.value}
    called = _outcome(case, "person.called", data, desk=DeskChange(call=call, is_answered=is_reached))
    if act.outcome is CallOutcome.WRONG_NUMBER and act.direction is Direction.OUT:
        to = State.CLOSED if case.talk.state is State.CLOSED else State.WRONG_PERSON
        told = (*called.events, Happened("number.quarantined", {"by": "phone"}))
        return replace(called, to=to, events=told, quarantines=True, cancels="all")
    if act.is_identity_checked:
        told = (*called.events, Happened("identity.proven", {"by": "phone"}))
        return replace(called, events=told, is_identity_proven=True)
    return called


def _effective(decision: Decision | None) -> Purpose:
    """Return what a call counts as: what the gate took it for; of the borrower's own call, servicing."""
    return decision.case.question.purpose if decision is not None else Purpose.SERVICING


def _change_language(case: Case, act: acts.ChangeLanguage, by: Operator, _now: datetime, _library: Library) -> Decided:
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    if act.language is case.party.language:
        return refuse(No.SAME_LANGUAGE)
    data: dict[str, object] = {"from": case.party.language.value, "to": act.language.value}
    return _outcome(case, "language.changed", data, desk=DeskChange(language=act.language))


def _lay_hold(case: Case, act: acts.LayHold, _by: Operator, now: datetime, _library: Library) -> Decided:
    if act.kind not in acts.LAID_BY_PERSON:
        return refuse(No.NOT_A_HOLD)
    if act.until_on is not None and act.until_on <= case.today(now):
        return refuse(No.HOLD_DAY)
    if act.began_on is not None and act.began_on > case.today(now):
        return refuse(No.HOLD_BEGAN)
    if any(one.kind is act.kind for one in case.record.holds):
        return refuse(No.HOLD_STANDS)
    zone = case.party.zones[0] if case.party.zones else "UTC"
    until_at = start_of_day(act.until_on, zone) if act.until_on is not None else None
    is_danger = act.kind is Hold.CRISIS and case.talk.state is not State.CLOSED
    return _outcome(
        case,
        "hold.laid",
        {"kind": act.kind.value},
        to=State.CRISIS if is_danger else case.talk.state,
        cancels="all",
        person_reason="crisis" if is_danger else "",
        desk=DeskChange(lays=NewHold(act.kind, until_at, act.began_on)),
    )


def _release_hold(case: Case, act: acts.ReleaseHold, by: Operator, _now: datetime, _library: Library) -> Decided:
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    found = next((one for one in case.record.holds if one.hold_id == act.hold_id), None)
    if found is None:
        return refuse(No.NOT_A_HOLD)
    left = [one.kind for one in case.record.holds if one is not found]
    is_last = _STATE_OF_HOLD.get(found.kind) is case.talk.state and found.kind not in left
    return _outcome(
        case,
        "hold.released",
        {"kind": found.kind.value, "reason": act.reason.value},
        to=State.WITH_PERSON if is_last else case.talk.state,
        desk=DeskChange(releases=act.hold_id),
    )


def _hand_back(case: Case, _act: acts.HandBack, by: Operator, now: datetime, library: Library) -> Decided:
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    if any(one.kind is not Hold.PLAN_ACTIVE for one in case.record.holds) or case.talk.state is State.CRISIS:
        return refuse(No.HOLD_STANDS)
    if any(one.scope is OptOutScope.ALL for one in case.record.opt_outs) or case.talk.state is State.OPTED_OUT:
        return refuse(No.STOPPED)
    if Hold.WRONG_NUMBER in case.desk.also_held or case.talk.state is State.WRONG_PERSON:
        return refuse(No.WRONG_NUMBER)
    is_proven = _is_proven(case, now, library)
    if case.talk.state is State.LOCKED and not is_proven:
        return refuse(No.IDENTITY_LOCKED)
    to = _resumed(case, is_proven=is_proven)
    # What made the machine give up before must not at once do so again.
    memory = case.talk.memory.but(turns=0, unclear=0, identity_tries=0, declined=False, asked_minor=None)
    change = DeskChange(is_freed=True, is_answered=True, clears_person=True)
    return _outcome(case, "handed_back", {"to": to.value}, to=to, memory=memory, desk=change)


def _resumed(case: Case, *, is_proven: bool) -> State:
    """Return the state in which the machine understands the next reply as it is meant."""
    if case.desk.has_arrangement:
        return State.AGREED
    if case.desk.has_promise:
        return State.PROMISED
    if not is_proven:
        return State.IDENTIFY if case.talk.last_context == "identity" else State.NOTIFIED
    if case.offer is not None:
        return State.OFFER
    return State.CAPACITY if case.talk.last_context == "capacity" else State.NOTIFIED


def _close(case: Case, act: acts.Close, by: Operator, _now: datetime, _library: Library) -> Decided:
    not_mine = _not_mine(case, by)
    if not_mine is not None:
        return not_mine
    if any(one.kind in _TO_SETTLE for one in case.record.holds):
        return refuse(No.HOLD_STANDS)
    change = DeskChange(is_freed=True, is_answered=True, clears_person=True)
    return _outcome(case, "closed", {"reason": act.reason.value}, to=State.CLOSED, desk=change)


# Each function takes the act it stands under; the table is what pairs them, so the value type is open.
_DECIDERS: Final[dict[type[Act], Callable[[Case, Any, Operator, datetime, Library], Decided]]] = {
    acts.TakeOver: _take_over,
    acts.Assign: _assign,
    acts.Reply: _reply,
    acts.Offer: _offer,
    acts.ReadBack: _read_back,
    acts.Agree: _agree,
    acts.Note: _note,
    acts.LogCall: _log_call,
    acts.ChangeLanguage: _change_language,
    acts.LayHold: _lay_hold,
    acts.ReleaseHold: _release_hold,
    acts.HandBack: _hand_back,
    acts.Close: _close,
}
