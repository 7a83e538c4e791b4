"""`parley nightly`, `serve`, `receive`, `work`, `send`: the running of a home."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput

if TYPE_CHECKING:
    from parley.run.beside import Beside
    from parley.run.callbacks import CallbackDoor
    from parley.run.clock import Clock
    from parley.run.home import Opened
    from parley.run.loops import Pipeline


def nightly(
    as_of: Annotated[str, typer.Option("--as-of", help="The day to decide for, as 2026-11-23.")],
    home: HomeOption = None,
) -> None:
    """Decide for every account what tomorrow says, and queue it. Run again it adds nothing."""
    from rich.progress import Progress

    from parley.run.clock import open_clock
    from parley.run.home import open_home, remember_settings, resolve_home
    from parley.run.library import nightly_terms
    from parley.run.nightly import run_nightly
    from parley.run.texts_in_use import library_of
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
    now = open_clock(opened.home, opened.settings).now()
    with faults(), writer_lock(root, "parley nightly"), Progress(transient=True) as bar:
        remember_settings(opened, now)
        library = library_of(opened)
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
    """Run the named loops until stopped."""
    from parley.run.beside import Beside
    from parley.run.clock import open_clock
    from parley.run.home import key_source, open_home, remember_settings, resolve_home
    from parley.run.serving import build_pipeline, build_worker_jobs, serve
    from parley.store.database import is_sqlite
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, command):
        clock = open_clock(opened.home, opened.settings)
        remember_settings(opened, clock.now())
        say(f"{command}: running; stop it with Ctrl-C.", f"{command}：运行中，按 Ctrl-C 停止。", chinese=here())
        pipeline = build_pipeline(opened, key_source(opened.home, opened.settings, os.environ))
        is_worker = "work" in loops and not is_sqlite()
        jobs = Beside("jobs", build_worker_jobs(opened, pipeline).work_off, clock) if is_worker else None
        door = _callback_door(opened, pipeline, clock) if "receive" in loops else None
        threads = [one for one in (jobs, _lender_thread(opened, pipeline, clock, loops), door) if one is not None]
        for one in threads:
            one.start()
        try:
            serve(pipeline, loops, clock)
        finally:
            for one in threads:
                one.stop()


def _lender_thread(opened: Opened, pipeline: Pipeline, clock: Clock, loops: Sequence[str]) -> Beside | None:
    """Return what tells the lender's core, where the settings say that something does, beside the work of turns."""
    from parley.run.beside import Beside
    from parley.run.home import key_source
    from parley.run.lender_door import build_door

    if "work" not in loops:
        return None
    door = build_door(opened, pipeline.library, key_source(opened.home, opened.settings, os.environ))
    return Beside("lender", door.deliver, clock) if door is not None else None


def _callback_door(opened: Opened, pipeline: Pipeline, clock: Clock) -> CallbackDoor | None:
    """Return what takes the callbacks of carriers, where the settings name a route."""
    from parley.run.callbacks import build_callback_door
    from parley.run.home import key_source

    return build_callback_door(opened, pipeline, clock, key_source(opened.home, opened.settings, os.environ))


def serve(
    home: HomeOption = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65_534, help="Port of the console; the borrowers' page takes the next.", show_default=False
        ),
    ] = None,
) -> None:
    """Serve the pages; receive, answer, send, page and decide every night: all in one process, until stopped."""
    from parley.run.beside import Beside
    from parley.run.clock import open_clock
    from parley.run.home import key_source, open_home, remember_settings, resolve_home
    from parley.run.pages import Pages, build_services
    from parley.run.serving import LOOPS, build_jobs, build_nightly, build_pipeline
    from parley.run.serving import serve as run_loops
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley serve"):
        clock = open_clock(opened.home, opened.settings)
        remember_settings(opened, clock.now())
        source = key_source(opened.home, opened.settings, os.environ)
        pipeline = build_pipeline(opened, source)
        web = opened.settings.web
        ports = {"console": port or web.console_port, "portal": port + 1 if port else web.page_port}
        pages = Pages(opened, build_services(opened, pipeline, clock, source), ports)
        jobs = build_jobs(opened, pipeline)
        # What a process before this one left in hand.
        jobs.take_up()
        working = Beside("jobs", jobs.work_off, clock)
        telling = _lender_thread(opened, pipeline, clock, LOOPS)
        door = _callback_door(opened, pipeline, clock)
        beside = [one for one in (pages, working, telling, door) if one is not None]
        for one in beside:
            one.start()
        try:
            _tell_addresses(web.listen, ports)
            run_loops(pipeline, LOOPS, clock, build_nightly(opened, pipeline))
        finally:
            for one in reversed(beside):
                one.stop()


def _tell_addresses(listen: str, ports: dict[str, int]) -> None:
    from parley.store import models

    host = f"[{listen}]" if ":" in listen else listen
    console, page = (f"http://{host}:{ports[face]}" for face in ("console", "portal"))
    say(
        f"Console: {console}   Borrowers' page: {page}   Stop with Ctrl-C.",
        f"控制台：{console}   借款人页面：{page}   按 Ctrl-C 停止。",
        chinese=here(),
    )
    if not models.Operator.objects.exists():
        say(
            "Nobody can log in yet: stop, then `parley user add NAME --role administrator --one-time`.",
            "尚无登录账号：请先停止，再运行 `parley user add 登录名 --role administrator --one-time`。",
            chinese=here(),
        )


def receive(home: HomeOption = None) -> None:
    """Receive only: a process of its own on PostgreSQL."""
    _run(home, "parley receive", "receive")


def work(home: HomeOption = None) -> None:
    """Answer replies, call people, do long jobs, order the audit log: a process of its own on PostgreSQL."""
    _run(home, "parley work", "work", "page", "order")


def send(home: HomeOption = None) -> None:
    """Send only: a process of its own on PostgreSQL."""
    _run(home, "parley send", "send")
