"""`parley campaign new|show|count|approve|send|stop`: promotions to those who want them."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.cli.speech import here, say

if TYPE_CHECKING:
    from parley.run.campaigns import Campaigns
    from parley.store import models

app = typer.Typer(help="Promotions to those who want them: preview, approval by a second person, sending, stopping.")

Name = Annotated[str, typer.Argument(help="The campaign's name.")]
By = Annotated[str, typer.Option("--by", help="Who does this. Default: the user of this machine.", show_default=False)]


@contextmanager
def _campaigns(home: HomeOption, command: str) -> Iterator[Campaigns]:
    from parley.run.campaigns import Campaigns
    from parley.run.home import open_home, resolve_home
    from parley.run.library import nightly_terms
    from parley.run.texts_in_use import library_of
    from parley.store.faults import faults
    from parley.store.lock import writer_lock

    root = resolve_home(home, os.environ)
    opened = open_home(root, os.environ)
    with faults(), writer_lock(root, command):
        library = library_of(opened)
        yield Campaigns(library, nightly_terms(opened.settings, library), opened.vault)


@app.command("new")
def new(
    name: Name,
    template: Annotated[str, typer.Option(help="What is said: the key of a promotion template.")] = "promotion.offer",
    jurisdiction: Annotated[
        list[str] | None, typer.Option(help="Only borrowers of this place; may be repeated.", show_default=False)
    ] = None,
    by: By = "",
    home: HomeOption = None,
) -> None:
    """Draft a campaign and show whom it would reach, at what price, and whom the gate excludes."""
    from parley.run.campaigns import Audience

    with _campaigns(home, "parley campaign new") as campaigns:
        drafted = campaigns.draft(name, template, Audience(tuple(jurisdiction or ())), by or _user(), datetime.now(UTC))
    _show(drafted)


@app.command("show")
def show(name: Name, home: HomeOption = None) -> None:
    """Show a campaign: state, reach, cost, exclusions by rule."""
    with _campaigns(home, "parley campaign show") as campaigns:
        _show(campaigns.find(name))


@app.command("count")
def count(name: Name, by: By = "", home: HomeOption = None) -> None:
    """Count a draft anew: whom it would reach by now."""
    with _campaigns(home, "parley campaign count") as campaigns:
        _show(campaigns.count_again(name, by or _user(), datetime.now(UTC)))


@app.command("approve")
def approve(name: Name, by: By = "", home: HomeOption = None) -> None:
    """Approve a draft that somebody else made."""
    with _campaigns(home, "parley campaign approve") as campaigns:
        _show(campaigns.approve(name, by or _user(), datetime.now(UTC)))


@app.command("send")
def send(name: Name, by: By = "", home: HomeOption = None) -> None:
    """Queue an approved campaign; each message still passes the gate when it leaves."""
    from rich.progress import Progress

    with _campaigns(home, "parley campaign send") as campaigns, Progress(transient=True) as bar:
        task = bar.add_task("queueing", total=None)
        now, who = datetime.now(UTC), by or _user()
        queued = campaigns.send(name, who, now, lambda done, of: bar.update(task, completed=done, total=of))
        campaigns.go_on_later(name, who, now, queued)
    say(f"{queued.new:,} messages queued.", f"已排队 {queued.new:,} 条。", chinese=here())
    if queued.waiting:
        say(
            f"{queued.waiting:,} borrowers wait until the people who answer have room: `parley serve` goes on by "
            "itself from tomorrow.",
            f"另有 {queued.waiting:,} 人等待，待人工有余力后由 `parley serve` 自明日起自动继续。",
            chinese=here(),
        )


@app.command("stop")
def stop(name: Name, by: By = "", home: HomeOption = None) -> None:
    """Stop a campaign and cancel what waits."""
    with _campaigns(home, "parley campaign stop") as campaigns:
        cancelled = campaigns.stop(name, by or _user(), datetime.now(UTC))
    say(f"{cancelled:,} waiting messages cancelled.", f"已取消 {cancelled:,} 条待发短信。", chinese=here())


def _user() -> str:
    return getpass.getuser()


def _show(campaign: models.Campaign) -> None:
    say(
        f"{campaign.name}: {campaign.state}; reaches {campaign.count:,} borrowers in {campaign.segments:,} segments, "
        f"cost {campaign.cost_micro / 1_000_000:,.2f}; made by {campaign.created_by}, "
        f"approved by {campaign.approved_by or 'nobody yet'}.",
        f"{campaign.name}：{campaign.state}；覆盖 {campaign.count:,} 人，{campaign.segments:,} 分条，"
        f"费用 {campaign.cost_micro / 1_000_000:,.2f}；创建 {campaign.created_by}，"
        f"审批 {campaign.approved_by or '暂无'}。",
        chinese=here(),
    )
    for rule, count in sorted(campaign.excluded.items(), key=lambda item: -item[1]):
        typer.echo(f"  excluded by {rule:<36}{count:>9,}")
