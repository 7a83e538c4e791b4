"""Writes many rows at once and says which of them were new.

Django's own "ignore conflicts" is not used: on SQLite it swallows a broken NOT NULL or CHECK too, and it does not tell
which rows went in. ON CONFLICT DO NOTHING … RETURNING does, the same on both databases. Where nothing can be there
yet, `insert_values` is twice as fast: one prepared statement on SQLite, COPY on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, Field, ForeignKey, JSONField, Model, UUIDField

# SQLite's limit of parameters in a statement is 32,766 (3.32 and later); PostgreSQL's is 65,535.
PARAMETERS_PER_STATEMENT = 30_000

_AS_THEY_ARE: Final = frozenset({int, str, bool, bytes})
# Any number that no other advisory lock uses: "PIMP" in ASCII.
_ONE_IMPORT: Final = 0x50494D50

Row = TypeVar("Row", bound=Model)
Stored = Callable[[Any], Any]


def insert_new(rows: Sequence[Row], key: Sequence[str] = ("pk",)) -> list[Row]:
    """Insert *rows* (of one table) and return those that were not there yet, with their ids, in their order.

    *key* names the columns that tell rows apart: the primary key, or a unique constraint of a table that counts its
    rows itself. Two rows of one key in *rows*: the first goes in.
    """
    if not rows:
        return []
    fields = _fields(type(rows[0]))
    per_statement = max(1, PARAMETERS_PER_STATEMENT // len(fields))
    fresh: list[Row] = []
    for start in range(0, len(rows), per_statement):
        fresh += _insert(rows[start : start + per_statement], fields, key)
    return fresh


def insert_values(table: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert *rows*, each the values of the columns *names* (as the model's attributes are called), all of them new.

    Whoever calls it knows, and holds what keeps others from adding the same: a row that is there is a defect here.
    Columns left out are null, or counted by the database.
    """
    if not rows:
        return
    columns = _columns(table)
    written = [_stored_by(columns[name], _database()) for name in names]
    quote = connection.ops.quote_name
    listed = ", ".join(quote(str(columns[name].column)) for name in names)
    target = f"{quote(table._meta.db_table)} ({listed})"  # noqa: SLF001 -- Django's documented model API
    stored = ([put(value) for put, value in zip(written, row, strict=True)] for row in rows)
    if connection.vendor == "postgresql":
        _copy(f"COPY {target} FROM STDIN", stored)
        return
    places = ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {target} VALUES ({places})", list(stored))  # noqa: S608


def insert_all(rows: Sequence[Model]) -> None:
    """Insert *rows* (of one table, with ids of their own), all of them new; see `insert_values`."""
    if not rows:
        return
    names = [field.attname for field in _fields(type(rows[0]))]
    insert_values(type(rows[0]), names, list(map(attrgetter(*names), rows)))
    for row in rows:
        _is_saved(row)


def update_rows(rows: Sequence[Row], names: Sequence[str]) -> None:
    """Write the columns *names* of *rows* (of one table) back, by primary key.

    One prepared statement for all rows: Django's own builds a CASE for every row and column, which took half of the
    time of a nightly run (profiled 2026-11).
    """
    if not rows:
        return
    columns = _columns(type(rows[0]))
    read = attrgetter(*(columns[name].attname for name in names), "pk")
    update_values(type(rows[0]), names, [read(row) for row in rows])


