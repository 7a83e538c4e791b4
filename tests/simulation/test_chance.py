from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from parley.simulation.chance import Dice, odds_times


@given(st.integers(), st.text(), st.integers(min_value=1, max_value=200))
def test_the_same_names_give_the_same_run(seed: int, name: str, length: int) -> None:
    one, two = Dice(seed, name), Dice(seed, name)
    assert [one.below(1000) for _ in range(length)] == [two.below(1000) for _ in range(length)]


def test_names_are_not_run_together() -> None:
    assert Dice("ab", "c").below(10**15) != Dice("a", "bc").below(10**15)


def test_a_chance_is_met_and_weights_are_kept() -> None:
    assert 2_300 < sum(Dice(1, number).happens(2_500) for number in range(10_000)) < 2_700
    drawn = Counter(Dice(2, number).weighted({"a": 70, "b": 30, "c": 0}) for number in range(10_000))
    assert 6_700 < drawn["a"] < 7_300
    assert drawn["c"] == 0


def test_nothing_is_impossible_or_certain_by_accident() -> None:
    assert not any(Dice(number).happens(0) for number in range(1_000))
    assert all(Dice(number).happens(10_000) for number in range(1_000))


@given(st.integers(min_value=0, max_value=10_000), st.integers(min_value=1, max_value=500))
def test_odds_stay_a_chance_and_move_the_right_way(chance_bps: int, odds_percent: int) -> None:
    moved = odds_times(chance_bps, odds_percent)
    assert 0 <= moved <= 10_000
    assert (moved >= chance_bps) if odds_percent >= 100 else (moved <= chance_bps)
