"""The shipped tables, a small table with round figures, and seeded statements of every form."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from random import Random

from parley.negotiation.budget.bands import Bands, load_bands
from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Rhythm, Topic
from parley.negotiation.budget.load import load_reference
from parley.negotiation.budget.reference import Part, Reference
from parley.negotiation.budget.work_out import Limits

SAMPLES = 2_000

# Every category has a figure, so nothing is unknown: one person spends 900 + 400 + 100, two 1,200 + 700 + 200.
ROUND = b"""
id = "round"
version = "1"
jurisdiction = "US"
currency = "USD"
valid_from = 2026-01-01
assumed_people = 2
reason_en = "r"
reason_zh = "r"
[[sources]]
id = "s"
title = "t"
address = "a"
effective_on = 2026-01-01
read_in = "r"
read_on = 2026-01-02
checked = "source"
[[categories]]
id = "rent"
part = "housing"
en = "rent"
zh = "r"
source = "s"
people_minor = [900_00, 1200_00]
[[categories]]
id = "food"
part = "essentials"
en = "food"
zh = "f"
source = "s"
people_minor = [400_00, 700_00]
[[categories]]
id = "health"
part = "essentials"
en = "health"
zh = "h"
source = "s"
under_65_minor = 60_00
from_65_minor = 100_00
[further]
per_person_minor = 300_01
over = ["rent", "food"]
"""


@cache
def round_table() -> Reference:
    return load_reference(ROUND, "round.toml")


@cache
def raw_tables() -> dict[str, bytes]:
    folder = files("parley.negotiation") / "data" / "budgets"
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".toml")}


@cache
def shipped_tables() -> tuple[Reference, ...]:
    return tuple(load_reference(raw, name) for name, raw in sorted(raw_tables().items()))


@cache
def raw_bands() -> bytes:
    return (files("parley.negotiation") / "data" / "bands.toml").read_bytes()


@cache
def shipped_bands() -> Bands:
    return load_bands(raw_bands(), "bands.toml")


@dataclass(frozen=True)
class Case:
    statement: FinancialStatement
    table: Reference
    limits: Limits
    balance_minor: int


def case(seed: int) -> Case:
    """Draw a statement, a table that fits it, limits, and the balance owed to us."""
    draw = Random(seed)
    table = draw.choice([round_table(), *shipped_tables()])
    statement = FinancialStatement(
        currency=table.currency or draw.choice(["USD", "GBP", "JPY"]),
        capacity_minor=_maybe(draw, draw.randrange(90_000)),
        household=_household(draw),
        income=_income(draw),
        housing=_cost(draw, 150_000),
        other_debts=_cost(draw, 40_000),
        listed_debts_minor=tuple(draw.randrange(1, 900_000) for _ in range(draw.choice([0, 0, 1, 3]))),
        priority_arrears=_cost(draw, 20_000),
        takes_reference=draw.random() < 0.3,
        explained=frozenset(draw.sample(["housing", "essentials", "food", "apparel"], draw.randrange(3))),
        skipped=frozenset(draw.sample(list(Topic), draw.randrange(3))),
    )
    if draw.random() < 0.4:
        statement = statement.but(essentials=_cost(draw, 120_000))
    elif draw.random() < 0.7:
        ids = [one.id for one in table.of(Part.ESSENTIALS) if draw.random() < 0.7]
        costs = {key: cost for key in ids if (cost := _cost(draw, 90_000)) is not None}
        statement = statement.but(by_category=costs)
    limits = Limits(draw.randrange(12_000), Fraction(draw.randrange(4), 20), draw.choice([1, 1, 100, 500, 1000]))
    return Case(statement, table, limits, draw.randrange(1, 900_000))


def _maybe(draw: Random, value: int) -> int | None:
    return value if draw.random() < 0.4 else None


def _household(draw: Random) -> Household | None:
    if draw.random() < 0.2:
        return None
    people = draw.randrange(1, 8)
    return Household(people, draw.choice([None, draw.randrange(people + 1)]))


def _income(draw: Random) -> Income | None:
    if draw.random() < 0.1:
        return None
    if draw.random() < 0.2:
        months = draw.randrange(1, 13)
        return Income(recent_months_minor=tuple(draw.randrange(500_000) for _ in range(months)))
    return Income(draw.randrange(600_000), draw.choice(list(Rhythm)))


def _cost(draw: Random, most_minor: int) -> Cost | None:
    return Cost(draw.randrange(most_minor), draw.choice(list(Rhythm))) if draw.random() < 0.8 else None
