"""The column form of every figure says what the scalar form says, on random books and on none."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from parley.columnar import figures
from parley.columnar.book import open_book
from parley.servicing.book.liquidation import liquidation
from parley.servicing.book.promises import kept_rates
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.roll import cure_rate, roll_counts
from parley.servicing.book.standing import standing_on
from parley.servicing.book.vintage import vintages
from parley.servicing.delinquency import FIRST_DAYS, bucket_of
from tests.servicing.book.books import day, random_book, some_day

BOOKS = 12
ACCOUNTS = 40


@pytest.fixture
def books(*, full_size: bool) -> range:
    return range(4_000 if full_size else BOOKS)


def test_columns_say_what_the_scalar_form_says(books: range) -> None:
    for seed in books:
        dice = random.Random(f"book {seed}")
        book = random_book(dice, ACCOUNTS)
        days = sorted(some_day(dice, -300, 330, book.tight) for _ in range(3))
        with open_book(book.accounts, book.placed, book.promises) as columns:
            for as_of in days:
                scalar = {one.account_id: standing_on(one, as_of) for one in book.accounts}
                assert figures.standings(columns, as_of) == {key: one for key, one in scalar.items() if one is not None}
            assert figures.roll_counts(columns, days[0], days[2]) == roll_counts(book.accounts, days[0], days[2])
            span = (days[0], min(days[1], days[0] + timedelta(days=25)), days[2])
            assert figures.cure_rate(columns, *span) == cure_rate(book.accounts, *span)
            for late in (1, dice.choice([3, 30, 90])):
                assert figures.vintages(columns, days[2], late, 9) == vintages(book.accounts, days[2], late, 9)
            assert figures.liquidation(columns, days[2], 9) == liquidation(book.placed, days[2], 9)
            grace = dice.randint(0, 3)
            assert figures.kept_rates(columns, days[1], grace) == kept_rates(book.promises, days[1], grace)


def test_buckets_of_columns_change_on_their_first_day() -> None:
    assert [bucket_of(first) for first in FIRST_DAYS.values()] == list(FIRST_DAYS)
    assert [bucket_of(first - 1) for first in FIRST_DAYS.values() if first] == list(FIRST_DAYS)[:-1]


def test_empty_book_has_no_figures() -> None:
    with open_book([]) as columns:
        assert figures.standings(columns, day(0)) == {}
        assert figures.roll_counts(columns, day(0), day(1)) == {}
        assert figures.cure_rate(columns, day(0), day(1), day(2)) == Ratio(0, 0)
        assert figures.vintages(columns, day(0), 30, 12) == {}
        assert figures.liquidation(columns, day(0), 12) == {}
        assert figures.kept_rates(columns, day(0), 1) == {}
