"""The catalogue in memory and the one way from a key to a message. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parley.locale import Language
from parley.messaging.phrases import GuidanceWords
from parley.messaging.segments import Segments, measure
from parley.messaging.template import Show, Template, pieces
from parley.messaging.values import NUMBERS, Kind, PlaceholderTypes, Value
from parley.money import Money
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


@dataclass(frozen=True, slots=True, repr=False)
class ShownNumber:
    """One number in a message: the placeholder, the value, and how it reads."""

    name: str
    kind: Kind
    value: Money | int
    text: str

    def __repr__(self) -> str:
        return f"ShownNumber({self.name}: {self.kind}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    """A message ready for the gate. Its text is personal data and does not print.

    `numbers` holds every amount, count and rate that the text shows, in order of appearance.
    """

    key: str
    version: int
    language: Language
    text: str
    segments: Segments
    numbers: tuple[ShownNumber, ...]

    def __repr__(self) -> str:
        return f"Rendered({self.key} v{self.version} {self.language}, {self.segments.count} segments)"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every key with its texts; `standing` are the words from settings that every text may use.

    `guidance`: the words on which guidance turns, in our texts and in replies.
    """

    entries: Mapping[str, Entry]
    texts: Mapping[tuple[str, Language], Template]
    standing: PlaceholderTypes
    guidance: GuidanceWords

    def entry(self, key: str) -> Entry:
        """Return what holds for *key*; an unknown key is a defect."""
        assert key in self.entries, f"{key!r} is not a key of the catalogue"
        return self.entries[key]

    def render(self, key: str, language: Language, values: Mapping[str, Value], *, today: date) -> Rendered:
        """Return the message of *key*. *today* is the borrower's: a date of another year names its year.

        A missing value or one of the wrong kind is a defect; a value the text does not use is not looked at.
        """
        entry = self.entry(key)
        shown_pieces = tuple(pieces(self.texts[key, language], values, language, today))
        text = "".join(shown for _, shown in shown_pieces)
        numbers = tuple(
            _shown_number(node, values[node.name], shown)
            for node, shown in shown_pieces
            if isinstance(node, Show) and node.kind in NUMBERS
        )
        return Rendered(key, entry.version, language, text, measure(text), numbers)


def _shown_number(node: Show, value: Value, text: str) -> ShownNumber:
    assert isinstance(value, Money | int)
    return ShownNumber(node.name, node.kind, value, text)
