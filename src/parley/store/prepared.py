"""Queries whose SQL is made once. Django builds and compiles a query anew for every call.

For the small questions a pipeline asks at every step that took four times as long as the database did (sampled
2026-11). What a call gives stands in the query as a place of its own: one value, or any number of them as one array.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators

Build: TypeAlias = Callable[..., "QuerySet[Any, Any]"]

Row = TypeVar("Row", bound=Model)

_MOST_QUERIES: Final = 256


class Given(Expression):
    """The place of a value that a call gives by *name*; *field* says how the database takes it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401, ARG002 - Django's
        """Return a place, with this object where the value will stand."""
        return "%s", (self,)

    def bound(self, value: Any, database: BaseDatabaseWrapper) -> Any:  # noqa: ANN401 - whatever the column holds
        """Return *value* as the database takes it."""
        return self.field.get_db_prep_value(value, database)


class GivenMany(Given):
    """The place of any number of values, for `__in`."""

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401, ARG002 - as above
        """Return the values of one JSON text."""
        return "(SELECT value FROM json_each(%s))", (self,)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401, ARG002 - as above
        """Return the values of one array."""
        return f"(SELECT unnest(%s::{self.field.db_type(connection)}[]))", (self,)

    def bound(self, value: Collection[Any], database: BaseDatabaseWrapper) -> Any:  # noqa: ANN401 - as above
        """Return the values of *value* as the database takes them, in one."""
        values = [self.field.get_db_prep_value(one, database) for one in value]
        return json.dumps(values) if database.vendor == "sqlite" else values


class _Compiled(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    # By column: what turns a value of the database into one of ours, and the expression it is told.
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]
    # Makes a model, with those it is joined to, of a row; None where the query asks for plain values.
    make: Callable[[Sequence[Any]], Any] | None
    # Whether the rows are locked, on databases that lock rows.
    locks: bool


def ask(build: Build, *shape: object, **given: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - as above
    """Return the rows of the query `build(*shape)`, a `values_list`, with *given* in its places.

    *build* is called once for each *shape* and kind of database: it may depend on nothing else.
    """
    return _rows(_compiled(build, shape, connection.vendor), given)


def ask_models(build: Callable[..., QuerySet[Row]], *shape: object, **given: Any) -> list[Row]:  # noqa: ANN401 - as above
    """Return the models of the query `build(*shape)`, with those of its `select_related`; else as `ask` does it."""
    compiled = _compiled(build, shape, connection.vendor)
    assert compiled.make is not None, "the query asks for models"
    return list(map(compiled.make, _rows(compiled, given)))


def _rows(compiled: _Compiled, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    database = connections[connection.alias]
    # Django asks this when it compiles a query: of one that is kept, once and never again.
    _assert_lasts(locks=compiled.locks)
    params = [one.bound(given[one.name], database) if isinstance(one, Given) else one for one in compiled.params]
    with connection.cursor() as cursor:
        cursor.execute(compiled.sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if not rows or not compiled.converters:
        return rows
    found = [list(row) for row in rows]
    for column, converters, expression in compiled.converters:
        for row in found:
            for convert in converters:
                row[column] = convert(row[column], expression, database)
    return list(map(tuple, found))


@lru_cache(maxsize=_MOST_QUERIES)
def _compiled(build: Build, shape: tuple[object, ...], _vendor: str) -> _Compiled:
    query = build(*shape).query
    _assert_lasts(locks=query.select_for_update)
    compiler = query.get_compiler(connection=connections[connection.alias])
    sql, params = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return _Compiled(
        sql=sql,
        params=tuple(params),
        converters=tuple((i, tuple(each), told) for i, (each, told) in converters.items()),
        make=_maker(compiler) if compiler.klass_info else None,
        locks=query.select_for_update,
    )


def _assert_lasts(*, locks: bool) -> None:
    assert not locks or connection.in_atomic_block, "a lock lasts as long as its transaction"


def _maker(compiler: Any) -> Callable[[Sequence[Any]], Any]:  # noqa: ANN401 - Django's compiler of a query
    """Return what makes a model of a row, as Django's own ModelIterable does."""
    told, alias = compiler.klass_info, connection.alias
    table, columns = told["model"], told["select_fields"]
    first, end = columns[0], columns[-1] + 1
    names = [column.target.attname for column, _, _ in compiler.select[first:end]]
    joined = get_related_populators(told, compiler.select, alias)  # type: ignore[call-arg]  # the stubs are of a later Django

    def make(row: Sequence[Any]) -> Any:  # noqa: ANN401 - a model of the query's table
        found = table.from_db(alias, names, row[first:end])
        for one in joined:
            one.populate(row, found)
        return found

    return make
