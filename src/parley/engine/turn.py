"""One reply in, one outcome out: read → move → menu → words → gate. The only path from a borrower to a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parley.engine.asking import Answering, is_identity_fresh
from parley.engine.at_once import at_once_in
from parley.engine.budgets import bands_of, budget_of, budgeting_of, told_in
from parley.engine.case import Case, Inbound
from parley.engine.drafting import compute_offer, make_draft, will_leave
from parley.engine.identity import NOT_KNOWN, ONE, UNSURE
from parley.engine.library import Library
from parley.engine.limit_rise import limit_rise_of, may_ask_limit_rise
from parley.engine.outcome import Draft, Happened, NewArrangement, NewLimitRise, NewOffer, NewPromise, Outcome
from parley.engine.pay_day import PayDay, pay_day_in
from parley.engine.plan_terms import plan_terms
from parley.engine.service import Promise, promise
from parley.engine.signposting import brought_up, standing, tells_of_advice
from parley.engine.stated import WITH_ACCOUNT, owed_of
from parley.engine.wording import BUDGET_TEXTS, Saying, template_key
from parley.ids import derive_id
from parley.money import MINOR_DIGITS, divide_up
from parley.negotiation.after_agreement import RECHECK, SATISFACTION
from parley.negotiation.after_words import after_words
from parley.negotiation.at_budget import statement_of
from parley.negotiation.budget.answers import Answer
from parley.negotiation.budget.questions import Ask
from parley.negotiation.dialogue import next_move
from parley.negotiation.levers import Confirm, Role
from parley.negotiation.menu import NoPlan
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.plain_yes import is_plain_yes
from parley.negotiation.standing import Standing
from parley.negotiation.state import NEEDS_PERSON, State, next_states
from parley.nlu.read import read
from parley.nlu.reading import EXACT, Intent, Reading, ReadingContext
from parley.nlu.urgent import scan
from parley.nlu.wishes import Wish, wishes
from parley.purpose import Purpose
from parley.servicing.account import Account
from parley.servicing.delinquency import arrears_minor, days_past_due
from parley.servicing.interest import level_instalment
from parley.servicing.schedule import Schedule

# The library is what every caller of a turn hands in.
__all__ = ["READ_AS", "Library", "context_of", "turn"]

# What our questions about a plan are to the reader, which does not know them: what a month allows; nothing.
READ_AS: Final = {RECHECK: "capacity", SATISFACTION: None}
# What is a reply where it answers one.
_ANSWERED_AS: Final = {
    Purpose.COLLECTION: Purpose.NEGOTIATION_REPLY,
    Purpose.SERVICING: Purpose.NEGOTIATION_REPLY,
}

# What the last question of each state was about, to be taken up again after an alert was answered.
_ASKED: Final[dict[State, str]] = {
    State.IDENTIFY: "identity",
    State.CAPACITY: "capacity",
    State.BUDGET: "capacity",
    State.OFFER: "offer",
    State.READ_BACK: "plan_confirm",
    State.PROMISE: "overdue",
    State.PROMISE_READ_BACK: "promise_confirm",
}
# What was read back here is agreed to by a plain yes.
_CONFIRMED_IN: Final = frozenset({State.READ_BACK, State.PROMISE_READ_BACK})
# Texts that come unasked while a question of ours stands, and the questions that can still be answered then.
_REMINDED: Final = frozenset({"reminder", "overdue"})
_ANSWERED_AFTER: Final[dict[State, str]] = {
    state: kind for state, kind in _ASKED.items() if state is not State.IDENTIFY
}
# A warning not to send card numbers takes the place of these.
_MAY_GIVE_WAY: Final = frozenset({"identity.ask", "identity.retry", "unclear.ask_back", "either.ask_back"})
# Words that came with a picture and are not understood without it are answered as the picture is.
_WITHOUT_MEDIA: Final = {"unclear.ask_back": "unclear.media"}


def turn(case: Case, inbound: Inbound, now: datetime, library: Library) -> Outcome:
    """Return the outcome of *inbound* for *case* at *now*. Same arguments, same outcome."""
    context = context_of(case, now)
    told = told_in(case, inbound, context, library)
    reading = _understood(inbound, context, told, library)
    is_proven = _is_proven(case, inbound, now, library)
    agrees = is_plain_yes(inbound.text, library.yes_words, library.lexicon)
    if agrees and case.talk.state in _CONFIRMED_IN and not _is_urgent(inbound.text, library):
        # Asked for a yes, and it is one: nothing that was learnt from other talks knows better.
        reading = Reading(Intent.ACCEPT, confidence=EXACT)
    return answer(case, inbound, now, library, reading, is_proven=is_proven, told=told, agrees=agrees)


def answer(
    case: Case,
    inbound: Inbound,
    now: datetime,
    library: Library,
    reading: Reading,
    *,
    is_proven: bool,
    told: Answer | None = None,
    agrees: bool = True,
    is_on_page: bool = False,
) -> Outcome:
    """Return the outcome of what was understood; *is_proven* says whether it is known who speaks.

    *told*: what was said of income or spending. *agrees*: a yes is one and nothing beside, as a button is.
    *is_on_page*: it was said on the borrower's page, by a button.
    """
    standing = replace(
        _standing(case, inbound, now, library, is_proven=is_proven),
        budget=budgeting_of(case, now, library, told),
        agrees=agrees,
        binds=is_on_page or _confirm_of(case) is Confirm.REPLY,
        implied_minor=_implied_minor(case, reading, case.today(now), library),
        is_media=inbound.has_media and reading.is_wordless,
    )
    pay_day = pay_day_in(inbound.text, context_of(case, now), reading, library.lexicon)
    # A pay-day takes the place of a day named before; a day named with it counts.
    memory = case.talk.memory
    if pay_day is not None:
        memory = memory.but(pay_day=pay_day.day, pay_every_days=pay_day.every_days, first_due_on=None)
    move = next_move(case.talk.state, memory, reading, standing, library.policy)
    assert move.to in next_states(case.talk.state), f"{case.talk.state} does not lead to {move.to}"
    if inbound.was_redacted and move.say in _MAY_GIVE_WAY:
        move = replace(move, say="redacted.card")
    elif inbound.has_media:
        move = replace(move, say=_WITHOUT_MEDIA.get(move.say, move.say))
    return _carry_out(case, inbound, now, library, reading, move)


def _confirm_of(case: Case) -> Confirm:
    """Return how a plan of the open offer is agreed to: as the policy it was made by says, whatever holds since."""
    return case.offer.confirm if case.offer is not None else Confirm.REPLY


def _understood(inbound: Inbound, context: ReadingContext, told: Answer | None, library: Library) -> Reading:
    """Read the reply; what the door found to be an identity answer is one, though its words are not kept."""
    if told is not None and told.is_whole and not _is_urgent(inbound.text, library):
        # An answer to our question and nothing else: the model has not learnt these questions.
        return Reading(Intent.CAPACITY_ANSWER, confidence=EXACT)
    reading = read(inbound.text, context, library.reader)
    if inbound.identity_answer not in {"", UNSURE} and reading.intent is Intent.OTHER:
        # Read were the marks that stand for it; they mean nothing else.
        return replace(reading, intent=Intent.IDENTITY_ANSWER, oos=False, confidence=EXACT, alternatives=())
    if inbound.has_resumed and reading.intent is Intent.STOP:
        # The door, by the words of the law, found a wish for texts and no refusal of them.
        return replace(reading, intent=Intent.OTHER, oos=True)
    return reading


def _is_urgent(text: str, library: Library) -> bool:
    found = scan(text, library.lexicon)
    return any((found.risk, found.legal, found.stop))


def context_of(case: Case, now: datetime) -> ReadingContext:
    """Return what the reader may know of *case* beside the words."""
    options = tuple(str(n + 1) for n in range(len(case.offer.plans))) if case.offer is not None else ()
    last: str | None = READ_AS.get(case.talk.last_context, case.talk.last_context or None)
    if last in _REMINDED:
        # Our reminder came after the question; what is answered may be either, and the question knows its answers.
        last = _ANSWERED_AFTER.get(case.talk.state, last)
    is_asked = case.talk.state is State.READ_BACK and last == "plan_confirm"
    if is_asked or (case.talk.state is State.BUDGET and case.talk.memory.budget_asks == Ask.CONFIRM):
        # The label guide's kind tells that a plan stands, where "ok" is thanks; ours asks, and "ok" agrees.
        last = "promise_confirm"
    return ReadingContext(
        last_message=last,
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
        identity_answer="" if is_proven or inbound.identity_answer in NOT_KNOWN else _answered(inbound),
        writer=inbound.identity_answer if inbound.identity_answer in NOT_KNOWN else "",
        identity_tries=library.identity_tries,
        owes=account is not None and account.balance.total > 0,
        arrears_minor=arrears_minor(account.dues, today) if account is not None else 0,
        balance_minor=account.balance.total if account is not None else 0,
        options=len(case.offer.plans) if case.offer is not None else 0,
        stop_scope=scan(inbound.text, library.lexicon).stop_scope,
        context=case.talk.last_context,
        has_resumed=inbound.has_resumed,
        latest_start_on=_latest_start_on(account, today, library) if account is not None else None,
        wants_limit_rise=Wish.LIMIT_RISE in wishes(inbound.text, library.lexicon),
        may_ask_limit_rise=may_ask_limit_rise(case, today),
        has_plan=case.standing_plan is not None,
        has_missed=case.missed is not None,
        after=after_words(inbound.text, library.after_words),
        at_once=at_once_in(inbound.text, context_of(case, now), library.lexicon) if account is not None else None,
    )


def _is_proven(case: Case, inbound: Inbound, now: datetime, library: Library) -> bool:
    """Say whether it is known who speaks; of several borrowers on a number, a proof is one of whoever writes now."""
    fresh = is_identity_fresh(case.party.identity_proven_at, now, library.identity_fresh_days)
    return fresh and inbound.identity_answer not in NOT_KNOWN | {ONE}


def _answered(inbound: Inbound) -> str:
    return "match" if inbound.identity_answer == ONE else inbound.identity_answer


def _latest_start_on(account: Account, today: date, library: Library) -> date:
    late = days_past_due(account.dues, today)
    return library.policy.latest_start_on(account.product, late, today, Role.MACHINE)


def _implied_minor(case: Case, reading: Reading, today: date, library: Library) -> int | None:
    """Return what the number of payments that a reply names comes to a month, at the rate of plans.

    Rounding: up, to the roundest sum that one payment less would not fit in. None where no number is named, or more
    than a plan may have.
    """
    account, count, policy = case.account, reading.slots.n_instalments, library.policy
    if account is None or count is None or reading.slots.amount is not None or account.balance.total <= 0:
        return None
    if count > policy.grids[account.product].most:
        return None
    rate_bps = policy.plan_rate_bps(account.annual_rate_bps, days_past_due(account.dues, today), account.product)
    # The last payment may be larger than the others by what rounding left over: half a unit each.
    needed_minor = level_instalment(account.balance.total, rate_bps, count) + count // 2 + 1
    fewer_minor = level_instalment(account.balance.total, rate_bps, count - 1) if count > 1 else None
    units = (policy.budget.step_minor.get(account.currency, 1), 10 ** MINOR_DIGITS[account.currency], 1)
    rounded = (divide_up(needed_minor, unit) * unit for unit in units)
    return next((minor for minor in rounded if fewer_minor is None or minor < fewer_minor), needed_minor)


def _carry_out(case: Case, inbound: Inbound, now: datetime, library: Library, reading: Reading, move: Move) -> Outcome:
    """Turn a move into an outcome: compute the menu, choose the words, ask the gate."""
    offer = None
    plans = case.offer.plans if case.offer is not None else ()
    if Act.OFFER in move.acts:
        move, offer = _offer(case, inbound, now, library, move)
        plans = offer.menu.plans if offer is not None else ()
    draft = _draft(case, inbound, now, library, move, plans)
    if draft is not None and will_leave(draft) and tells_of_advice(draft.rendered.text, case, library.lender):
        move = replace(move, memory=move.memory.but(advised=True))
    outcome = Outcome(
        to=move.to,
        memory=move.memory,
        intent=str(reading.intent),
        also=tuple(str(intent) for intent in reading.also),
        events=_events(move, reading, offer, _owed(case, draft, now)),
        draft=draft,
        offer=offer,
        arrangement=_arrangement(case, move, plans, now, library),
        promise=_promise(move),
        limit_rise=_limit_rise(case, inbound, library, reading, move),
        hold=move.hold,
        opt_out="all" if Act.OPT_OUT in move.acts else "promotion" if Act.OPT_OUT_PROMOTION in move.acts else "",
        person_reason=move.person or ("state" if move.to in NEEDS_PERSON else ""),
        is_identity_proven=Act.PROVE_IDENTITY in move.acts,
        quarantines=Act.QUARANTINE in move.acts,
        cancels="all" if Act.CANCEL_WAITING in move.acts else "promotion" if Act.OPT_OUT_PROMOTION in move.acts else "",
        pages=Act.PAGE_PERSON in move.acts,
        ends_plan=_ended(case, move),
        score=after_words(inbound.text, library.after_words).score if Act.SCORE in move.acts else None,
        reading=reading,
    )
    if draft is not None and not will_leave(draft) and not outcome.person_reason:
        # The answer may not go out while it is worth sending: a person decides how to reach the borrower.
        return replace(outcome, to=_with_person(case.talk.state), person_reason="answer_refused")
    return outcome


def _with_person(state: State) -> State:
    return State.WITH_PERSON if State.WITH_PERSON in next_states(state) else state


def _offer(case: Case, inbound: Inbound, now: datetime, library: Library, move: Move) -> tuple[Move, NewOffer | None]:
    """Compute the menu for what the borrower said; where nothing fits a person takes over, with advice."""
    offer_id = derive_id("offer", str(inbound.inbound_id))
    told, pay_day = move.memory, _pay_day_of(move.memory)
    assert told.capacity_minor is not None, "a menu needs a capacity"
    made = compute_offer(
        *(case, told.capacity_minor, told.first_due_on, offer_id, now, library),
        pay_day=pay_day,
        lump_minor=told.lump_minor,
    )
    if isinstance(made, NoPlan):
        nothing = Move(State.WITH_PERSON, "offer.none", (Act.CANCEL_WAITING,), move.memory, "hardship", "nothing_fits")
        return nothing, None
    return replace(move, memory=move.memory.but(offer_id=str(offer_id), option=None)), made


def _pay_day_of(memory: Memory) -> PayDay | None:
    """Return the pay-day the borrower named, in the talk or in their budget."""
    if memory.pay_day is not None:
        return PayDay(memory.pay_day, memory.pay_every_days)
    statement = statement_of(memory)
    told = statement.income.payday if statement is not None and statement.income is not None else None
    return PayDay(told) if told is not None else None


def _draft(
    case: Case, inbound: Inbound, now: datetime, library: Library, move: Move, plans: tuple[Schedule, ...]
) -> Draft | None:
    if not move.say:
        return None
    key = template_key(move, case, plans, library.lender)
    entry = library.catalogue.entry(key)
    about = budgeting_of(case, now, library) if key.startswith(BUDGET_TEXTS) else None
    party, to = case.party, case.next_to
    if to is not None and not party.agent and (move.person or move.to in NEEDS_PERSON):
        party = replace(party, agent=to.name)
    saying = Saying(
        party,
        case.account,
        case.today(now),
        move.memory,
        plans,
        case.talk.last_context,
        move.between,
        due_on=_due_on(case, move, key),
        amount_minor=case.missed.open_minor if move.say == "missed" and case.missed is not None else None,
        budget=budget_of(move.memory, about),
        bands=bands_of(move.memory, about, case.account.currency) if case.account is not None else (),
        promised=_promised(case, move, now, library) if "when" in entry.placeholders else None,
        asks_yes=move.to is State.READ_BACK,
        confirm=_confirm_of(case),
        advised=bool(brought_up(inbound.text, move, library.catalogue.guidance) | standing(case, move.memory)),
    )
    is_proven = Act.PROVE_IDENTITY in move.acts or _is_proven(case, inbound, now, library)
    answering = Answering(inbound.inbound_id, inbound.received_at)
    purpose = _ANSWERED_AS.get(entry.purpose, entry.purpose)
    draft = make_draft(case, key, saying, now, library, purpose=purpose, is_proven=is_proven, answering=answering)
    return replace(draft, context=_subject(move, draft.context))


def _promised(case: Case, move: Move, now: datetime, library: Library) -> Promise | None:
    """Return by when a person answers, in the borrower's time; where that is not known no time is told."""
    zones = case.party.zones
    return promise(move.person or "state", now, zones[0], library.times, case.staffing) if zones else None


