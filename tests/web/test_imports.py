from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from django.test import Client

from parley.errors import BadInput
from parley.locale import Language
from parley.run.importing.asked import run_import, try_import, undo_import
from parley.run.importing.desk import ImportDesk
from parley.run.importing.encoding import CODECS
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import Kind, Type, targets_of
from parley.run.importing.text_file import DELIMITERS as READ_DELIMITERS
from parley.run.jobs import Jobs
from parley.store import jobs, models
from parley.store.importing import DELIMITERS, ENCODINGS, KINDS, BatchState
from parley.store.staff import Role
from parley.web.console.import_fields import label_of
from parley.web.words import knows
from tests.run.desk import NOON, Anything
from tests.web.conftest import Served
from tests.web.import_files import ANSWERS, BAD, GOOD, staged, upload


def text(answer: Anything) -> str:
    return str(answer.content.decode())


def work_off(served: Served) -> None:
    desk: Any = served.services.imports
    kinds = {"import.try": try_import, "import.run": run_import, "import.undo": undo_import}
    every = Jobs({name: partial(work, desk) for name, work in kinds.items()})
    while every.work_off(NOON):
        pass


@pytest.fixture
def lead(served: Served) -> Client:
    return served.client(Role.LEAD)


def mapped(served: Served, lead: Client, *rows: str) -> UUID:
    """Bring a file to where every question is answered."""
    batch = staged(served, *rows).batch
    answer = lead.post(f"/imports/{batch}/columns", {**ANSWERS, "go": "preview"})
    assert answer.headers["Location"] == f"/imports/{batch}/preview"
    return batch


def tried(served: Served, lead: Client, *rows: str) -> UUID:
    batch = mapped(served, lead, *rows)
    assert lead.post(f"/imports/{batch}/try").status_code == 302
    work_off(served)
    return batch


def imported(served: Served, lead: Client, *rows: str) -> UUID:
    batch = tried(served, lead, *rows)
    assert lead.post(f"/imports/{batch}/run").status_code == 302
    work_off(served)
    return batch


def state(batch: UUID) -> str:
    return models.ImportBatch.objects.get(id=batch).state


def left(served: Served) -> list[str]:
    folder = served.services.imports.opened.home.imports  # type: ignore[attr-defined]  # the desk that run hands in
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


def test_a_home_without_an_import_says_with_what_to_begin(lead: Client) -> None:
    assert "Begin with the accounts" in text(lead.get("/imports"))


def test_a_file_goes_from_upload_to_accounts_step_by_step(served: Served, lead: Client) -> None:
    answer = lead.post("/imports/new", {"kind": "accounts", "file": upload(*GOOD, *BAD, name="book 2026.csv")})
    assert answer.status_code == 302
    where = answer.headers["Location"].removesuffix("/file")
    assert "Read as utf-8." in text(lead.get(f"{where}/file"))
    shown = text(lead.get(f"{where}/columns"))
    assert "answers are missing" in shown
    lead.post(f"{where}/columns", {**ANSWERS, "go": "preview"})
    shown = text(lead.get(f"{where}/preview"))
    assert "nobody would be reminded" in shown
    assert "1,240.50 USD" in shown
    assert "2 of the first 200 rows cannot be taken" in shown
    lead.post(f"{where}/try")
    assert "Waiting" in text(lead.get(where))
    work_off(served)
    shown = text(lead.get(where))
    assert "Import 3 good rows" in shown
    assert "This is not a number as this column is read." in shown
    assert not models.Account.objects.exists()
    lead.post(f"{where}/run")
    work_off(served)
    assert models.Account.objects.count() == 3
    shown = text(lead.get(where))
    assert "What came of it" in shown
    assert "Error file" in shown
    assert "book 2026.csv" in text(lead.get("/imports"))


