"""Axes a person would choose, in whole numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.web.charts.interval import difference_interval, share_interval
from parley.web.charts.scale import along, percent, spread, ticks


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (3, (0, 1, 2, 3)),
        (7, (0, 2, 4, 6, 8)),
        (30_000, (0, 10_000, 20_000, 30_000)),
        (855_081, (0, 500_000, 1_000_000)),
    ],
)
def test_ticks_are_round(largest: int, expected: tuple[int, ...]) -> None:
    assert ticks(largest) == expected


@given(st.integers(0, 10**15), st.integers(2, 9))
def test_ticks_hold_the_largest_and_are_few(largest: int, most: int) -> None:
    found = ticks(largest, most)
    assert found[0] == 0 and found[-1] >= largest and 2 <= len(found) <= most
    assert len({after - before for before, after in pairwise(found)}) == 1


def test_places_are_written_as_short_as_they_are() -> None:
    assert [percent(n) for n in (0, 5, 1250, 3333, 10_000)] == ["0%", "0.05%", "12.5%", "33.33%", "100%"]
    assert along(1, 3) == 3333


@given(st.integers(1, 500), st.integers(2, 9))
def test_named_days_begin_and_end_the_axis(count: int, most: int) -> None:
    found = spread(count, most)
    assert found[0] == 0 and found[-1] == count - 1 and len(found) <= most
    assert list(found) == sorted(set(found))


def test_intervals_are_those_of_the_sources() -> None:
    # Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339; and 10/10 against 0/10: 0.6075 to 1.
    assert difference_interval(56, 70, 48, 80) == (200, 52, 334)
    assert difference_interval(10, 10, 0, 10) == (1000, 608, 1000)
    # Wilson: 0 of 10 reaches 27.8 %.
    assert share_interval(0, 10) == (0, 278)


@given(st.integers(1, 10_000), st.data())
def test_a_share_lies_in_its_interval(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    low, high = share_interval(part, whole)
    assert 0 <= low <= round(1000 * part / whole) <= high <= 1000
