from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parley.negotiation.menu import Facts, Menu, NoPlan, build_menu
from parley.negotiation.policy import Policy
from parley.servicing.account import Product
from parley.servicing.schedule import Schedule, level_instalment
from tests.negotiation.strategies import menu_facts, shipped_policy


def menu_of(facts: Facts) -> Menu | NoPlan:
    return build_menu(facts, shipped_policy(), "rulebook", lambda _: True)


def payments_of(balance: int, rate_bps: int, count: int) -> list[int]:
    """Work out a level plan by fractions, apart from the project's arithmetic; the last payment takes the rest."""
    rate = Fraction(rate_bps, 120_000)
    level = max(1, half_up(Fraction(balance, count) if rate == 0 else balance * rate / (1 - (1 + rate) ** -count)))
    rows: list[int] = []
    for _ in range(count - 1):
        interest = half_up(balance * rate)
        if level - interest >= balance:
            break
        rows.append(level)
        balance += interest - level
    return [*rows, balance + half_up(balance * rate)]


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def worth_of(plan: list[int], discount_bps: int) -> int:
    """Return what payments are worth today, by fractions."""
    rate = Fraction(discount_bps, 120_000)
    return half_up(sum((payment / (1 + rate) ** month for month, payment in enumerate(plan, 1)), Fraction(0)))


def feasible_totals(facts: Facts, rate_bps: int, policy: Policy, lowest_worth_bps: int) -> list[int]:
    """Try every number of payments by brute force."""
    smallest = min(policy.smallest_instalment_minor[facts.currency], facts.balance_minor)
    plans = [
        payments_of(facts.balance_minor, rate_bps, count) for count in range(1, policy.max_payments[facts.product] + 1)
    ]
    fitting = [plan for plan in plans if max(plan) <= facts.capacity_minor and plan[0] >= smallest]
    least, discount = Fraction(facts.balance_minor * lowest_worth_bps, 10_000), policy.odds.discount_bps
    return [sum(plan) for plan in fitting if worth_of(plan, discount) >= least]


@given(menu_facts())
def test_every_plan_fits_the_capacity_and_ends_at_zero(facts: Facts) -> None:
    menu = menu_of(facts)
    if not isinstance(menu, Menu):
        return
    assert 1 <= len(menu.plans) <= 3
    for plan in menu.plans:
        assert max(row.payment_minor for row in plan.rows) <= facts.capacity_minor
        assert plan.rows[-1].balance_minor == 0
        assert sum(row.principal_minor for row in plan.rows) == facts.balance_minor
        assert plan.total_minor == facts.balance_minor + plan.interest_minor
        assert plan.rows[0].due_on == facts.first_due_on
        assert plan.annual_rate_bps <= facts.contract_rate_bps


@given(menu_facts())
def test_the_cheapest_total_comes_first_and_no_plan_is_dominated(facts: Facts) -> None:
    menu = menu_of(facts)
    if not isinstance(menu, Menu):
        return
    totals = [plan.total_minor for plan in menu.plans]
    largest = [max(row.payment_minor for row in plan.rows) for plan in menu.plans]
    assert totals == sorted(totals)
    assert largest == sorted(set(largest), reverse=True)


@given(menu_facts())
def test_the_cheapest_feasible_plan_is_on_the_menu(facts: Facts) -> None:
    policy = shipped_policy()
    menu = menu_of(facts)
    relief = policy.plan_rate_bps(facts.contract_rate_bps, facts.days_past_due)
    lowest = policy.bands[facts.role].lowest_worth_bps
    at_relief = feasible_totals(facts, relief, policy, lowest)
    at_floor = feasible_totals(facts, policy.floor_rate_bps, policy, policy.floors[0].lowest_worth_bps)
    if isinstance(menu, NoPlan):
        assert not at_relief
        assert not at_floor
        return
    assert menu.is_floor is (not at_relief)
    assert menu.plans[0].total_minor == min(at_relief or at_floor)


@given(menu_facts())
def test_figures_are_those_of_independent_arithmetic(facts: Facts) -> None:
    menu = menu_of(facts)
    if not isinstance(menu, Menu):
        return
    for plan in menu.plans:
        own = [row.payment_minor for row in plan.rows]
        counts = range(plan.count, shipped_policy().max_payments[facts.product] + 1)
        assert any(own == payments_of(facts.balance_minor, plan.annual_rate_bps, count) for count in counts)


@given(menu_facts())
def test_same_facts_same_menu(facts: Facts) -> None:
    assert menu_of(facts) == menu_of(replace(facts))


@given(menu_facts(), st.integers(1, 10**6))
def test_more_capacity_never_costs_more(facts: Facts, more: int) -> None:
    """Between plans of the relief rate; the floor is cheaper because it is for who cannot pay those."""
    before, after = menu_of(facts), menu_of(replace(facts, capacity_minor=facts.capacity_minor + more))
    if not isinstance(before, Menu):
        return
    # A larger capacity may bring in plans whose instalment is worth collecting; it never takes one away.
    assert isinstance(after, Menu)
    if before.is_floor == after.is_floor:
        assert after.plans[0].total_minor <= before.plans[0].total_minor


