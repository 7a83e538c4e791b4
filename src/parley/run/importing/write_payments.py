"""Payments from a file: each is posted once, through the waterfall of the borrower's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from parley.ids import derive_id
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import PaymentRow
from parley.run.importing.states import states_of
from parley.run.importing.verdict import UNCHANGED, Refused, Result, Took, Undo, Verdict
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

    def write(self, rows: Sequence[PaymentRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each.

        What posting did to an account is undone as a whole: the first of its rows holds how the account stood before
        and after all of them.
        """
        accounts = Account.objects.in_bulk([account_id(row.reference) for row in rows])
        known = Payment.objects.in_bulk([payment_id(row.key) for row in rows])
        results: list[Result] = []
        postings: list[Posting] = []
        undos: dict[UUID, Undo] = {}
        for row in rows:
            result = _result(row, accounts.get(account_id(row.reference)), known.get(payment_id(row.key)))
            if isinstance(result, Took) and result.verdict is Verdict.ADDED:
                row_id, owner = payment_id(row.key), account_id(row.reference)
                postings.append(Posting(row_id, owner, row_id.hex, row.amount, row.paid_on, self._now))
                if owner not in undos:
                    undos[owner] = result.undo
                    result.undo.update({"account": owner.hex, "payments": []})
                undos[owner]["payments"].append(row_id.hex)
            results.append(result)
        before = states_of(undos)
        post(self._vault, postings, self._waterfalls, self._now)
        after = states_of(undos)
        for owner, undo in undos.items():
            undo.update({"before": before[owner], "after": after[owner]})
        return results


def payment_id(key: str) -> UUID:
    """Return the id of the payment with the lender's number *key*."""
    return derive_id("payment", key)


def _result(row: PaymentRow, account: Account | None, old: Payment | None) -> Result:
    if account is None:
        return Refused(Reason.UNKNOWN_ACCOUNT, "reference")
    if account.currency != row.currency:
        return Refused(Reason.WRONG_CURRENCY, "currency")
    if old is None:
        return Took(Verdict.ADDED)
    is_same = (old.account_id, old.amount_minor, old.paid_on) == (account.id, row.amount, row.paid_on)
    return UNCHANGED if is_same else Refused(Reason.MAY_NOT_CHANGE, "amount")
