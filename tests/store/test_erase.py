from __future__ import annotations

import sqlite3
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from parley.errors import BadInput, Busy
from parley.store import audit, models
from parley.store.audit.commitment import TEXTS
from parley.store.erase import erase
from parley.store.sealed import Sealed, seal_text

if TYPE_CHECKING:
    from tests.store.conftest import Book, Home

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


def fill(book: Book) -> None:
    rows = [*book.first_rows(), *(make() for make in book.makers().values())]
    with transaction.atomic():
        audit.record(book.vault, rows, AT)
    audit.sequence()
    audit.checkpoint(book.vault, AT)
    # Proven by nothing: its words go when the text is whole.
    part = uuid.uuid4()
    models.InboundPart.objects.create(
        id=part, provider="sandbox", provider_event="mo.1", address_index=book.point.address_index, group=part,
        reference="7", number=1, of=2, at=AT, received_at=AT,
        body_sealed=seal_text(book.vault, None, Sealed.INBOUND_PART_BODY, part, "[]"),
    )  # fmt: skip


def test_after_an_erasure_no_sealed_column_index_or_key_is_left(book: Book) -> None:
    fill(book)
    erase(book.vault, book.borrower.id, LATER)
    for column in Sealed:
        table, name = column.split(".")
        model = getattr(models, table)
        assert set(model.objects.values_list(name, flat=True)) == {None}, column
    person = models.Borrower.objects.get()
    assert (person.data_key_wrapped, person.reference_index, person.erased_at) == (None, None, LATER)
    for model in (models.Account, models.ContactPoint, models.Inbound, models.InboundPart):
        for row in model.objects.values():
            assert not [name for name, value in row.items() if name.endswith("_index") and value is not None]


def test_after_an_erasure_the_proof_still_holds_and_still_finds_a_change(book: Book) -> None:
    fill(book)
    erase(book.vault, book.borrower.id, LATER)
    audit.sequence()
    audit.checkpoint(book.vault, LATER)
    report = audit.verify(book.vault)
    assert report.is_sound, report.findings
    # The book began with a reply of its own.
    assert report.erased_texts == len(TEXTS) + 1
    models.GateDecision.objects.update(verdict="allow")
    assert audit.verify(book.vault).counts == {audit.Problem.ROW_EDITED: 1}


def test_times_the_borrower_named_go_and_that_they_went_is_proven(book: Book) -> None:
    fill(book)
    assert models.NamedTimes.objects.filter(borrower=book.borrower).exists()
    erase(book.vault, book.borrower.id, LATER)
    assert not models.NamedTimes.objects.exists()
    audit.sequence()
    assert audit.verify(book.vault).is_sound


def test_named_times_that_go_without_an_erasure_are_missed(book: Book) -> None:
    fill(book)
    models.NamedTimes.objects.all().delete()
    assert audit.verify(book.vault).counts == {audit.Problem.ROW_MISSING: 1}


def test_others_are_not_touched_by_an_erasure(book: Book) -> None:
    other = book.person()
    address = book.address(other)
    fill(book)
    erase(book.vault, book.borrower.id, LATER)
    other.refresh_from_db()
    address.refresh_from_db()
    assert None not in {other.data_key_wrapped, other.name_sealed, other.reference_index, address.address_index}


def test_what_waits_for_an_erased_person_is_cancelled_and_the_thread_closed(book: Book) -> None:
    message = book.message()
    fill(book)
    with transaction.atomic():
        audit.record(book.vault, [message], AT)
    erase(book.vault, book.borrower.id, LATER)
    assert set(models.Message.objects.values_list("state", "reason")) == {("cancelled", "borrower_erased")}
    assert models.Conversation.objects.get().closed_at == LATER


def test_an_erasure_waits_for_a_message_that_is_being_handed_over(book: Book) -> None:
    models.Message.objects.filter(id=book.message().id).update(state="intended")
    with pytest.raises(BadInput, match="being handed"):
        erase(book.vault, book.borrower.id, LATER)
    assert models.Borrower.objects.get().erased_at is None


def test_erasing_twice_does_nothing_more_and_nobody_is_refused(book: Book) -> None:
    erase(book.vault, book.borrower.id, LATER)
    erase(book.vault, book.borrower.id, LATER)
    assert models.Event.objects.filter(kind="borrower_erased").count() == 1
    with pytest.raises(BadInput, match="no borrower"):
        erase(book.vault, uuid.uuid4(), LATER)


def test_the_erased_key_is_not_in_the_database_file_any_more(sqlite_home: Home, sqlite_book: Book) -> None:
    others = [sqlite_book.person() for _ in range(200)]
    fill(sqlite_book)
    gone = [bytes(person.data_key_wrapped or b"") for person in (sqlite_book.borrower, others[50], others[150])]
    for person in (sqlite_book.borrower, others[50], others[150]):
        erase(sqlite_book.vault, person.id, LATER)
    # Not closed first: the last connection to close would empty the write-ahead log by itself.
    raw = b"".join(path.read_bytes() for path in sqlite_home.folder.glob("parley.db*"))
    assert bytes(others[0].data_key_wrapped or b"") in raw
    for key in gone:
        assert key not in raw


def test_an_erasure_that_a_reader_keeps_from_overwriting_says_so_and_can_be_ended(
    sqlite_home: Home, sqlite_book: Book
) -> None:
    fill(sqlite_book)
    reader = sqlite3.connect(sqlite_home.folder / "parley.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM store_borrower").fetchall()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(Busy, match="is erased, but"):
        erase(sqlite_book.vault, sqlite_book.borrower.id, LATER)
    assert models.Borrower.objects.get().data_key_wrapped is None
    reader.close()
    erase(sqlite_book.vault, sqlite_book.borrower.id, LATER)
    raw = b"".join(path.read_bytes() for path in sqlite_home.folder.glob("parley.db*"))
    assert bytes(sqlite_book.borrower.data_key_wrapped or b"") not in raw
