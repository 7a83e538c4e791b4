"""What the page about the lender's door shows is what leaves, what is read, and what there is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from parley.engine.lender_answers import ANSWERS
from parley.run.lender_door.envelope import envelope
from parley.run.lender_door.take import parse
from parley.settings import load_settings
from parley.store import models
from parley.store.lender_notices import KINDS, told_in
from tests.house.source import ROOT
from tests.run.desk import Desk
from tests.run.lender import agree
from tests.store.conftest import keys, sqlite_home

__all__ = ["keys", "sqlite_home"]

PAGE = (ROOT / "docs" / "lender-door.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    (found,) = re.findall(rf"^```\S+ {re.escape(name)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def shape(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what fields there are, and of what kind."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return type(value).__name__


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Desk:
    home = request.getfixturevalue("sqlite_home")
    return Desk(home.vault, home.folder)


def test_the_event_of_the_page_is_the_event_that_leaves(desk: Desk) -> None:
    agree(desk)
    row = models.LenderNotice.objects.select_related("borrower").get()
    leaves = json.loads(envelope(row, told_in(row, desk.vault), "/parley"))
    shown = json.loads(block("parley.arrangement.agreed.v1"))
    assert shape(shown) == shape(leaves)
    assert shown["type"] == leaves["type"]
    plan = shown["data"]["arrangement"]
    assert plan["total_minor"] == sum(one["amount_minor"] for one in plan["instalments"])


def test_every_kind_of_notice_is_on_the_page_and_no_other() -> None:
    shown = re.findall(r"^\| `parley\.(\S+)\.v1` \|", PAGE, re.MULTILINE)
    assert sorted(shown) == sorted(KINDS)


def test_the_settings_of_the_page_are_settings() -> None:
    told = load_settings(block("settings.toml").encode(), "settings.toml").lender_notices
    assert (told.deliver_by, told.webhook_url) == ("webhook", "https://core.example/parley")


def test_the_answers_of_the_page_are_answers_and_are_all() -> None:
    rows = [json.loads(line) for line in block("answers.jsonl").splitlines()]
    said = {parse(row, number).said.answer for number, row in enumerate(rows, 1)}
    assert said == {one for answers in ANSWERS.values() for one in answers}
