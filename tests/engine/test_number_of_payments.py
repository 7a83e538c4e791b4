"""So many payments as the borrower names are offered as so many, or it is asked whether that much a month is meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parley.engine.situation import Situation, case_of
from parley.engine.twin import Twin
from parley.negotiation.state import State
from parley.nlu.reading import EXACT, Intent, Reading, Slots
from tests.engine.sample import shipped_library
from tests.engine.test_walks import CHINA, PROVEN, TAIWAN

NOON = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
YES = Reading(Intent.ACCEPT, confidence=EXACT)
PLACES = (PROVEN, replace(CHINA, is_proven=True), replace(TAIWAN, is_proven=True))


def asks(count: int) -> Reading:
    return Reading(Intent.ASK_PLAN, slots=Slots(n_instalments=count), confidence=EXACT)


def twin_of(situation: Situation) -> Twin:
    return Twin(shipped_library(), case_of(situation, now=NOON))


def hear(twin: Twin, *readings: Reading) -> None:
    for n, reading in enumerate(readings):
        twin.hear("", NOON + timedelta(minutes=n), reading)


@pytest.mark.parametrize("situation", PLACES)
def test_after_a_yes_the_first_plan_has_as_many_payments_as_were_named(situation: Situation) -> None:
    for count in range(2, 37):
        twin = twin_of(situation)
        hear(twin, asks(count))
        assert (twin.case.talk.state, twin.case.offer) == (State.CAPACITY, None), count
        hear(twin, YES)
        assert twin.case.offer is not None and twin.case.offer.plans[0].count == count


def test_within_what_can_be_paid_it_is_offered_at_once() -> None:
    twin = twin_of(PROVEN)
    hear(twin, asks(12), YES, asks(30))
    assert twin.case.offer is not None and twin.case.offer.plans[0].count == 30


def test_above_what_can_be_paid_nothing_is_offered_unasked() -> None:
    twin = twin_of(PROVEN)
    hear(twin, asks(12), YES)
    before = twin.case.offer
    hear(twin, asks(3))
    assert (twin.case.talk.state, twin.case.offer) == (State.CAPACITY, before)


def test_more_payments_than_a_plan_may_have_are_no_terms() -> None:
    twin = twin_of(PROVEN)
    hear(twin, asks(400))
    assert twin.case.talk.state is State.CAPACITY and twin.case.talk.memory.asked_minor is None
