"""Which of several debts does a payment pay? Those the borrower named, then by the criteria of the place, as data.

A debt has a part that is due and a part that is not; each stands in the order for itself. Inside one debt the payment
goes on by its allocation order (`waterfall`). Money is conserved: the parts and what is left over are the payment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Final

from parley.dates import add_days
from parley.ids import AccountId
from parley.money import split
from parley.servicing.account import Account
from parley.servicing.delinquency import arrears_minor, next_due
from parley.servicing.table import Grounds, Noun, Table, by_place, place_for, read_tables


class Criterion(StrEnum):
    """What puts one debt before another; the file of orders says what each means."""

    DUE = "due"
    LEAST_SECURED = "least_secured"
    MOST_BURDENSOME = "most_burdensome"
    OLDEST = "oldest"


class MayName(StrEnum):
    """Which debts a borrower can name."""

    ANY = "any"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class DebtOrder:
    """The order of one place: what the borrower may name, and the criteria where nothing was named."""

    name: str
    borrower_may_name: MayName
    criteria: tuple[Criterion, ...]
    grounds: Grounds


@dataclass(frozen=True, slots=True, repr=False)
class Debt:
    """One debt as the order sees it. Units: minor units of `currency`; basis points a year.

    `due_minor` of `owed_minor` is due, the oldest of it since `due_on`; the rest falls due from `rest_on`. None where
    there is no such day. `secured_minor` is what its security is worth.
    """

    account_id: AccountId
    currency: str
    owed_minor: int
    due_minor: int
    due_on: date | None
    rest_on: date | None
    annual_rate_bps: int
    secured_minor: int = 0

    def __post_init__(self) -> None:
        assert 0 <= self.due_minor <= self.owed_minor, "what is due is part of what is owed"

    def __repr__(self) -> str:
        return f"Debt({self.account_id}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class DebtPart:
    """What one debt received; `named_minor` of it because the borrower said so."""

    account_id: AccountId
    amount_minor: int
    named_minor: int

    def __repr__(self) -> str:
        return f"DebtPart({self.account_id}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Spread:
    """A payment over several debts, in the order of the debts given; `unapplied_minor` is more than was owed."""

    parts: tuple[DebtPart, ...]
    unapplied_minor: int

    def __repr__(self) -> str:
        return f"Spread({len(self.parts)} debts, …)"


def load_debt_orders(raw: bytes) -> Mapping[str, DebtOrder]:
    """Read the orders of a TOML file, by jurisdiction. Raises BadInput."""
    orders = [_order(table) for table in read_tables(raw, _NOUN)]
    return by_place(_NOUN, ((order.name, order.grounds, order) for order in orders))


def choose_debt_order(orders: Mapping[str, DebtOrder], jurisdiction: str) -> DebtOrder:
    """Return the order of *jurisdiction*: "US-CA" falls back to "US", then to everywhere."""
    return place_for(orders, jurisdiction)


def debt_of(account: Account, on: date, secured_minor: int = 0) -> Debt:
    """Return *account* as a debt on the day of payment; what falls due on that day is due."""
    # `arrears_minor` and `next_due` part the days before a day from the rest; the day itself belongs to what is due.
    tomorrow = add_days(on, 1)
    due = min(arrears_minor(account.dues, tomorrow), account.balance.total)
    coming = next_due(account.dues, tomorrow)
    return Debt(
        account_id=account.account_id,
        currency=account.currency,
        owed_minor=account.balance.total,
        due_minor=due,
        due_on=next((one.due_on for one in account.dues if one.open_minor), None) if due else None,
        rest_on=coming.due_on if coming else None,
        annual_rate_bps=account.annual_rate_bps,
        secured_minor=secured_minor,
    )


def spread_payment(
    debts: Sequence[Debt], amount_minor: int, order: DebtOrder, named: Mapping[AccountId, int] | None = None
) -> Spread:
    """Put *amount_minor* (> 0) on *debts*: first the amounts the borrower *named*, the rest by the criteria of *order*.

    What is named beyond what the debt owes, or can be named there, goes on by the criteria, as does all of the rest.
    Debts that no criterion tells apart are paid in proportion to what they owe. Rounding: largest remainder.
    """
    assert amount_minor > 0, "a payment is above zero"
    assert len({debt.currency for debt in debts}) == 1, "debts of one currency"
    assert len({debt.account_id for debt in debts}) == len(debts), "each debt once"
    wishes = named or {}
    assert sum(wishes.values()) <= amount_minor, "no more is named than was paid"
    due = {debt.account_id: debt.due_minor for debt in debts}
    rest = {debt.account_id: debt.owed_minor - debt.due_minor for debt in debts}
    paid = dict.fromkeys(due, 0)
    for key, wish in wishes.items():
        for left in (due, rest) if order.borrower_may_name is MayName.ANY else (due,):
            part = min(wish - paid[key], left[key])
            paid[key] += part
            left[key] -= part
    by_name = dict(paid)
    unapplied = _by_criteria(debts, amount_minor - sum(paid.values()), order, (due, rest), paid)
    parts = (DebtPart(key, part, by_name[key]) for key, part in paid.items() if part)
    return Spread(tuple(parts), unapplied)


def _by_criteria(
    debts: Sequence[Debt],
    amount_minor: int,
    order: DebtOrder,
    open_parts: tuple[dict[AccountId, int], dict[AccountId, int]],
    paid: dict[AccountId, int],
) -> int:
    """Add to *paid* what each debt gets of *amount_minor* by the criteria. Returns what is left over."""
    claims = [(debt, part) for debt in debts for part in (0, 1) if open_parts[part][debt.account_id]]

    def rank(claim: tuple[Debt, int]) -> tuple[Fraction | int, ...]:
        debt, part = claim
        return tuple(_RANKS[criterion](debt, part) for criterion in order.criteria)

    left = amount_minor
    for _, equal in groupby(sorted(claims, key=rank), key=rank):
        group = list(equal)
        amounts = tuple(open_parts[part][debt.account_id] for debt, part in group)
        share = min(left, sum(amounts))
        left -= share
        for (debt, _), part_minor in zip(group, split(share, amounts), strict=True):
            paid[debt.account_id] += part_minor
    return left


# How a criterion ranks a debt's due part (0) or the rest of it (1); lower is paid first.
_RANKS: Final[Mapping[Criterion, Callable[[Debt, int], Fraction | int]]] = {
    Criterion.DUE: lambda _, part: part,
    Criterion.LEAST_SECURED: lambda debt, _: Fraction(min(debt.secured_minor, debt.owed_minor), debt.owed_minor),
    Criterion.MOST_BURDENSOME: lambda debt, _: -debt.annual_rate_bps,
    Criterion.OLDEST: lambda debt, part: ((debt.rest_on if part else debt.due_on) or date.max).toordinal(),
}
_NOUN: Final = Noun("Orders of several debts", "多笔债务的清偿顺序")


def _order(table: Table) -> DebtOrder:
    table.allow_only({"borrower_may_name", "criteria"})
    return DebtOrder(
        table.name,
        table.member("borrower_may_name", MayName),
        table.members("criteria", Criterion),
        table.grounds(),
    )
