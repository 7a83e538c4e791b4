"""Links between the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md")])


def broken(document: Path, text: str) -> list[str]:
    targets = [target.partition("#")[0] for target in LINK.findall(text)]
    inside = [target for target in targets if target and "://" not in target and not target.startswith("mailto:")]
    return [target for target in inside if not (document.parent / target).exists()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    assert broken(document, document.read_text(encoding="utf-8")) == []


def test_link_check_sees() -> None:
    assert broken(ROOT / "README.md", "[x](docs/nowhere.md) [y](https://example.com) [z](#top)") == ["docs/nowhere.md"]
