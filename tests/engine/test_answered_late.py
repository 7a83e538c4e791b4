"""A question of ours is answered after a reminder came in between; and other answers that must not be lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from parley.engine.announce import Figures
from parley.engine.nightly import of_lateness
from parley.engine.situation import case_of
from parley.engine.twin import Message, Twin
from parley.negotiation.state import State
from tests.engine.sample import shipped_library
from tests.engine.test_walks import PROVEN

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=5)


def talk(*replies: str) -> Twin:
    twin = Twin(shipped_library(), case_of(PROVEN, now=NOON))
    for n, text in enumerate(replies):
        twin.hear(text, NOON + timedelta(minutes=n))
    return twin


def reminded(twin: Twin) -> Twin:
    made = twin.announce(of_lateness(39, twin.case.today(LATER)), Figures(), LATER)
    assert isinstance(made, Message) and made.left_at is not None
    assert twin.case.talk.last_context == "overdue"
    return twin


@pytest.mark.parametrize("text", ["2", "the second one", "number 2", "ill take 2", "选2", "第二个"])
def test_a_choice_is_heard_after_a_reminder(text: str) -> None:
    twin = reminded(talk("OPTIONS", "60 a month"))
    outcome = twin.hear(text, LATER + timedelta(hours=1)).outcome
    assert (outcome.to, outcome.memory.option) == (State.READ_BACK, 1)


@pytest.mark.parametrize("text", ["60", "about 60 a month", "110", "1999", "每月60"])
def test_a_sum_is_heard_after_a_reminder(text: str) -> None:
    twin = reminded(talk("OPTIONS"))
    outcome = twin.hear(text, LATER + timedelta(hours=1)).outcome
    assert (outcome.to, outcome.intent) == (State.OFFER, "capacity_answer")


def test_a_yes_to_what_was_read_back_is_heard_after_a_reminder() -> None:
    twin = reminded(talk("OPTIONS", "60 a month", "2"))
    twin.hear("yes please", LATER + timedelta(hours=1))
    assert len(twin.arrangements) == 1


@pytest.mark.parametrize(("text", "intent"), [("PAID", "already_paid"), ("PERSON", "ask_human"), ("STOP", "stop")])
def test_the_words_the_reminder_teaches_mean_what_it_says(text: str, intent: str) -> None:
    twin = reminded(talk("OPTIONS", "60 a month"))
    assert twin.hear(text, LATER + timedelta(hours=1)).outcome.intent == intent


def test_who_asks_for_the_options_again_gets_the_same_menu() -> None:
    twin = talk("OPTIONS", "60 a month")
    first = twin.case.offer
    twin.hear("OPTIONS", NOON + timedelta(hours=1))
    assert first is not None and twin.case.offer is not None
    assert twin.case.offer.plans == first.plans


def test_a_sum_at_a_rhythm_where_a_day_was_asked_for_is_a_plan() -> None:
    twin = talk("i will pay 60", "60 a month")
    assert twin.case.talk.state is State.OFFER


@pytest.mark.parametrize("text", ["around $60 a month", "about 60 a month", "maybe 60 per month", "每个月差不多60吧"])
def test_a_sum_at_a_rhythm_is_taken_whatever_else_it_may_mean(text: str) -> None:
    assert talk(text).case.talk.state is State.OFFER
