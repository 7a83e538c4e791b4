"""`parley audit verify` and `parley audit checkpoint`: say whether anything was changed behind our back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say

app = typer.Typer(help="Check the audit log, or sign it.", no_args_is_help=True)


@app.command("verify")
def verify(
    home: HomeOption = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", help="A checkpoint exported before and kept elsewhere.", show_default=False, readable=False
        ),
    ] = None,
) -> None:
    """Find every edit, deletion, insertion and reordering. Ends with 1 where anything is wrong."""
    from parley.run.home import open_home, resolve_home
    from parley.store import audit
    from parley.store.faults import faults

    opened = open_home(resolve_home(home, os.environ), os.environ)
    with faults():
        report = audit.verify(opened.vault, checkpoint)
    say(
        f"{report.leaves:,} entries in order, {report.unsequenced:,} waiting; {report.rows:,} rows compared; "
        f"signed up to {report.signed_size:,} by {report.checkpoints:,} checkpoints.",
        f"已排序 {report.leaves:,} 条，待排序 {report.unsequenced:,} 条；比对 {report.rows:,} 行；"
        f"{report.checkpoints:,} 个检查点，签名覆盖至 {report.signed_size:,}。",
        chinese=here(),
    )
    for finding in report.findings:
        say(*finding.words(), chinese=here())
    if not report.is_sound:
        raise typer.Exit(1)
    say("Nothing was changed.", "未发现改动。", chinese=here())


@app.command("checkpoint")
def checkpoint(
    file: Annotated[Path, typer.Argument(help="Where to write it; keep it on another machine.", readable=False)],
    home: HomeOption = None,
) -> None:
    """Order and sign the log as it is, and export the signed statement."""
    from parley.errors import BadInput
    from parley.run.home import open_home, resolve_home
    from parley.store import audit
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley audit checkpoint"):
        while audit.sequence():
            pass
        signed = audit.checkpoint(opened.vault, datetime.now(UTC))
    if signed is None:
        raise BadInput("The log is empty; there is nothing to sign.", "审计日志为空，无可签名内容。")
    audit.export_checkpoint(signed, file)
    say(f"Signed {signed.size:,} entries: {file}", f"已签名 {signed.size:,} 条：{file}", chinese=here())
