"""What is the next move? (state, memory, reading, standing facts) → Move.

Tables first: what some intents mean anywhere, then one function for each state. No number is chosen here but those the
borrower named; the menu decides the rest. What is not understood is asked once more, then goes to a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from parley.dates import add_days
from parley.money import MINOR_DIGITS
from parley.negotiation.capacity import monthly_capacity
from parley.negotiation.doubt import again, ask_back, doubted, may_be_urgent, to_person
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.policy import Policy
from parley.negotiation.state import ENDED, State
from parley.nlu.reading import Intent, Reading

# A thread that has not ended after so many replies goes to a person.
MOST_TURNS: Final = 20
# Our last message asked whether a transaction was the borrower's.
ALERT: Final = "risk_alert"
_LIMIT_WHY: Final = "limit_why"  # the goal of a borrower who asks about a changed limit before identity is proven
# A promise further away than this is a plan.
LONGEST_PROMISE_DAYS: Final = 31


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """The facts a move depends on, prepared by the engine. Units: minor units, local date of the borrower.

    `identity_answer` says what the engine found when it compared the reply with what the lender holds: "match",
    "mismatch", or "" where the reply holds nothing of the kind. `stop_scope` is what a STOP covers: all or promotions;
    `context` what our last message was about. `has_resumed`: the reply asked for texts again after refusing them.
    `latest_start_on`: the last day on which a plan may begin; None: as the policy has it without deferral.
    """

    today: date
    currency: str
    is_proven: bool
    identity_answer: str
    identity_tries: int
    owes: bool
    arrears_minor: int
    balance_minor: int
    options: int
    stop_scope: str
    context: str
    has_resumed: bool = False
    latest_start_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Anywhere:
    """What an intent means in every state."""

    to: State
    say: str
    hold: str = ""
    person: str = ""
    acts: tuple[Act, ...] = ()


_ANYWHERE: Final[dict[Intent, _Anywhere]] = {
    Intent.LEGAL: _Anywhere(State.WITH_PERSON, "legal.noted", "represented", "legal", (Act.CANCEL_WAITING,)),
    Intent.FRAUD_CLAIM: _Anywhere(State.WITH_PERSON, "fraud.opened", "fraud_claim", "fraud", (Act.CANCEL_WAITING,)),
    Intent.WRONG_NUMBER: _Anywhere(
        State.WRONG_PERSON, "wrong_number.sorry", "", "", (Act.QUARANTINE, Act.CANCEL_WAITING)
    ),
    Intent.DISPUTE: _Anywhere(State.DISPUTED, "dispute.opened", "dispute", "dispute", (Act.CANCEL_WAITING,)),
    Intent.COMPLAINT: _Anywhere(State.WITH_PERSON, "complaint.opened", "complaint", "complaint", (Act.CANCEL_WAITING,)),
    Intent.ASK_HUMAN: _Anywhere(State.WITH_PERSON, "hand_over.person", "", "asked"),
    Intent.CALL_TIME: _Anywhere(State.WITH_PERSON, "call_time.noted", "", "contact_wishes", (Act.CANCEL_WAITING,)),
    Intent.ALREADY_PAID: _Anywhere(State.WITH_PERSON, "paid.check", "", "payment_claimed", (Act.CANCEL_WAITING,)),
}
_HEARD_IN_PASSING: Final = (Intent.ASK_HUMAN, Intent.DISPUTE, Intent.COMPLAINT)
# Not passed over when the same reply asks for texts again.
_GRAVE: Final = frozenset({Intent.LEGAL, Intent.FRAUD_CLAIM, Intent.WRONG_NUMBER, Intent.DISPUTE, Intent.COMPLAINT})


def next_move(state: State, memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Return the move that answers *reading*.

    Refuses nothing: where the machine must not decide, the move is a hand-over. Same arguments, same move.
    """
    memory = memory.but(turns=memory.turns + 1)
    first = _urgent(state, memory, reading, facts.stop_scope) or _resumed(state, memory, reading, facts)
    if first is not None:
        return first
    if state in ENDED:
        return _after_the_end(state, memory, facts)
    if facts.identity_answer == "match" and not facts.is_proven:
        return _proven(memory, facts)
    if memory.turns > MOST_TURNS:
        return to_person(memory, "long_thread")
    alert = _about_alert(state, memory, reading) if facts.context == ALERT else None
    if alert is not None:
        return alert
    return _for_a_person(memory, reading) or _plain(state, memory, reading, facts, policy)


