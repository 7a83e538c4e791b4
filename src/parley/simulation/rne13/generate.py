"""Two generators of borrowers, of different structure: tune on one, report on the other. Same seed, same borrowers.

a draws what is left over of a salary; b draws the income and spending of gig workers with several debts, and what is
left over is whatever remains. Their tables lie in `data/rne13_borrowers.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from parley.money import MINOR_DIGITS, divide_down, divide_up
from parley.simulation.chance import Dice
from parley.simulation.rne13.case import BorrowerCase, Wrong, case_of

BORROWERS_FILE: Final = "rne13_borrowers.toml"
_MOST_INSTALMENTS: Final = 36


class Generator(StrEnum):
    """Which generator made a borrower."""

    A = "a"
    B = "b"


@dataclass(frozen=True, slots=True)
class _Budget:
    """What one generator says of money. Units: minor units a month."""

    income_minor: int
    every: str
    essential_minor: int
    other_debt_minor: int


def draw_cases(raw: bytes, generator: Generator, seed: int, count: int) -> list[BorrowerCase]:
    """Return *count* borrowers of *generator* under *seed*; the first n are the same whatever *count* is."""
    tables = tomllib.loads(raw.decode())
    return [_case(tables, generator, seed, number) for number in range(count)]


def draw_row(tables: Mapping[str, Any], generator: Generator, seed: int, number: int) -> dict[str, Any]:
    """Return borrower *number* as a row of a case file."""
    dice = Dice(seed, "rne13", generator.value, number)
    own, shared = tables[generator.value], tables["shared"]
    place = tables["place"][dice.weighted({index: row["weight"] for index, row in enumerate(tables["place"])})]
    unit = 10 ** MINOR_DIGITS[place["currency"]]
    ordinary_minor = place["income"] * unit
    budget = (_salaried if generator is Generator.A else _gig)(own, ordinary_minor, dice)
    product = dice.weighted(shared["product_percent"])
    balance_minor = max(unit, _balance(own, budget.income_minor, ordinary_minor, dice))
    remaining = dice.between(6, _MOST_INSTALMENTS)
    is_short = budget.income_minor <= budget.essential_minor + budget.other_debt_minor
    return {
        "id": f"{generator}-{number + 1}",
        **{name: place[name] for name in ("locale", "timezone", "jurisdiction", "currency")},
        "product": product,
        "balance_minor": balance_minor,
        "annual_rate_bps": dice.between(*shared["rate_bps"][product]),
        "days_past_due": dice.pick(shared["days_past_due"]),
        "remaining_instalments": remaining,
        "contract_instalment_minor": divide_up(balance_minor, remaining),
        "income_minor_per_month": budget.income_minor,
        "income_every": budget.every,
        "payday": dice.between(1, 28),
        "essential_minor_per_month": budget.essential_minor,
        "other_debt_minor_per_month": budget.other_debt_minor,
        "assets_minor": _share(budget.income_minor, _assets(own, generator, dice)),
        "shock": _shock(own, dice),
        "understates": Decimal(dice.pick(own["understates_percent"])) / 100,
        "willing": Decimal(dice.between(*own["willing_percent"])) / 100,
        "accepts_up_to": Decimal(dice.between(*own["accepts_up_to_percent"])) / 100,
        "patience": dice.pick(own["patience"]),
        "style": dice.weighted(shared["style_percent"]),
        "reason": dice.weighted(own["reason_percent"]) if is_short or dice.happens(5_000) else None,
        "vulnerable": dice.happens(shared["vulnerable_bps"]),
        "disputes": dice.happens(shared["disputes_bps"]),
        "wrong_person": dice.happens(shared["wrong_person_bps"]),
    }


def _case(tables: Mapping[str, Any], generator: Generator, seed: int, number: int) -> BorrowerCase:
    case = case_of(draw_row(tables, generator, seed, number))
    assert not isinstance(case, Wrong), f"a generator makes rows of the schema: {case}"
    return case


def _salaried(own: Mapping[str, Any], ordinary_minor: int, dice: Dice) -> _Budget:
    income_minor = _share(_share(ordinary_minor, dice.pick(own["income_percent"])), dice.between(90, 110))
    is_short = dice.happens(own["short_bps"])
    left_percent = -dice.between(*own["deficit_percent"]) if is_short else dice.between(*own["surplus_percent"])
    other_minor = 0
    if dice.happens(own["other_debt_bps"]):
        other_minor = _share(income_minor, dice.between(*own["other_debt_percent"]))
    essential_minor = max(0, income_minor - _share(income_minor, left_percent) - other_minor)
    return _Budget(income_minor, dice.weighted(own["every_percent"]), essential_minor, other_minor)


def _gig(own: Mapping[str, Any], ordinary_minor: int, dice: Dice) -> _Budget:
    income_minor = _share(ordinary_minor, _middling(dice, own["mean_percent"], own["mean_sides"]))
    of_place = own["essential_base_percent"] + own["essential_per_head_percent"] * dice.pick(own["household"])
    essential_minor = _share(ordinary_minor, of_place) + _share(income_minor, own["essential_of_income_percent"])
    percent = sum(dice.between(*own["debt_percent"]) for _ in range(dice.pick(own["debts"])))
    every = "irregular" if dice.happens(own["irregular_bps"]) else "weekly"
    return _Budget(income_minor, every, essential_minor, _share(income_minor, percent))


def _balance(own: Mapping[str, Any], income_minor: int, ordinary_minor: int, dice: Dice) -> int:
    if "balance_sides" in own:
        return _share(ordinary_minor, _middling(dice, own["balance_percent_of_income"], own["balance_sides"]))
    percent = dice.pick(own["balance_percent_of_income"])
    return _share(_share(income_minor, percent), dice.between(85, 115))


def _assets(own: Mapping[str, Any], generator: Generator, dice: Dice) -> int:
    return dice.between(*own["assets_percent"]) if generator is Generator.A else dice.pick(own["assets_percent"])


def _middling(dice: Dice, bounds: list[int], sides: int) -> int:
    """Return the mean of *sides* draws: middling values are likelier than those at the bounds."""
    return divide_down(sum(dice.between(*bounds) for _ in range(sides)), sides)


def _share(minor: int, percent: int) -> int:
    return divide_down(minor * percent, 100)


def _shock(own: Mapping[str, Any], dice: Dice) -> dict[str, Any] | None:
    if not dice.happens(own["shock_bps"]):
        return None
    return {
        "start_day": dice.between(*own["shock_start_day"]),
        "days": dice.between(*own["shock_days"]),
        "income_factor": Decimal(dice.between(*own["shock_income_bps"])) / 10_000,
    }