def _due_on(case: Case, move: Move, key: str) -> date | None:
    """Return the day that a text speaks of, where it is that of no plan: what was promised, what was missed."""
    if move.say == "missed" and case.missed is not None:
        return case.missed.due_on
    return move.memory.promise_due_on if key.startswith("promise.") else None


def _ended(case: Case, move: Move) -> UUID | None:
    if Act.END_PLAN not in move.acts:
        return None
    assert case.standing_plan is not None, "what is ended stands"
    return case.standing_plan.arrangement_id


def _subject(move: Move, context: str) -> str:
    """Return what our text leaves the talk about: what came in between leaves what was asked before."""
    if Act.CONFIRM_TRANSACTION in move.acts:
        return _ASKED.get(move.to, "none")
    return "none" if move.say == "info.balance" and move.to is not State.NOTIFIED else context


def _arrangement(
    case: Case, move: Move, plans: tuple[Schedule, ...], now: datetime, library: Library
) -> NewArrangement | None:
    if Act.AGREE not in move.acts:
        return None
    assert case.offer is not None and move.memory.option is not None, "an arrangement follows a chosen plan"
    plan = plans[move.memory.option]
    terms = plan_terms(plan, case.party.jurisdiction, case.today(now), library)
    return NewArrangement(case.offer.offer_id, move.memory.option, plan, case.offer.capacity_minor, terms)


