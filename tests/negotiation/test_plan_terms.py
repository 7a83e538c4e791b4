"""A question about the credit record or a missed payment is answered, and the talk stands where it stood."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from parley.negotiation.after_words import AfterWords, after_words
from parley.negotiation.moves import Memory
from parley.negotiation.plan_terms import TERMS
from parley.negotiation.state import State
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import EXACT, Intent, Reading, Slots
from tests.engine.sample import shipped_library
from tests.negotiation.test_dialogue import OWING, heard, move_of

ASKING = replace(OWING, after=AfterWords(asks_terms=True))
CHOSEN = Memory(option=0)


@cache
def words() -> Lexicon:
    return shipped_library().after_words


@pytest.mark.parametrize(
    "text",
    [
        "will this affect my credit score", "does it show on my credit report?", "CREDIT", "is there a late fee",
        "what does it do to my credit file", "what happens if I miss a payment", "what comes when we pay late",
        "会影响征信吗", "會影響信用紀錄嗎", "逾期了会怎么样", "漏繳一期會怎樣", "有滞纳金吗", "上征信吗",
    ],
)  # fmt: skip
def test_the_words_are_heard(text: str) -> None:
    assert after_words(text, words()).asks_terms


@pytest.mark.parametrize(
    "text", ["ok", "2", "my credit card was stolen", "60 a month", "can i pay by card", "好的", "500", "什么时候还"]
)
def test_other_words_are_not(text: str) -> None:
    assert not after_words(text, words()).asks_terms


@pytest.mark.parametrize("state", [State.OFFER, State.READ_BACK, State.AGREED])
def test_a_question_is_answered_and_nothing_changes(state: State) -> None:
    move = move_of(state, CHOSEN, heard(Intent.ASK_INFO), ASKING)
    assert (move.to, move.say, move.acts, move.memory.option) == (state, TERMS, (), 0)
    # "What happens if …" hangs on no condition of theirs.
    assert move_of(state, CHOSEN, replace(heard(Intent.ASK_INFO), conditional=True), ASKING).say == TERMS


def test_a_doubtful_reading_that_may_be_the_question_is_one() -> None:
    doubtful = Reading(Intent.ASK_INFO, confidence=0.5, alternatives=(Intent.ASK_INFO, Intent.DECLINE))
    assert doubtful.is_doubtful
    assert move_of(State.READ_BACK, CHOSEN, doubtful, ASKING).say == TERMS
    grave = replace(doubtful, alternatives=(Intent.ASK_INFO, Intent.STOP))
    assert move_of(State.READ_BACK, CHOSEN, grave, ASKING).say != TERMS


def test_a_yes_with_the_question_beside_it_binds_nobody() -> None:
    yes = Reading(Intent.ACCEPT, also=(Intent.ASK_INFO,), confidence=EXACT)
    move = move_of(State.READ_BACK, CHOSEN, yes, ASKING)
    assert (move.to, move.say, move.acts) == (State.READ_BACK, TERMS, ())
    assert move_of(State.READ_BACK, CHOSEN, replace(yes, conditional=True), ASKING).to is State.WITH_PERSON


@pytest.mark.parametrize(
    "reading",
    [
        heard(Intent.ASK_INFO, amount=Decimal(50)),
        heard(Intent.ASK_INFO, option="1"),
        heard(Intent.DECLINE),
        heard(Intent.COMPLAINT),
        Reading(Intent.CANNOT_PAY, slots=Slots(), confidence=EXACT),
    ],
)
def test_whoever_says_more_is_answered_as_elsewhere(reading: Reading) -> None:
    assert move_of(State.OFFER, CHOSEN, reading, ASKING).say != TERMS


def test_nothing_is_told_before_identity_or_without_a_plan() -> None:
    ask = heard(Intent.ASK_INFO)
    assert move_of(State.READ_BACK, CHOSEN, ask, replace(ASKING, is_proven=False)).say == "identity.ask"
    assert move_of(State.OFFER, Memory(), ask, replace(ASKING, options=0)).say != TERMS
    assert move_of(State.NOTIFIED, Memory(), ask, ASKING).say == "info.balance"
    assert move_of(State.NOTIFIED, Memory(), ask, replace(ASKING, has_plan=True)).say == TERMS
