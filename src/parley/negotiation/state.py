"""Where a talk stands, and where it can go. The table is the specification; the docs draw their diagram from it.

```
notified → identify → capacity → (budget →) offer → read_back → agreed
                    ↘ promise → promise_read_back → promised
agreed → end_read_back → with_person, when the borrower ends the plan
any → with_person · disputed · wrong_person · opted_out · crisis · locked · closed
opted_out → notified, when the borrower asks for texts again; to a person where the same reply says what needs one
```

A person leads a talk by steps of their own (`BY_PERSON`): takes it over, hands it back, closes it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """A state of a conversation."""

    NOTIFIED = "notified"
    IDENTIFY = "identify"
    CAPACITY = "capacity"
    BUDGET = "budget"
    OFFER = "offer"
    READ_BACK = "read_back"
    PROMISE = "promise"
    PROMISE_READ_BACK = "promise_read_back"
    AGREED = "agreed"
    PROMISED = "promised"
    END_READ_BACK = "end_read_back"
    WITH_PERSON = "with_person"
    DISPUTED = "disputed"
    WRONG_PERSON = "wrong_person"
    OPTED_OUT = "opted_out"
    CRISIS = "crisis"
    LOCKED = "locked"
    CLOSED = "closed"


# The machine says nothing of its own in these; only a person leads out (or, for closed, a new message).
ENDED: Final = frozenset(
    {
        State.WITH_PERSON,
        State.DISPUTED,
        State.WRONG_PERSON,
        State.OPTED_OUT,
        State.CRISIS,
        State.LOCKED,
        State.CLOSED,
    }
)
# Something stands that the borrower agreed to; a further reply opens the talk again.
SETTLED: Final = frozenset({State.AGREED, State.PROMISED})
# A person must look.
NEEDS_PERSON: Final = frozenset({State.WITH_PERSON, State.DISPUTED, State.CRISIS, State.LOCKED})
# Reachable from every state that has not ended: an urgent or plain wish is never out of place.
ANYWHERE: Final = frozenset(
    {
        State.WITH_PERSON,
        State.DISPUTED,
        State.WRONG_PERSON,
        State.OPTED_OUT,
        State.CRISIS,
        State.LOCKED,
        State.CLOSED,
    }
)

# Identity may have to be asked again in every state: a proof lapses.
_TALKING: Final = frozenset(
    {
        State.CAPACITY,
        State.BUDGET,
        State.OFFER,
        State.PROMISE,
        State.PROMISE_READ_BACK,
        State.NOTIFIED,
        State.IDENTIFY,
    }
)

_ONWARD: Final[dict[State, frozenset[State]]] = {
    State.NOTIFIED: _TALKING | {State.END_READ_BACK},
    State.IDENTIFY: _TALKING | {State.END_READ_BACK},
    State.CAPACITY: _TALKING | {State.END_READ_BACK},
    State.BUDGET: _TALKING | {State.END_READ_BACK},
    State.OFFER: _TALKING | {State.READ_BACK, State.END_READ_BACK},
    State.READ_BACK: _TALKING | {State.READ_BACK, State.AGREED},
    State.PROMISE: _TALKING,
    State.PROMISE_READ_BACK: _TALKING | {State.PROMISED},
    State.AGREED: _TALKING | {State.AGREED, State.END_READ_BACK},
    State.PROMISED: _TALKING | {State.PROMISED},
    State.END_READ_BACK: _TALKING | {State.AGREED, State.END_READ_BACK},
}

# STOP and a crisis are heard even where a person has taken over or the thread was closed.
_ALWAYS_HEARD: Final = frozenset({State.OPTED_OUT, State.CRISIS})


# Whoever stopped all texts may ask for them again, and say in the same reply what only a person takes.
_RESUMED: Final[dict[State, frozenset[State]]] = {
    State.OPTED_OUT: frozenset({State.NOTIFIED, State.WITH_PERSON, State.DISPUTED, State.WRONG_PERSON})
}

# Where the machine may go on from when a person hands a talk back.
HANDED_BACK: Final = frozenset(
    {State.NOTIFIED, State.IDENTIFY, State.CAPACITY, State.OFFER, State.AGREED, State.PROMISED}
)

_TAKEN: Final = frozenset({State.WITH_PERSON, State.CRISIS, State.WRONG_PERSON})

# The steps of a person. A talk that was closed is over for people too: the next word opens another.
BY_PERSON: Final[dict[State, frozenset[State]]] = {
    **{state: _TAKEN for state in State if state not in ENDED},
    State.WITH_PERSON: HANDED_BACK | {State.CRISIS, State.WRONG_PERSON, State.CLOSED},
    State.DISPUTED: HANDED_BACK | {State.WITH_PERSON, State.CRISIS, State.WRONG_PERSON, State.CLOSED},
    State.LOCKED: HANDED_BACK | {State.CRISIS, State.WRONG_PERSON, State.CLOSED},
    State.CRISIS: frozenset({State.WITH_PERSON, State.WRONG_PERSON, State.CLOSED}),
    State.OPTED_OUT: frozenset({State.CRISIS, State.WRONG_PERSON, State.CLOSED}),
    State.WRONG_PERSON: frozenset({State.CRISIS, State.CLOSED}),
    State.CLOSED: frozenset(),
}


def next_states(state: State) -> frozenset[State]:
    """Return the states that may follow *state*."""
    if state in ENDED:
        return _ALWAYS_HEARD | {state} | _RESUMED.get(state, frozenset())
    return _ONWARD[state] | ANYWHERE


def next_states_by_person(state: State) -> frozenset[State]:
    """Return the states to which a person may lead a talk in *state*, to stay among them."""
    return BY_PERSON[state] | {state}


def diagram() -> str:
    """Draw the table as a Mermaid state diagram; the way to the states reachable from anywhere is drawn once."""
    lines = ["stateDiagram-v2", "    [*] --> notified"]
    lines += [f"    {state} --> {to}" for state in _ONWARD for to in sorted(_ONWARD[state]) if to is not state]
    lines += [f"    any --> {to}" for to in sorted(ANYWHERE)]
    lines += [f"    {state} --> {to}" for state in _RESUMED for to in sorted(_RESUMED[state])]
    lines += [f"    {state} --> [*]" for state in sorted(ENDED)]
    return "\n".join(lines)


def diagram_by_person() -> str:
    """Draw the steps of a person as a Mermaid state diagram."""
    talking = "talking"
    lines = ["stateDiagram-v2", *(f"    {talking} --> {to}" for to in sorted(_TAKEN))]
    lines += [f"    {state} --> {to}" for state in State if state in ENDED for to in sorted(BY_PERSON[state])]
    return "\n".join([*lines, "    closed --> [*]"])
