from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from parley.store import bulk, models
from parley.store.bulk import insert_all, insert_new, insert_values, update_rows, update_values

if TYPE_CHECKING:
    from tests.store.conftest import Book, Home

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
RECEIPT_KEY = ("provider", "provider_event")


def receipt(name: str) -> models.Receipt:
    return models.Receipt(provider="sandbox", provider_event=name, event="delivered", at=AT, received_at=AT)


def test_only_new_rows_go_in_and_they_come_back_with_their_ids(home: Home) -> None:
    assert [row.provider_event for row in insert_new([receipt("a"), receipt("b")], RECEIPT_KEY)] == ["a", "b"]
    fresh = insert_new([receipt("b"), receipt("c"), receipt("c")], RECEIPT_KEY)
    assert [row.provider_event for row in fresh] == ["c"]
    assert models.Receipt.objects.get(provider_event="c").pk == fresh[0].pk
    assert models.Receipt.objects.count() == 3
    fresh[0].event = "expired"
    fresh[0].save()
    assert models.Receipt.objects.count() == 3


def test_rows_with_ids_of_their_own_are_told_apart_by_them(book: Book) -> None:
    known = book.hold()
    other = models.Hold(id=uuid.uuid4(), borrower=book.borrower, kind="dispute", source="x", from_at=AT)
    assert insert_new([known, other]) == [other]
    assert models.Hold.objects.get(id=other.id).borrower_id == book.borrower.id


def test_a_broken_rule_of_the_table_is_not_swallowed(book: Book) -> None:
    row = receipt("a")
    row.event = None  # type: ignore[assignment]  # what the database must refuse
    with pytest.raises(IntegrityError):
        insert_new([row], RECEIPT_KEY)


def test_more_rows_than_a_statement_takes_are_split(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PARAMETERS_PER_STATEMENT", 21)
    rows = [receipt(str(number)) for number in range(10)]
    assert insert_new(rows, RECEIPT_KEY) == rows
    assert insert_new([], RECEIPT_KEY) == []


def test_a_full_statement_is_under_the_limit_of_both_databases(home: Home) -> None:
    rows = [receipt(str(number)) for number in range(6_000)]
    assert len(insert_new(rows, RECEIPT_KEY)) == 6_000


def test_values_known_to_be_new_go_in_as_the_models_write_them(book: Book) -> None:
    names = ("id", "data_key_wrapped", "language", "jurisdiction", "zones", "is_synthetic")
    row = (uuid.uuid4(), b"\x00\xffkey", "zh-Hans", "CN", ["Asia/Shanghai"], True)
    insert_values(models.Borrower, names, [row])
    found = models.Borrower.objects.get(id=row[0])
    assert (bytes(found.data_key_wrapped or b""), found.zones, found.is_synthetic) == (row[1], row[4], True)
    assert (found.erased_at, found.name_sealed) == (None, None)
    insert_values(models.Borrower, names, [])


def test_a_value_that_is_there_already_is_a_defect_and_nothing_of_its_batch_stays(book: Book) -> None:
    names = ("id", "language", "jurisdiction", "zones", "is_synthetic")
    rows: list[tuple[object, ...]] = [(one, "en", "US", [], False) for one in (uuid.uuid4(), book.borrower.id)]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_values(models.Borrower, names, rows)
    assert models.Borrower.objects.count() == 1


def test_rows_all_new_can_be_saved_again(book: Book) -> None:
    hold = models.Hold(id=uuid.uuid4(), borrower=book.borrower, kind="dispute", source="x", from_at=AT)
    insert_all([hold])
    insert_all([])
    hold.source = "y"
    hold.save()
    assert models.Hold.objects.get(id=hold.id).source == "y"


def test_rows_are_written_back_by_their_ids_and_only_the_named_columns(book: Book) -> None:
    first, second, third = (insert_new([receipt(name)], RECEIPT_KEY)[0] for name in "abc")
    first.event, second.event, second.part = "expired", "rejected", 7
    update_rows([first, second], ["event"])
    update_rows([], ["event"])
    assert list(models.Receipt.objects.order_by("id").values_list("event", "part")) == [
        ("expired", 0),
        ("rejected", 0),
        (third.event, 0),
    ]
    book.borrower.language = "zh-Hans"
    update_rows([book.borrower], ["language", "data_key_wrapped"])
    again = models.Borrower.objects.get(id=book.borrower.id)
    assert (again.language, bytes(again.data_key_wrapped or b"")) == ("zh-Hans", book.borrower.data_key_wrapped)


def test_of_a_row_written_twice_at_once_the_last_holds(home: Home) -> None:
    del home
    models.RouteBucket.objects.bulk_create(models.RouteBucket(provider=name, left_micro=1, at=AT) for name in "abc")
    update_values(models.RouteBucket, ("left_micro",), [(2, "a"), (3, "b"), (4, "a")])
    assert dict(models.RouteBucket.objects.values_list("provider", "left_micro")) == {"a": 4, "b": 3, "c": 1}
