"""Kept, broken or active, and payments on the rows of an arrangement."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from parley.servicing.arrangement import (
    InstalmentState,
    Standing,
    allocate_to_rows,
    first_miss,
    promise_standing,
    standing,
)

DEC, JAN = date(2026, 12, 5), date(2027, 1, 5)
ROWS = (InstalmentState(DEC, 5827), InstalmentState(JAN, 5838))


def test_arrangement_is_active_until_the_grace_has_passed() -> None:
    assert standing(ROWS, DEC, 3) is Standing.ACTIVE
    assert standing(ROWS, date(2026, 12, 8), 3) is Standing.ACTIVE
    assert standing(ROWS, date(2026, 12, 9), 3) is Standing.BROKEN
    assert first_miss(ROWS, date(2026, 12, 9), 3) == ROWS[0]


def test_part_payment_is_a_miss() -> None:
    rows, left = allocate_to_rows(ROWS, 5826, DEC)
    assert left == 0
    assert standing(rows, date(2026, 12, 9), 3) is Standing.BROKEN


def test_arrangement_is_kept_when_the_last_row_is_paid_even_early() -> None:
    rows, left = allocate_to_rows(ROWS, 5827 + 5838 + 5, DEC)
    assert left == 5
    assert standing(rows, DEC, 0) is Standing.KEPT
    assert standing(rows, date(2030, 1, 1), 0) is Standing.KEPT


def test_row_paid_after_its_grace_stays_missed_whoever_looked_in_between() -> None:
    late, _ = allocate_to_rows(ROWS, 5827, date(2026, 12, 9))
    assert first_miss(late, date(2026, 12, 9), 3) == late[0]
    in_time, _ = allocate_to_rows(ROWS, 5827, date(2026, 12, 8))
    assert first_miss(in_time, date(2026, 12, 9), 3) is None


def test_oldest_row_is_paid_first() -> None:
    rows, left = allocate_to_rows(ROWS, 6000, DEC)
    assert [row.paid_minor for row in rows] == [5827, 173]
    assert [row.cleared_on for row in rows] == [DEC, None]
    assert left == 0


def test_single_promise_is_kept_by_its_amount_and_broken_after_its_grace() -> None:
    assert promise_standing(5000, DEC, 0, DEC, 1) is Standing.ACTIVE
    assert promise_standing(5000, DEC, 4999, date(2026, 12, 7), 1) is Standing.BROKEN
    assert promise_standing(5000, DEC, 5000, date(2026, 12, 7), 1) is Standing.KEPT
    assert promise_standing(5000, DEC, 9000, DEC, 1) is Standing.KEPT


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 900)), max_size=8),
    st.integers(0, 7),
)
def test_money_is_conserved_and_standing_never_recovers(
    amounts: list[int], payments: list[tuple[int, int]], grace: int
) -> None:
    rows = tuple(InstalmentState(DEC + timedelta(days=14 * k), amount) for k, amount in enumerate(amounts))
    paid_total = left_total = 0
    was_broken = False
    for offset, amount in sorted(payments):
        today = DEC + timedelta(days=offset)
        was_broken |= standing(rows, today, grace) is Standing.BROKEN
        rows, left = allocate_to_rows(rows, amount, today)
        paid_total += amount
        left_total += left
        assert sum(row.paid_minor for row in rows) + left_total == paid_total
        assert not was_broken or standing(rows, today, grace) is Standing.BROKEN
