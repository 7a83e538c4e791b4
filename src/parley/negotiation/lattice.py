"""Every plan the policy knows for these facts, priced to the minor unit, with what each is worth to the lender.

Level plans (payments × rate × waiver) are priced in columns, each figure equal to that of the final schedule, and so
is what a larger first payment leaves; settlements are few and priced one by one. What the law and the capacity say is
asked afterwards, of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as every

import numpy as np

from parley.money import divide_half_up
from parley.negotiation.facts import Facts
from parley.negotiation.levers import WHOLE_BPS, Band, Levers, Policy
from parley.servicing.interest import Frequency, period_interest
from parley.servicing.pricing.plans import MODES, Column, Plans
from parley.servicing.pricing.prices import price
from parley.servicing.pricing.worth import worth_minor
from parley.servicing.products.terms import UnpaidInterest
from parley.servicing.rates.npv import present_value
from parley.servicing.schedule import Schedule, begun_schedule, deferred_schedule, level_schedule, settled_schedule

# A month as the interest of a plan counts it; the first period is a whole one.
_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """One plan of the lattice, priced. Units: minor units; `asked` is the number of payments it was priced for.

    `count` is that of the finished schedule: rounding may pay off a very small debt early. `down_minor`: a first
    payment that is another than the monthly ones, as of a settlement (`settles`), else 0; `asked` counts those after
    it. `largest_minor`: the largest of the monthly payments.
    """

    asked: int
    annual_rate_bps: int
    forgiven_minor: int
    deferred: int
    down_minor: int
    count: int
    level_minor: int
    last_minor: int
    largest_minor: int
    total_minor: int
    interest_minor: int
    worth_minor: int
    settles: bool = False

    @property
    def frequency(self) -> Frequency:
        """Plans of the lattice are monthly."""
        return Frequency.MONTHLY

    @property
    def order(self) -> tuple[int, ...]:
        """The total order of plans: cheapest total, then fewest payments, then the smallest monthly payment."""
        return (
            self.total_minor,
            self.count + self.deferred,
            self.largest_minor,
            self.down_minor,
            self.annual_rate_bps,
            self.forgiven_minor,
            self.asked,
        )

    def __repr__(self) -> str:
        return f"Candidate({self.count} payments, {self.annual_rate_bps} bps, …)"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the levers go here: a role's part of the grids. `lowest_worth_bps`: of what is owed."""

    counts: tuple[int, ...]
    rates: tuple[int, ...]
    waived_bps: tuple[int, ...]
    most_deferred: int
    settlements: tuple[tuple[int, int, int], ...]
    lowest_worth_bps: int
    write_down_bps: int = 0
    larger_first: bool = False


def reach_of(facts: Facts, policy: Policy) -> Reach:
    """Return the levers that the role of *facts* may move for this product and lateness."""
    row, band = policy.levers_for(facts.product, facts.days_past_due), policy.bands[facts.role]
    grid = policy.grids[facts.product]
    return Reach(
        counts=grid.counts(row.most_payments or grid.most),
        rates=_rates(facts, [rate for rate in row.rate_bps if rate >= band.lowest_rate_bps]),
        waived_bps=tuple(share for share in row.waived_bps if share <= band.most_waived_bps),
        most_deferred=min(row.most_deferred, band.most_deferred),
        settlements=tuple(one for one in _settlements(row, band) if one[2] < grid.most),
        lowest_worth_bps=band.lowest_worth_bps,
        larger_first=row.larger_first,
    )


def floors_of(facts: Facts, policy: Policy) -> list[Reach]:
    """Return the levers of each step of the documented floor."""
    grid, usual = policy.grids[facts.product], reach_of(facts, policy)
    return [
        replace(
            usual,
            counts=grid.counts(grid.most),
            rates=_rates(facts, [floor.rate_bps]),
            waived_bps=(floor.waived_bps,),
            write_down_bps=floor.write_down_bps,
            settlements=(),
            lowest_worth_bps=floor.lowest_worth_bps,
        )
        for floor in policy.floors
    ]


def _rates(facts: Facts, grid: list[int]) -> tuple[int, ...]:
    """Return the rates of a grid, none above the contract's."""
    return tuple(sorted({min(rate, facts.contract_rate_bps) for rate in grid}))


def _settlements(row: Levers, band: Band) -> Iterator[tuple[int, int, int]]:
    """Give (discount, share paid at once, payments after that); all at once has no payments after it.

    A down payment is a payment too, of those the product allows.
    """
    if row.settlement is None:
        return
    for discount in row.settlement.discount_bps:
        for down in row.settlement.down_payment_bps if discount <= band.most_discount_bps else ():
            for payments in row.settlement.payments if down < WHOLE_BPS else (0,):
                yield discount, down, payments


def lattice(facts: Facts, policy: Policy, reach: Reach) -> list[Candidate]:
    """Return every plan of *reach*, priced, in a fixed order. Empty where the first day lies too far ahead."""
    deferred = policy.deferred_for(facts.first_due_on, facts.offered_on)
    if deferred > reach.most_deferred:
        return []
    level = _level(facts, reach, deferred, policy.odds.discount_bps)
    if deferred:
        return level
    # What is paid first is paid now, or the plan is none of these.
    return level + _begun(facts, reach, policy.odds.discount_bps) + _settled(facts, reach, policy.odds.discount_bps)


def _forgiven(facts: Facts, reach: Reach) -> list[int]:
    """Return what may be forgiven in a plan that is no settlement, ascending."""
    written_down = divide_half_up(facts.balance_minor * reach.write_down_bps, WHOLE_BPS)
    waived = {divide_half_up(facts.charges_minor * share, WHOLE_BPS) for share in reach.waived_bps}
    return sorted(waiver + written_down for waiver in waived if waiver + written_down < facts.balance_minor)


