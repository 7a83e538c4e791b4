"""A bucket of a night on disk: wishes to write, by the hash of their account's id, as Parquet, with what the gate asks.

    BUCKET/accounts.parquet · opt_outs.parquet · contacts.parquet      once judged: decisions.parquet · refusals.parquet

Numbers of places, states, approaches and classes are those of one legend; accounts, borrowers and addresses are numbers
within the bucket. No name, number, address or text of anybody is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import UUID

import duckdb
import numpy as np
import numpy.typing as npt

from parley.columnar.database import database_in_memory, fill
from parley.columnar.gate.kernel import Night
from parley.columnar.gate.tables import BUCKET
from parley.columnar.parquet import literal
from parley.contact.dimensions import Dimensions, Occurring
from parley.contact.prepare import GateSettings
from parley.dates import Instant
from parley.rulebook.book import Rulebook

# Values by column. A number that is not there is -1, a day or an instant NaT.
Columns: TypeAlias = Mapping[str, npt.NDArray[Any]]

ACCOUNTS: Final = (
    "account_id UUID, wish UUID, account INTEGER, person INTEGER, address INTEGER, place INTEGER, state INTEGER, "
    "oldest_open_on DATE, contract_on DATE, approach INTEGER"
)
CONTACTS: Final = ", ".join(one for one in BUCKET["contacts"].split(", ") if not one.startswith("made_on"))

_OPEN: Final = """
CREATE OR REPLACE VIEW wishes AS FROM read_parquet('{folder}/accounts.parquet');
CREATE OR REPLACE VIEW opt_outs AS FROM read_parquet('{folder}/opt_outs.parquet');
CREATE OR REPLACE VIEW contacts AS SELECT *, made_at::DATE AS made_on FROM read_parquet('{folder}/contacts.parquet');
CREATE OR REPLACE VIEW asked AS
SELECT account, person, address, place, state, oldest_open_on, contract_on, approach, NULL::TIMESTAMP AS answers_at
FROM wishes
"""
_DECISIONS: Final = """
COPY (
  SELECT account_id, wish, days, bucket, verdict, number AS situation, retry_at,
    coalesce(is_lasting, false) AS is_lasting
  FROM decisions JOIN wishes USING (account) JOIN numbered USING (situation)
  ORDER BY account
) TO '{target}' (FORMAT parquet)
"""
_JUDGED: Final = """
SELECT account_id, wish, verdict, retry_at, is_lasting FROM read_parquet($file)
"""
_WISHES: Final = "SELECT account_id, wish FROM read_parquet($file)"
_COUNTS: Final = "SELECT verdict, count(*) FROM read_parquet('{source}') GROUP BY verdict"
_REFUSALS: Final = """
COPY (
  SELECT number AS situation, nth, rule, reason, layer
  FROM (SELECT situation, unnest(told) AS telling, generate_subscripts(told, 1) AS nth
    FROM refusals)
  JOIN numbered USING (situation) JOIN tellings USING (telling) ORDER BY number, nth
) TO '{target}' (FORMAT parquet)
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the kernel says of one wish: allow, defer, block, or ask (the scalar form).

    `retry_at`: as in `contact.gate`. `is_lasting`: at `retry_at` the same rules bind, so the gate will permit.
    """

    verdict: str
    retry_at: Instant | None
    is_lasting: bool

    @property
    def is_permitted(self) -> bool:
        """Whether the gate permits it now, or will at `retry_at`."""
        return self.verdict == "allow" or (self.verdict == "defer" and self.is_lasting)

    @property
    def is_blocked(self) -> bool:
        """Whether the gate refuses it, and no waiting helps."""
        return self.verdict == "block"


def write_bucket(folder: Path, accounts: Columns, opt_outs: Columns, contacts: Columns) -> None:
    """Write a bucket: the accounts, the refusals of their borrowers, the past contacts that caps may count.

    Shape: columns `ACCOUNTS`, `BUCKET` and `CONTACTS`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # One database for all three: to start one takes longer than to write a small file with it.
    with closing(database_in_memory()) as database:
        _write(database, folder / "accounts.parquet", ACCOUNTS, accounts, "account")
        _write(database, folder / "opt_outs.parquet", BUCKET["opt_outs"], opt_outs, "person, nth")
        _write(database, folder / "contacts.parquet", CONTACTS, contacts, "made_at, person, class")


def judged_in(out: Path) -> Mapping[UUID, tuple[UUID, Judged]]:
    """Return what was decided in a bucket: by account, the wish and the verdict."""
    with closing(database_in_memory()) as database:
        rows = database.execute(_JUDGED, {"file": literal(out / "decisions.parquet")}).fetchall()
    return {
        account: (wish, Judged(verdict, at.replace(tzinfo=UTC) if at is not None else None, is_lasting))
        for account, wish, verdict, at, is_lasting in rows
    }


def wishes_in(folder: Path) -> Mapping[UUID, UUID]:
    """Return the wish of each account in a bucket."""
    with closing(database_in_memory()) as database:
        return dict(database.execute(_WISHES, {"file": literal(folder / "accounts.parquet")}).fetchall())


class Book:
    """The buckets of a night, judged one after the other. Close it when done."""

    def __init__(self, occurring: Occurring, rulebook: Rulebook, settings: GateSettings) -> None:
        self._database = database_in_memory()
        self._night = Night(self._database, occurring, rulebook, settings)
        _load_tellings(self._database, self._night.dimensions)

    def judge(self, folder: Path, out: Path) -> Counter[str]:
        """Decide the bucket in *folder* and write `decisions.parquet` and `refusals.parquet` to *out*.

        Returns how many accounts got each verdict; those that say `ask` are the scalar form's. The same bucket, rules
        and instants write the same files, whichever buckets were decided before.
        """
        self._database.execute(_OPEN.format(folder=_quoted(literal(folder))))
        self._night.judge()
        out.mkdir(parents=True, exist_ok=True)
        _copy(self._database, _DECISIONS, out / "decisions.parquet")
        _copy(self._database, _REFUSALS, out / "refusals.parquet")
        counted = self._database.execute(_COUNTS.format(source=_quoted(literal(out / "decisions.parquet"))))
        return Counter(dict(counted.fetchall()))

    def close(self) -> None:
        """Let go of the memory."""
        self._database.close()


def _load_tellings(database: duckdb.DuckDBPyConnection, dimensions: Dimensions) -> None:
    rows = [(n, one.rule.id, one.code.value, one.layer.value) for n, one in enumerate(dimensions.told)]
    fill(database, "tellings", "telling INTEGER, rule VARCHAR, reason VARCHAR, layer VARCHAR", rows)


def _write(database: duckdb.DuckDBPyConnection, target: Path, columns: str, given: Columns, order: str) -> None:
    named = [column.split() for column in columns.split(", ")]
    values = ", ".join(
        f"nullif({name}, -1)::{kind} AS {name}" if kind == "INTEGER" else f"{name}::{kind} AS {name}"
        for name, kind in named
    )
    database.register("given", {name: np.asarray(given[name]) for name, _ in named})
    _copy(database, f"COPY (SELECT {values} FROM given ORDER BY {order}) TO '{{target}}' (FORMAT parquet)", target)
    database.unregister("given")


def _copy(database: duckdb.DuckDBPyConnection, statement: str, target: Path) -> None:
    """Write a file beside its place and put it there once it is whole."""
    beside = target.with_suffix(".part")
    database.execute(statement.format(target=_quoted(beside)))
    beside.replace(target)


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")
