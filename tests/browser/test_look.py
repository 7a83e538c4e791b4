"""Every page in both colour schemes, three widths and three languages: nothing for axe-core to find, nothing too wide.

The pairs of scheme, width and language are covered by three views; `make torture` looks at all combinations.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from parley.locale import Language
from parley.run.campaigns import Audience, Campaigns
from parley.run.clock import HomeClock
from parley.store import models, own_texts
from parley.store.staff import Role
from parley.web.ports import install
from tests.browser.conftest import PHONE, VIEWS, Site, View, click_through, faults_of, is_wider_than_its_window
from tests.run.desk import NOON, TODAY, terms
from tests.web.book import fill
from tests.web.rulebooks import replayed

pytestmark = pytest.mark.browser

PAGES = [
    ("/threads", Role.LEAD),
    ("/threads?reason=legal", Role.LEAD),
    ("/threads/{thread}", Role.LEAD),
    ("/threads/{thread}/replies", Role.LEAD),
    ("/threads/{thread}/replies/{reply}/correct", Role.LEAD),
    ("/threads/{thread}/call", Role.LEAD),
    ("/runs", Role.LEAD),
    ("/runs/{run}", Role.LEAD),
    ("/runs/{run}/accounts", Role.LEAD),
    ("/sending", Role.LEAD),
    ("/routes", Role.LEAD),
    ("/routes/sandbox", Role.ADMINISTRATOR),
    ("/campaigns", Role.LEAD),
    ("/campaigns/new", Role.LEAD),
    ("/campaigns/{campaign}", Role.COMPLIANCE),
    ("/phone", Role.LEAD),
    ("/reports", Role.LEAD),
    ("/reports/delivery", Role.LEAD),
    ("/reports/talks", Role.COMPLIANCE),
    ("/reports/outcomes", Role.ADMINISTRATOR),
    ("/texts", Role.LEAD),
    ("/texts/reminder.detail/{spoken}", Role.LEAD),
    ("/texts/promotion.offer/en", Role.COMPLIANCE),
    ("/rules", Role.LEAD),
    ("/rules?place=US-CA&purpose=collection", Role.COMPLIANCE),
    ("/rules?kind=hours", Role.COMPLIANCE),
    ("/rules/rule/us-hours-collection", Role.COMPLIANCE),
    ("/rules/rule/lender-hours", Role.COMPLIANCE),
    ("/rules/replays", Role.COMPLIANCE),
    ("/rules/replays/{replay}", Role.COMPLIANCE),
    ("/users", Role.ADMINISTRATOR),
    ("/password", Role.AGENT),
    ("/nowhere", Role.AGENT),
    ("/log-in", None),
]

# What the full statement is filled in with: a line above what is usual, and others left to what is.
BUDGET = {"people": "3", "income": "5200", "housing": "1450.50", "c-food": "1900", "c-transport": "310", "debts": "90"}


def faults_seen(page: Page) -> list[str]:
    faults = faults_of(page)
    return [*faults, "wider than its window"] if is_wider_than_its_window(page) else faults


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_pages_of_the_console_have_no_fault(site: Site, view: View) -> None:
    scheme, size, language = view
    book = fill(site.served.desk)
    campaigns = Campaigns(site.served.services.library, terms(), site.served.desk.vault)
    curly = "{lender}: it\u2019s time. {amount} {due_on}. {agent}: {hotline}, {hours}. {stop} ends texts. {page}"
    for key, source in (("reminder.detail", curly), ("promotion.offer", "{lender} {nobody} " + "x" * 90)):
        own_texts.write(key, Language.EN, source, "a long name of somebody", NOON, site.served.desk.vault)
    parts = {
        "spoken": "en",
        "thread": book.thread_of(book.offered).id,
        "reply": models.Inbound.objects.filter(conversation=book.thread_of(book.offered)).latest("received_at").pk,
        "run": models.Run.objects.get().pk,
        "replay": replayed(site.served),
        "campaign": campaigns.draft("autumn 秋季 " + "long name " * 5, "promotion.offer", Audience(), "ann", NOON).id,
    }
    found = {}
    for role in (Role.LEAD, Role.COMPLIANCE, Role.ADMINISTRATOR, Role.AGENT, None):
        page = site.open(role, scheme=scheme, size=size, language=language)
        for address in (address for address, needed in PAGES if needed is role):
            page.goto(address.format(**parts))
            assert page.locator("html").get_attribute("lang") == language
            if faults := faults_seen(page):
                found[address] = faults
        page.context.close()
    assert found == {}


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_pages_of_the_borrower_have_no_fault(site: Site, view: View) -> None:
    scheme, size, language = view
    desk = site.served.desk
    person = desk.person()
    desk.account(person, [(TODAY - timedelta(days=34), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
    page = site.open(face="portal", scheme=scheme, size=size, language=language, scripts=True)
    found: dict[str, list[str]] = {}

    def look(what: str) -> None:
        if faults := faults_seen(page):
            found[what] = faults

    code = desk.link(person)
    for address in ("/", f"/{code}", f"/not-me?code={code}", "/nowhere"):
        page.goto(address)
        look(address.replace(code, "code"))
    page.goto(f"/{code}")
    page.fill("#answer", "99999")
    click_through(page, "main form button")
    look("wrong answer")
    page.fill("#answer", "60614")
    click_through(page, "main form button")
    look("account")
    for address in ("/person", "/stop", "/plan"):
        page.goto(address)
        look(address)
    page.goto("/plan/budget")
    look("budget")
    page.fill("#people", "x")
    click_through(page, ".buttons .main")
    look("budget with an error")
    for name, typed in BUDGET.items():
        page.fill(f"#{name}", typed)
    click_through(page, ".buttons .main")
    look("the sum of a budget")
    page.goto("/plan")
    page.fill("#amount", "60")
    click_through(page, "button.main")
    look("options")
    click_through(page, "section:nth-of-type(1) button.main")
    look("check")
    click_through(page, "main form button.main")
    look("agreed")
    assert found == {}


def test_the_clock_of_a_sandbox_home_fits_a_phone(site: Site) -> None:
    install(replace(site.served.services, movable=HomeClock(site.served.desk.folder / "clock.json")))
    for language in ("en", "zh-Hans"):
        page = site.open(Role.LEAD, size=PHONE, language=language)
        page.goto("/runs")
        assert page.locator(".clock button").count() == 3
        assert faults_seen(page) == []
        page.context.close()
