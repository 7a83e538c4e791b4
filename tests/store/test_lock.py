from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from parley.errors import Busy, HomeUnusable
from parley.store.lock import LOCK_FILE, borrower_lock, writer_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.store.conftest import Book, Home

HOLD = """
import sys, time
from pathlib import Path
from parley.store.database import configure
from parley.store.lock import writer_lock
configure(sys.argv[2])
with writer_lock(Path(sys.argv[1]), "parley serve"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(sqlite_home: Home) -> Iterator[subprocess.Popen[str]]:
    """Start another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(sqlite_home.folder), sqlite_home.url], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_writer_is_told_who_holds_the_home_and_what_to_do(
    sqlite_home: Home, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(Busy) as caught, writer_lock(sqlite_home.folder, "parley import"):
        pass
    assert f"`parley serve` (pid {holder.pid})" in caught.value.en
    assert "PostgreSQL" in caught.value.zh


def test_a_killed_writer_leaves_no_lock(sqlite_home: Home, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert "parley serve" in (sqlite_home.folder / LOCK_FILE).read_text()
    with writer_lock(sqlite_home.folder, "parley import"):
        assert f'"pid": {os.getpid()}' in (sqlite_home.folder / LOCK_FILE).read_text()
    with writer_lock(sqlite_home.folder, "parley nightly"):
        pass


def test_the_lock_ends_with_an_exception(sqlite_home: Home) -> None:
    with pytest.raises(RuntimeError), writer_lock(sqlite_home.folder, "parley import"):
        raise RuntimeError
    with writer_lock(sqlite_home.folder, "parley import"):
        pass
    assert (sqlite_home.folder / LOCK_FILE).stat().st_mode & 0o777 == 0o600


def test_a_home_that_is_not_there_says_so(sqlite_home: Home) -> None:
    with pytest.raises(HomeUnusable, match="cannot be opened"), writer_lock(sqlite_home.folder / "no", "parley"):
        pass


@pytest.mark.postgres
def test_on_postgres_any_number_of_processes_write(postgres_home: Home) -> None:
    with writer_lock(postgres_home.folder, "parley work"), writer_lock(postgres_home.folder, "parley work"):
        assert list(postgres_home.folder.iterdir()) == []


def test_a_borrower_is_held_until_the_transaction_ends(book: Book) -> None:
    order: list[str] = []
    held, started = threading.Event(), threading.Event()

    def second() -> None:
        held.wait(60)
        started.set()
        with transaction.atomic():
            borrower_lock([book.borrower.id])
            order.append("second")
        connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        borrower_lock([book.borrower.id, book.borrower.id])
        held.set()
        started.wait(60)
        thread.join(0.3)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


def test_many_borrowers_are_held_at_once(book: Book) -> None:
    with transaction.atomic():
        borrower_lock(book.person().id for _ in range(20))
