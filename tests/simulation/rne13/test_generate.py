"""The generators: same seed, same borrowers; and the second is no copy of the first."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from parley.simulation.rne13.case import BorrowerCase, IncomeEvery, case_of
from parley.simulation.rne13.generate import BORROWERS_FILE, Generator, draw_cases, draw_row
from tests.simulation.rne13.conftest import DATA

RAW = (DATA / BORROWERS_FILE).read_bytes()


@pytest.mark.parametrize("generator", list(Generator))
def test_the_same_seed_draws_the_same_borrowers_and_fewer_are_the_first_of_more(generator: Generator) -> None:
    many = draw_cases(RAW, generator, 3, 60)
    assert draw_cases(RAW, generator, 3, 20) == many[:20]
    assert draw_cases(RAW, generator, 4, 60) != many
    assert len({each.id for each in many}) == 60


@pytest.mark.parametrize("generator", list(Generator))
def test_a_drawn_borrower_is_a_row_of_the_case_file(generator: Generator) -> None:
    tables = tomllib.loads(RAW.decode())
    row = draw_row(tables, generator, 1, 7)
    assert case_of(row) == draw_cases(RAW, generator, 1, 8)[7]
    assert not [name for name, value in row.items() if isinstance(value, float)]
    assert isinstance(row["willing"], Decimal)


def share(cases: list[BorrowerCase], holds: list[bool]) -> float:
    return sum(holds) / len(cases)


def test_the_generators_differ_in_structure() -> None:
    a, b = (draw_cases(RAW, generator, 1, 800) for generator in Generator)
    irregular = [share(cases, [case.income_every is IncomeEvery.IRREGULAR for case in cases]) for cases in (a, b)]
    indebted = [share(cases, [case.other_debt_minor > 0 for case in cases]) for cases in (a, b)]
    assert irregular[0] == 0
    assert irregular[1] > 0.8
    assert indebted[0] < 0.55
    assert indebted[1] > 0.75


def test_some_have_nothing_left_over_and_some_are_for_a_person() -> None:
    for generator in Generator:
        cases = draw_cases(RAW, generator, 1, 800)
        assert 0.1 < share(cases, [case.surplus_minor <= 0 for case in cases]) < 0.45
        assert 0.04 < share(cases, [case.for_a_person for case in cases]) < 0.16