def test_an_upload_lies_in_the_home_and_is_read_by_nobody_else(
    served: Served, lead: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(_desk: ImportDesk, path: Path, *_told: object) -> None:
        seen.append((path.parent, path.stat().st_mode & 0o777))
        raise BadInput("seen", "看过")

    monkeypatch.setattr(ImportDesk, "stage", look)
    assert lead.post("/imports/new", {"kind": "accounts", "file": upload(*GOOD)}).status_code == 422
    assert seen == [(served.services.imports.opened.home.imports, 0o600)]  # type: ignore[attr-defined]  # as run's


@pytest.mark.parametrize(
    ("posted", "said"),
    [
        ({"file": upload(*GOOD)}, "Say what is in the file."),
        ({"kind": "accounts"}, "Choose a file."),
        (
            {"kind": "accounts", "file": upload(raw=b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, name="a.png")},
            "a.png is a PNG file.",
        ),
        ({"kind": "accounts", "file": upload()}, "header and no rows"),
        ({"kind": "nonsense", "file": upload(*GOOD)}, "Say what is in the file."),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_leaves_nothing(
    served: Served, lead: Client, posted: dict[str, Any], said: str
) -> None:
    answer = lead.post("/imports/new", posted)
    assert answer.status_code == 422
    assert said in text(answer)
    if posted.get("kind") == "accounts":
        assert 'value="accounts" aria-describedby="what-accounts" checked' in text(answer)
    assert left(served) == []
    assert not models.ImportBatch.objects.exists()


def test_a_text_of_unknown_encoding_is_taken_once_it_is_named(served: Served, lead: Client) -> None:
    raw = "Ref,Who\nL1,张".encode("gb18030")
    answer = lead.post("/imports/new", {"kind": "accounts", "file": upload(raw=raw)})
    assert answer.status_code == 422
    assert "encoding" in text(answer)
    answer = lead.post("/imports/new", {"kind": "accounts", "encoding": "gb18030", "file": upload(raw=raw)})
    assert answer.status_code == 302
    assert "<option selected>gb18030</option>" in text(lead.get(answer.headers["Location"]))


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>.csv', "\u202egpj.csv", f"{'长' * 240}.csv", "a'b&c.csv"])
def test_names_of_any_kind_are_shown_safely(served: Served, lead: Client, name: str) -> None:
    header = f'Ref,"<b onclick=x>{"w" * 300}",{"列" * 100}'
    raw = f"{header}\nL1,\u202eevil,<i>\n".encode()
    answer = lead.post("/imports/new", {"kind": "accounts", "file": upload(raw=raw, name=name)})
    where = answer.headers["Location"].removesuffix("/file")
    for page in ("", "/file", "/columns", "/map", "/preview"):
        shown = text(lead.get(where + page, follow=True))
        assert "<script>alert" not in shown
        assert "<b onclick" not in shown
        assert "<i>" not in shown
    assert "<bdi" in text(lead.get(where))
    assert len(models.ImportBatch.objects.get().file_name) <= 200


def test_a_file_is_read_another_way_and_its_columns_are_found_anew(served: Served, lead: Client) -> None:
    batch = staged(served, "a,b,c,d,e,f,g,h", "Ref,Who,Tel,Owes,APR,Payday,St,Memo", *GOOD).batch
    answer = lead.post(f"/imports/{batch}/file", {"header_row": "3", "delimiter": ",", "encoding": ""})
    assert answer.headers["Location"] == f"/imports/{batch}/file"
    assert models.ImportBatch.objects.get(id=batch).total == 3
    assert "two rows" not in text(lead.get(f"/imports/{batch}/file"))


def test_another_sheet_of_a_workbook_is_chosen(served: Served, lead: Client, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        book.add_worksheet("Summary").write_row(0, 0, ["Total", "30"])
        book.sheetnames["Summary"].write_row(1, 0, ["x", "y"])
        book.add_worksheet("账户 <b>").write_row(0, 0, ["Account No", "Name"])
        book.sheetnames["账户 <b>"].write_row(1, 0, ["L1", "Ada"])
    raw = (tmp_path / "book.xlsx").read_bytes()
    where = lead.post("/imports/new", {"kind": "accounts", "file": upload(raw=raw, name="book.xlsx")}).headers[
        "Location"
    ]
    shown = text(lead.get(where))
    assert "<option>账户 &lt;b&gt;</option>" in shown
    lead.post(where, {"sheet": "账户 <b>", "header_row": "0"})
    assert "Account No" in text(lead.get(where))
    assert 'sheet = "账户 <b>"' in models.ImportBatch.objects.get().map_text


@pytest.mark.parametrize(("row", "said"), [("x", "a whole number"), ("99", "header_row = 99")])
def test_a_header_row_that_cannot_be_is_refused_and_kept(served: Served, lead: Client, row: str, said: str) -> None:
    batch = staged(served).batch
    answer = lead.post(f"/imports/{batch}/file", {"header_row": row, "delimiter": ","})
    assert answer.status_code == 422
    assert said in text(answer)
    assert f'value="{row}"' in text(answer)


def test_missing_answers_are_marked_and_what_was_typed_stays(served: Served, lead: Client) -> None:
    batch = staged(served).batch
    typed = {**ANSWERS, "value.currency": "bucks", "value.product": "", "go": "preview"}
    answer = lead.post(f"/imports/{batch}/columns", typed)
    assert answer.status_code == 422
    shown = text(answer)
    assert 'value="bucks"' in shown
    assert '<a href="#from-currency">Currency</a>' in shown
    assert '<a href="#from-product">Product</a>' in shown
    assert shown.count('aria-invalid="true"') == 2
    # Nothing typed is lost by going away.
    assert 'value="US-NY"' in text(lead.get(f"/imports/{batch}/columns"))


def test_only_fields_that_may_stay_empty_are_folded_away(served: Served, lead: Client) -> None:
    batch = staged(served, "x,x,x,x,x,x,x,x").batch
    shown, _, folded = text(lead.get(f"/imports/{batch}/columns")).partition('<details class="more">')
    for field in ("reference", "name", "principal", "currency", "next_due_on", "postcode"):
        assert f'id="line-{field}"' in shown
    assert 'id="line-consent_proof"' in folded


def test_words_and_days_are_answered_in_the_form(served: Served, lead: Client) -> None:
    rows = ["L1,Ada,+1 202 555 0101,1,2,03/04/2026,Z,x", "L2,Ben,+1 202 555 0102,1,2,04/05/2026,Z,x"]
    batch = staged(served, *rows).batch
    answer = lead.post(f"/imports/{batch}/columns", {**ANSWERS, "go": "preview"})
    assert answer.status_code == 422
    assert "M/D/YYYY (month first)" in text(answer)
    assert 'aria-label="Z"' in text(answer)
    more = {"choice.next_due_on.5.format": "M/D/YYYY", "means.status.6.0": "closed"}
    answer = lead.post(f"/imports/{batch}/columns", {**ANSWERS, **more, "go": "preview"})
    assert answer.status_code == 302
    kept = models.ImportBatch.objects.get(id=batch).map_text
    assert 'next_due_on = { column = "Payday", format = "M/D/YYYY" }' in kept
    assert 'status = { column = "St", table = { Z = "closed" } }' in kept


def test_a_map_is_written_by_hand_and_a_wrong_line_is_named(served: Served, lead: Client) -> None:
    batch = staged(served).batch
    wrong = 'kind = "accounts"\n[fields]\nreference = { column = "Ref"\n<b>\n'
    answer = lead.post(f"/imports/{batch}/map", {"map": wrong})
    assert answer.status_code == 422
    assert "line 3" in text(answer)
    assert "&lt;b&gt;" in text(answer)
    unknown = lead.post(f"/imports/{batch}/map", {"map": "[fields]\nrefrence = { value = 1 }\n"})
    assert "Did you mean reference?" in text(unknown)
    good = '# mine\n[fields]\nreference = { template = "L-{Ref}" }\n'
    assert lead.post(f"/imports/{batch}/map", {"map": good}).status_code == 302
    assert "# mine" in text(lead.get(f"/imports/{batch}/map"))
    assert "L-{Ref}" in text(lead.get(f"/imports/{batch}/columns"))


def test_a_look_at_changed_columns_keeps_nothing(served: Served, lead: Client) -> None:
    batch = staged(served).batch
    lead.post(f"/imports/{batch}/columns", ANSWERS)
    kept = models.ImportBatch.objects.get(id=batch).map_text
    shown = lead.post(f"/imports/{batch}/columns", {"from.principal": "none"}, headers={"HX-Request": "true"})
    assert 'id="said-principal" data-wants' in text(shown)
    assert models.ImportBatch.objects.get(id=batch).map_text == kept


def test_nothing_is_imported_before_all_rows_were_tried_with_this_map(served: Served, lead: Client) -> None:
    batch = mapped(served, lead)
    assert lead.post(f"/imports/{batch}/run").status_code == 409
    lead.post(f"/imports/{batch}/try")
    work_off(served)
    lead.post(f"/imports/{batch}/columns", {"from.postcode": "7"})
    answer = lead.post(f"/imports/{batch}/run")
    assert answer.status_code == 409
    assert "cannot be done now" in text(answer)
    assert state(batch) == BatchState.STAGED


def test_columns_changed_after_the_import_was_asked_for_stop_it_in_words(served: Served, lead: Client) -> None:
    batch = tried(served, lead)
    lead.post(f"/imports/{batch}/run")
    assert lead.post(f"/imports/{batch}/columns", ANSWERS).status_code == 409
    models.ImportBatch.objects.filter(id=batch).update(map_text="[fields]\n")
    work_off(served)
    assert "Try all rows again" in text(lead.get(f"/imports/{batch}"))
    assert not models.Account.objects.exists()


def test_two_people_who_import_at_once_import_once(served: Served, lead: Client) -> None:
    batch = tried(served, lead)
    other = served.client(Role.ADMINISTRATOR)
    assert [one.post(f"/imports/{batch}/run").status_code for one in (lead, other)] == [302, 409]
    work_off(served)
    assert models.Job.objects.filter(kind="import.run").count() == 1
    assert other.post(f"/imports/{batch}/run").status_code == 409
    assert models.Account.objects.count() == 3


def test_a_file_that_was_imported_meanwhile_is_changed_no_more(served: Served, lead: Client) -> None:
    batch = imported(served, lead)
    for page, posted in (("columns", ANSWERS), ("map", {"map": "[fields]\n"}), ("file", {"header_row": "1"})):
        answer = lead.post(f"/imports/{batch}/{page}", posted)
        assert answer.status_code == 409
    assert lead.get(f"/imports/{batch}/preview").status_code == 409
    assert lead.post(f"/imports/{batch}/try").status_code == 409
    assert lead.post(f"/imports/{batch}/discard").status_code == 409


def test_the_error_file_is_given_while_it_is_kept(served: Served, lead: Client) -> None:
    batch = imported(served, lead)
    answer: Any = lead.get(f"/imports/{batch}/refused.csv")
    raw = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="book-refused.csv"'
    assert "L4,Dia Roy" in raw
    assert "not_a_number" in raw
    path = served.services.imports.error_file(batch)
    assert path is not None
    path.unlink()
    gone = lead.get(f"/imports/{batch}/refused.csv")
    assert gone.status_code == 404
    assert "hold personal data" in text(gone)


def test_the_answers_of_the_last_file_with_these_columns_are_taken_over(served: Served, lead: Client) -> None:
    batch = imported(served, lead)
    answer: Any = lead.get(f"/imports/{batch}/refused.csv")
    raw = b"".join(answer.streaming_content).replace(b"a lot", b"77").replace(b"soon", b"2026-12-09")
    where = lead.post("/imports/new", {"kind": "accounts", "file": upload(raw=raw, name="mended.csv")}).headers[
        "Location"
    ]
    where = where.removesuffix("/file")
    shown = text(lead.get(f"{where}/columns"))
    assert "answers that were given for book.csv" in shown
    assert "Nothing is missing" in shown
    for step in ("try", "run"):
        lead.post(f"{where}/{step}")
        work_off(served)
    assert models.Account.objects.count() == 5
    other = text(lead.get(f"/imports/{staged(served, 'L9,x', kind='consents').batch}/columns"))
    assert "answers that were given" not in other


def test_an_undo_says_what_it_takes_back_and_does(served: Served, lead: Client) -> None:
    batch = imported(served, lead)
    assert "Rows taken out" in text(lead.get(f"/imports/{batch}/undo"))
    assert models.Account.objects.count() == 3
    assert lead.post(f"/imports/{batch}/undo").status_code == 302
    assert lead.post(f"/imports/{batch}/undo").status_code == 409
    work_off(served)
    assert models.Account.objects.count() == 0
    shown = text(lead.get(f"/imports/{batch}"))
    assert "3 rows were taken back." in shown
    assert "undone" in shown


def test_an_import_that_kept_nothing_offers_no_undo(served: Served, lead: Client) -> None:
    assert "/undo" in text(lead.get(f"/imports/{imported(served, lead)}"))
    assert "/undo" not in text(lead.get(f"/imports/{imported(served, lead)}"))


def test_rows_on_which_something_has_happened_stay_and_are_told(served: Served, lead: Client) -> None:
    batch = imported(served, lead)
    account = models.Account.objects.order_by("id").first()
    assert account is not None
    point = models.ContactPoint.objects.get(borrower=account.borrower)
    models.Conversation.objects.create(
        id=account.id, borrower=account.borrower, contact_point=point, account=account, state="notified", opened_at=NOON
    )
    lead.post(f"/imports/{batch}/undo")
    work_off(served)
    shown = text(lead.get(f"/imports/{batch}"))
    assert "2 rows were taken back." in shown
    assert "These stay" in shown
    assert "undone in part" in shown


def test_a_file_that_nobody_will_import_is_discarded(served: Served, lead: Client) -> None:
    batch = staged(served).batch
    assert lead.post(f"/imports/{batch}/discard").headers["Location"] == "/imports"
    assert left(served) == []
    assert lead.get(f"/imports/{batch}").status_code == 404


def test_a_file_whose_copy_expired_says_so(served: Served, lead: Client) -> None:
    batch = mapped(served, lead)
    folder = Path(served.services.imports.opened.home.imports)  # type: ignore[attr-defined]
    (folder / f"{batch.hex}.data").unlink()
    assert "it waited too long" in text(lead.get(f"/imports/{batch}"))
    assert lead.get(f"/imports/{batch}/columns").status_code == 409


def test_an_import_that_was_stopped_can_be_gone_on_with(served: Served, lead: Client) -> None:
    batch = tried(served, lead)
    models.ImportBatch.objects.filter(id=batch).update(state="running", keeps_good_rows=True)
    assert "Go on with the rest" in text(lead.get(f"/imports/{batch}"))
    lead.post(f"/imports/{batch}/run")
    work_off(served)
    assert state(batch) == BatchState.DONE
    assert models.Account.objects.count() == 3


def test_what_takes_too_long_is_stopped(served: Served, lead: Client) -> None:
    batch = mapped(served, lead)
    assert lead.post(f"/imports/{batch}/stop").status_code == 409
    lead.post(f"/imports/{batch}/try")
    assert "Stop</button>" in text(lead.get(f"/imports/{batch}"))
    assert lead.post(f"/imports/{batch}/stop").status_code == 302
    work_off(served)
    shown = text(lead.get(f"/imports/{batch}"))
    assert "nothing more is done" in shown
    assert "Import 3 good rows" not in shown
    assert lead.post(f"/imports/{batch}/try").status_code == 302


def test_how_far_a_job_is_stands_on_the_page_of_its_file(served: Served, lead: Client) -> None:
    batch = mapped(served, lead)
    lead.post(f"/imports/{batch}/try")
    row = models.Job.objects.get(kind="import.try")
    models.Job.objects.update(state="running")
    assert jobs.report(row.id, 3, 5, NOON)
    shown = text(lead.get(f"/imports/{batch}"))
    assert '<progress max="5" value="3"' in shown
    assert 'hx-trigger="every 1s"' in shown
    assert "Import 3 good rows" not in shown


@pytest.mark.parametrize("language", Language)
def test_the_examples_import_one_after_the_other_without_a_question(served: Served, language: Language) -> None:
    lead = served.client(Role.LEAD)
    lead.cookies["parley_language"] = language
    for kind in KINDS:
        example = lead.get(f"/imports/examples/{kind}.csv")
        answer = lead.post("/imports/new", {"kind": kind, "file": upload(raw=example.content)})
        where = answer.headers["Location"].removesuffix("/file")
        assert lead.post(f"{where}/columns", {"go": "preview"}).headers["Location"] == f"{where}/preview"
        lead.post(f"{where}/try")
        work_off(served)
        lead.post(f"{where}/run")
        work_off(served)
        batch = served.services.imports.batch(UUID(where.rpartition("/")[2]))
        assert (kind, batch.state, batch.counts.refused) == (kind, BatchState.DONE, 0)


def test_every_reason_of_a_refused_row_has_words() -> None:
    assert [reason for reason in Reason if not knows(f"refused_row.{reason}")] == []


def test_pages_and_importer_name_the_same_things() -> None:
    assert (tuple(Kind), tuple(CODECS), READ_DELIMITERS) == (KINDS, ENCODINGS, DELIMITERS)


@pytest.mark.parametrize("kind", Kind)
def test_every_field_and_every_word_of_a_closed_one_has_words(kind: Kind) -> None:
    unnamed = [name for name in targets_of(kind) if label_of(kind, name, Language.EN) == name]
    words = {word for target in targets_of(kind).values() if target.type is Type.WORD for word in target.words}
    assert (unnamed, [word for word in words if not knows(f"word.{word}")]) == ([], [])
