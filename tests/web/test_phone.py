from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from html import unescape
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session as Row
from django.http import HttpResponse
from django.test import Client

from parley.contact.facts import Hold, OptOutScope
from parley.engine.play import RECEIPTS
from parley.engine.service import URGENCY
from parley.engine.transcript import play
from parley.locale import Language, language_of
from parley.messaging.ledger import State as Fate
from parley.negotiation.state import State
from parley.nlu.reading import Intent, Slots
from parley.rulebook.terms import Layer, ReasonCode
from parley.run.library import data_files
from parley.store.staff import Role
from parley.web.phone.scenarios import WrongField, from_form, phrases, places, presets
from parley.web.phone.session import LONGEST_REPLY, MOST_LINES
from parley.web.ports import install
from parley.web.words import knows
from tests.engine.sample import shipped_library
from tests.web.conftest import Served

GOLDEN = Path(__file__).parents[1] / "golden" / "transcripts"
FORM = {
    "place": "US-IL", "language": "en", "product": "card", "days": "34", "balance": "1,240.00", "holder": "right",
}  # fmt: skip


def begin(browser: Client, preset: str = "plan") -> HttpResponse:
    return browser.post("/phone/begin", {"preset": preset}, follow=True)  # type: ignore[return-value]  # the last of them


def act(browser: Client, **typed: str) -> HttpResponse:
    """Do one thing on the page as it stands."""
    step = re.search(r'name="step" value="(\d+)"', browser.get("/phone").content.decode())
    assert step is not None, "the phone is shown"
    return browser.post("/phone/act", {"step": step[1], **typed})  # type: ignore[return-value]  # not followed


def transcript(browser: Client) -> str:
    return browser.get("/phone/transcript").content.decode()


def page(browser: Client) -> str:
    return unescape(browser.get("/phone").content.decode())


def test_the_conversation_of_the_readme_saved_from_the_page_is_its_golden_transcript(served: Served) -> None:
    browser = served.client(Role.AGENT)
    begin(browser)
    golden = (GOLDEN / "en" / "plan_agreed.txt").read_text(encoding="utf-8")
    for line in golden.splitlines():
        if line.startswith("< "):
            assert act(browser, text=line[2:]).status_code == 302
    assert transcript(browser) == golden
    assert browser.get("/phone/transcript")["Content-Disposition"] == 'attachment; filename="us_il_en_agreed.txt"'


@pytest.mark.parametrize("preset", [one.id for one in presets(shipped_library())])
def test_whatever_is_pressed_what_is_saved_plays_the_same(served: Served, preset: str) -> None:
    browser = served.client(Role.COMPLIANCE)
    begin(browser, preset)
    for _ in range(2):
        for button in re.findall(r'name="button" value="([\w.]+)"', page(browser)):
            act(browser, button=button)
        act(browser, text="\u202eINFO\n60614 \\o/ 8812")
    text = transcript(browser)
    assert text.count("\n") > 30
    assert play(text, shipped_library()) == text


def test_each_button_is_one_line_of_the_session(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser, "night")
    for button in ("clock.morning", "receipt.undelivered", "clock.ten_minutes", "clock.hour", "wish.risk_alert"):
        act(browser, button=button)
    assert [line for line in transcript(browser).splitlines() if line[0] in "n@!"] == [
        "now 2026-11-23 02:00 America/Los_Angeles",
        "@ overdue",
        "now 2026-11-23 09:00",
        "! undelivered",
        "now 2026-11-23 09:10",
        "now 2026-11-23 10:10",
        "@ risk_alert.ask",
    ]


@pytest.mark.parametrize("state", RECEIPTS)
def test_a_receipt_is_shown_under_the_text_it_is_about(served: Served, state: Fate) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    act(browser, button=f"receipt.{state}")
    assert f'class="fate {state}"' in page(browser)


def test_no_receipt_can_be_told_before_a_text_has_left(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser, "night")
    assert "No text has left yet" in page(browser)
    assert act(browser, button="receipt.delivered").status_code == 409


