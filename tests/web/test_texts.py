"""The pages of texts: what is said in which version, an editor that checks and keeps nothing, a decision by two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.locale import Language
from parley.messaging.catalogue import OWN_FROM
from parley.store import models, own_texts
from parley.store.staff import Role
from tests.run.desk import NOON, TODAY
from tests.web.book import Book, fill
from tests.web.conftest import Served

KEY = "reminder.neutral"
HERE = f"/texts/{KEY}/en"
GOOD = "{lender}: a date is near. Reply INFO; we check it is you. {agent}: {hotline}, {hours}. {stop} ends texts."
CURLY = GOOD.replace("a date", "it\u2019s a date")


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def draft(served: Served, source: str = GOOD, by: str = "lead") -> models.OwnText:
    return own_texts.write(KEY, Language.EN, source, by, NOON, served.desk.vault)


def put_in_force(served: Served, days: int | None = None) -> models.OwnText:
    row = draft(served, by="ann")
    ends = TODAY + timedelta(days=days) if days is not None else None
    served.services.texts.submit(row.pk, ends, "ann", NOON)
    return own_texts.approve(row.pk, "bob", NOON, served.desk.vault)


def test_the_list_tells_version_size_and_what_ends_soon(served: Served, book: Book) -> None:
    lead = served.client(Role.LEAD)
    assert "shipped 2" in lead.get("/texts?find=reminder.neutral").content.decode()
    put_in_force(served, days=29)
    page = lead.get("/texts?find=reminder").content.decode()
    assert f"in force {OWN_FROM}" in page
    assert "ends in 29 days" in page
    assert "1 segments, at worst 1" in page
    for show, is_there in (("own", True), ("ending", True), ("in_hand", False), ("nonsense", True)):
        assert (f"{KEY}</a>" in lead.get(f"/texts?show={show}").content.decode()) is is_there


def test_a_check_tells_all_and_keeps_nothing(served: Served, book: Book) -> None:
    lead = served.client(Role.LEAD)
    answer = lead.post(HERE, {"source": CURLY})
    page = answer.content.decode()
    assert answer.status_code == 200
    for said in ("RIGHT SINGLE QUOTATION MARK", "at character 13", "<del>\u2019</del><ins>&#x27;</ins>", "may go out"):
        assert said in page
    assert "Example Card: it\u2019s a date is near" in page
    assert models.OwnText.objects.count() == 0
    taken = lead.post(HERE, {"source": CURLY, "take": "plain"}).content.decode()
    assert "it&#x27;s a date" in taken
    assert "RIGHT SINGLE" not in taken


def test_what_follows_the_typing_is_the_findings_alone(served: Served, book: Book) -> None:
    answer = served.client(Role.LEAD).post(HERE, {"source": GOOD}, headers={"HX-Request": "true"}).content.decode()
    assert answer.startswith('<section id="found"')
    assert "<textarea" not in answer


BAD = [
    ("{lender}: {nmae}", "At character 12: {nmae}"),
    ("{lender} \u202e", "U+202E"),
    ("{lender}{n, plural, one {x}}", "is not a placeholder"),
    ("{lender}: pay 50 USD", "typed in"),
    ("x" * 2_001, "beyond the 2000 characters"),
    (GOOD.replace("a date is near", "your debt is overdue"), "tell a stranger: a payment is late"),
    (GOOD.replace("{stop}", "STOP"), "lacks the stop line"),
]


def test_bad_input_is_told_in_words_and_nothing_breaks(served: Served, book: Book) -> None:
    client = served.client(Role.LEAD)
    for source, said in BAD:
        answer = client.post(HERE, {"source": source}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert said in answer.content.decode()
        assert "to everybody it is for" not in answer.content.decode()


def test_a_draft_goes_from_hand_to_hand_to_force(served: Served, book: Book) -> None:
    lead, compliance = served.client(Role.LEAD), served.client(Role.COMPLIANCE)
    assert lead.post(f"{HERE}/write", {"source": GOOD.replace("\n", "\r\n")}).status_code == 302
    row = models.OwnText.objects.get()
    assert (row.source, row.state, row.written_by) == (GOOD, "draft", "lead")
    assert lead.post(f"/texts/version/{row.pk}/submit", {"expires_on": "soon"}).status_code == 409
    assert lead.post(f"/texts/version/{row.pk}/submit", {"expires_on": "2027-01-31"}).status_code == 302
    assert "second person decides" in lead.get(HERE).content.decode()
    own = lead.post(f"/texts/version/{row.pk}/approve")
    assert (own.status_code, "second person" in own.content.decode()) == (409, True)
    assert "readonly" in compliance.get(HERE).content.decode()
    assert compliance.post(f"/texts/version/{row.pk}/approve").status_code == 302
    row.refresh_from_db()
    assert (row.state, row.decided_by, str(row.expires_on)) == ("approved", "compliance", "2027-01-31")
    assert "Take out of force" in lead.get(HERE).content.decode()
    assert lead.post(f"/texts/version/{row.pk}/withdraw").status_code == 302
    assert own_texts.in_force(TODAY) == ()


def test_what_is_sent_back_says_why_to_whoever_wrote_it(served: Served, book: Book) -> None:
    row = draft(served)
    served.services.texts.submit(row.pk, None, "lead", NOON)
    compliance = served.client(Role.COMPLIANCE)
    assert compliance.post(f"/texts/version/{row.pk}/refuse", {"reason": " "}).status_code == 409
    assert compliance.post(f"/texts/version/{row.pk}/refuse", {"reason": "say <who>"}).status_code == 302
    assert "say &lt;who&gt;" in served.client(Role.LEAD).get(HERE).content.decode()


def test_a_faulty_draft_is_kept_and_not_submitted(served: Served, book: Book) -> None:
    lead = served.client(Role.LEAD)
    lead.post(f"{HERE}/write", {"source": "{lender}"})
    row = models.OwnText.objects.get()
    answer = lead.post(f"/texts/version/{row.pk}/submit", {})
    assert (answer.status_code, "lacks the contact line" in answer.content.decode()) == (409, True)


def test_who_may_only_read_gets_no_buttons_and_what_is_not_there_is_said_so(served: Served, book: Book) -> None:
    reader = served.client(Role.ADMINISTRATOR)
    page = reader.get(HERE).content.decode()
    assert "readonly" in page
    assert "Keep as a draft" not in page
    for gone in ("/texts/nothing/en", f"/texts/{KEY}/fr"):
        assert reader.get(gone).status_code == 404
    assert served.client(Role.LEAD).post("/texts/version/999/approve").status_code == 404


def test_the_pages_speak_the_language_of_the_reader(served: Served, book: Book) -> None:
    client = served.client(Role.LEAD)
    for language, said in (("en", "What the text says"), ("zh-Hans", "文案内容"), ("zh-Hant", "文案內容")):
        client.cookies["parley_language"] = language
        assert said in client.get(f"/texts/{KEY}/{language}").content.decode()
