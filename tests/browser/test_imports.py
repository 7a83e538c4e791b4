"""A lender's file taken in by mouse and by keyboard, in a real browser: from the upload to an undo."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from parley.store import models
from parley.store.staff import Role
from tests.browser.conftest import VIEWS, Site, View, faults_of, is_wider_than_its_window
from tests.browser.test_tasks import HANDS, Press
from tests.web.import_files import ANSWERS, BAD, GOOD, content, staged
from tests.web.test_imports import imported, tried, work_off

pytestmark = pytest.mark.browser


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_bytes(content(*GOOD, *BAD))
    return path


def taken_in(page: Page, path: Path, press: Press) -> None:
    page.goto("/imports/new")
    page.check("#kind-accounts")
    page.set_input_files("#file", path)
    press(page, ".upload form > button")
    expect(page).to_have_url(re.compile("/file$"))


def answer(page: Page) -> None:
    """Say what no column says, and which columns nobody would guess."""
    page.click(".more > summary")
    for name, told in ANSWERS.items():
        if name.startswith("from."):
            page.locator(f"[name='{name}']").select_option(told)
    for name, told in ANSWERS.items():
        if name.startswith("value."):
            field = page.locator(f"[name='{name}']")
            if field.evaluate("(at) => at.tagName") == "SELECT":
                field.select_option(told)
            else:
                field.fill(told)
    # Each change is looked at by the server and may move what stands below it.
    page.wait_for_load_state("networkidle")


@HANDS
def test_import_a_file_and_undo_it(site: Site, book: Path, press: Press) -> None:
    page = site.open(Role.LEAD)
    taken_in(page, book, press)
    press(page, ".headline a.button")
    answer(page)
    press(page, "button[name=go]")
    expect(page.locator("h1")).to_have_text("Is it understood right?")
    press(page, ".headline button")
    # The page looks for what became of it by itself.
    expect(page.locator("[role=status]")).to_contain_text("Waiting")
    work_off(site.served)
    expect(page.get_by_text("Import 3 good rows")).to_be_visible()
    press(page, "form[action$='/run'] button")
    expect(page.locator("[role=status]")).to_contain_text("Waiting")
    work_off(site.served)
    expect(page.locator("h2").first).to_have_text("What came of it")
    assert models.Account.objects.count() == 3
    with page.expect_download() as download:
        press(page, "a[href$='/refused.csv']")
    assert b"Dia Roy" in Path(download.value.path()).read_bytes()
    press(page, "a[href$='/undo']")
    press(page, "form button.danger")
    expect(page.locator("[role=status]")).to_contain_text("Waiting")
    work_off(site.served)
    expect(page.get_by_text("3 rows were taken back.")).to_be_visible()
    assert not models.Account.objects.exists()


def test_a_column_that_is_chosen_shows_its_cells_at_once_and_loses_nothing_typed(site: Site) -> None:
    page = site.open(Role.LEAD)
    page.goto(f"/imports/{staged(site.served).batch}/columns")
    page.locator("[name='value.product']").fill("card-1")
    page.locator("#from-principal").select_option("3")
    expect(page.locator("#line-principal .cell").first).to_have_text("1240.50")
    expect(page.locator("[name='value.product']")).to_have_value("card-1")
    # What is typed while the answer is on its way stays, too.
    page.locator("#from-currency").select_option("value")
    page.locator("[name='value.currency']").fill("USD")
    page.wait_for_timeout(500)
    expect(page.locator("[name='value.currency']")).to_have_value("USD")
    page.locator("#from-principal").select_option("value")
    expect(page.locator("[name='value.principal']")).to_be_visible()


def test_the_columns_are_answered_without_a_script(site: Site) -> None:
    page = site.open(Role.LEAD, scripts=False)
    page.goto(f"/imports/{staged(site.served).batch}/columns")
    page.click(".more > summary")
    for name, told in ANSWERS.items():
        field = page.locator(f"[name='{name}']")
        if field.evaluate("(at) => at.tagName") == "SELECT":
            field.select_option(told)
        else:
            field.fill(told)
    page.click("button[name=go]")
    expect(page).to_have_url(re.compile("/preview$"))


def test_a_file_that_is_too_large_is_said_to_be_so_before_it_is_sent(site: Site, book: Path) -> None:
    page = site.open(Role.LEAD)
    page.goto("/imports/new")
    page.check("#kind-accounts")
    page.locator("#file").evaluate("(at) => { at.dataset.largestBytes = 5 }")
    page.set_input_files("#file", book)
    assert "larger than" in page.locator("#file").evaluate("(at) => at.validationMessage")
    page.click(".upload form > button")
    expect(page).to_have_url(re.compile("/imports/new$"))
    assert not models.ImportBatch.objects.exists()


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_pages_of_imports_have_no_fault(site: Site, view: View) -> None:
    scheme, size, language = view
    lead = site.served.client(Role.LEAD)
    empty, done = staged(site.served, name="a very long name " * 9 + "\u202efdp.csv").batch, imported(site.served, lead)
    ready = tried(site.served, lead)
    page = site.open(Role.LEAD, scheme=scheme, size=size, language=language)
    found = {}
    addresses = ["/imports", "/imports/new", *(f"/imports/{empty}{step}" for step in ("", "/file", "/columns", "/map"))]
    for address in (
        *addresses,
        f"/imports/{ready}/preview",
        f"/imports/{ready}",
        f"/imports/{done}",
        f"/imports/{done}/undo",
    ):
        page.goto(address)
        for details in page.locator("details:not(.who)").all():
            details.evaluate("(at) => { at.open = true }")
        faults = faults_of(page)
        if is_wider_than_its_window(page):
            faults.append("wider than its window")
        if faults:
            found[address] = faults
    assert found == {}
