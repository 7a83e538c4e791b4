"""What an import, an undo and the list of imports look like in a terminal. Personal data is masked."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from parley.cli.speech import here, say
from parley.errors import BadInput
from parley.run.importing.importer import Report, Request
from parley.run.importing.masks import PERSONAL, mask
from parley.run.importing.rows import Row
from parley.store.importing import Batch, Undone

# As much of a batch's id as is shown; the rest is asked for where two begin alike.
_SHOWN_DIGITS = 8


def number_of(batch: UUID) -> str:
    """Return the number by which a batch is named on the command line."""
    return batch.hex[:_SHOWN_DIGITS]


def show(request: Request, report: Report) -> None:
    """Show what was read, added, changed, refused, and where the refused rows are.

    Raises BadInput where a bad row kept all others out.
    """
    counts = report.counts
    for note in report.manner.notes:
        say(note.en, note.zh, chinese=here())
    if request.is_dry_run:
        _preview(report.preview)
    if report.resumed_at:
        say(
            f"Taken up at row {report.resumed_at:,}, where it had been stopped.",
            f"上次中断，已从第 {report.resumed_at:,} 行继续。",
            chinese=here(),
        )
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
    if counts.alerts or counts.alerts_not_sent:
        say(
            f"{would_en}alerts queued {counts.alerts:,} · not sent {counts.alerts_not_sent:,} "
            "(too late, no number, or refused)",
            f"{would_zh}风险提醒 {counts.alerts:,} · 未发 {counts.alerts_not_sent:,}（过时、无号码或被拦下）",
            chinese=here(),
        )
    if report.is_written and report.batch is not None:
        say(
            f"Import {number_of(report.batch)}: take it back with parley import --undo {number_of(report.batch)}",
            f"导入编号 {number_of(report.batch)}：撤销请运行 parley import --undo {number_of(report.batch)}",
            chinese=here(),
        )
    if request.is_dry_run:
        say("Dry run: nothing was kept.", "试运行：未保存任何内容。", chinese=here())
    if report.refused_file is not None:
        _show_refused(report)


def _show_refused(report: Report) -> None:
    if report.is_written:
        say(
            f"The refused rows are in {report.refused_file}. Correct them there and import that file; an "
            "apostrophe before a cell keeps a spreadsheet from running it and is taken off again.",
            f"被拒绝的行在 {report.refused_file}，请在其中改正后导入该文件；"
            "单元格前的撇号用于防止被当作公式运行，导入时会去掉。",
            chinese=here(),
            is_error=True,
        )
        raise typer.Exit(1)
    raise BadInput(
        f"{report.counts.refused:,} rows are bad; nothing was written. They are in {report.refused_file} with the "
        "reasons. Correct the file, or keep the good rows with --good-rows.",
        f"有 {report.counts.refused:,} 行不合格，未写入任何内容。原因见 {report.refused_file}。"
        "请改正文件，或用 --good-rows 保留合格行。",
    )


def _preview(rows: tuple[Row, ...]) -> None:
    """Show the first rows as they were understood, one column each; what names a person is masked."""
    if not rows:
        return
    table = Table("field", *[str(number) for number in range(1, len(rows) + 1)])
    for field in dataclasses.fields(rows[0]):
        values = [getattr(row, field.name) for row in rows]
        if any(value not in (None, "", ()) for value in values):
            table.add_row(field.name, *[mask(str(value)) if field.name in PERSONAL else str(value) for value in values])
    Console().print(table)


def show_undone(found: Undone) -> None:
    """Show what was taken back, and what stays and why. Exit code 1 where rows stay."""
    say(f"taken back {found.taken:,} rows", f"已撤销 {found.taken:,} 行", chinese=here())
    for kept in found.kept:
        places = ", ".join(map(str, kept.places))
        more = " …" if kept.count > len(kept.places) else ""
        say(
            f"{kept.count:,} rows stay: {kept.says.en} (rows {places}{more})",
            f"{kept.count:,} 行保留：{kept.says.zh}（第 {places}{more} 行）",
            chinese=here(),
            is_error=True,
        )
    if found.kept:
        raise typer.Exit(1)


def show_batches(rows: Sequence[Batch]) -> None:
    """Show the imports, newest first."""
    if not rows:
        say("There were no imports yet.", "尚无导入。", chinese=here())
        return
    headings = ("import", "when", "kind", "file", "state", "rows", "added", "changed", "refused", "by")
    table = Table(*headings)
    for one in rows:
        counts = one.counts
        state = f"{one.state} (undone in part)" if one.undone_at and one.state == "done" else str(one.state)
        figures = (f"{one.done:,}/{one.total:,}", *(f"{n:,}" for n in (counts.added, counts.changed, counts.refused)))
        when = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(number_of(one.id), when, one.kind, one.file_name, state, *figures, one.by)
    Console().print(table)
