"""Imports as jobs of the console: what they tell, and that a killed process's job is gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from parley.errors import BadInput
from parley.run.home import Opened
from parley.run.importing.asked import run_import, try_import, undo_import
from parley.run.importing.desk import ImportDesk
from parley.run.jobs import Jobs
from parley.store import jobs
from parley.store.importing import BatchState
from parley.store.models import Account, Job
from tests.run.desk import library

from .conftest import ACCOUNTS_MAP, HEADER, NOW


def row(number: int) -> str:
    balance = "a lot" if number % 700 == 3 else "1240.50"
    return f"A-{number},P-{number},Ada {number},,{balance},19.99,2026-11-20,0,no"


@pytest.fixture
def desk(sqlite_opened: Opened) -> ImportDesk:
    return ImportDesk(sqlite_opened, library())


def staged(desk: ImportDesk, folder: Path, rows: int) -> UUID:
    upload = folder / "upload"
    upload.write_text("\n".join([HEADER, *map(row, range(rows)), ""]), encoding="utf-8")
    batch = desk.stage(upload, "accounts", "book.csv", "ann", NOW).batch
    desk.write_map(batch, ACCOUNTS_MAP)
    return batch


def all_jobs(desk: ImportDesk) -> Jobs:
    kinds = {"import.try": try_import, "import.run": run_import, "import.undo": undo_import}
    return Jobs({name: partial(work, desk) for name, work in kinds.items()})


def ask(kind: str, batch: UUID, **more: object) -> None:
    jobs.ask_for(kind, str(batch), {"batch": str(batch), "by": "ann", "map": "", **more}, "ann", NOW)


def found(kind: str, batch: UUID) -> Any:  # noqa: ANN401 - JSON
    job = jobs.latest(kind, str(batch))
    assert job is not None
    assert job.state == "done", job.error_en
    return job.result


def test_an_import_tells_how_many_rows_were_refused_for_what_and_where(desk: ImportDesk, tmp_path: Path) -> None:
    batch = staged(desk, tmp_path, 20)
    ask("import.run", batch)
    all_jobs(desk).work_off(NOW)
    told = found("import.run", batch)
    assert (told["counts"]["added"], told["good"], told["may_run"]) == (19, 19, True)
    (one,) = told["tally"]
    assert (one["code"], one["field"], one["count"], one["places"]) == ("not_a_number", "principal", 1, [5])
    assert one["zh"].endswith("。")
    assert "A-3" not in str(told)


def test_an_import_that_was_done_already_tells_the_same_again(desk: ImportDesk, tmp_path: Path) -> None:
    batch = staged(desk, tmp_path, 20)
    asked = {"batch": str(batch), "by": "ann", "map": ""}
    first = run_import(desk, asked, NOW, lambda _done, _of: None)
    assert run_import(desk, asked, NOW, lambda _done, _of: None) == first
    assert undo_import(desk, asked, NOW, lambda _done, _of: None) == {"taken": 19, "kept": []}
    assert undo_import(desk, asked, NOW, lambda _done, _of: None) == {"taken": 19, "kept": []}


def test_another_map_than_the_one_seen_is_not_used(desk: ImportDesk, tmp_path: Path) -> None:
    batch = staged(desk, tmp_path, 20)
    for work in (try_import, run_import):
        with pytest.raises(BadInput, match="columns were changed"):
            work(desk, {"batch": str(batch), "by": "ann", "map": "another"}, NOW, lambda _done, _of: None)
    assert not Account.objects.exists()


KILLED = """
import sys, time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from parley.run.home import open_home
desk_home = open_home(Path(sys.argv[1]), {})
from parley.run.importing.asked import run_import
from parley.run.importing.desk import ImportDesk
from parley.run.jobs import Jobs
def work(asked, now, tell):
    def told(done, of):
        tell(done, of)
        if done:
            print("working", flush=True)
            time.sleep(60)
    return run_import(ImportDesk(desk_home), asked, now, told)
Jobs({"import.run": work}).work_off(datetime.now(UTC))
"""


@pytest.mark.slow
def test_an_import_whose_process_was_killed_is_gone_on_with_and_takes_nothing_twice(
    desk: ImportDesk, tmp_path: Path
) -> None:
    batch = staged(desk, tmp_path, 2_500)
    ask("import.run", batch)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    home = str(desk.opened.home.root)
    with subprocess.Popen([sys.executable, "-c", KILLED, home], env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"working\n"
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    stopped = desk.batch(batch)
    assert (stopped.state, stopped.done, Account.objects.count()) == (BatchState.RUNNING, 1_000, 998)
    assert Job.objects.get().state == "running"
    every = all_jobs(desk)
    every.take_up()
    assert every.work_off(NOW) == 1
    told = found("import.run", batch)
    assert Account.objects.count() == told["counts"]["added"] == 2_496
    assert (told["counts"]["read"], told["tally"][0]["count"]) == (2_500, 4)
    assert told["tally"][0]["places"] == [5, 705, 1405, 2105]
