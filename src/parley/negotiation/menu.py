"""Which plans may be offered? Law and policy × capacity → at most three level plans, each with its certificate.

Same facts, same menu: nothing here sees a word the borrower wrote. Every constraint is tested on the final schedule.
Order: cheapest total first, then fewest payments. None is dominated: a later option costs more and asks less a month.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import ceil

from parley.negotiation.policy import Policy
from parley.servicing.account import Product
from parley.servicing.schedule import Schedule, level_instalment, level_schedule


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """All that a menu depends on. Units: minor units of `currency`, basis points, days; capacity is a month's."""

    product: Product
    currency: str
    balance_minor: int
    contract_rate_bps: int
    days_past_due: int
    capacity_minor: int
    first_due_on: date

    @property
    def hash(self) -> str:
        """SHA-256 of the facts, for the certificate: equal hashes, equal menus."""
        parts = (
            self.product,
            self.currency,
            self.balance_minor,
            self.contract_rate_bps,
            self.days_past_due,
            self.capacity_minor,
            self.first_due_on.isoformat(),
        )
        return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Menu:
    """One to three plans, cheapest total first, and how they were found."""

    plans: tuple[Schedule, ...]
    candidates: int
    feasible: int
    is_floor: bool
    certificate: dict[str, object]


@dataclass(frozen=True, slots=True, repr=False)
class NoPlan:
    """Nothing fits: `needed_minor` is the smallest monthly instalment any allowed plan asks for."""

    needed_minor: int
    candidates: int


def build_menu(
    facts: Facts, policy: Policy, rulebook_hash: str, is_lawful: Callable[[Schedule], bool]
) -> Menu | NoPlan:
    """Return the menu for *facts*, or what is missing. No plan stands on it that is not lawful.

    The rate of relief comes first; the documented floor is tried only when no plan at that rate fits.
    """
    assert facts.balance_minor > 0, "a plan repays a debt"
    relief_bps = policy.plan_rate_bps(facts.contract_rate_bps, facts.days_past_due)
    rates = [relief_bps] + ([policy.floor_rate_bps] if policy.floor_rate_bps < relief_bps else [])
    most = policy.max_payments[facts.product]
    for rate_bps in rates:
        fits = partial(_fits, facts, policy, is_lawful)
        shortest = _shortest(facts, rate_bps, most, fits)
        if shortest is not None:
            plans = _options(facts, policy, rate_bps, shortest, most, fits)
            return _certified(facts, policy, rulebook_hash, plans, is_floor=rate_bps != relief_bps, shortest=shortest)
    needed = min(level_instalment(facts.balance_minor, rate, most) for rate in rates)
    return NoPlan(needed_minor=max(needed, _smallest(facts, policy)), candidates=most * len(rates))


def _smallest(facts: Facts, policy: Policy) -> int:
    return min(policy.smallest_instalment_minor.get(facts.currency, 1), facts.balance_minor)


def _fits(facts: Facts, policy: Policy, is_lawful: Callable[[Schedule], bool], plan: Schedule) -> bool:
    """Test the final schedule: no payment above capacity, the instalment worth collecting, within the law."""
    largest = max(row.payment_minor for row in plan.rows)
    return largest <= facts.capacity_minor and plan.level_minor >= _smallest(facts, policy) and is_lawful(plan)


def _price(facts: Facts, rate_bps: int, payments: int) -> Schedule:
    return level_schedule(facts.balance_minor, rate_bps, payments, facts.first_due_on, facts.currency)


def _shortest(facts: Facts, rate_bps: int, most: int, fits: Callable[[Schedule], bool]) -> int | None:
    """Return the fewest payments that fit the capacity; the instalment falls with the term, so halve the range."""
    low, high = 1, most
    if level_instalment(facts.balance_minor, rate_bps, most) > facts.capacity_minor:
        return None
    while low < high:
        middle = (low + high) // 2
        if level_instalment(facts.balance_minor, rate_bps, middle) <= facts.capacity_minor:
            high = middle
        else:
            low = middle + 1
    # The last payment takes the roundings and may lie a little above the others: test the schedule itself.
    return next((n for n in range(low, most + 1) if fits(_price(facts, rate_bps, n))), None)


def _options(
    facts: Facts, policy: Policy, rate_bps: int, shortest: int, most: int, fits: Callable[[Schedule], bool]
) -> tuple[Schedule, ...]:
    lengths = sorted({min(most, ceil(shortest * factor)) for factor in policy.lengths})
    priced = (_price(facts, rate_bps, length) for length in lengths)
    plans = sorted((plan for plan in priced if fits(plan)), key=_order)
    kept: list[Schedule] = []
    for plan in plans:
        if not kept or plan.level_minor < kept[-1].level_minor:
            kept.append(plan)
    return tuple(kept)


def _order(plan: Schedule) -> tuple[int, int, int]:
    return (plan.total_minor, plan.count, plan.level_minor)


def _certified(
    facts: Facts, policy: Policy, rulebook_hash: str, plans: tuple[Schedule, ...], *, is_floor: bool, shortest: int
) -> Menu:
    most = policy.max_payments[facts.product]
    feasible = most - shortest + 1
    certificate: dict[str, object] = {
        "policy": policy.id,
        "policy_hash": policy.hash,
        "rulebook_hash": rulebook_hash,
        "input_hash": facts.hash,
        "candidates": most * (2 if is_floor else 1),
        "feasible": feasible,
        "is_floor": is_floor,
        "slack": [
            {
                "capacity_minor": facts.capacity_minor - max(row.payment_minor for row in plan.rows),
                "payments": most - plan.count,
                "instalment_minor": plan.level_minor - _smallest(facts, policy),
            }
            for plan in plans
        ],
    }
    return Menu(plans, most * (2 if is_floor else 1), feasible, is_floor, certificate)
