from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil, floor
from random import Random

import pytest

from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income, Rhythm
from parley.negotiation.budget.reference import Part, choose_reference
from parley.negotiation.budget.work_out import Budget, Flag, Limits, Outcome, ReadBack, work_out
from tests.negotiation.budget.samples import SAMPLES, Case, case, round_table, shipped_tables

PER_YEAR = {"weekly": 52, "biweekly": 26, "four_weekly": 13, "semimonthly": 24, "monthly": 12}
LIMITS = Limits(buffer_floor_minor=30_00)


def worked(one: Case) -> Budget:
    return work_out(one.statement, one.table, one.limits, one.balance_minor)


def told(**answers: object) -> FinancialStatement:
    everything = FinancialStatement(
        "USD",
        household=Household(1, 0),
        income=Income(2100_00),
        housing=Cost(1100_00),
        essentials=Cost(600_00),
        other_debts=Cost(160_00),
    )
    return everything.but(**answers)


def budget(statement: FinancialStatement, limits: Limits = LIMITS, balance_minor: int = 0) -> Budget:
    return work_out(statement, round_table(), limits, balance_minor)


def test_the_sum_of_the_brief() -> None:
    # 2,100 − (1,100 + 600 + 160) = 240; the buffer is the floor of 30, as a tenth is 24; 240 − 30 = 210.
    found = budget(told())
    assert found.read_back() == ReadBack(2100_00, 1860_00, 240_00, 210_00)
    assert (found.buffer_minor, found.capacity_minor, found.outcome) == (30_00, 210_00, Outcome.OFFER)


def test_a_tenth_stays_where_that_is_more_than_the_floor() -> None:
    # 3,000.05 − 1,860 = 1,140.05, a tenth rounded up 114.01, leaves 1,026.04; a proposal in whole tens is 1,020.
    found = budget(told(income=Income(3000_05)), Limits(30_00, step_minor=10_00))
    assert (found.buffer_minor, found.capacity_minor, found.proposal_minor) == (114_01, 1026_04, 1020_00)


@pytest.mark.parametrize(
    ("income", "monthly_minor"),
    [
        (Income(500_00, Rhythm.WEEKLY), 2166_66),  # 26,000 / 12 = 2,166.66…
        (Income(1000_01, Rhythm.BIWEEKLY), 2166_68),  # 26,000.26 / 12 = 2,166.688…
        (Income(2000_00, Rhythm.FOUR_WEEKLY), 2166_66),
        (Income(1050_00, Rhythm.SEMIMONTHLY), 2100_00),
        (Income(2100_00), 2100_00),
        (Income(recent_months_minor=(3000, 1000, 2000)), 1000),
        (Income(recent_months_minor=(5000, 4000, 3000, 2000, 1000)), 2000),
        (Income(recent_months_minor=(0, 0, 900_00, 900_00, 900_00, 900_00, 900_00, 900_00, 900_00)), 900_00),
    ],
)
def test_income_of_a_month_is_rounded_down(income: Income, monthly_minor: int) -> None:
    assert income.monthly_minor == monthly_minor


def test_spending_of_a_month_is_rounded_up() -> None:
    # 250 a week is 13,000 a year, 1,083.33… a month.
    assert Cost(250_00, Rhythm.WEEKLY).monthly_minor == 1083_34


def test_what_is_not_said_is_taken_from_the_table_and_flagged() -> None:
    # Of two people, ages not said: rent 1,200, food 700, health 2 × 100 as the dearer age: 2,100 of 2,500.
    found = budget(FinancialStatement("USD", income=Income(2500_00), other_debts=Cost(0)))
    assert (found.household, found.household_flag) == (Household(2), Flag.ASSUMED)
    assert [(line.id, line.amount_minor, line.flag) for line in found.lines] == [
        ("rent", 1200_00, Flag.ASSUMED),
        ("food", 700_00, Flag.ASSUMED),
        ("health", 200_00, Flag.ASSUMED),
        ("other_debts", 0, Flag.DECLARED),
        ("priority_arrears", 0, Flag.ASSUMED),
    ]
    assert (found.disposable_income_minor, found.capacity_minor) == (400_00, 360_00)


