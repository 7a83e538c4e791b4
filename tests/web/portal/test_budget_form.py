"""The fields of the full statement: what fills them in reads back as the same statement, in every table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from parley.negotiation.budget.financial_statement import Cost, FinancialStatement, Income
from parley.negotiation.budget.load import load_reference
from parley.web.portal.budget_form import Asked, filled_in, read_form, typed_in
from tests.negotiation.budget.samples import ROUND, SAMPLES, case

TODAY = date(2026, 11, 3)
# A lender's own table with two kinds of housing cost.
TWO_HOMES = load_reference(ROUND.replace(b'"food"\npart = "essentials"', b'"food"\npart = "housing"'), "two.toml")


def test_what_fills_the_form_in_reads_back_as_what_was_told() -> None:
    read = 0
    for seed in range(SAMPLES // 4):
        one = case(seed)
        income = one.statement.income
        if income is not None and len(income.recent_months_minor) == 1:
            # By text a single month is no answer either.
            continue
        asked = Asked(one.table, TODAY, one.statement)
        told, errors = read_form(typed_in(filled_in(asked), asked), asked)
        assert errors == {}, seed
        assert replace(told, skipped=one.statement.skipped) == one.statement, seed
        read += 1
    assert read > SAMPLES // 5


def test_a_table_with_several_kinds_of_housing_has_a_field_for_each() -> None:
    asked = Asked(TWO_HOMES, TODAY, FinancialStatement("USD"))
    assert {"c-rent", "c-food"} <= set(asked.names)
    assert "housing" not in asked.names
    typed = filled_in(asked) | {"c-rent": "700", "c-food": "20", "c-health": "5"}
    told, errors = read_form(typed, asked)
    assert errors == {}
    assert (told.housing, told.by_category["rent"]) == (None, Cost(700_00))
    in_one = Asked(TWO_HOMES, TODAY, FinancialStatement("USD", housing=Cost(700_00)))
    assert read_form(filled_in(in_one) | {"c-food": "20"}, in_one)[1] == {"housing": "portal.budget.sum_or_lines"}


def test_every_month_and_every_debt_that_was_told_has_its_field() -> None:
    told = FinancialStatement("USD", income=Income(recent_months_minor=(1,) * 12), listed_debts_minor=(5,) * 9)
    asked = Asked(TWO_HOMES, TODAY, told)
    assert read_form(filled_in(asked), asked)[0] == told
