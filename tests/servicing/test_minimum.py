"""The minimum payment: share and charges, floor, ceiling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.servicing.account import Balance
from parley.servicing.minimum import MinimumTerms, minimum_payment

ONE_PERCENT = MinimumTerms(percent_bps=100, floor_minor=2500)
_AMOUNTS = st.integers(0, 10_000_000)


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        # 1 % of 5,000.00 and all of interest, fee, penalty interest and cost.
        (Balance(principal=500_000, interest=8_000, fee=2_900, penalty_interest=10, cost=1), 15_911),
        # The floor.
        (Balance(principal=100_000, interest=500), 2_500),
        # Never above the balance.
        (Balance(principal=1_200, interest=20), 1_220),
        (Balance(), 0),
        # 1 % of 3,333.50 is 33.335: a half goes up.
        (Balance(principal=333_350), 3_334),
        (Balance(principal=333_349), 3_333),
    ],
)
def test_minimum_is_share_and_charges_or_floor_or_all(balance: Balance, expected: int) -> None:
    assert minimum_payment(ONE_PERCENT, balance) == expected


@given(_AMOUNTS, _AMOUNTS, st.integers(0, 10_000), _AMOUNTS)
def test_minimum_never_exceeds_balance_nor_falls_below_charges(
    principal: int, interest: int, percent_bps: int, floor: int
) -> None:
    balance = Balance(principal=principal, interest=interest)
    minimum = minimum_payment(MinimumTerms(percent_bps, floor), balance)
    assert interest <= minimum <= balance.total
