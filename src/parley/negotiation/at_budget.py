"""The talk about income and spending: at most five questions, the sum read back, then the menu. Level 1 of capacity.

Each question may be passed over; what is not understood is asked once more, then a person asks. The page asks by itself
(level 2): what it keeps is the same statement, and its yes to the sum is the same yes. Source: `rne13.md`, section 5.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from parley.dates import add_days
from parley.negotiation.budget.answering import answered, corrected, in_one_form
from parley.negotiation.budget.budgeting import Budgeting
from parley.negotiation.budget.financial_statement import FinancialStatement, Topic
from parley.negotiation.budget.questions import Ask, Question, next_question
from parley.negotiation.budget.work_out import Outcome
from parley.negotiation.doubt import again, to_person
from parley.negotiation.moves import Memory, Move
from parley.negotiation.offering import offer_menu
from parley.negotiation.policy import Policy
from parley.negotiation.standing import Standing
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Reading

READ_BACK: Final = "budget.read_back"
_FOLLOW_UP: Final = {Ask.FIGURE: "budget.figure", Ask.MONTHS: "budget.months"}


def statement_of(memory: Memory) -> FinancialStatement | None:
    """Return what the borrower has told of income and spending in this talk; None where nothing was asked."""
    return FinancialStatement.from_json(memory.statement) if memory.statement is not None else None


def kept(memory: Memory, told: FinancialStatement) -> Memory:
    """Return the memory with what was *told* on the page in it, not confirmed. Nothing is asked by that."""
    return memory.but(statement=told.but().to_json())


def before_yes(memory: Memory, explained: frozenset[str]) -> Memory:
    """Return the memory as where the sum was read back, for a yes on the page; *explained*: lines with a reason."""
    told = statement_of(memory)
    assert told is not None, "a sum is of what was told"
    return memory.but(statement=told.but(explained=explained).to_json(), budget_asks=str(Ask.CONFIRM), unclear=0)


def asked_of(memory: Memory, about: Budgeting, currency: str) -> Question | None:
    """Return the question our last text asked, with its bands; None where none is open."""
    if not memory.budget_asks:
        return None
    ask, _, topic = memory.budget_asks.partition(":")
    if not topic:
        return Question(Ask(ask))
    bands = about.questions.bands
    shown = bands.of(currency, Topic(topic)) if bands is not None and Ask(ask) is Ask.ANSWER else ()
    return Question(Ask(ask), Topic(topic), shown)


def begin(memory: Memory, facts: Standing, stated_minor: int | None, policy: Policy) -> Move:
    """Ask the first question. *stated_minor*: what the borrower said a month allows; the sum never goes above it."""
    told = statement_of(memory) or FinancialStatement(facts.currency)
    return _onward(memory.but(unclear=0), told.but(capacity_minor=stated_minor), facts, policy)


def at_budget(memory: Memory, reading: Reading, facts: Standing, policy: Policy) -> Move:
    """Take the answer to the open question, and ask the next."""
    statement, about = statement_of(memory), facts.budget
    if statement is None or about is None:
        # The talk was handed back to the machine, or the lender asks no more: a person knows how it stood.
        return to_person(memory, "not_understood")
    question = asked_of(memory, about, facts.currency)
    if question is None:
        # So far the page asked: by text the talk goes on with what is still open.
        return _onward(memory.but(unclear=0), statement, facts, policy)
    if question.topic is None:
        told = corrected(statement, about.answer) if about.answer is not None else None
    else:
        told = answered(statement, question, about.answer) if about.answer is not None else None
    if told is not None:
        return _onward(memory.but(unclear=0), in_one_form(told, about.table), facts, policy)
    if reading.intent is Intent.ASK_INFO and not reading.is_doubtful:
        return Move(State.BUDGET, "info.balance", (), memory.but(unclear=0))
    if question.topic is None:
        return _at_read_back(memory, statement, reading, facts, policy)
    if reading.intent is Intent.DECLINE and not reading.is_doubtful:
        return to_person(memory, "budget_declined")
    return again(State.BUDGET, say_of(question), memory)


def say_of(question: Question) -> str:
    """Return the text that asks *question*."""
    if question.topic is None:
        return READ_BACK
    return _FOLLOW_UP.get(question.ask, f"budget.{question.topic}")


def _at_read_back(
    memory: Memory, statement: FinancialStatement, reading: Reading, facts: Standing, policy: Policy
) -> Move:
    """Take a yes to the sum; anything else asks which figure is wrong, once."""
    assert facts.budget is not None, "a sum is read back where budgets are made"
    if reading.conditional:
        return to_person(memory, "conditional")
    is_yes = reading.intent is Intent.ACCEPT and not reading.is_doubtful and Intent.ASK_INFO not in reading.also
    if is_yes and facts.agrees and facts.budget.answer is None:
        return _finish(memory, replace(statement, is_confirmed=True), facts, policy)
    return again(State.BUDGET, "budget.correct", memory)


def _onward(memory: Memory, statement: FinancialStatement, facts: Standing, policy: Policy) -> Move:
    """Ask what comes next; with nothing left to ask, offer."""
    assert facts.budget is not None, "questions are asked where budgets are made"
    question = next_question(statement, facts.budget.questions)
    is_open = question is not None and question.topic is None
    if question is None or (is_open and facts.budget.work_out(statement).outcome is Outcome.INCOMPLETE):
        # A sum with costs that nobody knows is none to be agreed to.
        return _finish(memory, statement, facts, policy)
    if question.topic is not None:
        statement = replace(statement, asked=statement.asked + 1)
    asks = f"{question.ask}:{question.topic}" if question.topic is not None else str(question.ask)
    return Move(State.BUDGET, say_of(question), (), memory.but(statement=statement.to_json(), budget_asks=asks))


def _finish(memory: Memory, statement: FinancialStatement, facts: Standing, policy: Policy) -> Move:
    """Offer what the sum allows, from pay-day where one was named; where it cannot be told, a person asks."""
    assert facts.budget is not None, "a sum is worked out where budgets are made"
    memory = memory.but(statement=statement.to_json(), budget_asks="", unclear=0)
    budget = facts.budget.work_out(statement)
    if budget.outcome is Outcome.INCOMPLETE:
        return to_person(memory, "budget_incomplete")
    latest = facts.latest_start_on or add_days(facts.today, policy.latest_first_payment_days)
    is_in_time = budget.payday is not None and facts.today < budget.payday <= latest
    return offer_menu(memory, budget.proposal_minor, budget.payday if is_in_time else None, policy)


def above_budget(memory: Memory, capacity_minor: int, about: Budgeting | None) -> Move | None:
    """Show the sum again to who names more than it allows; None where nothing was told, or it allows that much.

    Units: minor units a month. Nothing is offered above what is left; a figure that is wrong can be corrected.
    """
    statement = statement_of(memory)
    if about is None or statement is None:
        return None
    if about.work_out(replace(statement, capacity_minor=capacity_minor)).capacity_minor >= capacity_minor:
        return None
    return Move(State.BUDGET, READ_BACK, (), memory.but(budget_asks=str(Ask.CONFIRM), unclear=0))


def for_capacity(memory: Memory, capacity_minor: int, start: date | None, facts: Standing, policy: Policy) -> Move:
    """Offer for what a month allows; where the lender asks everyone, income and spending are asked first."""
    about, told = facts.budget, statement_of(memory)
    is_open = told is None or not told.is_confirmed
    if about is not None and about.is_asked_always and is_open and capacity_minor > 0:
        return begin(
            memory.but(first_due_on=start or memory.first_due_on, asked_minor=None), facts, capacity_minor, policy
        )
    return above_budget(memory, capacity_minor, about) or offer_menu(memory, capacity_minor, start, policy)
