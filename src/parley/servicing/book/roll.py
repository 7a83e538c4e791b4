"""How do accounts move between buckets, and how many recover? Roll-rate matrix and cures between two days.

| figure | whole | part of it |
| --- | --- | --- |
| roll rate, from → to | accounts in bucket *from* on the first day | those in state *to* on the second |
| cure rate | accounts past due on some day of a span | those not past due on a later day, and not charged off |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from parley.dates import add_days
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.standing import OPEN_STATES, BookAccount, State, dues_on, standing_on
from parley.servicing.delinquency import days_past_due

RollCounts = Mapping[tuple[State, State], int]


def roll_counts(accounts: Iterable[BookAccount], from_on: date, to_on: date) -> RollCounts:
    """Return how many accounts were in one state at the end of *from_on* and in another at the end of *to_on*.

    Only accounts that were open and neither paid nor charged off on *from_on* count. Pairs without any are left out.
    """
    assert from_on <= to_on, "accounts roll forward"
    found: Counter[tuple[State, State]] = Counter()
    for account in accounts:
        before, after = standing_on(account, from_on), standing_on(account, to_on)
        if before is not None and after is not None and before.state in OPEN_STATES:
            found[before.state, after.state] += 1
    return dict(found)


def roll_rates(counts: RollCounts) -> Mapping[tuple[State, State], Ratio]:
    """Return the matrix as ratios: each count of all that were in its first state. Rows sum to their whole."""
    whole: Counter[State] = Counter()
    for (before, _), count in counts.items():
        whole[before] += count
    return {pair: Ratio(count, whole[pair[0]]) for pair, count in counts.items()}


def is_cured(*, was_past_due: bool, is_past_due: bool) -> bool:
    """Return whether an account cured: it was past due, and is not any more. The one definition of a cure.

    An account that was paid off cured; one that was charged off did not: it counts as past due for good.
    """
    return was_past_due and not is_past_due


def cure_rate(accounts: Iterable[BookAccount], first: date, last: date, as_of: date) -> Ratio:
    """Return how many of the accounts past due on some day from *first* to *last* are cured at the end of *as_of*.

    An account is past due on a day that begins so: something due before it is unpaid. The day of the payment is one.
    """
    assert first <= last <= as_of, "the span lies before the day it is judged on"
    cured = past_due = 0
    for account in accounts:
        was = _was_past_due(account, first, last)
        now = standing_on(account, as_of)
        still = now is not None and (now.is_past_due or now.state is State.CHARGED_OFF)
        past_due += was
        cured += is_cured(was_past_due=was, is_past_due=still)
    return Ratio(cured, past_due)


def _was_past_due(account: BookAccount, first: date, last: date) -> bool:
    return any(_begins_past_due(account, add_days(first, k)) for k in range((last - first).days + 1))


def _begins_past_due(account: BookAccount, day: date) -> bool:
    is_out = any(off is not None and off < day for off in (account.paid_off_on, account.charged_off_on))
    if is_out or day < account.opened_on:
        return False
    return days_past_due(dues_on(account, add_days(day, -1)), day) > 0
