"""What law bounds is not offered: the plan that would be is left off the menu, or a person takes over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest

from parley.engine.drafting import compute_offer
from parley.engine.lawful import lawful_plans, terms_of
from parley.engine.library import Library
from parley.engine.outcome import NewOffer
from parley.engine.situation import Situation, case_of
from parley.negotiation.levers import Role
from parley.negotiation.menu import NoPlan
from parley.servicing.account import Balance, Due
from parley.servicing.interest import period_interest
from parley.servicing.schedule import level_schedule
from tests.engine.sample import NOON

TODAY = date(2026, 11, 23)


def test_a_card_plan_of_61_months_is_unlawful_in_china_and_60_are_not(library: Library) -> None:
    case = case_of(Situation(jurisdiction="CN", locale="zh-CN", zone="Asia/Shanghai", currency="CNY"), now=NOON)
    is_lawful = lawful_plans(case, TODAY, library, library.rulebook)
    sixty, more = (level_schedule(1_000_000, 1_200, count, date(2026, 12, 7), "CNY") for count in (60, 61))
    assert is_lawful(sixty)
    assert not is_lawful(more)
    elsewhere = case_of(Situation(), now=NOON)
    assert lawful_plans(elsewhere, TODAY, library, library.rulebook)(more)


def test_penalty_interest_is_not_made_principal_in_india(library: Library) -> None:
    case = case_of(Situation(jurisdiction="IN", locale="en-IN", zone="Asia/Kolkata", currency="INR"), now=NOON)
    assert case.account is not None
    penal = replace(case, account=replace(case.account, balance=Balance(principal=900_000, penalty_interest=5_000)))
    plain = replace(case, account=replace(case.account, balance=Balance(principal=905_000)))
    assert isinstance(compute_offer(plain, 100_000, None, uuid4(), NOON, library), NewOffer)
    refused = compute_offer(penal, 100_000, None, uuid4(), NOON, library)
    if isinstance(refused, NewOffer):
        assert all(plan.annual_rate_bps == 0 for plan in refused.menu.plans)
    else:
        assert isinstance(refused, NoPlan)


@pytest.mark.parametrize("count", [1, 7, 24])
def test_terms_are_those_of_the_schedule(count: int) -> None:
    account = case_of(Situation(), now=NOON).account
    assert account is not None
    plan = level_schedule(account.balance.total, 1_250, count, date(2026, 12, 7), account.currency)
    terms = terms_of(plan, account)
    assert (terms.months, terms.apr) == (Fraction(count), Fraction(plan.annual_rate_bps, 10_000))
    assert terms.total_interest_minor == sum(row.interest_minor for row in plan.rows)


def test_waived_charges_bear_no_interest_in_india_either(library: Library) -> None:
    case = case_of(Situation(jurisdiction="IN", locale="en-IN", zone="Asia/Kolkata", currency="INR"), now=NOON)
    assert case.account is not None
    penal = replace(case.account, balance=Balance(principal=900_000, fee=1_000, penalty_interest=5_000))
    is_lawful = lawful_plans(replace(case, account=penal), TODAY, library, library.rulebook)
    kept, waived = (
        level_schedule(906_000 - forgiven, 1_200, 12, date(2026, 12, 7), "INR", forgiven_minor=forgiven)
        for forgiven in (0, 6_000)
    )
    assert not is_lawful(kept)
    assert is_lawful(waived)


def test_the_bounds_of_the_law_stand_in_the_certificate(library: Library) -> None:
    case = case_of(Situation(jurisdiction="CN", locale="zh-CN", zone="Asia/Shanghai", currency="CNY"), now=NOON)
    made = compute_offer(case, 100_000, None, uuid4(), NOON, library)
    assert isinstance(made, NewOffer)
    bounds = made.menu.certificate["law"]
    assert isinstance(bounds, list)
    assert {"cn-plan-term": 60}.items() <= {bound["rule"]: bound["max_months"] for bound in bounds}.items()
    slack = made.menu.certificate["slack"]
    assert isinstance(slack, list)
    assert [row["law_months"] for row in slack] == [60 - plan.count for plan in made.menu.plans]


def test_a_day_that_has_gone_by_is_no_first_day(library: Library) -> None:
    case = case_of(Situation(), now=NOON)
    made = compute_offer(case, 10_000, TODAY, uuid4(), NOON, library)
    assert isinstance(made, NewOffer)
    assert made.menu.plans[0].rows[0].due_on == TODAY + timedelta(days=library.policy.first_payment_days)


def test_a_person_may_begin_later_than_the_machine_and_the_months_left_out_cost_simple_interest(
    library: Library,
) -> None:
    case = case_of(Situation(), now=NOON)
    assert case.account is not None
    late = replace(case.account, dues=(Due(TODAY - timedelta(days=70), 10_300),))
    case, first_on = replace(case, account=late), date(2027, 2, 1)
    assert isinstance(compute_offer(case, 10_000, first_on, uuid4(), NOON, library), NoPlan)
    made = compute_offer(case, 10_000, first_on, uuid4(), NOON, library, Role.AGENT)
    assert isinstance(made, NewOffer)
    plan = made.menu.plans[0]
    assert (plan.deferred, plan.rows[0].due_on) == (1, first_on)
    held = period_interest(late.balance.total, plan.annual_rate_bps)
    plain = level_schedule(late.balance.total, plan.annual_rate_bps, plan.count, first_on, late.currency)
    assert plan.total_minor == plain.total_minor + held
    assert plan.last_minor == plain.last_minor + held
