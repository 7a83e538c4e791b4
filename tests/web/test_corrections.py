"""A reply that was read wrongly is corrected on a page of its own, as a browser without scripts would do it."""

from __future__ import annotations

import re
from html import unescape

import pytest

from parley.locale import Language
from parley.store import models
from parley.store.corrections import latest
from parley.store.staff import Role
from parley.web.console import corrections
from parley.web.words import say
from tests.run.desk import Anything
from tests.web.book import Book, fill
from tests.web.conftest import Served

SAID = {
    "intent": "promise_to_pay", "also": ["ask_human", "thanks"], "amount": "1,060.50", "currency": "usd",
    "n_instalments": "２", "frequency": "monthly", "dates": "2026-12-19, 2026-12-05", "date_anchor": "payday",
    "hardship": "job_loss", "option": "b", "conditional": "1", "language": "en", "note": "<b>plain</b> by phone",
}  # fmt: skip


@pytest.fixture
def book(served: Served) -> Book:
    return fill(served.desk)


class Corrector:
    """Somebody at one reply of a thread."""

    def __init__(self, served: Served, book: Book, role: Role = Role.AGENT) -> None:
        self.browser, self.vault = served.client(role), served.desk.vault
        self.thread = book.thread_of(book.offered)
        self.reply = self.thread.inbounds.order_by("received_at")[1]
        self.address = f"/threads/{self.thread.id}/replies/{self.reply.id}/correct"

    def see(self) -> str:
        return str(self.browser.get(self.address).content.decode())

    def on_thread(self) -> str:
        return str(self.browser.get(f"/threads/{self.thread.id}").content.decode())

    def after(self) -> str:
        return str(re.findall(r'name="after" value="([^"]*)"', self.see())[0])

    def say(self, after: str | None = None, **fields: Anything) -> Anything:
        known = self.after() if after is None else after
        return self.browser.post(self.address, {**SAID, "after": known, **fields})


@pytest.fixture
def agent(served: Served, book: Book) -> Corrector:
    return Corrector(served, book)


def test_the_thread_shows_that_a_picture_came(agent: Corrector) -> None:
    mark = say("thread.media", Language.EN)
    assert mark not in agent.on_thread()
    agent.thread.inbounds.filter(id=agent.reply.id).update(has_media=True)
    assert agent.on_thread().count(mark) == 1


def test_the_thread_shows_of_which_words_a_reply_was_read_and_leads_to_its_correction(agent: Corrector) -> None:
    shown = agent.on_thread()
    assert f'href="{agent.address}"' in shown and "Read wrongly? Correct" in shown
    assert re.search(r"<bdi>\d+–\d+ “60” amount 60: ", shown)


def test_the_form_begins_with_what_was_read(agent: Corrector) -> None:
    shown = agent.see()
    assert "i can do 60 a month" in shown
    assert '<option value="capacity_answer" selected>' in shown
    assert 'name="amount" value="60"' in shown
    assert '<option value="monthly" selected>' in shown