def test_the_due_date_of_an_agreed_plan_is_one_click_away(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    for text in ("OPTIONS", "60614", "60 a month", "2", "yes"):
        act(browser, text=text)
    assert "wish.plan_reminder" in page(browser)
    act(browser, button="clock.due")
    assert "now 2026-12-07 09:00" in transcript(browser)


def test_the_page_says_what_was_understood_decided_and_offered(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    for text in ("OPTIONS", "60614", "60 a month"):
        act(browser, text=text)
    shown = page(browser)
    for words in ("says what they can pay", "[identity answer]", "$1,340.32", "$58.38", "GSM 7-bit", "2 segments"):
        assert words in shown
    begin(browser, "night")
    act(browser, text="OPTIONS")
    shown = page(browser)
    for words in ("us-hours-collection", "12 CFR 1006.6(b)(1)(i)", "quiet hours", "waits until"):
        assert words in shown


def test_a_text_that_waited_shows_both_answers_of_the_gate(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser, "night")
    act(browser, text="OPTIONS")
    assert "At its hour" not in page(browser)
    act(browser, button="clock.morning")
    assert "At its hour" in page(browser)


def test_the_last_step_can_be_taken_back_but_not_the_beginning(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    before = transcript(browser)
    act(browser, text="STOP")
    act(browser, undo="yes")
    assert transcript(browser) == before
    assert act(browser, undo="yes").status_code == 422
    assert transcript(browser) == before


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "\u202eevil \u2066isolate\u2069 \u200bzero",
        "{{ 7|add:7 }} {% now %} {agent} %s",
        "\x00\x1b[31m\x07",
        "'; DROP TABLE store_message; --",
        "🛑" * 200,
    ],
)
def test_hostile_text_is_kept_and_shown_as_text(served: Served, text: str) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    assert act(browser, text=text).status_code == 302
    raw = browser.get("/phone").content.decode()
    assert "<script>alert" not in raw
    bubble = raw.partition("from-borrower")[2].partition("</bdi>")[0]
    assert '<bdi class="typed"' in bubble
    assert unescape(bubble).endswith(text)
    card = raw.partition('turn-said"')[2].partition("</bdi>")[0]
    assert not re.search(r"[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", card)
    assert play(transcript(browser), shipped_library()) == transcript(browser)


def test_text_that_is_too_long_is_refused_and_kept_in_the_field(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    before = transcript(browser)
    answer = act(browser, text="x" * (LONGEST_REPLY + 1))
    assert answer.status_code == 422
    assert "x" * (LONGEST_REPLY + 1) in answer.content.decode()
    assert "At most 1,000 characters" in answer.content.decode()
    assert transcript(browser) == before
    assert act(browser, text="x" * LONGEST_REPLY).status_code == 302


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_reply_is_none(served: Served, text: str) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    assert act(browser, text=text).status_code == 422


def test_a_session_ends_at_its_limit_and_says_so(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser, "china")
    for _ in range(MOST_LINES - 1):
        act(browser, button="clock.ten_minutes")
    before = transcript(browser)
    answer = act(browser, text="hello")
    assert answer.status_code == 422
    assert "The session is full" in answer.content.decode()
    assert transcript(browser) == before
    assert act(browser, undo="yes").status_code == 302


def test_a_page_older_than_the_session_does_nothing_and_says_so(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    act(browser, text="OPTIONS")
    before = transcript(browser)
    answer = browser.post("/phone/act", {"step": "3", "text": "STOP"})
    assert answer.status_code == 409
    assert "older than the session" in answer.content.decode()
    assert 'value="STOP"' in answer.content.decode()
    assert transcript(browser) == before


def test_an_unknown_button_does_nothing(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    before = transcript(browser)
    assert act(browser, button="clock.back").status_code == 409
    assert transcript(browser) == before


def test_looking_changes_not_even_the_session(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    browser.get("/phone")
    before = list(Row.objects.values_list("session_data", flat=True))
    for address in ("/phone", "/phone/choose", "/phone/transcript"):
        assert browser.get(address).status_code == 200
        assert browser.head(address).status_code == 200
    assert list(Row.objects.values_list("session_data", flat=True)) == before
    assert browser.get("/phone/act").status_code == 405
    assert browser.get("/phone/begin").status_code == 405


def test_a_form_without_its_token_is_refused(served: Served) -> None:
    browser = served.client(Role.LEAD, checks_forms=True)
    assert browser.post("/phone/begin", {"preset": "plan"}).status_code == 403
    assert browser.post("/phone/act", {"step": "3", "text": "STOP"}).status_code == 403


def test_a_session_belongs_to_its_log_in(served: Served) -> None:
    browser, other = served.client(Role.LEAD), served.client(Role.AGENT)
    begin(browser)
    assert "Past due, finds a plan" in page(other)
    assert other.get("/phone/transcript").status_code == 302


def test_htmx_gets_the_phone_alone_and_a_lost_session_the_whole_page(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    piece = browser.post("/phone/act", {"step": "3", "text": "OPTIONS"}, headers={"HX-Request": "true"})
    assert piece.status_code == 200
    assert piece.content.decode().lstrip().startswith('<div id="phone"')
    fresh = served.client(Role.AGENT)
    answer = fresh.post("/phone/act", {"step": "3", "text": "x"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/phone")


def test_a_session_of_another_policy_is_dropped_in_words(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    held = served.services
    policy = replace(held.library.policy, id="next-year")
    install(replace(held, library=replace(held.library, policy=policy)))
    answer = browser.get("/phone")
    assert "cannot go on" in answer.content.decode()
    assert "cannot go on" not in browser.get("/phone").content.decode()


def test_who_holds_the_phone_knows_what_they_can_know(served: Served) -> None:
    browser = served.client(Role.LEAD)
    begin(browser)
    assert 'name="text" value="60614"' in page(browser)
    begin(browser, "stranger")
    shown = page(browser)
    assert "knows nothing of the account" in shown
    assert 'name="text" value="4417"' not in shown


@pytest.mark.parametrize("language", Language)
def test_the_reader_has_one_language_and_the_borrower_another(served: Served, language: Language) -> None:
    browser = served.client(Role.LEAD)
    browser.post("/look", {"language": language, "next": "/phone"})
    begin(browser, "cantonese")
    act(browser, text="我冇錢還住，可唔可以分期")
    shown = page(browser)
    assert f'<html lang="{language}"' in shown
    assert "可以協商適合您的方案" in shown


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place", "XX"), ("language", "fr"), ("product", "house"), ("holder", "cat"),
        ("days", "-1"), ("days", "721"), ("days", "٣"), ("days", ""), ("days", "1e3"),
        ("balance", "0.99"), ("balance", "10,000,000.01"), ("balance", "NaN"), ("balance", "1.005"), ("balance", "<b>"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_taken_is_marked_and_kept(served: Served, field: str, value: str) -> None:
    browser = served.client(Role.LEAD)
    answer = browser.post("/phone/begin", {**FORM, field: value})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "The marked field cannot be taken" in shown
    assert 'aria-invalid="true"' in shown or field == "holder"
    assert unescape(shown).count(f'value="{value}"') or field not in {"days", "balance"}
    assert browser.get("/phone/transcript").status_code == 302


def test_a_borrower_of_the_form_has_figures_that_hold_together() -> None:
    library = shipped_library()
    for place in places().values():
        for language in Language:
            for product, days in (("card", "0"), ("loan", "1"), ("instalment", "31"), ("loan", "720")):
                typed = {**FORM, "place": place.code, "language": language, "product": product, "days": days}
                scenario = from_form(typed, library)
                text = "\n".join([scenario.headline, *scenario.lines]) + "\n"
                assert play(text, library) == text
                assert language_of(scenario.headline.split(" · ")[2]) is language


def test_arrears_never_exceed_the_balance_and_the_due_date_lies_ahead() -> None:
    headline = from_form({**FORM, "product": "loan", "days": "720", "balance": "24.50"}, shipped_library()).headline
    assert "720 days past due: 24.50" in headline
    assert "next due 1.03 on 2026-12-03" in headline


def test_the_first_field_that_is_wrong_is_named() -> None:
    with pytest.raises(WrongField, match="days"):
        from_form({**FORM, "days": "x", "balance": "y"}, shipped_library())


def test_presets_are_possible_and_named() -> None:
    library = shipped_library()
    for preset in presets(library):
        text = "\n".join([preset.scenario.headline, *preset.scenario.lines]) + "\n"
        assert play(text, library).splitlines()[0] == preset.scenario.headline
        assert knows(f"phone.preset.{preset.id}")
    assert all(knows(f"phone.place.{code}") for code in places())
    assert all(phrases(language) for language in Language)


def labels(*kinds: str) -> set[str]:
    """Return what the reader of replies may put into the slots of these kinds."""
    tables = (tomllib.loads(raw.decode()) for raw in data_files("parley.nlu.data").values())
    return {rule["label"] for table in tables for rule in table.get("rule", ()) if rule["kind"] in kinds}


def test_every_code_the_phone_can_show_has_words() -> None:
    wanted = [
        *(f"state.{one}" for one in State),
        *(f"ledger.{one}" for one in Fate),
        *(f"intent.{one}" for one in Intent),
        *(f"hold.{one}" for one in Hold),
        *(f"refusal.{one}" for one in ReasonCode),
        *(f"layer.{one}" for one in Layer),
        *(f"reason.{one}" for one in URGENCY),
        *(f"slot.{one.name}" for one in fields(Slots)),
        *(f"phone.opt_out.{one}" for one in (OptOutScope.ALL, OptOutScope.PROMOTION)),
        *(f"said.{one}" for one in labels("hardship", "frequency", "anchor")),
        "event.transaction.confirmed",
        "event.transaction.denied",
    ]
    assert [key for key in wanted if not knows(key)] == []
