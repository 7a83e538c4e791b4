"""What the pages about carriers show is read as it stands, and they name every key that the kind has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parley.providers.kinds import KINDS
from parley.run.routing import routes_of
from tests.house.source import ROOT

ROUTES = re.compile(r"^```toml\n(# routes\.toml\n.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    path for path in sorted((ROOT / "docs").glob("connect-*.md")) if ROUTES.search(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_the_route_of_a_page_is_one_and_every_key_is_explained(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in ROUTES.findall(text):
        for line in routes_of(block.encode()).lines:
            keys = {key.name: key for key in KINDS[line.kind].declared.keys}
            assert line.kind.partition("-")[0] == page.stem.partition("-")[2]
            for name, (value, _) in line.given.items():
                assert keys[name].form.fullmatch(value) and not keys[name].is_secret
            needed = {key.name for key in keys.values() if key.default is None and not key.is_secret}
            assert needed <= set(line.given)
            assert [
                name for name in keys if f"`{name}`" not in text and f"secret {line.name} {name}`" not in text
            ] == []


def test_there_is_a_page_for_twilio_infobip_and_what_is_described() -> None:
    assert {"connect-twilio", "connect-infobip", "connect-generic"} <= {page.stem for page in PAGES}
