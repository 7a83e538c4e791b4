"""The float64 instalment: its error stays far within the bound, and nothing is claimed that is not so."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from random import Random

import numpy as np
import pytest

from parley.servicing.interest import Frequency
from parley.servicing.pricing.instalments import approximate, powers, round_where_proven
from parley.servicing.pricing.plans import CLOCKS
from parley.servicing.pricing.singly import exact_instalment
from tests.conftest import FULL_SIZE
from tests.servicing.pricing.portfolios import extreme, plan_of, plans_of


def test_powers_and_series_are_right_to_the_errors_counted() -> None:
    # 2k − 1 and 3k − 3 units of 2**-53, as the table of the module says.
    random = Random("powers")
    rates = [random.choice([1, random.randint(1, 1_000_000), random.randint(1, 5_000)]) for _ in range(400)]
    exponents = np.array([random.randint(1, 60) for _ in rates])
    base = (120_000 + np.array(rates)) / np.float64(120_000)
    for rate, exponent, power, series in zip(rates, exponents.tolist(), *powers(base, exponents), strict=True):
        exact = Fraction(120_000 + rate, 120_000)
        assert _units(power, exact**exponent) <= 2 * exponent - 1
        assert _units(series, (exact**exponent - 1) / (exact - 1)) <= 3 * exponent - 3


def _units(found: float, exact: Fraction) -> Fraction:
    return abs(Fraction(found) / exact - 1) * 2**53


def test_nothing_to_the_power_of_nothing_is_one_and_its_series_empty() -> None:
    power, series = powers(np.array([1.0, 9.5]), np.array([0, 0]))
    assert power.tolist() == [1, 1]
    assert series.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("value", "error", "whole", "is_proven"),
    [
        (2.5, 0.0, 0, False),
        (2.25, 0.125, 2, True),
        (2.75, 0.125, 3, True),
        (2.75, 0.25, 0, False),
        (2.0, 0.25, 2, True),
        (1.0, 0.5, 0, False),
        (float("nan"), 0.0, 0, False),
        (float("inf"), 1.0, 0, False),
    ],
)
def test_a_rounding_is_claimed_only_further_from_a_half_than_the_error(
    value: float, error: float, whole: int, *, is_proven: bool
) -> None:
    with np.errstate(invalid="ignore"):
        got, claimed = round_where_proven(np.array([value]), np.array([error]))
    assert (got.tolist(), claimed.tolist()) == ([whole], [is_proven])


def test_the_bound_of_an_instalment_is_kept_with_half_of_it_to_spare() -> None:
    random = Random("bound")
    ones = [extreme(random) for _ in range(100_000 if FULL_SIZE else 500)]
    clock = CLOCKS[Frequency.MONTHLY]
    with np.errstate(over="ignore", invalid="ignore"):
        values, errors = approximate(plans_of(ones).terms, clock)
    checked = 0
    for one, value, error in zip(ones, values.tolist(), errors.tolist(), strict=True):
        if isfinite(value) and isfinite(error):
            checked += 1
            assert 2 * abs(Fraction(value) - Fraction(*exact_instalment(plan_of(one), clock))) <= Fraction(error), one
    assert checked > len(ones) // 2
