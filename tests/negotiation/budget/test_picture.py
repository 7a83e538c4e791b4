"""The picture of a budget: what is shown of it, in which order, and what is left out."""

from __future__ import annotations

from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Household, Income
from parley.negotiation.budget.picture import Change, picture_of
from parley.negotiation.budget.work_out import Budget, Limits, work_out
from tests.negotiation.budget.samples import SAMPLES, case, round_table


def budget(**told: object) -> Budget:
    said = FinancialStatement("USD", household=Household(1, 0), income=Income(2500_00)).but(**told)
    return work_out(said, round_table(), Limits(30_00))


def test_what_is_more_than_usual_comes_first_down_to_what_is_usual() -> None:
    found = picture_of(budget(by_category={"rent": Cost(900_00), "food": Cost(470_00), "health": Cost(50_00)}))
    assert found == (
        Change("food", 470_00, 70_00, is_above=True),
        Change("rent", 900_00, 90_00, is_above=False),
        Change("health", 50_00, 5_00, is_above=False),
    )


def test_a_reason_takes_nothing_off_the_picture() -> None:
    told = {"food": Cost(470_00)}
    assert picture_of(budget(by_category=told, explained=frozenset({"food"}))) == picture_of(budget(by_category=told))


def test_debts_to_others_and_what_nobody_told_are_not_in_it() -> None:
    assert picture_of(budget(other_debts=Cost(400_00), priority_arrears=Cost(90_00))) == ()
    assert picture_of(budget(by_category={"food": Cost(0)})) == ()


def test_without_an_income_there_is_none() -> None:
    assert picture_of(budget(income=None, by_category={"food": Cost(400_00)})) == ()


def test_so_much_less_leaves_so_much_more() -> None:
    shown = 0
    for seed in range(SAMPLES // 4):
        one = case(seed)
        found = work_out(one.statement, one.table, one.limits, one.balance_minor)
        for change in picture_of(found):
            lower = Cost(change.amount_minor - change.less_minor)
            if change.id in one.statement.by_category:
                told = one.statement.but(by_category={**one.statement.by_category, change.id: lower})
            else:
                told = one.statement.but(**{change.id: lower})
            again = work_out(told, one.table, one.limits, one.balance_minor)
            assert again.disposable_income_minor is not None and found.disposable_income_minor is not None
            assert again.disposable_income_minor - found.disposable_income_minor == change.less_minor, seed
            shown += 1
    assert shown > SAMPLES // 4, "the samples have pictures"
