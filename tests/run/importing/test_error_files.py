from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.run.home import Opened
from parley.run.importing.formulas import shield, unshield
from parley.run.importing.importer import Report
from parley.run.importing.verdict import Counts
from parley.store.models import Account

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, Import

# Beginnings that spreadsheet programs run, as CWE-1236 and their makers list them, in full width too.
RUNS = tuple("=+-@\t\r＝＋－＠")
ATTACKS = ("=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd|'!A0", "@SUM(1)", "\t=1", "＝1+1", '=HYPERLINK("x")')


def error_file(report: Report) -> bytes:
    assert report.refused_file is not None
    return report.refused_file.read_bytes()


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_an_error_file_runs_in_a_spreadsheet(take: Import, attack: str) -> None:
    cell = '"' + attack.replace('"', '""') + '"'
    report = take(HEADER, GOOD.replace("Ada Byron", cell).replace("1240.50", "-1"), keeps_good_rows=True)
    with open(report.refused_file or "", encoding="utf-8-sig", newline="") as stream:  # noqa: PTH123 -- or nothing
        rows = list(csv.reader(stream))
    assert len(rows) == 2
    assert not [one for row in rows for one in row if one.startswith(RUNS) and one != "-1"]


def test_a_corrected_error_file_comes_back_as_it_was(take: Import) -> None:
    bad = GOOD.replace("Ada Byron", "=Ada").replace("(650) 253-0000", "+16502530000").replace("1240.50", "-1")
    raw = error_file(take(HEADER, bad, keeps_good_rows=True))
    assert b",'=Ada,'+16502530000,-1," in raw
    assert take(raw=raw.replace(b",-1,", b",5,")).counts == Counts(read=1, added=1)
    # It is the row it would have been: with it the file as it was changes nothing.
    assert take(HEADER, bad.replace(",-1,", ",5,")).counts == Counts(read=1, unchanged=1)


def test_an_error_file_is_read_whatever_the_map_says_of_its_source(take: Import) -> None:
    text = 'encoding = "gb18030"\nheader_row = 3\ndelimiter = ";"\n' + ACCOUNTS_MAP
    rows = [HEADER, GOOD.replace("Ada Byron", "张三").replace("1240.50", "-1")]
    raw = ("title\n\n" + "\n".join(rows).replace(",", ";") + "\n").encode("gb18030")
    again = error_file(take(raw=raw, map_text=text, keeps_good_rows=True))
    assert "张三".encode() in again
    report = take(raw=again.replace(b";-1;", b";5;"), map_text=text)
    assert report.counts == Counts(read=1, added=1)


def test_a_hostile_heading_is_shielded_and_still_found(take: Import, opened: Opened) -> None:
    text = ACCOUNTS_MAP.replace('column = "name"', 'column = "=name"')
    header = HEADER.replace("name", "=name")
    raw = error_file(take(header, GOOD.replace("1240.50", "-1"), map_text=text, keeps_good_rows=True))
    assert b",'=name," in raw
    assert take(raw=raw.replace(b",-1,", b",5,"), map_text=text).counts.added == 1
    assert Account.objects.count() == 1


@given(st.text(alphabet=[*"=+-@'a1.\t ＝"], max_size=6))
def test_every_cell_comes_back_and_none_runs(cell: str) -> None:
    safe = shield(cell)
    assert unshield(safe) == cell
    assert not safe.startswith(RUNS) or safe[1:2].isdigit()


@pytest.mark.parametrize("cell", ["'s-Gravenhage", "-12.50", "-1 240,50", "Ada", "", "5"])
def test_what_does_not_run_stays_as_it_is(cell: str) -> None:
    assert shield(cell) == cell
