"""What a reply is understood to say: types only.

Confidence is the probability that the intent is right, as calibrated on replies the model had not seen. Where only
word lists speak it is a small scale: EXACT a whole known reply, PATTERN a phrase, WEAK a hint, NOTHING no evidence.
The labels are those of the label guide; two of ours are added, read only where our last message asked for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

TAUGHT: Final = 0.97
"""The whole reply is the word that our text asks for, a choice of its menu, or one that can be nothing else."""
EXACT: Final = 0.95
PATTERN: Final = 0.8
WEAK: Final = 0.6
NOTHING: Final = 0.3
LEAST_CONFIDENCE: Final = 0.6
# Why nothing was read: the reply is empty, or no writing.
UNREADABLE: Final = "unreadable"
"""Below this confidence a reading is not acted on: we ask back."""
CONTEXTS: Final = (
    *("reminder", "overdue", "offer", "plan_confirm", "risk_alert", "promo", "limit_change"),
    *("identity", "capacity", "promise_confirm"),
)
"""Kinds of our last message: the label guide's, then what our own questions add."""
OWN_CONTEXTS: Final = frozenset(CONTEXTS[7:])
"""Our own questions, which no labelled reply answers: the model has not learnt them."""


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
    """The understood reply. `also`: further intents, in the guide's priority. `oos`: ask back or hand over.

    `in_scope`: how likely it is that any intent fits, by what was learnt; only the order of two such figures is used.
    `alternatives`: which intents it may be, the likeliest first, where there is more than one; empty where it is plain.
    """

    intent: Intent
    also: tuple[Intent, ...] = ()
    slots: Slots = field(default_factory=Slots)
    conditional: bool = False
    oos: bool = False
    sensitive: bool = False
    confidence: float = NOTHING
    in_scope: float = 1.0
    spans: tuple[Span, ...] = ()
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Intent, ...] = ()

    @property
    def is_wordless(self) -> bool:
        """Whether nothing in the reply can be read: it is empty, or no writing."""
        return self.reasons == (UNREADABLE,)

    @property
    def is_doubtful(self) -> bool:
        """Whether it is not acted on: asked back, or handed to a person."""
        return self.oos or self.confidence < LEAST_CONFIDENCE or bool(self.alternatives)


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """What the reader may know beside the words.

    `last_message`: kind of our last message, one of CONTEXTS, None when we sent none. `now` is aware;
    `zone` decides which day today is. `options`: what the open menu calls its offers.
    """

    last_message: str | None
    now: datetime
    zone: str
    locale: str
    currency: str
    options: tuple[str, ...] = ()
