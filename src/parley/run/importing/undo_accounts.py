"""Take back accounts that an import added, and give those that it changed what stood before."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model

from parley.run.importing.happened import Why, referred_to, since
from parley.run.importing.update_accounts import DUE_COLUMNS, PERSON, TERMS, person_state, state_digest
from parley.run.importing.verdict import Undo
from parley.store.bulk import insert_values, update_rows
from parley.store.lock import borrower_lock
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment, Product

_SEALED: Final = frozenset({"name_sealed", "identity_sealed"})


class AccountUndo:
    """Takes back the rows of one chunk of accounts, in the current transaction."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        # Audited rows that are gone.
        self.removed: list[tuple[type[Model], UUID]] = []

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be, the last row first. Returns why each entry stays, None where it is gone."""
        accounts = Account.objects.in_bulk([UUID(entry["account"]) for entry in entries])
        borrower_lock({account.borrower_id for account in accounts.values()})
        people = Borrower.objects.in_bulk({account.borrower_id for account in accounts.values()})
        happened = since(people, self._at)
        new = [UUID(entry["account"]) for entry in entries if "terms" not in entry]
        used = referred_to(Account, new, but=(Instalment,))
        stays: list[Why | None] = []
        for entry in reversed(entries):
            account = accounts.get(UUID(entry["account"]))
            why = None
            if account is not None:
                why = self._why(entry, account, people[account.borrower_id], happened, used)
            stays.append(why)
            if stays[-1] is None and account is not None and "terms" in entry:
                _give_back(entry, account, people[account.borrower_id])
        stays.reverse()
        self._store([entry for entry, why in zip(entries, stays, strict=True) if why is None], accounts, people)
        return stays

    def _why(
        self, entry: Undo, account: Account, person: Borrower, happened: dict[UUID, Why], used: dict[UUID, Why]
    ) -> Why | None:
        if person.erased_at is not None:
            return Why.ERASED
        if "terms" not in entry and account.id in used:
            return used[account.id]
        if account.borrower_id in happened:
            return happened[account.borrower_id]
        if bytes(account.import_digest or b"").hex() != entry["digest"]:
            return Why.LATER
        if "person_after" in entry and state_digest(person_state(person)) != entry["person_after"]:
            return Why.LATER
        return None

    def _store(self, entries: Sequence[Undo], accounts: dict[UUID, Account], people: dict[UUID, Borrower]) -> None:
        """Write what was given back, and delete what was added: consents, dues, accounts, numbers, people, products."""
        restored = [entry for entry in entries if "terms" in entry]
        changed = [accounts[UUID(entry["account"])] for entry in restored if UUID(entry["account"]) in accounts]
        update_rows(changed, [*TERMS, "import_digest"])
        update_rows([people[one] for one in {account.borrower_id for account in changed}], PERSON)
        consents = [UUID(one) for entry in entries for one in entry.get("consents", ())]
        self.removed += [(Consent, one) for one in consents]
        Consent.objects.filter(id__in=consents).delete()
        ids = [UUID(entry["account"]) for entry in entries]
        Instalment.objects.filter(account_id__in=ids).delete()
        dues = [
            (UUID(entry["account"]), date.fromisoformat(due_on), amount, paid)
            for entry in restored
            for due_on, amount, paid in entry["dues"]
        ]
        insert_values(Instalment, DUE_COLUMNS, dues)
        Account.objects.filter(id__in=[UUID(entry["account"]) for entry in entries if "terms" not in entry]).delete()
        _put_numbers_back(entries)
        _remove_people([UUID(entry["borrower"]) for entry in entries if entry.get("is_new_borrower")])
        products = [entry["product"] for entry in entries if "product" in entry]
        Product.objects.filter(code__in=products, account__isnull=True).delete()


def _give_back(entry: Undo, account: Account, person: Borrower) -> None:
    # An import by an older version knew fewer columns: what it did not touch stays.
    for name, value in zip(TERMS, entry["terms"], strict=False):
        setattr(account, name, value)
    account.import_digest = bytes.fromhex(entry["digest_before"]) if entry["digest_before"] is not None else None
    for name, value in zip(PERSON, entry["person"], strict=True):
        setattr(person, name, _unsealed(name, value))


def _unsealed(name: str, value: Any) -> Any:  # noqa: ANN401 -- whatever the column holds
    """Return the value of a column of PERSON from its JSON; what is sealed stays sealed."""
    return b64decode(value) if name in _SEALED and value is not None else value


def _put_numbers_back(entries: Sequence[Undo]) -> None:
    """Delete numbers that were added and that nothing refers to; free or quarantine again those that were moved."""
    for entry in reversed(entries):
        for point_id, before in entry.get("moved", ()):
            at = datetime.fromisoformat(before) if before is not None else None
            ContactPoint.objects.filter(id=UUID(point_id)).update(quarantined_at=at)
    fresh = [UUID(one) for entry in entries for one in entry.get("points", ())]
    used = referred_to(ContactPoint, fresh)
    ContactPoint.objects.filter(id__in=[one for one in fresh if one not in used]).delete()


def _remove_people(ids: Sequence[UUID]) -> None:
    """Delete people that the import made, and who have nothing but their numbers left."""
    points = dict(ContactPoint.objects.filter(borrower_id__in=ids).values_list("id", "borrower_id"))
    used = referred_to(Borrower, ids, but=(ContactPoint,))
    by_number = referred_to(ContactPoint, points)
    kept = set(used) | {points[point] for point in by_number}
    gone = [one for one in ids if one not in kept]
    ContactPoint.objects.filter(borrower_id__in=gone).delete()
    Borrower.objects.filter(id__in=gone).delete()
