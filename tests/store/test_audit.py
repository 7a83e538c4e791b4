from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.db.models import DateField, Field, ForeignKey, Model

from parley.errors import BadInput
from parley.store import audit, models
from parley.store.audit import Problem
from parley.store.audit.commitment import AUDITED, AUDITED_LATER, TEXTS
from parley.store.audit.sequence import entry_leaf
from parley.store.sealed import Sealed, seal_text

if TYPE_CHECKING:
    from tests.store.conftest import Book

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
TABLES = sorted(AUDITED, key=lambda table: table.__name__)
COLUMNS: dict[type[Model], dict[str, Field[Any, Any]]] = {
    table: {column.attname: column for column in table._meta.concrete_fields} for table in TABLES
}
# Leaves that `fill` makes in a round: one of each table, and the book's own before them.
SIZE = len(TABLES) + 1

# What a row may change after it was written, or what is committed to apart (sealed texts) or never (indexes).
CHANGES: dict[type[Model], set[str]] = {
    models.Message: {
        *("body_sealed", "state", "reason", "priority", "not_before", "intended_at", "submitted_at", "finished_at"),
        *("provider", "provider_id", "asked_at", "doubt_settled_at", "set_aside_at"),
    },
    models.Inbound: {"address_index", "body_sealed", "reading_sealed", "intent", "also", "status", "handled_at"},
    models.Arrangement: {
        "standing",
        "ended_at",
        "superseded_by_id",
        "recheck_on",
        "told_at",
        "followed_at",
        "reoffer_id",
        "satisfaction",
        "waived_minor",
    },
    models.ArrangementInstalment: {"paid_minor", "cleared_on"},
    models.Promise: {"standing", "paid_minor", "ended_at", "superseded_by_id"},
    models.Hold: {"released_at", "released_by"},
    models.Note: {"body_sealed"},
    models.Correction: {"body_sealed"},
    models.Reveal: {"body_sealed"},
    models.LenderNotice: {
        *("body_sealed", "state", "tries", "not_before", "leased_until", "delivered_at", "fault"),
        *("file_name", "file_state", "answer", "answer_reason", "answered_at"),
    },
    models.Transaction: {"merchant_sealed", "is_abnormal", "reason_code"},
}


def write(book: Book, *rows: Model) -> None:
    with transaction.atomic():
        audit.record(book.vault, rows, AT)


def fill(book: Book, *, rounds: int = 1) -> dict[type[Model], Model]:
    """Record the book and *rounds* rows of each table, one entry for each row, ordered and signed."""
    write(book, *book.first_rows())
    made: dict[type[Model], Model] = {}
    for _ in range(rounds):
        for table, make in book.makers().items():
            made[table] = make()
            write(book, made[table])
        audit.sequence()
        audit.checkpoint(book.vault, AT)
    return made


def found(book: Book, checkpoint: Path | None = None) -> set[tuple[Problem, str, str]]:
    report = audit.verify(book.vault, checkpoint)
    return {(finding.problem, finding.table, finding.row) for finding in report.findings}


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done inside: the book is filled once, and stands for every table."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def another(column: Field[Any, Any], value: object) -> object:
    """Return a value that the column also takes, or the same where a foreign key leaves no choice."""
    if isinstance(column, ForeignKey):
        return None if column.null else value
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case datetime() | date():
            return value + timedelta(days=1)
        case uuid.UUID():
            return uuid.UUID(int=value.int ^ 1)
        case dict() | list():
            return {"tampered": 1}
        case None:
            return AT if isinstance(column, DateField) else 1
        case _:
            return "tampered"[: column.max_length or 8]


def test_every_table_of_the_log_is_exercised(book: Book) -> None:
    assert set(book.makers()) == set(AUDITED)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_column_of_an_audited_table_is_committed_to_or_known_to_change(table: type[Model]) -> None:
    known = {*AUDITED[table], *AUDITED_LATER.get(table, ()), *CHANGES.get(table, set()), "id"}
    assert set(COLUMNS[table]) == known


def test_an_untouched_book_is_sound_and_counted(book: Book) -> None:
    fill(book, rounds=2)
    write(book, book.event())
    report = audit.verify(book.vault)
    assert report.is_sound, report.findings
    assert (report.leaves, report.unsequenced, report.checkpoints) == (2 * len(TABLES) + 1, 1, 2)
    assert report.rows == 2 * len(TABLES) + 4
    assert report.signed_size == 2 * len(TABLES) + 1


