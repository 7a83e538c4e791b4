"""May an account be counted current again (re-aged), and if not, when? Limits per period, as data.

The file of limits says what its fields mean. Every limit that is broken is told, with the day it would no longer be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from parley.dates import add_months, start_of_day
from parley.errors import BadInput, Refusal
from parley.servicing.table import Grounds, Noun, Table, by_place, place_for, read_tables

_REASON: Final = "re_age_limit"
_YEAR: Final = 12
_FIVE_YEARS: Final = 60


@dataclass(frozen=True, slots=True)
class ReAgeLimits:
    """The limits of one place. Units: whole months; payments made one after the other; re-ages in so many months."""

    name: str
    least_months_on_book: int
    least_consecutive_payments: int
    most_in_12_months: int
    most_in_60_months: int
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class AccountHistory:
    """What the limits ask about: when the account was opened and re-aged, and payments in a row up to now."""

    opened_on: date
    re_aged_on: tuple[date, ...]
    consecutive_payments: int


def refusals_of(limits: ReAgeLimits, history: AccountHistory, on: date, zone: str) -> tuple[Refusal, ...]:
    """Return every limit that a re-age *on* that day would break; none: it may be done.

    `retry_at` is the start, in *zone*, of the first day that would not break it; None where only payments help.
    """
    if not all(history.opened_on <= day <= on for day in (on, *history.re_aged_on)):
        raise BadInput(
            "The account was opened or re-aged after this day, or re-aged before it was opened; check the dates.",
            "开户日或账龄重置日晚于变更日，或重置早于开户，请核对日期。",
        )
    found = []
    if on < (since := add_months(history.opened_on, limits.least_months_on_book)):
        found.append(_refusal(limits, "least_months_on_book", since, zone))
    if history.consecutive_payments < limits.least_consecutive_payments:
        found.append(_refusal(limits, "least_consecutive_payments", None, zone))
    latest = sorted(history.re_aged_on, reverse=True)
    for months, most in ((_YEAR, limits.most_in_12_months), (_FIVE_YEARS, limits.most_in_60_months)):
        if len(latest) >= most and on < (free := add_months(latest[most - 1], months)):
            found.append(_refusal(limits, f"most_in_{months}_months", free, zone))
    return tuple(found)


def load_re_age_limits(raw: bytes) -> Mapping[str, ReAgeLimits]:
    """Read the limits of a TOML file, by jurisdiction. Raises BadInput."""
    limits = [_limits(table) for table in read_tables(raw, _NOUN)]
    return by_place(_NOUN, ((each.name, each.grounds, each) for each in limits))


def choose_re_age_limits(limits: Mapping[str, ReAgeLimits], jurisdiction: str) -> ReAgeLimits:
    """Return the limits of *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    return place_for(limits, jurisdiction)


def _refusal(limits: ReAgeLimits, rule: str, retry_on: date | None, zone: str) -> Refusal:
    retry_at = start_of_day(retry_on, zone) if retry_on else None
    rule_id = f"re_age.{limits.name}.{rule}"
    return Refusal(_REASON, rule_id, limits.grounds.citation or "", limits.grounds.layer, retry_at)


_NOUN: Final = Noun("Limits of re-ageing", "账龄重置的限制")
_COUNTS: Final = ("least_months_on_book", "least_consecutive_payments", "most_in_12_months", "most_in_60_months")


def _limits(table: Table) -> ReAgeLimits:
    table.allow_only(_COUNTS)
    for key in _COUNTS[2:]:
        if table.count(key) < 1:
            raise table.bad(f"{key} allows none; leave re-ageing out instead", f"{key} 不得为零")
    months, payments, in_12_months, in_60_months = [table.count(key) for key in _COUNTS]
    return ReAgeLimits(table.name, months, payments, in_12_months, in_60_months, table.grounds())
