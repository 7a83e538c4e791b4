"""`parley rules replay`: what another rulebook would have said to what was decided in a period."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from parley.cli.options import HomeOption, day_of
from parley.cli.speech import here, say
from parley.errors import BadInput

if TYPE_CHECKING:
    from parley.contact.replay import Replayed
    from parley.run.replaying import Found
    from parley.store.decisions import StoredDecision

_HEADS: Final = ("allowed 允许", "deferred 暂缓", "refused 拒绝", "else 其他")


def replay(
    first: Annotated[str, typer.Option("--from", help="The first day, as 2026-11-01, in the console's zone.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    rulebook: Annotated[
        Path, typer.Option("--rulebook", help="A folder of rule files: a whole rulebook.", readable=False)
    ],
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", help="Write a line for each decision to this file: ids only.", show_default=False),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Decide what was decided in a period again by another rulebook, and show what would have been otherwise.

    Each decision is judged on its stored facts, as they were known then; nothing in the home is changed. A change is
    counted under the rule that now says no, or that no longer does.
    """
    from rich.progress import Progress

    from parley.run.home import open_home, resolve_home
    from parley.run.replaying import replay_period
    from parley.run.rulebooks import rulebook_at
    from parley.store.faults import faults
    from parley.store.reports import Period

    days = day_of(first), day_of(last)
    if days[0] > days[1]:
        raise BadInput(f"{first} is after {last}. Turn the days round.", f"{first} 晚于 {last}，请对调日期。")
    book = rulebook_at(rulebook)
    opened = open_home(resolve_home(home, os.environ), os.environ)
    period = Period(*days, opened.settings.web.zone)
    with faults(), _file(csv_file) as each, Progress(transient=True) as bar:
        task = bar.add_task("replay", total=None)
        found = replay_period(period, book, lambda done, of: bar.update(task, completed=done, total=of), each)
    _show(found)
    if csv_file is not None:
        say(f"Each decision: {csv_file}", f"逐项决定：{csv_file}", chinese=here())


@contextmanager
def _file(path: Path | None) -> Iterator[Callable[[StoredDecision, Replayed], None]]:
    """Give what writes the line of a decision into *path*, readable by its owner only; nothing without one."""
    from parley.run.replaying import CSV_COLUMNS, csv_row
    from parley.web.csvs import safe_cell

    if path is None:
        yield lambda _stored, _found: None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}). Name a file in a folder you may write to.",
            f"无法写入 {path}（{error.strerror}）。请指定可写目录中的文件。",
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(CSV_COLUMNS)
        yield lambda stored, found: writer.writerow(map(safe_cell, csv_row(stored, found)))


def _show(found: Found) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    tally, chinese = found.tally, here()
    same = tally.decisions - tally.changed
    say(
        f"{tally.decisions:,} decisions replayed by rulebook {found.rulebook_hash[:16]}: "
        f"{same:,} the same, {tally.changed:,} otherwise.",
        f"以规则库 {found.rulebook_hash[:16]} 重演 {tally.decisions:,} 项决定："
        f"{same:,} 项相同，{tally.changed:,} 项不同。",
        chinese=chinese,
    )
    if tally.without_facts:
        say(
            f"{tally.without_facts:,} decisions are left out: an older version kept no facts of them.",
            f"{tally.without_facts:,} 项决定未计入：旧版本未留存其事实。",
            chinese=chinese,
        )
    if found.looks_further:
        names = ", ".join(found.looks_further)
        say(
            f"These rules count further back than stored facts reach and may find too little: {names}",
            f"以下规则的统计窗口长于所存事实，可能少计：{names}",
            chinese=chinese,
        )
    if not tally.changed:
        return
    # An id is read whole, however narrow the terminal.
    ids = (Column(name, no_wrap=True) for name in ("place 地区", "rule 规则"))
    counts_of = (Column(name, justify="right") for name in _HEADS)
    table = Table(*ids, *counts_of, box=SIMPLE_HEAD, pad_edge=False)
    for place, rule_id, *counts in found.rows():
        table.add_row(Text(str(place)), Text(str(rule_id)), *(f"{count:,}" for count in counts))
    Console().print(table)
    say(
        "How each would be decided instead; else: the same verdict, for another rule or until another time.",
        "各列为改判后的结论；其他：结论相同，但规则或时间不同。",
        chinese=chinese,
    )
