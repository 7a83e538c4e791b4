from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.bucket import Rate, full

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    rate = Rate(per_second=5, burst=20)
    granted, left = full(rate, NOON).take(100)
    assert granted == 20
    assert left.take(1)[0] == 0
    assert left.filled(rate, NOON + timedelta(milliseconds=199)).take(100)[0] == 0
    assert left.filled(rate, NOON + timedelta(milliseconds=200)).take(100)[0] == 1
    assert left.filled(rate, NOON + timedelta(hours=1)).take(100)[0] == 20


def test_what_was_not_used_comes_back_and_no_more_than_the_burst() -> None:
    rate = Rate(per_second=1, burst=3)
    granted, left = full(rate, NOON).take(3)
    assert left.give_back(granted, rate).take(9)[0] == 3
    assert left.give_back(99, rate).take(9)[0] == 3


def test_a_clock_that_goes_back_fills_nothing() -> None:
    rate = Rate(per_second=10, burst=10)
    _, left = full(rate, NOON).take(10)
    assert left.filled(rate, NOON - timedelta(days=1)).take(1)[0] == 0


@given(
    st.integers(1, 500),
    st.integers(1, 1_000),
    st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 2_000)), max_size=40),
)
def test_no_more_than_burst_and_rate_allow(per_second: int, burst: int, steps: list[tuple[int, int]]) -> None:
    rate = Rate(per_second, burst)
    bucket, at, taken = full(rate, NOON), NOON, 0
    for microseconds, wanted in steps:
        at += timedelta(microseconds=microseconds)
        granted, bucket = bucket.filled(rate, at).take(wanted)
        taken += granted
        assert 0 <= granted <= wanted
        assert taken <= burst + (at - NOON) / timedelta(seconds=1) * per_second