def test_spending_above_the_guideline_is_kept_and_flagged_until_explained() -> None:
    # One person: food guideline 400, told 500.
    statement = told(essentials=None, by_category={"food": Cost(500_00), "health": Cost(50_00)})
    food = {line.id: line for line in budget(statement).lines}["food"]
    assert (food.amount_minor, food.guideline_minor, food.flag) == (500_00, 400_00, Flag.ABOVE_GUIDELINE)
    explained = budget(statement.but(explained=frozenset({"food"})))
    assert {line.id: line.flag for line in explained.lines}["food"] is Flag.DECLARED
    assert explained.capacity_minor == budget(statement).capacity_minor


def test_essentials_in_one_sum_are_compared_with_the_sum_of_their_guidelines() -> None:
    # 400 + 60 for one person under 65.
    flags = {minor: budget(told(essentials=Cost(minor))).lines[1].flag for minor in (460_00, 460_01)}
    assert flags == {460_00: Flag.DECLARED, 460_01: Flag.ABOVE_GUIDELINE}


def test_listed_debts_share_what_is_left_by_balance() -> None:
    # 2,100 − 1,700 = 400, less a tenth 360. Balances 500, 300, 100: ours is 5/9 of 360 = 200, then 40 and 120.
    found = budget(told(other_debts=None, listed_debts_minor=(300_00, 100_00)), balance_minor=500_00)
    assert found.shares_minor == (200_00, 40_00, 120_00)
    assert (found.capacity_minor, found.outcome) == (200_00, Outcome.OFFER)
    assert [line.flag for line in found.lines if line.id == "other_debts"] == [Flag.ASSUMED]


def test_nothing_left_offers_nothing_and_names_advice() -> None:
    # 1,860 of costs and 240 of arrears on power: 2,100 − 2,100 = 0.
    found = budget(told(priority_arrears=Cost(240_00)))
    assert (found.disposable_income_minor, found.capacity_minor, found.outcome) == (0, 0, Outcome.NOTHING_LEFT)
    assert found.is_negative
    # One cent more than the buffer is a cent; less than a step is no proposal.
    assert budget(told(income=Income(1890_01))).capacity_minor == 1
    assert budget(told(income=Income(1890_01)), Limits(30_00, step_minor=100)).outcome is Outcome.NOTHING_LEFT


def test_without_an_income_the_borrowers_own_figure_stands_alone() -> None:
    assert budget(told(income=None, capacity_minor=80_00)).capacity_minor == 80_00
    silent = budget(told(income=None))
    assert (silent.outcome, silent.capacity_minor, silent.read_back()) == (Outcome.INCOMPLETE, 0, None)


def test_an_unknown_cost_needs_the_borrowers_own_figure() -> None:
    unknown = budget(told(other_debts=None))
    assert (unknown.unknown, unknown.outcome, unknown.capacity_minor) == (("other_debts",), Outcome.INCOMPLETE, 0)
    assert budget(told(other_debts=None, capacity_minor=90_00)).capacity_minor == 90_00
    # At most 2,100 − 1,700 − 40 can be left, whatever was said.
    assert budget(told(other_debts=None, capacity_minor=900_00)).capacity_minor == 360_00
    assert budget(told(other_debts=None, income=Income(1700_00))).outcome is Outcome.NOTHING_LEFT


def test_the_united_states_table_by_hand() -> None:
    # Three people, one of them 67: 1,068 + 82 + 188 + 94 + 321 = 1,753, health 2 × 83 + 158 = 324.
    table = choose_reference(shipped_tables(), "US-CA", "USD", date(2026, 11, 26))
    statement = told(household=Household(3, 1), income=Income(4000_00), essentials=None, takes_reference=True)
    found = work_out(statement.but(by_category={"transport": Cost(220_00)}), table, LIMITS)
    # 4,000 − 1,100 − 1,753 − 324 − 220 − 160 = 443, less 44.30.
    assert (found.disposable_income_minor, found.capacity_minor) == (443_00, 398_70)
    assert (found.table_id, found.table_version) == ("us-irs", "2025-04-21")