def update_values(table: type[Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write the columns *names* of rows of *table* back: each the values of the columns, then the primary key.

    Of a row that stands twice among them the last holds.
    """
    if not rows:
        return
    rows = list({row[-1]: row for row in rows}.values())
    quote = connection.ops.quote_name
    columns = _columns(table)
    fields = [columns[name] for name in (*names, "pk")]
    stored = [_stored_by(field, _database()) for field in fields]
    values = [[put(value) for value in column] for put, column in zip(stored, zip(*rows, strict=True), strict=True)]
    name, pk = quote(table._meta.db_table), quote(str(fields[-1].column))  # noqa: SLF001 -- Django's documented model API
    if connection.vendor == "postgresql" and _go_as_arrays(fields):
        told = [f"c{number}" for number in range(len(fields))]
        changes = ", ".join(f"{quote(str(field.column))} = n.{c}" for field, c in zip(fields[:-1], told, strict=False))
        source = f"{_unnested(fields)} AS n ({', '.join(told)})"
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {name} AS t SET {changes} FROM {source} WHERE t.{pk} = n.{told[-1]}", values)  # noqa: S608
        return
    changes = ", ".join(f"{quote(str(field.column))} = %s" for field in fields[:-1])
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {name} SET {changes} WHERE {pk} = %s", list(zip(*values, strict=True)))  # noqa: S608


@contextmanager
def one_import() -> Iterator[None]:
    """Run the block in a transaction in which nobody else imports: what it found new stays new until it is written.

    Another process's import waits on PostgreSQL; on SQLite the writer lock has turned it away.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_IMPORT])
        yield


@lru_cache
def _fields(table: type[Model]) -> list[Field[Any, Any]]:
    """Return the columns to write; an id that the database counts itself is left to it."""
    fields = table._meta.concrete_fields  # noqa: SLF001 -- Django's documented model API
    return [field for field in fields if field.db_returning is False]


@lru_cache
def _columns(table: type[Model]) -> dict[str, Field[Any, Any]]:
    """Return the columns of a table by name and attribute; "pk" is the primary key, however it is called."""
    fields = table._meta.concrete_fields  # noqa: SLF001 -- Django's documented model API
    named = {field.name: field for field in fields} | {field.attname: field for field in fields}
    return named | {"pk": next(field for field in fields if field.primary_key)}


def _insert(rows: Sequence[Row], fields: Sequence[Field[Any, Any]], key: Sequence[str]) -> list[Row]:
    meta = rows[0]._meta  # noqa: SLF001 -- Django's documented model API
    quote = connection.ops.quote_name
    columns = _columns(type(rows[0]))
    told = [columns[name] for name in ("pk", *key)]
    if connection.vendor == "postgresql" and _go_as_arrays(fields):
        source, values = f"SELECT * FROM {_unnested(fields)}", _arrays(rows, fields)  # noqa: S608
    else:
        one = f"({', '.join(['%s'] * len(fields))})"
        source = f"VALUES {', '.join([one] * len(rows))}"
        values = [value for row in _values(rows, fields) for value in row]
    statement = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(quote(str(field.column)) for field in fields)}) "
        f"{source} ON CONFLICT DO NOTHING RETURNING {', '.join(quote(str(field.column)) for field in told)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        answered = cursor.fetchall()
    # Compared as the database writes them: a UUID is text on SQLite.
    ids = {tuple(_comparable(value) for value in answer[1:]): answer[0] for answer in answered}
    fresh: list[Row] = []
    for row, wanted in zip(rows, _values(rows, told[1:]), strict=True):
        number = ids.pop(tuple(_comparable(value) for value in wanted), None)
        if number is not None:
            row.pk = told[0].to_python(number)
            _is_saved(row)
            fresh.append(row)
    return fresh


def _go_as_arrays(fields: Sequence[Field[Any, Any]]) -> bool:
    """Say whether the columns go to PostgreSQL as an array each: one value to bind for all rows, not one for each.

    Binding each took most of the time of storing receipts (profiled 2026-11). JSON and bytes go as they did.
    """
    return not any(isinstance(field, JSONField | BinaryField) for field in fields)


def _unnested(fields: Sequence[Field[Any, Any]]) -> str:
    types = (field.db_type(connection) for field in fields)
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in types)})"


def _arrays(rows: Sequence[Model], fields: Sequence[Field[Any, Any]]) -> list[list[Any]]:
    database = _database()
    return [_column(rows, field, database) for field in fields]


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    # What goes wrong shows at the end of the copy, outside the cursor's own translation of errors.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _is_saved(row: Model) -> None:
    state = row._state  # noqa: SLF001 -- Django's documented model API
    state.adding, state.db = False, connection.alias


def _database() -> BaseDatabaseWrapper:
    """Return the connection itself: its proxy looks it up again for every value."""
    return connections[connection.alias]


def _values(rows: Sequence[Model], fields: Sequence[Field[Any, Any]]) -> list[tuple[Any, ...]]:
    """Return the values of *rows* as the database takes them, one tuple for each row."""
    database = _database()
    return list(zip(*[_column(rows, field, database) for field in fields], strict=True))


def _column(rows: Sequence[Model], field: Field[Any, Any], database: BaseDatabaseWrapper) -> list[Any]:
    stored = _stored_by(field, database)
    return [stored(value) for value in map(attrgetter(field.attname), rows)]


def _stored_by(field: Field[Any, Any], database: BaseDatabaseWrapper) -> Stored:
    """Return what turns one value of *field* into what the database takes.

    Whole numbers, texts, truth values and bytes go in as they are; asking the field for each of them took most of an
    import's time (profiled 2026-11).
    """
    ask = partial(field.get_db_prep_save, connection=database)
    if isinstance(field, JSONField):
        return lambda value: None if value is None else ask(value)
    target = field.target_field if isinstance(field, ForeignKey) else field
    is_hex = isinstance(target, UUIDField) and not database.features.has_native_uuid_field

    def stored(value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
        if value is None or type(value) in _AS_THEY_ARE:
            return value
        return value.hex if is_hex and type(value) is UUID else ask(value)

    return stored


def _comparable(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
