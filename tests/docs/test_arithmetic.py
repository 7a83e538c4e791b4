"""The example of the page on rates is run: what it prints is what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parley.servicing.rates.annual import Convention
from tests.cli.test_commands import parley
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "arithmetic.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases, shown = (re.search(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("yaml", "console"))
    assert cases is not None and shown is not None
    (tmp_path / "cases.yaml").write_text(cases[1], encoding="utf-8")
    typed, *expected = shown[1].splitlines()
    words = typed.removeprefix("$ parley ").split()
    monkeypatch.chdir(tmp_path)
    done = parley(*words, home=tmp_path / "none", COLUMNS="80")
    assert (done.returncode, done.stdout.splitlines()) == (1, expected)


def test_the_page_names_every_convention() -> None:
    assert [convention for convention in Convention if f"`{convention}`" not in PAGE] == []
