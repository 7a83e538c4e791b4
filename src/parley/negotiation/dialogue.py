"""What is the next move? (state, memory, reading, standing facts) → Move.

Tables first: what some intents mean anywhere, then one function for each state. No number is chosen here but those the
borrower named; the menu decides the rest. What is not understood is asked once more, then goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from parley.dates import add_days
from parley.money import MINOR_DIGITS
from parley.negotiation.after_agreement import after_agreement, keeps_goal, proven_after
from parley.negotiation.anywhere import ALERT, ANYWHERE_MEANS, about_alert, after_the_end, for_a_person, resumed, urgent
from parley.negotiation.at_budget import at_budget, begin, for_capacity, statement_of
from parley.negotiation.at_once import all_at_once, ask_rest, at_once, take
from parley.negotiation.capacity import monthly_capacity
from parley.negotiation.doubt import again, ask_back, ask_words, doubted, may_be_urgent, to_person, unasked
from parley.negotiation.limit_rise import LIMIT_RISE, about_limit, limit_rise
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.plan_terms import about_terms
from parley.negotiation.policy import Policy
from parley.negotiation.standing import AtOnce, Standing
from parley.negotiation.state import ENDED, State
from parley.negotiation.writers import who_writes
from parley.nlu.reading import Intent, Reading

# A thread that has not ended after so many replies goes to a person.
MOST_TURNS: Final = 20
_LIMIT_WHY: Final = "limit_why"  # the goal of a borrower who asks about a changed limit before identity is proven
# A promise further away than this is a plan.
LONGEST_PROMISE_DAYS: Final = 31
# A yes by text to a plan that is agreed to on the page alone is answered so often; then a person helps.
_MOST_POINTED: Final = 2


def next_move(state: State, memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Return the move that answers *reading*.

    Refuses nothing: where the machine must not decide, the move is a hand-over. Same arguments, same move.
    """
    memory = memory.but(turns=memory.turns + 1, asked_words=memory.asked_words and facts.is_media)
    first = urgent(state, memory, reading, facts.stop_scope) or resumed(state, memory, reading, facts)
    if first is not None:
        return first
    if state in ENDED:
        return after_the_end(state, memory, facts)
    if facts.identity_answer == "match" and not facts.is_proven:
        return _proven(memory, facts)
    if memory.turns > MOST_TURNS:
        return to_person(memory, "long_thread")
    if facts.is_media and not facts.writer:
        return ask_words(state, memory)
    alert = about_alert(state, memory, reading) if facts.context == ALERT else None
    if alert is not None:
        return alert
    return (
        who_writes(state, memory, reading, facts, is_for_person=for_a_person(memory, reading) is not None)
        or for_a_person(memory, reading)
        or after_agreement(state, memory, reading, facts)
        or about_terms(state, memory, reading, facts)
        or about_limit(state, memory, reading, facts)
        or all_at_once(state, memory, reading, facts)
        or _plain(state, memory, reading, facts, policy)
    )


def _proven(memory: Memory, facts: Standing) -> Move:
    """Identity has just been proven: go on with what the borrower wanted."""
    acts = (Act.PROVE_IDENTITY,)
    memory = memory.but(unclear=0)
    if memory.goal == LIMIT_RISE:
        move = limit_rise(State.NOTIFIED, memory, facts)
    elif (later := proven_after(memory, facts)) is not None:
        move = later
    elif not facts.owes:
        move = to_person(memory, "no_debt")
    elif memory.goal == _LIMIT_WHY:
        move = _limit_why(memory)
    elif memory.goal == Intent.PROMISE_TO_PAY:
        move = _promise(memory, facts)
    elif facts.arrears_minor > 0 or memory.goal in {Intent.CANNOT_PAY, Intent.ASK_PLAN}:
        move = _ask_capacity(memory, facts, softly=memory.goal == Intent.CANNOT_PAY)
    else:
        move = Move(State.NOTIFIED, "info.balance", (), memory)
    return Move(move.to, move.say, acts + move.acts, move.memory, move.hold, move.person)


