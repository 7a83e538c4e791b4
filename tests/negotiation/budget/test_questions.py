from __future__ import annotations

from dataclasses import replace
from random import Random

from parley.negotiation.budget.bands import BANDED, answer_band
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Topic
from parley.negotiation.budget.questions import MOST_QUESTIONS, Ask, Question, QuestionPolicy, next_question
from tests.negotiation.budget.samples import SAMPLES, case, shipped_bands

POLICY = QuestionPolicy(shipped_bands())


def topics_asked(statement: FinancialStatement, policy: QuestionPolicy) -> list[Topic | None]:
    """Skip everything and list what was asked."""
    found = []
    while (question := next_question(statement, policy)) is not None:
        found.append(question.topic)
        statement = statement.skip(question.topic) if question.topic else statement.but(is_confirmed=True)
        statement = replace(statement, asked=statement.asked + 1)
    return found


def test_five_questions_in_order_and_each_may_be_skipped() -> None:
    assert topics_asked(FinancialStatement("USD"), POLICY) == list(Topic)


def test_what_is_known_is_not_asked_and_the_sum_is_read_back_once() -> None:
    statement = FinancialStatement("USD", household=Household(2), income=Income(2000_00), takes_reference=True)
    assert topics_asked(statement, POLICY) == [Topic.HOUSING, Topic.OTHER_DEBTS, None]


def test_questions_come_with_the_bands_of_the_currency() -> None:
    statement = FinancialStatement("USD").skip(Topic.HOUSEHOLD)
    assert next_question(statement, POLICY) == Question(
        Ask.ANSWER, Topic.INCOME, shipped_bands().of("USD", Topic.INCOME)
    )
    assert next_question(statement, QuestionPolicy()) == Question(Ask.ANSWER, Topic.INCOME)
    assert next_question(FinancialStatement("USD"), POLICY) == Question(Ask.ANSWER, Topic.HOUSEHOLD)


def test_a_band_without_a_safe_end_is_followed_by_the_figure() -> None:
    statement = FinancialStatement("USD", household=Household(1), income=Income(9000_00))
    open_band = answer_band(statement, Topic.HOUSING, shipped_bands().of("USD", Topic.HOUSING)[-1])
    assert next_question(open_band, POLICY) == Question(Ask.FIGURE, Topic.HOUSING)
    assert open_band.skip(Topic.HOUSING).wants_figure == frozenset()
    told = open_band.but(housing=Cost(2600_00), wants_figure=frozenset())
    assert next_question(told, POLICY) == Question(
        Ask.ANSWER, Topic.ESSENTIALS, shipped_bands().of("USD", Topic.ESSENTIALS)
    )


def test_income_that_changes_is_followed_by_its_months() -> None:
    statement = FinancialStatement("USD", household=Household(1), wants_figure=frozenset({Topic.INCOME}))
    assert next_question(statement, POLICY) == Question(Ask.MONTHS, Topic.INCOME)


def test_after_the_most_questions_the_sum_is_read_back_with_what_is_known() -> None:
    statement = FinancialStatement("USD", income=Income(2000_00), asked=MOST_QUESTIONS)
    assert next_question(statement, POLICY) == Question(Ask.CONFIRM)
    assert next_question(replace(statement, is_confirmed=True), POLICY) is None
    assert topics_asked(FinancialStatement("USD"), QuestionPolicy(shipped_bands(), most=2)) == [
        Topic.HOUSEHOLD,
        Topic.INCOME,
    ]


def test_a_correction_of_a_confirmed_sum_is_read_back_again() -> None:
    confirmed = FinancialStatement("USD", income=Income(2000_00), asked=5).but(is_confirmed=True)
    assert next_question(confirmed.but(housing=Cost(900_00)), POLICY) == Question(Ask.CONFIRM)


def test_a_sum_is_confirmed_or_corrected_and_not_skipped() -> None:
    assert not Question(Ask.CONFIRM).may_skip and Question(Ask.ANSWER, Topic.INCOME).may_skip


def test_every_plan_of_questions_ends_and_none_asks_what_is_settled() -> None:
    for seed in range(SAMPLES):
        draw, statement, asked = Random(seed), case(seed).statement, 0
        if draw.random() < 0.5:
            statement = FinancialStatement(statement.currency)
        while (question := next_question(statement, POLICY)) is not None:
            assert question.topic is None or not statement.is_settled(question.topic), seed
            asked += question.topic is not None
            statement = replace(replied(statement, question, draw), asked=statement.asked + 1)
            assert asked <= MOST_QUESTIONS, seed


def replied(statement: FinancialStatement, question: Question, draw: Random) -> FinancialStatement:
    topic = question.topic
    if topic is None:
        return replace(statement, is_confirmed=True)
    if draw.random() < 0.3:
        return statement.skip(topic)
    if question.bands and topic in BANDED:
        return answer_band(statement, topic, draw.choice(question.bands))
    settled = statement.wants_figure - {topic}
    if topic is Topic.HOUSEHOLD:
        return statement.but(household=Household(draw.randrange(1, 6)))
    if topic is Topic.INCOME:
        return statement.but(income=Income(recent_months_minor=(100_00, 200_00)), wants_figure=settled)
    return statement.but(**{topic.value: Cost(draw.randrange(90_000))}, wants_figure=settled)
