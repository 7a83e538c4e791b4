"""The main tasks of a working day, by mouse and by keyboard: what staff and borrowers come for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from parley.run.campaigns import Audience, Campaigns
from parley.store import models
from parley.store.staff import Role
from tests.browser.conftest import PHONE, Site
from tests.run.desk import NOON, terms
from tests.web.book import fill
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.browser
LATER = NOON + timedelta(hours=22, minutes=10)

Press = Callable[[Page, str], None]


def by_mouse(page: Page, selector: str) -> None:
    page.wait_for_load_state("load")
    page.locator(selector).first.click()


def by_keyboard(page: Page, selector: str) -> None:
    """Reach an element by Tab alone and press Enter, as somebody without a mouse does."""
    page.wait_for_load_state("load")
    target = page.locator(selector).first
    for _ in range(120):
        if target.evaluate("(at) => at === document.activeElement"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"{selector} cannot be reached by Tab")
    page.keyboard.press("Enter")


HANDS = pytest.mark.parametrize("press", [by_mouse, by_keyboard], ids=["mouse", "keyboard"])


@pytest.fixture
def desk(site: Site) -> Site:
    site.book = fill(site.served.desk)
    site.served.clock.move_to(LATER)
    return site


def thread_of(site: Site) -> str:
    assert site.book is not None, "the book is filled first"
    return f"/threads/{site.book.thread_of(site.book.offered).id}"


@HANDS
def test_log_in_and_out(desk: Site, press: Press) -> None:
    desk.served.operator(Role.LEAD)
    page = desk.open()
    page.goto("/")
    page.fill("#name", "lead")
    page.fill("#password", PASSWORD)
    press(page, "main button")
    expect(page).to_have_url(re.compile("/threads$"))
    press(page, ".who summary")
    press(page, "form[action='/log-out'] button")
    expect(page).to_have_url(re.compile("/log-in$"))


@HANDS
def test_open_the_most_urgent_thread(desk: Site, press: Press) -> None:
    page = desk.open(Role.AGENT)
    page.goto("/threads")
    press(page, "a.item-link")
    expect(page.locator("h1")).to_contain_text("May be in danger")


def test_rows_are_walked_by_j_and_k_and_opened_by_enter(desk: Site) -> None:
    page = desk.open(Role.AGENT)
    page.goto("/threads")
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("May be in danger")
    page.goto("/threads")
    page.keyboard.press("/")
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("0")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#shortcuts")).not_to_be_visible()


def test_rules_are_found_and_walked_by_keys_alone(desk: Site) -> None:
    page = desk.open(Role.COMPLIANCE)
    page.goto("/rules")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "place"
    page.keyboard.type("GB")
    by_keyboard(page, "main form button")
    page.wait_for_url("**place=GB**")
    page.locator("h1").click()
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    first = page.locator(".rule-id").first
    assert first.evaluate("link => link === document.activeElement")
    wanted = first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wanted}")


@HANDS
def test_take_over_and_answer_from_a_template(desk: Site, press: Press) -> None:
    page = desk.open(Role.AGENT)
    page.goto(thread_of(desk))
    press(page, "button[value='take_over']")
    press(page, "a[href*='/replies?']")
    press(page, "form:has(input[value='person.please_call']) button")
    expect(page.locator(".bubble.ours").last).to_contain_text("Please call when it suits you")
    assert models.Message.objects.filter(template_key="person.please_call").count() == 1


@HANDS
def test_send_a_computed_offer(desk: Site, press: Press) -> None:
    page = desk.open(Role.AGENT)
    page.goto(thread_of(desk))
    press(page, "button[value='take_over']")
    press(page, "summary[data-key='o']")
    page.fill("#capacity", "45")
    page.fill("#first_due_on", "2026-11-20")
    press(page, "form[action$='/plans'] button")
    expect(page.locator("table")).to_contain_text("$1,461.95")
    press(page, "button[value='text']")
    expect(page).to_have_url(re.compile(r"/threads/[\w-]+$"))
    assert models.OfferRecord.objects.filter(capacity_minor=4500).count() == 1


@HANDS
def test_write_a_note_log_a_call_and_hand_back(desk: Site, press: Press) -> None:
    page = desk.open(Role.AGENT)
    page.goto(thread_of(desk))
    press(page, "button[value='take_over']")
    press(page, "summary[data-key='n']")
    page.fill("#note", "Prefers the evening 晚上")
    press(page, "form:has(#note) button")
    expect(page.locator(".note")).to_contain_text("Prefers the evening 晚上")
    press(page, "a[href*='/call?']")
    page.select_option("#outcome", "no_answer")
    press(page, "main form button")
    expect(page.locator(".talk")).to_contain_text("no answer")
    press(page, "button[value='hand_back']")
    expect(page.locator(".headline")).to_contain_text("nobody has taken it")


@HANDS
def test_show_a_name_with_a_reason(desk: Site, press: Press) -> None:
    page = desk.open(Role.COMPLIANCE)
    page.goto(thread_of(desk))
    press(page, "aside details.act summary")
    page.select_option("#field", "name")
    page.select_option("#why", "complaint")
    press(page, "form[action$='/open'] button")
    expect(page.locator(".opened")).to_have_text("Ada Test")
    assert models.Reveal.objects.get().reason == "complaint"


@HANDS
def test_approve_a_campaign_of_somebody_else(desk: Site, press: Press) -> None:
    campaigns = Campaigns(desk.served.services.library, terms(), desk.served.desk.vault)
    made = campaigns.draft("autumn news", "promotion.offer", Audience(), "marketing", LATER)
    page = desk.open(Role.COMPLIANCE)
    page.goto("/campaigns")
    press(page, f"a[href='/campaigns/{made.id}']")
    press(page, "form[action$='/approve'] button")
    expect(page.locator(".headline")).to_contain_text("approved")


@HANDS
def test_play_a_borrower_on_the_phone(desk: Site, press: Press) -> None:
    page = desk.open(Role.AGENT)
    page.goto("/phone")
    press(page, "main form button[type=submit], main form button:not([type])")
    expect(page.locator("main")).to_contain_text("Example Card")


@HANDS
def test_a_borrower_agrees_to_a_plan_without_scripts_on_a_phone(desk: Site, press: Press) -> None:
    person = desk.served.desk.person()
    desk.served.desk.account(person, [(NOON.date() - timedelta(days=34), 10_300, 0)])
    page = desk.open(face="portal", size=PHONE, scripts=False)
    page.goto("/")
    page.fill("#number", person.number)
    page.fill("#answer", "60614")
    press(page, "main form button")
    press(page, "a.button.main")
    page.fill("#amount", "60")
    press(page, "button.main")
    press(page, "section:nth-of-type(2) button.main")
    expect(page.locator("main")).to_contain_text("$1,383.63")
    press(page, "main form button.main")
    expect(page.locator("h1")).to_have_text("Your plan is agreed")
    assert models.Arrangement.objects.get().total_minor == 138_363


def test_who_leaves_a_thread_is_no_longer_shown_to_look_at_it(desk: Site) -> None:
    page = desk.open(Role.AGENT)
    with page.expect_response(lambda one: one.url.endswith("/here")):
        page.goto(thread_of(desk))
    assert models.Presence.objects.count() == 1
    page.goto("/threads")
    until(lambda: not models.Presence.objects.exists())


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what a beacon of the browser brings about: nothing on the page tells of it."""
    for _ in range(1_200):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about in a minute")


def test_a_text_is_checked_while_it_is_written_and_by_a_button_without_scripts(desk: Site) -> None:
    good = "{lender}: a date is near. Reply INFO. {agent}: {hotline}, {hours}. {stop} ends texts."
    page = desk.open(Role.LEAD)
    page.goto("/texts/reminder.neutral/en")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("{lender}: {nmae}")
    expect(page.locator("#found .notice.bad")).to_contain_text("At character 12: {nmae}")
    page.fill("#source", good)
    expect(page.locator("#found .notice.good")).to_be_visible()
    assert not models.OwnText.objects.exists()
    page = desk.open(Role.LEAD, scripts=False)
    page.goto("/texts/reminder.neutral/en")
    page.fill("#source", good.replace("{stop}", "STOP"))
    page.click("button[value=check]")
    expect(page.locator("#found .notice.bad")).to_contain_text("lacks the stop line")
    page.fill("#source", good)
    page.click("button[formaction]")
    expect(page.locator("aside .badge.info")).to_contain_text("draft 1001")
    assert models.OwnText.objects.get().source == good
