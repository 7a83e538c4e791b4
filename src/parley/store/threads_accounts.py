"""What the borrower owes, pays and has agreed to, as a page shows it. Units: minor units of each account's currency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parley.servicing.account import Account, Balance, Due
from parley.servicing.delinquency import arrears_minor, bucket_of, days_past_due, next_due
from parley.store import models
from parley.store.rows import account_of

# The newest so many payments are shown.
PAYMENTS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True, repr=False)
class PaymentLine:
    """Money that came in."""

    payment_id: UUID
    paid_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, repr=False)
class LimitLine:
    """A change of the credit limit."""

    effective_on: date
    before_minor: int
    after_minor: int


@dataclass(frozen=True, slots=True, repr=False)
class PartLine:
    """One instalment of an arrangement, and what is paid of it."""

    number: int
    due_on: date
    amount_minor: int
    principal_minor: int
    interest_minor: int
    paid_minor: int
    cleared_on: date | None


@dataclass(frozen=True, slots=True, repr=False)
class ArrangementFacts:
    """An arrangement: its terms, its schedule, what is paid."""

    arrangement_id: UUID
    offer_id: UUID
    option: int
    annual_rate_bps: int
    balance_minor: int
    total_minor: int
    capacity_minor: int
    standing: str
    agreed_at: datetime
    ended_at: datetime | None
    parts: tuple[PartLine, ...]

    @property
    def paid_minor(self) -> int:
        """What is paid of it so far."""
        return sum(part.paid_minor for part in self.parts)


@dataclass(frozen=True, slots=True, repr=False)
class PromiseFacts:
    """A promise to pay."""

    promise_id: UUID
    amount_minor: int
    due_on: date
    paid_minor: int
    standing: str
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class AccountFacts:
    """One account. `dues` are all of them in order of date; arrangements and promises newest first."""

    account_id: UUID
    product: str
    product_code: str
    currency: str
    balance: Balance
    annual_rate_bps: int
    is_rate_assumed: bool
    credit_limit_minor: int | None
    status: str
    days_past_due: int
    bucket: str
    arrears_minor: int
    next_due: Due | None
    dues: tuple[Due, ...]
    payments: tuple[PaymentLine, ...]
    limit_changes: tuple[LimitLine, ...]
    arrangements: tuple[ArrangementFacts, ...]
    promises: tuple[PromiseFacts, ...]


def accounts_of(borrower_id: UUID, today: date) -> tuple[AccountFacts, ...]:
    """Return the borrower's accounts on *today*, the latest first."""
    rows = models.Account.objects.filter(borrower_id=borrower_id).select_related("product").order_by("id")
    facts = [_facts(row, account_of(row, row.instalments.order_by("due_on")), today) for row in rows]
    return tuple(sorted(facts, key=lambda one: -one.days_past_due))


def _facts(row: models.Account, account: Account, today: date) -> AccountFacts:
    late = days_past_due(account.dues, today)
    return AccountFacts(
        account_id=row.id,
        product=row.product.kind,
        product_code=row.product_id,
        currency=row.currency,
        balance=account.balance,
        annual_rate_bps=row.annual_rate_bps,
        is_rate_assumed=row.is_rate_assumed,
        credit_limit_minor=row.credit_limit_minor,
        status=row.status,
        days_past_due=late,
        bucket=bucket_of(late).value,
        arrears_minor=arrears_minor(account.dues, today),
        next_due=next_due(account.dues, today),
        dues=account.dues,
        payments=tuple(
            PaymentLine(one.id, one.paid_on, one.amount_minor)
            for one in row.payments.order_by("-paid_on", "-received_at", "id")[:PAYMENTS_SHOWN]
        ),
        limit_changes=tuple(
            LimitLine(one.effective_on, one.before_minor, one.after_minor)
            for one in row.limit_changes.order_by("-effective_on", "id")
        ),
        arrangements=tuple(_arrangements(row)),
        promises=tuple(
            PromiseFacts(one.id, one.amount_minor, one.due_on, one.paid_minor, one.standing, one.made_at, one.ended_at)
            for one in row.promises.order_by("-made_at", "id")
        ),
    )


def _arrangements(row: models.Account) -> Iterable[ArrangementFacts]:
    for one in row.arrangements.prefetch_related("instalments").order_by("-agreed_at", "id"):
        parts = sorted(one.instalments.all(), key=lambda part: part.number)
        yield ArrangementFacts(
            arrangement_id=one.id,
            offer_id=one.offer_id,
            option=one.option,
            annual_rate_bps=one.annual_rate_bps,
            balance_minor=one.balance_minor,
            total_minor=one.total_minor,
            capacity_minor=one.capacity_minor,
            standing=one.standing,
            agreed_at=one.agreed_at,
            ended_at=one.ended_at,
            parts=tuple(
                PartLine(
                    number=part.number,
                    due_on=part.due_on,
                    amount_minor=part.amount_minor,
                    principal_minor=part.principal_minor,
                    interest_minor=part.interest_minor,
                    paid_minor=part.paid_minor,
                    cleared_on=part.cleared_on,
                )
                for part in parts
            ),
        )
