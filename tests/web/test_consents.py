"""What the page of a thread says of consents: when they were said, since when they hold, the law's last day."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from parley.ids import Msisdn
from parley.store.arrived import ArrivedText
from parley.store.inbox import accept_texts
from parley.store.staff import Role
from tests.run.desk import NOON, Anything, library
from tests.web.book import Book, fill
from tests.web.conftest import Served


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


def panel(answer: Anything) -> str:
    """Return the words of the list of consents."""
    text = answer.content.decode()
    found = re.search(r"<h2>(?:Consents|同意授权|同意授權)</h2><ul.*?</ul>", text, re.DOTALL)
    assert found is not None, text
    return " ".join(unescape(re.sub("<[^>]*>", "", found[0])).split())


def stopped(served: Served, book: Book) -> str:
    """Let STOP be stored an hour after it was sent, then START; returns the address of the thread."""
    person = book.offered
    late = NOON + timedelta(hours=1)
    for event, text, at in (("mo.s1", "STOP", NOON), ("mo.s2", "START", late)):
        accept_texts(
            "sandbox", [ArrivedText(event, Msisdn(person.number), text, at)], late, library(), served.desk.vault
        )
        late += timedelta(minutes=5)
    return f"/threads/{book.thread_of(person).id}"


def test_a_refusal_says_when_it_was_said_honoured_and_the_laws_last_day(served: Served, book: Book) -> None:
    address = stopped(served, book)
    answer = served.client(Role.AGENT).get(address)
    said = panel(answer)
    assert "withdrawn any message reply · said Nov 3, 17:00 · honoured Nov 3, 18:00" in said
    assert "the law's last day: Nov 17, 2026 (us-revocation)" in said
    assert "/rules/rule/us-revocation" in answer.content.decode()


def test_texts_wished_again_say_for_which_channel_and_number(served: Served, book: Book) -> None:
    said = panel(served.client(Role.AGENT).get(stopped(served, book)))
    assert "given texts about the account, text message, this number reply · Nov 3, 18:05" in said