def test_an_edit_of_any_committed_column_is_found(book: Book) -> None:
    rows: dict[type[Model], Any] = dict(fill(book))
    for table, name in [(each, name) for each in TABLES for name in AUDITED[each]]:
        row, manager = rows[table], table._default_manager
        before = getattr(row, name)
        after = another(COLUMNS[table][name], before)
        if before == after:
            continue
        manager.filter(pk=row.pk).update(**{name: after})
        assert found(book) == {(Problem.ROW_EDITED, table.__name__, str(row.pk))}, name
        manager.filter(pk=row.pk).update(**{name: before})
    assert found(book) == set()


def test_who_wrote_a_message_is_committed_to_and_older_rows_stand(book: Book) -> None:
    by_machine, by_person = book.message(), book.message()
    by_person.written_by = book.operator()
    by_person.save()
    write(book, *book.first_rows(), by_machine, by_person)
    assert found(book) == set()
    models.Message.objects.filter(id=by_machine.id).update(written_by=book.operator())
    models.Message.objects.filter(id=by_person.id).update(written_by=None)
    assert found(book) == {(Problem.ROW_EDITED, "Message", str(row.pk)) for row in (by_machine, by_person)}


def test_a_deletion_is_found(book: Book) -> None:
    rows: dict[type[Model], Any] = dict(fill(book))
    for table in TABLES:
        row = rows[table]
        key = row.pk if isinstance(row.pk, int) else row.pk.hex
        with undone():
            row.delete()
            assert found(book) == {(Problem.ROW_MISSING, table.__name__, str(key))}
    assert found(book) == set()


def test_an_insertion_is_found(book: Book) -> None:
    fill(book)
    for table in TABLES:
        with undone():
            row = book.makers()[table]()
            assert found(book) == {(Problem.ROW_UNNAMED, table.__name__, str(row.pk))}
    assert found(book) == set()


@pytest.mark.parametrize("table", list(TEXTS), ids=lambda table: table.__name__)
def test_a_text_sealed_anew_with_the_right_key_is_found(book: Book, table: type[Model]) -> None:
    row: Any = fill(book)[table]
    manager: Any = table._default_manager
    forged = seal_text(book.vault, book.borrower, TEXTS[table], row.pk, "we never wrote this")
    manager.filter(pk=row.pk).update(body_sealed=forged)
    assert found(book) == {(Problem.TEXT_EDITED, table.__name__, str(row.pk))}
    manager.filter(pk=row.pk).update(body_sealed=row.body_sealed[:-1] + bytes([row.body_sealed[-1] ^ 1]))
    assert (Problem.TEXT_EDITED, table.__name__, str(row.pk)) in found(book)
    manager.filter(pk=row.pk).update(body_sealed=None)
    assert found(book) == {(Problem.TEXT_MISSING, table.__name__, str(row.pk))}


def test_a_text_of_an_unknown_writer_is_committed_to(book: Book) -> None:
    row = book.inbound(known=False)
    write(book, *book.first_rows(), row)
    assert found(book) == set()
    forged = seal_text(book.vault, None, Sealed.INBOUND_BODY, row.id, "forged")
    models.Inbound.objects.filter(id=row.id).update(body_sealed=forged)
    assert found(book) == {(Problem.TEXT_EDITED, "Inbound", str(row.id))}


def test_an_erasure_that_nobody_recorded_is_found(book: Book) -> None:
    fill(book)
    models.Borrower.objects.update(data_key_wrapped=None, erased_at=AT)
    assert (Problem.ERASURE_UNPROVEN, "Borrower", str(book.borrower.id)) in found(book)


def test_an_edited_entry_is_found(book: Book) -> None:
    fill(book)
    entry = models.AuditEntry.objects.order_by("id")[4]
    entry.items = [[entry.items[0][0], entry.items[0][1], "00" * 32, *entry.items[0][3:]]]
    entry.save()
    problems = found(book)
    assert (Problem.ENTRY_EDITED, "AuditEntry", str(entry.id)) in problems
    assert any(problem is Problem.ROW_EDITED for problem, _, _ in problems)


@pytest.mark.parametrize("items", [7, {"a": 1}, [7], [[[], 1, ""]], [["Event", 0.5, "00"]], [["Event"]]])
def test_an_entry_that_makes_no_sense_is_a_finding_and_no_crash(book: Book, items: object) -> None:
    fill(book)
    entry = models.AuditEntry.objects.order_by("id")[4]
    entry.items = items
    entry.save()
    assert (Problem.ENTRY_EDITED, "AuditEntry", str(entry.id)) in found(book)


