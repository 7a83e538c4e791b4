"""What every kind of file becomes: rows of text with their place, readable twice, in memory that does not grow with it.

`text_file`, `xlsx_sheet` and `parquet_file` each make one `Source`; `table` finds the header in it and counts its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from parley.run.importing.reasons import Reason
from parley.store.importing import Sentence

_NONE: Final[Mapping[int, Reason]] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One row: its place (line of a text, row of a sheet or table, from 1), its cells as text.

    `faults` names the cells that hold no value, by column: a formula's error, digits that a spreadsheet lost.
    """

    place: int
    cells: list[str]
    faults: Mapping[int, Reason] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: what the map and the command line say. What is empty (0 for the row) is found out."""

    longest_field_characters: int
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    # The whole file was read in this encoding before.
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file was read, for the person who looks at it: see `parley.store.importing.Survey`."""

    form: str
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[Sentence, ...] = ()


class Source(Protocol):
    """A file opened for reading."""

    @property
    def manner(self) -> Manner:
        """How it is read."""
        ...

    def records(self) -> Iterator[Record]:
        """Yield every row that is not blank, in order, from the start each time. Raises BadInput with the place."""
        ...
