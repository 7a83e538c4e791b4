from __future__ import annotations

from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.run.home import Opened
from parley.run.importing.desk import ImportDesk
from parley.store.importing import BatchState, Survey
from parley.store.models import Account, ImportBatch

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, NOW, OTHER


@pytest.fixture
def desk(opened: Opened) -> ImportDesk:
    return ImportDesk(opened)


def staged(desk: ImportDesk, folder: Path, *rows: str, name: str = "book.csv", raw: bytes = b"") -> Survey:
    upload = folder / "upload"
    upload.write_bytes(raw or "\n".join([HEADER, *rows, ""]).encode())
    return desk.stage(upload, "accounts", name, "ann", NOW)


def test_a_staged_file_says_what_it_is_and_shows_no_person(desk: ImportDesk, tmp_path: Path) -> None:
    found = staged(desk, tmp_path, GOOD, OTHER)
    (tmp_path / "upload").unlink()
    assert (found.form, found.encoding, found.delimiter, found.rows) == ("csv", "utf-8", ",", 2)
    assert found.header == tuple(HEADER.split(","))
    assert found.first[0] == ("A…1", "P…1", "A…n", "(…0", "1240.50", "19.99", "2026-11-20", "2", "y…s")
    assert "Ada" not in repr(found)
    batch = desk.batch(found.batch)
    assert (batch.state, batch.may_run, batch.may_undo, batch.by) == (BatchState.STAGED, True, False, "ann")
    assert desk.batches() == (batch,)


def test_the_file_is_read_again_as_the_map_says(desk: ImportDesk, tmp_path: Path) -> None:
    raw = f"Book;of;February;for;the;auditors\n\n{HEADER.replace(',', ';')}\n{GOOD.replace(',', ';')}\n".encode(
        "utf-16"
    )
    found = staged(desk, tmp_path, raw=raw)
    assert found.header == ("Book", "of", "February", "for", "the", "auditors")
    assert any("utf-16-le" in note.en for note in found.notes)
    again = desk.survey(found.batch, "header_row = 3\n[fields]\n")
    assert (again.header_row, again.header, again.rows) == (3, tuple(HEADER.split(",")), 1)


def test_a_preview_shows_rows_as_understood_and_what_is_wrong_with_others(desk: ImportDesk, tmp_path: Path) -> None:
    found = staged(desk, tmp_path, GOOD, OTHER.replace("800", "a lot"))
    shown = desk.preview(found.batch, ACCOUNTS_MAP)
    assert dict(zip(shown.fields, shown.rows[0], strict=True)) == {
        "reference": "A…1", "borrower_reference": "P…1", "name": "A…n", "phone": "+…0", "language": "en",
        "jurisdiction": "US-CA", "zones": "America/Los_Angeles", "product": "card", "product_kind": "card",
        "minimum_floor": "25.00 USD", "currency": "USD", "principal": "1,240.50 USD", "annual_rate_bps": "19.99 %",
        "next_due_on": "2026-11-20", "months_past_due": "2", "consent_promotion": "True",
    }  # fmt: skip
    (problem,) = shown.problems
    assert (problem.place, problem.code, problem.field) == (3, "not_a_number", "principal")
    assert problem.says.zh.endswith("。")
    assert not Account.objects.exists()


def test_a_file_that_cannot_be_taken_leaves_nothing(desk: ImportDesk, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="header and no rows"):
        staged(desk, tmp_path)
    assert not ImportBatch.objects.exists()
    assert list(desk.opened.home.imports.iterdir()) == []


def test_a_staged_file_can_be_discarded_and_is_gone(desk: ImportDesk, tmp_path: Path) -> None:
    found = staged(desk, tmp_path, GOOD)
    desk.discard(found.batch)
    assert list(desk.opened.home.imports.iterdir()) == []
    with pytest.raises(BadInput, match="no import with this number"):
        desk.batch(found.batch)


def test_a_name_with_folders_in_it_leads_nowhere(desk: ImportDesk, tmp_path: Path) -> None:
    assert staged(desk, tmp_path, GOOD, name="../../keys/lender.key").file_name == "lender.key"


def test_a_map_is_suggested_from_the_staged_file_in_the_language_of_the_page(desk: ImportDesk, tmp_path: Path) -> None:
    found = staged(desk, tmp_path, GOOD, OTHER)
    assert 'principal = { column = "balance" }' in desk.suggest(found.batch)
    assert "建议" in desk.suggest(found.batch, chinese=True)


def test_a_text_whose_encoding_cannot_be_told_is_taken_once_it_is_named(desk: ImportDesk, tmp_path: Path) -> None:
    raw = f"{HEADER}\nA-1,P-1,".encode() + "张".encode("gbk") + b",,1,1,2026-11-20,0,no\n"
    with pytest.raises(BadInput, match="encoding cannot be told"):
        staged(desk, tmp_path, raw=raw)
    found = desk.stage(tmp_path / "upload", "accounts", "book.csv", "ann", NOW, encoding="gb18030")
    assert (found.encoding, desk.survey(found.batch).encoding) == ("gb18030", "gb18030")
    assert not desk.preview(found.batch, ACCOUNTS_MAP).problems
