"""`parley lender`: what the lender's own systems are told, and what they answer; docs/lender-door.md."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from parley.cli.options import HomeOption, read_lines
from parley.cli.speech import here, say
from parley.errors import BadInput

app = typer.Typer(help="What the lender's core is told, and what it answers.", no_args_is_help=True)


@app.command("send")
def send(home: HomeOption = None) -> None:
    """Deliver what is due now, and end; `parley serve` does it all the time."""
    from parley.run.clock import open_clock
    from parley.run.home import key_source, open_home, resolve_home
    from parley.run.lender_door import build_door
    from parley.run.texts_in_use import library_of
    from parley.store import lender_queue
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley lender send"):
        library = library_of(opened)
        door = build_door(opened, library, key_source(opened.home, opened.settings, os.environ))
        if door is None:
            raise BadInput(
                "Nothing tells the lender: lender_notices.deliver_by is none. Set it to file, webhook or both.",
                "未设置送达方式：lender_notices.deliver_by 为 none。请设为 file、webhook 或 both。",
            )
        now = open_clock(opened.home, opened.settings).now()
        while door.deliver(now):
            pass
        found = lender_queue.counts()
    told = tuple(found.get(state, 0) for state in ("delivered", "pending", "failed"))
    say(
        f"{told[0]:,} notices delivered in all, {told[1]:,} wait for their next try, {told[2]:,} failed.",
        f"累计送达 {told[0]:,} 条，等待重试 {told[1]:,} 条，失败 {told[2]:,} 条。",
        chinese=here(),
    )


@app.command("answers")
def answers(
    file: Annotated[Path, typer.Argument(help="JSON lines, an answer each; docs/lender-door.md.", readable=False)],
    home: HomeOption = None,
) -> None:
    """Take the answers of the lender's core from FILE. Ends with 1 where a line was refused; the others are taken.

    FILE is left as it is: correct the lines and give it again, the same answer twice does nothing.
    """
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.run.lender_door import take_file
    from parley.run.texts_in_use import library_of
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    raw = read_lines(file)
    found: Counter[str] = Counter()
    with faults(), writer_lock(root, "parley lender answers"):
        library = library_of(opened)
        now = open_clock(opened.home, opened.settings).now()
        cost = opened.settings.messages.cost_per_segment_micro
        for line in take_file(raw, now, library, cost, opened.vault):
            found[line.state] += 1
            if line.state == "refused":
                say(f"{file.name}, {line.en}", f"{file.name} {line.zh}", chinese=here(), is_error=True)
    say(
        f"{found['taken']:,} answers taken, {found['known']:,} known before, {found['refused']:,} refused.",
        f"采纳 {found['taken']:,} 条，此前已知 {found['known']:,} 条，拒绝 {found['refused']:,} 条。",
        chinese=here(),
    )
    if found["refused"]:
        raise typer.Exit(1)


@app.command("failed")
def failed(home: HomeOption = None) -> None:
    """List the notices that a person must put back, and those whose answer could not be used."""
    from parley.run.home import open_home, resolve_home
    from parley.store import lender_queue
    from parley.store.faults import faults

    open_home(resolve_home(home, os.environ), os.environ)
    with faults():
        rows = lender_queue.for_a_person()
    for row in rows:
        typer.echo(f"{row.key}  {row.kind:<24}{row.state:<11}{row.tries:>4}  {row.at:%Y-%m-%d %H:%M}  {row.fault}")
    say(
        f"{len(rows):,} notices. Put failed ones back with `parley lender again`; an answer is given anew with "
        "`parley lender answers`.",
        f"共 {len(rows):,} 条。失败的用 `parley lender again` 重新投递；应答用 `parley lender answers` 重新提交。",
        chinese=here(),
    )


@app.command("again")
def again(
    notice: Annotated[list[str] | None, typer.Argument(help="Ids of failed notices.", show_default=False)] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every failed notice.")] = False,
    home: HomeOption = None,
) -> None:
    """Let failed notices be tried anew; each keeps its id, so that whoever had it already knows it."""
    from parley.run.clock import open_clock
    from parley.run.home import open_home, resolve_home
    from parley.store import lender_queue
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    if bool(notice) == every:
        raise BadInput(
            "Name the notices, or give --all: see `parley lender failed`.",
            "请指定通知编号，或使用 --all；可用 `parley lender failed` 查看。",
        )
    keys = None if every else [_key(one) for one in notice or ()]
    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, "parley lender again"):
        done = lender_queue.put_back(keys, open_clock(opened.home, opened.settings).now())
    say(f"{done:,} notices wait again.", f"{done:,} 条通知重新等待投递。", chinese=here())


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadInput(
            f"{text!a} is not the id of a notice. See `parley lender failed`.",
            f"{text!a} 不是通知编号。可用 `parley lender failed` 查看。",
        ) from None


@app.command("secret")
def secret(home: HomeOption = None) -> None:
    """Make the secret that notices are signed with, and print it once: give it to whoever receives them.

    One that is there signs too, until its line is deleted from the key file: so the receiver changes over at leisure.
    """
    from parley.run.home import Home, key_source, read_settings, resolve_home
    from parley.store.keys import KeyFiles, create_webhook_secret

    at = Home(resolve_home(home, os.environ))
    source = key_source(at, read_settings(at), os.environ)
    if not isinstance(source, KeyFiles):
        raise BadInput(
            "The keys of this home come from the environment or a command: put the secret there, as whsec_ and base64 "
            "of 24 to 64 bytes, under PARLEY_WEBHOOK_KEY or webhook.",
            "此主目录的密钥来自环境变量或命令：请在该处以 PARLEY_WEBHOOK_KEY 或 webhook 提供密钥，"
            "格式为 whsec_ 加上 24 至 64 字节的 base64。",
        )
    typer.echo(create_webhook_secret(source.folder))
    say(
        "Running processes sign with it from their next start.",
        "正在运行的进程在下次启动后使用该密钥。",
        chinese=here(),
        is_error=True,
    )
