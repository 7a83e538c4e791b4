"""Money that came in, posted: through the waterfall onto the balance and the dues, and onto what was agreed.

Whether an arrangement or promise is kept or broken is judged by the nightly run, not here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from parley.dates import add_days
from parley.servicing.allocation_order import Situation, choose
from parley.servicing.arrangement import InstalmentState, allocate_to_rows
from parley.servicing.waterfall import Allocation, Waterfall, apply_payment
from parley.store.audit import record
from parley.store.bulk import update_rows
from parley.store.lock import borrower_lock
from parley.store.models import Account, Arrangement, ArrangementInstalment, Instalment, Payment, Promise
from parley.store.rows import account_of
from parley.store.settled import cancel_settled
from parley.store.standing import PROMISE_GRACE_DAYS
from parley.store.vault import Vault


@dataclass(frozen=True, slots=True, repr=False)
class Posting:
    """One payment to post. Units: minor units of the account's currency, above zero."""

    payment_id: UUID
    account_id: UUID
    row_key: str
    amount_minor: int
    paid_on: date
    received_at: datetime


def post(
    vault: Vault, postings: Sequence[Posting], waterfalls: Mapping[str, Waterfall], now: datetime
) -> list[Allocation]:
    """Post payments that are not yet stored, oldest day first, in the current transaction."""
    ordered = sorted(postings, key=lambda one: (one.paid_on, one.payment_id))
    wanted = {one.account_id for one in ordered}
    # Two files of payments read at once must not each add to the balance that it saw before the other.
    borrower_lock(Account.objects.filter(id__in=wanted).values_list("borrower_id", flat=True))
    accounts = {
        row.id: row for row in Account.objects.filter(id__in=wanted).select_related("product", "borrower").iterator()
    }
    dues: dict[UUID, list[Instalment]] = {}
    for due in Instalment.objects.filter(account_id__in=wanted).order_by("due_on"):
        dues.setdefault(due.account_id, []).append(due)
    plans = dict(Arrangement.objects.filter(account_id__in=wanted, standing="active").values_list("account_id", "id"))
    # One that was judged broken may have been paid in time, and the file only tells it now: the night judges it anew.
    broken = dict(
        Arrangement.objects.filter(account_id__in=wanted, standing="broken", followed_at__isnull=True)
        .exclude(account_id__in=plans)
        .values_list("account_id", "id")
    )
    promised = set(
        Promise.objects.filter(account_id__in=wanted, standing="active").values_list("account_id", flat=True)
    )
    payments, allocations = [], []
    for one in ordered:
        row = accounts[one.account_id]
        situation = Situation.PLAN_KEPT if row.id in plans else Situation.PAYMENT
        waterfall = choose(waterfalls, row.borrower.jurisdiction, situation)
        found = apply_payment(account_of(row, dues.get(row.id, [])), one.amount_minor, one.paid_on, waterfall)
        _take_over(row, dues.get(row.id, []), found)
        if row.id in plans or row.id in broken:
            _pay_plan(plans.get(row.id) or broken[row.id], one.amount_minor, one.paid_on)
        if row.id in promised:
            _pay_promises(row.id, one.amount_minor, one.paid_on)
        payments.append(_payment(one, found))
        allocations.append(found)
    _save(accounts.values(), dues)
    Payment.objects.bulk_create(payments)
    record(vault, payments, now)
    cancel_settled(wanted, now)
    return allocations


def _take_over(row: Account, dues: list[Instalment], found: Allocation) -> None:
    balance = found.account.balance
    row.principal_minor, row.interest_minor, row.fee_minor = balance.principal, balance.interest, balance.fee
    row.penalty_interest_minor, row.cost_minor = balance.penalty_interest, balance.cost
    after = {due.due_on: due for due in found.account.dues}
    for due in dues:
        # A due that is gone lapsed: nothing is owed on it any more.
        due.amount_minor = after[due.due_on].amount_minor if due.due_on in after else due.paid_minor
        due.paid_minor = after[due.due_on].paid_minor if due.due_on in after else due.paid_minor


def _pay_plan(plan_id: UUID, amount_minor: int, paid_on: date) -> None:
    """Put the payment on the oldest open instalments of the arrangement; what is over stays on the account."""
    rows = list(ArrangementInstalment.objects.filter(arrangement_id=plan_id).order_by("number"))
    before = [InstalmentState(row.due_on, row.amount_minor, row.paid_minor, row.cleared_on) for row in rows]
    after, _ = allocate_to_rows(before, amount_minor, paid_on)
    changed = []
    for row, was, now in zip(rows, before, after, strict=True):
        if now != was:
            row.paid_minor, row.cleared_on = now.paid_minor, now.cleared_on
            changed.append(row)
    update_rows(changed, ["paid_minor", "cleared_on"])


def _pay_promises(account_id: UUID, amount_minor: int, paid_on: date) -> None:
    """Count the payment towards a promise, if it came in time: a late one is no kept word."""
    for promise in Promise.objects.filter(account_id=account_id, standing="active"):
        if paid_on <= add_days(promise.due_on, PROMISE_GRACE_DAYS):
            promise.paid_minor += amount_minor
            promise.save(update_fields=["paid_minor"])


def _payment(one: Posting, found: Allocation) -> Payment:
    cells = [[part.cell.timing.value, part.cell.component.value, part.amount_minor] for part in found.cells]
    return Payment(
        id=one.payment_id,
        account_id=one.account_id,
        row_key=one.row_key,
        paid_on=one.paid_on,
        received_at=one.received_at,
        amount_minor=one.amount_minor,
        allocation={"waterfall": found.waterfall, "cells": cells, "unapplied": found.unapplied_minor},
    )


def _save(accounts: Collection[Account], dues: Mapping[UUID, list[Instalment]]) -> None:
    names = ["principal_minor", "interest_minor", "fee_minor", "penalty_interest_minor", "cost_minor"]
    update_rows(list(accounts), names)
    update_rows([due for found in dues.values() for due in found], ["amount_minor", "paid_minor"])
