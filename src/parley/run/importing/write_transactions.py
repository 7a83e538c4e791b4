"""Transactions from a file: each is stored once; one that the lender flags as abnormal gets its alert with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from parley.dates import start_of_day
from parley.ids import derive_id
from parley.run.importing.alerts import Alerts
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import TransactionRow
from parley.run.importing.verdict import UNCHANGED, Counts, Refused, Result, Took, Verdict
from parley.run.importing.write_accounts import account_id
from parley.store.audit import record
from parley.store.book import load_accounts
from parley.store.bulk import insert_all, update_rows
from parley.store.models import Account, Transaction
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


class TransactionWriter:
    """Writes transactions rows."""

    def __init__(self, vault: Vault, now: datetime, alerts: Alerts, counts: Counts) -> None:
        self._vault = vault
        self._now = now
        self._alerts = alerts
        self._counts = counts

    def write(self, rows: Sequence[TransactionRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each."""
        accounts = load_accounts({account_id(row.reference) for row in rows})
        known = Transaction.objects.in_bulk([transaction_id(row.key) for row in rows])
        results: list[Result] = []
        added: list[Transaction] = []
        flagged: list[Transaction] = []
        for row in rows:
            account, old = accounts.get(account_id(row.reference)), known.get(transaction_id(row.key))
            result = _result(row, account, old)
            results.append(result)
            if isinstance(result, Refused) or account is None:
                continue
            if result.verdict is Verdict.ADDED:
                added.append(self._new(row, account))
            elif result.verdict is Verdict.CHANGED and old is not None:
                old.is_abnormal, old.reason_code = True, row.reason_code
                flagged.append(old)
        insert_all(added)
        update_rows(flagged, ["is_abnormal", "reason_code"])
        record(self._vault, added, self._now)
        abnormal = [one for one in added if one.is_abnormal] + flagged
        queued = self._alerts.queue([(one, accounts[one.account_id]) for one in abnormal])
        self._counts.alerts += queued
        self._counts.alerts_not_sent += len(abnormal) - queued
        return results

    def _new(self, row: TransactionRow, account: Account) -> Transaction:
        row_id = transaction_id(row.key)
        sealed = None
        if row.merchant:
            sealed = seal_text(self._vault, account.borrower, Sealed.TRANSACTION_MERCHANT, row_id, row.merchant)
        return Transaction(
            id=row_id,
            account_id=account.id,
            row_key=row_id.hex,
            at=_instant(row.at, account),
            amount_minor=row.amount,
            merchant_sealed=sealed,
            is_abnormal=row.is_abnormal,
            reason_code=row.reason_code,
        )


def transaction_id(key: str) -> UUID:
    """Return the id of the transaction with the lender's number *key*."""
    return derive_id("transaction", key)


def _instant(at: datetime | date, account: Account) -> datetime:
    """Return the instant of a transaction; of one that has only a day, the last second of it where the borrower is."""
    if isinstance(at, datetime):
        return at
    zones = account.borrower.zones
    return start_of_day(at + _DAY, zones[0] if zones else "UTC") - _SECOND


def _result(row: TransactionRow, account: Account | None, old: Transaction | None) -> Result:
    if account is None:
        return Refused(Reason.UNKNOWN_ACCOUNT, "reference")
    if account.borrower.erased_at is not None:
        return Refused(Reason.ERASED)
    if account.currency != row.currency:
        return Refused(Reason.WRONG_CURRENCY, "currency")
    undo = {"transaction": transaction_id(row.key).hex, "account": account.id.hex}
    if old is None:
        return Took(Verdict.ADDED, undo)
    if (old.account_id, old.amount_minor, old.at) != (account.id, row.amount, _instant(row.at, account)):
        return Refused(Reason.MAY_NOT_CHANGE, "amount")
    # The lender may find out later that it is abnormal; that it is not any more undoes no alert.
    if row.is_abnormal and not old.is_abnormal:
        return Took(Verdict.CHANGED, {**undo, "is_flag": True})
    return UNCHANGED
