"""Settlements: what is paid and what is waived are all there is, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Payment
from parley.servicing.changes.modify import settle
from parley.servicing.changes.notices import Say
from parley.servicing.changes.settlement import CHARGES_FIRST, Settlement
from tests.servicing.changes.build import DAY, debt_of, payments, percent
from tests.servicing.products.samples import samples

# 1,000.00 to come and 110.00 due: 1,110.00 in all.
DUE = Balance(interest=5_000, fee=2_000, penalty_interest=3_000, cost=1_000)


def test_settlement_in_one_payment() -> None:
    settled = settle(debt_of(100_000, "12", 12, due_now=DUE), Settlement((Payment(DAY, 106_500),)))
    # 45.00 are waived: 30.00 penalty interest, then 15.00 of the fees.
    assert settled.forgiven == Balance(penalty_interest=3_000, fee=1_500)
    assert payments(settled) == [106_500]
    assert (settled.npv_before_minor, settled.npv_after_minor) == (111_000, 106_500)
    assert settled.debt is None
    assert settled.after.interest_minor == 0
    assert settled.total_change_minor == settled.interest_change_minor - 4_500


def test_settlement_in_several_payments_is_discounted_by_days() -> None:
    two = Settlement((Payment(DAY, 40_000), Payment(date(2026, 4, 1), 30_000)))
    settled = settle(debt_of(100_000, "12", 12, due_now=DUE), two, percent("12"))
    # 410.00 are waived: every charge, and 300.00 of principal. After 90 of 360 days 300.00 are 300 / 1.03 = 291.26.
    assert settled.forgiven == Balance(principal=30_000, interest=5_000, fee=2_000, penalty_interest=3_000, cost=1_000)
    assert settled.npv_after_minor == 69_126
    assert (Say.PAYMENTS, 2, 30_000) in [tuple(notice) for notice in settled.notices]
    assert (Say.FORGIVEN, 0, 41_000) in [tuple(notice) for notice in settled.notices]


def test_order_of_the_waiver_is_the_one_given() -> None:
    principal_first = (Component.PRINCIPAL, *[part for part in CHARGES_FIRST if part is not Component.PRINCIPAL])
    settled = settle(debt_of(100_000, "12", 12, due_now=DUE), Settlement((Payment(DAY, 60_000),), principal_first))
    assert settled.forgiven == Balance(principal=51_000)


def test_what_is_held_is_settled_too() -> None:
    settled = settle(debt_of(100_000, "12", 12, held=700), Settlement((Payment(DAY, 100_000),)))
    assert settled.forgiven == Balance(interest=700)


def test_settlement_pays_exactly(full_size: bool) -> None:
    for random in samples("settlement", 400, full_size=full_size):
        due = Balance(*[random.randint(0, 5_000) for _ in range(5)])
        debt = debt_of(random.randint(1, 10**6), "18", 12, due_now=due, held=random.randint(0, 300))
        count = random.randint(1, 5)
        amounts = [random.randint(1, max(1, debt.owed_minor // count)) for _ in range(count)]
        paid = [Payment(DAY + timedelta(days=31 * k), amount) for k, amount in enumerate(amounts)]
        order = list(Component)
        random.shuffle(order)
        settled = settle(debt, Settlement(tuple(paid), tuple(order)))
        assert settled.after.total_minor + settled.forgiven.total == debt.owed_minor
        left = settled.forgiven.total
        for component in order:
            part = min(left, getattr(debt.balance, component.value))
            assert getattr(settled.forgiven, component.value) == part
            left -= part
        worth, factor = Fraction(0), Fraction(1)
        for k, amount in enumerate(amounts):
            if k:  # months of thirty days
                start, end = paid[k - 1].due_on, paid[k].due_on
                months = 360 * (end.year - start.year) + 30 * (end.month - start.month)
                factor /= 1 + Fraction(18, 100) * Fraction(months + min(end.day, 30) - min(start.day, 30), 360)
            worth += amount * factor
        assert abs(settled.npv_after_minor - worth) <= Fraction(1, 2)
