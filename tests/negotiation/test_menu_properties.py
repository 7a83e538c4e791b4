"""What must hold of every menu, over random lenders and borrowers: 20,000 pairs as a rule, a million at full size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from parley.negotiation.choose import Ranked, frontier_of, is_dominated, is_ordered, menu_value
from parley.negotiation.facts import Facts
from parley.negotiation.lattice import Candidate, floors_of, lattice, reach_of
from parley.negotiation.levers import Policy
from parley.negotiation.menu import Menu, NoPlan, build_menu
from parley.servicing.schedule import Schedule
from tests.conftest import FULL_SIZE
from tests.negotiation.worlds import FACTS_A_POLICY, Law, facts_of, law_of, policy_of

PARTS = 4
PAIRS = 1_000_000 if FULL_SIZE else 17_000
# Brute force tries every menu of a small lattice; each is dear.
BRUTE = 50_000 if FULL_SIZE else 2_000
AGAIN = 20_000 if FULL_SIZE else 1_000


def worlds(seed: str, pairs: int, *, most: int = 24) -> Iterator[tuple[Policy, Facts, Law]]:
    random = Random(seed)
    for _ in range(0, pairs, FACTS_A_POLICY):
        policy = policy_of(random, most=most)
        for _ in range(min(pairs, FACTS_A_POLICY)):
            facts = facts_of(random, policy)
            yield policy, facts, law_of(random, facts)


def menu_of(policy: Policy, facts: Facts, law: Law) -> Menu | NoPlan:
    return build_menu(facts, policy, "rulebook", law, law.bounds)


def problems(policy: Policy, facts: Facts, law: Law, menu: Menu) -> list[str]:
    """Judge the schedules of a menu by what stands in them, not by the optimiser's figures."""
    found = ["agreed too often"] if facts.agreed_before >= policy.arrangements.most else []
    for plan in menu.plans:
        settles = plan.forgiven_minor > 0 and plan.annual_rate_bps == 0 and not menu.is_floor
        found += _beyond_facts(plan, facts, settles=settles)
        monthly = [part.payment_minor for part in plan.rows[1 if plan.has_down_payment or settles else 0 :]]
        if max(monthly, default=0) * 10_000 > facts.capacity_minor * policy.most_of_capacity_bps:
            found.append("above what may be asked for")
        found += _beyond_policy(plan, facts, policy, is_floor=menu.is_floor, settles=settles)
        found += [] if law(plan) else ["against the law"]
    return found


def _beyond_facts(plan: Schedule, facts: Facts, *, settles: bool) -> Iterator[str]:
    first, *others = [part.payment_minor for part in plan.rows]
    if first > facts.capacity_minor and not ((settles or plan.has_down_payment) and first <= facts.lump_minor):
        yield "above capacity"
    if max(others, default=0) > facts.capacity_minor:
        yield "an instalment above capacity"
    if sum(part.principal_minor for part in plan.rows) + plan.forgiven_minor != facts.balance_minor:
        yield "does not repay the debt"
    if plan.rows[-1].balance_minor != 0 or plan.rows[0].due_on != facts.first_due_on:
        yield "does not end, or begins on another day"


def _beyond_policy(plan: Schedule, facts: Facts, policy: Policy, *, is_floor: bool, settles: bool) -> Iterator[str]:
    row, band = policy.levers_for(facts.product, facts.days_past_due), policy.bands[facts.role]
    rates = (
        [floor.rate_bps for floor in policy.floors]
        if is_floor
        else [rate for rate in row.rate_bps if rate >= band.lowest_rate_bps]
    )
    allowed = {min(rate, facts.contract_rate_bps) for rate in rates} | ({0} if settles else set())
    if plan.annual_rate_bps not in allowed:
        yield "another rate"
    if plan.count > policy.grids[facts.product].most:
        yield "too many payments"
    if plan.deferred > min(row.most_deferred, band.most_deferred):
        yield "too late a start"
    if plan.forgiven_minor > most_forgiven(facts, policy):
        yield "forgives too much"


