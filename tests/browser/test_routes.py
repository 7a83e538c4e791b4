"""The pages of routes with everything that may stand on them, in both schemes, three widths and three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.messaging.ledger import State
from parley.store import models
from parley.store.route_health import note_batch
from parley.store.staff import Role
from tests.browser.conftest import VIEWS, Site, View, faults_of, is_wider_than_its_window
from tests.run.desk import NOON
from tests.web.routed import serve_routes
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
