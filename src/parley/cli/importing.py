"""`parley import KIND FILE --map MAP.toml`: what was read, added, changed, refused; where the refused rows are."""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput
from parley.run.importing.rows import Kind, Row

if TYPE_CHECKING:
    from parley.run.home import Opened
    from parley.run.importing.importer import Report, Request

# Shown as its first and last sign only.
_PERSONAL: Final = frozenset({"reference", "borrower_reference", "name", "phone", "postcode", "contract_tail", "key"})
_KEEP_WHOLE: Final = 2


def import_(
    kind: Annotated[Kind, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="The lender's CSV file, in UTF-8.", readable=False)],
    map_: Annotated[Path, typer.Option("--map", help="Which column fills which field (TOML).", readable=False)],
    home: HomeOption = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="FIELD=VALUE: one fixed value instead of the map's; may be repeated.", show_default=False
        ),
    ] = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything, show the first rows, keep nothing.")
    ] = False,
    good_rows: Annotated[
        bool,
        typer.Option("--good-rows/--all-or-nothing", help="Keep good rows though others are bad, or keep none."),
    ] = False,
) -> None:
    """Import a file of the lender's. The same file twice adds nothing; every bad row goes to an error file."""
    from parley.run.home import open_home, remember_settings, resolve_home
    from parley.run.importing.importer import Request
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    request = Request(
        kind=kind,
        source=file,
        map_name=map_.name,
        map_raw=_read_map(map_),
        overrides=_overrides(set_ or []),
        is_dry_run=dry_run,
        keeps_good_rows=good_rows,
    )
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, f"parley import {kind}"):
        now = datetime.now(UTC)
        remember_settings(opened, now)
        report = _with_progress(opened, request, now)
    _show(request, report)


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


def _with_progress(opened: Opened, request: Request, now: datetime) -> Report:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from parley.run.importing.importer import import_file

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"import {request.kind}", total=None)
        return import_file(opened, request, now, lambda done, total: bar.update(task, completed=done, total=total))


def _show(request: Request, report: Report) -> None:
    counts = report.counts
    if request.is_dry_run:
        _preview(report.preview)
    would_en, would_zh = ("", "") if report.is_written else ("would be ", "拟")
    say(
        f"read {counts.read:,} · {would_en}added {counts.added:,} · {would_en}changed {counts.changed:,} · "
        f"unchanged {counts.unchanged:,} · refused {counts.refused:,}",
        f"读取 {counts.read:,} · {would_zh}新增 {counts.added:,} · {would_zh}更改 {counts.changed:,} · "
        f"未变 {counts.unchanged:,} · 拒绝 {counts.refused:,}",
        chinese=here(),
    )
    if counts.shared_numbers:
        say(
            f"{counts.shared_numbers:,} rows have a number that another borrower has too; all stored. Check them.",
            f"{counts.shared_numbers:,} 行的号码与其他借款人相同，已存入，请核对。",
            chinese=here(),
        )
    if request.is_dry_run:
        say("Dry run: nothing was kept.", "试运行：未保存任何内容。", chinese=here())
    if report.refused_file is None:
        return
    if report.is_written:
        say(
            f"The refused rows are in {report.refused_file}. Correct them there and import that file.",
            f"被拒绝的行在 {report.refused_file}，请在其中改正后导入该文件。",
            chinese=here(),
            is_error=True,
        )
        raise typer.Exit(1)
    raise BadInput(
        f"{counts.refused:,} rows are bad; nothing was written. They are in {report.refused_file} with the reasons. "
        "Correct the file, or keep the good rows with --good-rows.",
        f"有 {counts.refused:,} 行不合格，未写入任何内容。原因见 {report.refused_file}。"
        "请改正文件，或用 --good-rows 保留合格行。",
    )


def _preview(rows: tuple[Row, ...]) -> None:
    """Show the first rows as they were understood, one column each; what names a person is masked."""
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("field", *[str(number) for number in range(1, len(rows) + 1)])
    for field in dataclasses.fields(rows[0]):
        values = [getattr(row, field.name) for row in rows]
        if any(value not in (None, "", ()) for value in values):
            table.add_row(
                field.name, *[_masked(str(value)) if field.name in _PERSONAL else str(value) for value in values]
            )
    Console().print(table)


def _masked(text: str) -> str:
    return text if len(text) == 0 else f"{text[:1]}…{text[-1:]}" if len(text) > _KEEP_WHOLE else "…"
