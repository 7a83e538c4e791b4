"""A rate is exact and says its unit; what could mean two things is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest

from parley.errors import BadInput
from parley.servicing.products.fees import FeeShare
from parley.servicing.products.shapes import StepFactor
from parley.servicing.rate import Rate, parse_rate


def test_the_same_rate_in_each_unit() -> None:
    assert Rate.of_percent(18) == Rate.of_bps(1800) == parse_rate("18 %") == parse_rate("18.00％")
    assert Rate.of_percent(Decimal("9.4822")).per_year == Fraction(94822, 1_000_000)
    assert parse_rate("9.4822%").percent == Fraction(94822, 10_000)


@pytest.mark.parametrize("text", ["18", "0.18", "", "%", "-1 %", "1e3 %", "18 % a year", "１８ %", "1,8 %", "nan%"])
def test_a_text_that_could_mean_two_things_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="per cent sign"):
        parse_rate(text)


@pytest.mark.parametrize("percent", [-1, 10_001])
def test_a_rate_no_contract_has_is_refused(percent: int) -> None:
    with pytest.raises(BadInput, match=r"10,000 %"):
        Rate.of_percent(percent)


@pytest.mark.parametrize("of_percent", [Rate.of_percent, FeeShare.of_percent, partial(StepFactor.of_percent, 12)])
@pytest.mark.parametrize("percent", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_per_cent_that_is_no_number_is_refused(of_percent: Callable[[Decimal], object], percent: str) -> None:
    with pytest.raises(BadInput, match="finite"):
        of_percent(Decimal(percent))