def _about_alert(state: State, memory: Memory, reading: Reading) -> Move | None:
    """Take the answer to "was it you?"; None for a reply that speaks of something else, such as a choice of the menu.

    Needs no proof of identity: nothing is told. A no is acted on at once, a yes with a question is not taken for one.
    """
    if reading.intent in {Intent.FRAUD_CLAIM, Intent.DECLINE}:
        acts = (Act.DENY_TRANSACTION, Act.CANCEL_WAITING)
        return Move(State.WITH_PERSON, "risk_alert.blocked", acts, memory, "fraud_claim", "fraud")
    if reading.intent is Intent.ASK_INFO or (reading.intent is Intent.ACCEPT and Intent.ASK_INFO in reading.also):
        return to_person(memory, "alert_question")
    if reading.is_doubtful or reading.intent in {Intent.OTHER, Intent.THANKS}:
        return ask_back(state, memory)
    if reading.intent is Intent.ACCEPT and reading.slots.option is None:
        if reading.conditional:
            return to_person(memory, "conditional")
        return Move(state, "risk_alert.thanks", (Act.CONFIRM_TRANSACTION,), memory.but(unclear=0))
    return None


def _for_a_person(memory: Memory, reading: Reading) -> Move | None:
    """Take what means the same in every state, and what tells of illness, grief or the like."""
    fixed = _fixed(reading)
    if fixed is not None:
        return Move(fixed.to, fixed.say, fixed.acts, memory, fixed.hold, fixed.person)
    if reading.sensitive:
        return Move(State.WITH_PERSON, "sensitive.person", (Act.CANCEL_WAITING,), memory, "vulnerable", "vulnerable")
    return None


def _fixed(reading: Reading) -> _Anywhere | None:
    """Return what the reply means in every state; a person, a dispute or a complaint counts in passing too."""
    if reading.is_doubtful:
        return None
    if reading.intent in _ANYWHERE:
        return _ANYWHERE[reading.intent]
    return next((_ANYWHERE[intent] for intent in _HEARD_IN_PASSING if intent in reading.also), None)


def _urgent(state: State, memory: Memory, reading: Reading, stop_scope: str) -> Move | None:
    """STOP and crisis, before anything else. Both at once: the crisis reply is the one confirmation.

    Each is answered once: nothing automatic follows the crisis reply, and a STOP has one confirmation.
    """
    heard = {reading.intent, *reading.also}
    if Intent.RISK in heard:
        acts: tuple[Act, ...] = (Act.CANCEL_WAITING, Act.PAGE_PERSON)
        stopped = (Act.OPT_OUT,) if Intent.STOP in heard else ()
        say = "crisis.support_stopped" if stopped else "crisis.support"
        return Move(State.CRISIS, "" if state is State.CRISIS else say, acts + stopped, memory, "crisis", "crisis")
    if Intent.STOP not in heard:
        return None
    if stop_scope == "promotions":
        return _no_more_promotions(state, memory)
    acts = (Act.OPT_OUT, Act.CANCEL_WAITING)
    if state is State.CRISIS:
        return Move(state, "", acts, memory, "", "wrote_again")
    more = [_ANYWHERE[one] for one in (reading.intent, *reading.also) if one in _ANYWHERE]
    hold = next((one.hold for one in more if one.hold), "")
    say = "" if state is State.OPTED_OUT else "stop.confirmed"
    return Move(State.OPTED_OUT, say, acts, memory, hold, "stop_and_more" if more else "")


def _no_more_promotions(state: State, memory: Memory) -> Move:
    """Stop promotions only: the talk stands where it stood, and a thread that is over stays a person's."""
    say = "" if state in {State.CRISIS, State.OPTED_OUT} else "stop.promotions"
    person = "wrote_again" if state in ENDED else ""
    return Move(state, say, (Act.OPT_OUT_PROMOTION,), memory, "", person)


