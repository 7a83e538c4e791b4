from __future__ import annotations

from decimal import Decimal

import pytest

from parley.messaging.numbers import number_value, numbers_in


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("no figure", ()),
        ("$1,240.00 of $12,345,678.90", ("1,240.00", "12,345,678.90")),
        ("1) 58.27 x 23, total 1,340.32.", ("1", "58.27", "23", "1,340.32")),
        ("12期×481.14元，总额10,585.03元", ("12", "481.14", "10,585.03")),
        ("每月５００元", ("500",)),
        ("911，988（24小时）", ("911", "988", "24")),
        ("１２．５０元", ("12.50",)),
        ("pick 1,2 or 3", ("1", "2", "3")),
        ("7.90% APR from Dec 5.", ("7.90", "5")),
        ("800-555-0100", ("800", "555", "0100")),
        ("1,2345", ("1", "2345")),
        ("1234,567", ("1234", "567")),
    ],
)
def test_every_number_in_digits_is_found(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(text) == numbers


def test_the_value_of_a_number_is_exact() -> None:
    assert number_value("1,240.50") == Decimal("1240.50")
