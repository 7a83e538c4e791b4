"""What became of a message: the states of the send ledger and every step between them, as a table.

Two kinds of event. *Ours* (intend, refuse, cancel, expire, defer) are written by us in order, under the borrower's
lock; one that does not fit the state is a defect. *The carrier's* (the answer to a submission, a receipt, a look-up, a
person who asked the provider) come early, late, twice and out of order; each tells a fact, facts have a rank, and the
strongest fact told so far is the state:

    submitted < unknown < rejected < expired < undelivered < delivered

So any order and any repetition of the same facts ends alike, an early receipt is not undone by a late answer, and news
of the handset wins over a time limit that ran out. `not_taken` tells that this try never left: it returns an intended
message to the queue and changes nothing where a stronger fact is known. A resend is a new message, never a step back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    INTENDED = "intended"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """What happened to a message. A look-up's or a person's finding is told by the `receipt_…` of the same meaning."""

    INTEND = "intend"
    REFUSE = "refuse"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DEFER = "defer"
    SUBMITTED = "submitted"
    NOT_TAKEN = "not_taken"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    RECEIPT_DELIVERED = "receipt_delivered"
    RECEIPT_UNDELIVERED = "receipt_undelivered"
    RECEIPT_EXPIRED = "receipt_expired"
    RECEIPT_REJECTED = "receipt_rejected"
    LOOKUP_ABSENT = "lookup_absent"


_OURS: Final[dict[tuple[State, Event], State]] = {
    (State.QUEUED, Event.INTEND): State.INTENDED,
    (State.QUEUED, Event.REFUSE): State.REFUSED,
    (State.QUEUED, Event.CANCEL): State.CANCELLED,
    (State.QUEUED, Event.EXPIRE): State.EXPIRED,
    (State.QUEUED, Event.DEFER): State.QUEUED,
}

# The fact that each of the carrier's events tells. After its settle time a provider that never had the message tells
# `lookup_absent`: it did not arrive, and what to do next is a person's question.
_FACTS: Final[dict[Event, State]] = {
    Event.SUBMITTED: State.SUBMITTED,
    Event.UNKNOWN: State.UNKNOWN,
    Event.REJECTED: State.REJECTED,
    Event.RECEIPT_REJECTED: State.REJECTED,
    Event.RECEIPT_EXPIRED: State.EXPIRED,
    Event.RECEIPT_UNDELIVERED: State.UNDELIVERED,
    Event.LOOKUP_ABSENT: State.UNDELIVERED,
    Event.RECEIPT_DELIVERED: State.DELIVERED,
}

# Weakest first. What we decided ourselves yields to any fact of the carrier's: a message that a handset has was sent.
_RANK: Final[dict[State, int]] = {
    State.QUEUED: 0,
    State.INTENDED: 0,
    State.REFUSED: 0,
    State.CANCELLED: 0,
    State.SUBMITTED: 1,
    State.UNKNOWN: 2,
    State.REJECTED: 3,
    State.EXPIRED: 4,
    State.UNDELIVERED: 5,
    State.DELIVERED: 6,
}


def _table() -> dict[tuple[State, Event], State]:
    steps = dict(_OURS)
    for state in State:
        steps[state, Event.NOT_TAKEN] = State.QUEUED if state is State.INTENDED else state
        for event, fact in _FACTS.items():
            steps[state, event] = fact if _RANK[fact] > _RANK[state] else state
    return steps


TRANSITIONS: Final[dict[tuple[State, Event], State]] = _table()
"""Every allowed step; a pair that is not here is a defect of the caller."""

OURS: Final[frozenset[Event]] = frozenset(event for _, event in _OURS)
CARRIERS: Final[frozenset[Event]] = frozenset(Event) - OURS

ENDED: Final[frozenset[State]] = frozenset(
    {State.REFUSED, State.CANCELLED, State.EXPIRED, State.DELIVERED, State.UNDELIVERED, State.REJECTED}
)
"""States in which nothing more is awaited; `unknown` awaits a look-up, a late receipt or a person."""


def advance(state: State, event: Event) -> State:
    """Return the state after *event*. An event of ours that does not fit the state is a defect."""
    assert (state, event) in TRANSITIONS, f"{event} does not happen to a message that is {state}"
    return TRANSITIONS[state, event]


def advance_by_part(state: State, event: Event, *, are_all_delivered: bool) -> State:
    """Return the state of a message after *event* of one of its parts.

    One part lost spoils it, and it is delivered once all its parts are: `are_all_delivered` counts this one. So
    receipts of parts and of the whole, in any order and any repetition, end alike.
    """
    if event is Event.RECEIPT_DELIVERED and not are_all_delivered:
        return state
    return advance(state, event)


def diagram() -> str:
    """Return the Mermaid state diagram of the table.

    Drawn is every step out of a state that is not an end; not drawn are the corrections by a stronger fact: of an end,
    and of a message that went back to the queue although the carrier had it.
    """
    labels: dict[tuple[State, State], list[str]] = {}
    for (state, event), after in TRANSITIONS.items():
        corrects = state in ENDED or (state is State.QUEUED and event in CARRIERS)
        if not corrects and (after is not state or event is Event.DEFER):
            labels.setdefault((state, after), []).append(event.value)
    lines = ["stateDiagram-v2", f"    [*] --> {State.QUEUED}"]
    lines += [f"    {state} --> {after}: {', '.join(events)}" for (state, after), events in labels.items()]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines) + "\n"
