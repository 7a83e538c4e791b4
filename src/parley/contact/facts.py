"""What the gate must be told about one contact: the borrower's places and wishes, the message, the history.

No name, number or text of a borrower stands here; `account` and `address` are opaque references and do not print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.content import Content
from parley.rulebook.prepared import Carriage, Designation, OptOut, PlanTerms
from parley.rulebook.terms import Consent, Discloses, Flag, OptOutScope, Outcome

__all__ = [
    "Carriage",
    "Consent",
    "Contact",
    "ContactFacts",
    "Content",
    "Designation",
    "Direction",
    "Discloses",
    "Flag",
    "Hold",
    "OptOut",
    "OptOutScope",
    "Outcome",
    "PlanTerms",
]


class Direction(StrEnum):
    """Who contacted whom."""

    OUT = "out"
    IN = "in"


class Hold(StrEnum):
    """A state of the case that stops automatic contact, set by a person, a reading or an import."""

    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    COMPLAINT = "complaint"
    PLAN_ACTIVE = "plan_active"
    VULNERABLE = "vulnerable"
    REPRESENTED = "represented"
    INSOLVENCY = "insolvency"
    BREATHING_SPACE = "breathing_space"
    CEASE = "cease"
    WRONG_NUMBER = "wrong_number"
    CRISIS = "crisis"
    WITH_PERSON = "with_person"
    DECEASED = "deceased"
    FRAUD_CLAIM = "fraud_claim"


# The word a rule file uses for each hold.
FLAG_OF_HOLD: Final[dict[Hold, Flag]] = {
    Hold.DISPUTE: Flag.DISPUTED,
    Hold.HARDSHIP: Flag.HARDSHIP_REQUEST_PENDING,
    Hold.COMPLAINT: Flag.COMPLAINT,
    Hold.PLAN_ACTIVE: Flag.PLAN_ACTIVE,
    Hold.VULNERABLE: Flag.VULNERABLE,
    Hold.REPRESENTED: Flag.REPRESENTED,
    Hold.INSOLVENCY: Flag.BANKRUPTCY_STAY,
    Hold.BREATHING_SPACE: Flag.BREATHING_SPACE,
    Hold.CEASE: Flag.CEASE_REQUEST,
    Hold.WRONG_NUMBER: Flag.WRONG_NUMBER,
    Hold.CRISIS: Flag.CRISIS,
    Hold.WITH_PERSON: Flag.WITH_PERSON,
    Hold.DECEASED: Flag.DECEASED,
    Hold.FRAUD_CLAIM: Flag.FRAUD_CLAIM,
}


@dataclass(frozen=True, slots=True)
class Contact:
    """One past contact. `answers_at`: the instant of the inbound message an outbound one answered, None: unprompted.

    `account` None: the account of the message at hand. `address` None: not known which.
    """

    at: datetime
    channel: Channel
    direction: Direction = Direction.OUT
    purpose: Purpose = Purpose.COLLECTION
    outcome: Outcome | None = None
    answers_at: datetime | None = None
    account: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """One contact we would like to make.

    Units: `now` and all instants are aware UTC. `zones`: IANA names of every zone the borrower may be in; empty means
    unknown, and unknown is closed. `jurisdiction`: 'US-CA', 'GB', … `days_past_due` is negative before the due date.
    `answers_at`: the instant of the borrower's message this one answers, None if it answers none. `history`: contacts
    of at least the longest window of the rules (seven days by default), in any order. `consents`: what the borrower
    agreed to; `contact` stands for a number given in the credit transaction. `since`: when what a flag says began, each
    time it did, in order; absent where not known. `contract_on`: when the contract was concluded, None where not known.
    `plan`: the repayment plan the message proposes. `content`: what the text contains, None where there is none yet:
    it is then taken to be in order. `carriage`: how the message would be carried, None where that is not known: no
    registration is asked for then.
    """

    now: datetime
    jurisdiction: str
    zones: tuple[str, ...]
    purpose: Purpose
    channel: Channel
    actor: Actor = Actor.ORIGINAL_CREDITOR
    product: str = ""
    days_past_due: int = 0
    answers_at: datetime | None = None
    consents: frozenset[Consent] = frozenset({Consent.CONTACT})
    opt_outs: tuple[OptOut, ...] = ()
    holds: frozenset[Hold] = frozenset()
    flags: frozenset[Flag] = frozenset()
    designations: tuple[Designation, ...] = ()
    identity_proven: bool = False
    discloses: Discloses = Discloses.NOTHING
    history: tuple[Contact, ...] = ()
    since: Mapping[Flag, tuple[date, ...]] = field(default_factory=dict)
    contract_on: date | None = None
    plan: PlanTerms | None = None
    content: frozenset[Content] | None = None
    carriage: Carriage | None = None
    account: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
