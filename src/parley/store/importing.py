"""What an import tells whoever shows it: plain values, the same for the command line and for pages.

Nothing here reads or writes; `parley.run.importing.desk` makes these values. Cells of the lender's file are masked
before they come in here, so a page may show what it gets; `repr` shows none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

# What a map is called that was made for its own file.
MAP_NAME: Final = "map"
# What may be imported, the encodings that are read, and the signs between cells: by the names that maps give them.
KINDS: Final = ("accounts", "payments", "transactions", "limits", "consents", "do-not-contact")
ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5", "windows-1252")
DELIMITERS: Final = (",", ";", "\t", "|")


class Sentence(NamedTuple):
    """One sentence for a person, in English and in Chinese."""

    en: str
    zh: str


class BatchState(StrEnum):
    """Where a batch stands.

    `running` with nobody at work was stopped half-way: running it again goes on where it was. `refused`: a row was bad
    and none was kept.
    """

    STAGED = "staged"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows: read, and what became of them.

    `shared_numbers`: rows whose telephone number another borrower has too. `alerts`: risk alerts queued at once;
    `alerts_not_sent`: abnormal transactions whose alert was too late, had no address, or was refused by the gate.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    shared_numbers: int = 0
    alerts: int = 0
    alerts_not_sent: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Survey:
    """What a file turned out to be, before any map: how it was read, its header, its first rows, masked.

    `form` is csv, xlsx or parquet. `encoding` and `delimiter` are empty but for csv, `sheet` and `sheets` but for xlsx.
    `notes` say what a person should look at: why this encoding, rows above the header, merged cells.
    """

    batch: UUID
    kind: str
    file_name: str
    size_bytes: int
    form: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: tuple[str, ...]
    header_row: int
    header: tuple[str, ...]
    rows: int
    first: tuple[tuple[str, ...], ...]
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ReadAs:
    """How a person wants a file read; what is empty (0 for the row) is found out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0


class Filling(StrEnum):
    """Where a field's value comes from: a column, one value for all rows, nowhere, or what only the map's text says."""

    COLUMN = "column"
    VALUE = "value"
    NONE = "none"
    OTHER = "other"


class Wanting(StrEnum):
    """What a field still lacks: nothing, a value at all, a choice between readings, or a correction (`problem`)."""

    NOTHING = ""
    VALUE = "value"
    CHOICE = "choice"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """One more thing to say about how a column is read, such as the order of day and month. No words: free text."""

    name: str
    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Meaning:
    """One word of a column, masked where it may name somebody, and Parley's word for it ("" where it has none)."""

    shown: str
    means: str


@dataclass(frozen=True, slots=True, repr=False)
class FormLine:
    """One field of a map as a form shows it.

    `column` is an index of the header, -1 for none. `words` are what a constant may be; `is_closed` where it may be
    nothing else. `other` is what the map's text says, `example` what other lenders say. `shown` are cells, masked.
    `sureness` is sure, likely, guess, or empty for what a person chose. Of `looked_at` first rows
    `refused` would be, the first of them for the reason with the code `why`.
    """

    field: str
    is_required: bool
    filling: Filling
    column: int
    value: str
    words: tuple[str, ...]
    is_closed: bool
    example: str
    other: str
    choices: tuple[Choice, ...]
    meanings: tuple[Meaning, ...]
    meaning_words: tuple[str, ...]
    shown: tuple[str, ...]
    sureness: str
    notes: tuple[Sentence, ...]
    looked_at: int
    refused: int
    why: str
    wants: Wanting
    problem: Sentence | None


@dataclass(frozen=True, slots=True, repr=False)
class MapForm:
    """A map as a form shows it: the file's columns, one line for each field, the columns that fill none."""

    header: tuple[str, ...]
    lines: tuple[FormLine, ...]
    unused: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether an import can run with it."""
        return all(line.wants is Wanting.NOTHING for line in self.lines)


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a person says about one field. `means` is by place among the column's words, as the form listed them."""

    filling: Filling
    column: int = -1
    value: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    means: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Problem:
    """One row that cannot be taken: its place in the file, the reason's code, the field ("" for the whole row)."""

    place: int
    code: str
    field: str
    says: Sentence


@dataclass(frozen=True, slots=True, repr=False)
class Preview:
    """The first rows as the map understands them, masked: one column of `rows` for each of `fields`.

    Only the file is judged here, nothing in the store: a dry run does both.
    """

    fields: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Outcome:
    """What a run or a dry run did. `is_written` is false for a dry run, and where a bad row kept all others out.

    `problems` are the first refused rows; all of them are in the error file, where there is one.
    """

    batch: UUID
    counts: Counts
    is_written: bool
    has_error_file: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows that an undo left as they are, for one reason: how many, and where the first of them stand in the file."""

    says: Sentence
    count: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo took back, and what it left because something has happened on it since."""

    batch: UUID
    taken: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """One import as the list shows it. `done` of `total` rows are through; `may_undo` and `may_run` say what fits now.

    `is_at_work`: somebody is importing or undoing it at this moment. `file_digest` is SHA-256 in hex; `encoding` is
    empty where the file is no text; `map_text` is the map as it stands, `map_name` says where it is from: MAP_NAME, or
    the file it was made for. One that was undone in part is `done` and has an `undone_at`.
    """

    id: UUID
    kind: str
    file_name: str
    file_digest: str
    size_bytes: int
    encoding: str
    state: BatchState
    total: int
    done: int
    counts: Counts
    has_error_file: bool
    by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None
    undone_by: str
    may_run: bool
    may_undo: bool
    map_text: str
    map_name: str
    is_at_work: bool
