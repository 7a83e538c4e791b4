from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from parley.negotiation.capacity import monthly_capacity
from parley.negotiation.moves import Memory
from parley.negotiation.state import ANYWHERE, ENDED, State, diagram, diagram_by_person, next_states
from tests.negotiation.strategies import memories

DRAWN = Path(__file__).parent / "states.mmd"
DRAWN_BY_PERSON = Path(__file__).parent / "states_by_person.mmd"


def test_every_state_can_be_reached_and_every_state_reaches_an_end() -> None:
    reached, edge = {State.NOTIFIED}, {State.NOTIFIED}
    while edge:
        edge = {to for state in edge for to in next_states(state)} - reached
        reached |= edge
    assert reached == set(State)
    for state in State:
        assert next_states(state) & ENDED


def test_stop_and_crisis_are_heard_everywhere() -> None:
    for state in State:
        assert {State.OPTED_OUT, State.CRISIS} <= next_states(state)


def test_nothing_leads_back_from_an_end() -> None:
    for state in ENDED - {State.OPTED_OUT}:
        assert next_states(state) <= {State.OPTED_OUT, State.CRISIS, state}


def test_whoever_stopped_may_begin_anew() -> None:
    anew = {State.NOTIFIED, State.WITH_PERSON, State.DISPUTED, State.WRONG_PERSON}
    assert next_states(State.OPTED_OUT) == {State.OPTED_OUT, State.CRISIS, *anew}


def test_a_plain_wish_is_never_out_of_place() -> None:
    for state in set(State) - ENDED:
        assert next_states(state) >= ANYWHERE


def test_the_drawing_is_the_table() -> None:
    assert diagram() + "\n" == DRAWN.read_text(encoding="utf-8")


def test_the_drawing_of_a_person_s_steps_is_the_table() -> None:
    assert diagram_by_person() + "\n" == DRAWN_BY_PERSON.read_text(encoding="utf-8")


@given(memories())
def test_memory_survives_storage(memory: Memory) -> None:
    assert Memory.from_json(memory.to_json()) == memory


def test_memory_of_a_later_version_is_read() -> None:
    assert Memory.from_json({"turns": 3, "mood": "unknown to us"}) == Memory(turns=3)


@given(st.integers(0, 10**9), st.sampled_from([None, "daily", "weekly", "biweekly", "semimonthly", "monthly"]))
def test_a_capacity_is_never_stretched(amount: int, rhythm: str | None) -> None:
    per_year = {None: 12, "daily": 365, "weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12}[rhythm]
    monthly = monthly_capacity(amount, rhythm)
    assert monthly * 12 <= amount * per_year < (monthly + 1) * 12