def test_a_number_moved_far_away_is_a_finding_and_takes_no_time(book: Book) -> None:
    fill(book)
    models.AuditLeaf.objects.filter(number=SIZE - 1).update(number=10**15)
    assert (Problem.LEAF_MISSING, "AuditLeaf", f"{SIZE - 1}–{10**15 - 1}") in found(book)


def test_a_row_that_cannot_be_read_is_a_finding_and_no_crash(sqlite_book: Book) -> None:
    row = fill(sqlite_book)[models.Event]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("UPDATE store_event SET borrower_id = 'not an id'")
        cursor.execute("PRAGMA foreign_keys = ON")
    assert found(sqlite_book) == {(Problem.ROW_EDITED, "Event", str(row.pk))}


def test_an_entry_edited_together_with_its_leaf_is_found_by_the_signature(book: Book) -> None:
    fill(book)
    leaf = models.AuditLeaf.objects.get(number=4)
    leaf.entry.at += timedelta(seconds=1)
    leaf.entry.save()
    leaf.leaf_hash = entry_leaf(leaf.entry)
    leaf.save()
    assert found(book) == {(Problem.ROOT_DIFFERS, "checkpoint", f"0–{SIZE}")}


def test_leaves_that_changed_places_are_named(book: Book) -> None:
    fill(book)
    third, fourth = models.AuditLeaf.objects.get(number=3), models.AuditLeaf.objects.get(number=4)
    models.AuditLeaf.objects.filter(number__in=[3, 4]).delete()
    models.AuditLeaf.objects.create(number=3, entry_id=fourth.entry_id, leaf_hash=fourth.leaf_hash)
    models.AuditLeaf.objects.create(number=4, entry_id=third.entry_id, leaf_hash=third.leaf_hash)
    assert found(book) == {(Problem.ROOT_DIFFERS, "checkpoint", f"0–{SIZE}"), (Problem.LEAF_MOVED, "AuditLeaf", "4")}


def test_a_missing_leaf_is_found(book: Book) -> None:
    fill(book)
    leaf = models.AuditLeaf.objects.get(number=5)
    entry = leaf.entry_id
    leaf.delete()
    problems = found(book)
    assert (Problem.LEAF_MISSING, "AuditLeaf", "5") in problems
    assert (Problem.ENTRY_UNQUEUED, "AuditEntry", str(entry)) in problems


def test_a_missing_entry_is_found(sqlite_book: Book) -> None:
    fill(sqlite_book)
    leaf = models.AuditLeaf.objects.get(number=5)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("DELETE FROM store_auditentry WHERE id = %s", [leaf.entry_id])
        cursor.execute("PRAGMA foreign_keys = ON")
    problems = found(sqlite_book)
    assert (Problem.ENTRY_MISSING, "AuditEntry", str(leaf.entry_id)) in problems
    assert Problem.ROW_UNNAMED in {problem for problem, _, _ in problems}


def test_a_row_taken_out_with_its_entry_and_leaf_is_found(book: Book) -> None:
    fill(book)
    row = book.event()
    write(book, row)
    audit.sequence()
    leaf = models.AuditLeaf.objects.latest("number")
    leaf.delete()
    leaf.entry.delete()
    row.delete()
    # The frontier still knows the size.
    assert (Problem.LOG_TOO_SHORT, "checkpoint", f"{SIZE + 1}") in found(book)


def test_a_log_cut_short_is_found_with_a_checkpoint_exported_before(book: Book, tmp_path: Path) -> None:
    fill(book)
    row = book.event()
    write(book, row)
    audit.sequence()
    signed = audit.checkpoint(book.vault, AT)
    assert signed is not None
    file = tmp_path / "checkpoint.json"
    audit.export_checkpoint(signed, file)
    assert found(book, file) == set()
    # An intruder with the whole database takes back the last entry, and everything that tells of it.
    leaf = models.AuditLeaf.objects.latest("number")
    entry = leaf.entry
    leaf.delete()
    entry.delete()
    row.delete()
    models.AuditCheckpoint.objects.filter(size=SIZE + 1).delete()
    models.AuditFrontier.objects.all().delete()
    assert found(book) == set()
    assert found(book, file) == {(Problem.LOG_TOO_SHORT, "checkpoint", f"{SIZE + 1}")}


