"""What the documents tell a reader to type exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from parley.cli.main import app
from tests.house.source import ROOT

CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def typed(text: str) -> list[str]:
    """Return the lines that start with `$ parley` in the console blocks of *text*."""
    lines = [line for block in CONSOLE.findall(text) for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if re.match(r"\$ parley\b", line)]


def unknown(line: str) -> str | None:
    """Say what in a typed *line* is not there: the command or an option of it."""
    command: object = typer.main.get_command(app)
    for word in shlex.split(line, comments=True)[1:]:
        if word.startswith("--"):
            parameters = command.params if isinstance(command, TyperGroup | TyperCommand) else []
            names = {name for parameter in parameters for name in [*parameter.opts, *parameter.secondary_opts]}
            if word.partition("=")[0] not in names | {"--help"}:
                return f"{line}: no option {word}"
        elif isinstance(command, TyperGroup):
            if word not in command.commands:
                return f"{line}: no command {word}"
            command = command.commands[word]
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: Path(path).name)
def test_every_typed_command_exists(document: Path) -> None:
    problems = [unknown(line) for line in typed(document.read_text(encoding="utf-8"))]
    assert [problem for problem in problems if problem] == []


def test_command_check_sees() -> None:
    assert typed("```console\n$ parley nonsense\nout\n```\n") == ["parley nonsense"]
    assert unknown("parley nonsense")
    assert unknown("parley doctor --nonsense")
