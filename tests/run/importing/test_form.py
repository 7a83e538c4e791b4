from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from parley.errors import BadInput
from parley.run.importing.form import answered, form_of
from parley.run.importing.mapping import compile_map, read_map
from parley.run.importing.rows import Kind
from parley.run.importing.source import Reading
from parley.run.importing.suggest import suggest
from parley.run.importing.table import Table, open_table
from parley.run.importing.written import write_map
from parley.store.importing import Answer, Filling, FormLine, MapForm, Wanting

HEADER = "Ref,Who,Tel,Owes,APR,Payday,St,Memo"
ROWS = [
    "L1,Ada Byron,(650) 253-0001,1240.50,19.99,03/04/2026,A,hello",
    "L2,Ben Okri,(650) 253-0002,800,21.5,04/04/2026,C,",
    "L3,Cem Ak,(650) 253-0003,12,21.5,05/06/2026,A,x",
    "L4,Dia Roy,(650) 253-0004,a lot,21.5,05/06/2026,C,x",
    "L5,Eli Fox,(650) 253-0005,12,21.5,05/06/2026,X9,x",
]


def table(folder: Path, *rows: str, header: str = HEADER) -> Table:
    path = folder / "book.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return open_table(path, "book.csv", Reading(10_000), 100)


@pytest.fixture
def book(tmp_path: Path) -> Table:
    return table(tmp_path, *ROWS)


def first_map(book: Table, kind: Kind = Kind.ACCOUNTS) -> str:
    return suggest(book, kind, "book.csv", chinese=False)


def form(book: Table, text: str, kind: Kind = Kind.ACCOUNTS) -> MapForm:
    return form_of(book, read_map(text.encode(), "map", kind))


def line(found: MapForm, field: str) -> FormLine:
    return next(one for one in found.lines if one.field == field)


def say(book: Table, text: str, kind: Kind = Kind.ACCOUNTS, **answers: Answer) -> str:
    return answered(book, read_map(text.encode(), "map", kind), answers)


def fields(text: str) -> dict[str, Any]:
    return dict(tomllib.loads(text)["fields"])


def column(place: int, **choices: str) -> Answer:
    return Answer(Filling.COLUMN, place, choices=choices)


def value(text: str) -> Answer:
    return Answer(Filling.VALUE, value=text)


def test_a_form_shows_columns_cells_and_how_sure_it_is_and_no_person(book: Table) -> None:
    found = form(book, first_map(book))
    owes = line(found, "phone")
    assert (owes.filling, owes.column, owes.shown[0]) == (Filling.COLUMN, 2, "(…1")
    assert line(found, "annual_rate_bps").sureness == "sure"
    assert "Memo" in found.unused
    shown = [text for one in found.lines for text in one.shown]
    assert not any("Ada" in text or "253" in text for text in shown)


def test_what_is_needed_and_not_in_the_file_is_wanted(book: Table) -> None:
    found = form(book, first_map(book))
    wanted = {one.field for one in found.lines if one.wants is Wanting.VALUE}
    assert {"language", "jurisdiction", "product", "product_kind", "currency"} <= wanted
    assert not found.is_whole
    assert line(found, "currency").example == "USD"


def test_days_that_can_be_read_twice_wait_for_a_choice(book: Table) -> None:
    text = say(book, first_map(book), next_due_on=column(5))
    asked = line(form(book, text), "next_due_on")
    assert asked.wants is Wanting.CHOICE
    assert asked.choices[0].words == ("D/M/YYYY", "M/D/YYYY")
    assert fields(say(book, text, next_due_on=column(5, format="?")))["next_due_on"]["format"] == "?"
    chosen = say(book, text, next_due_on=column(5, format="M/D/YYYY"))
    assert fields(chosen)["next_due_on"] == {"column": "Payday", "format": "M/D/YYYY"}
    assert line(form(book, chosen), "next_due_on").wants is Wanting.NOTHING


def test_words_of_a_column_get_a_meaning_each(book: Table) -> None:
    text = say(book, first_map(book), status=column(6))
    asked = line(form(book, text), "status")
    assert [(one.shown, one.means) for one in asked.meanings] == [("A", "open"), ("C", "closed"), ("…", "")]
    answer = Answer(Filling.COLUMN, 6, means={0: "open", 1: "charged_off", 2: "closed", 9: "open"})
    text = say(book, text, status=answer)
    assert fields(text)["status"]["table"] == {"A": "open", "C": "charged_off", "X9": "closed"}


def test_a_column_of_names_shows_none_of_them_as_words(book: Table) -> None:
    text = '[fields]\nstatus = { column = "Who", table = { Nobody = "open" } }\n'
    assert {one.shown for one in line(form(book, text), "status").meanings} == {"A…n", "B…i", "C…k", "D…y", "E…x"}