def _plain(state: State, memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.intent is Intent.PROMISE_TO_PAY and reading.slots.frequency is not None:
        # A sum at a rhythm is a plan, whatever it calls itself.
        reading = replace(reading, intent=Intent.ASK_PLAN)
    if _is_asked(state, facts) and not may_be_urgent(reading, ANYWHERE_MEANS):
        return _BY_STATE[state](memory, reading, facts, policy)
    if reading.is_doubtful and (facts.is_proven or may_be_urgent(reading, ANYWHERE_MEANS)):
        step = partial(_plain, state, memory, facts=facts, policy=policy)
        return doubted(state, memory, reading, ANYWHERE_MEANS, step) if facts.is_proven else unasked(memory, reading)
    if reading.intent is Intent.THANKS:
        return Move(state, "", (), memory)
    if reading.intent is Intent.HELP:
        return Move(state, "help.who", (), memory)
    if not facts.is_proven:
        return _unproven(state, memory, reading, facts)
    if not facts.owes:
        return to_person(memory, "no_debt")
    if reading.slots.currency not in {None, facts.currency}:
        # Nothing is changed from one currency into another: which amount of theirs is meant, only they know.
        return ask_back(state, memory)
    once = at_once(state, memory, reading, facts, policy, lambda: _start(reading, facts, policy))
    return once or _BY_STATE[state](memory, reading, facts, policy)


def _is_asked(state: State, facts: Standing) -> bool:
    """Say whether income and spending are talked about: the reader has not learnt these answers, and asks no doubt."""
    if facts.budget is None or not (facts.is_proven and facts.owes):
        return False
    return state is State.BUDGET or (state is State.CAPACITY and facts.budget.answer is not None)


def _unproven(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move:
    """Nothing about a debt is said before identity; what the borrower wants is remembered for after."""
    if reading.intent is Intent.DECLINE and facts.context == "promo":
        return Move(State.CLOSED, "", (), memory)
    wanted = not reading.is_doubtful and reading.intent not in {Intent.IDENTITY_ANSWER, Intent.DECLINE}
    memory = _noted(memory, reading, facts) if wanted else memory
    if facts.identity_answer == "mismatch":
        memory = memory.but(identity_tries=memory.identity_tries + 1)
        if memory.identity_tries >= facts.identity_tries:
            return Move(State.LOCKED, "identity.locked", (Act.CANCEL_WAITING,), memory, "", "identity_locked")
        return Move(State.IDENTIFY, "identity.retry", (), memory)
    if state is State.IDENTIFY and not wanted:
        return ask_back(state, memory)
    return Move(State.IDENTIFY, "identity.ask", (), memory)


def _noted(memory: Memory, reading: Reading, facts: Standing) -> Memory:
    """Keep the goal and what was named with it."""
    if keeps_goal(memory, reading.intent):
        return memory
    slots, said = reading.slots, facts.at_once
    if said is not None and said.amount_minor and said.is_sure and reading.intent is not Intent.PROMISE_TO_PAY:
        memory = memory.but(lump_minor=said.amount_minor)
    amount = _minor(slots.amount, facts.currency) if slots.currency in {None, facts.currency} else None
    if reading.intent is Intent.PROMISE_TO_PAY:
        day = slots.dates[0] if slots.dates else None
        if amount is None and said is not None and said.amount_minor is None:
            amount = facts.balance_minor
        return memory.but(goal=str(reading.intent), promise_minor=amount, promise_due_on=day)
    if reading.intent is Intent.ASK_INFO and facts.context == "limit_change":
        return memory.but(goal=_LIMIT_WHY)
    return memory.but(goal=str(reading.intent))


def _limit_why(memory: Memory) -> Move:
    return Move(State.WITH_PERSON, "limit.why", (), memory, "", "limit_why")


def _free(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Take up what the borrower brings where nothing has been asked."""
    match reading.intent:
        case Intent.PROMISE_TO_PAY:
            return _promise(_noted(memory, reading, facts), facts, is_conditional=reading.conditional)
        case Intent.ASK_PLAN | Intent.CANNOT_PAY | Intent.COUNTER_OFFER | Intent.CAPACITY_ANSWER:
            if _names_terms(reading, facts) and not reading.conditional:
                return _offer(memory, reading, facts, policy)
            if reading.slots.amount_alternatives and not reading.conditional:
                return _which_amount(memory, reading, facts)
            return _ask_capacity(memory, facts, softly=reading.intent is Intent.CANNOT_PAY)
        case Intent.ASK_INFO if facts.context == "limit_change":
            return _limit_why(memory)
        case Intent.ACCEPT if facts.arrears_minor > 0:
            return _ask_capacity(memory, facts, softly=False)
        case Intent.ASK_INFO | Intent.ACCEPT:
            return Move(State.NOTIFIED, "info.balance", (), memory.but(unclear=0))
        case _:
            return ask_back(State.NOTIFIED, memory)


def _declined(memory: Memory) -> Move:
    """Take a no: nothing was agreed, another amount or a person is one reply away. A second no goes to a person."""
    if memory.declined:
        return to_person(memory, "declined")
    return Move(State.CAPACITY, "plan.declined", (), memory.but(declined=True, option=None, unclear=0))


def _lapsed(memory: Memory, policy: Policy) -> Move:
    """Work the offer out anew where the one they answer has run out: same capacity, today's facts."""
    if not memory.capacity_minor or memory.menus >= policy.offers_per_conversation:
        return to_person(memory, "offer_lapsed")
    renewed = memory.but(menus=memory.menus + 1, first_due_on=None, option=None, unclear=0)
    return Move(State.OFFER, "offer", (Act.OFFER,), renewed)


def _ask_capacity(memory: Memory, facts: Standing, *, softly: bool) -> Move:
    """Ask what a month allows; the form that states the arrears needs some."""
    if memory.lump_minor is not None and memory.lump_minor < facts.balance_minor:
        return ask_rest(memory)
    say = "cannot_pay.capacity" if softly or facts.arrears_minor == 0 else "capacity.ask"
    return Move(State.CAPACITY, say, (), memory.but(unclear=0))


def _at_capacity(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    slots = reading.slots
    if reading.intent is Intent.PROMISE_TO_PAY and slots.dates and slots.frequency is None:
        return _free(memory, reading, facts, policy)
    if _names_terms(reading, facts) and not reading.conditional:
        return _offer(memory, reading, facts, policy)
    if slots.amount_alternatives and not reading.conditional:
        return _which_amount(memory, reading, facts)
    if reading.intent is Intent.ACCEPT and memory.asked_minor is not None:
        return _is_what_was_asked(memory, memory.asked_minor, facts, policy)
    knows_not = reading.intent in {Intent.CANNOT_PAY, Intent.ASK_PLAN, Intent.ACCEPT}
    answer = facts.budget.answer if facts.budget is not None else None
    if answer is not None or (knows_not and memory.unclear >= 1):
        return _ask_budget(memory, facts, policy)
    if knows_not or (reading.intent is Intent.DECLINE and memory.asked_minor is not None):
        return again(State.CAPACITY, "capacity.again", memory.but(asked_minor=None, asked_once=False))
    if reading.intent is Intent.PROMISE_TO_PAY:
        return _free(memory, reading, facts, policy)
    return _in_between(State.CAPACITY, memory, reading)


def _is_what_was_asked(memory: Memory, asked_minor: int, facts: Standing, policy: Policy) -> Move:
    """Take the yes to a figure that was read back: a month's, or one payment."""
    if memory.asked_once:
        return take(State.CAPACITY, memory, AtOnce(asked_minor), facts, policy)
    return for_capacity(memory, asked_minor, None, facts, policy)


def _ask_budget(memory: Memory, facts: Standing, policy: Policy) -> Move:
    """Work out with them what a month allows; where that was done, or is not, a person does."""
    told = statement_of(memory)
    if facts.budget is None or (told is not None and (told.asked or told.is_confirmed)):
        return to_person(memory, "not_understood")
    return begin(memory, facts, told.capacity_minor if told is not None else None, policy)


def _at_offer(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    slots = reading.slots
    if reading.conditional:
        return to_person(memory, "conditional")
    if reading.intent is Intent.ACCEPT or (slots.option is not None and reading.intent is not Intent.DECLINE):
        if facts.options == 0:
            return _lapsed(memory, policy)
        option = _option(slots.option, facts.options)
        if option is not None:
            return Move(State.READ_BACK, "plan.read_back", (Act.READ_BACK,), memory.but(option=option, unclear=0))
        return ask_back(State.OFFER, memory)
    if _names_terms(reading, facts) and reading.intent not in {Intent.PROMISE_TO_PAY, Intent.DECLINE}:
        return _offer(memory, reading, facts, policy)
    if reading.intent is Intent.PROMISE_TO_PAY:
        return _free(memory, reading, facts, policy)
    if reading.intent in {Intent.DECLINE, Intent.ASK_PLAN}:
        # Who asks for the options once more gets the same menu: the facts are the same.
        return _declined(memory) if reading.intent is Intent.DECLINE else _lapsed(memory, policy)
    return _in_between(State.OFFER, memory, reading)


def _at_read_back(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.conditional:
        return to_person(memory, "conditional")
    if reading.intent is Intent.ACCEPT and facts.options == 0:
        return _lapsed(memory, policy)
    if reading.intent is Intent.ACCEPT and reading.slots.option is None and Intent.ASK_INFO not in reading.also:
        return _agree(memory, facts)
    if reading.intent is Intent.DECLINE:
        return _declined(memory)
    if reading.slots.option is not None or reading.slots.amount is not None:
        return _at_offer(memory, reading, facts, policy)
    return _in_between(State.READ_BACK, memory, reading)


def _agree(memory: Memory, facts: Standing) -> Move:
    """Take the yes to the plan that was read back."""
    if memory.option is None or memory.option >= facts.options:
        return ask_back(State.OFFER, memory)
    if not facts.agrees:
        # A yes with more beside it may set a condition: nobody is bound by what was not plainly said.
        return ask_back(State.READ_BACK, memory)
    if not facts.binds:
        return _on_the_page(memory)
    return Move(State.AGREED, "plan.agreed", (Act.AGREE, Act.CANCEL_WAITING), memory.but(unclear=0, goal=""))


def _on_the_page(memory: Memory) -> Move:
    """Say that this plan is agreed to on the page; nothing is agreed, and the offer stands."""
    if memory.unclear >= _MOST_POINTED:
        return to_person(memory, "confirm_on_page")
    return Move(State.READ_BACK, "plan.confirm_on_page", (), memory.but(unclear=memory.unclear + 1))


def _at_promise(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    amount = _minor(reading.slots.amount, facts.currency)
    day = reading.slots.dates[0] if reading.slots.dates else None
    if amount is not None and day is None and reading.slots.frequency is not None and not reading.conditional:
        # A sum at a rhythm is a plan, not a day.
        return _offer(memory.but(goal=str(Intent.ASK_PLAN)), reading, facts, policy)
    if amount is None and day is None:
        if reading.intent in {Intent.CANNOT_PAY, Intent.ASK_PLAN, Intent.DECLINE}:
            return _free(memory, reading, facts, policy)
        return _in_between(State.PROMISE, memory, reading)
    memory = memory.but(
        promise_minor=amount if amount is not None else memory.promise_minor,
        promise_due_on=day or memory.promise_due_on,
    )
    return _promise(memory, facts, is_conditional=reading.conditional, was_asked=True)


def _at_promise_read_back(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.conditional:
        return to_person(memory, "conditional")
    named = reading.slots.amount is not None or bool(reading.slots.dates)
    asks = Intent.ASK_INFO in reading.also
    if reading.intent is Intent.ACCEPT and not named and not asks and reading.slots.option is None:
        day = memory.promise_due_on
        if memory.promise_minor is None or day is None or day < facts.today:
            # The day they confirm is over, or was never named.
            return _promise(memory, facts)
        if not facts.agrees:
            return ask_back(State.PROMISE_READ_BACK, memory)
        return Move(State.PROMISED, "promise.noted", (Act.PROMISE, Act.CANCEL_WAITING), memory.but(unclear=0, goal=""))
    if reading.intent is Intent.DECLINE and not named:
        return Move(State.PROMISE, "promise.ask", (), memory.but(promise_minor=None, promise_due_on=None))
    if not named and reading.intent not in {Intent.CANNOT_PAY, Intent.ASK_PLAN}:
        return _in_between(State.PROMISE_READ_BACK, memory, reading)
    return _at_promise(memory, reading, facts, policy)


def _agreed(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.intent is Intent.ACCEPT:
        # Yes once more changes nothing.
        return Move(State.AGREED, "", (), memory)
    return _free(memory, reading, facts, policy)


def _promised(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.intent is Intent.ACCEPT:
        return Move(State.PROMISED, "", (), memory)
    return _free(memory, reading, facts, policy)


_BY_STATE: Final[dict[State, Callable[[Memory, Reading, Standing, Policy], Move]]] = {
    State.NOTIFIED: _free,
    State.IDENTIFY: _free,
    State.AGREED: _agreed,
    State.PROMISED: _promised,
    State.CAPACITY: _at_capacity,
    State.BUDGET: at_budget,
    State.OFFER: _at_offer,
    State.READ_BACK: _at_read_back,
    State.PROMISE: _at_promise,
    State.PROMISE_READ_BACK: _at_promise_read_back,
}


def _offer(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Compute the menu for the amount the borrower names, or for what the number of payments they name comes to."""
    amount = _minor(reading.slots.amount, facts.currency)
    if amount is None:
        return _by_count(memory, reading, facts, policy)
    start = _start(reading, facts, policy)
    capacity = monthly_capacity(amount, reading.slots.frequency)
    return for_capacity(memory, capacity, start, facts, policy)


def _names_terms(reading: Reading, facts: Standing) -> bool:
    """Say whether the reply names a sum, or a number of payments alone."""
    return reading.slots.amount is not None or (
        facts.implied_minor is not None and not reading.slots.amount_alternatives
    )


def _by_count(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Take so many payments as they name: at once within what they can pay, else ask whether that much is meant."""
    assert facts.implied_minor is not None, "an offer needs an amount, or a number of payments"
    if memory.capacity_minor is not None and facts.implied_minor <= memory.capacity_minor:
        return for_capacity(memory, facts.implied_minor, _start(reading, facts, policy), facts, policy)
    if memory.asked_minor is not None:
        return again(State.CAPACITY, "capacity.again", memory)
    asked = memory.but(asked_minor=facts.implied_minor, asked_once=False, unclear=0)
    return Move(State.CAPACITY, "number_ambiguous.read_back", (), asked)


def _which_amount(memory: Memory, reading: Reading, facts: Standing) -> Move:
    """Read the lowest of several possible amounts back, as a month's; never guess, and never above what was meant."""
    amounts = [_minor(amount, facts.currency) for amount in reading.slots.amount_alternatives]
    lowest = min((amount for amount in amounts if amount), default=None)
    if lowest is None or memory.asked_minor is not None:
        return again(State.CAPACITY, "capacity.again", memory)
    asked = memory.but(asked_minor=monthly_capacity(lowest, reading.slots.frequency), asked_once=False, unclear=0)
    return Move(State.CAPACITY, "number_ambiguous.read_back", (), asked)


def _start(reading: Reading, facts: Standing, policy: Policy) -> date | None:
    """Return the first payment day the borrower named, where it is one the policy can keep."""
    latest = facts.latest_start_on or add_days(facts.today, policy.latest_first_payment_days)
    days = [day for day in reading.slots.dates if facts.today < day <= latest]
    return days[0] if days else None


def _promise(memory: Memory, facts: Standing, *, is_conditional: bool = False, was_asked: bool = False) -> Move:
    """Read a promise back; without a day ask for it, without an amount take what is past due (and say so)."""
    if is_conditional:
        return to_person(memory, "conditional")
    day = memory.promise_due_on
    if day is None or not facts.today <= day <= add_days(facts.today, LONGEST_PROMISE_DAYS):
        open_promise = memory.but(promise_due_on=None, goal=str(Intent.PROMISE_TO_PAY))
        if was_asked:
            return again(State.PROMISE, "promise.ask", open_promise)
        return Move(State.PROMISE, "promise.ask", (), open_promise)
    amount = memory.promise_minor or facts.arrears_minor or facts.balance_minor
    amount = min(amount, facts.balance_minor)
    memory = memory.but(promise_minor=amount, unclear=0)
    return Move(State.PROMISE_READ_BACK, "promise.read_back", (), memory)


def _in_between(state: State, memory: Memory, reading: Reading) -> Move:
    """Answer a question of fact and stand where we stood; anything else is asked back."""
    if reading.intent is Intent.ASK_INFO:
        return Move(state, "info.balance", (), memory.but(unclear=0))
    return ask_back(state, memory)


def _option(named: str | None, options: int) -> int | None:
    """Return the index of the option named ("1", "B", or none where only one stands); None: ask back."""
    if named is None:
        return 0 if options == 1 else None
    index = int(named) - 1 if named.isdecimal() else ord(named.upper()) - ord("A")
    return index if 0 <= index < options else None


def _minor(amount: Decimal | None, currency: str) -> int | None:
    """Return the minor units of an amount a reply names, rounded down to what the currency can pay."""
    if amount is None or amount < 0:
        return None
    return int(amount.scaleb(MINOR_DIGITS[currency]))
