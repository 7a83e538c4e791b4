"""A borrower acts on the page: what was chosen there needs no reader. Same moves, same menu, same gate.

What the page has shown is not said once more by text; what must stand in the borrower's hand afterwards is: a plan that
was agreed, texts stopped, a person who will come. Where the gate lets no text out, the page's own words stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from parley.contact.gate import Permit
from parley.engine.case import Case, Inbound
from parley.engine.outcome import Happened, Outcome
from parley.engine.statement_words import words_of_statement
from parley.engine.turn import Library, answer
from parley.money import MINOR_DIGITS
from parley.negotiation.at_budget import before_yes, kept
from parley.negotiation.budget.financial_statement import FinancialStatement
from parley.negotiation.state import ENDED, State
from parley.nlu.reading import Intent, Reading, Slots


@dataclass(frozen=True, slots=True, repr=False)
class SayCapacity:
    """What can be paid each month. Units: minor units of the account's currency."""

    amount_minor: int


@dataclass(frozen=True, slots=True, repr=False)
class SaveBudget:
    """What was told of income and spending so far; may be left and resumed."""

    told: FinancialStatement


@dataclass(frozen=True, slots=True)
class ConfirmBudget:
    """The sum of what was told is right. `explained`: lines above what is usual that have a reason."""

    explained: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choose:
    """A plan of the open offer, from 0."""

    option: int


@dataclass(frozen=True, slots=True)
class Agree:
    """The plan that was read back is agreed."""


@dataclass(frozen=True, slots=True)
class AskPerson:
    """A person shall come."""


@dataclass(frozen=True, slots=True)
class Stop:
    """No more texts, or no more promotions."""

    promotions_only: bool


@dataclass(frozen=True, slots=True)
class NotMe:
    """The number belongs to somebody else."""


VisitAct: TypeAlias = SayCapacity | SaveBudget | ConfirmBudget | Choose | Agree | AskPerson | Stop | NotMe

# Moves whose words leave by text too.
_TOLD_BY_TEXT: Final = frozenset({State.AGREED, State.OPTED_OUT, State.WITH_PERSON})
# What is asked by text in these makes room for an amount a month named on the page,
_MAKES_ROOM: Final = frozenset({State.PROMISE, State.PROMISE_READ_BACK, State.BUDGET, State.END_READ_BACK})
# and in these for a plan of the open offer: choosing one is no answer to what the text asked.
_LETS_CHOOSE: Final = frozenset({State.BUDGET, State.END_READ_BACK})


def words_of(act: VisitAct, currency: str) -> str:
    """Return what stands in the record for *act*, in place of a reply's words."""
    return f"[page: {_said(act, currency)}]"


def _said(act: VisitAct, currency: str) -> str:
    match act:
        case SayCapacity(amount_minor):
            return f"can pay {_major(amount_minor, currency)} {currency} a month"
        case SaveBudget(told):
            return f"income and spending, {words_of_statement(told)}"
        case ConfirmBudget(explained):
            return "the sum is right" + (f"; has a reason for {', '.join(sorted(explained))}" if explained else "")
        case Choose(option):
            return f"plan {option + 1}"
        case Agree():
            return "agrees"
        case AskPerson():
            return "asks for a person"
        case Stop(promotions_only):
            return "stop promotions" if promotions_only else "STOP"
        case NotMe():
            return "this is not me"


def is_over(case: Case) -> bool:
    """Return whether the thread is in a person's hands or at its end: the page then offers a person, and no plan."""
    return case.talk.needs_person or (case.talk.state in ENDED and case.talk.state is not State.CLOSED)


