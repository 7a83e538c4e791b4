"""The talk about income and spending: which questions, what is never exceeded, and where it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from parley.negotiation.at_budget import kept, statement_of
from parley.negotiation.budget.answers import Answer
from parley.negotiation.budget.budgeting import Budgeting
from parley.negotiation.budget.financial_statement import MOST_PEOPLE, Cost, FinancialStatement, Income, Rhythm, Topic
from parley.negotiation.budget.questions import MOST_QUESTIONS, QuestionPolicy
from parley.negotiation.budget.work_out import Limits
from parley.negotiation.dialogue import next_move
from parley.negotiation.moves import Act, Memory, Move
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import EXACT, Intent, Reading, Slots
from tests.negotiation.budget.samples import round_table, shipped_bands
from tests.negotiation.strategies import TODAY, shipped_policy
from tests.negotiation.test_dialogue import OWING

SAMPLES = 2_000
ABOUT = Budgeting(QuestionPolicy(shipped_bands()), round_table(), Limits(30_00, step_minor=5_00), 1240_00)
YES = Reading(Intent.ACCEPT, confidence=EXACT)
TOLD = Reading(Intent.CAPACITY_ANSWER, confidence=EXACT)
QUESTIONS = ["budget.household", "budget.income", "budget.housing", "budget.essentials", "budget.other_debts"]


def facts(answer: Answer | None = None, *, always: bool = False) -> Standing:
    return replace(OWING, options=0, budget=replace(ABOUT, answer=answer, is_asked_always=always))


def step(move: Move, reading: Reading, answer: Answer | None = None, *, always: bool = False) -> Move:
    return next_move(move.to, move.memory, reading, facts(answer, always=always), shipped_policy())


def sums(*amounts: int) -> Answer:
    found = tuple(map(Decimal, amounts))
    return Answer(sums=found, highest=found, is_whole=True)


def begun() -> Move:
    return step(Move(State.CAPACITY), TOLD, Answer(word="unsure", is_whole=True))


def through(*answers: Answer) -> Move:
    move = begun()
    for answer in answers:
        move = step(move, TOLD, answer)
    return move


FULL = (Answer(people=2), sums(2100), sums(1100), sums(600), sums(160))


def test_who_does_not_know_is_asked_five_questions_and_shown_the_sum() -> None:
    said = [begun().say, *(through(*FULL[:count]).say for count in range(1, 6))]
    assert said == [*QUESTIONS, "budget.read_back"]


def test_a_confirmed_sum_is_the_capacity_of_the_menu() -> None:
    move = step(through(*FULL), YES)
    assert (move.to, move.acts, move.memory.capacity_minor) == (State.OFFER, (Act.OFFER,), 210_00)


def test_nothing_left_is_no_offer_but_advice_and_a_person() -> None:
    move = step(through(Answer(people=2), sums(1500), *FULL[2:]), YES)
    assert (move.to, move.say, move.person) == (State.WITH_PERSON, "offer.none", "nothing_to_spare")


def test_pay_day_is_where_the_plan_begins() -> None:
    payday = TODAY + timedelta(days=9)
    paid = replace(sums(2100), days=(payday,))
    move = step(through(FULL[0], paid, *FULL[2:]), YES)
    assert move.memory.first_due_on == payday
    far = replace(sums(2100), days=(TODAY + timedelta(days=200),))
    assert step(through(FULL[0], far, *FULL[2:]), YES).memory.first_due_on is None


def test_the_second_reply_that_answers_nothing_goes_to_a_person() -> None:
    other = Reading(Intent.OTHER, oos=True)
    once = step(begun(), other)
    assert (once.to, once.say) == (State.BUDGET, "budget.household")
    assert step(once, other).person == "not_understood"


def test_who_does_not_want_to_tell_gets_a_person() -> None:
    assert step(begun(), Reading(Intent.DECLINE, confidence=EXACT)).person == "budget_declined"


@pytest.mark.parametrize(
    ("intent", "to"),
    [
        (Intent.STOP, State.OPTED_OUT),
        (Intent.RISK, State.CRISIS),
        (Intent.LEGAL, State.WITH_PERSON),
        (Intent.ASK_HUMAN, State.WITH_PERSON),
    ],
)
def test_what_is_urgent_comes_before_any_answer(intent: Intent, to: State) -> None:
    assert step(begun(), Reading(intent, confidence=EXACT), Answer(people=2)).to is to


def test_a_condition_is_no_yes_to_the_sum() -> None:
    assert step(through(*FULL), replace(YES, conditional=True)).person == "conditional"


def test_where_everyone_is_asked_the_sum_never_exceeds_what_was_said() -> None:
    named = Reading(Intent.CAPACITY_ANSWER, slots=Slots(amount=Decimal(90)), confidence=EXACT)
    move = step(Move(State.CAPACITY), named, always=True)
    assert move.say == "budget.household"
    for answer in FULL:
        move = step(move, TOLD, answer, always=True)
    assert step(move, YES, always=True).memory.capacity_minor == 90_00


def test_more_than_the_sum_allows_shows_the_sum_again_and_less_is_taken() -> None:
    offered = step(through(*FULL), YES)
    more, less = (
        step(offered, Reading(Intent.COUNTER_OFFER, slots=Slots(amount=Decimal(amount)), confidence=EXACT))
        for amount in (300, 150)
    )
    assert (more.to, more.say) == (State.BUDGET, "budget.read_back")
    assert step(more, YES).memory.capacity_minor == 210_00
    assert (less.to, less.memory.capacity_minor) == (State.OFFER, 150_00)


def test_nothing_is_ever_offered_above_the_budget_and_every_talk_ends() -> None:
    for seed in range(SAMPLES):
        draw, always = Random(seed), bool(seed % 2)
        first = Reading(Intent.CAPACITY_ANSWER, slots=Slots(amount=Decimal(draw.randrange(1, 400))), confidence=EXACT)
        move = step(Move(State.CAPACITY), first, always=True) if always else begun()
        asked = 0
        while move.to is State.BUDGET:
            asked += move.say in QUESTIONS or move.say in {"budget.figure", "budget.months"}
            answer = draw_answer(draw)
            move = step(move, draw.choice([TOLD, YES, Reading(Intent.OTHER, oos=True)]), answer, always=always)
            assert asked <= 2 * MOST_QUESTIONS, seed
        statement = statement_of(move.memory)
        assert statement is not None and statement.asked <= MOST_QUESTIONS
        if Act.OFFER in move.acts:
            budget = ABOUT.work_out(statement)
            assert 0 < (move.memory.capacity_minor or 0) <= budget.capacity_minor, seed
            assert budget.stated_minor is None or (move.memory.capacity_minor or 0) <= budget.stated_minor, seed


def draw_answer(draw: Random) -> Answer | None:
    """Draw a reply, the wrong kind for the question as often as not."""
    amount = draw.choice([0, 50, 400, 900, 2_000, 5_000])
    return draw.choice(
        [
            None,
            Answer(people=draw.randint(1, MOST_PEOPLE)),
            Answer(letter=draw.choice("ABCDEFGHZ")),
            Answer(word=draw.choice(["skip", "none", "changes", "unsure"])),
            replace(sums(amount), rhythm=draw.choice([None, *Rhythm])),
            sums(amount, draw.randrange(3_000), draw.randrange(3_000)),
        ]
    )


def test_what_was_told_is_kept_with_the_talk() -> None:
    move = through(*FULL[:3])
    again = Memory.from_json(move.memory.to_json())
    assert (again, statement_of(again)) == (move.memory, statement_of(move.memory))


ON_PAGE = FinancialStatement(
    "USD", income=Income(2100_00), housing=Cost(1100_00), by_category={"food": Cost(500_00)}, other_debts=Cost(0)
)


def on_page(state: State, told: FinancialStatement = ON_PAGE) -> Move:
    return Move(state, memory=kept(Memory(), told))


def test_what_the_page_kept_is_not_asked_again_by_text() -> None:
    move = step(on_page(State.CAPACITY), TOLD, Answer(word="unsure", is_whole=True))
    assert move.say == "budget.household"
    assert step(move, TOLD, Answer(people=1)).say == "budget.read_back"


def test_where_only_the_page_asked_a_text_is_answered_by_the_first_open_question() -> None:
    move = step(on_page(State.BUDGET), YES)
    assert (move.to, move.say, move.acts) == (State.BUDGET, "budget.household", ())


def test_one_sum_by_text_takes_the_place_of_what_the_page_told_line_by_line() -> None:
    move = step(step(on_page(State.BUDGET), YES), TOLD, Answer(people=1))
    again = step(move, TOLD, replace(sums(300), topic=Topic.ESSENTIALS))
    told = statement_of(again.memory)
    assert told is not None
    assert (again.say, told.essentials, dict(told.by_category)) == ("budget.read_back", Cost(300_00), {})
    assert ABOUT.work_out(told).costs_minor == 1400_00


def test_what_was_told_on_the_page_bounds_the_menu_before_it_is_confirmed() -> None:
    named = Reading(Intent.CAPACITY_ANSWER, slots=Slots(amount=Decimal(500)), confidence=EXACT)
    move = step(on_page(State.CAPACITY), named)
    assert (move.to, move.say) == (State.BUDGET, "budget.read_back")
    assert step(on_page(State.CAPACITY), replace(named, slots=Slots(amount=Decimal(90)))).to is State.OFFER


def test_where_everyone_is_asked_a_statement_that_nobody_confirmed_passes_nothing_by() -> None:
    named = Reading(Intent.CAPACITY_ANSWER, slots=Slots(amount=Decimal(500)), confidence=EXACT)
    move = step(on_page(State.CAPACITY, FinancialStatement("USD")), named, always=True)
    told = statement_of(move.memory)
    assert told is not None
    assert (move.to, move.say, told.capacity_minor) == (State.BUDGET, "budget.household", 500_00)
