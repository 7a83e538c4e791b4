"""`parley init`, `doctor`, `migrate`, `settings`: a home is made, examined, upgraded, printed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say

# By the state of a check.
_MARKS: Final = {"ok": ("ok", "green"), "warn": ("warn", "yellow"), "bad": ("BAD", "red")}


def init(
    home: HomeOption = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            "--keys",
            help="Folder for the keys, absent or without keys; better on another disk.",
            show_default=False,
            readable=False,
        ),
    ] = None,
) -> None:
    """Make a home: settings, keys, an empty database. Never writes into a folder in use."""
    from parley.run.home import init_home, resolve_home
    from parley.settings import default_settings_text
    from parley.settings.text import toml_value

    root = resolve_home(home, os.environ)
    text = default_settings_text()
    if keys is not None:
        text = text.replace('path = ""', f"path = {toml_value(str(keys.expanduser().absolute()))}", 1)
    made = init_home(root, os.environ, settings_text=text)
    folder = keys.expanduser().absolute() if keys is not None else made.keys
    say(f"Home made: {made.root}", f"已创建主目录：{made.root}", chinese=here())
    say(
        f"Keep a copy of {folder} in a safe place: without the keys nothing that is sealed can be read.",
        f"请妥善备份 {folder}：没有密钥，加密的数据将无法读取。",
        chinese=here(),
    )
    say(
        f"Next: edit {made.settings_file}, then `parley doctor`, then `parley import`.",
        f"下一步：编辑 {made.settings_file}，运行 `parley doctor`，再运行 `parley import`。",
        chinese=here(),
    )


def doctor(home: HomeOption = None) -> None:
    """Say what is wrong with a home, and what to do. Ends with 1 where anything is bad."""
    from rich.console import Console
    from rich.text import Text

    from parley.run.doctor import State, examine
    from parley.run.home import resolve_home

    checks = examine(resolve_home(home, os.environ), os.environ)
    console = Console()
    for check in checks:
        word, colour = _MARKS[check.state]
        console.print(Text(f"{word:>4}", style=colour), Text(f" {check.name}: {check.en}"), sep="", soft_wrap=True)
        if here():
            console.print(Text(f"      {check.zh}"), soft_wrap=True)
    if any(check.state is State.BAD for check in checks):
        raise typer.Exit(1)


def migrate(home: HomeOption = None) -> None:
    """Bring the database of a home up to this version, keeping its data."""
    from parley.run.home import Home, migrate_home, read_settings, resolve_home
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    read_settings(Home(root))
    with faults(), writer_lock(root, "parley migrate"):
        done = migrate_home(root, os.environ)
    if done:
        say(f"Applied: {', '.join(done)}", f"已执行：{'、'.join(done)}", chinese=here())
    else:
        say("Nothing to do: the database is up to date.", "无需操作：数据库已是最新。", chinese=here())


def settings(
    home: HomeOption = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Print the defaults; needs no home.")] = False,  # noqa: FBT002 -- a flag of the command line
) -> None:
    """Print every setting: value, what is allowed, what it means. Refuses a wrong file with the line."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from parley.run.place import Home, read_settings, resolve_home
    from parley.settings import Settings, rows_of

    found = Settings() if defaults else read_settings(Home(resolve_home(home, os.environ)))
    console, section, table = Console(), "", Table()
    for row in rows_of(found):
        if row.section != section:
            if section:
                console.print(table)
            section = row.section
            table = Table("setting", "value", "allowed", "meaning", title=section)
        changed = "" if row.value == row.default else f"\n(default {row.default})"
        meaning = f"{row.en}\n{row.zh}" if here() else row.en
        table.add_row(Text(row.name), Text(row.value + changed), Text(row.allowed_en), Text(meaning))
    console.print(table)
