"""Books for tests: small ones by hand, random ones from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from parley.servicing.account import Due
from parley.servicing.book.liquidation import Placed
from parley.servicing.book.promises import Promised
from parley.servicing.book.standing import BookAccount, Received

START = date(2026, 1, 1)


def day(number: int) -> date:
    return START + timedelta(days=number)


def account(
    number: int,
    dues: list[tuple[date, int]],
    paid: list[tuple[date, int]] | None = None,
    *,
    opened_on: date = date(2025, 12, 1),
    paid_off_on: date | None = None,
    charged_off_on: date | None = None,
    currency: str = "USD",
) -> BookAccount:
    return BookAccount(
        UUID(int=number),
        currency,
        opened_on,
        tuple(Due(on, minor) for on, minor in dues),
        tuple(Received(on, minor) for on, minor in paid or []),
        paid_off_on,
        charged_off_on,
    )


@dataclass(frozen=True)
class RandomBook:
    accounts: list[BookAccount]
    placed: list[Placed]
    promises: list[Promised]
    tight: int


def random_book(dice: random.Random, size: int) -> RandomBook:
    """Return a book in which everything happens: gaps, two payments a day, pay-offs, charge-offs.

    Every other book is dense: its days and amounts are few, so that edges meet, days with days and sums with sums.
    """
    tight = dice.choice([1, 15])
    most = 60 // tight
    accounts, placed, promises = [], [], []
    for number in range(size):
        opened = some_day(dice, -400, 100, tight)
        dues = []
        for at in sorted(dice.sample(range(-380 // tight, 300 // tight), dice.randint(0, 7))):
            amount = dice.randint(0, most)
            dues.append(Due(day(at), amount, dice.choice([0, 0, amount, dice.randint(0, amount)])))
        days = [some_day(dice, -390, 320, tight) for _ in range(dice.randint(0, 6))]
        payments = tuple(Received(on, dice.randint(1, most)) for on in [*days, *days[:1]])
        off = [some_day(dice, -300, 320, tight) if dice.random() < 0.2 else None for _ in range(2)]
        one = BookAccount(UUID(int=number), dice.choice(["USD", "JPY"]), opened, tuple(dues), payments, *off)
        accounts.append(one)
        for _ in range(dice.choice([0, 0, 1, 2])):
            placed.append(Placed(one, some_day(dice, -300, 300, tight), dice.randint(0, 500)))
            made = some_day(dice, -300, 300, tight)
            due = made + timedelta(days=dice.randint(0, 20))
            promises.append(Promised(one, made, due, dice.randint(1, most), dice.random() < 0.1))
    return RandomBook(accounts, placed, promises, tight)


def some_day(dice: random.Random, low: int, high: int, tight: int) -> date:
    return day(dice.randint(low // tight, high // tight))
