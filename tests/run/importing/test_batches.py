"""Imports that were stopped, and imports at work: nothing is lost, nothing is taken twice."""

from __future__ import annotations

import csv
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections

from parley.errors import BadInput, Busy
from parley.run.home import Opened, open_home
from parley.run.importing import batches
from parley.run.importing.desk import ImportDesk
from parley.run.importing.importer import Report, Request, import_file
from parley.run.importing.rows import Kind
from parley.run.importing.verdict import Counts
from parley.store import audit
from parley.store.importing import BatchState
from parley.store.models import Account, Borrower, Consent, Event, ImportBatch, ImportChunk

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, NOW

CHUNK = 10
ROWS = 35


class Stopped(BaseException):
    """What stops an import half-way: nothing catches it, as nothing catches a kill."""


@pytest.fixture
def small(opened: Opened) -> Opened:
    """Give the home with chunks of ten rows."""
    imports = replace(opened.settings.imports, chunk_rows=CHUNK)
    return replace(opened, settings=replace(opened.settings, imports=imports))


def book(bad: tuple[int, ...] = (3, 14, 33), rows: int = ROWS) -> list[str]:
    """Return rows of which some are bad, and one is there twice across a chunk's border."""
    found = [
        GOOD.replace("A-1", f"A-{n}").replace("P-1", f"P-{n}").replace("253-0000", f"253-{n:04}") for n in range(rows)
    ]
    for n in bad:
        found[n] = found[n].replace("1240.50", "-1")
    found[CHUNK + 1] = found[CHUNK - 1]
    return found


def take(
    opened: Opened, rows: list[str], stop_at: int = 0, *, keeps_good_rows: bool = True, map_text: str = ACCOUNTS_MAP
) -> Report:
    source = opened.home.root / "book.csv"
    source.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")

    def progress(done: int, _: int) -> None:
        if stop_at and done >= stop_at:
            raise Stopped

    request = Request(Kind.ACCOUNTS, source, "m", map_text.encode(), keeps_good_rows=keeps_good_rows, by="ann")
    return import_file(opened, request, NOW, progress)


def refused(report: Report) -> list[str]:
    assert report.refused_file is not None
    with report.refused_file.open(encoding="utf-8-sig", newline="") as stream:
        return [row["parley_line"] for row in csv.DictReader(stream)]


def test_a_batch_tells_what_it_was(small: Opened) -> None:
    report = take(small, book())
    (batch,) = ImportDesk(small).batches()
    assert (batch.id, batch.state, batch.by, batch.file_name) == (report.batch, BatchState.DONE, "ann", "book.csv")
    assert (batch.done, batch.total) == (ROWS, ROWS)
    assert (batch.counts.added, batch.counts.refused) == (31, 4)
    assert ImportChunk.objects.count() == 4
    assert batch.has_error_file
    assert (batch.may_run, batch.may_undo, batch.is_at_work) == (False, True, False)
    event = Event.objects.get(kind="import")
    assert (event.data["batch"], event.data["by"]) == (batch.id.hex, "ann")


def test_a_batch_that_was_stopped_goes_on_where_it_was(small: Opened) -> None:
    with pytest.raises(Stopped):
        take(small, book(), stop_at=2 * CHUNK)
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.done, Account.objects.count()) == ("running", 2 * CHUNK, 17)
    # What a chunk that was never committed had refused is not part of it.
    with (small.home.errors / batch.error_file).open("a", encoding="utf-8") as stream:
        stream.write("a row of the chunk that was lost")
    report = take(small, book())
    assert (report.batch, report.resumed_at) == (batch.id, 2 * CHUNK)
    assert report.counts == Counts(read=ROWS, added=31, refused=4)
    assert refused(report) == ["5", "13", "16", "35"]
    assert (Account.objects.count(), Borrower.objects.count(), Consent.objects.count()) == (31, 31, 31)
    assert ImportBatch.objects.get().state == "done"
    audit.sequence()
    assert audit.verify(small.vault).is_sound


def test_another_file_or_map_or_manner_is_another_batch(small: Opened) -> None:
    with pytest.raises(Stopped):
        take(small, book(), stop_at=CHUNK)
    assert take(small, book(rows=34)).resumed_at == 0
    assert take(small, book(), map_text=ACCOUNTS_MAP + "\n").resumed_at == 0
    assert take(small, book(), keeps_good_rows=False).resumed_at == 0
    assert take(small, book()).resumed_at == CHUNK


def test_all_or_nothing_that_was_stopped_leaves_nothing_and_starts_again(small: Opened) -> None:
    rows = book(bad=())
    rows[CHUNK + 1] = rows[CHUNK + 1].replace("A-9", "A-11").replace("P-9", "P-11")
    with pytest.raises(Stopped):
        take(small, rows, stop_at=2 * CHUNK, keeps_good_rows=False)
    assert (Account.objects.count(), ImportChunk.objects.count()) == (0, 0)
    assert ImportBatch.objects.get().state == "running"
    report = take(small, rows, keeps_good_rows=False)
    assert (report.is_written, report.counts.added) == (True, ROWS)
    assert ImportBatch.objects.get().state == "done"


def test_a_bad_row_refuses_the_whole_batch_and_says_so(small: Opened) -> None:
    report = take(small, book(), keeps_good_rows=False)
    batch = ImportDesk(small).batch(report.batch) if report.batch else None
    assert batch is not None
    assert (batch.state, batch.counts.refused, batch.may_undo) == (BatchState.REFUSED, 4, False)
    assert (Account.objects.count(), ImportChunk.objects.count()) == (0, 0)


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from parley.run.home import open_home
from parley.run.importing.importer import Request, import_file
from parley.run.importing.rows import Kind

