"""What does one plan cost? Whole numbers of any size, payment by payment: slow, and never in doubt.

Interest of a period = balance × rate × its part of the year, rounded half up; the instalment is the exact one, rounded
half up once; the last payment clears what is left.
"""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

from parley.money import LARGEST_MINOR, divide_half_up
from parley.servicing.interest import WHOLE_BPS
from parley.servicing.pricing.plans import Clock
from parley.servicing.products.terms import UnpaidInterest, refuse_too_large


class Plan(NamedTuple):
    """One plan: *amount_minor* is what it repays; the rest as in `Plans`."""

    amount_minor: int
    payments: int
    annual_rate_bps: int
    deferred: int
    unpaid_interest: UnpaidInterest
    first_period_days: int
    balloon_minor: int

    def __repr__(self) -> str:
        return f"Plan({self.payments} payments, …)"


class Price(NamedTuple):
    """What a plan costs: see `Prices` for each figure; *payments* is the count of the finished schedule."""

    instalment_minor: int
    last_minor: int
    payments: int
    total_minor: int
    is_growing: bool

    def __repr__(self) -> str:
        return f"Price({self.payments} payments, …)"


def price_singly(plan: Plan, clock: Clock) -> Price:
    """Return the price of one plan. Raises BadInput where the debt would grow beyond any consumer's.

    Units: minor units. Rounding: half up.
    """
    level = max(1, divide_half_up(*exact_instalment(plan, clock)))
    balance, held, paid, last, is_growing = plan.amount_minor, 0, 0, 0, False
    number = 0
    while balance:
        number += 1
        days = plan.first_period_days if number == 1 else clock.period_days
        interest = divide_half_up(balance * plan.annual_rate_bps * days, WHOLE_BPS * clock.year_days)
        due = balance + interest
        if due + held > LARGEST_MINOR:
            refuse_too_large(due + held)
        if number <= plan.deferred:
            if plan.unpaid_interest is UnpaidInterest.CAPITALISED:
                balance = due
            else:
                held += interest
            if plan.unpaid_interest is UnpaidInterest.ADDED_ONCE and number == plan.deferred:
                balance, held = balance + held, 0
        elif number == plan.payments or level >= due:
            balance, last = 0, due + held
        else:
            balance, paid, is_growing = due - level, paid + level, is_growing or level < interest
    alone = number == plan.deferred + 1
    return Price(last if alone else level, last, number, paid + last, is_growing)


def exact_instalment(plan: Plan, clock: Clock) -> tuple[int, int]:
    """Return the instalment that repays *plan* exactly, as a fraction of whole numbers.

    With i the rate of a period, g = 1 + i, m payments that are made: (amount × growth × gᵐ − balloon) × i / (gᵐ − 1).
    """
    paying = plan.payments - plan.deferred
    up, down = growth(plan, clock)
    if plan.annual_rate_bps == 0:
        return plan.amount_minor - plan.balloon_minor, paying
    shared = gcd(plan.annual_rate_bps, clock.whole)
    rate, whole = plan.annual_rate_bps // shared, clock.whole // shared
    grown, still = (whole + rate) ** paying, whole**paying
    left = plan.amount_minor * up * grown - plan.balloon_minor * down * still
    return left * rate, down * whole * (grown - still)


def growth(plan: Plan, clock: Clock) -> tuple[int, int]:
    """Return what the amount is multiplied by until one whole period before the first payment made, as a fraction."""
    rate, whole, year = plan.annual_rate_bps, clock.whole, WHOLE_BPS * clock.year_days
    first = year + rate * plan.first_period_days
    if plan.deferred == 0:
        return first * whole, year * (whole + rate)
    later = plan.deferred - 1
    if plan.unpaid_interest is UnpaidInterest.CAPITALISED:
        return first * (whole + rate) ** later, year * whole**later
    if plan.unpaid_interest is UnpaidInterest.ADDED_ONCE:
        return first + later * rate * clock.period_days, year
    return 1, 1
