"""Columns that cannot be plans are refused whole, and a lattice holds every combination once."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from parley.errors import BadInput
from parley.servicing.pricing.plans import MODES, Deferral, Levers, lattice
from parley.servicing.pricing.prices import price
from parley.servicing.products.terms import UnpaidInterest
from tests.servicing.pricing.portfolios import One, plans_of

ONE = One(100_000, 5_000, 12, 1_800, 0, 0, 0, UnpaidInterest.HELD, 30, 0)
LEVERS = Levers(
    payments=(12, 24, 36),
    annual_rate_bps=(1_800, 0),
    first_period_days=(30, 41),
    write_down_minor=(0, 20_000),
    waiver_minor=(0, 5_000),
    deferrals=(Deferral(0), Deferral(2), Deferral(2, UnpaidInterest.HELD)),
    balloon_minor=(0, 30_000),
)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("principal_minor", -1, "above zero"),
        ("principal_minor", 10**15 + 1, "within a consumer's debt"),
        ("principal_minor", 10**15, "within a consumer's debt"),
        ("charges_minor", -1, "above zero"),
        ("payments", 0, "1 to 600 payments"),
        ("payments", 10_000, "1 to 600 payments"),
        ("annual_rate_bps", -1, "basis points"),
        ("annual_rate_bps", 1_000_001, "basis points"),
        ("write_down_minor", 100_001, "No more can be forgiven"),
        ("write_down_minor", -1, "No more can be forgiven"),
        ("waiver_minor", 5_001, "No more can be forgiven"),
        ("deferred", 12, "not the last one"),
        ("deferred", -1, "not the last one"),
        ("unpaid_interest", 3, "list of 3 modes"),
        ("first_period_days", 0, "1 to 366 days"),
        ("first_period_days", 367, "1 to 366 days"),
        ("balloon_minor", 105_001, "would let the debt grow"),
        ("balloon_minor", -1, "would let the debt grow"),
    ],
)
def test_one_plan_that_cannot_be_refuses_the_columns_in_both_languages(column: str, value: int, message: str) -> None:
    plans = plans_of([ONE, ONE])
    with pytest.raises(BadInput, match=message) as refusal:
        replace(plans, **{column: np.array([getattr(plans, column)[0], value], np.int64)})  # type: ignore[arg-type]
    assert refusal.value.zh


def test_forgiving_everything_leaves_no_plan() -> None:
    with pytest.raises(BadInput, match="above zero"):
        plans_of([ONE._replace(write_down=100_000, waiver=5_000)])


@pytest.mark.parametrize(
    "column",
    [
        np.array([0.18, 0.18]),
        np.array([18, 18], np.int32),
        np.array([18], np.int64),
        np.array([[18, 18]], np.int64),
    ],
    ids=["fractions", "32 bits", "another length", "a table"],
)
def test_a_column_that_is_none_is_refused_by_its_name(column: np.ndarray) -> None:
    with pytest.raises(BadInput, match="`annual_rate_bps` is not one"):
        replace(plans_of([ONE, ONE]), annual_rate_bps=column)


def test_a_lattice_holds_every_combination_once() -> None:
    plans = lattice(100_000, 5_000, LEVERS)
    columns = (
        plans.payments,
        plans.annual_rate_bps,
        plans.first_period_days,
        plans.write_down_minor,
        plans.waiver_minor,
        plans.deferred,
        plans.unpaid_interest,
        plans.balloon_minor,
    )
    held = MODES.index(UnpaidInterest.HELD)
    expected = product(
        (12, 24, 36), (1_800, 0), (30, 41), (0, 20_000), (0, 5_000), ((0, 0), (2, 0), (2, held)), (0, 30_000)
    )
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [
        (*others, *deferral, balloon) for *others, deferral, balloon in expected
    ]
    assert set(plans.principal_minor.tolist()) == {100_000}
    assert set(plans.charges_minor.tolist()) == {5_000}


def test_more_relief_never_costs_the_borrower_more() -> None:
    # Along each lever of the lattice: a longer plan has no higher instalment, a lower rate or debt no higher total.
    prices = price(lattice(100_000, 5_000, LEVERS))
    total = prices.total_minor.reshape(3, 2, 2, 2, 2, 3, 2)
    assert np.all(np.diff(prices.instalment_minor.reshape(total.shape), axis=0) <= 0)
    for axis in (1, 3, 4):
        assert np.all(np.diff(total, axis=axis) <= 0)


@pytest.mark.parametrize(
    "levers",
    [
        replace(LEVERS, payments=()),
        replace(LEVERS, payments=tuple(range(1, 601)), annual_rate_bps=tuple(range(1_000))),
        replace(LEVERS, payments=(2**63,)),
        replace(LEVERS, annual_rate_bps=(0.18,)),  # type: ignore[arg-type]
        replace(LEVERS, payments=(2,)),
    ],
    ids=["no value", "too many plans", "beyond 64 bits", "a fraction", "deferral of a whole plan"],
)
def test_levers_that_cannot_be_combined_are_refused(levers: Levers) -> None:
    with pytest.raises(BadInput):
        lattice(100_000, 5_000, levers)


def test_printed_plans_and_prices_hold_no_figure() -> None:
    plans = plans_of([ONE])
    assert [repr(plans), repr(plans.terms), repr(price(plans)), repr(LEVERS)] == [
        "Plans(1, monthly)",
        "Terms(1)",
        "Prices(1)",
        "Levers(…)",
    ]
