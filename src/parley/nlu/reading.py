"""What a reply is understood to say: types only.

Confidence of a pattern reading is a small scale, not a probability: EXACT a whole known reply, PATTERN a phrase,
WEAK a hint, NOTHING no evidence. The labels are those of the label guide; two of ours are added, read only where our
last message asked for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

EXACT: Final = 0.95
PATTERN: Final = 0.8
WEAK: Final = 0.6
NOTHING: Final = 0.3


class Intent(StrEnum):
    """The one thing a reply mainly does."""

    STOP = "stop"
    HELP = "help"
    PROMISE_TO_PAY = "promise_to_pay"
    ASK_PLAN = "ask_plan"
    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER_OFFER = "counter_offer"
    CANNOT_PAY = "cannot_pay"
    ALREADY_PAID = "already_paid"
    DISPUTE = "dispute"
    WRONG_NUMBER = "wrong_number"
    FRAUD_CLAIM = "fraud_claim"
    ASK_HUMAN = "ask_human"
    COMPLAINT = "complaint"
    CALL_TIME = "call_time"
    LEGAL = "legal"
    RISK = "risk"
    ASK_INFO = "ask_info"
    THANKS = "thanks"
    OTHER = "other"
    IDENTITY_ANSWER = "identity_answer"
    CAPACITY_ANSWER = "capacity_answer"


@dataclass(frozen=True, slots=True, repr=False)
class Slots:
    """What the reply gives. `amount`: major units per payment; where it may be one of several, only `_alternatives`."""

    amount: Decimal | None = None
    amount_alternatives: tuple[Decimal, ...] = ()
    currency: str | None = None
    n_instalments: int | None = None
    frequency: str | None = None
    dates: tuple[date, ...] = ()
    dates_alt: tuple[date, ...] = ()
    date_anchor: str | None = None
    hardship: str | None = None
    option: str | None = None

    def __repr__(self) -> str:
        """Name the filled slots, never their values."""
        return f"Slots({', '.join(self.filled())})"

    def filled(self) -> tuple[str, ...]:
        """Return the names of the slots that hold a value."""
        return tuple(name for name in self.__slots__ if getattr(self, name) not in (None, ()))


@dataclass(frozen=True, slots=True, repr=False)
class Span:
    """A piece `[start, end)` of the reply, what it was read as and why."""

    start: int
    end: int
    label: str
    value: str
    why: str

    def __repr__(self) -> str:
        """Hide the value: it may be an amount, a date or a threat."""
        return f"Span({self.start}, {self.end}, {self.label})"


@dataclass(frozen=True, slots=True)
class Reading:
    """The understood reply. `also`: further intents, in the guide's priority. `oos`: ask back or hand over."""

    intent: Intent
    also: tuple[Intent, ...] = ()
    slots: Slots = field(default_factory=Slots)
    conditional: bool = False
    oos: bool = False
    sensitive: bool = False
    confidence: float = NOTHING
    spans: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What the reader may know beside the words.

    `last_message`: kind of our last message (the label guide's, or identity, capacity, promise_confirm), None when we
    sent none. `now` is aware; `zone` decides which day today is. `options`: what the open menu calls its offers.
    """

    last_message: str | None
    now: datetime
    zone: str
    locale: str
    currency: str
    options: tuple[str, ...] = ()
