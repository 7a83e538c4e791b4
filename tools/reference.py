"""Writes the pages of settings, commands, states, import fields and places; with --check says which is stale.

The tables in the code and the rule files are the only source; a page that differs from them fails `make test`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from parley.cli.main import app
from parley.messaging import ledger
from parley.negotiation import state as dialogue
from parley.rulebook.load import load_rulebook
from parley.run.importing.rows import ROWS, Kind, targets_of
from parley.run.rule_files import rule_files
from parley.settings import Settings, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).resolve().parents[1] / "docs"
PLACES = DOCS / "jurisdictions"
ORIGIN = "<!-- Written by `make reference` from the code; edit there. -->"


def cell(text: str) -> str:
    """Return *text* fit for a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def settings_page() -> str:
    """Return the page of every setting: default, what is allowed, what it means in both languages."""
    lines = [
        "# Settings 设置",
        "",
        ORIGIN,
        "",
        "One file, `settings.toml`, in the home. `parley settings` prints the values in force.",
    ]
    section = ""
    for row in rows_of(Settings()):
        if row.section != section:
            section = row.section
            lines += [
                "",
                f"## {section}",
                "",
                "| setting | default | allowed | meaning | 含义 |",
                "|---|---|---|---|---|",
            ]
        lines.append(
            f"| `{row.name}` | `{cell(row.default)}` | {cell(row.allowed_en)} | {cell(row.en)} | {cell(row.zh)} |"
        )
    return "\n".join(lines) + "\n"


def commands(command: object, path: str) -> Iterator[tuple[str, TyperCommand]]:
    """Give every command below *command* with the words that call it."""
    if isinstance(command, TyperGroup):
        for name in sorted(command.commands):
            yield from commands(command.commands[name], f"{path} {name}")
    else:
        assert isinstance(command, TyperCommand), "a command line is made of groups and commands"
        yield path, command


def parameter_line(parameter: object) -> str:
    """Return one line of the list of a command's arguments and options."""
    if isinstance(parameter, TyperArgument):
        shown = f"`{(parameter.name or '').upper()}`"
    else:
        assert isinstance(parameter, TyperOption), "a parameter is an argument or an option"
        shown = ", ".join(f"`{word}`" for word in [*parameter.opts, *parameter.secondary_opts])
    return f"- {shown} {cell(parameter.help or '')}".rstrip()


def commands_page() -> str:
    """Return the page of every command with its arguments and options."""
    lines = ["# Commands 命令", "", ORIGIN, "", "`PARLEY_HOME` names the folder of data, keys and settings."]
    for words, command in commands(typer.main.get_command(app), "parley"):
        lines += ["", f"## {words}", "", (command.help or "").strip()]
        shown = [parameter_line(parameter) for parameter in command.params if parameter.name != "help"]
        lines += ["", *shown] if shown else []
    return "\n".join(lines) + "\n"


def states_page() -> str:
    """Return the page of the state tables: the send ledger and the talk with a borrower."""
    return "\n".join(
        [
            "# States 状态",
            "",
            ORIGIN,
            "",
            "## A message in the send ledger 短信台账",
            "",
            "```mermaid",
            ledger.diagram().strip(),
            "```",
            "",
            "## A talk with a borrower 与借款人的对话",
            "",
            "From *any* state that has not ended the talk may go to a person, a dispute, a wrong number, an opt-out, a",
            "crisis or its close. STOP and a crisis are heard in the ended ones too.",
            "",
            "```mermaid",
            dialogue.diagram().strip(),
            "```",
            "",
            "## What a person does with a talk 人工处理",
            "",
            "A member of staff takes a talk over from any state in which the machine talks, hands it back when no hold",
            "is in the way, or closes it.",
            "",
            "```mermaid",
            dialogue.diagram_by_person().strip(),
            "```",
            "",
        ]
    )


def fields_page() -> str:
    """Return the page of what a file may hold: each kind of file with the fields that a map can fill."""
    lines = [
        "# Fields of imported files 导入字段",
        "",
        ORIGIN,
        "",
        "How a map fills them: [import.md](import.md). Every field not needed may be left out.",
    ]
    for kind in Kind:
        says = (ROWS[kind].__doc__ or "").split("\n\n")[0]
        lines += [
            "",
            f"## {kind}",
            "",
            cell(says),
            "",
            "| field | type | needed | meaning | 含义 |",
            "|---|---|---|---|---|",
        ]
        for target in targets_of(kind).values():
            needed = "yes" if target.is_required else ""
            words = f": {', '.join(target.words)}" if target.words else ""
            lines.append(
                f"| `{target.name}` | {target.type}{words} | {needed} | {cell(target.en)} | {cell(target.zh)} |"
            )
    return "\n".join(lines) + "\n"


def place_pages() -> dict[Path, str]:
    """Return the pages of the places of the rulebook."""
    # This file is run by its path; what lies beside it is then found from the root.
    sys.path.insert(0, str(DOCS.parent))
    from tools.jurisdictions import jurisdiction_pages  # noqa: PLC0415 - only found after the line above

    return {PLACES / name: text for name, text in jurisdiction_pages(load_rulebook(rule_files(None))).items()}


def main() -> int:
    """Write the pages, or with --check compare them."""
    pages = {
        DOCS / "settings.md": settings_page(),
        DOCS / "commands.md": commands_page(),
        DOCS / "states.md": states_page(),
        DOCS / "import-fields.md": fields_page(),
        **place_pages(),
    }
    gone = [path for path in PLACES.glob("*.md") if path not in pages]
    if "--check" not in sys.argv[1:]:
        for path, text in pages.items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for path in gone:
            path.unlink()
        return 0
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in [*stale, *gone]:
        print(f"{path.relative_to(DOCS.parent)} is out of date; run: make reference")
    return 1 if stale or gone else 0


if __name__ == "__main__":
    sys.exit(main())
