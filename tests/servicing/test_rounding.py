from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.servicing.rounding import Rounding, to_whole

# The decimal module as oracle; its names go by the absolute value too.
ORACLE = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.HALF_DOWN: ROUND_HALF_DOWN,
    Rounding.UP: ROUND_UP,
    Rounding.DOWN: ROUND_DOWN,
}


@pytest.mark.parametrize("rounding", Rounding)
@given(st.integers(-(10**9), 10**9))
def test_rounds_as_the_decimal_module(rounding: Rounding, quarters: int) -> None:
    expected = (Decimal(quarters) / 4).to_integral_value(ORACLE[rounding])
    assert to_whole(Fraction(quarters, 4), rounding) == expected


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, [0, 100, 100, 200, -100]),
        (Rounding.HALF_EVEN, [0, 0, 100, 200, 0]),
        (Rounding.HALF_DOWN, [0, 0, 100, 100, 0]),
        (Rounding.UP, [100, 100, 100, 200, -100]),
        (Rounding.DOWN, [0, 0, 0, 100, 0]),
    ],
)
def test_rounds_to_a_larger_unit(rounding: Rounding, expected: list[int]) -> None:
    # An instalment in whole units of a currency with cents.
    assert [to_whole(minor, rounding, 100) for minor in (1, 50, 51, 150, -50)] == expected
