from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.ledger import CARRIERS, ENDED, OURS, TRANSITIONS, Event, State, advance, diagram, joined

FACTS = sorted(CARRIERS - {Event.NOT_TAKEN})


def after(events: list[Event] | tuple[Event, ...], start: State = State.INTENDED) -> State:
    state = start
    for event in events:
        state = advance(state, event)
    return state


@pytest.mark.parametrize(
    ("story", "end"),
    [
        ("intend submitted receipt_delivered", State.DELIVERED),
        ("defer defer intend submitted receipt_undelivered", State.UNDELIVERED),
        ("intend not_taken intend submitted receipt_expired", State.EXPIRED),
        ("intend rejected", State.REJECTED),
        ("intend unknown lookup_absent", State.UNDELIVERED),
        ("intend unknown receipt_delivered", State.DELIVERED),
        ("intend submitted unknown receipt_expired receipt_delivered", State.DELIVERED),
        ("intend receipt_delivered submitted unknown", State.DELIVERED),
        ("intend receipt_delivered not_taken", State.DELIVERED),
        ("refuse", State.REFUSED),
        ("cancel", State.CANCELLED),
        ("expire", State.EXPIRED),
    ],
)
def test_stories_of_one_message(story: str, end: State) -> None:
    assert after([Event(word) for word in story.split()], State.QUEUED) is end


def test_every_order_of_every_four_facts_ends_alike() -> None:
    for facts in itertools.combinations(sorted(CARRIERS), 4):
        if Event.NOT_TAKEN in facts:
            continue
        assert len({after(order) for order in itertools.permutations(facts)}) == 1, facts


@given(st.sets(st.sampled_from(FACTS), min_size=1), st.data())
def test_any_order_with_any_repetition_ends_alike(facts: set[Event], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(sorted(facts)), max_size=12))
    order = data.draw(st.permutations([*facts, *again]))
    assert after(order) is after(sorted(facts))


@given(st.permutations([Event.NOT_TAKEN, Event.NOT_TAKEN, Event.SUBMITTED, Event.RECEIPT_DELIVERED]))
def test_a_try_that_was_taken_after_all_is_not_sent_again(order: list[Event]) -> None:
    assert after(order) is State.DELIVERED


def test_a_final_receipt_wins_over_a_time_limit() -> None:
    assert after((Event.RECEIPT_EXPIRED, Event.RECEIPT_DELIVERED)) is State.DELIVERED
    assert after((Event.RECEIPT_UNDELIVERED, Event.RECEIPT_EXPIRED)) is State.UNDELIVERED


def test_our_own_steps_leave_only_the_queue() -> None:
    for state, event in itertools.product(State, OURS):
        assert ((state, event) in TRANSITIONS) is (state is State.QUEUED)
    with pytest.raises(AssertionError):
        advance(State.SUBMITTED, Event.CANCEL)


def test_nothing_the_carrier_tells_is_ever_unexpected() -> None:
    for state, event in itertools.product(State, CARRIERS):
        assert (state, event) in TRANSITIONS


def test_from_every_open_state_an_end_can_be_reached() -> None:
    reach = {state: {after for (at, _), after in TRANSITIONS.items() if at is state} for state in State}
    for state in set(State) - ENDED:
        assert reach[state] & ENDED


def test_a_carrier_never_sends_a_message_back_to_the_queue_once_it_has_it() -> None:
    for (state, event), result in TRANSITIONS.items():
        if result is State.QUEUED and event in CARRIERS:
            assert state in {State.INTENDED, State.QUEUED}


def test_a_message_is_delivered_only_when_all_its_parts_are() -> None:
    assert joined([State.DELIVERED] * 3) is State.DELIVERED
    assert joined([State.DELIVERED, State.SUBMITTED]) is State.SUBMITTED
    assert joined([State.DELIVERED, State.UNKNOWN, State.SUBMITTED]) is State.UNKNOWN
    assert joined([State.EXPIRED, State.DELIVERED, State.UNDELIVERED]) is State.UNDELIVERED


@given(st.lists(st.sampled_from(State), min_size=1, max_size=6))
def test_parts_join_alike_in_any_order(parts: list[State]) -> None:
    assert joined(parts) is joined(sorted(parts))
    assert (joined(parts) is State.DELIVERED) is all(part is State.DELIVERED for part in parts)


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert diagram() == (Path(__file__).parent / "ledger.mmd").read_text("utf-8")