def _promise(move: Move) -> NewPromise | None:
    if Act.PROMISE not in move.acts:
        return None
    amount, due_on = move.memory.promise_minor, move.memory.promise_due_on
    assert amount is not None and due_on is not None, "a promise has an amount and a day"
    return NewPromise(amount, due_on)


def _limit_rise(case: Case, inbound: Inbound, library: Library, reading: Reading, move: Move) -> NewLimitRise | None:
    if Act.ASK_LIMIT_RISE not in move.acts:
        return None
    return limit_rise_of(case, inbound.text, reading, library.lexicon)


def _owed(case: Case, draft: Draft | None, now: datetime) -> Mapping[str, int]:
    """Return what the account owes where the answer states it: the gate and the witness hold the text against it."""
    if draft is None or case.account is None or draft.rendered.key not in WITH_ACCOUNT:
        return {}
    return owed_of(case.account, case.today(now))


def _events(move: Move, reading: Reading, offer: NewOffer | None, owed: Mapping[str, int]) -> tuple[Happened, ...]:
    """Return what is worth a line in the record; codes and counts only, and what was *owed* where that was told."""
    told = {"owed": dict(owed)} if owed else {}
    events = [Happened("turn", {"intent": str(reading.intent), "to": str(move.to), "say": move.say, **told})]
    if offer is not None:
        events.append(Happened("offer.made", {"options": len(offer.menu.plans), "is_floor": offer.menu.is_floor}))
    deeds = {
        Act.PROVE_IDENTITY: "identity.proven",
        Act.AGREE: "arrangement.agreed",
        Act.PROMISE: "promise.made",
        Act.OPT_OUT: "opted_out",
        Act.OPT_OUT_PROMOTION: "opted_out.promotion",
        Act.RESUME: "resumed",
        Act.QUARANTINE: "number.quarantined",
        Act.PAGE_PERSON: "crisis",
        Act.CONFIRM_TRANSACTION: "transaction.confirmed",
        Act.DENY_TRANSACTION: "transaction.denied",
        Act.ASK_LIMIT_RISE: "limit_rise.asked",
        Act.END_PLAN: "arrangement.cancelled",
        Act.SCORE: "satisfaction.told",
    }
    events += [Happened(kind) for act, kind in deeds.items() if act in move.acts]
    if move.person:
        events.append(Happened("handed_over", {"reason": move.person}))
    return tuple(events)
