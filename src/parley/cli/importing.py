"""`parley import`: a file and its map into the store, a map suggested for a file, imports listed and undone."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput
from parley.run.importing.rows import Kind

if TYPE_CHECKING:
    from parley.run.importing.importer import Request

_Kind = Annotated[Kind | None, typer.Argument(help="What the file holds.", show_default=False)]
_File = Annotated[
    Path | None, typer.Argument(help="The lender's file: CSV, XLSX or Parquet.", readable=False, show_default=False)
]
_Map = Annotated[
    Path | None,
    typer.Option("--map", help="Which column fills which field (TOML).", readable=False, show_default=False),
]
_Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set", help="FIELD=VALUE: one fixed value instead of the map's; may be repeated.", show_default=False
    ),
]
_Encoding = Annotated[
    str, typer.Option("--encoding", help="Encoding of a text file, where it is not found right.", show_default=False)
]
_By = Annotated[str, typer.Option("--by", help="Who imports or undoes. Default: the user's name.", show_default=False)]
_Undo = Annotated[
    str, typer.Option("--undo", help="Take back this import, by the number --list shows.", show_default=False)
]
_List = Annotated[bool, typer.Option("--list", help="Show the imports of this home, newest first.")]
_Suggest = Annotated[
    bool, typer.Option("--suggest", help="Write a map from headings and values, to --map or here; import nothing.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Do everything, show the first rows, keep nothing.")]
_GoodRows = Annotated[
    bool, typer.Option("--good-rows/--all-or-nothing", help="Keep good rows though others are bad, or keep none.")
]


def import_(
    kind: _Kind = None,
    file: _File = None,
    map_: _Map = None,
    home: HomeOption = None,
    set_: _Set = None,
    encoding: _Encoding = "",
    by: _By = "",
    undo: _Undo = "",
    *,
    list_: _List = False,
    suggest: _Suggest = False,
    dry_run: _DryRun = False,
    good_rows: _GoodRows = False,
) -> None:
    """Import a file of the lender's. The same file twice adds nothing; every bad row goes to an error file.

    An import that was stopped goes on where it was when it is run again. Lists and undoes imports too.
    """
    from parley.run.importing.importer import Request
    from parley.run.place import resolve_home

    root = resolve_home(home, os.environ)
    if list_:
        _list(root)
    elif undo:
        _undo(root, undo, by or _user())
    elif kind is None or file is None:
        raise BadInput(
            "Say what the file holds, and which it is: parley import accounts book.xlsx --map map.toml.",
            "请写明文件内容与文件名：parley import accounts book.xlsx --map map.toml。",
        )
    elif suggest:
        _suggest(root, kind, file, map_, encoding)
    elif map_ is None:
        raise BadInput(
            "Name a map with --map, or let one be made: --suggest --map OUT.toml.",
            "请用 --map 指定映射文件，或用 --suggest --map OUT.toml 生成一份。",
        )
    else:
        raw, overrides = _read_map(map_), _overrides(set_ or [])
        request = Request(kind, file, map_.name, raw, overrides, encoding, dry_run, good_rows, by or _user())
        _import(root, request)


def _import(root: Path, request: Request) -> None:
    from parley.cli.import_report import show
    from parley.run.clock import open_clock
    from parley.run.home import open_home, remember_settings
    from parley.run.importing.importer import import_file
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, f"parley import {request.kind}"):
        now = open_clock(opened.home, opened.settings).now()
        remember_settings(opened, now)
        with _bar(f"import {request.kind}") as progress:
            report = import_file(opened, request, now, progress)
    show(request, report)


def _undo(root: Path, number: str, by: str) -> None:
    from parley.cli.import_report import show_undone
    from parley.run.clock import open_clock
    from parley.run.home import open_home
    from parley.run.importing import batches
    from parley.run.importing.desk import ImportDesk
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley import --undo"):
        now = open_clock(opened.home, opened.settings).now()
        batch = batches.find_by_number(number)
        with _bar("undo") as progress:
            found = ImportDesk(opened).undo(batch.id, by, now, progress)
    show_undone(found)


def _list(root: Path) -> None:
    from parley.cli.import_report import show_batches
    from parley.run.home import open_home
    from parley.run.importing.desk import ImportDesk
    from parley.store.faults import faults

    opened = open_home(root, os.environ)
    with faults():
        show_batches(ImportDesk(opened).batches())


def _user() -> str:
    """Return the name of whoever is logged in; a container may have none."""
    try:
        return getpass.getuser()[:60]
    except (KeyError, OSError):
        return "-"


def _suggest(root: Path, kind: Kind, file: Path, out: Path | None, encoding: str) -> None:
    """Write a map made from the file itself; a map that is there is never written over."""
    from parley.run.importing.importer import suggest_map
    from parley.run.place import Home, read_settings

    home = Home(root)
    text = suggest_map(home, read_settings(home).imports, file, kind, encoding, chinese=here())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        with out.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise BadInput(f"{out} is there already. Name another file.", f"{out} 已存在，请换一个文件名。") from None
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}.", f"无法写入 {out}：{error.strerror}。") from None
    say(
        f"The map is in {out}. Read each line, answer what is NEEDED and ASKED, then try it with --dry-run.",
        f"映射文件已写入 {out}。请逐行核对并补充 NEEDED 与 ASKED 处，然后用 --dry-run 试运行。",
        chinese=here(),
    )


def _read_map(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The map {path} cannot be read: {error.strerror}. Check the path and the rights.",
            f"无法读取映射文件 {path}：{error.strerror}。请检查路径与权限。",
        ) from None


def _overrides(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name or not value:
            raise BadInput(
                f"--set {word}: write FIELD=VALUE, such as --set language=zh-Hans.",
                f"--set {word}：请写成 字段=值，例如 --set language=zh-Hans。",
            )
        found[name] = value
    return found


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar while the block runs; give what tells it (done, of)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
