"""What is said while a plan stands and after it ended: (state, memory, reading, standing facts) → Move, or None.

| goal of the talk | set when | taken up |
|---|---|---|
| `end_plan` | a borrower asks to end the plan | read back once; a yes ends it and a person is told |
| `plan_missed` | a payment was missed, and another offer stands | once identity is proven the offer is told |
| `plan_kept` | every payment came in | once identity is proven it is told; 1 to 5 says how it went, once |

The words stand in a table (`after_words`), for the reader does not know them. None: the reply is about something else.
"""

from __future__ import annotations

from typing import Final

from parley.negotiation.doubt import ask_back, to_person
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

END_PLAN: Final = "end_plan"
PLAN_MISSED: Final = "plan_missed"
PLAN_KEPT: Final = "plan_kept"
# What our last message asked: how it went, and whether the plan still fits.
SATISFACTION: Final = "satisfaction"
RECHECK: Final = "recheck"
# Where a wish to end the plan is heard: nothing else is being read back.
_HEARD_IN: Final = frozenset({State.AGREED, State.NOTIFIED, State.IDENTIFY, State.CAPACITY, State.OFFER})
_GOALS: Final = frozenset({PLAN_MISSED, PLAN_KEPT, END_PLAN})
_ASKS_FOR_IT: Final = frozenset({Intent.ASK_INFO, Intent.ACCEPT, Intent.ASK_PLAN, Intent.CANNOT_PAY, Intent.OTHER})
_NOTHING_CHANGED: Final = frozenset({Intent.ACCEPT, Intent.THANKS})
_CHANGED: Final = frozenset({Intent.DECLINE, Intent.CANNOT_PAY, Intent.ASK_PLAN})


def after_agreement(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Return what the reply means because of a plan; None where it is about something else.

    A score and "nothing has changed" need no proof of identity: they tell nothing and change nothing.
    """
    if state is State.END_READ_BACK:
        return _at_end_read_back(memory, reading, facts)
    if facts.after.score is not None and facts.context == SATISFACTION and memory.goal == PLAN_KEPT:
        return Move(state, "satisfaction.thanks", (Act.SCORE,), memory.but(goal="", unclear=0))
    if not facts.has_plan:
        return None
    if facts.after.ends_plan and state in _HEARD_IN:
        return _asks_to_end(memory, facts)
    return _about_recheck(state, memory, reading, facts) if facts.context == RECHECK else None


def keeps_goal(memory: Memory, intent: Intent) -> bool:
    """Say whether what a plan left to be told stays so after a reply before identity: it asks for just that."""
    return memory.goal in _GOALS and intent in _ASKS_FOR_IT


def proven_after(memory: Memory, facts: Standing) -> Move | None:
    """Identity has just been proven: go on with what a plan left to be told; None where nothing is."""
    match memory.goal:
        case "plan_kept":
            return Move(State.NOTIFIED, "kept", (), memory)
        case "plan_missed" if facts.has_missed and facts.options > 0:
            return Move(State.OFFER, "missed", (), memory.but(goal="", option=None))
        case "end_plan" if facts.has_plan:
            return _asks_to_end(memory, facts)
        case "ask_plan" | "cannot_pay" if facts.has_plan:
            # Whoever keeps a plan is not told of what is past due beside it.
            return Move(State.CAPACITY, "cannot_pay.capacity", (), memory)
        case "ask_info" | "accept" if facts.has_plan and facts.owes:
            return Move(State.NOTIFIED, "info.balance", (), memory)
        case _:
            return None


def _asks_to_end(memory: Memory, facts: Standing) -> Move:
    """Read the wish back, once; whose it is must be known first."""
    memory = memory.but(goal=END_PLAN, unclear=0)
    if not facts.is_proven and facts.identity_answer != "match":
        return Move(State.IDENTIFY, "identity.ask", (), memory)
    return Move(State.END_READ_BACK, "plan.end_ask", (), memory)


def _at_end_read_back(memory: Memory, reading: Reading, facts: Standing) -> Move:
    """Take the yes or the no to "shall the plan end?"; the same wish once more is a yes, a mere "ok" is neither."""
    if not facts.has_plan:
        # It ended meanwhile: nothing is left to end.
        return to_person(memory, "plan_ended")
    if not facts.is_proven:
        return _asks_to_end(memory, facts)
    if reading.conditional:
        return to_person(memory, "conditional")
    says_so = facts.after.ends_plan or facts.after.ends_it
    is_yes = reading.intent is Intent.ACCEPT and not reading.is_doubtful and Intent.ASK_INFO not in reading.also
    if says_so or is_yes:
        acts = (Act.END_PLAN, Act.CANCEL_WAITING)
        return Move(State.WITH_PERSON, "plan.cancelled", acts, memory.but(goal=""), "", "plan_cancelled")
    if reading.intent is Intent.DECLINE and not reading.is_doubtful:
        return Move(State.AGREED, "plan.stays", (), memory.but(goal="", unclear=0))
    return ask_back(State.END_READ_BACK, memory)


def _about_recheck(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Take the answer to "does the plan still fit?"; an amount is taken as anywhere else."""
    if facts.after.has_changed or (reading.intent in _CHANGED and not reading.is_doubtful):
        if reading.slots.amount is not None:
            return None
        memory = memory.but(goal=str(Intent.ASK_PLAN), unclear=0)
        if not facts.is_proven:
            return Move(State.IDENTIFY, "identity.ask", (), memory)
        return Move(State.CAPACITY, "cannot_pay.capacity", (), memory)
    is_same = reading.intent in _NOTHING_CHANGED and not reading.is_doubtful and not reading.conditional
    if facts.after.is_unchanged or (is_same and reading.slots.amount is None):
        return Move(state, "recheck.same", (), memory.but(unclear=0))
    return None
