"""Which two limits of a policy cannot both hold? The first pair found, for the person who wrote the file.

A policy that passes has, for each product, bucket and role, at least one plan of a usual debt.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

from parley.negotiation.levers import WHOLE_BPS, Band, Levers, Policy, Role
from parley.servicing.account import Product
from parley.servicing.interest import level_instalment
from parley.servicing.rates.npv import present_value

# A debt of this size, all of it principal, shows whether any plan can be worth what a role must keep: rounding is far
# below a basis point of it.
_USUAL_MINOR: Final = 10**8


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: where it stands in the file, and as it is written there."""

    path: tuple[str | int, ...]
    value: object

    @property
    def words(self) -> str:
        """The limit as the file writes it."""
        return f"{self.path[-1]} = {self.value}"


@dataclass(frozen=True, slots=True)
class Clash:
    """Two limits that cannot both hold, and why."""

    one: Limit
    other: Limit
    en: str
    zh: str


def find_clash(policy: Policy) -> Clash | None:
    """Return the first clash of *policy*, or None where it holds together."""
    return next(_clashes(policy), None)


def _clashes(policy: Policy) -> Iterator[Clash]:
    yield from _days(policy)
    yield from _grids(policy)
    yield from _rows(policy)
    yield from _bands(policy)
    yield from _floor(policy)
    for place, row in enumerate(policy.levers):
        yield from _authority(policy, place, row)
        yield from _worth(policy, place, row)


def _days(policy: Policy) -> Iterator[Clash]:
    first, latest = policy.first_payment_days, policy.latest_first_payment_days
    if first > latest:
        yield Clash(
            Limit(("first_payment_days",), first),
            Limit(("latest_first_payment_days",), latest),
            "no plan could start",
            "任何方案都无法开始",
        )


def _grids(policy: Policy) -> Iterator[Clash]:
    for product, grid in policy.grids.items():
        if grid.fewest > grid.most:
            yield Clash(
                Limit(("products", product, "min_payments"), grid.fewest),
                Limit(("products", product, "max_payments"), grid.most),
                "no number of payments is left",
                "没有可用的期数",
            )


def _rows(policy: Policy) -> Iterator[Clash]:
    for place, row in enumerate(policy.levers):
        for product in sorted(row.products):
            grid, most = policy.grids[product], row.most_payments
            if most is not None and not grid.fewest <= most <= grid.most:
                name = "max_payments" if most > grid.most else "min_payments"
                yield Clash(
                    Limit(("levers", place, "most_payments"), most),
                    Limit(("products", product, name), grid.most if most > grid.most else grid.fewest),
                    f"the row goes beyond what the product {product} allows",
                    f"该行超出产品 {product} 允许的范围",
                )
    for product in Product:
        of_product = [(place, row) for place, row in enumerate(policy.levers) if product in row.products]
        for (place, row), (later, after) in pairwise(of_product):
            if row.from_days >= after.from_days:
                yield Clash(
                    Limit(("levers", place, "from_days"), row.from_days),
                    Limit(("levers", later, "from_days"), after.from_days),
                    f"rows for {product} stand in ascending `from_days`",
                    f"{product} 的各行须按 `from_days` 递增排列",
                )
        if not of_product or of_product[0][1].from_days > 0:
            place = of_product[0][0] if of_product else 0
            yield Clash(
                Limit(("levers", place, "from_days"), policy.levers[place].from_days),
                Limit(("products", product), "…"),
                f"an account of {product} that is not past due has no levers, so no plan",
                f"未逾期的 {product} 账户没有任何可用调整，方案为空",
            )


def _bands(policy: Policy) -> Iterator[Clash]:
    """Each role may go at least as far as the one before."""
    for before, after in pairwise(Role):
        less, more = policy.bands[before], policy.bands[after]
        for key, goes_back in (
            ("lowest_rate_bps", more.lowest_rate_bps > less.lowest_rate_bps),
            ("most_waived_bps", more.most_waived_bps < less.most_waived_bps),
            ("most_discount_bps", more.most_discount_bps < less.most_discount_bps),
            ("most_deferred", more.most_deferred < less.most_deferred),
            ("lowest_worth_bps", more.lowest_worth_bps > less.lowest_worth_bps),
        ):
            if goes_back:
                yield Clash(
                    Limit(("authority", before, key), getattr(less, key)),
                    Limit(("authority", after, key), getattr(more, key)),
                    f"the {after} could do less than the {before}",
                    f"{after} 的权限反而小于 {before}",
                )


