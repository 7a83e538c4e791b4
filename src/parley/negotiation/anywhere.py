"""What does a reply mean in every state? STOP and a crisis first, then what only a person takes, by table.

An alert's answer is here too: whoever is asked "was it you?" answers it wherever the talk stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from parley.negotiation.doubt import ask_back, to_person
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import ENDED, State
from parley.nlu.reading import Intent, Reading

# Our last message asked whether a transaction was the borrower's.
ALERT: Final = "risk_alert"


@dataclass(frozen=True, slots=True)
class Anywhere:
    """What an intent means in every state."""

    to: State
    say: str
    hold: str = ""
    person: str = ""
    acts: tuple[Act, ...] = ()


ANYWHERE_MEANS: Final[dict[Intent, Anywhere]] = {
    Intent.LEGAL: Anywhere(State.WITH_PERSON, "legal.noted", "represented", "legal", (Act.CANCEL_WAITING,)),
    Intent.FRAUD_CLAIM: Anywhere(State.WITH_PERSON, "fraud.opened", "fraud_claim", "fraud", (Act.CANCEL_WAITING,)),
    Intent.WRONG_NUMBER: Anywhere(
        State.WRONG_PERSON, "wrong_number.sorry", "", "", (Act.QUARANTINE, Act.CANCEL_WAITING)
    ),
    Intent.DISPUTE: Anywhere(State.DISPUTED, "dispute.opened", "dispute", "dispute", (Act.CANCEL_WAITING,)),
    Intent.COMPLAINT: Anywhere(State.WITH_PERSON, "complaint.opened", "complaint", "complaint", (Act.CANCEL_WAITING,)),
    Intent.ASK_HUMAN: Anywhere(State.WITH_PERSON, "hand_over.person", "", "asked"),
    Intent.CALL_TIME: Anywhere(State.WITH_PERSON, "call_time.noted", "", "contact_wishes", (Act.CANCEL_WAITING,)),
    Intent.ALREADY_PAID: Anywhere(State.WITH_PERSON, "paid.check", "", "payment_claimed", (Act.CANCEL_WAITING,)),
}
_HEARD_IN_PASSING: Final = (Intent.ASK_HUMAN, Intent.DISPUTE, Intent.COMPLAINT)
# Not passed over when the same reply asks for texts again.
_GRAVE: Final = frozenset({Intent.LEGAL, Intent.FRAUD_CLAIM, Intent.WRONG_NUMBER, Intent.DISPUTE, Intent.COMPLAINT})


def about_alert(state: State, memory: Memory, reading: Reading) -> Move | None:
    """Take the answer to "was it you?"; None for a reply that speaks of something else, such as a choice of the menu.

    Needs no proof of identity: nothing is told. A no is acted on at once, a yes with a question is not taken for one.
    """
    if reading.intent in {Intent.FRAUD_CLAIM, Intent.DECLINE}:
        acts = (Act.DENY_TRANSACTION, Act.CANCEL_WAITING)
        return Move(State.WITH_PERSON, "risk_alert.blocked", acts, memory, "fraud_claim", "fraud")
    asks = Intent.ASK_INFO in {reading.intent, *reading.alternatives}
    if asks or (reading.intent is Intent.ACCEPT and Intent.ASK_INFO in reading.also):
        return to_person(memory, "alert_question")
    if reading.is_doubtful or reading.intent in {Intent.OTHER, Intent.THANKS}:
        return ask_back(state, memory)
    if reading.intent is Intent.ACCEPT and reading.slots.option is None:
        if reading.conditional:
            return to_person(memory, "conditional")
        return Move(state, "risk_alert.thanks", (Act.CONFIRM_TRANSACTION,), memory.but(unclear=0))
    return None


def for_a_person(memory: Memory, reading: Reading) -> Move | None:
    """Take what means the same in every state, and what tells of illness, grief or the like."""
    fixed = _fixed(reading)
    if fixed is not None:
        return Move(fixed.to, fixed.say, fixed.acts, memory, fixed.hold, fixed.person)
    if reading.sensitive:
        return Move(State.WITH_PERSON, "sensitive.person", (Act.CANCEL_WAITING,), memory, "vulnerable", "vulnerable")
    return None


def _fixed(reading: Reading) -> Anywhere | None:
    """Return what the reply means in every state; a person, a dispute or a complaint counts in passing too."""
    if reading.is_doubtful:
        return None
    if reading.intent in ANYWHERE_MEANS:
        return ANYWHERE_MEANS[reading.intent]
    return next((ANYWHERE_MEANS[intent] for intent in _HEARD_IN_PASSING if intent in reading.also), None)


def urgent(state: State, memory: Memory, reading: Reading, stop_scope: str) -> Move | None:
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
    more = [ANYWHERE_MEANS[one] for one in (reading.intent, *reading.also) if one in ANYWHERE_MEANS]
    hold = next((one.hold for one in more if one.hold), "")
    say = "" if state is State.OPTED_OUT else "stop.confirmed"
    return Move(State.OPTED_OUT, say, acts, memory, hold, "stop_and_more" if more else "")


def _no_more_promotions(state: State, memory: Memory) -> Move:
    """Stop promotions only: the talk stands where it stood, and a thread that is over stays a person's."""
    say = "" if state in {State.CRISIS, State.OPTED_OUT} else "stop.promotions"
    person = "wrote_again" if state in ENDED else ""
    return Move(state, say, (Act.OPT_OUT_PROMOTION,), memory, "", person)


def resumed(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Texts are wished again: say so once, and stand where the talk stood; one that was stopped begins anew.

    What only a person takes, said in the same reply, is taken all the same.
    """
    if not facts.has_resumed or state in ENDED - {State.OPTED_OUT}:
        return None
    grave = reading.intent in _GRAVE or bool(_GRAVE.intersection(reading.also))
    if reading.sensitive or (grave and not reading.is_doubtful):
        move = for_a_person(memory, reading)
        return None if move is None else replace(move, acts=(Act.RESUME, *move.acts))
    to = State.NOTIFIED if state is State.OPTED_OUT else state
    return Move(to, "resumed.confirmed", (Act.RESUME,), memory.but(unclear=0))


def after_the_end(state: State, memory: Memory, facts: Standing) -> Move:
    """Say nothing in a thread that a person holds or that is over; the person sees the reply.

    Whether it proves identity the door found out, and only the machine knows: a person may have asked for it.
    """
    if state is State.OPTED_OUT:
        return Move(state, "", (), memory, "", "wrote_after_stop")
    if state in {State.CLOSED, State.WRONG_PERSON}:
        return Move(state, "", (), memory, "", "wrote_after_end")
    is_proof = facts.identity_answer == "match" and state in {State.WITH_PERSON, State.DISPUTED}
    return Move(state, "", (Act.PROVE_IDENTITY,) if is_proof else (), memory, "", "wrote_again")
