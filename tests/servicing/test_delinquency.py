"""Days past due, arrears, next due, buckets: both sides of every boundary."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.servicing.account import Due
from parley.servicing.delinquency import Bucket, arrears_minor, bucket_of, days_past_due, next_due

DUE_ON = date(2026, 11, 5)


def test_due_day_itself_is_not_past_due() -> None:
    assert days_past_due((Due(DUE_ON, 100),), DUE_ON) == 0
    assert arrears_minor((Due(DUE_ON, 100),), DUE_ON) == 0


def test_day_after_is_day_one() -> None:
    assert days_past_due((Due(DUE_ON, 100),), date(2026, 11, 6)) == 1
    assert arrears_minor((Due(DUE_ON, 100, 30),), date(2026, 11, 6)) == 70


def test_days_count_from_the_oldest_unpaid_due() -> None:
    dues = (Due(date(2026, 9, 5), 100, 100), Due(date(2026, 10, 5), 100, 99), Due(DUE_ON, 100))
    assert days_past_due(dues, date(2026, 11, 23)) == 49
    assert arrears_minor(dues, date(2026, 11, 23)) == 101


def test_paid_dues_and_no_dues_are_not_past_due() -> None:
    assert days_past_due((), DUE_ON) == 0
    assert days_past_due((Due(date(2026, 1, 5), 100, 100),), DUE_ON) == 0


def test_next_due_is_the_first_unpaid_one_from_today() -> None:
    dues = (Due(date(2026, 10, 5), 100), Due(DUE_ON, 100, 100), Due(date(2026, 12, 5), 100))
    assert next_due(dues, date(2026, 10, 5)) == dues[0]
    assert next_due(dues, date(2026, 10, 6)) == dues[2]
    assert next_due(dues, date(2026, 12, 6)) is None


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "current"), (1, "1-29"), (29, "1-29"), (30, "30-59"), (59, "30-59"), (60, "60-89"), (89, "60-89"),
        (90, "90-119"), (119, "90-119"), (120, "120+"), (4000, "120+"),
    ],
)  # fmt: skip
def test_buckets_change_on_their_first_day(days: int, bucket: str) -> None:
    assert bucket_of(days) is Bucket(bucket)


_rows = st.lists(
    st.tuples(st.integers(0, 500), st.integers(0, 50), st.integers(0, 50)), max_size=8, unique_by=lambda r: r[0]
)


@given(_rows, st.integers(-10, 600))
def test_agrees_with_the_definition(rows: list[tuple[int, int, int]], today: int) -> None:
    start = date(2025, 1, 1)
    dues = tuple(Due(start + timedelta(days=day), paid + rest, paid) for day, paid, rest in sorted(rows))
    late = [(today - day, rest) for day, _, rest in rows if day < today and rest]
    as_of = start + timedelta(days=today)
    assert days_past_due(dues, as_of) == max((days for days, _ in late), default=0)
    assert arrears_minor(dues, as_of) == sum(rest for _, rest in late)
    assert (days_past_due(dues, as_of) == 0) == (arrears_minor(dues, as_of) == 0)
