"""One import at work: a table's rows through their map into the store, chunk by chunk, with what undoing them needs.

A chunk is one transaction: its rows, its `ImportChunk`, and how far the batch has come. So a batch that was stopped, by
whatever, goes on where it was; rows of a chunk that was not committed were never there. Memory does not grow with the
file but for the keys seen: 8 bytes a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import resources
from itertools import islice
from typing import Any, Final, Protocol

from django.db import transaction

from parley.engine.turn import Library
from parley.errors import BadInput, Busy
from parley.run.home import Opened
from parley.run.importing.alerts import Alerts, AlertTerms
from parley.run.importing.mapping import FileMap, RefusedRow
from parley.run.importing.reasons import SENTENCES, Reason
from parley.run.importing.refused import RefusedFile
from parley.run.importing.rows import Kind, Row, key_of
from parley.run.importing.source import Record
from parley.run.importing.table import Table
from parley.run.importing.verdict import Counts, Refused, Result, Undo
from parley.run.importing.write_accounts import AccountWriter
from parley.run.importing.write_events import ConsentWriter, DoNotContactWriter, LimitWriter
from parley.run.importing.write_payments import PaymentWriter
from parley.run.importing.write_transactions import TransactionWriter
from parley.run.texts_in_use import library_of
from parley.servicing.waterfall import load_waterfalls
from parley.store.audit import record
from parley.store.bulk import insert_new, one_import
from parley.store.faults import faults
from parley.store.importing import BatchState, Problem, Sentence
from parley.store.models import Event, ImportBatch, ImportChunk

Progress = Callable[[int, int], None]
# Refused rows that are shown; all of them are in the error file.
SHOWN_PROBLEMS: Final = 20


class Writer(Protocol):
    """Stores typed rows in the current transaction; one result for each."""

    def write(self, rows: Sequence[Any]) -> list[Result]:
        """Store *rows*."""


@dataclass(slots=True)
class Job:
    """One pass over the rows of a table."""

    opened: Opened
    kind: Kind
    table: Table
    file_map: FileMap
    refused: RefusedFile
    now: datetime
    library: Library | None = None
    progress: Progress | None = None
    counts: Counts = field(default_factory=Counts)
    preview: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def rehearse(self, *, is_whole: bool) -> None:
        """Do everything and keep nothing: in one transaction, or (*is_whole* false) in one for each chunk.

        The first is exact and holds up every other writer while it lasts. The second lets others in between; what one
        chunk would have added, the next does not find.
        """
        writer = self._writer()
        with faults(), one_import() if is_whole else nullcontext():
            for rows in self._chunks(0):
                with nullcontext() if is_whole else one_import():
                    self._take(writer, rows)
                    transaction.set_rollback(not is_whole)
                self._tell_progress()
            if is_whole:
                transaction.set_rollback(True)

    def run(self, batch: ImportBatch) -> bool:
        """Take the batch's rows, from where it was. Returns whether they are kept.

        With good rows kept each chunk is committed by itself; else all are one transaction, undone where one is bad.
        """
        self.counts = Counts(**batch.counts) if batch.done else Counts()
        with faults():
            if batch.keeps_good_rows:
                self._take_all(batch)
                return True
            with one_import():
                self._take_all(batch)
                if self.counts.refused:
                    transaction.set_rollback(True)
            return self.counts.refused == 0

    def _take_all(self, batch: ImportBatch) -> None:
        writer, number = self._writer(), batch.chunks.count()
        self._tell_progress()
        for rows in self._chunks(batch.done):
            with self._transaction(batch):
                changes = self._take(writer, rows)
                self._note(batch, number, changes)
            number += 1
            self._tell_progress()
        with self._transaction(batch):
            self._finish(batch)

    def _transaction(self, batch: ImportBatch) -> Any:  # noqa: ANN401 -- a context manager of no use but its with
        return one_import() if batch.keeps_good_rows else nullcontext()

    def _chunks(self, done: int) -> Iterator[list[Record]]:
        """Yield the rows below *done*, a chunk at a time; of those above only their keys are remembered."""
        records = self.table.records()
        for one in islice(records, done):
            try:
                self._see(self.file_map.row(one))
            except RefusedRow:
                continue
        while rows := list(islice(records, self.opened.settings.imports.chunk_rows)):
            yield rows

    def _take(self, writer: Writer, rows: Sequence[Record]) -> list[Undo]:
        """Write one chunk in the current transaction. Returns what undoing it needs."""
        taken = [(one, row) for one in rows if (row := self._typed(one)) is not None]
        results = writer.write([row for _, row in taken])
        changes = []
        for (one, _), result in zip(taken, results, strict=True):
            if isinstance(result, Refused):
                self._refuse(one, result.reason, result.field)
                continue
            self.counts.add(result.verdict)
            if result.undo:
                changes.append({"place": one.place, **result.undo})
        return changes

    def _note(self, batch: ImportBatch, number: int, changes: list[Undo]) -> None:
        """Write down how far the batch is and what undoing this chunk needs, in the chunk's transaction."""
        chunk = ImportChunk(batch=batch, number=number, at=self.now, changes=changes)
        if not insert_new([chunk], ("batch", "number")):
            raise _busy()
        batch.done, batch.counts = self.counts.read, asdict(self.counts)
        batch.error_bytes = self.refused.written_bytes()
        names = ("done", "counts", "error_bytes")
        still = ImportBatch.objects.filter(id=batch.id, state=BatchState.RUNNING)
        if not still.update(**{name: getattr(batch, name) for name in names}):
            raise BadInput(
                "This import was undone while it ran. Nothing more of it is taken.",
                "该导入在运行期间已被撤销，不再继续。",
            )

    def _finish(self, batch: ImportBatch) -> None:
        """Close the batch, and leave one event of what came in in the audited log."""
        batch.state, batch.finished_at = BatchState.DONE, self.now
        batch.counts = asdict(self.counts)
        batch.save(update_fields=["state", "finished_at", "counts"])
        if self.counts.added or self.counts.changed:
            data = {"import": self.kind.value, "added": self.counts.added, "changed": self.counts.changed}
            event = Event.objects.create(
                at=self.now, kind="import", data={**data, "batch": batch.id.hex, "by": batch.by}
            )
            record(self.opened.vault, [event], self.now)

    def _typed(self, one: Record) -> Row | None:
        self.counts.read += 1
        try:
            row = self.file_map.row(one)
            self._see(row)
        except RefusedRow as bad:
            self._refuse(one, bad.reason, bad.field)
            return None
        if len(self.preview) < self.opened.settings.imports.preview_rows:
            self.preview.append(row)
        return row

    def _see(self, row: Row) -> None:
        digest = int.from_bytes(hashlib.blake2b(key_of(row).encode(), digest_size=8).digest(), "big")
        if digest in self._seen:
            raise RefusedRow(Reason.DUPLICATE)
        self._seen.add(digest)

    def _refuse(self, one: Record, reason: Reason, name: str) -> None:
        self.counts.refused += 1
        self.refused.add(one, reason, name)
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append(Problem(one.place, reason.value, name, Sentence(*SENTENCES[reason])))

    def _tell_progress(self) -> None:
        if self.progress is not None:
            self.progress(self.counts.read, self.table.rows)

    def _built(self) -> Library:
        return library_of(self.opened)

    def _writer(self) -> Writer:
        vault, now, settings = self.opened.vault, self.now, self.opened.settings
        match self.kind:
            case Kind.ACCOUNTS:
                return AccountWriter(vault, now, settings.nightly.holdout_bps, self.counts)
            case Kind.PAYMENTS:
                raw = (resources.files("parley.servicing") / "data" / "waterfall.toml").read_bytes()
                return PaymentWriter(vault, now, load_waterfalls(raw))
            case Kind.TRANSACTIONS:
                terms = AlertTerms(
                    settings.imports.alert_hours,
                    settings.messages.cost_per_segment_micro,
                    settings.desk.alert_reply_hours,
                )
                alerts = Alerts(self.library or self._built(), vault, terms, now)
                return TransactionWriter(vault, now, alerts, self.counts)
            case Kind.LIMITS:
                return LimitWriter(vault, now)
            case Kind.CONSENTS:
                return ConsentWriter(vault, now)
            case Kind.DO_NOT_CONTACT:
                return DoNotContactWriter(vault, now)


def _busy() -> Busy:
    return Busy(
        "Another process is importing this very file. Wait until it is done; nothing is taken twice.",
        "另一个进程正在导入同一文件。请等待其完成，不会重复导入。",
    )
