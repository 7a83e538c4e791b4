"""One reply in, one outcome out: read → move → menu → words → gate. The only path from a borrower to a decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from parley.contact.gate import GateSettings, Permit, decide
from parley.dates import add_days
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import Case, Inbound
from parley.engine.lender import Lender
from parley.engine.outcome import Draft, Happened, NewArrangement, NewOffer, NewPromise, Outcome
from parley.engine.wording import Saying, render, template_key
from parley.ids import derive_id
from parley.messaging.catalogue import Catalogue
from parley.negotiation.dialogue import Standing, next_move
from parley.negotiation.menu import Facts, Menu, build_menu
from parley.negotiation.moves import Act, Move
from parley.negotiation.policy import Policy
from parley.negotiation.state import NEEDS_PERSON, State, next_states
from parley.nlu.lexicon import Lexicon
from parley.nlu.read import read
from parley.nlu.reading import Intent, Reading, ReadingContext
from parley.nlu.urgent import scan
from parley.rulebook.book import Rulebook
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.schedule import Schedule

# An answer is worth sending for so long; after that the talk has moved on and a person looks.
ANSWER_HOURS: Final = 24
# A warning not to send card numbers takes the place of these.
_MAY_GIVE_WAY: Final = frozenset({"identity.ask", "identity.retry", "unclear.ask_back"})


@dataclass(frozen=True, slots=True)
class Library:
    """What the engine knows by heart: catalogue, lexicon, rulebook, policy, the lender; loaded once."""

    catalogue: Catalogue
    lexicon: Lexicon
    rulebook: Rulebook
    policy: Policy
    lender: Lender
    identity_tries: int
    identity_fresh_days: int
    gate: GateSettings


def turn(case: Case, inbound: Inbound, now: datetime, library: Library) -> Outcome:
    """Return the outcome of *inbound* for *case* at *now*. Same arguments, same outcome."""
    reading = _understood(case, inbound, now, library)
    is_proven = is_identity_fresh(case.party.identity_proven_at, now, library.identity_fresh_days)
    standing = _standing(case, inbound, now, library, is_proven=is_proven)
    move = next_move(case.talk.state, case.talk.memory, reading, standing, library.policy)
    assert move.to in next_states(case.talk.state), f"{case.talk.state} does not lead to {move.to}"
    if inbound.was_redacted and move.say in _MAY_GIVE_WAY:
        move = replace(move, say="redacted.card")
    return _carry_out(case, inbound, now, library, reading, move)


def _understood(case: Case, inbound: Inbound, now: datetime, library: Library) -> Reading:
    """Read the reply; what the door found to be an identity answer is one, though its words are not kept."""
    reading = read(inbound.text, context_of(case, now), library.lexicon)
    if inbound.identity_answer and reading.intent is Intent.OTHER:
        return replace(reading, intent=Intent.IDENTITY_ANSWER, oos=False)
    return reading


def context_of(case: Case, now: datetime) -> ReadingContext:
    """Return what the reader may know of *case* beside the words."""
    options = tuple(str(n + 1) for n in range(len(case.offer.plans))) if case.offer is not None else ()
    return ReadingContext(
        last_message=case.talk.last_context or None,
        now=now,
        zone=case.party.zones[0] if case.party.zones else "UTC",
        locale=case.party.locale,
        currency=case.account.currency if case.account is not None else "USD",
        options=options,
    )


def _standing(case: Case, inbound: Inbound, now: datetime, library: Library, *, is_proven: bool) -> Standing:
    today = case.today(now)
    account = case.account
    return Standing(
        today=today,
        currency=account.currency if account is not None else "USD",
        is_proven=is_proven,
        identity_answer="" if is_proven else inbound.identity_answer,
        identity_tries=library.identity_tries,
        owes=account is not None and account.balance.total > 0,
        arrears_minor=arrears_minor(account.dues, today) if account is not None else 0,
        balance_minor=account.balance.total if account is not None else 0,
        options=len(case.offer.plans) if case.offer is not None else 0,
        stop_scope=scan(inbound.text, library.lexicon).stop_scope,
        context=case.talk.last_context,
    )


def _carry_out(case: Case, inbound: Inbound, now: datetime, library: Library, reading: Reading, move: Move) -> Outcome:
    """Turn a move into an outcome: compute the menu, choose the words, ask the gate."""
    offer = None
    plans = case.offer.plans if case.offer is not None else ()
    if Act.OFFER in move.acts:
        move, offer = _offer(case, inbound, now, library, move)
        plans = offer.menu.plans if offer is not None else ()
    draft = _draft(case, inbound, now, library, move, plans)
    outcome = Outcome(
        to=move.to,
        memory=move.memory,
        intent=str(reading.intent),
        also=tuple(str(intent) for intent in reading.also),
        events=_events(move, reading, offer),
        draft=draft,
        offer=offer,
        arrangement=_arrangement(case, move, plans),
        promise=_promise(move),
        hold=move.hold,
        opt_out="all" if Act.OPT_OUT in move.acts else "promotion" if Act.OPT_OUT_PROMOTION in move.acts else "",
        person_reason=move.person or ("state" if move.to in NEEDS_PERSON else ""),
        is_identity_proven=Act.PROVE_IDENTITY in move.acts,
        quarantines=Act.QUARANTINE in move.acts,
        cancels="all" if Act.CANCEL_WAITING in move.acts else "promotion" if Act.OPT_OUT_PROMOTION in move.acts else "",
        pages=Act.PAGE_PERSON in move.acts,
    )
    if draft is not None and not _will_leave(draft) and not outcome.person_reason:
        # The answer may not go out while it is worth sending: a person decides how to reach the borrower.
        return replace(outcome, to=_with_person(case.talk.state), person_reason="answer_refused")
    return outcome


def _will_leave(draft: Draft) -> bool:
    """Say whether the gate lets the answer out now, or at an hour at which it is still an answer."""
    decision = draft.decision
    return isinstance(decision, Permit) or (decision.retry_at is not None and decision.retry_at <= draft.not_after)


def _with_person(state: State) -> State:
    return State.WITH_PERSON if State.WITH_PERSON in next_states(state) else state


def _offer(case: Case, inbound: Inbound, now: datetime, library: Library, move: Move) -> tuple[Move, NewOffer | None]:
    """Compute the menu for what the borrower said; where nothing fits a person takes over, with advice."""
    assert case.account is not None and move.memory.capacity_minor is not None, "a menu needs a debt and a capacity"
    today, account, policy = case.today(now), case.account, library.policy
    facts = Facts(
        product=account.product,
        currency=account.currency,
        balance_minor=account.balance.total,
        contract_rate_bps=account.annual_rate_bps,
        days_past_due=days_past_due(account.dues, today),
        capacity_minor=move.memory.capacity_minor,
        first_due_on=move.memory.first_due_on or add_days(today, policy.first_payment_days),
    )
    menu = build_menu(facts, policy, library.rulebook.hash)
    if not isinstance(menu, Menu):
        nothing = Move(State.WITH_PERSON, "offer.none", (Act.CANCEL_WAITING,), move.memory, "hardship", "nothing_fits")
        return nothing, None
    offer_id = derive_id("offer", str(inbound.inbound_id))
    memory = move.memory.but(offer_id=str(offer_id), option=None)
    expires_at = now + timedelta(days=policy.valid_days)
    return replace(move, memory=memory), NewOffer(offer_id, menu, facts.capacity_minor, expires_at)


def _draft(
    case: Case, inbound: Inbound, now: datetime, library: Library, move: Move, plans: tuple[Schedule, ...]
) -> Draft | None:
    if not move.say:
        return None
    key = template_key(move, case, plans, library.lender)
    entry = library.catalogue.entry(key)
    saying = Saying(
        case.party,
        case.account,
        case.today(now),
        move.memory,
        plans,
        case.talk.last_context,
        due_on=move.memory.promise_due_on if key.startswith("promise.") else None,
    )
    rendered = render(key, saying, library.lender, library.catalogue)
    is_proven = Act.PROVE_IDENTITY in move.acts or is_identity_fresh(
        case.party.identity_proven_at, now, library.identity_fresh_days
    )
    facts = contact_facts(
        case.party,
        case.account,
        case.record,
        purpose=entry.purpose,
        discloses=str(entry.discloses),
        now=now,
        today=case.today(now),
        actor=library.lender.actor,
        is_proven=is_proven,
        answering=Answering(inbound.inbound_id, inbound.received_at),
    )
    decision = decide(facts, library.rulebook, library.gate)
    return Draft(
        rendered=rendered,
        purpose=entry.purpose,
        discloses=str(entry.discloses),
        context=_subject(move, str(entry.context)),
        not_before=now,
        not_after=now + timedelta(hours=ANSWER_HOURS),
        decision=decision,
    )


def _subject(move: Move, context: str) -> str:
    """Return what our text leaves the talk about: a question answered in between leaves what was asked before."""
    return "none" if move.say == "info.balance" and move.to is not State.NOTIFIED else context


def _arrangement(case: Case, move: Move, plans: tuple[Schedule, ...]) -> NewArrangement | None:
    if Act.AGREE not in move.acts:
        return None
    assert case.offer is not None and move.memory.option is not None, "an arrangement follows a chosen plan"
    plan = plans[move.memory.option]
    return NewArrangement(case.offer.offer_id, move.memory.option, plan, case.offer.capacity_minor)


def _promise(move: Move) -> NewPromise | None:
    if Act.PROMISE not in move.acts:
        return None
    amount, due_on = move.memory.promise_minor, move.memory.promise_due_on
    assert amount is not None and due_on is not None, "a promise has an amount and a day"
    return NewPromise(amount, due_on)


def _events(move: Move, reading: Reading, offer: NewOffer | None) -> tuple[Happened, ...]:
    """Return what is worth a line in the record; codes and counts only."""
    events = [Happened("turn", {"intent": str(reading.intent), "to": str(move.to), "say": move.say})]
    if offer is not None:
        events.append(Happened("offer.made", {"options": len(offer.menu.plans), "is_floor": offer.menu.is_floor}))
    deeds = {
        Act.PROVE_IDENTITY: "identity.proven",
        Act.AGREE: "arrangement.agreed",
        Act.PROMISE: "promise.made",
        Act.OPT_OUT: "opted_out",
        Act.OPT_OUT_PROMOTION: "opted_out.promotion",
        Act.QUARANTINE: "number.quarantined",
        Act.PAGE_PERSON: "crisis",
    }
    events += [Happened(kind) for act, kind in deeds.items() if act in move.acts]
    if move.person:
        events.append(Happened("handed_over", {"reason": move.person}))
    return tuple(events)
