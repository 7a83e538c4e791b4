"""The examples of the page on reading are run: what they print is what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from parley.nlu.score import SLOTS, score
from tests.cli.test_commands import parley
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
# Times differ from machine to machine.
TIME = re.compile(r'(ms_p\d\d"?:? *)[\d.]+')


@pytest.mark.parametrize(("block", "code"), [*zip(BLOCKS, (0, 1, 1), strict=True)])
def test_the_example_prints_what_the_page_shows(
    block: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = re.search(r"```jsonl\n(.*?)```", PAGE, re.DOTALL)
    assert replies is not None
    (tmp_path / "replies.jsonl").write_text(replies[1], encoding="utf-8")
    typed, _, expected = block.partition("\n")
    words = shlex.split(typed.removeprefix("$ parley "))
    monkeypatch.chdir(tmp_path)
    done = parley(*words, home=tmp_path / "none", COLUMNS="80")
    assert done.returncode == code, done.stderr
    assert TIME.sub(r"\1…", done.stdout) == TIME.sub(r"\1…", expected)


def test_the_page_defines_every_figure() -> None:
    told = score([]).as_json()
    names = [*told["en"], *(name for name in told if name not in {"en", "zh"})]
    defined = {name for name in names if f"`{name}`" in PAGE}
    by_slot = {f"{slot}_exact" for slot in SLOTS}
    assert [name for name in names if name not in defined | by_slot] == []