def test_rows_that_a_field_would_refuse_are_counted_with_the_reason(book: Table) -> None:
    text = say(book, first_map(book), principal=column(3), currency=value("USD"))
    owes = line(form(book, text), "principal")
    assert (owes.looked_at, owes.refused) == (5, 1)
    assert owes.why == "not_a_number"


def test_without_a_currency_no_amount_is_judged(book: Table) -> None:
    assert line(form(book, say(book, first_map(book), principal=column(3))), "principal").looked_at == 0


def test_an_answer_for_another_column_is_fitted_anew(book: Table) -> None:
    text = say(book, first_map(book), principal=column(4))
    assert fields(text)["principal"] == {"column": "APR"}
    assert line(form(book, text), "principal").sureness == ""


def test_a_field_is_given_up_or_filled_with_one_value(book: Table) -> None:
    text = say(book, first_map(book), phone=Answer(Filling.NONE), currency=value("USD"), language=value("en"))
    found = form(book, text)
    assert line(found, "phone").filling is Filling.NONE
    assert any("nobody can be written to" in note.en for note in line(found, "phone").notes)
    assert (line(found, "currency").value, line(found, "currency").wants) == ("USD", Wanting.NOTHING)


def test_a_value_that_cannot_be_is_marked_and_kept(book: Table) -> None:
    found = line(form(book, say(book, first_map(book), currency=value("bucks"))), "currency")
    assert (found.value, found.wants) == ("bucks", Wanting.CORRECTION)
    assert found.problem is not None
    assert "currency" in found.problem.en


def test_a_place_that_nobody_knows_is_said(book: Table) -> None:
    for code, is_known in (("US-CA", True), ("Narnia", False)):
        notes = line(form(book, say(book, first_map(book), jurisdiction=value(code))), "jurisdiction").notes
        assert any("knows no place" in note.en for note in notes) is not is_known


def test_what_only_the_text_says_stays_as_it_is(book: Table) -> None:
    text = (
        '[fields]\nreference = { template = "L-{Ref}" }\nzones = { from = "jurisdiction" }\n'
        '[names]\nen = ["Ada", "Ben"]\n'
    )
    found = line(form(book, text), "reference")
    assert (found.filling, found.other) == (Filling.OTHER, '{ template = "L-{Ref}" }')
    again = say(book, text, reference=Answer(Filling.OTHER), zones=Answer(Filling.OTHER))
    assert tomllib.loads(again) == {"kind": "accounts"} | tomllib.loads(text)


def test_a_form_filled_in_is_a_map_that_runs(book: Table) -> None:
    text = say(
        book,
        first_map(book),
        reference=column(0),
        name=column(1),
        principal=column(3),
        next_due_on=column(5),
        status=column(6),
        language=value("en"),
        jurisdiction=value("US-CA"),
        product=value("card-1"),
        product_kind=value("card"),
        currency=value("USD"),
    )
    text = say(book, text, next_due_on=column(5, format="M/D/YYYY"), phone=column(2, region="US"))
    assert [one.field for one in form(book, text).lines if one.wants] == []
    ready = compile_map(read_map(text.encode(), "map", Kind.ACCOUNTS), book.header, {})
    row: Any = ready.row(next(book.records()))
    assert (row.principal, str(row.next_due_on), row.status) == (124_050, "2026-03-04", "open")


def test_headings_of_any_kind_make_no_broken_map(tmp_path: Path) -> None:
    odd = table(tmp_path, 'L1,x,1,"a","b"', header='Ref,"No\nte\x07s","a ""b"" = {","\u202egnp.exe",\u2029')
    text = first_map(odd)
    found = form(odd, text)
    again = say(odd, text, name=column(1), product=column(2))
    assert fields(again)["name"] == {"column": "No\nte\x07s"}
    assert line(form(odd, again), "product").column == 2
    assert len(found.header) == 5


def test_a_map_that_is_none_is_refused_with_its_line(book: Table) -> None:
    with pytest.raises(BadInput, match="line 2"):
        form(book, "[fields]\nreference = {\n")


def test_every_kind_of_value_is_written_as_it_was_read() -> None:
    text = (
        'kind = "accounts"\nheader_row = 3\n[fields]\nopened = { value = 2026-01-01 }\n"odd key" = { a = [1, 2] }\n'
        '[draw]\nplace = [{ weight = 1, zone = "UTC", is_true = true }]\n'
    )
    assert tomllib.loads(write_map(tomllib.loads(text))) == tomllib.loads(text)