def progress(done, of):
    if done >= 2000:
        os.kill(os.getpid(), signal.SIGKILL)

root = Path(sys.argv[1])
request = Request(Kind.ACCOUNTS, root / "book.csv", "m", (root / "map.toml").read_bytes(), keeps_good_rows=True)
import_file(open_home(root, {}), request, datetime(2026, 11, 2, 12, tzinfo=UTC), progress)
"""


def test_a_process_that_was_killed_has_lost_nothing_that_was_committed(sqlite_opened: Opened) -> None:
    root = sqlite_opened.home.root
    (root / "map.toml").write_text(ACCOUNTS_MAP, encoding="utf-8")
    rows = [GOOD.replace("A-1", f"A-{n}").replace("P-1", f"P-{n}") for n in range(3_500)]
    rows[2_500] = rows[2_500].replace("1240.50", "-1")
    (root / "book.csv").write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    connections.close_all()
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], capture_output=True, check=False, timeout=120)
    assert done.returncode == -9, done.stderr
    opened = open_home(root, {})
    assert Account.objects.count() == 2_000
    (batch,) = ImportDesk(opened).batches()
    assert (batch.state, batch.done, batch.is_at_work) == (BatchState.RUNNING, 2_000, False)
    # The copy of the file is there for whoever goes on.
    assert batch.may_run
    outcome = ImportDesk(opened).run(batch.id, "", NOW)
    assert (outcome.counts.added, outcome.counts.refused, Account.objects.count()) == (3_499, 1, 3_499)
    assert not batches.copy_of(opened.home, batch.id).exists()


def test_one_import_is_at_work_at_a_time_and_the_list_says_which(small: Opened, tmp_path: Path) -> None:
    desk = ImportDesk(small)
    upload = tmp_path / "upload"
    upload.write_text("\n".join([HEADER, *book(), ""]), encoding="utf-8")
    first, second = (desk.stage(upload, "accounts", "book.csv", "ann", NOW).batch for _ in range(2))
    begun, go_on = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        def progress(done: int, _: int) -> None:
            if done >= CHUNK:
                begun.set()
                go_on.wait(60)

        try:
            desk.run(first, ACCOUNTS_MAP, NOW, progress)
        except BaseException as error:  # noqa: BLE001 -- raised again by the test
            failed.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert begun.wait(60)
        running = desk.batch(first)
        assert (running.state, running.done, running.is_at_work) == (BatchState.RUNNING, CHUNK, True)
        assert (running.may_run, running.may_undo) == (False, False)
        for busy in (first, second):
            with pytest.raises(Busy):
                desk.run(busy, ACCOUNTS_MAP, NOW)
        with pytest.raises(Busy):
            desk.undo(first, "ann", NOW)
    finally:
        go_on.set()
        thread.join(60)
    assert failed == []
    assert desk.batch(first).state is BatchState.DONE
    assert desk.run(second, ACCOUNTS_MAP, NOW).counts.unchanged == 31


def test_a_dry_run_of_a_staged_file_keeps_nothing_but_its_error_file(small: Opened, tmp_path: Path) -> None:
    desk = ImportDesk(small)
    upload = tmp_path / "upload"
    upload.write_text("\n".join([HEADER, *book(), ""]), encoding="utf-8")
    batch = desk.stage(upload, "accounts", "book.csv", "ann", NOW).batch
    tried = desk.dry_run(batch, ACCOUNTS_MAP, NOW)
    assert (tried.counts.added, tried.counts.refused, tried.is_written) == (31, 4, False)
    assert [problem.place for problem in tried.problems] == [5, 13, 16, 35]
    assert not Account.objects.exists()
    first = desk.error_file(batch)
    assert first is not None
    assert (desk.batch(batch).state, desk.batch(batch).map_text) == (BatchState.STAGED, ACCOUNTS_MAP)
    done = desk.run(batch, ACCOUNTS_MAP, NOW.replace(hour=13))
    assert (done.counts, done.has_error_file) == (tried.counts, True)
    # The file of the rehearsal gave way to that of the run.
    assert not first.exists()
    with pytest.raises(BadInput, match="This import is done"):
        desk.run(batch, ACCOUNTS_MAP, NOW)


def test_a_wrong_map_leaves_a_staged_file_as_it_was(small: Opened, tmp_path: Path) -> None:
    desk = ImportDesk(small)
    upload = tmp_path / "upload"
    upload.write_text("\n".join([HEADER, *book(), ""]), encoding="utf-8")
    batch = desk.stage(upload, "accounts", "book.csv", "ann", NOW).batch
    with pytest.raises(BadInput, match="line 6"):
        desk.run(batch, ACCOUNTS_MAP.replace('"name"', '"nmae"'), NOW)
    assert desk.batch(batch).state is BatchState.STAGED
    assert desk.run(batch, ACCOUNTS_MAP, NOW).is_written


def test_a_batch_is_named_by_the_beginning_of_its_number(small: Opened) -> None:
    take(small, book())
    batch = ImportBatch.objects.get()
    assert batches.find_by_number(batch.id.hex[:8]).id == batch.id
    for wrong in ("", "zz", "0"):
        if not batch.id.hex.startswith(wrong) or not wrong:
            with pytest.raises(BadInput, match="no import with this number"):
                batches.find_by_number(wrong)
