"""What plans are worth to the lender: published figures, and the sum of fractions worked out payment by payment."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from random import Random

import pytest

from parley.errors import BadInput
from parley.servicing.interest import Frequency
from parley.servicing.pricing.prices import price
from parley.servicing.pricing.worth import worth_minor
from parley.servicing.products.terms import UnpaidInterest
from parley.servicing.rate import Rate
from parley.servicing.rates.npv import net_present_value
from tests.conftest import FULL_SIZE
from tests.servicing.pricing.portfolios import One, extreme, plans_of, scalar_schedule, usual


def _plain(principal: int, rate_bps: int, payments: int) -> One:
    return One(principal, 0, payments, rate_bps, 0, 0, 0, UnpaidInterest.CAPITALISED, 30, 0)


# Source: the cases of these names in plan-maths.yaml, within a cent.
@pytest.mark.parametrize(
    ("was", "new", "discount_bps", "npv_was", "npv_new"),
    [
        (_plain(1_000_000, 1_800, 12), _plain(1_000_000, 1_800, 24), 1_800, 1_000_001, 999_999),
        (_plain(750_000, 2_990, 18), _plain(750_000, 990, 48), 1_000, 869_422, 748_581),
    ],
    ids=["npv-extend-same-rate", "npv-extend-and-cut"],
)
def test_a_plan_is_worth_the_published_figure(
    was: One, new: One, discount_bps: int, npv_was: int, npv_new: int
) -> None:
    plans = plans_of([was, new])
    worth = worth_minor(plans, price(plans), discount_bps)
    assert worth.tolist() == pytest.approx([npv_was, npv_new], abs=1)


@pytest.mark.parametrize("frequency", list(Frequency))
def test_worth_equals_the_sum_of_discounted_payments(frequency: Frequency) -> None:
    random = Random(f"worth/{frequency}")
    ones = [usual(random, frequency, 2) for _ in range(30_000 if FULL_SIZE else 60)]
    for discount_bps in (0, 1, 990, 20_000):
        _same(ones, discount_bps, frequency)


def test_worth_equals_the_sum_at_the_corners() -> None:
    random = Random("worth/corners")
    drawn = [extreme(random) for _ in range(20_000 if FULL_SIZE else 200)]
    ones = [one._replace(rate_bps=min(one.rate_bps, 5_000), deferred=min(one.deferred, 6)) for one in drawn]
    for discount_bps in (0, 5_000, 1_000_000):
        _same([one for one in ones if one.repaid < 10**14], discount_bps, Frequency.MONTHLY)


def test_half_a_minor_unit_of_worth_rounds_up() -> None:
    # 101 after a month at 1,200 % a year is worth 50.5.
    plans = plans_of([_plain(101, 0, 1)])
    assert worth_minor(plans, price(plans), 120_000).tolist() == [51]


@pytest.mark.parametrize("discount_bps", [-1, 1_000_001])
def test_a_rate_of_discount_that_cannot_be_is_refused(discount_bps: int) -> None:
    plans = plans_of([_plain(100, 0, 1)])
    with pytest.raises(BadInput, match="basis points"):
        worth_minor(plans, price(plans), discount_bps)


def _same(ones: list[One], discount_bps: int, frequency: Frequency) -> None:
    plans = plans_of(ones, frequency)
    found = worth_minor(plans, price(plans), discount_bps).tolist()
    year, regular = {"monthly": (360, 30), "biweekly": (364, 14), "weekly": (364, 7)}[frequency]
    for one, worth in zip(ones, found, strict=True):
        paid = [row.payment_minor for row in scalar_schedule(one, frequency, "USD").rows]
        rate = Fraction(discount_bps, 10_000)
        over, exact = 1 + rate * Fraction(one.first_days, year), Fraction(0)
        step = 1 + rate * Fraction(regular, year)
        # From the last back: fractions stay small enough to be quick.
        for payment in reversed(paid[1:]):
            exact = (exact + payment) / step
        exact = (exact + paid[0]) / over
        assert worth == floor(exact + Fraction(1, 2)), one
        if one.first_days == regular and len(paid) < 24:
            assert worth == net_present_value(paid, Rate.of_bps(discount_bps), Fraction(year, regular))
