"""Payments from a file: each is posted once, through the waterfall of the borrower's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from parley.ids import derive_id
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import PaymentRow
from parley.run.importing.verdict import Refused, Verdict
from parley.run.importing.write_accounts import account_id
from parley.run.posting import Posting, post
from parley.servicing.waterfall import Waterfall
from parley.store.models import Account, Payment
from parley.store.vault import Vault


class PaymentWriter:
    """Writes payments rows."""

    def __init__(self, vault: Vault, now: datetime, waterfalls: Mapping[str, Waterfall]) -> None:
        self._vault = vault
        self._now = now
        self._waterfalls = waterfalls

    def write(self, rows: Sequence[PaymentRow]) -> list[Verdict | Refused]:
        """Store *rows* in the current transaction; one verdict for each."""
        accounts = Account.objects.in_bulk([account_id(row.reference) for row in rows])
        known = Payment.objects.in_bulk([payment_id(row.key) for row in rows])
        verdicts: list[Verdict | Refused] = []
        postings = []
        for row in rows:
            verdict = _verdict(row, accounts.get(account_id(row.reference)), known.get(payment_id(row.key)))
            verdicts.append(verdict)
            if verdict is Verdict.ADDED:
                row_id = payment_id(row.key)
                postings.append(
                    Posting(row_id, account_id(row.reference), row_id.hex, row.amount, row.paid_on, self._now)
                )
        post(self._vault, postings, self._waterfalls, self._now)
        return verdicts


def payment_id(key: str) -> UUID:
    """Return the id of the payment with the lender's number *key*."""
    return derive_id("payment", key)


def _verdict(row: PaymentRow, account: Account | None, old: Payment | None) -> Verdict | Refused:
    if account is None:
        return Refused(Reason.UNKNOWN_ACCOUNT, "reference")
    if account.currency != row.currency:
        return Refused(Reason.WRONG_CURRENCY, "currency")
    if old is None:
        return Verdict.ADDED
    is_same = (old.account_id, old.amount_minor, old.paid_on) == (account.id, row.amount, row.paid_on)
    return Verdict.UNCHANGED if is_same else Refused(Reason.MAY_NOT_CHANGE, "amount")
