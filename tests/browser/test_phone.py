"""The phone in a real browser: by keyboard alone, without scripts, and with what people should not write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from parley.providers.sandbox import Sandbox
from parley.store.staff import Role
from tests.browser.conftest import VIEWS, Site, faults_of, is_wider_than_its_window
from tests.run.desk import NOON
from tests.web.book import fill

pytestmark = pytest.mark.browser

HOSTILE = "\u202e60 a month <script>document.title='x'</script> " + "W" * 300 + " 退订" * 40


def begin(page: Page, preset: str = "plan") -> None:
    page.goto("/phone")
    page.locator(f'button[value="{preset}"]').press("Enter")
    expect(page.locator("#reply")).to_be_focused()
    # The field has the cursor before the scripts are there; until then a step is a page of its own.
    page.wait_for_load_state("load")


def reply(page: Page, text: str) -> None:
    """Type where the cursor is, and press Enter."""
    count = page.locator(".from-borrower").count()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".from-borrower")).to_have_count(count + 1)


def test_a_plan_is_agreed_by_keyboard_alone(site: Site) -> None:
    page = site.open(Role.AGENT)
    begin(page)
    for text in ("OPTIONS", "60614", "i can do 60 a month right now", "2", "yes"):
        reply(page, text)
        expect(page.locator("#reply")).to_be_focused()
    expect(page.locator(".text-words").last).to_contain_text("your plan is agreed")
    # The newest text is in sight.
    assert page.locator(".text").last.is_visible()
    box, screen = page.locator(".text").last.bounding_box(), page.locator(".screen").bounding_box()
    assert box is not None and screen is not None
    assert screen["y"] <= box["y"] < screen["y"] + screen["height"]


def test_a_piece_of_the_page_is_replaced_and_not_the_page(site: Site) -> None:
    page = site.open(Role.AGENT)
    begin(page)
    page.evaluate("window.stays = true")
    reply(page, "OPTIONS")
    expect(page.locator(".fate").last).to_have_class("fate submitted")
    page.locator('button[value="receipt.delivered"]').click()
    expect(page.locator(".fate").last).to_have_class("fate delivered")
    assert page.evaluate("window.stays") is True


def test_what_is_typed_while_a_step_is_on_its_way_is_not_lost(site: Site) -> None:
    page = site.open(Role.AGENT)
    begin(page)
    waiting: list[Route] = []
    page.route("**/phone/act", lambda route: waiting.append(route))  # noqa: PLW0108 - Playwright takes no built-in
    page.locator('button[value="receipt.delivered"]').click()
    page.locator("#reply").click()
    page.keyboard.type("OPTI")
    page.keyboard.press("Enter")
    page.keyboard.type("ONS")
    waiting.pop().continue_()
    expect(page.locator(".fate").last).to_have_class("fate delivered")
    expect(page.locator("#reply")).to_have_value("OPTIONS")
    expect(page.locator("#reply")).to_be_focused()
    assert waiting == []
    page.keyboard.press("Enter")
    expect(page.locator("#reply")).to_have_value("")
    page.keyboard.type("606")
    waiting.pop().continue_()
    expect(page.locator(".from-borrower")).to_have_count(1)
    page.keyboard.type("14")
    expect(page.locator("#reply")).to_have_value("60614")


def test_without_scripts_everything_works(site: Site) -> None:
    page = site.open(Role.AGENT, scripts=False)
    page.goto("/phone")
    page.locator('button[value="night"]').click()
    for step in ("reply", "clock.morning", "receipt.undelivered"):
        if step == "reply":
            page.locator("#reply").fill("OPTIONS")
            page.locator("#reply").press("Enter")
        else:
            page.locator(f'button[value="{step}"]').click()
    assert page.locator(".fate").last.get_attribute("class") == "fate undelivered"
    page.locator('button[name="undo"]').click()
    assert page.locator(".fate").last.get_attribute("class") == "fate submitted"


def test_a_session_is_saved_as_a_file(site: Site) -> None:
    page = site.open(Role.AGENT)
    begin(page)
    reply(page, "STOP")
    with page.expect_download() as saved:
        page.locator('a[href="/phone/transcript"]').click()
    assert saved.value.suggested_filename == "us_il_en_opted_out.txt"
    assert "< STOP\n= stop\n" in saved.value.path().read_text(encoding="utf-8")


@pytest.mark.parametrize(("scheme", "size", "language"), VIEWS)
def test_a_long_session_with_hostile_text_has_no_fault(
    site: Site, scheme: str, size: tuple[int, int], language: str
) -> None:
    page = site.open(Role.COMPLIANCE, scheme=scheme, size=size, language=language)
    begin(page, "night")
    title = page.title()
    for count, text in enumerate(("OPTIONS", HOSTILE), 1):
        page.locator("#reply").fill(text)
        page.locator("#reply").press("Enter")
        expect(page.locator(".from-borrower")).to_have_count(count)
    for button in ("clock.morning", "wish.overdue", "receipt.rejected", "wish.promotion"):
        turns = page.locator(".turn").count()
        page.locator(f'button[value="{button}"]').click()
        expect(page.locator(".turn")).to_have_count(turns + 1)
    page.locator("summary").last.click()
    assert page.title() == title
    assert faults_of(page) == []
    assert not is_wider_than_its_window(page)


@pytest.mark.parametrize(("scheme", "size", "language"), VIEWS)
def test_the_handset_shows_what_comes_without_being_asked(
    site: Site, scheme: str, size: tuple[int, int], language: str
) -> None:
    served = site.served
    book = fill(served.desk)
    centre = served.services.handsets
    assert isinstance(centre, Sandbox)
    served.clock.move_to(NOON + timedelta(hours=30))
    served.desk.pipeline(centre).settle_all(served.clock.now())
    page = site.open(Role.AGENT, scheme=scheme, size=size, language=language)
    page.goto(f"/threads/{book.thread_of(book.chinese).id}")
    page.locator('main a[href$="/phone"]').click()
    expect(page.locator("#reply")).to_be_focused()
    page.keyboard.type("退订")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    count = page.locator(".text").count()
    page.keyboard.type("half a reply")
    for minutes in (1, 40):
        served.clock.move_to(NOON + timedelta(hours=30, minutes=minutes))
        served.desk.pipeline(centre).settle_all(served.clock.now())
    # What was written and its answer come by themselves, and what is being typed stays.
    expect(page.locator(".text")).to_have_count(count + 2)
    expect(page.locator("#reply")).to_have_value("half a reply")
    assert faults_of(page) == []
    assert not is_wider_than_its_window(page)
