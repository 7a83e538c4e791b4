"""XLSX files made by another program, and some taken apart and put together wrongly."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.run.importing.reasons import Reason
from parley.run.importing.source import Reading, Record
from parley.run.importing.table import Table, open_table

LARGEST_MB = 100
Fill = Callable[[xlsxwriter.Workbook], object]


def workbook(path: Path, fill: Fill) -> Path:
    book = xlsxwriter.Workbook(path)
    fill(book)
    book.close()
    return path


def opened(path: Path, **how: str | int) -> Table:
    return open_table(path, path.name, Reading(10_000, **how), LARGEST_MB)  # type: ignore[arg-type]  # Reading's fields


def rows(path: Path, **how: str | int) -> list[Record]:
    return list(opened(path, **how).records())


def repacked(path: Path, changes: dict[str, bytes]) -> Path:
    """Return the archive with parts replaced or added."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, raw in parts.items():
            new.writestr(name, raw)
    return path


def simple(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Book")
    sheet.write_row(0, 0, ["no", "balance"])
    sheet.write_row(1, 0, ["A-1", 12.5])


def test_ids_amounts_dates_and_words_come_out_as_the_sheet_shows_them(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        padded, day, moment, hour, money = (
            book.add_format({"num_format": code})
            for code in ("00000000", "d/m/yyyy", "yyyy-mm-dd hh:mm", "hh:mm", '[$¥-804]#,##0.00"元";[Red]-0.00')
        )
        sheet.write_row(0, 0, ["id", "padded", "amount", "sum", "day", "at", "hour", "flag", "words"])
        sheet.write_string(1, 0, "00042")
        sheet.write_number(1, 1, 42, padded)
        sheet.write_number(1, 2, 1_240.55, money)
        sheet.write_formula(1, 3, "=0.1+0.2", None, 0.1 + 0.2)
        sheet.write_datetime(1, 4, datetime(2026, 3, 4), day)  # noqa: DTZ001 -- a spreadsheet knows no zone
        sheet.write_datetime(1, 5, datetime(2026, 3, 4, 5, 6, 7), moment)  # noqa: DTZ001 -- as above
        sheet.write_number(1, 6, 0.25, hour)
        sheet.write_boolean(1, 7, True)
        sheet.write_string(1, 8, " 张三 ")

    (row,) = rows(workbook(tmp_path / "a.xlsx", fill))
    assert row.cells == [
        *("00042", "00000042", "1240.55", "0.3", "2026-03-04", "2026-03-04 05:06:07", "06:00:00", "true", " 张三 ")
    ]
    assert (row.place, dict(row.faults)) == (2, {})


@pytest.mark.parametrize("number", [0.1, 1_240.55, 99_999_999_999.99, 1e-7, 123_456_789_012_345, 4_503_599_627.375])
def test_a_number_is_the_decimal_that_was_typed(tmp_path: Path, number: float) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [number, "x"])

    (row,) = rows(workbook(tmp_path / "a.xlsx", fill))
    assert float(row.cells[0]) == number
    assert "e" not in row.cells[0].lower()


def test_cells_without_a_value_are_faults_of_that_cell(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["no", "error", "long", "merged", "also"])
        sheet.write_string(1, 0, "A-1")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
        sheet.write_number(1, 2, 6_222_021_234_567_890_123)
        sheet.merge_range(1, 3, 2, 4, "both")
        sheet.write_string(2, 0, "A-2")

    table = opened(workbook(tmp_path / "a.xlsx", fill))
    first, second = table.records()
    assert dict(first.faults) == {1: Reason.FORMULA_ERROR, 2: Reason.DIGITS_LOST, 4: Reason.MERGED_CELL}
    assert first.cells[3] == "both"
    assert dict(second.faults) == {3: Reason.MERGED_CELL, 4: Reason.MERGED_CELL}
    assert any("merged" in note.en for note in table.manner.notes)


def test_a_formula_that_was_never_computed_is_no_empty_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", simple)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<v>12.5</v>" in sheet
    repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"<v>12.5</v>", b"<f>A1+B1</f>")})
    (row,) = rows(path)
    assert dict(row.faults) == {1: Reason.NOT_COMPUTED}


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["no", "day"])
        sheet.write_string(1, 0, "A-1")
        sheet.write_datetime(1, 1, datetime(2026, 3, 4), book.add_format({"num_format": 14}))  # noqa: DTZ001 -- a day

    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": True})
    fill(book)
    book.close()
    (row,) = rows(tmp_path / "a.xlsx")
    assert row.cells[1] == "2026-03-04"


