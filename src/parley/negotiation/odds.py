"""What is a plan expected to bring? Its payments, each by the chance that the plan still stands when it falls due.

With h the chance a month that the plan breaks, v the worth today of a unit in a month, w = (1 − h) × v: n level
payments of a are expected to bring a × w × (1 − wⁿ) ÷ (1 − w). After a break nothing more is counted. h falls with
the instalment as a share of the capacity (down to where it eases no more), with length and with relief, by the
parameters of the policy.

Fixed point: chances are whole billionths, rounded down at each product, so that the same facts give the same figures on
every machine. A figure here orders plans; it is never told to anybody as money.
"""

from __future__ import annotations

from typing import Final

from parley.negotiation.facts import Facts
from parley.negotiation.lattice import Candidate
from parley.negotiation.levers import WHOLE_BPS, Odds

BILLION: Final = 10**9
_YEAR_BPS: Final = 12 * WHOLE_BPS


def break_chance(plan: Candidate, facts: Facts, odds: Odds) -> int:
    """Return the chance a month that *plan* breaks, in billionths."""
    share = max(
        plan.largest_minor * BILLION // max(1, facts.capacity_minor),
        plan.down_minor * BILLION // max(1, facts.at_once_minor),
    )
    eased = max(share, odds.eased_bps * (BILLION // WHOLE_BPS))
    spared = max(0, BILLION - eased) * odds.elasticity_bps // WHOLE_BPS
    chance = odds.break_bps * (BILLION // WHOLE_BPS) * max(0, BILLION - spared) // BILLION
    if plan.count >= odds.long_from:
        chance = chance * odds.long_bps // WHOLE_BPS
    if plan.annual_rate_bps < facts.contract_rate_bps:
        chance = chance * odds.relief_bps // WHOLE_BPS
    return chance


def expected_minor(plan: Candidate, facts: Facts, odds: Odds) -> int:
    """Return what *plan* is expected to bring, at its worth today, in minor units rounded down."""
    chance = break_chance(plan, facts, odds)
    worth = (BILLION - chance) * _YEAR_BPS // (_YEAR_BPS + odds.discount_bps)
    paid = plan.count - 1 if plan.down_minor else plan.count
    if paid == 0:
        return plan.down_minor * worth // BILLION
    kept = _power(worth, paid)
    level = plan.level_minor * _series(worth, kept, paid) + (plan.last_minor - plan.level_minor) * kept
    if plan.down_minor:
        return (plan.down_minor * worth + level * worth // BILLION) // BILLION
    return level * _power(worth, plan.deferred) // BILLION // BILLION


def _series(worth: int, kept: int, payments: int) -> int:
    """Return w(1 − wⁿ) ÷ (1 − w) in billionths; n for w = 1."""
    if worth == BILLION:
        return payments * BILLION
    return worth * (BILLION - kept) // (BILLION - worth)


def _power(base: int, exponent: int) -> int:
    """Return base^exponent in billionths, by squaring."""
    result = BILLION
    while exponent:
        if exponent & 1:
            result = result * base // BILLION
        base = base * base // BILLION
        exponent >>= 1
    return result
