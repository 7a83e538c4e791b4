"""What a key of the catalogue declares of its text: what it is for, what it discloses, what kind of guidance it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parley.messaging.values import PlaceholderTypes
from parley.purpose import Purpose


class Context(StrEnum):
    """What the reader of an answer is told our last message was; NONE leaves the earlier context as it is."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    OFFER = "offer"
    PLAN_CONFIRM = "plan_confirm"
    PROMISE_CONFIRM = "promise_confirm"
    RISK_ALERT = "risk_alert"
    PROMO = "promo"
    LIMIT_CHANGE = "limit_change"
    IDENTITY = "identity"
    CAPACITY = "capacity"
    RECHECK = "recheck"
    SATISFACTION = "satisfaction"
    NONE = "none"


class Discloses(StrEnum):
    """What a stranger who reads the text learns: nothing, that an account exists, or facts of it."""

    NOTHING = "nothing"
    RELATIONSHIP = "relationship"
    DEBT = "debt"


class ContentClass(StrEnum):
    """What kind of guidance a text is: how near it comes to advising a borrower on a debt.

    FACTS: balances, dates, what an option costs. OWN_OPTIONS: ways to change the agreement with us. GENERAL: for
    everybody, static. SIGNPOST: where free independent advice is found. RECOMMENDATION: which way to take, or on debts
    to others.
    """

    FACTS = "A"
    OWN_OPTIONS = "B"
    GENERAL = "C"
    SIGNPOST = "D"
    RECOMMENDATION = "E"


@dataclass(frozen=True, slots=True)
class Entry:
    """What holds for a key in every language. `placeholders` are its own, without the standing words.

    `classes`: every kind of guidance it is; never none. `by_person`: the purpose it has when a member of staff sends it
    unasked; None where only the machine says it.
    """

    key: str
    purpose: Purpose
    context: Context
    discloses: Discloses
    version: int
    placeholders: PlaceholderTypes
    without: Mapping[str, str]
    classes: frozenset[ContentClass]
    by_person: Purpose | None = None
