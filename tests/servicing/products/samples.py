"""Seeded samples: some thousands in `make test`, millions in `make torture`. Loans whose periods are all one step."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random

from parley.money import Money
from parley.servicing.periods import MONTHLY, QUARTERLY, SEMI_MONTHLY, YEARLY, Every
from parley.servicing.products.due import regular_days
from parley.servicing.products.terms import Ledger, LoanRounding, LoanTerms
from parley.servicing.rate import Rate

PAID_OUT = date(2027, 1, 31)
_MONTH_ENDS = (SEMI_MONTHLY, MONTHLY, QUARTERLY, YEARLY)
_TORTURE_FACTOR = 200


def samples(seed: int | str, usual: int, *, full_size: bool) -> Iterator[Random]:
    """Give one generator per sample, so that a failing one can be drawn again by its number."""
    for number in range(usual * (_TORTURE_FACTOR if full_size else 1)):
        yield Random(f"{seed}/{number}")


def amount_of(random: Random) -> int:
    return random.randint(1, 10 ** random.randint(1, 12))


def bps_of(random: Random) -> int:
    return random.choice([0, random.randint(1, 3_000), random.randint(1, 50_000)])


def equal_terms(
    amount: int, bps: int, count: int, every: Every, currency: str = "USD", ledger: Ledger = Ledger.WHOLE
) -> LoanTerms:
    """Return terms whose periods, the first included, are all exactly one step."""
    first_due_on = regular_days(PAID_OUT, every, 2).due_on[1]
    due = regular_days(first_due_on, every, count, anchor_day=31 if every in _MONTH_ENDS else None)
    return LoanTerms(Money(amount, currency), Rate.of_bps(bps), PAID_OUT, due, every, LoanRounding(ledger=ledger))
