"""Take back payments, transactions, limits, consents and do-not-contact entries that an import added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Model

from parley.run.importing.happened import Why, since
from parley.run.importing.states import BALANCE, State, states_of
from parley.run.importing.verdict import Undo
from parley.store.bulk import update_rows
from parley.store.lock import borrower_lock
from parley.store.models import (
    Account,
    ArrangementInstalment,
    Consent,
    Instalment,
    LimitChange,
    Payment,
    Promise,
    Transaction,
)


class PaymentUndo:
    """Takes back the payments of one chunk: an account becomes what it was before all of its rows, or stays."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.removed: list[tuple[type[Model], UUID]] = []

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be. Returns why each entry stays, None where it is gone."""
        accounts = _locked(entries)
        own = [UUID(one) for entry in entries for one in entry["payments"]]
        happened = since({account.borrower_id for account in accounts.values()}, self._at, own)
        standing = states_of(accounts)
        stays: list[Why | None] = []
        for entry in entries:
            account = accounts[UUID(entry["account"])]
            why = happened.get(account.borrower_id)
            if why is None and standing[account.id] != entry["after"]:
                why = Why.LATER
            stays.append(why)
            if why is None:
                _restore(account, entry["before"])
                ids = [UUID(one) for one in entry["payments"]]
                self.removed += [(Payment, one) for one in ids]
                Payment.objects.filter(id__in=ids).delete()
        return stays


def _restore(account: Account, before: State) -> None:
    for name, value in zip(BALANCE, before["balance"], strict=True):
        setattr(account, name, value)
    update_rows([account], BALANCE)
    for due_on, amount, paid in before["dues"]:
        dues = Instalment.objects.filter(account=account, due_on=date.fromisoformat(due_on))
        dues.update(amount_minor=amount, paid_minor=paid)
    for part_id, paid, cleared in before["plan"]:
        cleared_on = date.fromisoformat(cleared) if cleared is not None else None
        ArrangementInstalment.objects.filter(id=part_id).update(paid_minor=paid, cleared_on=cleared_on)
    for promise_id, paid in before["promises"]:
        Promise.objects.filter(id=UUID(promise_id)).update(paid_minor=paid)


class TransactionUndo:
    """Takes back transactions; one whose borrower was alerted, or heard since, stays."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.removed: list[tuple[type[Model], UUID]] = []

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be. Returns why each entry stays, None where it is gone."""
        accounts = _locked(entries)
        happened = since({account.borrower_id for account in accounts.values()}, self._at)
        stays = [happened.get(accounts[UUID(entry["account"])].borrower_id) for entry in entries]
        gone = [entry for entry, why in zip(entries, stays, strict=True) if why is None]
        flags = [UUID(entry["transaction"]) for entry in gone if entry.get("is_flag")]
        Transaction.objects.filter(id__in=flags).update(is_abnormal=False, reason_code="")
        ids = [UUID(entry["transaction"]) for entry in gone if not entry.get("is_flag")]
        self.removed += [(Transaction, one) for one in ids]
        Transaction.objects.filter(id__in=ids).delete()
        return stays


class LimitUndo:
    """Takes back changes of a limit; the account's limit becomes that of its latest change left, or what it was."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.removed: list[tuple[type[Model], UUID]] = []

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be. Returns why each entry stays, None where it is gone."""
        accounts = _locked(entries)
        happened = since({account.borrower_id for account in accounts.values()}, self._at)
        changes = LimitChange.objects.in_bulk([UUID(entry["limit"]) for entry in entries])
        stays: list[Why | None] = []
        for entry in entries:
            account = accounts[UUID(entry["account"])]
            stays.append(happened.get(account.borrower_id))
            if stays[-1] is not None:
                continue
            change = changes[UUID(entry["limit"])]
            self.removed.append((LimitChange, change.id))
            change.delete()
            # A limit that the lender's accounts file has set since is left as it says.
            if account.credit_limit_minor == change.after_minor:
                latest = LimitChange.objects.filter(account=account).order_by("-effective_on").first()
                account.credit_limit_minor = latest.after_minor if latest is not None else entry["was"]
                account.save(update_fields=["credit_limit_minor"])
        return stays


class ConsentUndo:
    """Takes back consents and refusals that an import added."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self.removed: list[tuple[type[Model], UUID]] = []

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be. Returns why each entry stays, None where it is gone."""
        ids = [UUID(one) for entry in entries for one in entry["consents"]]
        owners = dict(Consent.objects.filter(id__in=ids).values_list("id", "borrower_id"))
        borrower_lock(set(owners.values()))
        happened = since(set(owners.values()), self._at)
        stays: list[Why | None] = []
        for entry in entries:
            mine = [UUID(one) for one in entry["consents"]]
            why = next((happened[owners[one]] for one in mine if owners.get(one) in happened), None)
            stays.append(why)
            if why is None:
                self.removed += [(Consent, one) for one in mine]
                Consent.objects.filter(id__in=mine).delete()
        return stays


def _locked(entries: Sequence[Undo]) -> dict[UUID, Account]:
    """Return the accounts of *entries*, their borrowers held."""
    ids = {UUID(entry["account"]) for entry in entries}
    borrower_lock(Account.objects.filter(id__in=ids).values_list("borrower_id", flat=True))
    return Account.objects.in_bulk(ids)
