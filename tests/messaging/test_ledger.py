from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.ledger import CARRIERS, ENDED, OURS, TRANSITIONS, Event, State, advance, advance_by_part, diagram

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


Part = tuple[int, Event]
RECEIPTS = sorted(event for event in CARRIERS if event.startswith("receipt_"))


def heard(told: tuple[Part, ...], parts: int) -> State:
    """Return the state of a message of *parts* after these receipts: of a part, or of the whole (0)."""
    state, delivered = State.SUBMITTED, set[int]()
    for part, event in told:
        if part == 0:
            state = advance(state, event)
            continue
        delivered |= {part} if event is Event.RECEIPT_DELIVERED else set()
        state = advance_by_part(state, event, are_all_delivered=len(delivered) == parts)
    return state


def test_receipts_of_parts_and_of_the_whole_end_alike_in_every_order() -> None:
    """Every four different receipts of a message of two parts, also those that contradict each other."""
    every = [(part, event) for part in (0, 1, 2) for event in RECEIPTS]
    for told in itertools.combinations(every, 4):
        assert len({heard(order, 2) for order in itertools.permutations(told)}) == 1, told


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(RECEIPTS)), min_size=1, max_size=8), st.data())
def test_receipts_of_parts_end_alike_with_any_repetition(told: list[Part], data: st.DataObject) -> None:
    again = data.draw(st.permutations(told * 2))
    assert heard(tuple(again), 3) is heard(tuple(told), 3)


def test_a_message_is_delivered_only_when_all_its_parts_are() -> None:
    good, bad, late = Event.RECEIPT_DELIVERED, Event.RECEIPT_UNDELIVERED, Event.RECEIPT_EXPIRED
    assert heard(((1, good), (2, good), (3, good)), 3) is State.DELIVERED
    assert heard(((1, good), (2, good)), 3) is State.SUBMITTED
    assert heard(((1, late), (2, good), (3, bad)), 3) is State.UNDELIVERED
    assert heard(((1, late), (1, good), (2, good)), 2) is State.DELIVERED


def test_the_diagram_is_drawn_from_the_table() -> None:
    assert diagram() == (Path(__file__).parent / "ledger.mmd").read_text("utf-8")
