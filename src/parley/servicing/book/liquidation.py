"""How much of what was placed for collection comes in, and how fast? A curve by months since it was placed.

| figure | whole | over it |
| --- | --- | --- |
| liquidation, age k | what was owed on debts the day they were placed | what was paid on them in the k months since |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from parley.dates import add_months
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.standing import BookAccount


@dataclass(frozen=True, slots=True, repr=False)
class Placed:
    """A debt placed for collection at the end of a day, over what was owed then. Units: minor units of its currency."""

    account: BookAccount
    placed_on: date
    owed_minor: int

    def __repr__(self) -> str:
        return f"Placed({self.account.account_id}, {self.placed_on}, …)"


# First day of the month of placing, currency, age in months.
LiquidationKey = tuple[date, str, int]


def liquidation(placed: Iterable[Placed], as_of: date, most_months: int) -> Mapping[LiquidationKey, Ratio]:
    """Return the ratio by month of placing, currency and age in months, 0 to *most_months*.

    A debt counts at an age only once *as_of* has reached it, with all that was paid until then: the ratio may exceed
    one where interest or fees came on top. Units: minor units of the currency.
    """
    found: dict[LiquidationKey, Ratio] = {}
    for one in placed:
        for age in range(most_months + 1):
            reached = add_months(one.placed_on, age)
            if reached > as_of:
                break
            key = (one.placed_on.replace(day=1), one.account.currency, age)
            before = found.get(key, Ratio(0, 0))
            found[key] = Ratio(before.part + _paid(one, reached), before.whole + one.owed_minor)
    return found


def _paid(one: Placed, until: date) -> int:
    payments = one.account.payments
    return sum(payment.applied_minor for payment in payments if one.placed_on < payment.paid_on <= until)
