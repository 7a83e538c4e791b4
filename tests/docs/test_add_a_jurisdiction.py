"""The page that tells a compliance officer how to add a place is followed to the letter, in a folder of its own."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.test_commands import Done, parley
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "add-a-jurisdiction.md"
BLOCK = re.compile(r"^```(\w+) ?(\S*)( \+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A file to write, or one to add to; or commands to run."""

    language: str
    path: str
    adds: bool
    text: str


def steps() -> Iterator[Step]:
    for language, path, adds, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        yield Step(language, path, bool(adds), text)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def follow(here: Path, step: Step) -> list[Done]:
    """Do what a block says; return what its commands said."""
    if step.language != "sh":
        target = here / step.path
        target.parent.mkdir(parents=True, exist_ok=True)
        before = target.read_text(encoding="utf-8") if step.adds else ""
        target.write_text(f"{before}{step.text}", encoding="utf-8")
        return []
    return [said for line in step.text.splitlines() if (said := command(here, shlex.split(line))) is not None]


def command(here: Path, words: list[str]) -> Done | None:
    match words:
        case ["cp", "-r", source, target]:
            shutil.copytree(ROOT / source, here / target)
            return None
        case ["parley", *rest]:
            return parley(*rest, home=here / "nowhere")
        case _:
            raise AssertionError(words)


def test_every_step_of_the_page_does_what_it_says(here: Path) -> None:
    said = [done for step in steps() for done in follow(here, step)]
    assert [done.returncode for done in said] == [0] * 4, [done.stdout + done.stderr for done in said]
    assert [" 0 findings" in said[place].stdout for place in (0, 1, 3)] == [True] * 3
    assert "2 passed, 0 failed" in said[2].stdout


def test_a_number_without_its_cases_is_named(here: Path) -> None:
    last = Done(0, "", "")
    for step in steps():
        cut = Step(step.language, step.path, step.adds, step.text.replace("T18:59+01:00", "T12:00+01:00"))
        for done in follow(here, cut):
            last = done if "--cases" in done.stdout or "cases," in done.stdout else last
    assert last.returncode == 1
    assert "qx-hours" in last.stdout


def test_what_is_mistyped_is_refused_with_its_line(here: Path) -> None:
    said = []
    for step in steps():
        said += follow(here, Step(step.language, step.path, step.adds, step.text.replace("purposes =", "purpose =")))
    assert said[0].returncode == 2
    assert "qx/collection.toml, line" in said[0].stderr