def _columns(amounts: Column, counts: Column, rates: Column, deferred: int = 0) -> Plans:
    """Return level plans of *amounts*; which part of a debt was forgiven changes no figure."""
    same = np.ones(len(amounts), np.int64)
    return Plans(
        principal_minor=amounts,
        charges_minor=same * 0,
        payments=counts + deferred,
        annual_rate_bps=rates,
        write_down_minor=same * 0,
        waiver_minor=same * 0,
        deferred=same * deferred,
        unpaid_interest=same * MODES.index(UnpaidInterest.HELD),
        first_period_days=same * _MONTH_DAYS,
        balloon_minor=same * 0,
    )


def _level(facts: Facts, reach: Reach, deferred: int, discount_bps: int) -> list[Candidate]:
    combined = [
        (count, rate, forgiven) for forgiven, rate, count in every(_forgiven(facts, reach), reach.rates, reach.counts)
    ]
    if not combined:
        return []
    counts, rates, forgiven = (np.array(column, np.int64) for column in zip(*combined, strict=True))
    same, plans = np.ones(len(combined), np.int64), _columns(facts.balance_minor - forgiven, counts, rates, deferred)
    prices = price(plans)
    worths = worth_minor(plans, prices, discount_bps)
    columns = (
        *(counts, rates, forgiven, plans.deferred, same * 0, prices.payments, prices.instalment_minor),
        *(prices.last_minor, prices.largest_minor, prices.total_minor, prices.interest_minor, worths),
    )
    return [Candidate(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _begun(facts: Facts, reach: Reach, discount_bps: int) -> list[Candidate]:
    """Return the plans that begin with all that can be paid at once; the rest is a level plan from a month later.

    The interest of the first month is part of the first payment. None where that is no more than a month's capacity.
    """
    first = facts.lump_minor
    if not reach.larger_first or first <= facts.capacity_minor:
        return []
    combined = [
        (count, rate, forgiven, interest, left)
        for forgiven, rate in every(_forgiven(facts, reach), reach.rates)
        if (interest := period_interest(facts.balance_minor - forgiven, rate)) < first
        and (left := facts.balance_minor - forgiven + interest - first) > 0
        # The first payment is one of those the product allows.
        for count in reach.counts[:-1]
    ]
    if not combined:
        return []
    counts, rates, _forgiven_then, _interest, rest = (
        np.array(column, np.int64) for column in zip(*combined, strict=True)
    )
    prices = price(_columns(rest, counts, rates))
    columns = (
        prices.instalment_minor,
        prices.last_minor,
        prices.largest_minor,
        prices.total_minor,
        prices.interest_minor,
    )
    monthly = Fraction(discount_bps, 12 * WHOLE_BPS)
    found = []
    for terms, count, priced in zip(
        combined, prices.payments.tolist(), zip(*(column.tolist() for column in columns), strict=True), strict=True
    ):
        (asked, rate, forgiven, interest, _), (level, last, largest, total, later) = terms, priced
        sums = [first, *[level] * (count - 1), last]
        figures = (count + 1, level, last, largest, first + total, interest + later)
        worth = present_value(sums, [monthly] * len(sums))
        found.append(Candidate(asked, rate, forgiven, 0, first, *figures, worth))
    return found


def _settled(facts: Facts, reach: Reach, discount_bps: int) -> list[Candidate]:
    found = []
    for discount, down, payments in reach.settlements:
        forgiven = divide_half_up(facts.balance_minor * discount, WHOLE_BPS)
        amount = facts.balance_minor - forgiven
        down_minor = min(amount, max(1, divide_half_up(amount * down, WHOLE_BPS)))
        if forgiven == 0 or amount <= 0:
            continue
        plan = settled_schedule(amount, down_minor, payments, facts.first_due_on, facts.currency, forgiven)
        sums = [row.payment_minor for row in plan.rows]
        rate = Fraction(discount_bps, 12 * WHOLE_BPS)
        found.append(
            Candidate(
                asked=payments,
                annual_rate_bps=0,
                forgiven_minor=forgiven,
                deferred=0,
                down_minor=down_minor,
                count=plan.count,
                level_minor=plan.level_minor,
                last_minor=plan.last_minor,
                largest_minor=max(sums[1:], default=0),
                total_minor=amount,
                interest_minor=0,
                worth_minor=present_value(sums, [rate] * len(sums)),
                settles=True,
            )
        )
    return found


def schedule_of(candidate: Candidate, facts: Facts) -> Schedule:
    """Return the final schedule of a candidate, row by row; that it costs what was priced is asserted."""
    rate, forgiven, down = candidate.annual_rate_bps, candidate.forgiven_minor, candidate.down_minor
    amount = facts.balance_minor - forgiven
    if candidate.settles:
        plan = settled_schedule(amount, down, candidate.asked, facts.first_due_on, facts.currency, forgiven)
    elif down:
        plan = begun_schedule(amount, rate, down, candidate.asked, facts.first_due_on, facts.currency, forgiven)
    else:
        plain = level_schedule(
            amount, rate, candidate.asked, facts.first_due_on, facts.currency, forgiven_minor=forgiven
        )
        plan = deferred_schedule(plain, candidate.deferred)
    monthly = [row.payment_minor for row in plan.rows[1 if candidate.down_minor else 0 :]]
    assert (plan.count, plan.total_minor, max(monthly, default=0), plan.last_minor) == (
        candidate.count,
        candidate.total_minor,
        candidate.largest_minor,
        candidate.last_minor,
    ), "a candidate costs what its schedule does"
    return plan
