from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from parley.store import models
from parley.store.staff import Role
from tests.run.desk import NOON, Anything
from tests.web.book import Book, fill
from tests.web.conftest import Served

LATER = NOON + timedelta(hours=22, minutes=10)
FIRST = "2026-11-20"


@pytest.fixture
def book(served: Served) -> Book:
    book = fill(served.desk)
    served.clock.move_to(LATER)
    return book


class Agent:
    """An agent at a thread, as a browser without scripts would be used."""

    def __init__(self, served: Served, book: Book, role: Role = Role.AGENT) -> None:
        self.browser = served.client(role)
        self.thread = book.thread_of(book.offered)
        self.address = f"/threads/{self.thread.id}"

    def see(self) -> str:
        return str(self.browser.get(self.address).content.decode())

    def version(self) -> str:
        return str(re.findall(r'name="version" value="(\d+)"', self.see())[0])

    def do(self, what: str, version: str = "", **fields: str) -> Anything:
        return self.browser.post(f"{self.address}/act", {"what": what, "version": version or self.version(), **fields})


@pytest.fixture
def agent(served: Served, book: Book) -> Agent:
    return Agent(served, book)


def test_taking_over_gives_the_thread_to_one_person(agent: Agent) -> None:
    assert agent.do("take_over").status_code == 302
    assert "The agent has it" in agent.see()


def test_a_text_is_chosen_by_seeing_it_and_goes_through_the_gate(agent: Agent) -> None:
    agent.do("take_over")
    shown = agent.browser.get(f"{agent.address}/replies").content.decode()
    keys = re.findall(r'name="key" value="([^"]+)"', shown)
    assert "person.please_call" in keys
    assert "segments" in shown or "segment" in shown
    assert agent.do("reply", key="person.please_call").status_code == 302
    row = models.Message.objects.get(template_key="person.please_call")
    assert (row.state, row.written_by_id is not None) == ("queued", True)


def test_who_has_not_taken_over_does_not_answer(agent: Agent) -> None:
    answer = agent.do("reply", key="person.please_call")
    assert answer.status_code == 409
    assert "Take the thread over first" in answer.content.decode()
    assert not models.Message.objects.filter(template_key="person.please_call").exists()


def test_plans_are_computed_shown_and_sent_in_exact_figures(agent: Agent) -> None:
    agent.do("take_over")
    wanted = {"capacity": "45.00", "first_due_on": FIRST}
    shown = agent.browser.post(f"{agent.address}/plans", wanted).content.decode()
    before = models.OfferRecord.objects.count()
    assert "Cheapest total first" in shown
    totals = re.findall(r"<strong>\$([\d,.]+)</strong>", shown)
    assert totals == sorted(totals, key=lambda one: float(one.replace(",", "")))
    assert models.OfferRecord.objects.count() == before
    assert agent.do("offer", by="text", **wanted).status_code == 302
    offer = models.OfferRecord.objects.latest("at")
    assert (offer.capacity_minor, offer.plans[0]["rows"][0]["due_on"]) == (4500, FIRST)
    assert models.Message.objects.filter(offer=offer, written_by__isnull=False).exists()


@pytest.mark.parametrize(("capacity", "first"), [("abc", FIRST), ("", FIRST), ("60", ""), ("-1", FIRST)])
def test_a_form_that_cannot_be_read_is_said_at_the_field_and_kept(agent: Agent, capacity: str, first: str) -> None:
    agent.do("take_over")
    answer = agent.browser.post(f"{agent.address}/plans", {"capacity": capacity, "first_due_on": first})
    assert answer.status_code == 422
    assert f'name="capacity" inputmode="decimal" maxlength="20" value="{capacity}"' in answer.content.decode()


