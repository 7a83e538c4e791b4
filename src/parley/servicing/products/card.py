"""How does a card balance run off where only the minimum is paid, or a fixed amount? Statement by statement.

Theory: on each statement day the interest of the cycle joins the balance it was charged on; on the due day the payment
lowers the balances in the order of the card; until the next statement day each bears interest on its balance of every
day. No purchase is added, and no grace period waives anything: interest of the days before the last payment is billed
once more after it, as cards do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from parley.dates import add_days
from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.account import Balance
from parley.servicing.card_order import CardBalance, CardOrder, allocate_to_balances
from parley.servicing.daycount import DayCount, year_fraction
from parley.servicing.interest import WHOLE_BPS
from parley.servicing.minimum import MinimumTerms, minimum_payment
from parley.servicing.periods import MONTHLY, days_from
from parley.servicing.products.terms import refuse_mixed, refuse_too_large
from parley.servicing.rounding import Rounding, to_whole
from parley.servicing.schedule import TooSmall

# A hundred years. Minimum payments of a small share take decades; beyond this the terms never repay.
MOST_STATEMENTS: Final = 1_200
# The shortest month: a payment is due before the next statement.
_MOST_DUE_DAYS: Final = 27


@dataclass(frozen=True, slots=True)
class CardTerms:
    """The card's rules. *due_after_days*: from a statement to its payment; statements are monthly on *anchor_day*."""

    currency: str
    minimum: MinimumTerms
    order: CardOrder
    first_statement_on: date
    due_after_days: int
    anchor_day: int | None = None
    day_count: DayCount = DayCount.ACTUAL_365F
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        if not 1 <= self.due_after_days <= _MOST_DUE_DAYS:
            raise BadInput(
                f"A card payment is due 1 to {_MOST_DUE_DAYS} days after its statement, before the next one; give a "
                "number in that range.",
                f"信用卡应还日须在账单日后 1 至 {_MOST_DUE_DAYS} 天、下一账单日之前，请在此范围内填写。",
            )


class CardRow(NamedTuple):
    """One statement and its payment. `interest_minor` is part of `statement_minor`; `balance_minor` is after it."""

    number: int
    statement_on: date
    due_on: date
    statement_minor: int
    interest_minor: int
    minimum_minor: int
    payment_minor: int
    balance_minor: int

    def __repr__(self) -> str:
        return f"CardRow({self.number}, {self.statement_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class CardSchedule:
    """A card that runs off to nothing. The payments sum to the balance at the start and the interest after it."""

    rows: tuple[CardRow, ...]
    currency: str

    @property
    def count(self) -> int:
        """The number of payments."""
        return len(self.rows)

    @property
    def total_minor(self) -> int:
        """All payments together."""
        return sum([row.payment_minor for row in self.rows])

    @property
    def interest_minor(self) -> int:
        """The interest billed after the first statement."""
        return sum([row.interest_minor for row in self.rows[1:]])

    def __repr__(self) -> str:
        return f"CardSchedule({self.count} rows, {self.currency}, …)"


def minimum_schedule(terms: CardTerms, balances: Sequence[CardBalance], billed_minor: int = 0) -> CardSchedule:
    """Return the schedule where every statement's minimum is paid, as billed.

    *balances* as on the first statement, *billed_minor* of them its interest. Raises BadInput where the minimum does
    not repay them in a hundred years: it has no floor, or does not cover the interest.
    """
    rows = _run_off(terms, balances, billed_minor, lambda minimum: minimum)
    if rows[-1].balance_minor:
        raise BadInput(
            "Paying this minimum would not clear the card in a hundred years; give it a floor or a larger share.",
            "按此最低还款额，一百年内也无法还清；请设置最低金额或提高比例。",
        )
    return CardSchedule(rows, terms.currency)


