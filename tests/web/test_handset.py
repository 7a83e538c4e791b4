from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from parley.providers.sandbox import Sandbox
from parley.store import models
from parley.store.staff import Role
from parley.web.phone.session import LONGEST_REPLY
from parley.web.ports import install
from tests.run.desk import NOON, Anything, Person
from tests.web.book import Book, fill
from tests.web.conftest import Served


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def address(book: Book, person: Person) -> str:
    return f"/threads/{book.thread_of(person).id}/phone"


def shown(answer: Anything) -> str:
    return unescape(answer.content.decode())


def write(served: Served, where: str, text: str, role: Role = Role.AGENT, key: str = "") -> Anything:
    browser = served.client(role)
    found = re.search(r'name="key" value="(\w+)"', shown(browser.get(where)))
    return browser.post(where, {"text": text, "key": key or (found[1] if found is not None else "")})


def run_pipeline(served: Served, minutes: int) -> None:
    """Let the home's loops do what is due by then."""
    served.clock.move_to(NOON + timedelta(hours=30, minutes=minutes))
    centre = served.services.handsets
    assert isinstance(centre, Sandbox)
    served.desk.pipeline(centre).settle_all(served.clock.now())


def test_the_phone_shows_what_arrived_at_its_number_and_no_other(served: Served, book: Book) -> None:
    run_pipeline(served, 0)
    text = shown(served.client(Role.AGENT).get(address(book, book.offered)))
    assert "past due" in text
    assert "monthly plans you can choose" in text
    assert "i can do 60 a month" in text
    assert "转人工" not in text
    assert "专员会尽快与您联系" not in text
    assert "want to end my life" not in text


def test_the_phone_shows_no_number_and_no_name(served: Served, book: Book) -> None:
    text = shown(served.client(Role.AGENT).get(address(book, book.offered)))
    assert book.offered.number not in text
    assert "Ada Test" not in text


def test_what_is_written_goes_the_whole_way_and_is_answered(served: Served, book: Book) -> None:
    run_pipeline(served, 0)
    where = address(book, book.chinese)
    assert write(served, where, "退订").status_code == 302
    assert models.Consent.objects.filter(borrower=book.chinese.borrower, granted=False).count() == 0
    run_pipeline(served, 1)
    assert models.Consent.objects.filter(borrower=book.chinese.borrower, granted=False).count() == 1
    run_pipeline(served, 30)
    text = shown(served.client(Role.AGENT).get(where))
    assert "退订" in text.partition("from-borrower")[2]
    assert "不再" in text.rpartition("from-lender")[2]


def test_one_form_sent_twice_is_one_text(served: Served, book: Book) -> None:
    run_pipeline(served, 0)
    where, key = address(book, book.offered), "a" * 32
    before = models.Inbound.objects.count()
    for _ in range(2):
        assert write(served, where, "hello?", key=key).status_code == 302
    run_pipeline(served, 1)
    assert models.Inbound.objects.count() == before + 1


def test_an_identity_answer_is_shown_as_it_is_stored(served: Served, book: Book) -> None:
    run_pipeline(served, 0)
    models.ContactPoint.objects.filter(id=book.quiet.point.id).update(identity_proven_at=None)
    thread = book.thread_of(book.quiet)
    where = f"/threads/{thread.id}/phone"
    write(served, where, "INFO")
    run_pipeline(served, 1)
    write(served, where, "60614")
    run_pipeline(served, 2)
    text = shown(served.client(Role.AGENT).get(where))
    assert "[identity answer]" in text
    assert "60614" not in text


@pytest.mark.parametrize(("text", "words"), [("", "Write something"), ("x" * (LONGEST_REPLY + 1), "At most 1,000")])
def test_an_empty_or_long_text_is_not_sent_and_is_kept(served: Served, book: Book, text: str, words: str) -> None:
    answer = write(served, address(book, book.offered), text)
    assert answer.status_code == 422
    assert words in shown(answer)
    assert f'value="{text}"' in shown(answer)


def test_who_may_only_read_sees_no_field_and_cannot_write(served: Served, book: Book) -> None:
    where = address(book, book.offered)
    browser = served.client(Role.COMPLIANCE)
    assert 'name="text"' not in shown(browser.get(where))
    assert browser.post(where, {"text": "x", "key": "b" * 32}).status_code == 403


def test_a_text_needs_the_key_of_a_form(served: Served, book: Book) -> None:
    where = address(book, book.offered)
    assert served.client(Role.AGENT).post(where, {"text": "x", "key": "../mo.0.0"}).status_code == 400


def test_the_thread_leads_to_its_phone(served: Served, book: Book) -> None:
    where = address(book, book.offered)
    assert f'href="{where}"' in shown(served.client(Role.AGENT).get(where.removesuffix("/phone")))


def test_a_home_that_reaches_anybody_outside_has_no_handset(served: Served, book: Book) -> None:
    where = address(book, book.offered)
    install(replace(served.services, handsets=None))
    browser = served.client(Role.AGENT)
    assert browser.get(where).status_code == 404
    assert browser.post(where, {"text": "x", "key": "b" * 32}).status_code == 404
    assert "/phone" not in shown(browser.get(where.removesuffix("/phone"))).partition("<main")[2]


def test_an_erased_person_has_no_phone(served: Served, book: Book) -> None:
    where = address(book, book.offered)
    models.ContactPoint.objects.filter(id=book.offered.point.id).update(address_sealed=None)
    assert served.client(Role.AGENT).get(where).status_code == 404
    assert served.client(Role.AGENT).get("/threads/00000000-0000-0000-0000-000000000000/phone").status_code == 404


def test_polling_brings_the_texts_alone_and_nothing_where_nothing_is_new(served: Served, book: Book) -> None:
    where, browser = address(book, book.offered), served.client(Role.AGENT)
    piece = browser.get(where, headers={"HX-Request": "true"})
    assert shown(piece).lstrip().startswith('<ol class="texts"')
    seen = re.search(r"seen=(\d+)", shown(piece))
    assert seen is not None
    assert browser.get(f"{where}?seen={seen[1]}", headers={"HX-Request": "true"}).status_code == 204
