"""A real browser before a served home: Debian's Chromium, driven by Playwright, and axe-core to look over each page.

The home is served by uvicorn in a thread of this process, as `parley serve` does it. Where there is no Chromium the
tests are skipped and say so; with PARLEY_CI=1 a skip is a failure.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Self

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from parley.store.staff import Role
from parley.web.asgi import application
from tests.conftest import FULL_SIZE
from tests.web.book import Book
from tests.web.conftest import Served, keys, served, sqlite_home

if TYPE_CHECKING:
    from parley.web.asgi import Application

__all__ = ["Site", "keys", "served", "sqlite_home"]

# WCAG 2.2 at levels A and AA, and axe's own advice beside it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, TABLET, PHONE = (1440, 900), (768, 1024), (360, 800)
View = tuple[str, tuple[int, int], str]
# Both schemes, the three widths and the three languages, each once; in torture each with each.
VIEWS: list[View] = (
    list(product(("light", "dark"), (DESKTOP, TABLET, PHONE), ("en", "zh-Hans", "zh-Hant")))
    if FULL_SIZE
    else [("light", DESKTOP, "en"), ("dark", PHONE, "zh-Hans"), ("light", TABLET, "zh-Hant")]
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give one browser for the tests of a file.

    Not for all of this worker: Playwright keeps an event loop running in this thread, and what other tests call has one
    of its own.
    """
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no chromium: sudo apt-get install -y chromium fonts-noto-cjk")
    # Playwright keeps an event loop in this thread; our queries are made here all the same, one after the other.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # What a page is waited for is a fact about the page, not about how busy the machine is.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@dataclass
class Site:
    """A served home and a browser to look at it."""

    served: Served
    chromium: Browser
    addresses: dict[str, str]
    book: Book | None = None
    complaints: list[str] = field(default_factory=list)

    def open(
        self,
        role: Role | None = None,
        *,
        face: str = "console",
        size: tuple[int, int] = DESKTOP,
        scheme: str = "light",
        language: str = "en",
        scripts: bool = True,
    ) -> Page:
        """Return a page in a context of its own, logged in as *role* where one is given."""
        width, height = size
        context = self.chromium.new_context(
            base_url=self.addresses[face],
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "parley_language", "value": language, "url": self.addresses[face]}])
        if role is not None:
            self._log_in(context, role, face)
        page = context.new_page()
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _heard(self, kind: str, text: str) -> None:
        # A page that answers 4xx on purpose is told of by the browser, too.
        if kind in {"error", "warning"} and "the server responded with a status of 4" not in text:
            self.complaints.append(f"{kind}: {text}")

    def _log_in(self, context: BrowserContext, role: Role, face: str) -> None:
        cookie = self.served.client(role).cookies["parley_session"].value
        context.add_cookies([{"name": "parley_session", "value": cookie, "url": self.addresses[face]}])


def faults_of(page: Page) -> list[str]:
    """Return what axe-core finds wrong with the page, once it stands whole: rule, how grave, where."""
    page.wait_for_load_state("load")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]})
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['target'] for node in one['nodes']][:3]}"
        for one in found.response["violations"]
    ]


def click_through(page: Page, selector: str) -> None:
    """Click what leads to another page and wait until that page stands: a look at once would see the one before."""
    with page.expect_navigation(wait_until="load"):
        page.click(selector)


def is_wider_than_its_window(page: Page) -> bool:
    """Return whether the page as a whole must be scrolled sideways; tables scroll in their own frame."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"))


@pytest.fixture
def site(served: Served, chromium: Browser) -> Iterator[Site]:
    """Give a served home of the tests with its two listeners. A complaint of the browser fails the test."""
    with _Listener(application("console")) as console, _Listener(application("portal")) as portal:
        site = Site(served, chromium, {"console": console.address, "portal": portal.address})
        yield site
        for context in list(chromium.contexts):
            context.close()
    assert site.complaints == []


class _Listener:
    """uvicorn on a port the system chooses."""

    def __init__(self, app: Application) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join(60)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
