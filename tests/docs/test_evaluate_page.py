"""The page on evaluation: its commands run on its own files, and it names everything that is printed or read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from parley.run.evaluating.watching import KINDS
from parley.simulation.rne13.case import FIELDS
from parley.simulation.rne13.metrics import METRICS
from parley.simulation.rne13.negotiators import Negotiator
from parley.simulation.rne13.talk import Closed
from parley.simulation.rne13.transcript import FIELDS as TOLD
from tests.cli.test_commands import parley
from tests.house.source import ROOT

PAGE = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ parley (.+)$", PAGE, re.MULTILINE)
FILES = re.findall(r"^```jsonl (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("typed", COMMANDS)
def test_every_command_of_the_page_runs_on_its_files(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = parley(*shlex.split(typed), home=tmp_path / "no-home")
    assert (done.returncode, done.stderr) == (0, "")
    assert "parley" in done.stdout


def test_the_page_names_what_is_printed_and_what_is_read() -> None:
    names = [*METRICS, *KINDS, *FIELDS, *TOLD, *Negotiator, *Closed, "upper_bound_share", "parley_by_text"]
    assert [name for name in names if f"`{name}`" not in PAGE] == []
