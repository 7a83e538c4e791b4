"""A borrower asks for a higher limit: passed on to the lender's core, or to a person; granted by nobody here.

| where the talk stands | what happens |
|---|---|
| identity not proven | identity is asked, the wish is remembered |
| nothing is being arranged, no arrears, hold or plan, the account has a limit | recorded and passed on |
| anything else | a person, kindly: whoever is behind or in difficulty is never answered by a machine here |
"""

from __future__ import annotations

from typing import Final

from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

LIMIT_RISE: Final = "limit_rise"  # the goal of a borrower who asks before identity is proven
# Nothing is being arranged in these: a wish in passing does not lose what was asked.
_AT_REST: Final = frozenset({State.NOTIFIED, State.IDENTIFY, State.PROMISED})
# What such a reply may be taken for by the reader: none of them says more than the wish itself.
_PLAIN: Final = frozenset(
    {
        *(Intent.ASK_INFO, Intent.ASK_PLAN, Intent.OTHER, Intent.ACCEPT, Intent.COUNTER_OFFER, Intent.CAPACITY_ANSWER),
        *(Intent.HELP, Intent.THANKS, Intent.DECLINE),
    }
)


def about_limit(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Take a wish for a higher limit; None for a reply that has none, or that tells of something that goes before it.

    Whoever says in the same breath that they cannot pay is heard in that. Before identity is proven nothing is said of
    an account, not even whether it has a limit.
    """
    if not facts.wants_limit_rise or reading.intent not in _PLAIN or Intent.CANNOT_PAY in reading.also:
        return None
    if facts.is_proven:
        return limit_rise(state, memory, facts)
    if facts.identity_answer == "mismatch":
        return None
    return Move(State.IDENTIFY, "identity.ask", (), memory.but(goal=LIMIT_RISE, unclear=0))


def limit_rise(state: State, memory: Memory, facts: Standing) -> Move:
    """Pass the wish of a borrower who is known on; to a person where there are arrears, a hold or a plan."""
    memory = memory.but(goal="", unclear=0)
    if state not in _AT_REST or not facts.may_ask_limit_rise or facts.arrears_minor > 0:
        return Move(State.WITH_PERSON, "limit.rise_person", (), memory, "", "limit_rise")
    to = state if state is State.PROMISED else State.NOTIFIED
    return Move(to, "limit.rise_asked", (Act.ASK_LIMIT_RISE,), memory)
