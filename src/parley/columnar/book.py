"""A whole book in columns: accounts, dues, payments, placed debts and promises as tables, ready to be asked.

The same rows as `servicing.book` has them, one table for each kind; what each figure is, is defined there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import duckdb

from parley.columnar.database import database_in_memory, fill
from parley.servicing.book.liquidation import Placed
from parley.servicing.book.promises import Promised
from parley.servicing.book.standing import BookAccount
from parley.servicing.delinquency import FIRST_DAYS

# Column names and types of each table. Amounts are minor units: 64 bits hold any consumer's debt (`money`). An account
# is its number in the book: joins on it are several times as fast as on an identifier.
_TABLES: Final = {
    "accounts": "account BIGINT, currency VARCHAR, opened_on DATE, paid_off_on DATE, charged_off_on DATE",
    # Open at the start of the payments; paid oldest first.
    "dues": "account BIGINT, due_on DATE, open_minor BIGINT",
    "payments": "account BIGINT, paid_on DATE, applied_minor BIGINT",
    "placed": "account BIGINT, placed_on DATE, owed_minor BIGINT",
    "promises": "account BIGINT, made_on DATE, due_on DATE, amount_minor BIGINT, is_cancelled BOOLEAN",
    "buckets": "state VARCHAR, first_day BIGINT",
}
# What each due still needs of the payments: its own open amount and that of the dues before it.
_NEEDED: Final = """
CREATE TABLE needed AS
SELECT account, due_on, open_minor, sum(open_minor) OVER (PARTITION BY account ORDER BY due_on) AS upto_minor FROM dues
"""


@dataclass(frozen=True, slots=True)
class Book:
    """The tables of a book, open for questions; `identifiers` are those of the accounts by their number."""

    database: duckdb.DuckDBPyConnection
    identifiers: Sequence[UUID]

    def rows(self, question: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the answer to *question*, its parameters by name."""
        return self.database.execute(question, values).fetchall()


@contextmanager
def open_book(
    accounts: Sequence[BookAccount], placed: Iterable[Placed] = (), promises: Iterable[Promised] = ()
) -> Iterator[Book]:
    """Give the book of these rows; placed debts and promises are of these accounts. An account twice is a defect."""
    number = {account.account_id: k for k, account in enumerate(accounts)}
    assert len(number) == len(accounts), "each account once"
    tables: dict[str, list[tuple[object, ...]]] = {
        "accounts": [
            (k, one.currency, one.opened_on, one.paid_off_on, one.charged_off_on) for k, one in enumerate(accounts)
        ],
        "dues": [(k, due.due_on, due.open_minor) for k, one in enumerate(accounts) for due in one.dues],
        "payments": [(k, paid.paid_on, paid.applied_minor) for k, one in enumerate(accounts) for paid in one.payments],
        "placed": [(number[one.account.account_id], one.placed_on, one.owed_minor) for one in placed],
        "promises": [
            (number[one.account.account_id], one.made_on, one.due_on, one.amount_minor, one.is_cancelled)
            for one in promises
        ],
        "buckets": [(bucket.value, day) for bucket, day in FIRST_DAYS.items()],
    }
    with closing(database_in_memory()) as database:
        for table, rows in tables.items():
            fill(database, table, _TABLES[table], rows)
        database.execute(_NEEDED)
        yield Book(database, list(number))
