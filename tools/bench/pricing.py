"""How many plans are priced in a second of one core? By columns, and by two loops over the same plans in one run."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Final

import numpy as np

from parley.servicing.interest import WHOLE_BPS, Frequency
from parley.servicing.pricing.plans import CLOCKS, MODES, Clock, Deferral, Levers, Plans, lattice
from parley.servicing.pricing.prices import Prices, price
from parley.servicing.pricing.singly import Plan, price_singly
from parley.servicing.products.terms import UnpaidInterest
from tools.bench.figures import Figure
from tools.bench.stage import Size, Watch

CLOCK: Final = CLOCKS[Frequency.MONTHLY]
# 29 × 3 × 3 × 2 × 2 × 2 combinations, on a debt whose due day moves by eleven days.
LEVERS: Final = Levers(
    payments=tuple(range(4, 62, 2)),
    annual_rate_bps=(1_800, 990, 0),
    first_period_days=(41,),
    write_down_minor=(0, 100_000, 200_000),
    waiver_minor=(0, 6_500),
    deferrals=(Deferral(0), Deferral(3)),
    balloon_minor=(0, 150_000),
)
LATTICE: Final = 2_088


def pricing(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Price plans with all seven levers, by columns and one by one, and the lattice of one borrower."""
    plans = _portfolio(size.plans)
    price(plans)
    watch = Watch.start()
    prices = price(plans)
    columns = size.plans / watch.stop().cpu
    few = [_plan(plans, place) for place in range(size.plans_singly)]
    whole = _loop(few, prices, price_singly)
    decimals = _loop(few, prices, _price_in_decimals)
    wall, cpu = _lattices(size.lattices)
    return [
        Figure("pricing: plans of 2 to 60 payments, seven levers, by columns", columns, "plans/cpu-s", aim=500_000),
        Figure("pricing: by columns, against the loop in Decimal", columns / decimals, "times", aim=20),
        Figure("pricing: by columns, against the loop in whole numbers", columns / whole, "times"),
        Figure("pricing: baseline, a loop in Decimal", decimals, "plans/cpu-s"),
        Figure("pricing: baseline, a loop in whole numbers", whole, "plans/cpu-s"),
        Figure(f"pricing: lattice of {LATTICE:,} plans, p99", wall, "ms", aim=10, is_ceiling=True),
        Figure(f"pricing: lattice of {LATTICE:,} plans, p99 of core time", cpu, "cpu-ms"),
    ]


def _portfolio(count: int) -> Plans:
    draw = np.random.default_rng(7)
    principal, charges = draw.integers(20_000, 3_000_000, count), draw.integers(0, 20_000, count)
    payments = draw.integers(2, 61, count)
    write_down, waiver = principal * draw.integers(0, 40, count) // 100, charges * draw.integers(0, 101, count) // 100
    repaid = principal - write_down + charges - waiver
    return Plans(
        principal_minor=principal,
        charges_minor=charges,
        payments=payments,
        annual_rate_bps=draw.integers(0, 3_601, count),
        write_down_minor=write_down,
        waiver_minor=waiver,
        deferred=np.minimum(draw.integers(0, 4, count), payments - 1),
        unpaid_interest=draw.integers(0, len(MODES), count),
        first_period_days=draw.integers(15, 61, count),
        balloon_minor=repaid * draw.integers(0, 31, count) // 100,
    )


def _plan(plans: Plans, place: int) -> Plan:
    amount, payments, rate, deferred, mode, days, balloon = (int(column[place]) for column in plans.terms)
    return Plan(amount, payments, rate, deferred, MODES[mode], days, balloon)


def _loop(few: list[Plan], prices: Prices, price_one: Callable[[Plan, Clock], tuple[int, ...]]) -> float:
    """Price *few* plans one by one, which must give the prices of the columns. Returns plans per second of a core."""
    watch = Watch.start()
    singly = [price_one(plan, CLOCK) for plan in few]
    spent = watch.stop()
    columns = (prices.instalment_minor, prices.last_minor, prices.count, prices.total_minor)
    by_columns = zip(*(column[: len(few)].tolist() for column in columns), strict=True)
    assert [told[:4] for told in singly] == list(by_columns), "all ways give the same cents"
    return len(few) / spent.cpu


def _lattices(times: int) -> tuple[float, float]:
    """Price the lattice of one borrower so many times. Returns the 99th percentiles in milliseconds."""
    spent = []
    for number in range(times):
        watch = Watch.start()
        prices = price(lattice(1_240_000 + number, 6_500, LEVERS))
        spent.append(watch.stop())
        assert len(prices) == LATTICE, "the lattice is priced whole"
    return _p99([watch.wall for watch in spent]), _p99([watch.cpu for watch in spent])


def _p99(seconds: list[float]) -> float:
    return 1_000 * sorted(seconds)[len(seconds) * 99 // 100]


def _price_in_decimals(plan: Plan, clock: Clock) -> tuple[int, int, int, int]:
    """Price *plan* as one would by hand with Python's Decimal: a sum of money to the unit each period."""
    unit = Decimal(1)
    with localcontext(prec=40):
        rate = Decimal(plan.annual_rate_bps) / WHOLE_BPS
        step, first = rate * clock.period_days / clock.year_days, rate * plan.first_period_days / clock.year_days
        paying = plan.payments - plan.deferred
        growth = _growth_in_decimals(plan, step, first)
        grown = (1 + step) ** paying
        series = (grown - 1) / step if step else Decimal(paying)
        exact = (plan.amount_minor * growth * grown - plan.balloon_minor) / series
        level = max(unit, exact.quantize(unit, ROUND_HALF_UP))
        balance, held, total = Decimal(plan.amount_minor), Decimal(0), Decimal(0)
        for number in range(1, plan.payments + 1):
            days = plan.first_period_days if number == 1 else clock.period_days
            # Divided last: a third of a rate is no decimal, and half a cent would be missed.
            interest = (balance * rate * days / clock.year_days).quantize(unit, ROUND_HALF_UP)
            if number <= plan.deferred:
                if plan.unpaid_interest is UnpaidInterest.CAPITALISED:
                    balance += interest
                else:
                    held += interest
                if plan.unpaid_interest is UnpaidInterest.ADDED_ONCE and number == plan.deferred:
                    balance, held = balance + held, Decimal(0)
                continue
            if number == plan.payments or level >= balance + interest:
                last = balance + interest + held
                alone = number == plan.deferred + 1
                return int(last if alone else level), int(last), number, int(total + last)
            balance, total = balance + interest - level, total + level
    raise AssertionError("the last payment clears the debt")


def _growth_in_decimals(plan: Plan, step: Decimal, first: Decimal) -> Decimal:
    if not plan.deferred:
        return (1 + first) / (1 + step)
    match plan.unpaid_interest:
        case UnpaidInterest.CAPITALISED:
            return (1 + first) * (1 + step) ** (plan.deferred - 1)
        case UnpaidInterest.ADDED_ONCE:
            return 1 + first + (plan.deferred - 1) * step
        case UnpaidInterest.HELD:
            return Decimal(1)
