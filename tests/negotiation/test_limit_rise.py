"""A higher limit is passed on or goes to a person: a machine grants none, and answers nobody in difficulty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.negotiation.dialogue import next_move
from parley.negotiation.limit_rise import LIMIT_RISE
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import EXACT, Intent, Reading
from tests.negotiation.strategies import memories, readings, shipped_policy, standings
from tests.negotiation.test_dialogue import OWING

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN = replace(OWING, arrears_minor=0, options=0, wants_limit_rise=True, may_ask_limit_rise=True)


def move_of(
    state: State,
    facts: Standing,
    intent: Intent = Intent.ASK_INFO,
    memory: Memory | None = None,
    also: Sequence[Intent] = (),
) -> Move:
    reading = Reading(intent, tuple(also), confidence=EXACT)
    return next_move(state, memory or Memory(), reading, facts, shipped_policy())


@given(st.sampled_from(State), memories(), readings(), standings())
def test_a_wish_is_passed_on_for_nobody_unknown_behind_or_in_difficulty(
    state: State, memory: Memory, reading: Reading, facts: Standing
) -> None:
    move = next_move(state, memory, reading, facts, shipped_policy())
    if Act.ASK_LIMIT_RISE in move.acts:
        assert facts.is_proven or Act.PROVE_IDENTITY in move.acts
        assert facts.may_ask_limit_rise
        assert facts.arrears_minor == 0
        assert move.say == "limit.rise_asked"


@pytest.mark.parametrize("state", [State.NOTIFIED, State.IDENTIFY, State.PROMISED])
def test_a_wish_at_rest_is_passed_on(state: State) -> None:
    move = move_of(state, KNOWN)
    assert (move.acts, move.say, move.person) == ((Act.ASK_LIMIT_RISE,), "limit.rise_asked", "")


def test_who_owes_nothing_may_ask_too() -> None:
    assert Act.ASK_LIMIT_RISE in move_of(State.NOTIFIED, replace(KNOWN, owes=False, balance_minor=0)).acts


@pytest.mark.parametrize("state", [State.CAPACITY, State.OFFER, State.READ_BACK, State.PROMISE, State.AGREED])
def test_a_wish_while_something_is_arranged_is_a_persons(state: State) -> None:
    move = move_of(state, KNOWN)
    assert (move.to, move.say, move.acts, move.person) == (State.WITH_PERSON, "limit.rise_person", (), "limit_rise")


@pytest.mark.parametrize("facts", [replace(KNOWN, arrears_minor=1), replace(KNOWN, may_ask_limit_rise=False)])
def test_a_wish_in_difficulty_is_a_persons(facts: Standing) -> None:
    assert move_of(State.NOTIFIED, facts).say == "limit.rise_person"


def test_before_identity_nothing_is_said_of_a_limit_and_the_wish_is_kept() -> None:
    unknown = replace(KNOWN, is_proven=False)
    asked = move_of(State.NOTIFIED, unknown)
    assert (asked.to, asked.say, asked.acts, asked.memory.goal) == (State.IDENTIFY, "identity.ask", (), LIMIT_RISE)
    matched = replace(unknown, identity_answer="match", wants_limit_rise=False)
    proven = move_of(State.IDENTIFY, matched, Intent.IDENTITY_ANSWER, asked.memory)
    assert proven.acts == (Act.PROVE_IDENTITY, Act.ASK_LIMIT_RISE)
    behind = move_of(State.IDENTIFY, replace(matched, arrears_minor=1), Intent.IDENTITY_ANSWER, asked.memory)
    assert (behind.acts, behind.say) == ((Act.PROVE_IDENTITY,), "limit.rise_person")


def test_a_wrong_identity_answer_is_a_try_whatever_it_asks_for() -> None:
    unknown = replace(KNOWN, is_proven=False, identity_answer="mismatch")
    assert move_of(State.IDENTIFY, unknown, memory=Memory(goal=LIMIT_RISE)).memory.identity_tries == 1


@pytest.mark.parametrize(
    ("intent", "say"),
    [
        (Intent.COMPLAINT, "complaint.opened"),
        (Intent.STOP, "stop.confirmed"),
        (Intent.RISK, "crisis.support"),
        (Intent.CANNOT_PAY, "cannot_pay.capacity"),
    ],
)
def test_what_weighs_more_is_heard_first(intent: Intent, say: str) -> None:
    assert move_of(State.NOTIFIED, KNOWN, intent).say == say


def test_whoever_cannot_pay_is_heard_in_that_even_in_passing() -> None:
    move = move_of(State.NOTIFIED, KNOWN, Intent.ASK_PLAN, also=(Intent.CANNOT_PAY,))
    assert Act.ASK_LIMIT_RISE not in move.acts
