"""Figures of plans, worked out naively: fractions, sums of discount factors, one loop; nothing of `parley`."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise

# (interest, payment, balance after, added to the balance)
NaiveLine = tuple[int, int, int, int]


def whole(value: Fraction) -> int:
    """Round half up; amounts here are never negative."""
    return int(value + Fraction(1, 2))


def months(first: date, count: int, step: int = 1) -> list[date]:
    days = []
    for k in range(count):
        year, month = divmod(first.year * 12 + first.month - 1 + k * step, 12)
        days.append(date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1])))
    return days


def instalment(principal: int, rates: Sequence[Fraction], weights: Sequence[Fraction], last: int = 0) -> Fraction:
    """Return A with principal = Σ weight·A·discount + last·(discount of the last): present values, no recursion."""
    discount, worth = Fraction(1), Fraction(0)
    for rate, weight in zip(rates, weights, strict=True):
        discount /= 1 + rate
        worth += weight * discount
    return (principal - last * discount) / worth


def run(principal: int, rates: Sequence[Fraction], asked: Callable[[int, int, int], int | None]) -> list[NaiveLine]:
    """Follow a balance: *asked* gives the payment by number, balance and interest, None for one that is skipped."""
    lines = []
    balance = principal
    for number, rate in enumerate(rates, 1):
        interest = whole(balance * rate)
        payment = asked(number, balance, interest)
        if number == len(rates):
            payment = balance + interest
        if payment is None:
            balance += interest
            lines.append((interest, 0, balance, interest))
        else:
            balance += interest - payment
            lines.append((interest, payment, balance, 0))
    assert balance == 0
    return lines


def card_run(
    balances: list[list[int]], share: Fraction, floor: int, statements: Sequence[date], due_after: int, billed: int
) -> list[tuple[int, int, int, int, int]]:
    """Pay the minimum until nothing is left. *balances* are [rate in bps, minor]. The dearest balance is paid first.

    Returns (billed balance, interest in it, minimum, paid, left) of each statement; interest by actual/365.
    """
    lines = []
    for on, following in pairwise(statements):
        owed = sum(minor for _, minor in balances)
        minimum = min(owed, max(whole((owed - billed) * share) + billed, floor))
        before = [minor for _, minor in balances]
        pay = minimum
        for one in sorted(balances, key=lambda one: -one[0]):
            part = min(pay, one[1])
            one[1] -= part
            pay -= part
        lines.append((owed, billed, minimum, minimum, owed - minimum))
        days = (following - on).days
        billed = 0
        for one, was in zip(balances, before, strict=True):
            interest = whole(Fraction(one[0], 10_000 * 365) * (was * due_after + one[1] * (days - due_after)))
            one[1] += interest
            billed += interest
        if not sum(minor for _, minor in balances):
            break
    return lines
