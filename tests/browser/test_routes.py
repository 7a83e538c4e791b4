"""The pages of routes with everything that may stand on them, in both schemes, three widths and three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from parley.messaging.ledger import State
from parley.providers.port import Accepted, Rejected, Unknown
from parley.store import models
from parley.store.route_health import note_batch
from parley.store.staff import Role
from tests.browser.conftest import VIEWS, Site, View, click_through, faults_of, is_wider_than_its_window
from tests.run.desk import NOON
from tests.web.routed import serve_routes
from tests.web.test_route_tests import Tried
from tests.web.test_routes import handed

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_pages_of_routes_have_no_fault(site: Site, view: View) -> None:
    scheme, size, language = view
    serve_routes(site.served)
    for state in (State.DELIVERED, State.UNKNOWN, State.UNDELIVERED):
        handed(site.served, "uk-direct", state, timedelta(hours=2), 2)
    note_batch("uk-direct", "20003", NOON - timedelta(minutes=1), site.served.desk.vault, halts=True)
    data = {"what": "lost", "recent": [200, 90, 0], "earlier": [1000, 960, 0], "minutes": 60}
    models.Event.objects.create(at=NOON, kind="route.dropped", data=data | {"route": "everywhere-else-b"})
    tried = Tried(site.served)
    tried.carrier.answers = [Accepted("SM" + "0123456789abcdef" * 2), Rejected("21606", "no"), Unknown("time_out")]
    for text in ("english", "chinese", "long"):
        tried.ask(text=text)
        tried.work()
    tried.ask()
    page = site.open(Role.LEAD, scheme=scheme, size=size, language=language)
    found = {}
    for address in ("/routes", "/routes/uk-direct", "/routes/everywhere-else-b", "/sending"):
        page.goto(address)
        for folded in page.locator("details.folded > summary").all():
            folded.click()
        faults = [*faults_of(page), *(["wider than its window"] if is_wider_than_its_window(page) else [])]
        if faults:
            found[address] = faults
    assert found == {}


def test_a_test_message_is_sent_by_keyboard_and_its_end_is_told_without_a_reload(site: Site) -> None:
    serve_routes(site.served)
    tried = Tried(site.served)
    page = site.open(Role.LEAD)
    page.goto("/routes/uk-direct")
    page.focus("input[name=text][value=english]")
    page.keyboard.press("ArrowDown")
    page.focus("form[action$='/test'] button")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
    expect(page.locator("#tests")).to_contain_text("on its way")
    page.check("input[value=long]")
    tried.work()
    expect(page.locator("#tests")).to_contain_text("uk-direct-0")
    assert "🙂" in tried.carrier.took[0].text
    # What somebody chooses meanwhile stays chosen.
    assert page.is_checked("input[value=long]")


def test_a_test_message_is_sent_without_scripts(site: Site) -> None:
    serve_routes(site.served)
    page = site.open(Role.ADMINISTRATOR, scripts=False)
    page.goto("/routes/uk-direct")
    click_through(page, "form[action$='/test'] button")
    assert page.url.endswith("/routes/uk-direct#tests")
    Tried(site.served).work()
    click_through(page, "#tests a")
    expect(page.locator("#tests")).to_contain_text("uk-direct-0")
