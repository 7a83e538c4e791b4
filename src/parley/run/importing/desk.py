"""Imports for pages: a file is staged, looked at, mapped, tried, imported and undone, from whichever thread.

Every method takes and gives plain values (`parley.store.importing`). Each may be called from any thread of the process;
none keeps anything in memory between two calls, so a batch survives a restart and may be taken up by another process.
A thread that is not the server's own closes its database connections when it is done (`connections.close_all`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from parley.engine.turn import Library
from parley.errors import BadInput
from parley.money import Money
from parley.run.home import Opened
from parley.run.importing import batches
from parley.run.importing.form import answered, form_of
from parley.run.importing.importer import run_batch
from parley.run.importing.job import Job, Progress
from parley.run.importing.mapping import FileMap, MapFile, RefusedRow, check_names, compile_map, read_map
from parley.run.importing.masks import PERSONAL, mask, mask_cell
from parley.run.importing.reasons import SENTENCES
from parley.run.importing.refused import RefusedFile, name_for
from parley.run.importing.rows import Kind, Row, Target, Type, targets_of
from parley.run.importing.source import Reading
from parley.run.importing.staging import expire_copies, stage
from parley.run.importing.suggest import suggest
from parley.run.importing.table import Table, open_table
from parley.run.importing.undoing import undo
from parley.run.importing.verdict import Counts
from parley.store.importing import (
    MAP_NAME,
    Answer,
    Batch,
    BatchState,
    MapForm,
    Outcome,
    Preview,
    Problem,
    ReadAs,
    Sentence,
    Survey,
    Undone,
)
from parley.store.models import ImportBatch

# Rows judged for a preview: enough to see every usual mistake, few enough to answer at once.
PREVIEW_ROWS: Final = 200
LISTED: Final = 100
# Earlier imports whose map may suit a new file.
_LOOKED_AT: Final = 20
# As long as the column that keeps it.
_LONGEST_NAME, _LONGEST_ENDING = 200, 10


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """The imports of a home."""

    opened: Opened
    # What the engine knows by heart: alerts about abnormal transactions are written with it.
    library: Library | None = None

    def stage(self, upload: Path, kind: str, file_name: str, by: str, now: datetime, encoding: str = "") -> Survey:
        """Take a copy of *upload*, called *file_name* by its owner, and say what it is. The upload may then go.

        *encoding* is for a text file whose own cannot be told; a map may name it later too.
        Raises BadInput for a file that cannot be taken; nothing is left of it then.
        """
        limits = self.opened.settings.imports
        expire_copies(self.opened.home.imports, now, limits.error_files_days)
        batch_id = uuid4()
        name = _short(Path(file_name).name)
        copy = stage(upload, batches.copy_of(self.opened.home, batch_id), name, limits.largest_megabytes)
        os.utime(copy.path, (now.timestamp(), now.timestamp()))
        try:
            reading = Reading(limits.longest_field_characters, encoding=encoding)
            table = open_table(copy.path, name, reading, limits.largest_megabytes)
        except BadInput:
            copy.path.unlink(missing_ok=True)
            raise
        batch = ImportBatch.objects.create(
            id=batch_id,
            kind=Kind(kind),
            file_name=name,
            file_digest=copy.digest,
            size_bytes=copy.size_bytes,
            encoding=table.manner.encoding,
            state=BatchState.STAGED,
            total=table.rows,
            by=by,
            created_at=now,
        )
        return self._told(batch, self._take_over(batch, table))

    def survey(self, batch_id: UUID, map_text: str = "") -> Survey:
        """Say what the staged file is when read as *map_text* says, or the batch's own map where none is given."""
        batch = batches.find(batch_id)
        text = map_text or batch.map_text
        map_file = self._map(batch, text) if text else None
        table = self._open(batch, self._reading(batch, map_file), 0 if map_text else batch.total)
        if map_file is None or not map_file.encoding:
            table = self._found_again(batch, table)
        return self._told(batch, table)

    def read_as(self, batch_id: UUID, manner: ReadAs) -> None:
        """Read the file another way from now on; its map is suggested anew, since its columns may be others."""
        batch = self._staged(batch_id)
        longest = self.opened.settings.imports.longest_field_characters
        reading = Reading(longest, manner.encoding, manner.delimiter, manner.sheet, manner.header_row)
        table = self._open(batch, reading)
        batch.encoding, batch.total = table.manner.encoding, table.rows
        self._keep(batch, suggest(table, Kind(batch.kind), batch.file_name, chinese=False))

    def map_text(self, batch_id: UUID, *, chinese: bool = False) -> str:
        """Return the map as it stands: kept, or suggested from the file where nobody has answered yet."""
        batch = batches.find(batch_id)
        return batch.map_text or suggest(self._table(batch, None), Kind(batch.kind), batch.file_name, chinese=chinese)

    def form(self, batch_id: UUID) -> MapForm:
        """Return the map as it stands as a form. Raises BadInput where it is wrong as a whole."""
        batch = batches.find(batch_id)
        map_file = self._map(batch, self.map_text(batch_id))
        return form_of(self._table(batch, map_file), map_file)

    def answer(self, batch_id: UUID, answers: Mapping[str, Answer]) -> MapForm:
        """Write answers into the map and keep it, whole or not. Returns how it then stands."""
        batch = self._staged(batch_id)
        text, form = self._answered(batch, answers)
        self._keep(batch, text)
        return form

    def look(self, batch_id: UUID, answers: Mapping[str, Answer]) -> MapForm:
        """Return how the map would stand with answers; keeps nothing, so a late look undoes nothing that was kept."""
        return self._answered(self._staged(batch_id), answers)[1]

    def write_map(self, batch_id: UUID, map_text: str) -> None:
        """Keep a map written by hand, whole or not. Raises BadInput naming the line where it is none."""
        batch = self._staged(batch_id)
        map_file = self._map(batch, map_text)
        table = self._open(batch, self._reading(batch, map_file))
        check_names(map_file)
        form_of(table, map_file)
        batch.encoding, batch.total = table.manner.encoding, table.rows
        self._keep(batch, map_text)

    def suggest(self, batch_id: UUID, map_text: str = "", *, chinese: bool = False) -> str:
        """Return a map made from the file's headings and values, with comments in English or Chinese.

        *map_text* says how to read the file, where that was not found right: encoding, sheet, delimiter, header_row.
        It may need answers before it can run; lines that begin with # NEEDED or # ASKED say which.
        """
        batch = batches.find(batch_id)
        table = self._table(batch, self._map(batch, map_text) if map_text else None)
        return suggest(table, Kind(batch.kind), batch.file_name, chinese=chinese)

    def preview(self, batch_id: UUID, map_text: str = "") -> Preview:
        """Show the first rows as *map_text*, or the map as it stands, understands them, and those it cannot take.

        Masked; keeps nothing. Raises BadInput naming the line of the map that is wrong.
        """
        batch = batches.find(batch_id)
        map_file = self._map(batch, map_text or self.map_text(batch_id))
        table = self._table(batch, map_file)
        file_map = compile_map(map_file, table.header, batch.overrides)
        rows: list[Row] = []
        problems: list[Problem] = []
        for record in islice(table.records(), PREVIEW_ROWS):
            try:
                rows.append(file_map.row(record))
            except RefusedRow as bad:
                problems.append(Problem(record.place, bad.reason, bad.field, Sentence(*SENTENCES[bad.reason])))
        shown = [row for row, _ in zip(rows, range(self.opened.settings.imports.preview_rows), strict=False)]
        filled = {name for name, _ in file_map.fillers}
        fields = [target for target in targets_of(Kind(batch.kind)).values() if target.name in filled]
        names = tuple(target.name for target in fields)
        return Preview(names, tuple(tuple(_shown(row, fields)) for row in shown), tuple(problems))

    def dry_run(self, batch_id: UUID, map_text: str, now: datetime, progress: Progress | None = None) -> Outcome:
        """Do everything with *map_text* and keep nothing. Others may write in between; *progress* hears (done, of).

        What one chunk of rows would have added the next does not find: numbers that rows of this file share may be
        counted short. Raises BadInput naming the line of the map that is wrong.
        """
        batch = batches.find(batch_id)
        table, file_map = self._ready(batch, map_text)
        self._remember(batch, map_text, now)
        with RefusedFile(self.opened.home.errors / batch.error_file, table) as refused:
            job = Job(self.opened, Kind(batch.kind), table, file_map, refused, now, self.library, progress)
            job.rehearse(is_whole=False)
        return self._outcome(batch, job.counts, tuple(job.problems), is_written=False)

    def run(
        self,
        batch_id: UUID,
        map_text: str,
        now: datetime,
        progress: Progress | None = None,
        *,
        keeps_good_rows: bool = True,
    ) -> Outcome:
        """Import a staged file with *map_text*; one that was stopped goes on where it was, with the map it began with.

        Good rows are kept chunk by chunk, so others may write in between; without *keeps_good_rows* all of it is one
        transaction, which holds up every other writer while it lasts. Raises Busy where an import is at work already.
        """
        with batches.held(self.opened.home, batch_id):
            batch = batches.find(batch_id)
            if batch.state not in {BatchState.STAGED, BatchState.RUNNING}:
                raise BadInput(
                    f"This import is {batch.state}. Upload the file again to import it once more.",
                    f"该导入状态为 {batch.state}。如需再次导入，请重新上传文件。",
                )
            is_new = batch.state == BatchState.STAGED
            table, file_map = self._ready(batch, map_text if is_new else batch.map_text)
            if is_new:
                self._remember(batch, map_text, now)
                batch.state, batch.started_at, batch.total = BatchState.RUNNING, now, table.rows
                batch.keeps_good_rows = keeps_good_rows
                batch.save(update_fields=["state", "started_at", "total", "keeps_good_rows"])
            report = run_batch(self.opened, batch, table, file_map, now, progress, self.library)
            batches.copy_of(self.opened.home, batch_id).unlink(missing_ok=True)
        return self._outcome(batch, report.counts, report.problems, is_written=report.is_written)

    def undo(self, batch_id: UUID, by: str, now: datetime, progress: Progress | None = None) -> Undone:
        """Take back what a batch added or changed, row by row; a row on which something happened since stays, with why.

        *progress* hears (chunks done, of). Raises BadInput for a batch of which nothing was kept, Busy as `run` does.
        """
        with batches.held(self.opened.home, batch_id):
            found = undo(self.opened.vault, batches.find(batch_id), by, now, progress)
            batches.copy_of(self.opened.home, batch_id).unlink(missing_ok=True)
        return found

    def batch(self, batch_id: UUID) -> Batch:
        """Return one batch as it stands. Raises BadInput where there is none."""
        return batches.told(batches.find(batch_id), self.opened.home)

    def batches(self) -> tuple[Batch, ...]:
        """Return the latest batches, newest first."""
        rows = ImportBatch.objects.order_by("-created_at", "id")[:LISTED]
        return tuple(batches.told(row, self.opened.home) for row in rows)

    def error_file(self, batch_id: UUID) -> Path | None:
        """Return the file of refused rows; None where there is none, or where it expired. It holds personal data."""
        return batches.error_file(batches.find(batch_id), self.opened.home)

    def discard(self, batch_id: UUID) -> None:
        """Forget a staged file that nobody will import. Raises BadInput for a batch that was begun."""
        batch = batches.find(batch_id)
        earlier = batches.error_file(batch, self.opened.home)
        if batch.state != BatchState.STAGED:
            raise BadInput(
                "Only a file that waits can be discarded; this one was imported. Undo it instead.",
                "只能放弃等待中的文件；该文件已导入，请改用撤销。",
            )
        if earlier is not None:
            earlier.unlink(missing_ok=True)
        batches.copy_of(self.opened.home, batch_id).unlink(missing_ok=True)
        batch.delete()

    def _ready(self, batch: ImportBatch, map_text: str) -> tuple[Table, FileMap]:
        """Return the file as a table, and the map compiled against it."""
        map_file = self._map(batch, map_text)
        table = self._open(batch, self._reading(batch, map_file))
        return table, compile_map(map_file, table.header, batch.overrides)

    def _remember(self, batch: ImportBatch, map_text: str, now: datetime) -> None:
        """Keep the map; the error file of an earlier try gives way to that of the one that begins."""
        earlier = batches.error_file(batch, self.opened.home)
        if earlier is not None:
            earlier.unlink(missing_ok=True)
        batch.map_name = batch.map_name if map_text == batch.map_text else MAP_NAME
        batch.map_text, batch.error_file = map_text, name_for(batch.file_name, now)
        batch.save(update_fields=["map_text", "map_name", "error_file"])

    def _outcome(
        self, batch: ImportBatch, counts: Counts, problems: tuple[Problem, ...], *, is_written: bool
    ) -> Outcome:
        has_file = batches.error_file(batch, self.opened.home) is not None
        return Outcome(batch.id, counts.told(), is_written, has_file, problems)

    def _staged(self, batch_id: UUID) -> ImportBatch:
        batch = batches.find(batch_id)
        if batch.state != BatchState.STAGED:
            raise BadInput(
                "This file was imported meanwhile; its map stays as it was.",
                "该文件已被导入，映射不再更改。",
            )
        return batch

    def _take_over(self, batch: ImportBatch, table: Table) -> Table:
        """Take the map of the last import of this kind whose columns the file has. Returns the file as that reads it.

        An error file, corrected, has them; so has what comes every night.
        """
        known = ImportBatch.objects.filter(kind=batch.kind, state=BatchState.DONE, overrides={}).exclude(map_text="")
        for earlier in known.order_by("-created_at", "id")[:_LOOKED_AT]:
            try:
                map_file = self._map(batch, earlier.map_text)
                compile_map(map_file, table.header, {})
                again = self._open(batch, self._reading(batch, map_file))
                compile_map(map_file, again.header, {})
            except BadInput:
                continue
            batch.encoding, batch.total = again.manner.encoding, again.rows
            self._keep(batch, earlier.map_text, earlier.file_name)
            return again
        return table

    def _answered(self, batch: ImportBatch, answers: Mapping[str, Answer]) -> tuple[str, MapForm]:
        map_file = self._map(batch, self.map_text(batch.id))
        table = self._table(batch, map_file)
        text = answered(table, map_file, answers)
        return text, form_of(table, self._map(batch, text))

    def _keep(self, batch: ImportBatch, map_text: str, name: str = MAP_NAME) -> None:
        batch.map_text, batch.map_name = map_text, name
        batch.save(update_fields=["map_text", "map_name", "encoding", "total"])

    def _found_again(self, batch: ImportBatch, table: Table) -> Table:
        """Return *table* with the reason for its encoding, where that is what would be found without being named."""
        try:
            found = self._open(batch, replace(self._reading(batch, None), encoding=""), batch.total)
        except BadInput:
            return table
        return found if found.manner.encoding == table.manner.encoding and found.header == table.header else table

    def _map(self, batch: ImportBatch, map_text: str) -> MapFile:
        return read_map(map_text.encode(), MAP_NAME, Kind(batch.kind))

    def _reading(self, batch: ImportBatch, map_file: MapFile | None) -> Reading:
        """Return how to read the file: as the map says, else in the encoding found or named when it was staged."""
        longest = self.opened.settings.imports.longest_field_characters
        reading = Reading(longest) if map_file is None else map_file.reading(longest)
        return replace(reading, encoding=reading.encoding or batch.encoding)

    def _table(self, batch: ImportBatch, map_file: MapFile | None) -> Table:
        """Return the file as the map reads it; its rows were counted when it was staged or read another way."""
        reading = self._reading(batch, map_file)
        return self._open(batch, replace(reading, is_checked=reading.encoding == batch.encoding), batch.total)

    def _open(self, batch: ImportBatch, reading: Reading, rows: int = 0) -> Table:
        path = batches.copy_of(self.opened.home, batch.id)
        if not path.exists():
            raise BadInput(
                f"The copy of {batch.file_name} is gone: it was imported, or waited too long. Upload the file again.",
                f"{batch.file_name} 的副本已不在：已导入，或等待过久。请重新上传。",
            )
        return open_table(path, batch.file_name, reading, self.opened.settings.imports.largest_megabytes, rows)

    def _told(self, batch: ImportBatch, table: Table) -> Survey:
        manner = table.manner
        first = islice(table.records(), self.opened.settings.imports.preview_rows)
        return Survey(
            batch=batch.id,
            kind=batch.kind,
            file_name=batch.file_name,
            size_bytes=batch.size_bytes,
            form=manner.form,
            encoding=manner.encoding,
            delimiter=manner.delimiter,
            sheet=manner.sheet,
            sheets=manner.sheets,
            header_row=table.header_row,
            header=table.header,
            rows=table.rows,
            first=tuple(tuple(map(mask_cell, record.cells)) for record in first),
            notes=manner.notes,
        )


def _shown(row: Row, fields: Sequence[Target]) -> Iterator[str]:
    for target in fields:
        value = getattr(row, target.name)
        if value is None:
            yield ""
        elif target.type is Type.MONEY:
            money = Money(value, getattr(row, "currency"))  # noqa: B009 - every row with an amount has it
            yield f"{money.major:,} {money.currency}"
        elif target.type is Type.RATE:
            yield f"{value // 100}.{value % 100:02d} %"
        else:
            text = "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield mask(text) if target.name in PERSONAL else text


def _short(name: str) -> str:
    """Return a file's name no longer than is kept, with its ending."""
    ending = Path(name).suffix[:_LONGEST_ENDING]
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - len(ending) - 1]}…{ending}"
