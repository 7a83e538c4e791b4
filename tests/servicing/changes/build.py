"""Debts for the tests of changes: monthly, in euros, from 1 January 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from parley.money import Money
from parley.servicing.account import Balance
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.modify import Change, Modification, modify
from parley.servicing.daycount import DayCount
from parley.servicing.periods import MONTHLY, Every
from parley.servicing.products.due import regular_days
from parley.servicing.products.shapes import Level, Shape
from parley.servicing.products.terms import LoanRounding, LoanTerms
from parley.servicing.rate import Rate

DAY = date(2026, 1, 1)
FIRST = date(2026, 2, 1)


def eur(minor: int) -> Money:
    """Euro cents."""
    return Money(minor, "EUR")


def percent(text: str) -> Rate:
    """Make a rate in per cent a year."""
    return Rate.of_percent(Decimal(text))


def terms_of(
    principal: int,
    rate: str,
    count: int,
    accrual: Every | DayCount = MONTHLY,
    rounding: LoanRounding | None = None,
    first: date = FIRST,
) -> LoanTerms:
    """Make a monthly loan."""
    due = regular_days(first, MONTHLY, count)
    return LoanTerms(eur(principal), percent(rate), DAY, due, accrual, rounding or LoanRounding())


def debt_of(
    principal: int, rate: str, count: int, shape: Shape | None = None, due_now: Balance | None = None, held: int = 0
) -> Debt:
    """Make a monthly debt as it stands."""
    return Debt(terms_of(principal, rate, count), shape or Level(), due_now=due_now or Balance(), held_minor=held)


def changed(debt: Debt, *changes: Change, discount: Rate | None = None) -> Modification:
    """Return the modification; a refusal is a failure of the test."""
    result = modify(debt, changes, discount)
    assert isinstance(result, Modification)
    return result


def payments(modification: Modification) -> list[int]:
    """Return the payments of the final schedule."""
    return [payment.amount_minor for payment in modification.after.payments]