def oracle_minor(one: Case) -> int | None:
    """Compute the capacity anew in fractions, from the definition; None where it cannot be told."""
    said, table = one.statement, one.table
    household = said.household or Household(table.assumed_people)
    usual = table.guidelines(household)
    costs: list[int | None] = []
    for part, in_one in ((Part.HOUSING, said.housing), (Part.ESSENTIALS, said.essentials)):
        if in_one is not None:
            costs.append(month_up(in_one))
            continue
        for kind in table.of(part):
            own = said.by_category.get(kind.id)
            costs.append(month_up(own) if own else usual.get(kind.id))
    if said.other_debts is not None:
        costs.append(month_up(said.other_debts))
    elif not said.listed_debts_minor:
        costs.append(None)
    if said.priority_arrears:
        costs.append(month_up(said.priority_arrears))
    if said.income is None:
        return said.capacity_minor
    left = month_down(said.income) - sum(cost for cost in costs if cost is not None)
    buffer = max(one.limits.buffer_floor_minor, ceil(max(left, 0) * one.limits.buffer_share))
    free = Fraction(max(0, left - buffer))
    ours = floor(free * one.balance_minor / (one.balance_minor + sum(said.listed_debts_minor)))
    if None in costs and said.capacity_minor is None and ours > 0:
        return None
    return ours if said.capacity_minor is None else min(ours, said.capacity_minor)


def month_up(cost: Cost) -> int:
    return ceil(Fraction(cost.amount_minor * PER_YEAR[cost.rhythm], 12))


def month_down(income: Income) -> int:
    if income.recent_months_minor:
        months = sorted(income.recent_months_minor)
        return next(sum_ for at, sum_ in enumerate(months, 1) if Fraction(at, len(months)) >= Fraction(1, 4))
    return floor(Fraction(income.amount_minor * PER_YEAR[income.rhythm], 12))


def test_capacity_is_the_formula_over_random_statements() -> None:
    outcomes: dict[Outcome, int] = {}
    for seed in range(SAMPLES):
        found, expected = worked(case(seed)), oracle_minor(case(seed))
        assert found.capacity_minor == (expected or 0), seed
        assert (found.outcome is Outcome.INCOMPLETE) == (expected is None), seed
        outcomes[found.outcome] = outcomes.get(found.outcome, 0) + 1
    assert min(outcomes[one] for one in Outcome) > SAMPLES // 20, "the samples reach every outcome"


def test_capacity_never_exceeds_what_is_left_nor_what_was_said() -> None:
    for seed in range(SAMPLES):
        one, found = case(seed), worked(case(seed))
        assert 0 <= found.proposal_minor <= found.capacity_minor
        assert found.proposal_minor % one.limits.step_minor == 0
        if one.statement.capacity_minor is not None:
            assert found.capacity_minor <= one.statement.capacity_minor, seed
        if found.disposable_income_minor is not None:
            assert found.capacity_minor <= max(0, found.disposable_income_minor - found.buffer_minor), seed
            assert found.buffer_minor >= one.limits.buffer_floor_minor
        if found.is_negative:
            assert found.outcome is Outcome.NOTHING_LEFT, seed


def test_more_income_never_means_less_capacity() -> None:
    for seed in range(SAMPLES):
        one = case(seed)
        if one.statement.income is None or one.statement.income.is_irregular:
            continue
        income = one.statement.income
        more = replace(income, amount_minor=income.amount_minor + Random(seed).choice([1, 7, 100, 99_999]))
        richer = worked(replace(one, statement=one.statement.but(income=more)))
        if richer.outcome is not Outcome.INCOMPLETE:
            assert richer.capacity_minor >= worked(one).capacity_minor, seed