def most_forgiven(facts: Facts, policy: Policy) -> int:
    band = policy.bands[facts.role]
    waived = -(-facts.charges_minor * max([band.most_waived_bps, *(one.waived_bps for one in policy.floors)]) // 10_000)
    deepest = max([band.most_discount_bps, *(one.write_down_bps for one in policy.floors)])
    return max(waived, -(-facts.balance_minor * deepest // 10_000))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_plan_lies_outside_policy_law_or_capacity(part: int) -> None:
    made = 0
    for policy, facts, law in worlds(f"pairs {part}", PAIRS // PARTS):
        menu = menu_of(policy, facts, law)
        if isinstance(menu, NoPlan):
            assert menu.needed_minor > 0
            continue
        made += 1
        assert problems(policy, facts, law, menu) == []
        assert 1 <= len(menu.plans) <= 3
        totals = [plan.total_minor for plan in menu.plans]
        assert totals == sorted(totals)
    assert made > PAIRS // PARTS // 4, "the worlds drawn have menus"


def feasible(policy: Policy, facts: Facts, law: Law) -> tuple[list[Candidate], bool]:
    """Filter the whole lattice, one plan at a time."""
    for step, reach in enumerate([reach_of(facts, policy), *floors_of(facts, policy)]):
        found = [
            plan
            for plan in lattice(facts, policy, reach)
            if plan.largest_minor * 10_000 <= facts.capacity_minor * policy.most_of_capacity_bps
            and plan.down_minor <= facts.at_once_minor
            and plan.worth_minor * 10_000 >= reach.lowest_worth_bps * facts.balance_minor
            and plan.level_minor
            >= min(policy.smallest_minor(facts.currency), facts.balance_minor - plan.forgiven_minor)
            and law(plan)
        ]
        if found:
            return found, step > 0
    return [], True


def levers_of(plan: Candidate) -> dict[str, int]:
    return {
        "payments": plan.asked,
        "rate_bps": plan.annual_rate_bps,
        "forgiven_minor": plan.forgiven_minor,
        "deferred": plan.deferred,
        "down_minor": plan.down_minor,
    }


def best_by_brute_force(plans: list[Candidate], facts: Facts, policy: Policy) -> int:
    """Try every menu of one to three plans that has the cheapest, none dominated by any feasible plan."""
    free = [plan for plan in plans if not any(is_dominated(plan, other, facts) for other in plans)]
    ranked = [
        Ranked.of(place, plan, facts, policy.odds) for place, plan in enumerate(sorted(free, key=lambda one: one.order))
    ]
    return max(
        menu_value((ranked[0], *others), policy.odds) for size in range(3) for others in combinations(ranked[1:], size)
    )


def test_nothing_is_lost_against_trying_every_menu() -> None:
    compared = 0
    for policy, facts, law in worlds("brute force", BRUTE, most=10):
        menu, (plans, is_floor) = menu_of(policy, facts, law), feasible(policy, facts, law)
        if isinstance(menu, NoPlan):
            assert not plans or facts.agreed_before >= policy.arrangements.most
            continue
        compared += len(plans) > 3
        assert menu.is_floor is is_floor
        assert menu.feasible == len(plans)
        assert menu.certificate["value"] == best_by_brute_force(plans, facts, policy)
        chosen = [one for option in options(menu) for one in plans if levers_of(one).items() <= option.items()]
        assert len(chosen) == len(menu.plans)
        assert is_ordered(chosen)
        assert min(plan.total_minor for plan in plans) == chosen[0].total_minor
        assert not any(is_dominated(plan, other, facts) for plan in chosen for other in plans)
    assert compared > BRUTE // 10


def options(menu: Menu) -> list[dict[str, object]]:
    found = menu.certificate["options"]
    assert isinstance(found, list)
    return found


def test_same_facts_same_menu() -> None:
    for policy, facts, law in worlds("again", AGAIN):
        assert menu_of(policy, facts, law) == menu_of(policy, replace(facts), law)


def test_the_frontier_is_what_nothing_dominates() -> None:
    for policy, facts, law in worlds("frontier", AGAIN // 5, most=8):
        plans, _ = feasible(policy, facts, law)
        merits = {(one.total_minor, one.largest_minor, one.down_minor, one.count) for one in frontier_of(plans, facts)}
        free = [plan for plan in plans if not any(is_dominated(plan, other, facts) for other in plans)]
        assert merits <= {(one.total_minor, one.largest_minor, one.down_minor, one.count) for one in free}
        assert bool(merits) is bool(plans)


def test_nothing_to_spare_has_no_offer() -> None:
    for policy, facts, law in worlds("nothing", AGAIN // 5):
        for capacity in (0, -1):
            assert isinstance(menu_of(policy, replace(facts, capacity_minor=capacity, lump_minor=0), law), NoPlan)


def test_slack_is_never_below_nothing() -> None:
    for policy, facts, law in worlds("slack", AGAIN):
        menu = menu_of(policy, facts, law)
        if isinstance(menu, Menu):
            slack = menu.certificate["slack"]
            assert isinstance(slack, list)
            assert all(value >= 0 for row in slack for value in row.values())
