"""When a route has begun to lose messages: by size, by chance, by enough messages; and when it is well again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.drop import Drop, Limits, Tally, dropped, has_recovered, may_have_dropped

LIMITS = Limits(least=200, drop_bps=1_000, unanswered_bps=300)
USUAL = Tally(2_000, 1_900, 0)


@pytest.mark.parametrize(
    ("recent", "earlier", "found"),
    [
        (Tally(400, 340, 0), USUAL, Drop.LOST),
        # Ten points exactly are enough; a little less is not, however sure.
        (Tally(400, 341, 0), USUAL, None),
        (Tally(40_000, 34_100, 0), USUAL, None),
        # Enough by size, and not by number.
        (Tally(199, 0, 0), USUAL, None),
        (Tally(400, 0, 0), Tally(199, 199, 0), None),
        # Ten points of few messages in the middle are within chance: 50 % of 200 against 60 % of 200.
        (Tally(200, 100, 0), Tally(200, 120, 0), None),
        (Tally(2_000, 1_000, 0), Tally(2_000, 1_200, 0), Drop.LOST),
        # Nothing is heard of some: that is told, also where so little is lost that it would not count by itself.
        (Tally(400, 365, 15), USUAL, Drop.UNANSWERED),
        (Tally(400, 365, 11), USUAL, None),
        (Tally(400, 0, 400), USUAL, Drop.UNANSWERED),
        # A route whose receipts always come late is measured against itself.
        (Tally(400, 0, 0), Tally(2_000, 0, 0), None),
        (Tally(400, 400, 0), USUAL, None),
        (Tally(0, 0, 0), Tally(0, 0, 0), None),
    ],
)
def test_a_drop_is_large_and_beyond_chance(recent: Tally, earlier: Tally, found: Drop | None) -> None:
    assert dropped(recent, earlier, LIMITS) is found
    assert found is None or may_have_dropped(recent, LIMITS)


def test_it_is_well_again_halfway_back_and_by_enough_messages() -> None:
    assert not has_recovered(Tally(400, 359, 0), USUAL, LIMITS)
    assert has_recovered(Tally(400, 360, 0), USUAL, LIMITS)
    assert not has_recovered(Tally(199, 199, 0), USUAL, LIMITS)
    assert not has_recovered(Tally(400, 380, 7), USUAL, LIMITS)
    assert has_recovered(Tally(400, 380, 6), USUAL, LIMITS)


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    handed = draw(st.integers(0, 3_000))
    delivered = draw(st.integers(0, handed))
    return Tally(handed, delivered, draw(st.integers(0, handed - delivered)))


@given(tallies(), tallies())
def test_no_drop_is_overlooked_by_the_first_look_nor_well_again_at_once(recent: Tally, earlier: Tally) -> None:
    if dropped(recent, earlier, LIMITS) is not None:
        assert may_have_dropped(recent, LIMITS)
        assert not has_recovered(recent, earlier, LIMITS)
