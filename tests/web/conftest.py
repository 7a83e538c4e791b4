"""A served home for tests of pages: a small book, the sandbox behind it, and a browser's stand-in for each role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.test import Client
from django.urls import clear_url_caches

from parley.contact.routes import single
from parley.run.campaigns import Campaigns
from parley.run.clock import MovableClock
from parley.run.home import Opened
from parley.run.importing.desk import ImportDesk
from parley.run.library import nightly_terms, service_times
from parley.run.place import Home as Place
from parley.run.route_desk import RouteDesk
from parley.run.rulebooks import RulebookFolders
from parley.run.text_desk import TextDesk
from parley.settings import Settings
from parley.store import models
from parley.store.database import adopt, configure
from parley.store.keys import KeyFiles
from parley.store.sealed import open_vault
from parley.store.staff import Role, add_operator
from parley.store.url import Durability
from parley.web.configuration import django_settings
from parley.web.ports import Services, install
from tests.run.desk import COST, NOON, Desk, library
from tests.store.conftest import Home, keys, postgres_home, sqlite_home

__all__ = ["Served", "keys", "postgres_home", "served", "sqlite_home"]

PASSWORD = "four words in a row"


class QuickArgon2(Argon2PasswordHasher):
    """The same hash with little work: the tests log in often."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@dataclass
class Served:
    """A home whose pages are served, as tests see it: `desk` makes rows, `client(role)` asks for pages."""

    desk: Desk
    clock: MovableClock
    services: Services

    def operator(self, role: Role) -> models.Operator:
        """Return the log-in of a role, made when first asked for."""
        found = models.Operator.objects.filter(name=str(role)).first()
        return found or add_operator(
            str(role), f"The {role}", role, PASSWORD, "test", NOON, self.desk.vault, is_one_time=False
        )

    def client(self, role: Role | None = None, *, face: str = "console", checks_forms: bool = False) -> Client:
        """Return a browser's stand-in, logged in as *role* where one is given."""
        browser = Client(enforce_csrf_checks=checks_forms)
        browser.defaults["parley.face"] = face
        if role is not None:
            browser.force_login(self.operator(role), backend="parley.web.console.access.Staff")
        return browser


@pytest.fixture
def served(sqlite_home: Home) -> Iterator[Served]:
    yield from serve_for_tests(sqlite_home.url, sqlite_home)


def serve_for_tests(url: str, home: Home) -> Iterator[Served]:
    """Serve a migrated home inside this process."""
    settings, place = Settings(), Place(home.folder)
    place.imports.mkdir(mode=0o700, exist_ok=True)
    wanted = django_settings(settings, "a secret of the tests", place.imports) | {
        "ALLOWED_HOSTS": ["testserver", "127.0.0.1"],
        "PASSWORD_HASHERS": ["tests.web.conftest.QuickArgon2"],
    }
    configure(url, durability=Durability.NORMAL)
    adopt(wanted)
    clear_url_caches()
    clock = MovableClock(NOON)
    desk = Desk(open_vault(home.keys), home.folder)
    centre = desk.centre()
    services = Services(
        settings=settings,
        library=library(),
        vault=desk.vault,
        clock=clock,
        times=service_times(settings),
        campaigns=Campaigns(library(), nightly_terms(settings, library()), desk.vault),
        imports=ImportDesk(Opened(place, settings, desk.vault), library()),
        rulebooks=RulebookFolders(place.rulebooks, place.rulebook),
        texts=TextDesk(library(), settings, desk.vault),
        routes=RouteDesk(Opened(place, settings, desk.vault), single("sandbox", COST), KeyFiles(place.keys)),
        handsets=centre,
    )
    install(services)
    yield Served(desk, clock, services)
    connections.close_all()
    centre.close()
