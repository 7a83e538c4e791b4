"""Whole seconds between two columns of instants, as both databases count them."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField


class Seconds(Func):
    """The seconds from the second expression to the first, negative where the first is earlier. Rounding: half up.

    Not Django's difference of instants: on SQLite that calls back into Python for every row.
    """

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:  # noqa: ANN401 - Django's
        """Return the difference of two Julian days; SQLite keeps them to the millisecond."""
        template = "CAST(ROUND((julianday(%(expressions)s)) * 86400) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:  # noqa: ANN401 - as above
        """Return the length of the interval."""
        template = "CAST(ROUND(EXTRACT(EPOCH FROM (%(expressions)s))) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=" - ", **context)
