"""Decides what is done with a reply that is not understood, or may mean more than one thing.

Of two plain things we ask which; what is not understood is asked once more; the rest is for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import replace
from typing import Final

from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.state import State
from parley.nlu.reading import EXACT, Intent, Reading

# What a text may ask about; anything else is for a person.
ASKED_ABOUT: Final = frozenset(
    {
        *(Intent.PROMISE_TO_PAY, Intent.ASK_PLAN, Intent.ACCEPT, Intent.DECLINE, Intent.COUNTER_OFFER),
        *(Intent.CANNOT_PAY, Intent.ALREADY_PAID, Intent.DISPUTE, Intent.ASK_INFO, Intent.ASK_HUMAN),
        *(Intent.CALL_TIME, Intent.COMPLAINT),
    }
)
# Where one of these may be meant, nothing is asked of whoever reads the text: a person looks.
_GRAVE: Final = frozenset({Intent.RISK, Intent.LEGAL, Intent.STOP, Intent.WRONG_NUMBER, Intent.FRAUD_CLAIM})
_MOST_ASKED: Final = 2
# Between these nothing is lost where they lead to one step; what nobody understood leads nowhere by itself.
_HARMLESS: Final = ASKED_ABOUT - {Intent.DISPUTE, Intent.COMPLAINT, Intent.ASK_HUMAN, Intent.CALL_TIME}
# Two wordings of one question: what a month allows.
_CAPACITY_QUESTIONS: Final = {"capacity.ask", "cannot_pay.capacity"}


def again(state: State, say: str, memory: Memory) -> Move:
    """Ask the same thing once more; the second time a person takes over."""
    if memory.unclear >= 1:
        return to_person(memory, "not_understood")
    return Move(state, say, (), memory.but(unclear=memory.unclear + 1))


def ask_back(state: State, memory: Memory) -> Move:
    """Say that the reply was not understood, once."""
    return again(state, "unclear.ask_back", memory)


def ask_words(state: State, memory: Memory) -> Move:
    """Say that pictures and files are not opened here; the second time on end a person takes over.

    Needs no proof of identity: nothing is told. What was asked before stays asked.
    """
    if memory.asked_words:
        return to_person(memory, "media_not_taken")
    return Move(state, "unclear.media", (), memory.but(asked_words=True))


def to_person(memory: Memory, reason: str) -> Move:
    """Hand over, and take back what still waits to be sent."""
    return Move(State.WITH_PERSON, "hand_over.person", (Act.CANCEL_WAITING,), memory, "", reason)


def doubted(
    state: State, memory: Memory, reading: Reading, for_a_person: Container[Intent], step: Callable[[Reading], Move]
) -> Move:
    """Ask which of two things is meant; a person reads what may be more, or grave, or would go to one anyway.

    *step*: the move for a reading that is plain. Where both things lead to one, it is taken: asking changes nothing.
    """
    if reading.conditional:
        return to_person(memory, "conditional")
    if move := _one_step(reading, for_a_person, step):
        return move
    if pair := asked_between(reading):
        move = again(state, "either.ask_back", memory)
        return replace(move, between=pair) if move.say == "either.ask_back" else move
    is_beyond = len(reading.alternatives) > _MOST_ASKED or may_be_urgent(reading, for_a_person)
    return to_person(memory, "not_understood") if is_beyond else ask_back(state, memory)


def unasked(memory: Memory, reading: Reading) -> Move:
    """Let a person read what may be grave from somebody we do not know: asking what is meant would speak of a debt."""
    return to_person(memory, "conditional" if reading.conditional else "not_understood")


def _one_step(reading: Reading, for_a_person: Container[Intent], step: Callable[[Reading], Move]) -> Move | None:
    """Return the step that all things the reply may mean lead to; None where they lead to more than one."""
    if not reading.alternatives or not _HARMLESS.issuperset(reading.alternatives):
        return None
    if any(one in for_a_person for one in reading.alternatives):
        return None
    plain = (replace(reading, intent=one, alternatives=(), confidence=EXACT) for one in reading.alternatives)
    first, *others = map(step, plain)
    says = {first.say, *(one.say for one in others)}
    is_same = all(replace(first, say="") == replace(one, say="") for one in others)
    is_one = is_same and (len(says) == 1 or says == _CAPACITY_QUESTIONS)
    return first if is_one and set(first.acts) <= {Act.OFFER} else None


def asked_between(reading: Reading) -> tuple[str, ...]:
    """Return the two things a text may ask between; nothing where the reply may not mean two such."""
    pair = reading.alternatives
    return tuple(map(str, pair)) if len(pair) == _MOST_ASKED and ASKED_ABOUT.issuperset(pair) else ()


def may_be_urgent(reading: Reading, for_a_person: Container[Intent]) -> bool:
    """Say whether a person must read it before anything is asked: it may be grave, or is one that a person gets."""
    return bool(_GRAVE.intersection(reading.alternatives)) or reading.intent in for_a_person
