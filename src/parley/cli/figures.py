"""The demonstration's report in the terminal: the figures of `report.json`, as tables."""

from __future__ import annotations

from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console
from rich.table import Table


def show_report(console: Console, report: dict[str, Any]) -> None:
    """Print the report: what was promised and kept first, then the figures, small tables side by side."""
    broken = {kind: count for kind, count in report["violations"].items() if count}
    if broken:
        console.print("[bold red]promises broken 违反的承诺[/bold red]")
        console.print(_figures(broken))
    else:
        looked = report["checked"]["messages"]
        kinds = len(report["violations"])
        console.print(f"\n[green]{kinds} kinds of promise checked over {looked:,} messages: none broken.[/green]")
        console.print(f"[green]已核对 {kinds} 类承诺、{looked:,} 条短信，无一违反。[/green]\n")
    for name, title in _TITLES.items():
        if name not in report:
            # A demonstration that an older version ran does not have every section.
            continue
        console.print(f"[bold]{title}[/bold]", highlight=False)
        console.print(_figures(report[name]), highlight=False)
        console.print()
    for line in report["assumptions"]:
        console.print(f"· {line}", highlight=False)


# Every section of the report that is shown, with its title.
_TITLES: Final = {
    "outcome": "in short 概览",
    "funnel": "how far simulated borrowers came 模拟借款人进展",
    "messages": "messages by kind and state 短信：类别与状态",
    "segments": "segments sent 已发分条",
    "nightly": "nightly decisions 夜间决策",
    "refusals_by_rule": "refusals by rule 拒绝：按规则",
    "replies_by_intent": "replies by intent 回复意图",
    "conversations_by_state": "conversations by state 对话状态",
    "agreements": "arrangements 协商还款",
    "agreed_by_currency": "agreed, minor units 约定金额（最小货币单位）",
    "promises": "promises to pay 承诺还款",
    "hand_overs_by_reason": "hand-overs by reason 转人工原因",
    "campaigns": "campaigns 营销活动",
    "cures": "past due and cured, against the hold-out 恢复正常（与对照组比较）",
}


def _figures(values: dict[str, Any]) -> Table | Columns | str:
    """Return a section as a matrix where its values are groups, else as figures in as many columns as fit."""
    if not values:
        return "  none 无"
    if not all(isinstance(value, dict) for value in values.values()):
        return Columns([f"{name} [bold]{value:,}[/bold]" for name, value in values.items()], equal=True, padding=(0, 3))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    # The longer side goes down the page.
    names = list(dict.fromkeys(name for group in values.values() for name in group))
    rows, columns = (list(values), names) if len(names) <= len(values) + _WIDE else (names, list(values))
    for column in columns:
        table.add_column(column.replace(".", " "), justify="right")
    for row in rows:
        cells = (values.get(row, {}).get(column, values.get(column, {}).get(row)) for column in columns)
        table.add_row(row, *("" if cell is None else f"{cell:,}" for cell in cells))
    return table


_WIDE: Final = 4
