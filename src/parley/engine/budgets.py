"""What a turn needs to ask about income and spending: the tables of the borrower's place, and what the reply says."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Final

from parley.engine.case import Case, Inbound
from parley.engine.library import Library
from parley.negotiation.at_budget import asked_of, statement_of
from parley.negotiation.budget.answers import Answer, read_answer
from parley.negotiation.budget.bands import Band
from parley.negotiation.budget.budgeting import Budgeting
from parley.negotiation.budget.questions import QuestionPolicy
from parley.negotiation.budget.reference import choose_reference
from parley.negotiation.budget.work_out import Budget, Limits
from parley.negotiation.levers import WHOLE_BPS, AskBudget
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.nlu.evidence import evidence_of
from parley.nlu.reading import ReadingContext

_ANSWERED_IN: Final = frozenset({State.CAPACITY, State.BUDGET})


def told_in(case: Case, inbound: Inbound, context: ReadingContext, library: Library) -> Answer | None:
    """Return what a reply says of income or spending, where the talk has asked; None where it says nothing of it."""
    if case.talk.state not in _ANSWERED_IN or case.account is None:
        return None
    answer = read_answer(evidence_of(inbound.text, context, library.lexicon), library.budgets.words, library.lexicon)
    if answer is None or case.talk.state is State.BUDGET:
        return answer
    # Of the one question only this is an answer that the reader has not learnt.
    return answer if answer.word == "unsure" else None


def budgeting_of(case: Case, now: datetime, library: Library, told: Answer | None = None) -> Budgeting | None:
    """Return what income and spending of *case* are asked and worked out with; None where there is no account.

    *told*: what a reply says to the open question.
    """
    account, terms, tables = case.account, library.policy.budget, library.budgets
    if account is None:
        return None
    currency = account.currency
    return Budgeting(
        questions=QuestionPolicy(tables.bands, terms.most_questions),
        table=choose_reference(tables.references, case.party.jurisdiction, currency, case.today(now)),
        limits=Limits(
            terms.buffer_floor_minor.get(currency, 0),
            Fraction(terms.buffer_share_bps, WHOLE_BPS),
            terms.step_minor.get(currency, 1),
        ),
        balance_minor=account.balance.total,
        is_asked_always=terms.ask is AskBudget.ALWAYS,
        answer=told,
    )


def budget_of(memory: Memory, about: Budgeting | None) -> Budget | None:
    """Return the sum of what was told in this talk; None where nothing was asked."""
    statement = statement_of(memory)
    return about.work_out(statement) if about is not None and statement is not None else None


def bands_of(memory: Memory, about: Budgeting | None, currency: str) -> tuple[Band, ...]:
    """Return the bands our open question shows; none where the amount itself is asked for."""
    question = asked_of(memory, about, currency) if about is not None else None
    return question.bands if question is not None else ()
