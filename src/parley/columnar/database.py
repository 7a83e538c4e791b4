"""The database that columns are computed in: in memory, one thread, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

import duckdb

_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": "1",
    "memory_limit": "512MB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}
# More in one text gains nothing, and a long stream is never whole in memory.
_ROWS_AT_ONCE: Final = 50_000


def database_in_memory() -> duckdb.DuckDBPyConnection:
    """Return a fresh database; whoever asks for it closes it."""
    return duckdb.connect(":memory:", config=_CONFIG)


def fill(database: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    """Make a table and put *rows* into it, each column as one text: a value at a time takes three times as long.

    Shape: *columns* as in CREATE TABLE, "name TYPE, …"; a text holds no comma and is not empty.
    """
    database.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")
    rest = iter(rows)
    while some := list(islice(rest, _ROWS_AT_ONCE)):
        _insert(database, table, columns, some)


def _insert(database: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    types = [column.split()[1] for column in columns.split(", ")]
    values = ", ".join(f"nullif(unnest(string_split(?, ',')), '')::{kind}" for kind in types)
    texts = [",".join("" if one is None else str(one) for one in column) for column in zip(*rows, strict=True)]
    database.execute(f"INSERT INTO {table} SELECT {values}", texts)