def fixed_schedule(
    terms: CardTerms, balances: Sequence[CardBalance], amount: Money, billed_minor: int = 0
) -> CardSchedule | TooSmall:
    """Return the schedule where *amount* is paid on every statement, the last one smaller.

    Refuses with TooSmall an amount below one of the minimum payments on its way, or that never repays; its
    `needed_minor` is the least that does.
    """
    refuse_mixed(terms.currency, (amount,))

    def paid(fixed_minor: int) -> tuple[CardRow, ...]:
        return _run_off(terms, balances, billed_minor, lambda minimum: None if fixed_minor < minimum else fixed_minor)

    rows = paid(amount.minor)
    if not rows[-1].balance_minor:
        return CardSchedule(rows, terms.currency)
    at_once = range(1, rows[0].statement_minor + 1)
    needed = at_once[bisect_left(at_once, 1, key=lambda fixed: not paid(fixed)[-1].balance_minor)]
    cycle = _cycles(terms.first_statement_on, terms.anchor_day, terms.due_after_days, terms.day_count)[0]
    return TooSmall(sum(_interest(cycle, balances, balances, terms.rounding)), needed)


# The minimum of a statement → what is paid of it; None: too little, and no use to go on.
_Pays = Callable[[int], int | None]


def _run_off(terms: CardTerms, balances: Sequence[CardBalance], billed_minor: int, pays: _Pays) -> tuple[CardRow, ...]:
    _refuse_balances(balances, billed_minor)
    rows = []
    for number, cycle in enumerate(
        _cycles(terms.first_statement_on, terms.anchor_day, terms.due_after_days, terms.day_count), 1
    ):
        owed = sum([balance.amount_minor for balance in balances])
        refuse_too_large(owed)
        minimum = minimum_payment(terms.minimum, Balance(principal=owed - billed_minor, interest=billed_minor))
        wanted = pays(minimum)
        payment = min(wanted or 0, owed)
        row = CardRow(number, cycle.statement_on, cycle.due_on, owed, billed_minor, minimum, payment, owed - payment)
        rows.append(row)
        if wanted is None:
            break
        after = _after_payment(balances, payment, minimum, terms.order)
        interest = _interest(cycle, balances, after, terms.rounding)
        balances, billed_minor = _moved(after, interest), sum(interest)
        if not any(balance.amount_minor for balance in balances):
            break
    return tuple(rows)


class _Cycle(NamedTuple):
    """One billing cycle; the parts of a year from its statement to the due day, and on to the next statement."""

    statement_on: date
    due_on: date
    to_due: Fraction
    from_due: Fraction


@lru_cache(maxsize=16)
def _cycles(first_on: date, anchor_day: int | None, due_after_days: int, day_count: DayCount) -> tuple[_Cycle, ...]:
    cycles = []
    for statement_on, next_on in pairwise(days_from(first_on, MONTHLY, MOST_STATEMENTS + 1, anchor_day)):
        due_on = add_days(statement_on, due_after_days)
        to_due, from_due = (year_fraction(statement_on, due_on, day_count), year_fraction(due_on, next_on, day_count))
        cycles.append(_Cycle(statement_on, due_on, to_due, from_due))
    return tuple(cycles)


def _after_payment(
    balances: Sequence[CardBalance], payment: int, minimum: int, order: CardOrder
) -> Sequence[CardBalance]:
    if not payment:
        return balances
    parts = allocate_to_balances(balances, payment, minimum, order).parts_minor
    return _moved(balances, [-part for part in parts])


def _interest(
    cycle: _Cycle, before: Sequence[CardBalance], after: Sequence[CardBalance], rounding: Rounding
) -> list[int]:
    """Return the interest of a cycle on the balance of every day, per balance; before and after the due day."""
    return [
        to_whole(
            Fraction(old.annual_rate_bps, WHOLE_BPS)
            * (old.amount_minor * cycle.to_due + new.amount_minor * cycle.from_due),
            rounding,
        )
        for old, new in zip(before, after, strict=True)
    ]


def _moved(balances: Sequence[CardBalance], by: Sequence[int]) -> list[CardBalance]:
    return [replace(one, amount_minor=one.amount_minor + change) for one, change in zip(balances, by, strict=True)]


def _refuse_balances(balances: Sequence[CardBalance], billed_minor: int) -> None:
    owed = sum([balance.amount_minor for balance in balances])
    if not 1 <= owed <= LARGEST_MINOR or not 0 <= billed_minor <= owed:
        raise BadInput(
            "A card needs a balance above zero and within a consumer's debt, and no more interest billed than it; "
            "check the amounts and their currency.",
            "信用卡余额必须大于零且在个人债务范围内，已出账利息不得超过余额，请核对金额和币种。",
        )
