"""What is done about one payment that a borrower names: it begins a plan, pays everything, or is read back first.

A payment once is no month's amount. Where a month's is not known it is asked; what pays all that is owed needs no plan.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from parley.negotiation.at_budget import for_capacity
from parley.negotiation.doubt import again
from parley.negotiation.moves import Memory, Move
from parley.negotiation.policy import Policy
from parley.negotiation.standing import AtOnce, Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

# Where one payment is heard: nothing else is asked for, or a plan is talked about.
_HEARD_IN: Final = frozenset(
    {State.NOTIFIED, State.IDENTIFY, State.CAPACITY, State.OFFER, State.READ_BACK, State.AGREED, State.PROMISED}
)
_OF_A_PLAN: Final = frozenset({Intent.ASK_PLAN, Intent.CANNOT_PAY, Intent.COUNTER_OFFER, Intent.CAPACITY_ANSWER})
_OF_PAYING: Final = frozenset({*_OF_A_PLAN, Intent.PROMISE_TO_PAY, Intent.ACCEPT, Intent.ASK_INFO, Intent.OTHER})
# A text that tells how all of it is paid leaves these where they stand; from anywhere else the talk is as at its start.
_STAYS: Final = frozenset({State.CAPACITY, State.OFFER, State.READ_BACK})

Start = Callable[[], date | None]


def all_at_once(state: State, memory: Memory, reading: Reading, facts: Standing) -> Move | None:
    """Tell how all that is owed is paid, whichever intent says so; None where that is not said, or not for now."""
    said = facts.at_once
    if said is None or said.amount_minor is not None or said.is_later or reading.conditional:
        return None
    is_told = facts.is_proven and facts.owes and state in _HEARD_IN
    return (
        how_to_pay(state, memory)
        if is_told and _OF_PAYING.issuperset((reading.intent, *reading.alternatives))
        else None
    )


def how_to_pay(state: State, memory: Memory) -> Move:
    """Tell what is owed and how it is paid: no plan is needed."""
    return Move(state if state in _STAYS else State.NOTIFIED, "info.pay_all", (), memory.but(unclear=0))


def at_once(
    state: State, memory: Memory, reading: Reading, facts: Standing, policy: Policy, start: Start
) -> Move | None:
    """Return what one payment leads to; None where the reply names none, or promises it: a promise is one payment.

    *start*: the first day that the reply names, where a plan may begin on it.
    """
    said = facts.at_once
    if said is None or not said.amount_minor or reading.conditional or state not in _HEARD_IN:
        return None
    if reading.intent not in _OF_A_PLAN:
        return None
    if said.is_sure:
        return take(state, memory.but(first_due_on=start() or memory.first_due_on), said, facts, policy)
    if memory.asked_minor is not None:
        return again(State.CAPACITY, "capacity.again", memory.but(asked_minor=None, asked_once=False))
    asked = memory.but(asked_minor=said.amount_minor, asked_once=True, unclear=0)
    return Move(State.CAPACITY, "number_ambiguous.read_back", (), asked)


def take(state: State, memory: Memory, said: AtOnce, facts: Standing, policy: Policy) -> Move:
    """Keep the payment, and offer with it; ask what a month allows where that is not known."""
    assert said.amount_minor, "a payment is some money"
    memory = memory.but(asked_minor=None, asked_once=False)
    if said.amount_minor >= facts.balance_minor:
        return how_to_pay(state, memory)
    memory = memory.but(lump_minor=said.amount_minor)
    capacity_minor = said.rest_minor if said.rest_minor is not None else memory.capacity_minor
    if capacity_minor is None:
        return ask_rest(memory)
    return for_capacity(memory, capacity_minor, None, facts, policy)


def ask_rest(memory: Memory) -> Move:
    """Ask what a month allows after the payment that was named."""
    return Move(State.CAPACITY, "lump.capacity", (), memory.but(unclear=0))
