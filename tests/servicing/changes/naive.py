"""A second way to change a debt: decimal annuities and plain loops over whole cents, written apart from the code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction


@dataclass
class Paid:
    """What comes out: payments row by row (what is held apart), interest row by row, and what is held for the last."""

    payments: list[int]
    interest: list[int]
    held: int


def monthly(bps: list[int]) -> list[Fraction]:
    """Take a twelfth of each annual rate."""
    return [Fraction(rate, 120_000) for rate in bps]


def by_days(bps: list[int], days: list[date]) -> list[Fraction]:
    """Actual days over 365; one day more than there are rates."""
    return [Fraction(rate * (days[k + 1] - days[k]).days, 3_650_000) for k, rate in enumerate(bps)]


def cents(amount: Fraction) -> int:
    """Half up, for amounts of zero and more."""
    return int(amount + Fraction(1, 2))


def level(owed: int, rates: list[Fraction], pause: int = 0, mode: str = "capitalised", balloon: int = 0) -> int:
    """Return the level payment after *pause* left out: what is owed then over the sum of discount factors."""
    with localcontext() as context:
        context.prec = 60
        exact = [Decimal(rate.numerator) / rate.denominator for rate in rates]
        grown = Decimal(owed)
        if mode == "capitalised":
            for rate in exact[:pause]:
                grown *= 1 + rate
        elif mode == "added_once":
            grown *= 1 + sum(exact[:pause])
        factors, factor = Decimal(0), Decimal(1)
        for rate in exact[pause:]:
            factor /= 1 + rate
            factors += factor
        payment = (grown - balloon * factor) / factors
        return max(1, int(payment.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def run(owed: int, rates: list[Fraction], payment: int, pause: int = 0, mode: str = "capitalised") -> Paid:
    """Leave out *pause* payments, then pay *payment* until the last one clears what is left."""
    paid = Paid([], [], 0)
    waiting = 0
    for k, rate in enumerate(rates):
        interest = cents(owed * rate)
        paid.interest.append(interest)
        if k < pause:
            paid.payments.append(0)
            if mode == "capitalised":
                owed += interest
            elif mode == "held":
                paid.held += interest
            else:
                waiting += interest
                if k == pause - 1:
                    owed += waiting
            continue
        owed += interest
        if k == len(rates) - 1 or payment >= owed:
            paid.payments.append(owed)
            return paid
        paid.payments.append(payment)
        owed -= payment
    raise AssertionError("the last payment clears")


def repays(owed: int, rates: list[Fraction], payment: int) -> bool:
    """Whether *payment* repays in as many payments, never below the interest."""
    for rate in rates:
        interest = cents(owed * rate)
        if payment >= owed + interest:
            return True
        if payment < interest:
            return False
        owed += interest - payment
    return False


def worth(due_now: int, payments: list[int], rates: list[Fraction]) -> Fraction:
    """Return what all is worth on the day, exactly: one factor of discount after the other."""
    total, factor = Fraction(due_now), Fraction(1)
    for payment, rate in zip(payments, rates, strict=False):
        factor /= 1 + rate
        total += payment * factor
    return total
