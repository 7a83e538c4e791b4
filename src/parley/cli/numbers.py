"""`parley numbers`: what a look-up found of telephone numbers; docs/number-trust.md."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from parley.cli.options import HomeOption, read_lines
from parley.cli.speech import here, say

app = typer.Typer(help="Telephone numbers: whose they are, as a look-up found.", no_args_is_help=True)


@app.command("apply")
def apply(
    file: Annotated[Path, typer.Argument(help="JSON lines, a finding each; docs/number-trust.md.", readable=False)],
    home: HomeOption = None,
) -> None:
    """Carry out what a look-up found: confirmed, identity to be proven again, or quarantined over all cases at once.

    Ends with 1 where a line was refused; the others are carried out. The same file twice changes nothing more.
    """
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.run.number_findings import apply_file
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    raw = read_lines(file)
    found: Counter[str] = Counter()
    with faults(), writer_lock(root, "parley numbers apply"):
        now = open_clock(opened.home, opened.settings).now()
        for line in apply_file(raw, now, opened.vault):
            found[line.state] += 1
            if line.state == "refused":
                say(f"{file.name}, {line.en}", f"{file.name} {line.zh}", chinese=here(), is_error=True)
    say(
        f"{found['confirmed']:,} confirmed, {found['unproven']:,} to prove again, {found['quarantined']:,} "
        f"quarantined, {found['remembered']:,} kinds of line, {found['nothing_new']:,} nothing new, "
        f"{found['unknown']:,} not ours, {found['refused']:,} refused.",
        f"确认 {found['confirmed']:,}，需重新核实 {found['unproven']:,}，停用 {found['quarantined']:,}，"
        f"线路类型 {found['remembered']:,}，"
        f"无变化 {found['nothing_new']:,}，非本方号码 {found['unknown']:,}，拒绝 {found['refused']:,}。",
        chinese=here(),
    )
    if found["refused"]:
        raise typer.Exit(1)
