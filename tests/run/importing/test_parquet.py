from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from parley.errors import BadInput
from parley.run.importing.reasons import Reason
from parley.run.importing.source import Reading
from parley.run.importing.table import Table, open_table


def written(path: Path, query: str) -> Path:
    with duckdb.connect(":memory:") as database:
        database.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def opened(path: Path) -> Table:
    return open_table(path, path.name, Reading(10_000), 100)


def test_values_come_out_exact(tmp_path: Path) -> None:
    query = """SELECT '00042' AS id, 12345678901234567890::DECIMAL(38, 0) AS large, 1240.55::DECIMAL(18, 2) AS amount,
        99999999999999.99::DECIMAL(18, 2) AS huge, DATE '2026-03-04' AS day,
        TIMESTAMP '2026-03-04 00:00:00' AS midnight,
        TIMESTAMP '2026-03-04 05:06:07' AS at, TIMESTAMPTZ '2026-03-04 05:06:07+08' AS zoned, true AS flag,
        NULL::VARCHAR AS nothing, 12345.0::DOUBLE AS number, 0.1::DOUBLE AS tenth"""
    table = opened(written(tmp_path / "a.parquet", query))
    (row,) = table.records()
    assert table.header[:3] == ("id", "large", "amount")
    assert row.cells == [
        *("00042", "12345678901234567890", "1240.55", "99999999999999.99", "2026-03-04", "2026-03-04"),
        *("2026-03-04 05:06:07", "2026-03-03 21:06:07+00", "true", "", "12345", "0.1"),
    ]
    assert row.place == 1


def test_a_binary_number_too_long_to_be_exact_is_a_fault(tmp_path: Path) -> None:
    (row,) = opened(written(tmp_path / "a.parquet", "SELECT 1e20::DOUBLE AS id")).records()
    assert dict(row.faults) == {0: Reason.DIGITS_LOST}


def test_rows_keep_the_order_of_the_file_on_every_pass(tmp_path: Path) -> None:
    table = opened(written(tmp_path / "a.parquet", "SELECT range AS n, 'x' AS t FROM range(10000)"))
    for _ in range(2):
        assert [int(row.cells[0]) for row in table.records()] == list(range(10_000))
    assert table.rows == 10_000


def test_a_name_with_brackets_means_this_file_only(tmp_path: Path) -> None:
    written(tmp_path / "a1.parquet", "SELECT 'other' AS id, 1 AS n")
    path = written(tmp_path / "b.parquet", "SELECT 'this' AS id, 1 AS n").rename(tmp_path / "a[1].parquet")
    assert [row.cells[0] for row in opened(path).records()] == ["this"]


@pytest.mark.parametrize("value", ["[1, 2]", "{'a': 1}", "MAP {'a': 1}", "INTERVAL 1 DAY", "[{'a': 1}]"])
def test_values_that_are_not_one_plain_value_are_refused_by_column(tmp_path: Path, value: str) -> None:
    path = written(tmp_path / "a.parquet", f"SELECT 'A-1' AS id, {value} AS tags")
    with pytest.raises(BadInput, match=r"tags \(") as caught:
        opened(path)
    assert "tags (" in caught.value.zh


@pytest.mark.parametrize("share", [0.99, 0.5, 0.01])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = written(tmp_path / "a.parquet", "SELECT range AS n, 'x' || range AS t FROM range(10000)")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(BadInput, match="cut short or damaged"):
        opened(path)


def test_a_page_damaged_in_the_middle_is_found_before_a_row_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", "SELECT range AS n, 'x' || range AS t FROM range(100000)")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3 : len(raw) // 3 + 2_000] = b"\xff" * 2_000
    path.write_bytes(raw)
    with pytest.raises(BadInput, match="cut short or damaged"):
        opened(path)


def test_an_encrypted_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PARE" + b"\0" * 100 + b"PARE")
    with pytest.raises(BadInput, match="encrypted"):
        opened(tmp_path / "a.parquet")
