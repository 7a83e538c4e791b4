"""The lender's core answers a notice: (case, answer, now) → outcome, or why the answer cannot be taken. Pure.

| notice | answers | what follows |
|---|---|---|
| an arrangement was agreed | `accepted` | nothing is said: what was told the borrower holds |
| | `refused` | the arrangement is undone, an apology goes out, a person has the thread |
| a higher limit was asked for | `granted` | a text with the lender's figure; in difficulty by then: a person |
| | `refused`, `later` | a text |

A text of these is unasked: the gate judges it as such, and where it may not go out a person has the thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from parley.engine.asking import is_identity_fresh
from parley.engine.case import Case
from parley.engine.drafting import make_draft, will_leave
from parley.engine.library import Library
from parley.engine.limit_rise import may_ask_limit_rise
from parley.engine.outcome import Draft, Happened, Outcome
from parley.engine.wording import Saying
from parley.errors import Refusal
from parley.negotiation.state import ENDED, State


class Answer(StrEnum):
    """What the lender's core says to a notice."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    GRANTED = "granted"
    LATER = "later"


class Asked(StrEnum):
    """What a notice asks the lender's core."""

    ARRANGEMENT = "arrangement.agreed"
    LIMIT_RISE = "limit_rise.asked"


# What may be answered to what, and what each may still become.
ANSWERS: Final[dict[Asked, frozenset[Answer]]] = {
    Asked.ARRANGEMENT: frozenset({Answer.ACCEPTED, Answer.REFUSED}),
    Asked.LIMIT_RISE: frozenset({Answer.GRANTED, Answer.REFUSED, Answer.LATER}),
}
NOT_FINAL: Final = frozenset({Answer.LATER})


class No(StrEnum):
    """Why an answer is not taken."""

    UNKNOWN = "unknown_notice"
    NOT_ASKED = "nothing_asked"
    NOT_AN_ANSWER = "not_an_answer"
    OTHERWISE_ANSWERED = "answered_otherwise"
    NO_LIMIT = "no_limit_named"
    CURRENCY = "other_currency"
    NOT_HIGHER = "limit_not_higher"
    ERASED = "person_erased"


@dataclass(frozen=True, slots=True, repr=False)
class AnswerRefusal(Refusal):
    """An answer that is not taken; nothing was written."""

    no: No = No.UNKNOWN


def refuse(no: No) -> AnswerRefusal:
    """Return the refusal of an answer."""
    return AnswerRefusal(no.value, f"lender_answer.{no}", "docs/lender-door.md", "policy", no=no)


@dataclass(frozen=True, slots=True, repr=False)
class Said:
    """One answer. `reason`: the lender's own code; `limit_minor` and `currency`: the limit granted.

    Units: minor units.
    """

    answer: Answer
    reason: str = ""
    limit_minor: int | None = None
    currency: str = ""


def may_follow(asked: Asked, before: str, said: Said) -> AnswerRefusal | None:
    """Refuse an answer that the notice does not ask for, or that speaks against the one given *before*."""
    if said.answer not in ANSWERS[asked]:
        return refuse(No.NOT_AN_ANSWER)
    if before and Answer(before) not in NOT_FINAL:
        return refuse(No.OTHERWISE_ANSWERED)
    return None


def undone(case: Case, said: Said, now: datetime, library: Library) -> Outcome:
    """Return what follows where the core refuses the arrangement that stood: nothing of it is left.

    *case*: as it stands without that arrangement.
    What waits to be sent speaks of a plan that is none, and is cancelled; the apology takes its place.
    """
    memory = case.talk.memory.but(option=None, offer_id="", goal="", read_on_phone="", unclear=0)
    draft = _draft(case, "plan.core_refused", now, library)
    return Outcome(
        to=_with_person(case.talk.state),
        memory=memory,
        intent="",
        also=(),
        events=(
            Happened("arrangement.core_refused", {"reason": said.reason}),
            Happened("handed_over", {"reason": "core_refused"}),
        ),
        draft=draft,
        person_reason="core_refused",
        cancels="all",
    )


def rise_answered(case: Case, said: Said, now: datetime, library: Library) -> Outcome | AnswerRefusal:
    """Return what follows where the core answers a wish for a higher limit. The figure is the answer's and no other."""
    happened = Happened(f"limit_rise.{said.answer}", {"reason": said.reason})
    if said.answer is not Answer.GRANTED:
        return _told(case, f"limit.rise_{said.answer}", happened, now, library)
    account = case.account
    if said.limit_minor is None or account is None:
        return refuse(No.NO_LIMIT)
    if said.currency != account.currency:
        return refuse(No.CURRENCY)
    if account.credit_limit_minor is not None and said.limit_minor < account.credit_limit_minor:
        return refuse(No.NOT_HIGHER)
    if not may_ask_limit_rise(case, case.today(now)):
        # Behind by now, or in difficulty: a person looks at it with the lender before anybody hears of more credit.
        return _to_person(case, happened, "limit_rise_in_difficulty")
    if not _is_proven(case, now, library):
        return _told(case, "limit_change.neutral", happened, now, library)
    return _told(case, "limit.rise_granted", happened, now, library, limit_minor=said.limit_minor)


def _told(
    case: Case, key: str, happened: Happened, now: datetime, library: Library, limit_minor: int | None = None
) -> Outcome:
    """Tell the borrower by *key*; where it may not go out, or a person has the thread, that person tells them."""
    draft = _draft(case, key, now, library, limit_minor)
    if draft is None:
        return _to_person(case, happened, "limit_rise_answered")
    return Outcome(to=case.talk.state, memory=case.talk.memory, intent="", also=(), events=(happened,), draft=draft)


def _to_person(case: Case, happened: Happened, reason: str) -> Outcome:
    return Outcome(
        to=_with_person(case.talk.state),
        memory=case.talk.memory,
        intent="",
        also=(),
        events=(happened, Happened("handed_over", {"reason": reason})),
        person_reason=reason,
    )


def _draft(case: Case, key: str, now: datetime, library: Library, limit_minor: int | None = None) -> Draft | None:
    """Return the text, unasked; None where the machine may not send it."""
    if case.talk.needs_person or case.talk.state in ENDED:
        return None
    today = case.today(now)
    saying = Saying(case.party, case.account, today, case.talk.memory, limit_after_minor=limit_minor)
    draft = make_draft(
        case,
        key,
        saying,
        now,
        library,
        purpose=library.catalogue.entry(key).purpose,
        is_proven=_is_proven(case, now, library),
        answering=None,
    )
    return draft if will_leave(draft) else None


def _with_person(state: State) -> State:
    return state if state in ENDED else State.WITH_PERSON


def _is_proven(case: Case, now: datetime, library: Library) -> bool:
    return is_identity_fresh(case.party.identity_proven_at, now, library.identity_fresh_days)
