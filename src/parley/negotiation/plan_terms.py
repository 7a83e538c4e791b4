"""A question about what a plan does to the credit record, or about a missed payment: (state, …) → Move, or None.

It is answered where a plan is offered, read back or agreed, and the talk stands where it stood. Who also names an
amount, a day or an option says something of their own, and is answered as elsewhere.
"""

from __future__ import annotations

from typing import Final

from parley.negotiation.anywhere import ANYWHERE_MEANS
from parley.negotiation.doubt import may_be_urgent
from parley.negotiation.moves import Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

TERMS: Final = "info.terms"
_OFFERED: Final = frozenset({State.OFFER, State.READ_BACK})


def about_terms(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Return the answer to a question about the terms of a plan; None where the reply is about something else."""
    if not (facts.after.asks_terms and facts.is_proven and facts.owes) or may_be_urgent(reading, ANYWHERE_MEANS):
        return None
    speaks_of_plan = facts.options > 0 if state in _OFFERED else state is State.AGREED or facts.has_plan
    slots = reading.slots
    says_more = slots.amount is not None or slots.option is not None or bool(slots.dates)
    if not speaks_of_plan or says_more or not _asks(state, reading):
        return None
    return Move(state, TERMS, (), memory.but(unclear=0))


def _asks(state: State, reading: Reading) -> bool:
    """Say whether the reply asks; a yes with the question beside it is no yes yet to what was read back."""
    if reading.intent is Intent.ASK_INFO or (reading.is_doubtful and Intent.ASK_INFO in reading.alternatives):
        return True
    is_yes = reading.intent is Intent.ACCEPT and not reading.conditional
    return state is State.READ_BACK and is_yes and Intent.ASK_INFO in reading.also
