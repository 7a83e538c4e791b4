"""`parley import`: a file and its map become rows of the store, all of them or the good ones, as one batch.

The file is copied into the home first; two passes over the copy (check, then take). A batch that was stopped half-way
is taken up by running the same import again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from parley.engine.turn import Library
from parley.run.home import Opened
from parley.run.importing import batches
from parley.run.importing.job import Job, Progress
from parley.run.importing.mapping import FileMap, compile_map, read_map
from parley.run.importing.refused import RefusedFile, expire, name_for
from parley.run.importing.rows import Kind, Row
from parley.run.importing.source import Manner, Reading
from parley.run.importing.staging import Staged, expire_copies, stage
from parley.run.importing.suggest import suggest
from parley.run.importing.table import Table, open_table
from parley.run.importing.verdict import Counts
from parley.run.place import Home
from parley.settings.model import Imports
from parley.store.importing import BatchState, Problem
from parley.store.models import ImportBatch

# Who an import is by where nobody says.
NOBODY: Final = "-"


@dataclass(frozen=True, slots=True)
class Request:
    """What to import, and how."""

    kind: Kind
    source: Path
    map_name: str
    map_raw: bytes
    overrides: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    is_dry_run: bool = False
    keeps_good_rows: bool = False
    by: str = NOBODY


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. `is_written` is false for a dry run, and where all-or-nothing came to nothing.

    `resumed_at` is the row at which an import that had been stopped was taken up, 0 for one from the start.
    """

    manner: Manner
    counts: Counts
    is_written: bool
    refused_file: Path | None
    preview: tuple[Row, ...]
    problems: tuple[Problem, ...]
    batch: UUID | None
    resumed_at: int = 0


def import_file(
    opened: Opened,
    request: Request,
    now: datetime,
    progress: Progress | None = None,
    library: Library | None = None,
) -> Report:
    """Import one file. *now* (aware, UTC) is the instant the rows arrive; *progress* is told (rows done, rows in all).

    *library* is what the engine knows by heart, where it is at hand: alerts are written with it.
    Raises BadInput where file or map cannot be used at all; a bad row is counted and written to the error file.
    """
    limits = opened.settings.imports
    map_file = read_map(request.map_raw, request.map_name, request.kind)
    expire(opened.home.errors, now, limits.error_files_days)
    expire_copies(opened.home.imports, now, limits.error_files_days)
    batch_id = uuid4()
    copy = batches.copy_of(opened.home, batch_id)
    try:
        staged = stage(request.source, copy, request.source.name, limits.largest_megabytes)
        reading = map_file.reading(limits.longest_field_characters, request.encoding)
        table = open_table(copy, request.source.name, reading, limits.largest_megabytes)
        file_map = compile_map(map_file, table.header, request.overrides)
        if request.is_dry_run:
            return _rehearse(opened, request, table, file_map, now, progress, library)
        batch = _stopped(request, staged) or _new_batch(batch_id, request, staged, table, now)
        with batches.held(opened.home, batch.id):
            report = run_batch(opened, batch, table, file_map, now, progress, library)
        # That of the import which was stopped, where this one took it up.
        batches.copy_of(opened.home, batch.id).unlink(missing_ok=True)
        return report
    finally:
        copy.unlink(missing_ok=True)


def run_batch(
    opened: Opened,
    batch: ImportBatch,
    table: Table,
    file_map: FileMap,
    now: datetime,
    progress: Progress | None = None,
    library: Library | None = None,
) -> Report:
    """Run a batch that is `running`, from where it was; whoever calls holds it."""
    resumed_at = batch.done
    path = opened.home.errors / batch.error_file
    with RefusedFile(path, table, batch.error_bytes if batch.done else 0) as refused:
        job = Job(opened, Kind(batch.kind), table, file_map, refused, now, library, progress)
        is_written = job.run(batch)
        if not is_written:
            batch.state, batch.finished_at, batch.counts = BatchState.REFUSED, now, asdict(job.counts)
            batch.save(update_fields=["state", "finished_at", "counts"])
    return _report(job, table, is_written=is_written, batch=batch.id, resumed_at=resumed_at)


def _report(job: Job, table: Table, *, is_written: bool, batch: UUID | None = None, resumed_at: int = 0) -> Report:
    return Report(
        manner=table.manner,
        counts=job.counts,
        is_written=is_written,
        refused_file=None if job.refused.is_empty else job.refused.path,
        preview=tuple(job.preview),
        problems=tuple(job.problems),
        batch=batch,
        resumed_at=resumed_at,
    )


def suggest_map(
    home: Home, limits: Imports, source: Path, kind: Kind, encoding: str = "", *, chinese: bool = False
) -> str:
    """Return a map for *source*, made from its headings and values. Reads a copy, keeps nothing."""
    copy = batches.copy_of(home, uuid4())
    try:
        stage(source, copy, source.name, limits.largest_megabytes)
        reading = Reading(limits.longest_field_characters, encoding=encoding)
        table = open_table(copy, source.name, reading, limits.largest_megabytes)
        return suggest(table, kind, source.name, chinese=chinese)
    finally:
        copy.unlink(missing_ok=True)


def _rehearse(
    opened: Opened,
    request: Request,
    table: Table,
    file_map: FileMap,
    now: datetime,
    progress: Progress | None,
    library: Library | None,
) -> Report:
    path = opened.home.errors / name_for(request.source.name, now)
    with RefusedFile(path, table) as refused:
        job = Job(opened, request.kind, table, file_map, refused, now, library, progress)
        job.rehearse(is_whole=True)
    return _report(job, table, is_written=False)


def _stopped(request: Request, staged: Staged) -> ImportBatch | None:
    """Return the batch of this very import that was stopped half-way, where there is one."""
    waiting = ImportBatch.objects.filter(
        kind=request.kind,
        file_digest=staged.digest,
        state=BatchState.RUNNING,
        map_text=request.map_raw.decode(),
        keeps_good_rows=request.keeps_good_rows,
    )
    overrides = dict(request.overrides)
    return next((batch for batch in waiting.order_by("-created_at") if batch.overrides == overrides), None)


def _new_batch(batch_id: UUID, request: Request, staged: Staged, table: Table, now: datetime) -> ImportBatch:
    return ImportBatch.objects.create(
        id=batch_id,
        kind=request.kind,
        file_name=staged.file_name,
        file_digest=staged.digest,
        size_bytes=staged.size_bytes,
        encoding=table.manner.encoding,
        map_name=request.map_name,
        map_text=request.map_raw.decode(),
        overrides=dict(request.overrides),
        keeps_good_rows=request.keeps_good_rows,
        state=BatchState.RUNNING,
        total=table.rows,
        error_file=name_for(staged.file_name, now),
        by=request.by,
        created_at=now,
        started_at=now,
    )
