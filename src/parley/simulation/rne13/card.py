"""The parameters of the evaluation, from `data/rne13.toml`: each has a value and a basis, an assumption a range."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from typing import Any, Final, get_type_hints

CARD_FILE: Final = "rne13.toml"


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters. Units by suffix: bps, percent, days; the rest are counts."""

    horizon_days: int
    misses_break: int
    openings: int
    opening_gap_days: int
    offers: int
    most_discount_bps: int
    most_payments: int
    down_payment_bps: int
    lender_rate_bps: int
    thread_reply_bps: int
    opt_out_bps: int
    accepts_bps: int
    price_elasticity_percent: int
    first_option_bps: int
    counters_bps: int
    anchoring_bps: int
    gives_up_bps: int
    slip_bps: int
    slip_elasticity_percent: int
    stated_more_percent: int
    not_plain_percent: int
    irregular_percent: tuple[int, ...]
    cap_atv: int

    def but(self, name: str, value: int) -> Parameters:
        """Return these parameters with *name* set to *value*."""
        return replace(self, **{name: value})  # type: ignore[arg-type]  # a parameter with a range is a whole number


@dataclass(frozen=True, slots=True)
class Range:
    """An assumption: its name, and the least and most it may reasonably be."""

    name: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rne13Card:
    """The parameters as they are, and which of them are assumptions."""

    parameters: Parameters
    ranges: tuple[Range, ...]


def load_card(raw: bytes) -> Rne13Card:
    """Read the card. Raises ValueError where a parameter is missing, unknown, without a basis or beyond its range."""
    table = tomllib.loads(raw.decode())
    wanted = {field.name for field in fields(Parameters)}
    if wanted != table.keys():
        raise ValueError(f"parameters missing or unknown in the card: {sorted(wanted ^ table.keys())}")
    kinds = get_type_hints(Parameters)
    values = {name: _value(name, entry, kinds[name]) for name, entry in table.items()}
    ranges = tuple(Range(name, *entry["range"]) for name, entry in table.items() if "range" in entry)
    return Rne13Card(Parameters(**values), ranges)


def _value(name: str, entry: dict[str, Any], kind: object) -> Any:  # noqa: ANN401 - the card's field says the type
    basis = entry.get("basis", "")
    if not basis:
        raise ValueError(f"{name}: a parameter says what it rests on")
    if kind is not int:
        return tuple(entry["values"])
    value = int(entry["value"])
    low, high = entry.get("range", (value, value))
    if not low <= value <= high:
        raise ValueError(f"{name}: {value} lies outside its own range")
    return value
