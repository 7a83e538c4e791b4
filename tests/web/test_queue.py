from __future__ import annotations

import re
from uuid import UUID

import pytest

from parley.store import models
from parley.store.desk_assign import assign_waiting
from parley.store.staff import Role
from tests.run.desk import NOON, TODAY
from tests.web.book import Book, fill
from tests.web.conftest import Served


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def test_the_queue_shows_why_what_to_do_and_by_when_crisis_first(served: Served, book: Book) -> None:
    text = served.client(Role.AGENT).get("/threads").content.decode()
    titles = re.findall(r'class="item-link"[^>]*>(.*?)</a>', text)
    assert "May be in danger" in titles[0]
    assert titles.count("Asked for a person") == 2
    assert "Call the borrower yourself" in text
    assert "Answer by" in text
    assert "3 threads" in text


def test_the_queue_opens_nothing_of_a_borrower(served: Served, book: Book) -> None:
    text = served.client(Role.AGENT).get("/threads").content.decode()
    assert "Ada Test" not in text
    assert book.offered.number not in text
    assert "end my life" not in text


def test_a_choice_of_reason_and_language_narrows_the_queue(served: Served, book: Book) -> None:
    agent = served.client(Role.AGENT)
    assert agent.get("/threads?reason=asked").content.decode().count('<li class="item"') == 2
    text = agent.get("/threads?reason=asked&language=zh-Hans").content.decode()
    assert text.count('<li class="item"') == 1
    empty = agent.get("/threads?whose=mine").content.decode()
    assert "No thread fits this choice" in empty


def test_an_empty_queue_says_what_it_means(served: Served) -> None:
    assert "Nobody is waiting" in served.client(Role.AGENT).get("/threads").content.decode()


@pytest.mark.parametrize("form", ["{0}", " {0} ", "({1}) {2}-{3}"])
def test_a_thread_is_found_by_number_however_it_is_written(served: Served, book: Book, form: str) -> None:
    number = book.offered.number
    searched = form.format(number, number[2:5], number[5:8], number[8:])
    answer = served.client(Role.AGENT).post("/threads/find", {"searched": searched})
    assert answer.status_code == 302
    assert answer["Location"] == f"/threads/{book.thread_of(book.offered).id}"


@pytest.mark.parametrize("searched", ["+44 20 7946 0999", "nobody", "<script>alert(1)</script>", "x" * 500])
def test_who_is_not_here_is_not_found_and_what_was_typed_stays(served: Served, book: Book, searched: str) -> None:
    answer = served.client(Role.AGENT).post("/threads/find", {"searched": searched})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Nobody here has this number" in text
    assert "<script>alert" not in text


def test_a_page_of_the_queue_that_is_none_is_refused_in_words(served: Served, book: Book) -> None:
    answer = served.client(Role.AGENT).get("/threads?after=nonsense")
    assert answer.status_code == 400
    assert "not one of a page of the queue" in answer.content.decode()


def test_a_thread_shows_both_sides_and_why_each_text_went(served: Served, book: Book) -> None:
    thread = book.thread_of(book.offered)
    text = served.client(Role.COMPLIANCE).get(f"/threads/{thread.id}").content.decode()
    assert "i can do 60 a month" in text
    assert "says what they can pay" in text
    assert "monthly plans you can choose" in text
    assert "at dispatch (binds)" in text
    assert "America/New_York" in text
    assert "Ada Test" not in text
    assert book.offered.number not in text


def test_a_refused_text_names_the_rule_and_its_source(served: Served, book: Book) -> None:
    decision = models.GateDecision.objects.filter(verdict__in=["defer", "block"], message__isnull=False).first()
    if decision is None:
        message = models.Message.objects.filter(conversation=book.thread_of(book.offered)).first()
        assert message is not None
        decision = models.GateDecision.objects.create(
            message=message, borrower=message.borrower, stage="dispatch", verdict="defer", reason_code="quiet_hours",
            rule_id="us.test.hours", retry_at=message.created_at, rulebook_hash="0" * 64, at=message.created_at,
            trace={
                "rules": ["us.test.hours"],
                "refusals": [
                    {
                        "rule": "us.test.hours", "reason": "quiet_hours", "layer": "law", "citation": "12 CFR 1006",
                        "retry_at": message.created_at.isoformat(),
                    }
                ],
                "facts": {"local": {"America/New_York": "2026-11-03 05:00"}},
            },
        )  # fmt: skip
    assert decision.message is not None
    text = served.client(Role.AGENT).get(f"/threads/{decision.message.conversation_id}").content.decode()
    assert decision.rule_id in text
    assert "may be asked again at" in text


def test_hostile_words_are_shown_and_do_nothing(served: Served, book: Book) -> None:
    served.desk.hear(book.quiet, "<img src=x onerror=alert(1)> \u202egnp.exe " + "y" * 900)
    thread = book.thread_of(book.quiet)
    text = served.client(Role.AGENT).get(f"/threads/{thread.id}").content.decode()
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img" not in text
    assert '<bdi class="typed">' in text


def test_a_thread_there_is_not_answers_in_words(served: Served) -> None:
    answer = served.client(Role.AGENT).get("/threads/00000000-0000-0000-0000-000000000000")
    assert answer.status_code == 404


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant"])
def test_pages_speak_the_readers_language_and_threads_the_borrowers(served: Served, book: Book, language: str) -> None:
    browser = served.client(Role.AGENT)
    browser.cookies["parley_language"] = language
    text = browser.get(f"/threads/{book.thread_of(book.offered).id}").content.decode()
    assert f'<html lang="{language}"' in text
    assert '<ol class="talk" lang="en">' in text


def test_times_the_borrower_named_are_shown_day_by_day(served: Served, book: Book) -> None:
    hours: list[list[list[int]]] = [[[480, 1080]]] * 5 + [[], []]
    models.NamedTimes.objects.create(
        id=UUID(int=7), borrower=book.offered.borrower, closed=hours, source="reply", at=NOON
    )
    models.NamedTimes.objects.create(
        id=UUID(int=8), borrower=book.offered.borrower, from_day=TODAY, source="reply", at=NOON
    )
    text = served.client(Role.AGENT).get(f"/threads/{book.thread_of(book.offered).id}").content.decode()
    assert "<dt>Does not suit</dt><dd>Mon–Fri 08:00–18:00</dd>" in text
    assert "<dt>Not before</dt><dd>Nov 3, 2026</dd>" in text


def test_a_hand_over_shows_its_summary_the_next_step_the_due_time_and_whose_turn_it_is(
    served: Served, book: Book
) -> None:
    served.operator(Role.AGENT)
    assign_waiting(NOON, served.services.times, served.desk.vault)
    agent = served.client(Role.AGENT)
    listed = agent.get("/threads").content.decode()
    assert "to be taken by The agent" in listed and "$103.00 past due" in listed and "1 offer made" in listed
    page = agent.get(f"/threads/{book.thread_of(book.offered).id}").content.decode()
    assert "$103.00 past due of $1,240.00" in page
    assert "can pay $60.00 a month, by their word" in page and "1 offer made" in page
    assert "Answer by" in page and "to be taken by The agent" in page
    assert "Call the borrower" in page or "item-todo" in listed
