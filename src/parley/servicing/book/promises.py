"""How many promises to pay are kept? By the month they fell due; what is not decided yet does not count.

| figure | whole | part of it |
| --- | --- | --- |
| kept-promise rate | promises kept or broken; open and cancelled ones are left out | the promises kept |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from parley.dates import add_days
from parley.servicing.arrangement import Standing, promise_standing
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.standing import BookAccount


@dataclass(frozen=True, slots=True, repr=False)
class Promised:
    """A promise to pay an amount by a day. Units: minor units of the account's currency."""

    account: BookAccount
    made_on: date
    due_on: date
    amount_minor: int
    is_cancelled: bool = False

    def __repr__(self) -> str:
        return f"Promised({self.account.account_id}, {self.due_on}, …)"


def promise_on(promise: Promised, as_of: date, grace_days: int) -> Standing:
    """Return how a promise stands at the end of *as_of*.

    Payments from the day it was made to its due day and *grace_days* more count, the last one still in time.
    """
    if promise.is_cancelled:
        return Standing.CANCELLED
    last = min(add_days(promise.due_on, grace_days), as_of)
    payments = promise.account.payments
    paid = sum(one.applied_minor for one in payments if promise.made_on <= one.paid_on <= last)
    return promise_standing(promise.amount_minor, promise.due_on, paid, as_of, grace_days)


def kept_rates(promises: Iterable[Promised], as_of: date, grace_days: int) -> Mapping[date, Ratio]:
    """Return the ratio by the first day of the month in which the promises fell due."""
    found: dict[date, Ratio] = {}
    for promise in promises:
        standing = promise_on(promise, as_of, grace_days)
        if standing in {Standing.KEPT, Standing.BROKEN}:
            month = promise.due_on.replace(day=1)
            before = found.get(month, Ratio(0, 0))
            found[month] = Ratio(before.part + (standing is Standing.KEPT), before.whole + 1)
    return found
