"""Payments on a card with several balances: figures by hand, the shipped rules, and conservation."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib import resources

import pytest

from parley.errors import BadInput
from parley.servicing.card_order import (
    CardBalance,
    RateFirst,
    allocate_to_balances,
    choose_card_order,
    load_card_orders,
)

RAW = (resources.files("parley.servicing") / "data" / "card_order.toml").read_bytes()
ORDERS = load_card_orders(RAW)
US, GB = choose_card_order(ORDERS, "US-NYC"), choose_card_order(ORDERS, "GB")


def test_excess_over_the_minimum_goes_to_the_highest_rate_and_downwards() -> None:
    # Case alloc-card-excess of plan-maths.yaml: after 400.00, of which the minimum of 50.00 to the lowest rate.
    balances = [
        CardBalance("cash", 20_000, 2_999),
        CardBalance("purchases", 50_000, 1_999),
        CardBalance("transfer", 100_000, 0),
    ]
    paid = allocate_to_balances(balances, 40_000, 5_000, replace(US, minimum_first=RateFirst.LOWEST))
    assert paid.parts_minor == (20_000, 15_000, 5_000)
    # By our own default the minimum helps where it helps most.
    assert allocate_to_balances(balances, 40_000, 5_000, US).parts_minor == (20_000, 20_000, 0)


def test_minimum_that_is_not_reached_has_no_excess() -> None:
    balances = [CardBalance("cash", 20_000, 2_999), CardBalance("transfer", 100_000, 0)]
    paid = allocate_to_balances(balances, 4_000, 5_000, replace(US, minimum_first=RateFirst.LOWEST))
    assert paid.parts_minor == (0, 4_000)


@pytest.mark.parametrize(("cycles_left", "parts"), [(3, (30_000, 0)), (2, (5_000, 25_000)), (1, (5_000, 25_000))])
def test_deferred_balance_comes_first_in_its_last_two_cycles(cycles_left: int, parts: tuple[int, int]) -> None:
    balances = [CardBalance("purchases", 60_000, 2_499), CardBalance("deferred", 40_000, 1_999, cycles_left)]
    assert allocate_to_balances(balances, 30_000, 5_000, US).parts_minor == parts


def test_united_kingdom_has_no_rule_for_deferred_balances() -> None:
    balances = [CardBalance("purchases", 60_000, 2_499), CardBalance("deferred", 40_000, 1_999, 1)]
    assert allocate_to_balances(balances, 30_000, 5_000, GB).parts_minor == (30_000, 0)


def test_over_payment_is_left_over() -> None:
    paid = allocate_to_balances([CardBalance("purchases", 1_000, 1_999)], 1_500, 200, US)
    assert (paid.parts_minor, paid.unapplied_minor) == ((1_000,), 500)


def test_only_what_was_read_is_law() -> None:
    assert {place: order.grounds.layer.value for place, order in ORDERS.items()} == {
        "*": "policy",
        "US": "law",
        "GB": "law",
    }


def test_money_is_conserved_and_no_cheaper_balance_is_paid_before_a_dearer_one(*, full_size: bool) -> None:
    dice = random.Random("cards")
    for _ in range(200_000 if full_size else 1_000):
        balances = [
            CardBalance(str(k), dice.randrange(0, 500), dice.choice([0, 999, 1_999, 2_999]))
            for k in range(dice.randint(1, 5))
        ]
        amount, minimum = dice.randint(1, 1_500), dice.randint(0, 100)
        paid = allocate_to_balances(balances, amount, minimum, dice.choice([US, GB]))
        assert sum(paid.parts_minor) + paid.unapplied_minor == amount
        assert paid.unapplied_minor == max(0, amount - sum(one.amount_minor for one in balances))
        open_rates = [
            one.annual_rate_bps for one, part in zip(balances, paid.parts_minor, strict=True) if part < one.amount_minor
        ]
        paid_rates = [one.annual_rate_bps for one, part in zip(balances, paid.parts_minor, strict=True) if part]
        assert min(paid_rates, default=9_999) >= max(open_rates, default=0)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("deferred_cycles = 2", "deferred_cycles = -1", "deferred_cycles is not a whole number"),
        ("deferred_cycles = 2", "deferred_cycles = true", "deferred_cycles is not a whole number"),
        ('minimum_first = "highest_rate"', 'minimum_first = "any"', "minimum_first is 'any'"),
    ],
)
def test_wrong_file_is_refused(old: str, new: str, what: str) -> None:
    with pytest.raises(BadInput, match=what) as refused:
        load_card_orders(RAW.decode().replace(old, new, 1).encode())
    assert "信用卡还款分配顺序" in refused.value.zh
