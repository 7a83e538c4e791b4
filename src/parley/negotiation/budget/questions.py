"""Which question comes next? A plan, not a talk: what is known in, the next question out, the sum last.

At most five are asked, in the order of `Topic`; each may be skipped, and nothing that is known is asked again. A band
without a safe end and income that changes are followed up by one question more, which counts among the five.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parley.negotiation.budget.bands import Band, Bands
from parley.negotiation.budget.financial_statement import FinancialStatement, Topic

MOST_QUESTIONS: Final = 5


class Ask(StrEnum):
    """What is asked about a topic."""

    ANSWER = "answer"  # a band where there are any, else an amount; for the household a number of people
    FIGURE = "figure"  # the amount itself: the band has no safe end
    MONTHS = "months"  # what came in each of the last months
    CONFIRM = "confirm"  # is the sum right?


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `topic` is None where the sum is read back; `may_skip` says that a reply may pass it over."""

    ask: Ask
    topic: Topic | None = None
    bands: tuple[Band, ...] = ()

    @property
    def may_skip(self) -> bool:
        """Whether a reply may pass it over. A sum is confirmed or corrected."""
        return self.ask is not Ask.CONFIRM


@dataclass(frozen=True, slots=True)
class QuestionPolicy:
    """How a lender asks: with which bands (None: by amount), and how many questions at most."""

    bands: Bands | None = None
    most: int = MOST_QUESTIONS

    def __post_init__(self) -> None:
        assert 1 <= self.most <= MOST_QUESTIONS, "one to five questions"


def next_question(statement: FinancialStatement, policy: QuestionPolicy) -> Question | None:
    """Return the next question, or None where nothing is left to ask. Same facts, same question."""
    if statement.asked < policy.most:
        for topic in Topic:
            if not statement.is_settled(topic):
                return _about(topic, statement, policy)
    if statement.income is not None and not statement.is_confirmed:
        return Question(Ask.CONFIRM)
    return None


def _about(topic: Topic, statement: FinancialStatement, policy: QuestionPolicy) -> Question:
    if topic in statement.wants_figure:
        return Question(Ask.MONTHS if topic is Topic.INCOME else Ask.FIGURE, topic)
    return Question(Ask.ANSWER, topic, policy.bands.of(statement.currency, topic) if policy.bands else ())
