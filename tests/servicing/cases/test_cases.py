"""Published figures come out; a figure moved beyond its tolerance is seen; what is not understood fails in words."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from parley.errors import BadInput
from parley.run.case_files import read_case_file
from parley.servicing.cases.case import Case
from parley.servicing.cases.compare import tolerance_of
from parley.servicing.cases.run import Outcome, cases_of, run_case, run_cases
from tests.conftest import FULL_SIZE

FILES = ("plan-maths.yaml", "published.yaml", "own.yaml")
CASES = [case for name in FILES for case in read_case_file(Path(__file__).parent / name)]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.case_id) for case in CASES])
def test_the_figures_of_the_case_come_out(case: Case) -> None:
    assert run_case(case) == []


def test_the_visible_cases_are_all_there() -> None:
    assert len(read_case_file(Path(__file__).parent / "plan-maths.yaml")) == 58


@pytest.mark.parametrize("case", [pytest.param(case, id=case.case_id) for case in CASES])
def test_a_figure_moved_beyond_its_tolerance_is_seen(case: Case) -> None:
    for field, expected in case.expect.items():
        moved = _moved(expected, 2 * tolerance_of(case, field) + Fraction(1, 100))
        changed = replace(case, expect={**case.expect, field: moved})
        assert [failure.field for failure in run_case(changed)] == [field]


def _moved(value: object, by: Fraction) -> object:
    if isinstance(value, list):
        return [*value[:-1], _moved(value[-1], by)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | Decimal):
        return str(Fraction(value) + by)
    return 1


LOAN = {"principal": 1000, "annual_nominal_rate_percent": 12, "number_of_payments": 3, "day_count": "30/360"}
RULE = {"principal": 1000, "annual_nominal_rate_percent": 12}


# (kind, inputs, what the failure names)
UNKNOWN: list[tuple[str, Mapping[str, object], str]] = [
    ("swap", {"principal": 1}, "the kind 'swap'"),
    ("plan", {**LOAN, "surprise": 1}, "the field surprise"),
    ("plan", {**LOAN, "currency": "XXX"}, "the currency 'XXX'"),
    ("plan", {**LOAN, "principal": "a lot"}, "principal: 'a lot' is not a number"),
    ("plan", {**LOAN, "principal": Decimal("0.001")}, "principal: more decimals than USD has"),
    ("plan", {**LOAN, "number_of_payments": Decimal("2.5")}, "it is not whole"),
    ("plan", {**LOAN, "number_of_payments": 10**9}, "1000000000 payments"),
    ("payment", {"principal": 1, "annual_nominal_rate_percent": 1, "number_of_payments": 10**9}, "1000000000 payments"),
    ("plan", {**LOAN, "principal": Decimal("1e999999")}, "is not a number"),
    ("plan", {**LOAN, "principal": "1e999999999"}, "is not a number"),
    ("plan", {**LOAN, "principal": Decimal("NaN")}, "is not a number"),
    ("plan", {**LOAN, "day_count": "30/361"}, "is not a day count"),
    ("plan", {**LOAN, "day_count": "actual/actual"}, "without dates"),
    ("plan", {**LOAN, "rounding": "to taste"}, "the rounding"),
    ("plan", {**LOAN, "rounding": "half_up cents; first payment adjusts"}, "the rounding"),
    ("plan", {**LOAN, "level_instalment": "annuity rounded to cents; moved twice"}, "level_instalment"),
    ("plan", {**LOAN, "change": {"after_payment": 9}}, "Of 3 payments, 0 to 2 can have been made"),
    ("plan", {**LOAN, "change": {"after_payment": 1, "keep": "calm"}}, "keep 'calm'"),
    ("plan", {"payment": 5, "owed": {"fee": 5}, "order": ["interest"]}, "an order without fee"),
    ("plan", {**LOAN, "payment_holiday_months": 1, "capitalisation": "somehow"}, "the capitalisation 'somehow'"),
    ("apr", {"convention": "eu_annex_i", "advances": [{"amount": 1, "years": "1/0"}], "payments": []}, "not a number"),
    ("plan", {**LOAN, "was": 1, "new": {}, "discount_annual_nominal_rate_percent": 1}, "was: it has no fields"),
    ("plan", {"payment": 5, "owed": {"fee": 5, "interest": 1}, "order": ["fee"]}, "an order without interest"),
    ("plan", {"payment": 5, "owed": {"fee": 5}, "order": ["fee (by mood)"]}, "the cell"),
    ("plan", {"payment": 5, "debts": [{"owed": 9}, {"owed": 9}]}, "several debts without an order"),
    ("plan", {"payment": 5, "debts": {"a": 9, "b": 9}, "order": "by mood"}, "the order of debts 'by mood'"),
    ("plan", {"payment": 5, "debts": {"a": 9, "b": 9}, "designated": "c"}, "no such debt"),
    ("plan", {"payment": 5, "debts": [{"owed": 9}, {}], "order": "pro rata"}, "debts 2 without one amount owed"),
    ("plan", {"outstanding": 750, "balance": 700, "re_age": {"payments": 6}}, "two figures of what is outstanding"),
    ("plan", {"outstanding": 750, "re_age": {"payments": 6, "instalments": 5}}, "without one number of payments"),
    ("plan", {"principal": 100, "settlement_percent": 101}, "a settlement of nothing or of more"),
    ("plan", {"principal": 100, "settlement_amount": 0}, "a settlement of nothing or of more"),
    ("plan", {"outstanding": 750, "surprise": 1, "re_age": {"payments": 6}}, "the field surprise"),
    ("plan", {"outstanding": 750, "re_age": {"payments": 6, "surprise": 1}}, "the field surprise"),
    ("schedule", {**RULE, "repayment_rule": "interest plus 2% of original capital"}, "the repayment rule"),
    ("apr", {"convention": "guess"}, "the convention 'guess'"),
    ("apr", {"convention": "eu_annex_i", "advances": [], "payments": []}, "without dates"),
    ("irr", {"cashflows": "many"}, "it is not a list"),
    ("schedule", {**RULE, "repayment_rule": "whenever it suits"}, "the repayment rule"),
    ("schedule", {**RULE, "repayment_rule": "interest plus 2% of capital, at least 5, at least 6"}, "the repayment"),
    ("schedule", {**LOAN, "every": "blue moon"}, "the step 'blue moon'"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "inputs", "named"), UNKNOWN)
def test_what_is_not_understood_fails_in_words(kind: str, inputs: Mapping[str, object], named: str) -> None:
    failures = run_case(Case("one", kind, inputs, {"payment": 1}, {}))
    assert len(failures) == 1
    assert named in failures[0].got
    assert failures[0].line.startswith("one: ")


JUNK = [None, True, -1, 0, 10**9, Decimal("-0.5"), "", "soon", "1/0", [], [1, "x"], {}, {"amount": 1}, "2026-02-30"]


def test_junk_in_any_field_fails_in_words_and_stops_nothing() -> None:
    seed = Random(61)
    for _ in range(20_000 if FULL_SIZE else 600):
        case = seed.choice(CASES)
        inputs = deepcopy(dict(case.inputs))
        place: Any = inputs
        while True:
            key = seed.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if not isinstance(place[key], dict | list) or not place[key] or seed.random() < 0.3:
                break
            place = place[key]
        place[key] = seed.choice(JUNK)
        for failure in run_case(replace(case, inputs=inputs)):
            assert failure.got


def test_an_expected_field_that_is_not_computed_fails() -> None:
    failures = run_case(Case("one", "plan", LOAN, {"mood": 1}, {}))
    assert [(failure.field, failure.expected) for failure in failures] == [("mood", "1")]


def test_cases_are_counted_not_fields() -> None:
    good, bad = (
        Case("good", "plan", LOAN, {"number_of_payments": 3}, {}),
        Case("bad", "plan", LOAN, {"a": 1, "b": 2}, {}),
    )
    outcome = run_cases([good, bad])
    assert isinstance(outcome, Outcome)
    assert (outcome.passed, outcome.failed, len(outcome.failures)) == (1, 1, 2)


def test_a_payment_that_never_repays_is_no_number_of_payments() -> None:
    loan = {"principal": 10_000, "annual_nominal_rate_percent": 24, "affordable_payment": 200, "day_count": "30/360"}
    failures = run_case(
        Case("one", "payment", loan, {"number_of_payments": 40, "outcome": "repaid", "repays": True}, {})
    )
    assert [failure.field for failure in failures] == ["number_of_payments", "outcome", "repays"]


def test_no_rate_is_a_failure_with_the_reason() -> None:
    failures = run_case(Case("one", "irr", {"cashflows": [1, 1]}, {"irr_percent_per_period": 1}, {}))
    assert failures[0].got == "Nothing is received, so there is no rate."


ROW = {"id": "a", "kind": "irr", "inputs": {"cashflows": [-1, 1]}, "expect": {"irr_percent_per_period": 0}}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "the file"),
        ({"cases": []}, "the file"),
        ({"cases": [1]}, "case 1"),
        ({"cases": [{**ROW, "kind": None}]}, "case 1 (a): kind"),
        ({"cases": [{**ROW, "expect": {}}]}, "case 1 (a): expect"),
        ({"cases": [{**ROW, "tolerance": 1}]}, "case 1 (a): tolerance"),
        ({"cases": [ROW, ROW]}, "case 2: the id 'a' occurs twice"),
    ],
)
def test_a_file_that_holds_no_cases_is_refused_with_the_place(document: object, place: str) -> None:
    with pytest.raises(BadInput) as fault:
        cases_of(document)
    assert place in fault.value.en