def test_declared_spending_is_never_cut() -> None:
    for seed in range(SAMPLES):
        one = case(seed)
        said = dict(one.statement.by_category)
        for key, in_one_sum in (("essentials", one.statement.essentials), ("housing", one.statement.housing)):
            said |= {} if in_one_sum is None else {key: in_one_sum}
        lines = {line.id: line for line in worked(one).lines}
        for key, cost in said.items():
            assert lines[key].amount_minor == month_up(cost), seed
            assert lines[key].flag in {Flag.DECLARED, Flag.ABOVE_GUIDELINE}, seed


def test_a_category_of_another_edition_counts_in_full() -> None:
    gone = budget(told(essentials=None, by_category={"food": Cost(400_00), "peat": Cost(90_00)}))
    line = {one.id: one for one in gone.lines}["peat"]
    assert (line.part, line.amount_minor, line.flag) == (Part.ESSENTIALS, 90_00, Flag.DECLARED)
    without = budget(told(essentials=None, by_category={"food": Cost(400_00)}))
    assert gone.costs_minor - without.costs_minor == 90_00


def test_identical_facts_have_identical_budgets_in_any_order() -> None:
    for seed in range(SAMPLES):
        one, shuffle = case(seed), Random(seed)
        categories = list(one.statement.by_category.items())
        debts = list(one.statement.listed_debts_minor)
        shuffle.shuffle(categories)
        shuffle.shuffle(debts)
        other = one.statement.but(by_category=dict(categories), listed_debts_minor=tuple(debts), asked=3)
        if other.income is not None and other.income.is_irregular:
            months = sorted(other.income.recent_months_minor)
            other = other.but(income=replace(other.income, recent_months_minor=tuple(months)))
        assert worked(replace(one, statement=other)) == worked(one), seed


def test_saying_nothing_never_raises_a_capacity_above_the_tables() -> None:
    for seed in range(SAMPLES):
        one = case(seed)
        usual = one.table.guidelines(one.statement.household or Household(one.table.assumed_people))
        for key in usual.keys() & one.statement.by_category.keys():
            rest = {k: cost for k, cost in one.statement.by_category.items() if k != key}
            skipped = worked(replace(one, statement=one.statement.but(by_category=rest)))
            as_usual = worked(replace(one, statement=one.statement.but(by_category=rest | {key: Cost(usual[key])})))
            assert skipped.capacity_minor == as_usual.capacity_minor, seed
        if one.statement.household and one.statement.household.from_65 is not None:
            silent = one.statement.but(household=Household(one.statement.household.people))
            assert worked(replace(one, statement=silent)).capacity_minor <= worked(one).capacity_minor, seed


def test_the_sum_read_back_adds_up_and_the_shares_are_the_whole() -> None:
    for seed in range(SAMPLES):
        found = worked(case(seed))
        shown = found.read_back()
        if shown is not None:
            assert shown.income_minor - shown.costs_minor == shown.left_minor, seed
            assert found.disposable_income_minor is not None
            assert sum(found.shares_minor) == max(0, max(0, found.disposable_income_minor) - found.buffer_minor), seed


def test_a_budget_is_logged_whole_and_hides_in_repr() -> None:
    found = budget(told(income=Income(2100_00, payday=date(2026, 12, 1))))
    plain = json.loads(json.dumps(found.to_json()))
    assert plain["table_id"] == "round" and plain["table_digest"] == round_table().digest
    assert plain["lines"][0] == {
        "id": "housing",
        "part": "housing",
        "amount_minor": 1100_00,
        "guideline_minor": 900_00,
        "flag": "above_guideline",
    }
    assert (plain["payday"], plain["costs_minor"], plain["income_flag"]) == ("2026-12-01", 1860_00, "declared")
    assert "2100" not in repr(found) and "2100" not in repr(told()) and "2100" not in repr(found.lines[0])


def test_a_statement_is_left_and_resumed() -> None:
    for seed in range(SAMPLES):
        statement = case(seed).statement
        assert FinancialStatement.from_json(json.loads(json.dumps(statement.to_json()))) == statement, seed
    dated = told(income=Income(1, payday=date(2026, 12, 1)))
    assert FinancialStatement.from_json(dated.to_json() | {"later": 1}) == dated
