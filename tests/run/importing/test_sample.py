from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import phonenumbers
import pytest

from parley.run.importing.mapping import FileMap, compile_map, read_map
from parley.run.importing.rows import AccountRow, Kind
from parley.run.importing.source import Record

from .conftest import Import

SAMPLE = resources.files("parley.data") / "sample"
MAP = (SAMPLE / "accounts.toml").read_bytes()
NOT_READ = ("SEX", "EDUCATION", "MARRIAGE", "AGE", "default.payment.next.month")


@pytest.fixture(scope="module")
def table() -> list[list[str]]:
    with (SAMPLE / "uci-credit-card.csv").open(encoding="utf-8") as stream:
        return list(csv.reader(stream))


def compiled(header: list[str], **overrides: str) -> FileMap:
    return compile_map(read_map(MAP, "accounts.toml", Kind.ACCOUNTS), header, overrides)


def rows(table: list[list[str]], **overrides: str) -> Iterator[AccountRow]:
    file_map = compiled(table[0], **overrides)
    for cells in table[1:]:
        row = file_map.row(Record(2, cells))
        assert isinstance(row, AccountRow)
        yield row


def test_all_accounts_are_taken_and_no_two_share_a_number(table: list[list[str]]) -> None:
    found = list(rows(table))
    assert len(found) == 30_000
    assert len({row.phone for row in found}) == 30_000
    assert all(row.is_synthetic and row.is_rate_assumed for row in found)
    share = sum(bool(row.consent_promotion) for row in found) / len(found)
    assert 0.38 < share < 0.42
    assert {row.jurisdiction.split("-")[0] for row in found} == {"US", "GB", "CN", "TW", "HK", "SG", "PH", "IN"}
    assert {row.next_due_on.day for row in found if row.next_due_on} == set(range(1, 31))


def test_no_sample_number_is_one_that_a_subscriber_can_have() -> None:
    places: list[dict[str, Any]] = tomllib.loads(MAP.decode())["draw"]["place"]
    for place in places:
        for serial in range(0, 100_000, 997):
            digits = iter(f"{serial:05d}")
            number = "".join(next(digits) if mark == "#" else mark for mark in place["phone"])
            assert not phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_sex_education_marriage_and_age_are_never_read(table: list[list[str]]) -> None:
    header = table[0]
    assert not any(name.encode() in MAP.partition(b"[fields]")[2] for name in NOT_READ)
    file_map = compiled(header)
    for cells in table[1:200]:
        other = [str(int(cell) + 7) if name in NOT_READ else cell for name, cell in zip(header, cells, strict=True)]
        assert file_map.row(Record(2, cells)) == file_map.row(Record(2, other))


def test_a_row_is_drawn_the_same_whatever_stands_around_it(table: list[list[str]]) -> None:
    backwards = list(rows([table[0], *reversed(table[1:50])]))
    assert list(rows(table[:50])) == backwards[::-1]


def test_every_borrower_can_be_made_to_write_one_language(table: list[list[str]]) -> None:
    for row in rows(table[:100], language="zh-Hans"):
        assert row.language == "zh-Hans"
        assert not row.name.isascii()


def test_scientific_notation_in_the_source_is_an_exact_amount(table: list[list[str]]) -> None:
    column = table[0].index("LIMIT_BAL")
    cells = next(row for row in table if row[column] == "1e+05")
    row = compiled(table[0], currency="TWD").row(Record(2, cells))
    assert isinstance(row, AccountRow)
    assert row.credit_limit is not None
    assert row.credit_limit > 0


def test_the_sample_goes_into_the_store(take: Import, table: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table[:301])
    report = take(raw=text.getvalue().encode(), map_text=MAP.decode())
    assert (report.counts.added, report.counts.refused, report.counts.shared_numbers) == (300, 0, 0)
