"""A measured figure beside its aim, and the table and file they are shown in."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. `aim` 0: a baseline, or a figure without one. `is_ceiling`: small is good."""

    name: str
    value: float
    unit: str
    aim: float = 0
    is_ceiling: bool = False

    @property
    def verdict(self) -> str:
        """Say whether the aim is met; nothing where there is none."""
        if not self.aim:
            return ""
        met = self.value <= self.aim if self.is_ceiling else self.value >= self.aim
        return "yes" if met else "NO"


def machine() -> str:
    """Return what the figures are of."""
    day = time.strftime("%Y-%m-%d %H:%M")
    load = os.getloadavg()[0]
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, {day}"


def header() -> str:
    """Return the first line of the table."""
    return f"{'figure':58} {'measured':>12} {'unit':14} {'aim':>10} met?"


def line(figure: Figure) -> str:
    """Return one line of the table."""
    aim = f"{'≤' if figure.is_ceiling else '≥'} {figure.aim:,.0f}" if figure.aim else ""
    return f"{figure.name:58} {figure.value:12,.1f} {figure.unit:14} {aim:>10} {figure.verdict}"


def write(path: Path, figures: Sequence[Figure], left_out: Sequence[str]) -> None:
    """Write everything as JSON."""
    rows = [{**asdict(figure), "met": figure.verdict} for figure in figures]
    content = {"machine": machine(), "figures": rows, "left_out": list(left_out)}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
