"""Debts of every shape, in their middle: what is left of them, and what changes make of it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest

from parley.servicing.changes.debt import Debt, debt_after
from parley.servicing.changes.forgiveness import WriteDown
from parley.servicing.changes.modify import Change
from parley.servicing.changes.pauses import Deferral, PaymentHoliday
from parley.servicing.changes.rate_relief import InterestFreeze, RateCut
from parley.servicing.changes.repayment import TermExtension
from parley.servicing.products.loan import loan_schedule
from parley.servicing.products.shapes import (
    AmortisedOver,
    Balloon,
    EqualPrincipal,
    FirstGiven,
    InterestOnly,
    InterestPlus,
    InterestPlusShare,
    Level,
    Shape,
    ShareOfBalance,
    StepAmount,
    StepFactor,
)
from parley.servicing.products.terms import UnpaidInterest
from tests.servicing.changes.build import changed, debt_of, eur, payments, percent, terms_of

# 10,000.00 in 12.
SHAPES: list[Shape] = [
    Level(),
    Level(smoothed=True),
    Balloon(eur(300_000)),
    AmortisedOver(36),
    StepFactor(3, Fraction(11, 10)),
    StepAmount(3, eur(1_000)),
    FirstGiven((eur(5_000), eur(8_000), eur(20_000))),
    InterestOnly(),
    InterestOnly(first=4),
    EqualPrincipal(),
    EqualPrincipal(interest_only=4),
    InterestPlus(eur(40_000)),
    InterestPlusShare(Fraction(1, 10), eur(30_000)),
    ShareOfBalance(Fraction(1, 10), eur(50_000)),
]
NAMES = [f"{type(shape).__name__}-{number}" for number, shape in enumerate(SHAPES)]
CHANGES: list[Callable[[Random], Change]] = [
    lambda random: WriteDown(eur(random.randint(1, 9_000))),
    lambda _: RateCut(percent("7.3")),
    lambda _: InterestFreeze(1),
    lambda random: Deferral(random.randint(1, 3), random.choice(list(UnpaidInterest))),
    lambda random: PaymentHoliday(1, random.choice(list(UnpaidInterest))),
    lambda _: TermExtension(14),
]


@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
def test_rest_of_a_debt_is_paid_as_it_was_agreed(shape: Shape) -> None:
    schedule = loan_schedule(terms_of(1_000_000, "18", 12), shape)
    for made in range(schedule.count):
        debt = debt_after(schedule, shape, made)
        left = schedule.rows[made:]
        assert [
            (row.due_on, row.payment_minor, row.interest_minor, row.balance_minor) for row in debt.schedule.rows
        ] == [(row.due_on, row.payment_minor, row.interest_minor, row.balance_minor) for row in left]


@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
def test_changes_of_the_rest_add_up(shape: Shape) -> None:
    schedule = loan_schedule(terms_of(1_000_000, "18", 12), shape)
    for number in range(40):
        random = Random(f"{SHAPES.index(shape)}/{number}")
        debt = debt_after(schedule, shape, random.randint(0, schedule.count - 4))
        modification = changed(debt, random.choice(CHANGES)(random))
        after = modification.after.schedule
        assert after is not None
        assert after.rows[-1].balance_minor == 0
        assert sum(row.principal_minor - row.capitalised_minor for row in after.rows) == after.terms.principal.minor
        assert modification.total_change_minor == modification.interest_change_minor - modification.forgiven.total


def test_deferral_moves_every_shape_later() -> None:
    # At the end of the pause without interest nothing differs from before: the same payments, two months later.
    for shape in SHAPES:
        if isinstance(shape, StepFactor | StepAmount):
            continue
        debt = debt_of(1_000_000, "18", 12, shape)
        modification = changed(debt, Deferral(2, UnpaidInterest.HELD), InterestFreeze(2))
        assert payments(modification) == [payment.amount_minor for payment in modification.before.payments]


def test_step_that_is_cut_in_its_middle_keeps_its_payments() -> None:
    for shape in (StepFactor(3, Fraction(11, 10)), StepAmount(3, eur(1_000))):
        schedule = loan_schedule(terms_of(1_000_000, "18", 12), shape)
        in_its_middle, between = debt_after(schedule, shape, 4), debt_after(schedule, shape, 3)
        assert isinstance(in_its_middle.shape, FirstGiven)
        assert between.shape == shape
        assert Debt(between.terms, between.shape).schedule.rows[0].payment_minor == schedule.rows[3].payment_minor