def test_a_correction_is_kept_and_shown_with_who_made_it(agent: Corrector) -> None:
    before = models.Conversation.objects.values().get(id=agent.thread.id)
    answer = agent.say()
    assert (answer.status_code, answer["Location"]) == (302, f"/threads/{agent.thread.id}#in-{agent.reply.id}")
    found = latest(agent.reply.id, agent.vault)
    assert found is not None
    said = found.correction
    assert (str(said.intent), [*map(str, said.also)]) == ("promise_to_pay", ["ask_human", "thanks"])
    assert (str(said.slots.amount), said.slots.currency, said.slots.n_instalments) == ("1060.50", "USD", 2)
    assert (said.slots.option, [str(day) for day in said.slots.dates]) == ("B", ["2026-12-05", "2026-12-19"])
    assert (said.conditional, said.sensitive, said.oos) == (True, False, False)
    shown = agent.on_thread()
    assert "Corrected by The agent" in shown and "Correct again" in shown
    assert "&lt;b&gt;plain&lt;/b&gt; by phone" in shown
    assert say("said.job_loss", Language.EN) in shown
    # The reading stays what it was, and the thread where it was.
    assert models.Conversation.objects.values().get(id=agent.thread.id) == before
    assert agent.reply.intent == models.Inbound.objects.get(id=agent.reply.id).intent


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("amount", "about 60", "Write a number"),
        ("amount", "-5", "Write a number"),
        ("amount", "9" * 13, "Write a number"),
        ("currency", "BUCKS", "code of a currency"),
        ("n_instalments", "0", "whole number from 1 up"),
        ("dates", "next friday", "Write each day as"),
        ("dates_alt", "2026-02-30", "Write each day as"),
        ("frequency", "hourly", "Choose one"),
        ("intent", "panic", "Choose one"),
        ("intent", "", "Choose one"),
        ("language", "klingon", "Choose one"),
        ("option", "first", "number of the choice"),
        ("note", "x" * 1001, "At most 1,000"),
    ],
)
def test_what_is_not_of_the_guide_is_said_at_its_field_and_all_is_kept(
    agent: Corrector, field: str, typed: str, words: str
) -> None:
    answer = agent.say(**{field: typed})
    shown = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert words in re.findall(rf'id="error-{field}">([^<]+)<', shown)[0]
    assert 'value="1,060.50"' in shown or field == "amount"
    assert field not in {"amount", "currency", "option", "dates"} or f'value="{typed}"' in shown
    assert not models.Correction.objects.exists()


def test_the_graver_matter_comes_first(agent: Corrector) -> None:
    answer = agent.say(also=["stop"])
    assert answer.status_code == 422
    assert "make it the main one" in answer.content.decode()
    assert agent.say(intent="help", also=["fraud_claim"]).status_code == 302


def test_danger_is_sensitive_whether_or_not_it_was_ticked(agent: Corrector) -> None:
    agent.say(intent="risk", also=[])
    found = latest(agent.reply.id, agent.vault)
    assert found is not None and found.correction.sensitive


def test_an_older_page_is_told_who_was_faster_and_keeps_what_was_typed(
    served: Served, book: Book, agent: Corrector
) -> None:
    old = agent.after()
    assert Corrector(served, book, Role.LEAD).say(intent="dispute").status_code == 302
    answer = agent.say(old)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "The lead: Reading corrected" in shown
    assert 'value="1,060.50"' in shown
    # Having seen it, they may correct it again; both are kept.
    assert agent.say(re.findall(r'name="after" value="([^"]*)"', shown)[0]).status_code == 302
    assert models.Correction.objects.count() == 2


def test_the_same_form_sent_twice_is_kept_once(agent: Corrector) -> None:
    assert [agent.say("").status_code for _ in range(2)] == [302, 302]
    assert models.Correction.objects.count() == 1


def test_who_only_reads_sees_no_way_to_correct(served: Served, book: Book) -> None:
    reader = Corrector(served, book, Role.COMPLIANCE)
    assert reader.address not in reader.on_thread()
    assert reader.browser.post(reader.address, SAID).status_code == 403


def test_a_defect_while_keeping_is_not_told_as_a_forged_form(agent: Corrector, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a defect of ours")

    after = agent.after()
    monkeypatch.setattr(corrections, "correct", fail)
    with pytest.raises(ValueError, match="a defect of ours"):
        agent.say(after)


def test_a_reply_of_another_thread_or_a_forged_form_gets_an_answer(
    served: Served, book: Book, agent: Corrector
) -> None:
    other = book.thread_of(book.crisis)
    address = f"/threads/{other.id}/replies/{agent.reply.id}/correct"
    assert agent.browser.get(address).status_code == agent.browser.post(address, SAID).status_code == 404
    assert agent.say("no id").status_code == 400
    assert not models.Correction.objects.exists()
