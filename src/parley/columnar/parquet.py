"""A Parquet file as rows of text, streamed: every value in the one form that is exact and that can be read back.

Decimals keep all their digits, dates and timestamps are ISO 8601 (with an offset where the file has a zone). Nothing of
the file is kept in memory but the row group at hand. Extensions are never fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from parley.columnar.database import database_in_memory

MARK: Final = b"PAR1"
SEALED_MARK: Final = b"PARE"
_ROWS_AT_ONCE: Final = 2_048
# What a cell can be; a list, a map or a struct is many values, and an interval none.
_PLAIN: Final = (
    *("VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "DECIMAL", "FLOAT", "DOUBLE", "UUID", "ENUM"),
    *(
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "HUGEINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "UHUGEINT",
    ),
)
_NAMES: Final = "DESCRIBE SELECT * FROM read_parquet(?, binary_as_string = true)"
_ROWS: Final = "SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?, binary_as_string = true)"


class Unreadable(Exception):
    """The file is no Parquet, is cut short, or does not hold together."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, and DuckDB's name of its type."""

    name: str
    type: str

    @property
    def is_plain(self) -> bool:
        """Whether each of its values is one value."""
        return not self.type.endswith("]") and self.type.partition("(")[0].split(" ")[0] in _PLAIN

    @property
    def is_binary(self) -> bool:
        """Whether its numbers are binary floating point."""
        return self.type in {"FLOAT", "DOUBLE"}


def columns(path: Path) -> list[Column]:
    """Return the columns of the file. Raises Unreadable."""
    with closing(database_in_memory()) as database:
        try:
            found = database.execute(_NAMES, [literal(path)]).fetchall()
        except duckdb.Error:
            raise Unreadable from None
    return [Column(str(row[0]), str(row[1])) for row in found]


def rows(path: Path) -> Iterator[list[str | None]]:
    """Yield every row in the order of the file, each value as text; None where there is none. Raises Unreadable."""
    with closing(database_in_memory()) as database:
        try:
            answer = database.execute(_ROWS, [literal(path)])
            while part := answer.fetchmany(_ROWS_AT_ONCE):
                yield from map(list, part)
        except duckdb.Error:
            raise Unreadable from None


def literal(path: Path) -> str:
    """Return the path as a pattern that means this file only."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))
