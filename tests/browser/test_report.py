"""The report of a run in a browser: no request, one language at a time without a script, nothing for axe-core."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from parley.web.report.page import report_page
from tests.browser.conftest import VIEWS, faults_of, is_wider_than_its_window
from tests.house.source import ROOT

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = json.loads((ROOT / "tests" / "web" / "report" / "report.json").read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_page(found), encoding="utf-8")
    return path


@pytest.mark.parametrize(("scheme", "size", "language"), VIEWS)
def test_the_report_asks_for_nothing_and_has_no_fault(
    chromium: Browser, report: Path, scheme: str, size: tuple[int, int], language: str
) -> None:
    width, height = size
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{report.as_uri()}#{language}" if language else report.as_uri())
    assert faults_of(page) == []
    assert not is_wider_than_its_window(page)
    assert (len(asked), said) == (1, [])
    context.close()


def test_languages_are_switched_by_links_alone(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())

    def shown() -> list[str | None]:
        articles = page.locator("article").all()
        return [one.get_attribute("lang") for one in articles if one.is_visible()]

    assert shown() == ["en"]
    page.locator("article#en").get_by_role("link", name="繁體中文").click()
    assert shown() == ["zh-Hant"]
    # A place inside a language keeps it.
    page.locator("article#zh-Hant").get_by_role("link", name="每日情況").click()
    assert shown() == ["zh-Hant"]
    context.close()


def test_each_figure_can_be_taken_away_as_a_file(chromium: Browser, report: Path) -> None:
    context = chromium.new_context(accept_downloads=True)
    page = context.new_page()
    page.goto(report.as_uri())
    with page.expect_download() as waiting:
        page.locator("#en-funnel").get_by_role("link", name="Download as CSV").click()
    download = waiting.value
    assert download.suggested_filename == "funnel.csv"
    assert Path(download.path()).read_text(encoding="utf-8-sig").startswith("step,accounts,of all")
    context.close()
