"""`parley demo`: a month of the real pipeline on the sample portfolio, and what came of it."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from parley.cli.options import HomeOption
from parley.errors import BadInput
from parley.locale import Language
from parley.run.demo.demo import EACH_OWN, Parameters, run_demo
from parley.run.home import Home, resolve_home
from parley.store.faults import faults

_LOCALES = (EACH_OWN, *(language.value for language in Language))


def demo(
    accounts: Annotated[int, typer.Option(min=1, max=30_000, help="Accounts with a simulated borrower.")] = 3_000,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of domain time.")] = 30,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same report.")] = 1,
    locale: Annotated[str, typer.Option(help="mixed, or one language for everybody: en, zh-Hans, zh-Hant.")] = EACH_OWN,
    home: HomeOption = None,
) -> None:
    """Run the main job on 30,000 real card accounts with simulated borrowers, and report."""
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
    _print(console, report)
    console.print(f"report: {Home(root).report}", highlight=False)
    if any(report["violations"].values()):
        raise typer.Exit(1)


def _print(console: Console, report: dict[str, Any]) -> None:
    """Print the report as tables; nested counts become rows."""
    for section, values in report.items():
        if section in {"parameters", "assumptions"}:
            continue
        table = Table(title=section.replace("_", " "), title_justify="left", show_header=False, min_width=60)
        table.add_column()
        table.add_column(justify="right")
        for name, value in _rows(values):
            table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
        if not table.row_count:
            table.add_row("none", "")
        console.print(table)
    for line in report["assumptions"]:
        console.print(f"· {line}", highlight=False)


def _rows(values: Any, prefix: str = "") -> list[tuple[str, object]]:  # noqa: ANN401 - a JSON value
    if not isinstance(values, dict):
        return [(prefix or "count", values)]
    return [row for name, value in values.items() for row in _rows(value, f"{prefix} {name}".strip())]