def test_the_first_sheet_people_see_is_read_unless_another_is_named(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        notes = book.add_worksheet("notes")
        simple(book)
        for name in ("Book", "二月"):
            sheet = book.get_worksheet_by_name(name) or book.add_worksheet(name)
            sheet.write_row(0, 0, ["no", "balance"])
            sheet.write_row(1, 0, [name, 1])
        notes.hide()
        book.get_worksheet_by_name("Book").set_first_sheet()
        book.get_worksheet_by_name("Book").activate()

    path = workbook(tmp_path / "a.xlsx", fill)
    assert opened(path).manner.sheets == ("notes", "Book", "二月")
    assert rows(path)[0].cells[0] == "Book"
    assert rows(path, sheet="二月")[0].cells[0] == "二月"
    with pytest.raises(BadInput, match=r"no sheet March\. It has: notes, Book, 二月"):
        opened(path, sheet="March")


def test_a_header_below_a_title_is_found_and_said(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 1, "Book of February")
        sheet.write_row(3, 0, ["no", "balance"])
        sheet.write_row(4, 0, ["A-1", 5])
        sheet.write_row(6, 0, ["A-2"])

    table = opened(workbook(tmp_path / "a.xlsx", fill))
    assert (table.header_row, table.header, table.rows) == (4, ("no", "balance"), 2)
    assert [(row.place, row.cells) for row in table.records()] == [(5, ["A-1", "5"]), (7, ["A-2", ""])]
    assert any("row 4" in note.en for note in table.manner.notes)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)


def _many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}.xml", b"")


def _nested(path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", b"0" * 10_000_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"xl/embeddings/{number}.zip", inner.getvalue())


def _macros(path: Path) -> None:
    repacked(workbook(path, simple), {"xl/vbaProject.bin": b"x"})


def _entities(path: Path) -> None:
    sheet = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'
    repacked(workbook(path, simple), {"xl/worksheets/sheet1.xml": sheet})


def _cut(path: Path) -> None:
    raw = workbook(path, simple).read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def _sealed(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99
    )


def _old(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2_000 + "Workbook".encode("utf-16-le"))


def _other_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("book.csv", b"no,balance\n")


def _binary(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")


def _no_rows(path: Path) -> None:
    workbook(path, lambda book: book.add_worksheet())


def _wild_text(path: Path) -> None:
    workbook(path, simple)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"<v>0</v>", b"<v>999</v>")})


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_bomb, r"unpacks to 60 MB in 1 parts, .* not opened"),
        (_many_parts, "in 10,001 parts"),
        (_nested, "no Excel workbook"),
        (_macros, "holds macros"),
        (_entities, "declares XML entities"),
        (_cut, "damaged or cut short"),
        (_sealed, "password"),
        (_old, r"before 2007 \(.xls\)"),
        (_other_archive, "no Excel workbook"),
        (_binary, r"\.xlsb"),
        (_no_rows, "holds no rows"),
        (_wild_text, "text that is not there"),
    ],
)
def test_a_workbook_that_is_unsafe_or_none_is_refused_in_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], says: str
) -> None:
    make(tmp_path / "a.xlsx")
    with pytest.raises(BadInput, match=says) as caught:
        rows(tmp_path / "a.xlsx")
    assert caught.value.zh.endswith("。")


def test_cells_merged_over_the_whole_sheet_are_refused_and_take_no_memory(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", simple)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    areas = b'<mergeCells><mergeCell ref="A1:B1048576"/></mergeCells></worksheet>'
    repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"</worksheet>", areas)})
    with pytest.raises(BadInput, match="merges cells over more than"):
        rows(path)


def test_a_workbook_larger_than_allowed_once_unpacked_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", b"0" * 2_000_000)
    with pytest.raises(BadInput, match="unpacks to 2 MB"):
        open_table(path, "a.xlsx", Reading(10_000), 1)


def test_a_title_of_two_cells_is_no_header(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Report of", "February"])
        sheet.write_row(1, 0, ["no", "name", "balance", "rate", "due"])
        sheet.write_row(2, 0, ["A-1", "Ada", 1, 2, "2026-03-04"])

    table = opened(workbook(tmp_path / "a.xlsx", fill))
    assert (table.header_row, len(table.header)) == (2, 5)
    assert opened(tmp_path / "a.xlsx", header_row=1).header == ("Report of", "February")


@given(
    st.lists(
        st.one_of(
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")),
            st.integers(-(10**14), 10**14),
            st.decimals(-(10**9), 10**9, places=2, allow_nan=False),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_another_reader_of_spreadsheets_reads_the_same(tmp_path: Path, values: list[str | int | Decimal]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", *("b" * (n + 2) for n in range(9))])
        for column, value in enumerate(values):
            if isinstance(value, str):
                sheet.write_string(1, column, value)
            else:
                sheet.write_number(1, column, value)
        sheet.write_string(1, 9, "end")

    path = workbook(tmp_path / "a.xlsx", fill)
    (ours,) = rows(path)
    theirs = python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()[1]
    for own, other, value in zip(ours.cells, theirs, values, strict=False):
        if isinstance(value, str):
            assert own == other
        else:
            assert Decimal(own) == value
            assert float(own) == other


def test_a_file_is_read_as_what_it_is_and_not_as_what_it_is_called(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", simple).rename(tmp_path / "a.csv")
    table = opened(path)
    assert table.manner.form == "xlsx"
    assert any("called .csv but is xlsx" in note.en for note in table.manner.notes)
