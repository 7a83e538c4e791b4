"""What is paid where a purchase is paid in n parts without interest? Equal parts, the first of them today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.periods import FORTNIGHTLY, Every
from parley.servicing.products.due import regular_days
from parley.servicing.products.parts import Remainder, equal_parts


class PartRow(NamedTuple):
    """One part; `balance_minor` is what is left after it."""

    number: int
    due_on: date
    payment_minor: int
    balance_minor: int

    def __repr__(self) -> str:
        return f"PartRow({self.number}, {self.due_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class PayInN:
    """A purchase in *count* parts, *every* so often from the day of purchase on.

    *unit_minor*: parts are multiples of it; what does not divide goes where *remainder* says.
    """

    price: Money
    count: int
    bought_on: date
    every: Every = FORTNIGHTLY
    remainder: Remainder = Remainder.WITH_FIRST
    unit_minor: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.price.minor <= LARGEST_MINOR:
            raise BadInput(
                "A purchase has a price above zero and within a consumer's debt; check the amount and its currency.",
                "商品价格必须大于零且在个人债务范围内，请核对金额和币种。",
            )

    def __repr__(self) -> str:
        return f"PayInN(… {self.price.currency}, {self.count} parts)"


def pay_in_n_schedule(terms: PayInN) -> tuple[PartRow, ...]:
    """Return the parts, the first today. They sum to the price."""
    parts = equal_parts(terms.price.minor, terms.count, terms.remainder, terms.unit_minor)
    days = regular_days(terms.bought_on, terms.every, terms.count).due_on
    left = terms.price.minor
    rows = []
    for number, (part, due_on) in enumerate(zip(parts, days, strict=True), 1):
        left -= part
        rows.append(PartRow(number, due_on, part, left))
    return tuple(rows)