@given(menu_facts())
def test_what_is_missing_is_named(facts: Facts) -> None:
    nothing = menu_of(facts)
    assume(isinstance(nothing, NoPlan))
    assert isinstance(nothing, NoPlan)
    assert nothing.needed_minor > 0


def test_the_certificate_names_its_inputs_and_the_room_left() -> None:
    facts = Facts(Product.CARD, "USD", 124_000, 2_190, 34, 6_000, date(2026, 12, 7))
    menu = menu_of(facts)
    assert isinstance(menu, Menu)
    certificate = menu.certificate
    assert certificate["policy_hash"] == shipped_policy().hash
    assert certificate["input_hash"] == facts.hash
    assert certificate["rulebook_hash"] == "rulebook"
    slack = certificate["slack"]
    assert isinstance(slack, list)
    assert [row["capacity_minor"] for row in slack] == [
        facts.capacity_minor - max(row.payment_minor for row in plan.rows) for plan in menu.plans
    ]
    assert all(value >= 0 for row in slack for value in row.values())


def test_every_fact_changes_the_hash() -> None:
    facts = Facts(Product.CARD, "USD", 124_000, 2_190, 34, 6_000, date(2026, 12, 7))
    changed = [
        replace(facts, product=Product.LOAN),
        replace(facts, currency="CNY"),
        replace(facts, balance_minor=124_001),
        replace(facts, contract_rate_bps=2_191),
        replace(facts, days_past_due=35),
        replace(facts, capacity_minor=6_001),
        replace(facts, first_due_on=date(2026, 12, 8)),
    ]
    assert len({one.hash for one in [facts, *changed]}) == len(changed) + 1


def test_the_documented_floor_is_for_who_cannot_pay_the_relief_rate() -> None:
    facts = Facts(Product.CARD, "USD", 124_000, 2_190, 34, 2_100, date(2026, 12, 7))
    menu = menu_of(facts)
    assert isinstance(menu, Menu)
    assert menu.is_floor
    assert [(plan.count, plan.level_minor, plan.last_minor) for plan in menu.plans] == [(60, 2_067, 2_047)]


@pytest.mark.parametrize("balance", [9_991, 124_000, 777_777])
def test_the_last_payment_must_fit_too(balance: int) -> None:
    for count in range(1, 61):
        capacity = level_instalment(balance, 790, count)
        menu = menu_of(Facts(Product.CARD, "USD", balance, 2_190, 34, capacity, date(2026, 12, 7)))
        for plan in menu.plans if isinstance(menu, Menu) else ():
            assert plan.last_minor <= capacity


def plan_lines(plans: tuple[Schedule, ...]) -> list[tuple[int, int, int]]:
    return [(plan.count, plan.level_minor, plan.total_minor) for plan in plans]


def test_the_menu_of_the_golden_transcript() -> None:
    menu = menu_of(Facts(Product.CARD, "USD", 124_000, 2_190, 34, 6_000, date(2026, 12, 7)))
    assert isinstance(menu, Menu)
    assert plan_lines(menu.plans) == [(23, 5_827, 134_032), (33, 4_193, 138_363), (44, 3_255, 143_234)]


def test_a_policy_may_leave_room_for_a_bad_month() -> None:
    facts = Facts(Product.CARD, "USD", 124_000, 2_190, 34, 6_000, date(2026, 12, 7))
    menu = build_menu(facts, replace(shipped_policy(), most_of_capacity_bps=8_000), "rulebook", lambda _: True)
    assert isinstance(menu, Menu)
    assert max(row.payment_minor for row in menu.plans[0].rows) <= 4_800
    fewer = level_instalment(124_000, 790, menu.plans[0].count - 1)
    assert fewer > 4_800, "and no shorter plan does"


def test_of_the_steps_of_the_floor_the_first_that_fits_is_offered() -> None:
    policy = shipped_policy()
    steps = tuple(
        replace(policy.floors[0], write_down_bps=share, lowest_worth_bps=5_000) for share in (0, 1_000, 2_000, 3_000)
    )
    forgiven = []
    for capacity in (2_300, 2_100, 1_900, 1_700, 1_500, 1_400):
        facts = Facts(Product.CARD, "USD", 124_000, 2_190, 34, capacity, date(2026, 12, 7))
        menu = build_menu(facts, replace(policy, floors=steps), "rulebook", lambda _: True)
        if isinstance(menu, Menu):
            assert menu.is_floor
            forgiven.append({plan.forgiven_minor for plan in menu.plans})
    assert forgiven == [{0}, {0}, {12_400}, {24_800}, {37_200}]
