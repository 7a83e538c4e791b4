"""`parley sending`: the stop button of a home, for whoever has a shell and no page."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say
from parley.errors import BadInput

if TYPE_CHECKING:
    from parley.store.stopping import Stop

app = typer.Typer(help="Whether messages leave: stop all, or go on.", no_args_is_help=True)

_BY = "command line"


@app.command("stop")
def stop(
    why: Annotated[
        str,
        typer.Option(help="wrong_text, wrong_figures, wrong_people, carrier, ordered, drill or other."),
    ] = "other",
    home: HomeOption = None,
) -> None:
    """Stop handing messages over; those that wait go on waiting.

    With an embedded database the running `parley serve` is the one process that writes: use its Sending page.
    """
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.store import stopping
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    if why not in set(stopping.Why):
        known = ", ".join(stopping.Why)
        raise BadInput(f"{why!r} is no reason; known are {known}.", f"没有原因{why!r}，可选：{known}。")
    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley sending stop"):
        now = open_clock(opened.home, opened.settings).now()
        _tell(stopping.stop(_BY, stopping.Why(why), now, opened.vault))


@app.command("resume")
def resume(home: HomeOption = None) -> None:
    """Hand messages over again; what waited too long to be of use expires."""
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.store import stopping
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley sending resume"):
        was_stopped = stopping.resume(_BY, open_clock(opened.home, opened.settings).now(), opened.vault)
    if was_stopped:
        say("Messages are handed over again.", "已恢复发送。", chinese=here())
    else:
        _tell(None)


@app.command("show")
def show(home: HomeOption = None) -> None:
    """Say whether messages are handed over. Changes nothing."""
    from parley.run.home import open_home, resolve_home
    from parley.store import stopping
    from parley.store.faults import faults

    open_home(resolve_home(home, os.environ), os.environ)
    with faults():
        _tell(stopping.stop_in_force())


def _tell(found: Stop | None) -> None:
    if found is None:
        say("Messages are handed over; nothing is stopped.", "正在正常发送，没有停止。", chinese=here())
    else:
        at = f"{found.at:%Y-%m-%d %H:%M} UTC"
        say(
            f"Sending is stopped since {at}, by {found.by}: {found.why}.",
            f"自 {at} 起停止发送，操作者 {found.by}，原因 {found.why}。",
            chinese=here(),
        )