def visit(case: Case, act: VisitAct, inbound: Inbound, now: datetime, library: Library) -> Outcome:
    """Return the outcome of *act* by somebody who has proven on the page who they are (NotMe: has not)."""
    case = _standing_for(act, case)
    reading = _reading(act, case)
    if isinstance(act, SaveBudget):
        return _kept(case, act.told, reading)
    heard = replace(inbound, text=_stop_words(act))
    outcome = answer(case, heard, now, library, reading, is_proven=not isinstance(act, NotMe), is_on_page=True)
    draft = outcome.draft
    if draft is None:
        return outcome
    if outcome.to in _TOLD_BY_TEXT and isinstance(draft.decision, Permit):
        return outcome
    silent = replace(outcome, draft=None)
    if isinstance(act, SayCapacity):
        # What follows is asked on the page and by no text: a reply by text is no answer to it.
        silent = replace(silent, memory=outcome.memory.but(budget_asks=""))
    if outcome.person_reason == "answer_refused":
        # The text may not leave, but the page has told it: the talk goes on.
        return replace(silent, to=_reached(outcome, act), person_reason="")
    return silent


def _standing_for(act: VisitAct, case: Case) -> Case:
    """Return the case as the form that was sent saw it: it asked, whatever our last text was about."""
    talk = replace(case.talk, last_context="") if isinstance(act, ConfirmBudget | Choose | Agree) else case.talk
    if talk.state in ENDED:
        return replace(case, talk=talk)
    if isinstance(act, SayCapacity) and talk.state in _MAKES_ROOM:
        talk = replace(talk, state=State.CAPACITY)
    elif isinstance(act, Choose) and talk.state in _LETS_CHOOSE and case.offer is not None:
        talk = replace(talk, state=State.OFFER)
    elif isinstance(act, ConfirmBudget):
        told = talk.memory.statement is not None
        # Never a yes to anything else: without a statement a person looks.
        memory = before_yes(talk.memory, act.explained) if told else talk.memory
        talk = replace(talk, state=State.BUDGET, memory=memory)
    return replace(case, talk=talk)


def _kept(case: Case, told: FinancialStatement, reading: Reading) -> Outcome:
    """Keep what was told: nothing is asked and nothing decided, so the talk stands where it stood.

    Where a person has taken the thread meanwhile, that person is told of it.
    """
    state = case.talk.state
    return Outcome(
        to=state,
        memory=kept(case.talk.memory, told),
        intent=str(reading.intent),
        also=(),
        events=(Happened("turn", {"intent": str(reading.intent), "to": str(state), "say": ""}),),
        person_reason="wrote_again" if is_over(case) else "",
        reading=reading,
    )


def _reached(outcome: Outcome, act: VisitAct) -> State:
    """Return where the move led before its text was refused."""
    if outcome.arrangement is not None:
        return State.AGREED
    if outcome.opt_out:
        return State.OPTED_OUT
    if outcome.offer is not None:
        return State.OFFER
    if isinstance(act, SayCapacity):
        return State.BUDGET
    return State.READ_BACK if isinstance(act, Choose) else outcome.to


def _reading(act: VisitAct, case: Case) -> Reading:
    match act:
        case SayCapacity(amount_minor):
            currency = case.account.currency if case.account is not None else "USD"
            slots = Slots(amount=_major(amount_minor, currency), currency=currency, frequency="monthly")
            return Reading(Intent.CAPACITY_ANSWER, slots=slots, confidence=1.0)
        case SaveBudget():
            return Reading(Intent.CAPACITY_ANSWER, confidence=1.0)
        case ConfirmBudget():
            return Reading(Intent.ACCEPT, confidence=1.0)
        case Choose(option):
            return Reading(Intent.ACCEPT, slots=Slots(option=str(option + 1)), confidence=1.0)
        case Agree():
            return Reading(Intent.ACCEPT, confidence=1.0)
        case AskPerson():
            return Reading(Intent.ASK_HUMAN, confidence=1.0)
        case Stop():
            return Reading(Intent.STOP, confidence=1.0)
        case NotMe():
            return Reading(Intent.WRONG_NUMBER, confidence=1.0)


def _stop_words(act: VisitAct) -> str:
    """Return the words from which the scope of a STOP is read; they are the catalogue's, not the borrower's."""
    if isinstance(act, Stop):
        return "stop promotions" if act.promotions_only else "STOP"
    return ""


def _major(amount_minor: int, currency: str) -> Decimal:
    return Decimal(amount_minor).scaleb(-MINOR_DIGITS[currency])
