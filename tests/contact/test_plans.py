"""What law says of a computed plan, of records and of duties, asked apart from any message."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from parley.contact.facts import Flag, PlanTerms
from parley.contact.gate import GateSettings
from parley.contact.keeping import duties, keep_until
from parley.contact.plans import plan_refusals
from parley.errors import Refusal
from parley.purpose import Actor
from parley.rulebook.book import Rulebook
from parley.rulebook.terms import Duty, Kept, PlanTrait
from parley.run.scenario_files import law

DAY = date(2026, 11, 23)
CREDITOR = Actor.ORIGINAL_CREDITOR


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return law()


def asked(
    rules: Rulebook, plan: PlanTerms, place: str, product: str = "", *flags: Flag, on: date = DAY
) -> tuple[Refusal, ...]:
    return plan_refusals(
        plan,
        rules,
        GateSettings(),
        jurisdiction=place,
        actor=CREDITOR,
        product=product,
        on=on,
        flags=frozenset(flags),
    )


def test_every_rule_a_plan_breaks_is_named_with_its_source(rules: Rulebook) -> None:
    plan = PlanTerms(traits=frozenset({PlanTrait.CAPITALISES_PENAL_CHARGES}))
    (refusal,) = asked(rules, plan, "IN")
    assert (refusal.rule_id, refusal.reason_code, refusal.layer) == ("in-penal", "plan_limit", "law")
    assert "18 Aug 2023" in refusal.citation
    assert refusal.retry_at is None


def test_a_plan_of_weeks_is_measured_in_months(rules: Rulebook) -> None:
    five_years = PlanTerms(months=Fraction(260 * 12, 52))
    longer = PlanTerms(months=Fraction(261 * 12, 52))
    held = Flag.OVERINDEBTEDNESS_PROCEDURE
    assert asked(rules, five_years, "BR-SP", "", held) == ()
    assert [one.rule_id for one in asked(rules, longer, "BR-SP", "", held)] == ["br-plan"]
    assert asked(rules, longer, "BR-SP") == ()


def test_a_bound_binds_from_its_day_and_on_its_product(rules: Rulebook) -> None:
    dear = PlanTerms(apr=Fraction(26, 100), is_new_disbursement=True)
    assert [one.rule_id for one in asked(rules, dear, "CN", "microloan")] == ["cn-cost-micro"]
    assert asked(rules, dear, "CN", "microloan", on=date(2025, 12, 18)) == ()
    assert asked(rules, dear, "CN", "loan") == ()


def test_what_is_not_known_of_a_plan_breaks_nothing(rules: Rulebook) -> None:
    assert asked(rules, PlanTerms(), "JP") == ()
    assert asked(rules, PlanTerms(), "CN", "credit_card") == ()


def test_no_amount_of_a_plan_is_printed() -> None:
    assert "4711" not in repr(PlanTerms(principal_minor=4711))


def test_records_are_kept_by_the_longest_rule_and_duties_listed(rules: Rulebook) -> None:
    collector = Actor.THIRD_PARTY_COLLECTOR
    assert keep_until(rules, "US-NYC", collector, Kept.COLLECTION, DAY, DAY) == date(2029, 11, 23)
    assert keep_until(rules, "US", CREDITOR, Kept.COLLECTION, DAY, DAY) is None
    assert keep_until(rules, "CN", CREDITOR, Kept.COLLECTION, date(2024, 2, 29), DAY) == date(2029, 2, 28)
    assert Duty.HUMAN_REVIEW in duties(rules, "DE", CREDITOR, DAY)
    assert duties(rules, "DE", CREDITOR, date(2018, 5, 24)) == frozenset()
