"""An answer to a question becomes part of the statement, or nothing where it does not fit the question."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from parley.money import LARGEST_MINOR, MINOR_DIGITS
from parley.negotiation.budget.answers import Answer, income_of
from parley.negotiation.budget.bands import answer_band
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Rhythm, Topic
from parley.negotiation.budget.questions import Ask, Question
from parley.negotiation.budget.reference import Part, Reference


def answered(statement: FinancialStatement, question: Question, answer: Answer) -> FinancialStatement | None:
    """Return *statement* with *answer* to *question*; None where the reply does not answer it.

    What is not told is not guessed: skipping and not knowing leave a topic to the reference budget. Rounding: income
    down, spending up.
    """
    topic = question.topic
    assert topic is not None, "a sum is confirmed or corrected, not answered"
    if answer.currency not in {None, statement.currency}:
        return None
    if answer.word in {"skip", "unsure"}:
        return statement.skip(topic)
    if topic is Topic.HOUSEHOLD:
        return None if answer.people is None else statement.but(household=Household(answer.people))
    if answer.letter:
        band = next((one for one in question.bands if one.letter == answer.letter), None)
        return None if band is None else answer_band(statement, topic, band)
    if topic is Topic.INCOME:
        return _with_income(statement, question, answer)
    return _with_cost(statement, topic, answer)


def corrected(statement: FinancialStatement, answer: Answer) -> FinancialStatement | None:
    """Return *statement* with the one figure that *answer* names and gives; None where it names none or gives none."""
    if answer.topic is None:
        return None
    return answered(statement, Question(Ask.ANSWER, answer.topic), answer)


def in_one_form(statement: FinancialStatement, table: Reference) -> FinancialStatement:
    """Return *statement* with each part either in one sum or by category: a sum takes the place of the single amounts.

    For a reply that corrects by one sum what was told line by line on the page.
    """
    sums = ((Part.HOUSING, statement.housing), (Part.ESSENTIALS, statement.essentials))
    replaced = {one.id for part, told in sums if told is not None for one in table.of(part)}
    if not replaced & statement.by_category.keys():
        return statement
    return statement.but(by_category={key: one for key, one in statement.by_category.items() if key not in replaced})


def _with_income(statement: FinancialStatement, question: Question, answer: Answer) -> FinancialStatement | None:
    if answer.word == "changes" and question.ask is Ask.ANSWER:
        return statement.but(wants_figure=statement.wants_figure | {Topic.INCOME})
    amounts = (0,) if answer.word == "none" else _minor(answer.sums, statement.currency, ROUND_FLOOR)
    income = income_of(answer, amounts) if amounts is not None else None
    if income is None:
        return None
    if income.payday is None and statement.income is not None:
        # Who corrects the sum has not taken the day back.
        income = replace(income, payday=statement.income.payday)
    return statement.but(income=income, **_settled(statement, Topic.INCOME))


def _with_cost(statement: FinancialStatement, topic: Topic, answer: Answer) -> FinancialStatement | None:
    amounts = (0,) if answer.word == "none" else _minor(answer.highest, statement.currency, ROUND_CEILING)
    if amounts is None or len(amounts) != 1 or answer.is_rhythm_unknown:
        return None
    return statement.but(
        **{topic.value: Cost(amounts[0], answer.rhythm or Rhythm.MONTHLY)}, **_settled(statement, topic)
    )


def _settled(statement: FinancialStatement, topic: Topic) -> dict[str, object]:
    return {"skipped": statement.skipped - {topic}, "wants_figure": statement.wants_figure - {topic}}


def _minor(amounts: tuple[Decimal, ...], currency: str, rounding: str) -> tuple[int, ...] | None:
    """Return the minor units; None where a sum is beyond what an account can hold."""
    digits = MINOR_DIGITS[currency]
    found = tuple(int(one.scaleb(digits).to_integral_value(rounding)) for one in amounts)
    return found if all(0 <= one <= LARGEST_MINOR for one in found) else None
