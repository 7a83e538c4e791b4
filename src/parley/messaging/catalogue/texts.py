"""The catalogue in memory and the one way from a key to a message. Knows nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from parley.locale import Language
from parley.messaging.catalogue.entry import Entry
from parley.messaging.catalogue.house import House
from parley.messaging.phrases import GuidanceWords
from parley.messaging.segments import Segments, measure
from parley.messaging.template import Show, Template, pieces
from parley.messaging.values import NUMBERS, Kind, PlaceholderTypes, Value
from parley.money import Money

OWN_FROM: Final = 1_001
"""The first number of a lender's own texts; shipped versions stay below, so that a message tells which it was."""


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
    """Every key with its texts, and what holds for all of them.

    `own`: the texts that are the lender's own and not the shipped ones, with the number of their version.
    """

    entries: Mapping[str, Entry]
    texts: Mapping[tuple[str, Language], Template]
    house: House
    own: Mapping[tuple[str, Language], int] = field(default_factory=dict)

    @property
    def standing(self) -> PlaceholderTypes:
        """The words from settings that every text may use."""
        return self.house.standing

    @property
    def guidance(self) -> GuidanceWords:
        """The words on which guidance turns, in our texts and in replies."""
        return self.house.guidance

    def version(self, key: str, language: Language) -> int:
        """Return the version of a text: of a lender's own, which count from OWN_FROM, or that of its key."""
        return self.own.get((key, language), self.entry(key).version)

    def entry(self, key: str) -> Entry:
        """Return what holds for *key*; an unknown key is a defect."""
        assert key in self.entries, f"{key!r} is not a key of the catalogue"
        return self.entries[key]

    def render(self, key: str, language: Language, values: Mapping[str, Value], *, today: date) -> Rendered:
        """Return the message of *key*. *today* is the borrower's: a date of another year names its year.

        A missing value or one of the wrong kind is a defect; a value the text does not use is not looked at.
        """
        shown_pieces = tuple(pieces(self.texts[key, language], values, language, today))
        text = "".join(shown for _, shown in shown_pieces)
        numbers = tuple(
            _shown_number(node, values[node.name], shown)
            for node, shown in shown_pieces
            if isinstance(node, Show) and node.kind in NUMBERS
        )
        return Rendered(key, self.version(key, language), language, text, measure(text), numbers)


def _shown_number(node: Show, value: Value, text: str) -> ShownNumber:
    assert isinstance(value, Money | int)
    return ShownNumber(node.name, node.kind, value, text)
