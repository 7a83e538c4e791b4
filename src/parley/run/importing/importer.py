"""`parley import`: a file and its map become rows of the store, all of them or the good ones.

Two passes over the file (check, then take), constant memory but for the keys seen: 8 bytes of hash a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from parley.run.home import Opened
from parley.run.importing.mapping import FileMap, MapFile, RefusedRow, compile_map, read_map
from parley.run.importing.reasons import Reason
from parley.run.importing.refused import RefusedFile, expire
from parley.run.importing.rows import Kind, Row, key_of
from parley.run.importing.source import read_rows, survey
from parley.run.importing.verdict import Counts, Refused, Verdict
from parley.run.importing.write_accounts import AccountWriter
from parley.run.importing.write_events import ConsentWriter, DoNotContactWriter, LimitWriter
from parley.run.importing.write_payments import PaymentWriter
from parley.servicing.waterfall import load_waterfalls
from parley.store.audit import record
from parley.store.bulk import one_import
from parley.store.faults import faults
from parley.store.models import Event

Progress = Callable[[int, int], None]


class Writer(Protocol):
    """Stores typed rows in the current transaction; one verdict for each."""

    def write(self, rows: Sequence[Any]) -> list[Verdict | Refused]:
        """Store *rows*."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to import, and how."""

    kind: Kind
    source: Path
    map_name: str
    map_raw: bytes
    overrides: Mapping[str, str] = field(default_factory=dict)
    is_dry_run: bool = False
    keeps_good_rows: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `is_written` is false for a dry run, and where all-or-nothing came to nothing."""

    counts: Counts
    is_written: bool
    refused_file: Path | None
    preview: tuple[Row, ...]


def import_file(opened: Opened, request: Request, now: datetime, progress: Progress | None = None) -> Report:
    """Import one file. *now* (aware, UTC) is the instant the rows arrive; *progress* is told (rows done, rows in all).

    Raises BadInput where file or map cannot be used at all; a bad row is counted and written to the error file.
    """
    limits = opened.settings.imports
    map_file = read_map(request.map_raw, request.map_name, request.kind)
    found = survey(request.source, map_file.delimiter, limits.longest_field_characters)
    file_map = compile_map(map_file, found.header, request.overrides)
    expire(opened.home.errors, now, limits.error_files_days)
    counts, preview = Counts(), list[Row]()
    with (
        faults(),
        RefusedFile(opened.home.errors, request.source, found.header, map_file.delimiter, now) as refused,
    ):
        job = _Job(opened, request, file_map, map_file, refused, counts, preview, now)
        is_one = request.is_dry_run or not request.keeps_good_rows
        with one_import() if is_one else nullcontext():
            for done in job.chunks(is_one=is_one):
                if progress is not None:
                    progress(done, found.rows)
            is_written = not request.is_dry_run and (request.keeps_good_rows or counts.refused == 0)
            if is_one and not is_written:
                transaction.set_rollback(True)
    return Report(counts, is_written, None if refused.is_empty else refused.path, tuple(preview))


class _Job:
    """One run over the rows of a file."""

    def __init__(
        self,
        opened: Opened,
        request: Request,
        file_map: FileMap,
        map_file: MapFile,
        refused: RefusedFile,
        counts: Counts,
        preview: list[Row],
        now: datetime,
    ) -> None:
        self._opened, self._request, self._map, self._now = opened, request, file_map, now
        self._refused, self._counts, self._preview = refused, counts, preview
        self._delimiter = map_file.delimiter
        self._writer = _writer(opened, request.kind, counts, now)
        self._seen: set[int] = set()

    def chunks(self, *, is_one: bool) -> Iterator[int]:
        """Take the file chunk by chunk, each in a transaction of its own unless *is_one* holds all of them."""
        limits = self._opened.settings.imports
        rows = read_rows(self._request.source, self._delimiter, limits.longest_field_characters)
        next(rows)
        batch: list[tuple[int, list[str]]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == limits.chunk_rows:
                yield self._chunk(batch, is_one=is_one)
                batch = []
        if batch:
            yield self._chunk(batch, is_one=is_one)
        self._tell(is_one=is_one)

    def _chunk(self, batch: Sequence[tuple[int, list[str]]], *, is_one: bool) -> int:
        taken = [(line, cells, row) for line, cells in batch if (row := self._typed(line, cells)) is not None]
        with self._transaction(is_one=is_one):
            verdicts = self._writer.write([row for _, _, row in taken])
        for (line, cells, _), verdict in zip(taken, verdicts, strict=True):
            if isinstance(verdict, Refused):
                self._refuse(line, cells, verdict.reason, verdict.field)
            else:
                self._counts.add(verdict)
        return self._counts.read

    def _typed(self, line: int, cells: list[str]) -> Row | None:
        self._counts.read += 1
        try:
            row = self._map.row(cells)
            self._see(row)
        except RefusedRow as bad:
            self._refuse(line, cells, bad.reason, bad.field)
            return None
        if len(self._preview) < self._opened.settings.imports.preview_rows:
            self._preview.append(row)
        return row

    def _see(self, row: Row) -> None:
        digest = int.from_bytes(hashlib.blake2b(key_of(row).encode(), digest_size=8).digest(), "big")
        if digest in self._seen:
            raise RefusedRow(Reason.DUPLICATE)
        self._seen.add(digest)

    def _refuse(self, line: int, cells: Sequence[str], reason: Reason, name: str) -> None:
        self._counts.refused += 1
        self._refused.add(line, cells, reason, name)

    def _transaction(self, *, is_one: bool) -> AbstractContextManager[object]:
        return nullcontext() if is_one else one_import()

    def _tell(self, *, is_one: bool) -> None:
        """Leave one event of what came in, in the audited log."""
        counts = self._counts
        if not counts.added and not counts.changed:
            return
        data = {"import": self._request.kind.value, "added": counts.added, "changed": counts.changed}
        with self._transaction(is_one=is_one):
            event = Event.objects.create(at=self._now, kind="import", data=data)
            record(self._opened.vault, [event], self._now)


def _writer(opened: Opened, kind: Kind, counts: Counts, now: datetime) -> Writer:
    match kind:
        case Kind.ACCOUNTS:
            return AccountWriter(opened.vault, now, opened.settings.nightly.holdout_bps, counts)
        case Kind.PAYMENTS:
            raw = (resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes()
            return PaymentWriter(opened.vault, now, load_waterfalls(raw))
        case Kind.LIMITS:
            return LimitWriter(opened.vault, now)
        case Kind.CONSENTS:
            return ConsentWriter(opened.vault, now)
        case Kind.DO_NOT_CONTACT:
            return DoNotContactWriter(opened.vault, now)
