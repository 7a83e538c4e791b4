from __future__ import annotations

import pytest

from parley.errors import BadInput
from parley.negotiation.policy import load_policy
from tests.negotiation.strategies import raw_policy, shipped_policy


def changed(old: str, new: str) -> bytes:
    text = raw_policy().decode()
    assert old in text, f"{old!r} is not in the shipped policy"
    return text.replace(old, new).encode()


def test_relief_grows_with_lateness_and_never_passes_the_contract() -> None:
    policy = shipped_policy()
    assert [policy.plan_rate_bps(9_999, days) for days in (-30, 0, 1, 29, 30, 59, 60, 400)] == [
        1500, 1500, 1200, 1200, 790, 790, 490, 490
    ]  # fmt: skip
    assert policy.plan_rate_bps(300, 1) == 300


def test_a_changed_file_has_another_hash() -> None:
    assert load_policy(changed("valid_days = 7", "valid_days = 8")).hash != shipped_policy().hash


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"\xff\xfe", "TOML"),
        (b"id = ", "TOML"),
        (b"id = 'x'", "lacks"),
        (changed("grace_days = 5", "grace = 5"), "grace"),
        (changed("valid_days = 7 ", 'valid_days = "soon" '), "form"),
        (changed('lengths = ["1", "3/2", "2"]', 'lengths = ["1", "3/0"]'), "form"),
        (changed('lengths = ["1", "3/2", "2"]', 'lengths = ["3/2", "1"]'), "lengths"),
        (changed('lengths = ["1", "3/2", "2"]', 'lengths = ["1", "3/2", "2", "3"]'), "lengths"),
        (changed("[products.loan]", "[products.mortgage]"), "form"),
        (changed("max_payments = 36", "max_payments = 0"), "max_payments"),
        (changed("from_days = 1\n", "from_days = 90\n"), "ascending"),
        (changed("rate_bps = 790", "rate_bps = -1"), "negative"),
        (changed("rate_bps = 0\n", "rate_bps = -5\n"), "negative"),
        (changed("first_payment_days = 14 ", "first_payment_days = 46 "), "first_payment_days"),
        (changed("USD = 1000", "XXX = 1000"), "currency"),
        (changed("USD = 1000", "USD = 0"), "below 1"),
    ],
)
def test_a_policy_that_cannot_hold_is_refused_by_name(raw: bytes, names: str) -> None:
    with pytest.raises(BadInput) as refused:
        load_policy(raw)
    assert names in refused.value.en
    assert refused.value.zh
