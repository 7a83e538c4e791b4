"""How late is an account? Days past due, arrears, the next due, and the bucket reports count in.

The due day itself is not past due: day 1 is the day after. Grace belongs to policy, not here. The columnar form over
the whole book must give the same answers row by row.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from parley.servicing.account import Due


class Bucket(StrEnum):
    """A delinquency bucket by days past due; in Chinese books M0, M1, M2, M3, M4 and M4+."""

    CURRENT = "current"
    DAYS_1_29 = "1-29"
    DAYS_30_59 = "30-59"
    DAYS_60_89 = "60-89"
    DAYS_90_119 = "90-119"
    DAYS_120_UP = "120+"


# First day past due of each bucket, in their order: the one table that both the scalar and the column form read.
FIRST_DAYS: Final = dict(zip(Bucket, (0, 1, 30, 60, 90, 120), strict=True))
_BUCKETS: Final = tuple(FIRST_DAYS)
_STARTS: Final = tuple(FIRST_DAYS.values())


def days_past_due(dues: Sequence[Due], as_of: date) -> int:
    """Return the days since the oldest unpaid due; 0 when nothing is past due. Shape: *dues* ordered by date."""
    for due in dues:
        if due.due_on >= as_of:
            return 0
        if due.amount_minor > due.paid_minor:
            return (as_of - due.due_on).days
    return 0


def arrears_minor(dues: Sequence[Due], as_of: date) -> int:
    """Return what is past due on *as_of*, in minor units."""
    return sum(due.amount_minor - due.paid_minor for due in dues if due.due_on < as_of)


def next_due(dues: Sequence[Due], as_of: date) -> Due | None:
    """Return the first unpaid due that falls on or after *as_of*, or None. Shape: *dues* ordered by date."""
    for due in dues:
        if due.due_on >= as_of and due.amount_minor > due.paid_minor:
            return due
    return None


def bucket_of(days: int) -> Bucket:
    """Return the bucket of a number of days past due (≥ 0)."""
    assert days >= 0, "days past due are counted from zero"
    return _BUCKETS[bisect_right(_STARTS, days) - 1]
