"""How late was each account of a book on a day? One account's events in, its standing on any day out.

Dues are paid oldest first (as `waterfall` does), so a day's standing follows from what was open at the start and the
payments until that day; nothing else of the account's history is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from parley.servicing.account import Due
from parley.servicing.delinquency import Bucket, arrears_minor, bucket_of, days_past_due


class State(StrEnum):
    """Where an account stands in the book: a delinquency bucket, or out of it."""

    CURRENT = "current"
    DAYS_1_29 = "1-29"
    DAYS_30_59 = "30-59"
    DAYS_60_89 = "60-89"
    DAYS_90_119 = "90-119"
    DAYS_120_UP = "120+"
    PAID_OFF = "paid_off"
    CHARGED_OFF = "charged_off"


# States an account rolls from: those of an account that is still collected.
OPEN_STATES: Final = tuple(State(bucket) for bucket in Bucket)


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """A payment as far as it was used on the account; what was held beyond it is left out. Units: minor units."""

    paid_on: date
    applied_minor: int

    def __repr__(self) -> str:
        return f"Received({self.paid_on}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class BookAccount:
    """One account of a book.

    Shape: `dues` ordered by date, with what was paid of them before the first of `payments`; payments in any order.
    From `paid_off_on` nothing is owed; from `charged_off_on` it is charged off, whatever is paid later.
    """

    account_id: UUID
    currency: str
    opened_on: date
    dues: tuple[Due, ...]
    payments: tuple[Received, ...] = ()
    paid_off_on: date | None = None
    charged_off_on: date | None = None

    def __repr__(self) -> str:
        return f"BookAccount({self.account_id}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """An account on a day. Units: days; minor units. Nothing is past due of an account that is paid or charged off."""

    state: State
    days_past_due: int = 0
    arrears_minor: int = 0

    @property
    def is_past_due(self) -> bool:
        """Whether something is past due and the account is still collected."""
        return self.days_past_due > 0

    def __repr__(self) -> str:
        return f"Standing({self.state}, …)"


def standing_on(account: BookAccount, as_of: date) -> Standing | None:
    """Return the standing of *account* at the end of *as_of*, payments of that day counted; None before it opened."""
    if as_of < account.opened_on:
        return None
    if account.charged_off_on is not None and account.charged_off_on <= as_of:
        return Standing(State.CHARGED_OFF)
    if account.paid_off_on is not None and account.paid_off_on <= as_of:
        return Standing(State.PAID_OFF)
    dues = dues_on(account, as_of)
    days = days_past_due(dues, as_of)
    return Standing(State(bucket_of(days)), days, arrears_minor(dues, as_of))


def dues_on(account: BookAccount, as_of: date) -> tuple[Due, ...]:
    """Return the dues with what was paid of them until the end of *as_of*, oldest first."""
    left = sum(payment.applied_minor for payment in account.payments if payment.paid_on <= as_of)
    dues = []
    for due in account.dues:
        part = min(left, due.open_minor)
        left -= part
        dues.append(Due(due.due_on, due.amount_minor, due.paid_minor + part))
    return tuple(dues)


def worst_days_past_due(account: BookAccount, until: date) -> int:
    """Return the most days past due the account ever had until the end of *until*.

    A due that is paid on a day was late until the day before; one that lapsed with a pay-off, until the day before it.
    """
    ends = [*_cleared_on(account)]
    worst = 0
    for due, cleared_on in zip(account.dues, ends, strict=True):
        last = min([until, *(_before(day) for day in (cleared_on, account.paid_off_on) if day is not None)])
        worst = max(worst, (last - due.due_on).days if due.open_minor else 0)
    return worst


def _cleared_on(account: BookAccount) -> Sequence[date | None]:
    """Return the day on which each due was paid in full; None where it never was."""
    payments = sorted(account.payments, key=lambda payment: payment.paid_on)
    needed, received, k = 0, 0, 0
    days: list[date | None] = []
    for due in account.dues:
        needed += due.open_minor
        while received < needed and k < len(payments):
            received += payments[k].applied_minor
            k += 1
        days.append(payments[k - 1].paid_on if received >= needed and k else None)
    return days


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
