"""A registry's list becomes registrations: row by row, refused with the line, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from parley.contact.registrations import read_registrations
from parley.errors import BadInput, HomeUnusable
from parley.messaging.wording import fits
from parley.purpose import Purpose
from parley.run.registering import Given, Taken, add_tables, take_rows
from tests.cli.test_commands import parley
from tests.contact.test_registrations import CARRIERS, GOOD

HEAD = "id,country,purposes,valid_from,text\n"
ROW = 'T9,IN,reminder,2026-01-15,"Example Card: {#var#} is due, ""{#var#}""."\n'


def take(rows: str | bytes, held: str = "", given: Given = Given()) -> Taken:  # noqa: B008 - frozen
    raw = rows if isinstance(rows, bytes) else rows.encode()
    return take_rows(raw, "list.csv", held.encode(), given, CARRIERS)


def test_a_row_becomes_a_table_that_is_read_as_it_was_written() -> None:
    taken = take(HEAD + ROW)
    assert (taken.added, taken.unchanged, taken.refused) == (1, 0, ())
    (one,) = read_registrations(taken.tables.encode(), CARRIERS).entries
    assert (one.registered_id, one.country, one.purposes) == ("T9", "IN", frozenset({Purpose.REMINDER}))
    assert one.wording is not None
    assert fits(one.wording, 'Example Card: $5 is due, "Dec 5".')


@pytest.mark.parametrize(
    ("row", "line", "says"),
    [
        ("T9,India,reminder,2026-01-15,Hello {1}\n", 2, "no code such as IN"),
        ("T9,IN,dunning,2026-01-15,Hello {1}\n", 2, "reminder, collection"),
        ("T9,IN,,2026-01-15,Hello {1}\n", 2, "purposes"),
        ("T9,IN,reminder,soon,Hello {1}\n", 2, "a date such as"),
        ("T9,IN,reminder,2026-02-30,Hello {1}\n", 2, "not TOML"),
        (",IN,reminder,2026-01-15,Hello {1}\n", 2, "id is missing"),
        ("T9,IN,reminder,2026-01-15,{1} {2}\n", 2, "variables alone"),
        ("T9,IN,reminder,2026-01-15,pay \u202enow\n", 2, "control or direction"),
        ("T9,IN,reminder,2026-01-15\n", 2, "text is missing"),
        (ROW + 'T9,IN,reminder,2026-01-15,"other\nwords"\n', 3, "'T9' is registered already"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_line_and_the_others_are_taken(row: str, line: int, says: str) -> None:
    taken = take(HEAD + row + ROW.replace("T9", "T10"))
    (refused,) = taken.refused
    assert refused.line == line
    assert says in refused.en
    assert refused.zh
    assert not refused.en.startswith(",")
    assert 'id = "T10"' in taken.tables


def test_what_is_registered_already_is_known_and_never_changed() -> None:
    assert take(HEAD + ROW, take(HEAD + ROW).tables).unchanged == 1
    changed = take(HEAD + ROW.replace("due", "late"), take(HEAD + ROW).tables)
    assert (changed.added, len(changed.refused)) == (0, 1)


def test_registries_head_their_columns_in_their_own_words_and_options_fill_what_they_lack() -> None:
    given = Given(country="CN", purposes="reminder servicing", valid_from="2026-01-01")
    csv = "模板编号;模板内容\nSMS_1;尊敬的客户{1}；请查收\n"
    for raw in (csv.encode("gb18030"), csv.encode("utf-8-sig")):
        taken = take(raw, given=given)
        assert (taken.added, taken.refused) == (1, ())
        assert "尊敬的客户{1}；请查收" in taken.tables


@pytest.mark.parametrize(
    ("raw", "says"),
    [("name,text\nx,y\n", "It needs id"), ("", "It needs id"), (b"id,text\n\xff\xff,x\n", "UTF-8")],
)
def test_what_is_no_such_list_is_refused_whole(raw: str | bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        take(raw)


def test_tables_are_added_behind_what_the_file_holds_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "registrations.toml"
    path.write_text(GOOD, encoding="utf-8")
    add_tables(path, GOOD.encode(), take(HEAD + ROW, GOOD).tables)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(GOOD)
    assert len(read_registrations(text.encode(), CARRIERS).entries) == 4
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    with pytest.raises(HomeUnusable, match="meanwhile"):
        add_tables(path, GOOD.encode(), "x")
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_takes_a_list_and_says_what_it_refused(tmp_path: Path, new_home: Callable[[Path], Path]) -> None:
    home, listed = new_home(tmp_path / "home"), tmp_path / "list.csv"
    listed.write_text(HEAD + ROW + ROW.replace("T9,IN", "T8,Nowhere"), encoding="utf-8")
    tried = parley("templates", "import", str(listed), "--dry-run", home=home)
    assert "1 would be added" in tried.stdout
    assert not (home / "registrations.toml").exists()
    done = parley("--lang", "zh", "templates", "import", str(listed), home=home)
    assert done.returncode == 1
    assert "list.csv, line 3: 'Nowhere' is no code" in done.stdout
    assert "1 added, 0 known already, 1 refused." in done.stdout
    assert "第 3 行" in done.stdout
    again = parley("templates", "import", str(listed), home=home)
    assert "0 added, 1 known already, 1 refused." in again.stdout


def test_who_renews_a_text_stands_in_the_list_and_is_no_other_registration() -> None:
    owned = take(HEAD.replace("id,", "owner,id,") + "Messaging," + ROW)
    (one,) = read_registrations(owned.tables.encode(), CARRIERS).entries
    assert one.owner == "Messaging"
    assert take(HEAD + ROW, held=owned.tables).unchanged == 1