def _resumed(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Texts are wished again: say so once, and stand where the talk stood; one that was stopped begins anew.

    What only a person takes, said in the same reply, is taken all the same.
    """
    if not facts.has_resumed or state in ENDED - {State.OPTED_OUT}:
        return None
    grave = reading.intent in _GRAVE or bool(_GRAVE.intersection(reading.also))
    if reading.sensitive or (grave and not reading.is_doubtful):
        move = _for_a_person(memory, reading)
        return None if move is None else replace(move, acts=(Act.RESUME, *move.acts))
    to = State.NOTIFIED if state is State.OPTED_OUT else state
    return Move(to, "resumed.confirmed", (Act.RESUME,), memory.but(unclear=0))


def _after_the_end(state: State, memory: Memory, facts: Standing) -> Move:
    """Say nothing in a thread that a person holds or that is over; the person sees the reply.

    Whether it proves identity the door found out, and only the machine knows: a person may have asked for it.
    """
    if state is State.OPTED_OUT:
        return Move(state, "", (), memory, "", "wrote_after_stop")
    if state in {State.CLOSED, State.WRONG_PERSON}:
        return Move(state, "", (), memory, "", "wrote_after_end")
    is_proof = facts.identity_answer == "match" and state in {State.WITH_PERSON, State.DISPUTED}
    return Move(state, "", (Act.PROVE_IDENTITY,) if is_proof else (), memory, "", "wrote_again")


def _proven(memory: Memory, facts: Standing) -> Move:
    """Identity has just been proven: go on with what the borrower wanted."""
    acts = (Act.PROVE_IDENTITY,)
    memory = memory.but(unclear=0)
    if not facts.owes:
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
    if reading.is_doubtful and (facts.is_proven or may_be_urgent(reading, _ANYWHERE)):
        return doubted(state, memory, reading, _ANYWHERE, lambda one: _plain(state, memory, one, facts, policy))
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
    return _BY_STATE[state](memory, reading, facts, policy)


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
    slots = reading.slots
    amount = _minor(slots.amount, facts.currency) if slots.currency in {None, facts.currency} else None
    if reading.intent is Intent.PROMISE_TO_PAY:
        day = slots.dates[0] if slots.dates else None
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
            if reading.slots.amount is not None and not reading.conditional:
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
    say = "cannot_pay.capacity" if softly or facts.arrears_minor == 0 else "capacity.ask"
    return Move(State.CAPACITY, say, (), memory.but(unclear=0))


def _at_capacity(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    slots = reading.slots
    if reading.intent is Intent.PROMISE_TO_PAY and slots.dates and slots.frequency is None:
        return _free(memory, reading, facts, policy)
    if slots.amount is not None and not reading.conditional:
        return _offer(memory, reading, facts, policy)
    if slots.amount_alternatives and not reading.conditional:
        return _which_amount(memory, reading, facts)
    if reading.intent is Intent.ACCEPT and memory.asked_minor is not None:
        return _menu(memory, memory.asked_minor, None, policy)
    if reading.intent in {Intent.CANNOT_PAY, Intent.ASK_PLAN, Intent.ACCEPT}:
        return again(State.CAPACITY, "capacity.again", memory)
    if reading.intent is Intent.PROMISE_TO_PAY:
        return _free(memory, reading, facts, policy)
    return _in_between(State.CAPACITY, memory, reading)


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
    if slots.amount is not None and reading.intent is not Intent.PROMISE_TO_PAY:
        return _offer(memory, reading, facts, policy)
    if reading.intent is Intent.PROMISE_TO_PAY:
        return _free(memory, reading, facts, policy)
    if reading.intent is Intent.DECLINE:
        return _declined(memory)
    return _in_between(State.OFFER, memory, reading)


def _at_read_back(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    if reading.conditional:
        return to_person(memory, "conditional")
    if reading.intent is Intent.ACCEPT and facts.options == 0:
        return _lapsed(memory, policy)
    if reading.intent is Intent.ACCEPT and reading.slots.option is None and Intent.ASK_INFO not in reading.also:
        if memory.option is None or memory.option >= facts.options:
            return ask_back(State.OFFER, memory)
        return Move(State.AGREED, "plan.agreed", (Act.AGREE, Act.CANCEL_WAITING), memory.but(unclear=0, goal=""))
    if reading.intent is Intent.DECLINE:
        return _declined(memory)
    if reading.slots.option is not None or reading.slots.amount is not None:
        return _at_offer(memory, reading, facts, policy)
    return _in_between(State.READ_BACK, memory, reading)


def _at_promise(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    amount = _minor(reading.slots.amount, facts.currency)
    day = reading.slots.dates[0] if reading.slots.dates else None
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
    State.OFFER: _at_offer,
    State.READ_BACK: _at_read_back,
    State.PROMISE: _at_promise,
    State.PROMISE_READ_BACK: _at_promise_read_back,
}


def _offer(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Compute the menu for the amount the borrower names."""
    amount = _minor(reading.slots.amount, facts.currency)
    assert amount is not None, "an offer needs the amount the borrower named"
    start = _start(reading, facts, policy)
    capacity = monthly_capacity(amount, reading.slots.frequency)
    return _menu(memory, capacity, start, policy)


def _menu(memory: Memory, capacity_minor: int, start: date | None, policy: Policy) -> Move:
    """Compute the menu for what a month allows. Nothing to spare goes to a person, with advice."""
    memory = memory.but(
        capacity_minor=capacity_minor, first_due_on=start or memory.first_due_on, asked_minor=None, unclear=0
    )
    if memory.menus >= policy.offers_per_conversation:
        return to_person(memory, "many_offers")
    if capacity_minor == 0:
        return Move(State.WITH_PERSON, "offer.none", (Act.CANCEL_WAITING,), memory, "hardship", "nothing_to_spare")
    return Move(State.OFFER, "offer", (Act.OFFER,), memory.but(menus=memory.menus + 1))


def _which_amount(memory: Memory, reading: Reading, facts: Standing) -> Move:
    """Read the lowest of several possible amounts back, as a month's; never guess, and never above what was meant."""
    amounts = [_minor(amount, facts.currency) for amount in reading.slots.amount_alternatives]
    lowest = min((amount for amount in amounts if amount), default=None)
    if lowest is None or memory.asked_minor is not None:
        return again(State.CAPACITY, "capacity.again", memory)
    asked = memory.but(asked_minor=monthly_capacity(lowest, reading.slots.frequency), unclear=0)
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
