"""Which amounts fall due by a row of an accounts file: the unpaid months, the next payment, those after it. Pure."""

from __future__ import annotations

from datetime import date

from parley.dates import add_months
from parley.run.importing.rows import AccountRow
from parley.servicing.account import Balance
from parley.servicing.minimum import MinimumTerms, minimum_payment


def balance_of(row: AccountRow) -> Balance:
    """Return the balance that *row* states."""
    return Balance(row.principal, row.interest, row.fee, row.penalty_interest, row.cost)


def dues_of(row: AccountRow) -> list[tuple[date, int]]:
    """Return (due on, open amount) oldest first: one for each month past due, then those to come.

    A card's dues never sum to more than its balance: the oldest are filled first. A loan's may, they hold interest
    that has not accrued yet. Shape: no due of zero; nothing where the account is not open.
    """
    if row.next_due_on is None or row.status != "open":
        return []
    balance = balance_of(row)
    amount = row.next_due
    if amount is None:
        amount = minimum_payment(MinimumTerms(row.minimum_percent_bps, row.minimum_floor), balance)
    months = range(-row.months_past_due, max(row.remaining_payments, 1))
    left = balance.total if row.product_kind == "card" else amount * len(months)
    dues = []
    for month in months:
        due = min(amount, left)
        if due <= 0:
            break
        dues.append((add_months(row.next_due_on, month), due))
        left -= due
    return dues
