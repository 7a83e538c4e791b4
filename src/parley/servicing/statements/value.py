"""What does a statement hold? Facts and tables of typed values under keys; no word of any language.

Whoever writes it out asks `words` what a key is called. Figures are personal data, so no statement prints one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Amount:
    """Minor units of the statement's currency."""

    minor: int

    def __repr__(self) -> str:
        return "Amount(…)"


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number: of a payment, of days."""

    number: int


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    on: date


@dataclass(frozen=True, slots=True)
class Word:
    """A key of `words`."""

    key: str


@dataclass(frozen=True, slots=True)
class Name:
    """What has one name in every language: a day count, the number of a payment."""

    text: str


@dataclass(frozen=True, slots=True)
class Percent:
    """A rate or share in per cent, exact."""

    exact: Fraction


Value = Amount | Count | Day | Word | Name | Percent
Row = tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One phrase about the whole, and the values in it by field, in the order they are listed elsewhere."""

    phrase: str
    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; None is an empty cell. `key` names the part.

    `total` is a last row of sums; its first cell is empty, whoever writes it out puts the word there.
    """

    key: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row | None = None

    def __post_init__(self) -> None:
        for row in (*self.rows, *([self.total] if self.total else [])):
            assert len(row) == len(self.columns), "a row has a cell for each column"
        assert self.total is None or self.total[0] is None, "the word of the total is no value"


@dataclass(frozen=True, slots=True)
class Statement:
    """A title, facts and tables, all amounts in one currency."""

    title: str
    currency: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
