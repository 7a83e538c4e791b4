"""One table of figures: what a reader sees, what a file holds."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.locale import Language
from parley.web.charts.figure import Form, figure
from parley.web.charts.table import Column, Number, Row, Table, csv_rows, money, share
from parley.web.csvs import BYTE_ORDER_MARK, csv_text


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


def test_numbers_are_grouped_and_exact() -> None:
    assert Number(1234567).shown(Language.EN) == "1,234,567"
    assert Number(1234567).shown(Language.ZH_HANS) == "1,234,567"
    assert Number(759901, 4).shown(Language.EN) == "75.9901"
    assert money(124050, "USD").shown(Language.EN) == "$1,240.50"
    assert money(124050, "CNY").shown(Language.ZH_HANS) == "1,240.50元"
    assert money(5000, "JPY").shown(Language.EN) == "5,000 JPY"


def test_a_share_is_rounded_half_up_and_there_is_none_of_nothing() -> None:
    assert share(1, 3) == Number(333, 1, "%")
    assert share(1, 16) == Number(63, 1, "%")
    assert share(0, 0) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_text_in_a_file_is_a_formula(start: str) -> None:
    hostile = start + "HYPERLINK(A1)"
    table = Table(hostile, (Column(hostile),), (Row(hostile, (hostile,)),))
    assert {cell[0] for row in rows_of(csv_text(*csv_rows(table))) for cell in row} == {"'"}


def test_a_file_holds_plain_numbers_and_keeps_chinese_and_commas() -> None:
    table = Table(
        "原因",
        (Column("数量"), Column("费用"), Column("无")),
        (Row("逾期, “丁”", (Number(1234), Number(-759901, 4), None)),),
    )
    assert rows_of(csv_text(*csv_rows(table))) == [
        ["原因", "数量", "费用", "无"],
        ["逾期, “丁”", "1234", "-75.9901", ""],
    ]


@given(st.lists(st.text(), min_size=1, max_size=4), st.integers(-(2**63), 2**63))
def test_a_file_reads_back_as_the_table(labels: list[str], value: int) -> None:
    table = Table("a", (Column("b"),), tuple(Row(label, (Number(value),)) for label in labels))
    for row, label in zip(rows_of(csv_text(*csv_rows(table)))[1:], labels, strict=True):
        assert row[0].removeprefix("'") == label.removeprefix("'") or row[0] == label
        assert row[1] == str(value)


def test_what_people_typed_is_text_in_the_page() -> None:
    hostile = '<script>alert(1)</script>" onload="x'
    table = Table(hostile, (Column(hostile, tone=1),), (Row(hostile, (Number(3),)),))
    for form in (Form.BARS, Form.TABLE):
        html = figure("n", hostile, table, form, Language.EN, csv="/x.csv", lead=hostile)
        assert "<script" not in html and 'onload="' not in html