def test_a_plan_is_agreed_on_the_phone_in_two_steps(agent: Agent) -> None:
    agent.do("take_over")
    wanted = {"capacity": "60", "first_due_on": FIRST}
    agent.do("offer", by="phone", **wanted)
    # What must be read out with it stands there.
    credit, missed = "Late payments may show on your credit report", "A payment may be up to 5 days late"
    assert credit in (shown := agent.see())
    assert missed in shown
    assert agent.do("agree", option="0").status_code == 409
    agent.do("call", direction="in", outcome="reached", is_identity_checked="1")
    assert agent.do("read_back", option="0").status_code == 302
    assert agent.do("agree", option="0").status_code == 302
    row = models.Arrangement.objects.get()
    assert row.instalments.order_by("number").first().due_on == date.fromisoformat(FIRST)  # type: ignore[union-attr]
    assert row.terms is not None
    assert row.terms["credit"]["en"].startswith(credit)
    assert row.terms["missed"]["en"].startswith(missed)


def test_a_note_is_kept_sealed_and_shown_to_colleagues(agent: Agent) -> None:
    words = "Called back <b>twice</b>; prefers 晚上"
    assert agent.do("note", text=words).status_code == 302
    assert "Called back &lt;b&gt;twice&lt;/b&gt;; prefers 晚上" in agent.see()
    assert words.encode() not in bytes(models.Note.objects.get().body_sealed or b"")


def test_a_call_is_warned_of_before_and_counts_after(served: Served, agent: Agent) -> None:
    page = f"{agent.address}/call"
    # Today's text has used up the one unprompted contact a day of the lender's policy.
    warned = agent.browser.get(page).content.decode()
    assert "Do not call now" in warned
    assert "may be asked again at" in warned
    served.clock.move_to(LATER + timedelta(days=1))
    assert "You may call now" in agent.browser.get(page).content.decode()
    assert agent.do("call", direction="out", outcome="no_answer").status_code == 302
    assert "we called: no answer" in agent.see()
    assert "Do not call now" in agent.browser.get(page).content.decode()


def test_a_stale_page_says_who_was_faster_and_keeps_what_was_typed(served: Served, book: Book, agent: Agent) -> None:
    old = agent.version()
    lead = Agent(served, book, Role.LEAD)
    lead.do("take_over")
    answer = agent.do("hold", old, kind="hardship", until_on="2026-12-24")
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "The lead" in shown
    assert 'value="2026-12-24"' in shown
    assert not models.Hold.objects.filter(kind="hardship").exists()


def test_a_refused_call_shows_its_form_again_as_it_was_filled_in(agent: Agent) -> None:
    filled = {"direction": "in", "outcome": "no_answer", "is_identity_checked": "1"}
    shown = agent.do("call", **filled)
    text = shown.content.decode()
    assert shown.status_code == 409
    assert 'role="alert"' in text
    assert 'value="in" checked' in text
    assert 'value="no_answer" selected' in text
    assert 'name="is_identity_checked" value="1" checked' in text
    assert not models.Call.objects.exists()


@pytest.mark.parametrize(
    ("what", "fields", "kept"),
    [
        ("close", {"reason": "wrong_number"}, 'value="wrong_number" selected'),
        ("language", {"language": "zh-Hant"}, 'value="zh-Hant" selected'),
    ],
)
def test_a_refused_choice_stays_chosen(agent: Agent, what: str, fields: dict[str, str], kept: str) -> None:
    old = agent.version()
    agent.do("take_over")
    shown = agent.do(what, old, **fields)
    assert shown.status_code == 409
    assert kept in shown.content.decode()


def test_a_thread_is_closed_with_a_reason_and_no_longer_answered(agent: Agent) -> None:
    agent.do("take_over")
    assert agent.do("close", reason="nothing_to_do").status_code == 302
    agent.thread.refresh_from_db()
    assert agent.thread.closed_at is not None
    assert agent.do("reply", key="person.please_call").status_code == 409
    assert 'value="take_over"' not in agent.see()


