"""How long does a menu take? Facts from a seed, under the shipped policy and under one with nine times its plans."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from parley.negotiation.facts import Facts
from parley.negotiation.levers import Policy
from parley.negotiation.menu import build_menu
from parley.run.library import build_library
from parley.servicing.account import Product
from parley.settings import Settings
from tools.bench.figures import Figure
from tools.bench.stage import Size, Watch

FIRST_ON: Final = date(2026, 12, 7)


def menus(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Build so many menus, one after the other; the capacity lies anywhere between nothing and the whole debt."""
    shipped = build_library(Settings()).policy
    wide = replace(
        shipped,
        levers=tuple(replace(row, rate_bps=(490, 790, 1_200), waived_bps=(0, 2_500, 5_000)) for row in shipped.levers),
    )
    (usual, usual_cpu), (most, most_cpu) = (_p99(policy, size.lattices) for policy in (shipped, wide))
    return [
        Figure("menus: shipped policy, p99", usual, "ms", aim=10, is_ceiling=True),
        Figure("menus: shipped policy, p99 of core time", usual_cpu, "cpu-ms"),
        Figure("menus: 540 plans of one borrower, p99", most, "ms", aim=10, is_ceiling=True),
        Figure("menus: 540 plans of one borrower, p99 of core time", most_cpu, "cpu-ms"),
    ]


def _p99(policy: Policy, times: int) -> tuple[float, float]:
    """Return the 99th percentiles in milliseconds: of the clock on the wall, and of a core's time."""
    draw, spent = np.random.default_rng(7), []
    for _ in range(times):
        facts = _facts(draw)
        watch = Watch.start()
        build_menu(facts, policy, "", lambda _plan: True)
        spent.append(watch.stop())
    place = times * 99 // 100
    return 1_000 * sorted(one.wall for one in spent)[place], 1_000 * sorted(one.cpu for one in spent)[place]


def _facts(draw: np.random.Generator) -> Facts:
    balance = int(draw.integers(20_000, 3_000_000))
    return Facts(
        product=(Product.CARD, Product.LOAN)[int(draw.integers(2))],
        currency="USD",
        balance_minor=balance,
        contract_rate_bps=int(draw.integers(500, 3_600)),
        days_past_due=int(draw.integers(-5, 120)),
        capacity_minor=int(draw.integers(balance // 80, balance)),
        first_due_on=FIRST_ON,
        charges_minor=balance // 50,
    )
