"""`parley demo`: a month of the real pipeline on the sample portfolio, and what came of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from parley.cli.options import HomeOption
from parley.errors import BadInput
from parley.locale import Language
from parley.run.demo.parameters import EACH_OWN, Parameters

if TYPE_CHECKING:
    from rich.progress import TaskID

_LOCALES = (EACH_OWN, *(language.value for language in Language))


def demo(
    accounts: Annotated[int, typer.Option(min=1, max=30_000, help="Accounts with a simulated borrower.")] = 3_000,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of domain time.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same report.")] = 1,
    locale: Annotated[str, typer.Option(help="mixed, or one language for everybody: en, zh-Hans, zh-Hant.")] = EACH_OWN,
    home: HomeOption = None,
) -> None:
    """Run the main job on 30,000 real card accounts with simulated borrowers, and report."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from parley.cli.figures import show_report
    from parley.run.demo.demo import run_demo
    from parley.run.home import Home, resolve_home
    from parley.store.faults import faults

    if locale not in _LOCALES:
        raise BadInput(
            f"{locale!r} is not a language of the demonstration. Use one of {', '.join(_LOCALES)}.",
            f"演示不支持语言 {locale!r}，请使用：{'、'.join(_LOCALES)}。",
        )
    root = resolve_home(home, os.environ)
    console = Console()
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar, faults():
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of)
            bar.update(tasks[stage], completed=done, total=of)

        report = run_demo(root, Parameters(accounts, days, seed, locale), os.environ, show)
    show_report(console, report)
    place = Home(root)
    console.print(f"report 报告: {place.report_page}\nfigures 数据: {place.report}", highlight=False, soft_wrap=True)
    if any(report["violations"].values()):
        raise typer.Exit(1)
