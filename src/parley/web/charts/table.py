"""The figures of one chart: what is drawn, what stands in the table and what is in the file, from one value.

Numbers are whole: a share is tenths of a percent, money is minor units, a cost millionths. Nothing here is a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from babel.numbers import format_decimal

from parley.locale import Language
from parley.messaging.values import Kind, locale_of
from parley.messaging.values import shown as shown_value
from parley.money import MINOR_DIGITS, Money, divide_half_up

PERCENT: Final = "%"
_TENTHS_OF_PERCENT: Final = 1000
_MICRO_DIGITS: Final = 6
_PRICE_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Number:
    """A whole `value` in units of ten to the power of minus `digits`; `unit` is "", "%" or a currency.

    `path` names the figure's place in the report it was taken from, if it was taken from one.
    """

    value: int
    digits: int = 0
    unit: str = ""
    path: str = ""

    def shown(self, language: Language) -> str:
        """Return the number as a reader of *language* writes it."""
        if self.unit in MINOR_DIGITS:
            return shown_value(Kind.AMOUNT, Money(self.value, self.unit), language, date.min)
        decimals = "." + "0" * self.digits if self.digits else ""
        return format_decimal(self.exact, f"#,##0{decimals}", locale_of(language)) + self.unit

    @property
    def exact(self) -> Decimal:
        """The number as a decimal, for a file."""
        return Decimal(self.value).scaleb(-self.digits)


def money(amount_minor: int, currency: str, path: str = "") -> Number:
    """Return an amount as a figure."""
    return Number(amount_minor, MINOR_DIGITS[currency], currency, path)


def millionths(value: int, path: str = "") -> Number:
    """Return a cost in millionths, exact, with no more decimals than it needs and no fewer than a price has."""
    digits = _MICRO_DIGITS
    while digits > _PRICE_DIGITS and value % 10 == 0:
        value, digits = value // 10, digits - 1
    return Number(value, digits, path=path)


def share(part: int, whole: int) -> Number | None:
    """Return *part* of *whole* in tenths of a percent; None of nothing. Rounding: half up."""
    return Number(divide_half_up(part * _TENTHS_OF_PERCENT, whole), 1, PERCENT) if whole else None


Cell: TypeAlias = Number | str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, and how it is drawn.

    `tone` is its colour and pattern, 1 to 10; 0 stands in the table only. A line whose band is drawn names in `low` and
    `high` the columns of the band's edges.
    """

    label: str
    tone: int = 0
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what it is called, and a cell for each column."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by row and column. `corner` heads the column of row labels."""

    corner: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        assert all(len(row.cells) == len(self.columns) for row in self.rows), "a row has a cell for each column"

    def drawn(self) -> tuple[tuple[int, Column], ...]:
        """Return the columns that are drawn, with their place."""
        return tuple((place, column) for place, column in enumerate(self.columns) if column.tone)

    def value(self, row: Row, place: int) -> int | None:
        """Return the figure of *row* in a drawn column; None where there is none."""
        cell = row.cells[place]
        assert not isinstance(cell, str), "words are not drawn"
        return None if cell is None else cell.value

    def sum_of(self, row: Row) -> Number:
        """Return what the drawn figures of *row* come to, in their unit."""
        cells = [cell for place, _ in self.drawn() if isinstance(cell := row.cells[place], Number)]
        first = cells[0] if cells else Number(0)
        assert all((cell.unit, cell.digits) == (first.unit, first.digits) for cell in cells), "one unit in one bar"
        return Number(sum(cell.value for cell in cells), first.digits, first.unit)

    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return all(not self.value(row, place) for row in self.rows for place, _ in self.drawn())


def largest_first(rows: Iterable[Row], columns: Sequence[int] = (0,)) -> tuple[Row, ...]:
    """Return the rows, those with the largest figures in *columns* first; of equal ones by name."""

    def order(row: Row) -> tuple[int, str]:
        cells = (row.cells[place] for place in columns)
        return -sum(cell.value for cell in cells if isinstance(cell, Number)), row.label

    return tuple(sorted(rows, key=order))


def csv_rows(table: Table) -> tuple[list[str], list[list[object]]]:
    """Return head and rows of the table as a file holds them: exact numbers, and nothing where there is no figure."""
    head = [table.corner, *(column.label for column in table.columns)]
    return head, [[row.label, *map(_plain, row.cells)] for row in table.rows]


def _plain(cell: Cell) -> object:
    return cell.exact if isinstance(cell, Number) else cell or ""
