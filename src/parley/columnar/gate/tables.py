"""The tables the kernel joins: what a bucket holds, and the rows its rules were compiled to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

import duckdb

from parley.columnar.database import fill
from parley.contact.columns import Approach, Legend
from parley.contact.dimensions import Dimensions, Table
from parley.rulebook.compile import bits, refusal_bit
from parley.rulebook.terms import OptOutScope
from parley.servicing.delinquency import FIRST_DAYS

# What a bucket holds. Accounts, borrowers (`person`) and addresses are numbers within it; instants are UTC. `opt_outs`
# of a borrower are numbered (`nth`) in the order they are told in. No name, number or text of anybody.
BUCKET: Final[Mapping[str, str]] = {
    "asked": "account INTEGER, person INTEGER, address INTEGER, place INTEGER, state INTEGER, oldest_open_on DATE, "
    "contract_on DATE, approach INTEGER, answers_at TIMESTAMP",
    "contacts": "person INTEGER, account INTEGER, address INTEGER, class INTEGER, made_on DATE, made_at TIMESTAMP, "
    "answers_at TIMESTAMP",
    "opt_outs": "person INTEGER, nth INTEGER, scope VARCHAR, channel VARCHAR, address INTEGER, refused_at TIMESTAMP, "
    "confirmed_at TIMESTAMP",
}
# What the numbers of the bucket mean, as far as SQL must know.
_SHARED: Final[Mapping[str, str]] = {
    "approaches": "approach INTEGER, now TIMESTAMP, today DATE, channel VARCHAR",
    "states": "state INTEGER, flags HUGEINT, consents HUGEINT",
    "classes": "class INTEGER, channel VARCHAR, direction VARCHAR, purpose VARCHAR, outcome VARCHAR",
    "scopes": "scope VARCHAR, unconfirmed INTEGER, confirmed INTEGER",
    "buckets": "bucket VARCHAR, first_day INTEGER",
}
# Rules in rows. Sets of flags are bits; what the values of a kind mean stands in `rulebook.compile`.
_RULES: Final[Mapping[str, str]] = {
    "profiles": "profile INTEGER, place INTEGER, approach INTEGER, is_answer BOOLEAN, changes_at TIMESTAMP, "
    "day_began_at TIMESTAMP",
    "bound": "profile INTEGER, rule INTEGER, requires HUGEINT, contract_from DATE, contract_to DATE, told INTEGER",
    "hours": "profile INTEGER, rule INTEGER, unless HUGEINT, over_days INTEGER, mends BOOLEAN",
    "hours_schedules": "profile INTEGER, rule INTEGER, schedule INTEGER",
    "designated": "profile INTEGER, rule INTEGER, unless HUGEINT, span INTEGER",
    "named": "state INTEGER, span INTEGER, now TIMESTAMP, schedule INTEGER",
    "named_mends": "state INTEGER, span INTEGER, now TIMESTAMP, mends BOOLEAN",
    "opens": "schedule INTEGER, starts_at TIMESTAMP, ends_at TIMESTAMP",
    "caps": "profile INTEGER, rule INTEGER, most INTEGER, stuck_at INTEGER, unless HUGEINT, slot INTEGER, "
    "counted_after TIMESTAMP, hours INTEGER, calendar INTEGER, consenting INTEGER, uncounts BOOLEAN",
    "counted": "profile INTEGER, class INTEGER, rule INTEGER, per VARCHAR, counted_after TIMESTAMP",
    "rooms": "calendar INTEGER, from_at TIMESTAMP, gone_at TIMESTAMP",
    "lapses": "consenting INTEGER, from_at TIMESTAMP, ended_at TIMESTAMP",
    "consents": "profile INTEGER, rule INTEGER, any_of HUGEINT, barred HUGEINT",
    "refusing_opt_outs": "profile INTEGER, rule INTEGER, certain INTEGER, once_confirmed INTEGER",
    "confirmations": "profile INTEGER, rule INTEGER, most INTEGER, within_minutes INTEGER",
    "pauses": "profile INTEGER, rule INTEGER, trigger HUGEINT, until HUGEINT",
    "run_out": "state INTEGER, profile INTEGER, rule INTEGER, ended HUGEINT",
    "forbearances": "profile INTEGER, rule INTEGER, shown_by HUGEINT",
    "third_parties": "profile INTEGER, rule INTEGER, barred HUGEINT, is_undisclosable BOOLEAN, asks_once BOOLEAN, "
    "inquiry_needs HUGEINT, most_text_days INTEGER",
    "barred_places": "profile INTEGER, rule INTEGER, when_all HUGEINT, unless HUGEINT, unless_used BOOLEAN",
    "always": "profile INTEGER, rule INTEGER",
    "lifts": "profile INTEGER, rule INTEGER, requires HUGEINT, only_answer BOOLEAN, only_same_day BOOLEAN, "
    "only_same_channel BOOLEAN",
    "unjudged": "profile INTEGER, rule INTEGER",
    "thresholds": "over_days INTEGER",
    "signings": "first_on DATE",
}


def load_legend(database: duckdb.DuckDBPyConnection, legend: Legend, approaches: Sequence[Approach]) -> None:
    """Make the tables that say what the numbers of the bucket mean."""
    rows: dict[str, Table] = {
        "approaches": [(n, one.now, one.today, one.channel.value) for n, one in enumerate(approaches)],
        "states": [(n, bits(one.flags), bits(one.consents)) for n, one in enumerate(legend.states)],
        "classes": [
            (n, one.channel.value, one.direction.value, one.purpose.value, one.outcome)
            for n, one in enumerate(legend.classes)
        ],
        "scopes": [
            (scope.value, refusal_bit(scope, is_confirmed=False), refusal_bit(scope, is_confirmed=True))
            for scope in OptOutScope
        ],
        "buckets": [(bucket.value, day) for bucket, day in FIRST_DAYS.items()],
    }
    _make(database, _SHARED, rows)


def load_rules(database: duckdb.DuckDBPyConnection, dimensions: Dimensions) -> None:
    """Make the tables of the rules; one nobody compiled a row for is empty."""
    tables = dimensions.tables
    # How late, and of which day a contract is, only matters as far as a rule asks.
    late = {row[3] for row in tables.get("hours", ()) if isinstance(row[3], int)}
    signed = {row[3] for row in tables.get("bound", ()) if isinstance(row[3], date)}
    signed |= {row[4] + timedelta(days=1) for row in tables.get("bound", ()) if isinstance(row[4], date)}
    edges: dict[str, Table] = {
        "thresholds": [(days,) for days in sorted({0, *late})],
        "signings": [(day,) for day in sorted(signed)],
    }
    _make(database, _RULES, {**tables, **edges})


def load_rows(database: duckdb.DuckDBPyConnection, table: str, rows: Table) -> None:
    """Make one of the bucket's tables from rows at hand."""
    _make(database, {table: BUCKET[table]}, {table: rows})


def _make(database: duckdb.DuckDBPyConnection, tables: Mapping[str, str], rows: Mapping[str, Table]) -> None:
    for table, columns in tables.items():
        fill(database, table, columns, [_written(row) for row in rows.get(table, ())])


def _written(row: Iterable[object]) -> tuple[object, ...]:
    """Return the values as the columns take them: instants are UTC there and say no zone."""
    return tuple(
        value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        for value in row
    )
