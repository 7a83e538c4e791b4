"""What a talk about income and spending needs beside the words: questions, table, limits, and what the reply says."""

from __future__ import annotations

from dataclasses import dataclass

from parley.negotiation.budget.answers import Answer, AnswerWords
from parley.negotiation.budget.bands import Bands
from parley.negotiation.budget.financial_statement import FinancialStatement
from parley.negotiation.budget.questions import QuestionPolicy
from parley.negotiation.budget.reference import Reference
from parley.negotiation.budget.work_out import Budget, Limits, work_out


@dataclass(frozen=True, slots=True)
class BudgetTables:
    """What budgets are made with, loaded once: reference budgets, bands of the questions, words of their answers."""

    references: tuple[Reference, ...]
    bands: Bands
    words: AnswerWords


@dataclass(frozen=True, slots=True, repr=False)
class Budgeting:
    """What is asked and worked out with. `answer`: what the reply says to a question. `is_asked_always`: of everyone.

    Units: `balance_minor`, what is owed to us, in minor units.
    """

    questions: QuestionPolicy
    table: Reference
    limits: Limits
    balance_minor: int
    is_asked_always: bool = False
    answer: Answer | None = None

    def work_out(self, statement: FinancialStatement) -> Budget:
        """Return the budget of *statement*."""
        return work_out(statement, self.table, self.limits, self.balance_minor)
