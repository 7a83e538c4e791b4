"""The parameters of the simulation, read from `data/card.toml`: each one has a value and a basis in words."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, get_type_hints


class Style(StrEnum):
    """How a borrower writes; it must not change what they are offered."""

    PLAIN = "plain"
    TERSE = "terse"
    CHATTY = "chatty"
    ANGRY = "angry"
    EVASIVE = "evasive"
    CODE_MIXED = "code_mixed"


@dataclass(frozen=True, slots=True)
class Card:
    """The parameters. Units by suffix: bps, percent, minutes, days; `_nt` in the sample portfolio's own unit."""

    due_reminder_odds_percent: int
    second_reminder_odds_percent: int
    named_contact_odds_percent: int
    person_called_add_bps: int
    break_elasticity_percent: int
    arrangement_break_bps: int
    promise_kept_bps: int
    unaffordable_paid_bps: int
    part_paid_bps: int
    minimum_current_bps: int
    minimum_1_29_bps: int
    minimum_30_59_bps: int
    minimum_60_bps: int
    anchoring_bps: int
    first_option_bps: int
    negative_budget_past_due_bps: int
    negative_budget_current_bps: int
    fatigue_percent: int
    opt_out_bps: int
    opt_out_from_third_percent: int
    shock_per_year_bps: int
    shock_days: int
    shock_income_percent: int
    income_nt: tuple[int, ...]
    income_at_least_percent_of_balance: int
    surplus_percent: tuple[int, ...]
    deficit_percent: tuple[int, ...]
    other_debt_bps: int
    other_debt_percent: tuple[int, ...]
    assets_percent: tuple[int, ...]
    willing_percent: tuple[int, ...]
    accepts_up_to_percent: tuple[int, ...]
    understates_percent: tuple[int, ...]
    patience: tuple[int, ...]
    thread_reply_bps: int
    evening_reply_percent: int
    identity_wrong_bps: int
    vulnerable_bps: int
    disputes_bps: int
    wrong_person_bps: int
    crisis_per_100k: int
    crisis_vulnerable_factor: int
    legal_bps: int
    second_thought_bps: int
    unreadable_bps: int
    typo_bps: int
    reply_minutes: tuple[int, ...]
    style_percent: dict[Style, int]
    not_plain_bps: dict[Style, int]
    reason_percent: dict[str, int]


def load_card(raw: bytes) -> Card:
    """Read the card. Raises ValueError where a parameter is missing, unknown, or without a basis."""
    table = tomllib.loads(raw.decode())
    wanted = {field.name for field in fields(Card)}
    if wanted != table.keys():
        raise ValueError(f"parameters missing or unknown in the card: {sorted(wanted ^ table.keys())}")
    kinds = get_type_hints(Card)
    return Card(**{name: _value(name, entry, kinds[name]) for name, entry in table.items()})


def _value(name: str, entry: dict[str, Any], kind: object) -> Any:  # noqa: ANN401 - the card's field says the type
    if not entry.get("basis"):
        raise ValueError(f"{name}: a parameter says what it rests on")
    if kind is int:
        value = int(entry["value"])
        low, high = entry["range"]
        if not low <= value <= high:
            raise ValueError(f"{name}: {value} lies outside its own range")
        return value
    if kind == tuple[int, ...]:
        return tuple(entry["values"])
    weights = {key: value for key, value in entry.items() if key != "basis"}
    return {Style(key): value for key, value in weights.items()} if kind == dict[Style, int] else weights
