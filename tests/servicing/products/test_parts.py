"""Equal parts, pay-in-n and fee-per-period plans: hand computation, sums, refusals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.periods import FORTNIGHTLY, MONTHLY
from parley.servicing.products.due import regular_days
from parley.servicing.products.fees import NO_FEE, FeeShare, FeeTerms, fee_schedule
from parley.servicing.products.parts import Remainder, equal_parts
from parley.servicing.products.pay_in_n import PayInN, pay_in_n_schedule
from parley.servicing.rounding import Rounding


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        (Remainder.WITH_FIRST, (27, 25, 25, 25)),
        (Remainder.WITH_LAST, (25, 25, 25, 27)),
        (Remainder.ONE_EACH, (26, 26, 25, 25)),
    ],
)
def test_remainder_goes_where_its_rule_says(remainder: Remainder, parts: tuple[int, ...]) -> None:
    assert equal_parts(102, 4, remainder) == parts


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        (Remainder.WITH_FIRST, (3_350, 3_300, 3_300)),
        (Remainder.WITH_LAST, (3_300, 3_300, 3_350)),
        (Remainder.ONE_EACH, (3_300, 3_300, 3_350)),
    ],
)
def test_parts_in_whole_dollars_leave_the_cents_to_one(remainder: Remainder, parts: tuple[int, ...]) -> None:
    assert equal_parts(9_950, 3, remainder, unit_minor=100) == parts


@given(st.integers(1, 10**15), st.integers(1, 3_000), st.sampled_from(Remainder), st.sampled_from([1, 5, 100]))
def test_parts_sum_to_the_whole_and_none_is_nothing(amount: int, count: int, remainder: Remainder, unit: int) -> None:
    if amount < count * unit:
        with pytest.raises(BadInput):
            equal_parts(amount, count, remainder, unit)
        return
    parts = equal_parts(amount, count, remainder, unit)
    assert len(parts) == count
    assert sum(parts) == amount
    assert min(parts) >= unit
    assert max(parts) - min(parts) < unit * count + unit


@pytest.mark.parametrize("count", [0, -1, 10_000])
def test_number_of_parts_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(BadInput) as refused:
        equal_parts(10**6, count, Remainder.WITH_LAST)
    assert str(f"{count:,}") in refused.value.zh


def test_pay_in_4_starts_today() -> None:
    rows = pay_in_n_schedule(PayInN(Money(10_002, "USD"), 4, date(2026, 11, 26)))
    assert [(row.due_on.isoformat(), row.payment_minor, row.balance_minor) for row in rows] == [
        ("2026-11-26", 2_502, 7_500),
        ("2026-12-10", 2_500, 5_000),
        ("2026-12-24", 2_500, 2_500),
        ("2027-01-07", 2_500, 0),
    ]


@pytest.mark.parametrize(("currency", "price"), [("JPY", 10_001), ("KWD", 10_001), ("USD", 10_001)])
def test_pay_in_3_by_month_in_any_currency(currency: str, price: int) -> None:
    rows = pay_in_n_schedule(PayInN(Money(price, currency), 3, date(2027, 1, 31), MONTHLY, Remainder.WITH_LAST))
    assert [row.payment_minor for row in rows] == [3_333, 3_333, 3_335]
    assert [row.due_on for row in rows] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


def test_pay_in_n_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="price"):
        PayInN(Money(0, "USD"), 4, date(2026, 11, 26), FORTNIGHTLY)


def _plan(
    principal: int, count: int, percent: str, at_start: str = "0", rounding: Rounding = Rounding.HALF_UP
) -> FeeTerms:
    due = regular_days(date(2026, 12, 5), MONTHLY, count)
    per_period, once = (FeeShare.of_percent(Decimal(text)) for text in (percent, at_start))
    return FeeTerms(Money(principal, "CNY"), date(2026, 11, 10), due, per_period, once, rounding=rounding)


def test_fee_every_period_on_the_original_principal() -> None:
    # 10,000.00 in 12: 833.33 and at last 833.37; 0.6 % is 60.00 each time.
    rows = fee_schedule(_plan(1_000_000, 12, "0.6"))
    assert [row.payment_minor for row in rows] == [89_333] * 11 + [89_337]
    assert {row.fee_minor for row in rows} == {6_000}
    assert [rows[k].balance_minor for k in (0, 10, 11)] == [916_667, 83_337, 0]


def test_fee_at_the_start_only() -> None:
    # 7.2 % of 1,234.56 is 88.88832.
    rows = fee_schedule(_plan(123_456, 12, "0", at_start="7.2"))
    assert (rows[0].number, rows[0].due_on, rows[0].payment_minor) == (0, date(2026, 11, 10), 8_889)
    assert (rows[0].balance_minor, len(rows)) == (123_456, 13)
    assert [row.payment_minor for row in rows[1:]] == [10_288] * 12


@pytest.mark.parametrize(("rounding", "fee"), [(Rounding.HALF_UP, 89), (Rounding.DOWN, 88), (Rounding.UP, 89)])
def test_fee_is_rounded_by_name(rounding: Rounding, fee: int) -> None:
    # 0.72 % of 123.45 is 0.88884.
    assert fee_schedule(_plan(12_345, 3, "0.72", rounding=rounding))[0].fee_minor == fee


@given(st.integers(600, 10**12), st.integers(1, 600), st.decimals("0", "5", places=3), st.sampled_from(Remainder))
def test_fee_plan_sums_to_principal_and_fees(amount: int, count: int, percent: Decimal, remainder: Remainder) -> None:
    due = regular_days(date(2026, 12, 31), MONTHLY, count)
    terms = FeeTerms(Money(amount, "JPY"), date(2026, 12, 31), due, FeeShare.of_percent(percent), NO_FEE, remainder)
    rows = fee_schedule(terms)
    assert sum(row.principal_minor for row in rows) == amount
    assert sum(row.payment_minor for row in rows) == amount + sum(row.fee_minor for row in rows)
    assert rows[-1].balance_minor == 0


def test_fee_above_the_principal_is_refused() -> None:
    with pytest.raises(BadInput, match="100 %") as refused:
        FeeShare.of_percent(101)
    assert "100%" in refused.value.zh


def test_fee_plan_that_starts_after_its_first_payment_is_refused() -> None:
    due = regular_days(date(2026, 12, 5), MONTHLY, 3)
    with pytest.raises(BadInput, match="before the plan starts"):
        FeeTerms(Money(10_000, "CNY"), date(2026, 12, 6), due, NO_FEE)
    with pytest.raises(BadInput, match="above zero"):
        FeeTerms(Money(0, "CNY"), date(2026, 12, 1), due, NO_FEE)
