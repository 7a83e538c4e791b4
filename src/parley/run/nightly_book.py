"""The book of a night by column: what is to be said to whom, and to whom the gate lets it be said.

    store, streamed → triggers → facts of the wishes, in buckets of Parquet → one kernel → permits

Only a permit is taken from here. Whatever else the columns say (refused, too late, not theirs to say) is asked of the
scalar form by whoever writes the night's rows: a refusal is stored with its facts and reasons. A text is judged once
for its template, language, place and day; at dispatch each is judged as it leaves.

Made before the first chunk is written, outside its transaction: it holds no lock, and a chunk looks again at each wish.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final
from uuid import UUID

from parley.columnar.gate.bucket import Book, Judged, judged_in, wishes_in
from parley.columnar.triggers import Wish, find_wishes
from parley.engine.nightly import Cadence
from parley.engine.turn import Library
from parley.run.nightly_facts import Facts
from parley.run.wishes import message_id
from parley.store import plain
from parley.store.book import chunk_bounds
from parley.store.vault import Vault

# So many accounts are read, judged and kept in memory at a time.
BUCKET_ACCOUNTS: Final = 65_536
_WISHES_AT_ONCE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Night:
    """The night that is decided. *least*: fewer wishes than this are asked one by one.

    Compiling the rules for columns costs about as much as asking of 500 (measured 2026-11).
    """

    as_of: date
    now: datetime
    cadence: Cadence
    chunks: int
    chunk_accounts: int
    least: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A wish by its id, and what the columns say of it; None where they were not asked."""

    wish_id: UUID
    judged: Judged | None


class NightBook:
    """The buckets of one night in *folder*, made once, then read chunk by chunk."""

    def __init__(self, folder: Path, night: Night, library: Library, vault: Vault) -> None:
        self._folder, self._night, self._library, self._vault = folder, night, library, vault
        self._each = max(1, BUCKET_ACCOUNTS // night.chunk_accounts)
        self._buckets: list[int] = []
        self._is_judged = False
        self._open: tuple[int, Mapping[UUID, Wanted]] = (-1, {})

    def make(self, undone: Iterable[int]) -> None:
        """Find the wishes of these chunks and, where there are enough of them, judge them."""
        facts, wishes = Facts(self._night.as_of, self._night.now, self._library, self._vault), 0
        self._buckets = sorted({number // self._each for number in undone})
        for bucket in self._buckets:
            found = list(self._unsaid(find_wishes(self._rows(bucket), self._night.as_of, self._night.cadence)))
            wishes += len(found)
            facts.write(self._path(bucket), found)
        if wishes < self._night.least:
            return
        with closing(Book(facts.occurring(), self._library.rulebook, self._library.gate)) as book:
            for bucket in self._buckets:
                book.judge(self._path(bucket), self._path(bucket))
        self._is_judged = True

    def wanted(self, number: int) -> Mapping[UUID, Wanted]:
        """Return the wishes of a chunk by account."""
        bucket = number // self._each
        if self._open[0] != bucket:
            self._open = (bucket, self._read(bucket))
        low, high = chunk_bounds(number, self._night.chunks)
        return {account: one for account, one in self._open[1].items() if low <= account <= high}

    def buckets(self) -> Iterator[Mapping[UUID, Wanted]]:
        """Yield the wishes of each bucket by account."""
        return map(self._read, self._buckets)

    def _read(self, bucket: int) -> Mapping[UUID, Wanted]:
        path = self._path(bucket)
        if self._is_judged:
            return {account: Wanted(wish, judged) for account, (wish, judged) in judged_in(path).items()}
        return {account: Wanted(wish, None) for account, wish in wishes_in(path).items()}

    def _path(self, bucket: int) -> Path:
        return self._folder / f"{bucket:05}"

    def _rows(self, bucket: int) -> Mapping[str, Iterator[plain.Row]]:
        """Return the rows of the bucket's accounts as the triggers ask for them."""
        last = min((bucket + 1) * self._each, self._night.chunks) - 1
        low, high = chunk_bounds(bucket * self._each, self._night.chunks)[0], chunk_bounds(last, self._night.chunks)[1]
        return {
            "accounts": plain.open_accounts(low, high),
            "dues": plain.unpaid_dues(low, high, self._night.cadence.remind_on(self._night.as_of)),
            "plans": plain.plan_parts(low, high),
            "rechecks": plain.rechecked(low, high, self._night.as_of),
            "promises": chain(plain.promised(low, high), plain.reoffered(low, high)),
            "limits": plain.new_limits(low, high, self._night.as_of),
        }

    def _unsaid(self, wishes: Iterator[Wish]) -> Iterator[tuple[UUID, Wish]]:
        """Yield the wishes that no earlier night fulfilled, with the ids of their messages."""
        while some := {message_id(one.account_id, one.trigger): one for one in islice(wishes, _WISHES_AT_ONCE)}:
            for (known,) in plain.said(some):
                del some[UUID(known)]
            yield from some.items()
