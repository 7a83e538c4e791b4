"""`parley nightly`, `serve`, `receive`, `work`, `send`: the running of a home."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput


def nightly(
    as_of: Annotated[str, typer.Option("--as-of", help="The day to decide for, as 2026-11-23.")],
    home: HomeOption = None,
) -> None:
    """Decide for every account what tomorrow says, and queue it. Run again it adds nothing."""
    from rich.progress import Progress

    from parley.run.home import open_home, remember_settings, resolve_home
    from parley.run.library import build_library, nightly_terms
    from parley.run.nightly import run_nightly
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    try:
        day = datetime.strptime(as_of, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise BadInput(
            f"{as_of!r} is not a day. Write it as 2026-11-23.", f"{as_of!r} 不是日期，请写成 2026-11-23。"
        ) from None
    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    now = datetime.now(UTC)
    with faults(), writer_lock(root, "parley nightly"), Progress(transient=True) as bar:
        remember_settings(opened, now)
        library = build_library(opened.settings)
        task = bar.add_task("nightly", total=None)
        run = run_nightly(
            day,
            now,
            library,
            nightly_terms(opened.settings, library),
            opened.vault,
            lambda done, of: bar.update(task, completed=done, total=of),
        )
    say(f"{run.total:,} accounts decided for {day}.", f"已为 {day} 决策 {run.total:,} 个账户。", chinese=here())
    for name, count in sorted(run.counts.items()):
        if name != "chunks":
            typer.echo(f"  {name:<32}{count:>9,}")


def _run(home: HomeOption, command: str, *loops: str) -> None:
    """Run the named loops until stopped; all of them where none is named."""
    from parley.run.home import open_home, remember_settings, resolve_home
    from parley.run.serving import LOOPS, build_pipeline, serve
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, command):
        remember_settings(opened, datetime.now(UTC))
        say(f"{command}: running; stop it with Ctrl-C.", f"{command}：运行中，按 Ctrl-C 停止。", chinese=here())
        serve(build_pipeline(opened), loops or LOOPS)


def serve(home: HomeOption = None) -> None:
    """Receive, answer, send and page in one process, until stopped."""
    _run(home, "parley serve")


def receive(home: HomeOption = None) -> None:
    """Receive only: a process of its own on PostgreSQL."""
    _run(home, "parley receive", "receive")


def work(home: HomeOption = None) -> None:
    """Answer replies, call people and order the audit log only: a process of its own on PostgreSQL."""
    _run(home, "parley work", "work", "page", "order")


def send(home: HomeOption = None) -> None:
    """Send only: a process of its own on PostgreSQL."""
    _run(home, "parley send", "send")