def test_two_people_see_each_other_and_only_one_answers(served: Served, book: Book, agent: Agent) -> None:
    lead = Agent(served, book, Role.LEAD)
    assert lead.browser.post(f"{lead.address}/here", {"version": "1"}).status_code == 200
    assert "The lead is looking" in agent.see()
    agent.do("take_over")
    moved = lead.browser.post(f"{lead.address}/here", {"version": "1"}).content.decode()
    assert "has moved on" in moved
    assert "The agent has it" in lead.see()
    lead.browser.post(f"{lead.address}/here", {"leaves": "1"})
    assert "The lead is looking" not in agent.see()


def test_language_hold_and_hand_back(agent: Agent) -> None:
    agent.do("take_over")
    assert agent.do("language", language="zh-Hans").status_code == 302
    assert models.Borrower.objects.get(id=agent.thread.borrower_id).language == "zh-Hans"
    assert agent.do("hold", kind="hardship").status_code == 302
    refused = agent.do("hand_back")
    assert refused.status_code == 409
    hold = models.Hold.objects.get(kind="hardship")
    assert agent.do("release", hold=str(hold.id), reason="settled").status_code == 302
    assert agent.do("hand_back").status_code == 302
    assert "The agent has it" not in agent.see()


def test_only_a_lead_gives_threads_to_others(served: Served, book: Book, agent: Agent) -> None:
    colleague = served.operator(Role.AGENT)
    assert agent.do("assign", to=str(colleague.pk)).status_code == 403
    lead = Agent(served, book, Role.LEAD)
    assert lead.do("assign", to=str(colleague.pk)).status_code == 302
    assert "The agent has it" in agent.see()


def test_personal_data_is_masked_and_opened_with_a_reason_that_is_written_down(agent: Agent) -> None:
    assert "Ada Test" not in agent.see()
    answer = agent.browser.post(f"{agent.address}/open", {"field": "name", "why": "call"})
    assert "Ada Test" in answer.content.decode()
    assert "Ada Test" not in agent.see()
    row = models.Reveal.objects.get()
    assert (row.field, row.reason) == ("name", "call")
    without = agent.browser.post(f"{agent.address}/open", {"field": "phone", "why": "other", "words": ""})
    assert without.status_code == 409
    assert models.Reveal.objects.count() == 1


def test_compliance_reads_and_does_not_act(served: Served, book: Book) -> None:
    reader = Agent(served, book, Role.COMPLIANCE)
    shown = reader.see()
    assert 'value="take_over"' not in shown
    assert reader.browser.post(f"{reader.address}/act", {"what": "take_over", "version": "1"}).status_code == 403


@pytest.mark.parametrize(
    "fields", [{"what": "nothing"}, {"what": "note"}, {"what": "hold", "kind": "nothing"}, {"what": "close"}]
)
def test_a_form_of_another_kind_does_nothing(agent: Agent, fields: dict[str, str]) -> None:
    answer = agent.browser.post(f"{agent.address}/act", {"version": agent.version(), **fields})
    assert answer.status_code == 400


def test_a_message_that_came_while_texts_were_looked_at_is_not_answered_unseen(
    served: Served, book: Book, agent: Agent
) -> None:
    agent.do("take_over")
    link = re.findall(r'href="([^"]*/replies\?[^"]*)"', agent.see())[0]
    served.desk.hear(book.offered, "wait, I found another job", LATER, "mo.new")
    shown = agent.browser.get(link).content.decode()
    seen = re.findall(r'name="version" value="(\d+)"', shown)[0]
    answer = agent.do("reply", seen, key="person.please_call")
    assert answer.status_code == 409
    assert "The borrower" in answer.content.decode()
    assert not models.Message.objects.filter(template_key="person.please_call").exists()


def test_compliance_is_told_why_a_field_is_not_shown(served: Served, book: Book) -> None:
    reader = Agent(served, book, Role.COMPLIANCE)
    answer = reader.browser.post(f"{reader.address}/open", {"field": "name", "why": "other", "words": ""})
    assert answer.status_code == 409
    assert "Nothing was done." in answer.content.decode()
