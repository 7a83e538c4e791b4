"""What a member of staff may do on a thread, and how Parley says no to it: values only; `operator` decides.

No act carries a figure for a message: amounts, dates and rates come from the case and the offer record. What an offer
takes from the person is what the borrower told: what a month allows, and from when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from parley.contact.facts import Hold, Outcome
from parley.contact.gate import Refused
from parley.errors import Refusal
from parley.locale import Language


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts. `may_assign`: gives threads to others and takes them from others."""

    operator_id: int
    may_assign: bool = False


class Direction(StrEnum):
    """Who placed a call."""

    OUT = "out"
    IN = "in"


class CallOutcome(StrEnum):
    """What came of a call. *reached*: the borrower in person, and nobody else listened."""

    REACHED = "reached"
    # Nothing was disclosed; a disclosure would be a complaint, not an outcome.
    THIRD_PARTY = "third_party"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


# How the rules call what came of a call; one that somebody else took was placed, and no more.
HOW: Final[dict[CallOutcome, Outcome | None]] = {
    CallOutcome.REACHED: Outcome.CONVERSATION,
    CallOutcome.THIRD_PARTY: None,
    CallOutcome.VOICEMAIL: Outcome.NO_ANSWER,
    CallOutcome.NO_ANSWER: Outcome.NO_ANSWER,
    CallOutcome.WRONG_NUMBER: None,
}


class ReleaseReason(StrEnum):
    """Why a hold may go."""

    SETTLED = "settled"
    ENDED = "ended"
    MISTAKEN = "mistaken"
    BORROWER_ASKED = "borrower_asked"


class CloseReason(StrEnum):
    """Why a thread is over."""

    SETTLED = "settled"
    NOTHING_TO_DO = "nothing_to_do"
    ELSEWHERE = "elsewhere"
    WRONG_NUMBER = "wrong_number"


# Holds that a person may lay on; the others follow from what stands elsewhere.
LAID_BY_PERSON: Final = frozenset(Hold) - {Hold.PLAN_ACTIVE, Hold.WITH_PERSON, Hold.WRONG_NUMBER}


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Hold the thread oneself; the machine is silent on it from now on."""


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the thread to a colleague."""

    to: int


@dataclass(frozen=True, slots=True)
class Reply:
    """Send a text of the catalogue that a person may send; the figures in it are those of the case."""

    key: str


@dataclass(frozen=True, slots=True, repr=False)
class Offer:
    """Compute plans for what the borrower said a month allows, and from when. Units: minor units of the account.

    `is_sent`: as a text; else it is only written down, to be read out on the phone.
    """

    capacity_minor: int
    first_due_on: date
    is_sent: bool = True


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Read a plan of the standing offer out on the phone: the first of the two steps. `option` counts from 0."""

    option: int


@dataclass(frozen=True, slots=True)
class Agree:
    """Record that the borrower said yes on the phone to the plan that was read out: the second step."""

    option: int


@dataclass(frozen=True, slots=True, repr=False)
class Note:
    """Write something down for colleagues. It is never sent."""

    text: str


@dataclass(frozen=True, slots=True)
class LogCall:
    """Write down a call that has taken place.

    `is_identity_checked`: the borrower was reached on the number of this thread and answered the identity question.
    """

    direction: Direction
    outcome: CallOutcome
    is_identity_checked: bool = False


@dataclass(frozen=True, slots=True)
class ChangeLanguage:
    """Go on in another language."""

    language: Language


@dataclass(frozen=True, slots=True)
class LayHold:
    """Keep the machine, and people too, from what the hold bars. `until_on`: its first day without; None: released.

    `began_on`: the day on which what it says began, as a letter of the court or the scheme says; None: not known.
    """

    kind: Hold
    until_on: date | None = None
    began_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """End a hold."""

    hold_id: UUID
    reason: ReleaseReason


@dataclass(frozen=True, slots=True)
class HandBack:
    """Let the machine go on."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the thread."""

    reason: CloseReason


Act: TypeAlias = (
    TakeOver
    | Assign
    | Reply
    | Offer
    | ReadBack
    | Agree
    | Note
    | LogCall
    | ChangeLanguage
    | LayHold
    | ReleaseHold
    | HandBack
    | Close
)

# Facts that are written down whatever else has happened meanwhile: nothing in them can be out of date.
RECORDS: Final = (Note, LogCall)
# What may be done on a thread that is over.
ON_CLOSED: Final = (*RECORDS, LayHold, ReleaseHold)


class No(StrEnum):
    """Why an act is refused. `web.words` says each in three languages."""

    # Somebody or something was faster: `by`, `event` and `at` say who, what and when.
    STALE = "stale"
    CLOSED = "closed"
    HELD_BY_OTHER = "held_by_other"
    NOT_HELD = "not_held"
    HELD_ALREADY = "held_already"
    ROLE = "role"
    NOT_STAFF = "not_staff"
    NO_TEXT = "no_text"
    TOO_LONG = "too_long"
    NOT_A_REPLY = "not_a_reply"
    DOES_NOT_FIT = "does_not_fit"
    NO_ACCOUNT = "no_account"
    NO_DEBT = "no_debt"
    # `needed_minor` says what the smallest plan asks for.
    NOTHING_FITS = "nothing_fits"
    # As many plans of the account as the policy counts have been agreed in its period.
    MANY_PLANS = "many_plans"
    # `last_on` is the last day it may be.
    FIRST_DAY = "first_day"
    NO_OFFER = "no_offer"
    NOT_ON_PHONE = "not_on_phone"
    NOT_READ_BACK = "not_read_back"
    SAME_LANGUAGE = "same_language"
    NOT_A_HOLD = "not_a_hold"
    HOLD_DAY = "hold_day"
    HOLD_BEGAN = "hold_began"
    HOLD_STANDS = "hold_stands"
    STOPPED = "stopped"
    WRONG_NUMBER = "wrong_number"
    IDENTITY_LOCKED = "identity_locked"
    TOO_MANY_REVEALS = "too_many_reveals"
    NOTHING_KEPT = "nothing_kept"
    # The gate: `gate` holds every rule that says no.
    GATE = "gate"


@dataclass(frozen=True, slots=True, repr=False)
class ActRefusal(Refusal):
    """An act refused. Nothing was written but, where the gate said no, its decision."""

    no: No = No.GATE
    gate: Refused | None = None
    by: int | None = None
    event: str = ""
    at: datetime | None = None
    needed_minor: int | None = None
    last_on: date | None = None


_SOURCE: Final = "How members of staff share a thread (docs/operate.md)."


def refuse(no: No, *, needed_minor: int | None = None, last_on: date | None = None) -> ActRefusal:
    """Return the refusal of an act by the house's own order."""
    return ActRefusal(no.value, f"desk.{no}", _SOURCE, "policy", no=no, needed_minor=needed_minor, last_on=last_on)


def refuse_stale(by: int | None, event: str, at: datetime | None) -> ActRefusal:
    """Return the refusal of an act on a thread that has moved on since its page was made.

    *by* is the member of staff who was faster; None where it was the borrower or the machine.
    """
    return ActRefusal(No.STALE, f"desk.{No.STALE}", _SOURCE, "policy", no=No.STALE, by=by, event=event, at=at)


def refuse_by_gate(decision: Refused) -> ActRefusal:
    """Return the refusal of an act whose message the gate does not let out in time."""
    one = decision.primary
    return ActRefusal(
        one.reason_code, one.rule_id, one.citation, one.layer, decision.retry_at, no=No.GATE, gate=decision
    )