def test_an_intruder_without_the_keys_cannot_name_an_inserted_row(book: Book) -> None:
    fill(book)
    row = book.event()
    entry = models.AuditEntry.objects.create(at=AT, items=[["Event", row.id, "ab" * 32]])
    models.AuditPending.objects.create(entry=entry)
    audit.sequence()
    assert found(book) == {(Problem.ROW_EDITED, "Event", str(row.id))}


def test_a_row_named_twice_and_differently_is_found(book: Book) -> None:
    row = fill(book)[models.Event]
    row.kind = "other"  # type: ignore[attr-defined]  # an Event, by the key it was found under
    write(book, row)
    assert (Problem.ROW_TWICE, "Event", str(row.pk)) in found(book)


def test_a_checkpoint_of_another_key_or_another_log_is_refused(book: Book, tmp_path: Path) -> None:
    fill(book)
    signed = audit.checkpoint(book.vault, AT)
    assert signed is not None
    file = tmp_path / "checkpoint.json"
    audit.export_checkpoint(signed, file)
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "root": "00" * 32}))
    assert found(book, file) == {(Problem.CHECKPOINT_UNSIGNED, "checkpoint", f"{SIZE}")}
    file.write_text("{}")
    with pytest.raises(BadInput, match="not a checkpoint file"):
        audit.verify(book.vault, file)
    with pytest.raises(BadInput, match="cannot be read"):
        audit.verify(book.vault, tmp_path / "nothing.json")


def test_a_forged_stored_checkpoint_is_found(book: Book) -> None:
    fill(book)
    models.AuditCheckpoint.objects.update(root=b"\0" * 32)
    assert found(book) == {(Problem.CHECKPOINT_UNSIGNED, "checkpoint", f"{SIZE}")}


def test_what_rolls_back_leaves_no_entry(book: Book) -> None:
    with transaction.atomic():
        audit.record(book.vault, [book.event()], AT)
        transaction.set_rollback(True)
    assert not models.AuditEntry.objects.exists()
    assert not models.AuditPending.objects.exists()


def test_entries_are_ordered_once_and_in_parts(book: Book) -> None:
    for _ in range(5):
        write(book, book.event())
    assert [audit.sequence(limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert list(models.AuditLeaf.objects.order_by("number").values_list("number", flat=True)) == [0, 1, 2, 3, 4]


@pytest.mark.postgres
def test_an_entry_that_commits_late_is_ordered_late_and_not_lost(postgres_book: Book) -> None:
    book = postgres_book
    written, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            audit.record(book.vault, [book.event()], AT)
            written.set()
            go.wait(60)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(60)
    write(book, *book.first_rows())
    assert audit.sequence() == 1
    audit.checkpoint(book.vault, AT)
    go.set()
    thread.join(60)
    assert audit.sequence() == 1
    audit.checkpoint(book.vault, AT)
    numbers = list(models.AuditLeaf.objects.order_by("number").values_list("entry_id", flat=True))
    assert numbers == sorted(numbers, reverse=True)
    assert found(book) == set()


def test_an_empty_log_has_no_checkpoint_and_a_size_is_signed_once(book: Book) -> None:
    assert audit.checkpoint(book.vault, AT) is None
    write(book, *book.first_rows())
    audit.sequence()
    first = audit.checkpoint(book.vault, AT)
    assert first == audit.checkpoint(book.vault, AT + timedelta(days=1))
    assert models.AuditCheckpoint.objects.count() == 1


def test_a_row_reads_back_as_it_was_committed_to_whatever_its_types(book: Book) -> None:
    class Kind(str):
        __slots__ = ()

    zone = datetime.fromisoformat("2026-03-02T15:30:00.123456+08:00")
    row = models.Event.objects.create(
        at=zone, kind=Kind("odd"), data={"z": [1, True, None, "é", "负债"], "a": {"10": 1, "9": (2, 3)}}
    )
    write(book, *book.first_rows(), row)
    assert found(book) == set()


def test_a_float_in_an_audited_row_is_a_defect(book: Book) -> None:
    row = models.Event.objects.create(at=AT, kind="x", data={"rate": [0.1]})
    with pytest.raises(AssertionError, match="float"):
        write(book, row)


def test_the_log_holds_no_text_and_no_id_but_row_keys(book: Book) -> None:
    fill(book)
    for entry in models.AuditEntry.objects.all():
        for table, key, *hashes in entry.items:
            assert table in {table.__name__ for table in AUDITED}
            assert isinstance(key, int) or uuid.UUID(key).hex == key
            assert all(len(bytes.fromhex(each)) == 32 for each in hashes)
            assert len(hashes) == (2 if table in {text.__name__ for text in TEXTS} else 1)
