from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from parley.errors import Busy, HomeUnusable, OutsideFailed, ParleyError
from parley.store import audit, models
from parley.store.database import configure, damage, migrate, pending_migrations, snapshot
from parley.store.faults import faults
from parley.store.sealed import open_vault

if TYPE_CHECKING:
    from pathlib import Path

    from parley.store.keys import Keys
    from tests.store.conftest import Book, Home


@pytest.fixture
def fresh(tmp_path: Path) -> str:
    """Return the address of a SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'new.db'}"


def told(error: pytest.ExceptionInfo[ParleyError], *words: str) -> None:
    assert all(word in error.value.en for word in words), error.value.en
    assert error.value.zh
    assert error.value.zh != error.value.en


def test_the_migrations_say_what_the_models_say(home: Home) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
    assert pending_migrations() == []


def test_migrating_makes_a_private_database_and_twice_changes_nothing(fresh: str, tmp_path: Path) -> None:
    configure(fresh)
    migrate()
    migrate()
    assert pending_migrations() == []
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("new.db*")} == {0o600}


def test_what_is_not_migrated_yet_is_listed(fresh: str, tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    configure(fresh)
    assert "store.0001_initial" in pending_migrations()
    with pytest.raises(HomeUnusable) as caught, faults():
        models.Borrower.objects.count()
    told(caught, "parley migrate")


def test_a_commit_survives_a_power_cut_and_a_transaction_starts_as_a_writer(sqlite_home: Home) -> None:
    configure(sqlite_home.url)
    with connection.cursor() as cursor:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        values = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas}
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_missing_database_says_init_and_is_not_created(fresh: str, tmp_path: Path) -> None:
    configure(fresh)
    with pytest.raises(HomeUnusable) as caught:
        pending_migrations()
    told(caught, "parley init")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    configure(f"sqlite:///{tmp_path / 'no' / 'new.db'}")
    with pytest.raises(HomeUnusable) as caught:
        migrate()
    told(caught, "folder does not exist")


@pytest.mark.parametrize("content", [b"this is a letter, not a database" * 40, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(fresh: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "new.db").write_bytes(content)
    configure(fresh)
    with pytest.raises(HomeUnusable) as caught:
        migrate()
    told(caught, "damaged or is not a Parley database")
    assert (tmp_path / "new.db").read_bytes() == content


def test_a_damaged_page_is_found(sqlite_book: Book, sqlite_home: Home) -> None:
    for _ in range(200):
        sqlite_book.event()
    assert damage() == []
    connections.close_all()
    path = sqlite_home.folder / "parley.db"
    raw = bytearray(path.read_bytes())
    raw[4096 * 3 :] = b"\xa5" * (len(raw) - 4096 * 3)
    path.write_bytes(raw)
    with pytest.raises(HomeUnusable) as caught, faults():
        [list(table.objects.all()) for table in (models.Event, models.Message, models.Borrower)]
    told(caught, "damaged")
    assert damage_or_fault()


def damage_or_fault() -> bool:
    try:
        return bool(damage())
    except HomeUnusable:
        return True


def test_the_database_of_another_program_is_not_touched(fresh: str, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = path.read_bytes()
    configure(fresh)
    with pytest.raises(HomeUnusable) as caught:
        migrate()
    told(caught, "another program")
    connections.close_all()
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()
    assert len(path.read_bytes()) == len(before)


def test_a_database_of_a_newer_version_is_refused(home: Home) -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_applied("store", "9999_from_the_future")
    try:
        for step in (migrate, pending_migrations):
            with pytest.raises(HomeUnusable) as caught:
                step()
            told(caught, "newer Parley")
    finally:
        recorder.record_unapplied("store", "9999_from_the_future")


def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_book: Book) -> None:
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 8}")
    before = models.Message.objects.count(), models.AuditEntry.objects.count()
    with pytest.raises(OutsideFailed) as caught, faults(), transaction.atomic():
        audit.record(sqlite_book.vault, [sqlite_book.message() for _ in range(500)], sqlite_book.offer.at)
    told(caught, "full", "Nothing of the last step was written")
    assert before == (models.Message.objects.count(), models.AuditEntry.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1000000")
    sqlite_book.message()
    assert models.Message.objects.count() == before[0] + 1
    assert damage() == []


def test_a_read_only_database_is_told(sqlite_home: Home) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
    with pytest.raises(HomeUnusable) as caught, faults():
        models.Product.objects.create(code="x", kind="card")
    told(caught, "may not be written")


def test_a_writer_that_waits_too_long_is_busy(sqlite_home: Home) -> None:
    other = sqlite3.connect(sqlite_home.folder / "parley.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(Busy) as caught, faults(), transaction.atomic():
        models.Product.objects.create(code="x", kind="card")
    told(caught, "one writing command at a time")
    assert caught.value.retryable
    other.close()


def test_a_snapshot_does_not_change_under_the_reader_nor_hold_a_writer(home: Home) -> None:
    failures: list[BaseException] = []

    def write() -> None:
        try:
            models.Product.objects.create(code="later", kind="card")
        except BaseException as error:  # noqa: BLE001 -- carried over to the test
            failures.append(error)
        finally:
            connection.close()

    with snapshot():
        assert models.Product.objects.count() == 0
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
        assert models.Product.objects.count() == 0
    assert failures == []
    assert models.Product.objects.count() == 1


def test_two_homes_in_one_process_do_not_mix(sqlite_home: Home, fresh: str, tmp_path: Path, keys: Keys) -> None:
    models.Product.objects.create(code="first", kind="card")
    configure(fresh)
    migrate()
    open_vault(keys)
    assert models.Product.objects.count() == 0
    configure(sqlite_home.url)
    assert models.Product.objects.count() == 1


def test_a_defect_is_not_dressed_up_as_a_fault(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), faults():
        raise ZeroDivisionError
    with pytest.raises(FileNotFoundError), faults():
        raise FileNotFoundError
    with pytest.raises(OutsideFailed, match="full"), faults():
        raise OSError(28, "No space left on device")


@pytest.mark.postgres
def test_postgres_that_does_not_answer_says_so(tmp_path: Path) -> None:
    configure("postgres://parley:secret@127.0.0.1:1/parley")
    with pytest.raises(OutsideFailed) as caught:
        pending_migrations()
    told(caught, "does not answer")
    assert "secret" not in caught.value.en + caught.value.zh


@pytest.mark.postgres
def test_a_wrong_name_user_or_parameter_of_postgres_is_told_apart(postgres_home: Home) -> None:
    parts = urlsplit(postgres_home.url)
    wrong = {
        urlunsplit(parts._replace(path="/no_such_database")): "createdb",
        urlunsplit(parts._replace(netloc=f"nobody_here:x@{parts.netloc.rpartition('@')[2]}")): "refused the log-in",
        urlunsplit(parts._replace(query="no_such_option=1")): "parameter after '?'",
    }
    for url, words in wrong.items():
        configure(url)
        with pytest.raises(HomeUnusable) as caught:
            pending_migrations()
        told(caught, words)


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_told_and_made_anew(postgres_home: Home) -> None:
    with pytest.raises(OutsideFailed) as caught, faults(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    told(caught, "PostgreSQL")
    assert models.Product.objects.count() == 0


@pytest.mark.postgres
def test_a_deadlock_is_ended_and_may_be_tried_again(postgres_home: Home) -> None:
    with pytest.raises(OutsideFailed) as caught, faults(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$")
    assert caught.value.retryable


def test_the_settings_of_another_django_project_are_not_followed() -> None:
    for module in ("another.project.settings", "parley.store.django_settings"):
        code = "import django, parley.store as s; django.setup(); from parley.store.models import Run; print(Run)"
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": module}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.stdout.strip(), done.stderr) == ("<class 'parley.store.models.run.Run'>", "")


def test_the_checkpoint_file_of_a_full_disk_is_not_left_half(book: Book, tmp_path: Path) -> None:
    with transaction.atomic():
        audit.record(book.vault, book.first_rows(), book.offer.at)
    audit.sequence()
    signed = audit.checkpoint(book.vault, book.offer.at)
    assert signed is not None
    file = tmp_path / "point.json"
    audit.export_checkpoint(signed, file)
    assert json.loads(file.read_text())["size"] == 1
    with pytest.raises(OutsideFailed):
        audit.export_checkpoint(signed, tmp_path / "no" / "point.json")
    assert sorted(path.name for path in tmp_path.glob("point*")) == ["point.json"]
