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
from parley.engine.outcome import Outcome
from parley.engine.turn import Library, answer
from parley.money import MINOR_DIGITS
from parley.negotiation.state import ENDED, State
from parley.nlu.reading import Intent, Reading, Slots


@dataclass(frozen=True, slots=True, repr=False)
class SayCapacity:
    """What can be paid each month. Units: minor units of the account's currency."""

    amount_minor: int


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


VisitAct: TypeAlias = SayCapacity | Choose | Agree | AskPerson | Stop | NotMe

# Moves whose words leave by text too.
_TOLD_BY_TEXT: Final = frozenset({State.AGREED, State.OPTED_OUT, State.WITH_PERSON})
# A talk about one sum on one day makes room for a plan.
_PROMISING: Final = frozenset({State.PROMISE, State.PROMISE_READ_BACK})


def words_of(act: VisitAct, currency: str) -> str:
    """Return what stands in the record for *act*, in place of a reply's words."""
    match act:
        case SayCapacity(amount_minor):
            return f"[page: can pay {_major(amount_minor, currency)} {currency} a month]"
        case Choose(option):
            return f"[page: plan {option + 1}]"
        case Agree():
            return "[page: agrees]"
        case AskPerson():
            return "[page: asks for a person]"
        case Stop(promotions_only=True):
            return "[page: stop promotions]"
        case Stop():
            return "[page: STOP]"
        case NotMe():
            return "[page: this is not me]"


def is_over(case: Case) -> bool:
    """Return whether the thread is in a person's hands or at its end: the page then offers a person, and no plan."""
    return case.talk.needs_person or (case.talk.state in ENDED and case.talk.state is not State.CLOSED)


def visit(case: Case, act: VisitAct, inbound: Inbound, now: datetime, library: Library) -> Outcome:
    """Return the outcome of *act* by somebody who has proven on the page who they are (NotMe: has not)."""
    if isinstance(act, SayCapacity) and case.talk.state in _PROMISING:
        case = replace(case, talk=replace(case.talk, state=State.CAPACITY))
    heard = replace(inbound, text=_stop_words(act))
    outcome = answer(case, heard, now, library, _reading(act, case), is_proven=not isinstance(act, NotMe))
    draft = outcome.draft
    if draft is None:
        return outcome
    if outcome.to in _TOLD_BY_TEXT and isinstance(draft.decision, Permit):
        return outcome
    kept = replace(outcome, draft=None)
    if outcome.person_reason == "answer_refused":
        # The text may not leave, but the page has told it: the talk goes on.
        return replace(kept, to=_reached(outcome, act), person_reason="")
    return kept


def _reached(outcome: Outcome, act: VisitAct) -> State:
    """Return where the move led before its text was refused."""
    if outcome.arrangement is not None:
        return State.AGREED
    if outcome.opt_out:
        return State.OPTED_OUT
    if outcome.offer is not None:
        return State.OFFER
    return State.READ_BACK if isinstance(act, Choose) else outcome.to


def _reading(act: VisitAct, case: Case) -> Reading:
    match act:
        case SayCapacity(amount_minor):
            currency = case.account.currency if case.account is not None else "USD"
            slots = Slots(amount=_major(amount_minor, currency), currency=currency, frequency="monthly")
            return Reading(Intent.CAPACITY_ANSWER, slots=slots, confidence=1.0)
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