def _floor(policy: Policy) -> Iterator[Clash]:
    lowest, place = min((min(row.rate_bps), place) for place, row in enumerate(policy.levers))
    band, fewest = policy.bands[Role.MACHINE], max(grid.fewest for grid in policy.grids.values())
    for step, floor in enumerate(policy.floors):
        worth = Limit(("floor", step, "lowest_worth_bps"), floor.lowest_worth_bps)
        if floor.rate_bps > lowest:
            yield Clash(
                Limit(("floor", step, "rate_bps"), floor.rate_bps),
                Limit(("levers", place, "rate_bps"), list(policy.levers[place].rate_bps)),
                "the floor is the last offer and cannot be dearer than the others",
                "底线方案是最后的方案，不能比其他方案更贵",
            )
        if floor.lowest_worth_bps > band.lowest_worth_bps:
            yield Clash(
                worth,
                Limit(("authority", Role.MACHINE, "lowest_worth_bps"), band.lowest_worth_bps),
                "the floor is stricter than the offers before it",
                "底线方案比之前的方案更严格",
            )
        kept = WHOLE_BPS - floor.write_down_bps
        if kept < floor.lowest_worth_bps:
            yield Clash(
                worth,
                Limit(("floor", step, "write_down_bps"), floor.write_down_bps),
                "what is left after the write-down is worth less",
                "减免后的余额已低于该价值",
            )
        if _worth_bps(policy, floor.rate_bps, fewest) * kept < floor.lowest_worth_bps * WHOLE_BPS:
            yield Clash(
                worth,
                Limit(("odds", "discount_bps"), policy.odds.discount_bps),
                "no floor offer is worth so much, not even the shortest",
                "即使期数最少，底线方案也达不到该价值",
            )
    for step, (one, other) in enumerate(pairwise(policy.floors)):
        if other.write_down_bps < one.write_down_bps:
            yield Clash(
                Limit(("floor", step, "write_down_bps"), one.write_down_bps),
                Limit(("floor", step + 1, "write_down_bps"), other.write_down_bps),
                "each step of the floor concedes more than the one before",
                "底线方案须逐步放宽",
            )


def _authority(policy: Policy, place: int, row: Levers) -> Iterator[Clash]:
    """Find levers of which no value lies within a role's band: its lattice is empty."""
    for role, band in policy.bands.items():
        if max(row.rate_bps) < band.lowest_rate_bps:
            yield Clash(
                Limit(("levers", place, "rate_bps"), list(row.rate_bps)),
                Limit(("authority", role, "lowest_rate_bps"), band.lowest_rate_bps),
                f"the {role} has no rate to offer, so no plan",
                f"{role} 没有可用的利率，方案为空",
            )
        if min(row.waived_bps) > band.most_waived_bps:
            yield Clash(
                Limit(("levers", place, "charges_waived_bps"), list(row.waived_bps)),
                Limit(("authority", role, "most_waived_bps"), band.most_waived_bps),
                f"the {role} may not waive so much, so has no plan",
                f"{role} 无权减免这么多，方案为空",
            )


def _worth(policy: Policy, place: int, row: Levers) -> Iterator[Clash]:
    """Find what no plan can be worth."""
    for role, band in policy.bands.items():
        for product in sorted(row.products):
            if not _has_worth(policy, product, row, band):
                yield Clash(
                    Limit(("authority", role, "lowest_worth_bps"), band.lowest_worth_bps),
                    Limit(("levers", place, "rate_bps"), list(row.rate_bps)),
                    f"at a discount of {policy.odds.discount_bps} no plan for {product} is worth so much",
                    f"按贴现率 {policy.odds.discount_bps} 计算，没有任何 {product} 方案达到该价值",
                )
    if row.settlement is not None:
        least, lead = min(row.settlement.discount_bps), policy.bands[Role.LEAD]
        if WHOLE_BPS - least < lead.lowest_worth_bps:
            yield Clash(
                Limit(("levers", place, "settlement_discount_bps"), list(row.settlement.discount_bps)),
                Limit(("authority", Role.LEAD, "lowest_worth_bps"), lead.lowest_worth_bps),
                "nobody may give even the smallest of these discounts",
                "最小的折扣也无人有权给予",
            )


def _has_worth(policy: Policy, product: Product, row: Levers, band: Band) -> bool:
    """Whether the dearest plan of the row is worth enough: at its highest rate, by the fewest or the most payments."""
    grid = policy.grids[product]
    counts = grid.counts(row.most_payments or grid.most)
    return any(
        _worth_bps(policy, max(row.rate_bps), count) >= band.lowest_worth_bps for count in (counts[0], counts[-1])
    )


def _worth_bps(policy: Policy, rate_bps: int, payments: int) -> Fraction:
    """Return what a level plan of a usual debt is worth, of what is owed."""
    level = level_instalment(_USUAL_MINOR, rate_bps, payments)
    discount = [Fraction(policy.odds.discount_bps, 12 * WHOLE_BPS)] * payments
    return Fraction(present_value([level] * payments, discount) * WHOLE_BPS, _USUAL_MINOR)
