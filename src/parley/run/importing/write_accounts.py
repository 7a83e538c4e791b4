"""Accounts and their borrowers into the store, a chunk at a time: new ones in bulk, known ones one by one.

A row is known by the account's reference. The keyed digest of its values tells whether it changed since it was last
imported; a row that did not is left alone, even where payments have moved the balance since.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final
from uuid import UUID

from django.db.models import Model

from parley.ids import derive_id
from parley.purpose import Channel
from parley.run.importing.dues import dues_of
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import AccountRow
from parley.run.importing.update_accounts import Updater, identity_text, new_consent, new_point, terms_of
from parley.run.importing.verdict import Counts, Refused, Verdict
from parley.store.audit import record
from parley.store.bulk import insert_new
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment, Product
from parley.store.sealed import Sealed, place
from parley.store.vault import Vault

_WHOLE_BPS: Final = 10_000
_VALUES: Final = attrgetter(*AccountRow.__slots__)


@lru_cache(maxsize=4_096)
def account_id(reference: str) -> UUID:
    """Return the id of the account with the lender's *reference*."""
    return derive_id("account", reference)


@lru_cache(maxsize=4_096)
def borrower_id(person: str) -> UUID:
    """Return the id of the borrower with the lender's number *person*."""
    return derive_id("borrower", person)


def arm_of(account: UUID, holdout_bps: int) -> str:
    """Return the experiment arm: fixed by the account alone, so that an import done again gives the same."""
    return "holdout" if derive_id("arm", account.hex).int % _WHOLE_BPS < holdout_bps else "messages"


@dataclasses.dataclass(slots=True)
class _Chunk:
    """The objects one chunk adds, by table, in the order of their foreign keys."""

    borrowers: dict[UUID, Borrower] = dataclasses.field(default_factory=dict)
    points: list[ContactPoint] = dataclasses.field(default_factory=list)
    accounts: list[Account] = dataclasses.field(default_factory=list)
    instalments: list[Instalment] = dataclasses.field(default_factory=list)
    consents: list[Consent] = dataclasses.field(default_factory=list)


class AccountWriter:
    """Writes accounts rows. One for each import; remembers the products it has seen."""

    def __init__(self, vault: Vault, now: datetime, holdout_bps: int, counts: Counts) -> None:
        self._vault = vault
        self._now = now
        self._holdout_bps = holdout_bps
        self._counts = counts
        self._products: dict[str, Product] = {}

    def write(self, rows: Sequence[AccountRow]) -> list[Verdict | Refused]:
        """Store *rows* in the current transaction; one verdict for each."""
        known = Account.objects.in_bulk([account_id(row.reference) for row in rows])
        people = Borrower.objects.in_bulk([borrower_id(row.person) for row in rows])
        indexes = [self._vault.blind_index(Channel.SMS, row.phone) if row.phone else b"" for row in rows]
        owners = _owners(indexes)
        updater = Updater(self._vault, self._now)
        chunk = _Chunk()
        verdicts: list[Verdict | Refused] = []
        for row, index in zip(rows, indexes, strict=True):
            account, digest = known.get(account_id(row.reference)), self._digest(row)
            person = people.get(borrower_id(row.person)) or chunk.borrowers.get(borrower_id(row.person))
            refusal = self._refusal(row, account, person, owners.get(index, set()))
            if refusal is not None:
                verdicts.append(refusal)
                continue
            verdicts.append(self._store(chunk, updater, row, account, person, index, digest))
            if index:
                self._counts.shared_numbers += bool(owners.setdefault(index, set()) - {borrower_id(row.person)})
                owners[index].add(borrower_id(row.person))
        self._flush(chunk)
        updater.flush()
        return verdicts

    def _store(
        self,
        chunk: _Chunk,
        updater: Updater,
        row: AccountRow,
        account: Account | None,
        person: Borrower | None,
        index: bytes,
        digest: bytes,
    ) -> Verdict:
        if account is not None:
            if account.import_digest is not None and bytes(account.import_digest) == digest:
                return Verdict.UNCHANGED
            assert person is not None, "an account has its borrower"
            updater.change(row, account, person, index, digest)
            return Verdict.CHANGED
        if person is None:
            person = self._new_borrower(row)
            chunk.borrowers[person.id] = person
            if index:
                chunk.points.append(new_point(self._vault, person, row, index, ordinal=1))
            if row.consent_promotion is not None:
                chunk.consents.append(new_consent(person.id, row, self._now))
        elif index:
            updater.meet(row, person, index)
        self._add_account(chunk, row, person, digest)
        return Verdict.ADDED

    def _refusal(
        self, row: AccountRow, account: Account | None, person: Borrower | None, owners: set[UUID]
    ) -> Refused | None:
        if person is not None and person.erased_at is not None:
            return Refused(Reason.ERASED)
        if row.is_synthetic and owners - {borrower_id(row.person)}:
            return Refused(Reason.NUMBER_TAKEN, "phone")
        if self._product(row).kind != row.product_kind:
            return Refused(Reason.MAY_NOT_CHANGE, "product_kind")
        if account is None:
            return None
        fixed = {
            "borrower_reference": account.borrower_id == borrower_id(row.person),
            "product": account.product_id == row.product,
            "currency": account.currency == row.currency,
        }
        broken = [name for name, holds in fixed.items() if not holds]
        return Refused(Reason.MAY_NOT_CHANGE, broken[0]) if broken else None

    def _product(self, row: AccountRow) -> Product:
        product = self._products.get(row.product)
        if product is None:
            terms = {
                "kind": row.product_kind,
                "minimum_percent_bps": row.minimum_percent_bps,
                "minimum_floor_minor": row.minimum_floor,
            }
            product, _ = Product.objects.get_or_create(code=row.product, defaults=terms)
            self._products[row.product] = product
        return product

    def _new_borrower(self, row: AccountRow) -> Borrower:
        vault, row_id, data_key = self._vault, borrower_id(row.person), self._vault.new_data_key()
        return Borrower(
            id=row_id,
            reference_index=vault.blind_index("borrower", row.person),
            data_key_wrapped=data_key,
            name_sealed=vault.seal(data_key, row.name, place(Sealed.BORROWER_NAME, row_id)),
            identity_sealed=vault.seal(data_key, identity_text(row), place(Sealed.BORROWER_IDENTITY, row_id)),
            language=row.language,
            jurisdiction=row.jurisdiction,
            zones=list(row.zones),
            is_synthetic=row.is_synthetic,
        )

    def _add_account(self, chunk: _Chunk, row: AccountRow, person: Borrower, digest: bytes) -> None:
        row_id = account_id(row.reference)
        account = Account(
            id=row_id,
            borrower_id=person.id,
            product_id=row.product,
            reference_index=self._vault.blind_index("account", row.reference),
            reference_sealed=self._vault.seal(
                bytes(person.data_key_wrapped or b""), row.reference, place(Sealed.ACCOUNT_REFERENCE, row_id)
            ),
            currency=row.currency,
            arm=arm_of(row_id, self._holdout_bps),
            import_digest=digest,
            **terms_of(row),
        )
        chunk.accounts.append(account)
        chunk.instalments += [Instalment(account_id=row_id, due_on=on, amount_minor=due) for on, due in dues_of(row)]

    def _digest(self, row: AccountRow) -> bytes:
        return self._vault.blind_index("import", repr(_VALUES(row)))

    def _flush(self, chunk: _Chunk) -> None:
        tables: tuple[list[Model], ...] = (
            [*chunk.borrowers.values()],
            [*chunk.points],
            [*chunk.accounts],
            [*chunk.consents],
        )
        for rows in tables:
            assert len(insert_new(rows)) == len(rows), "what a chunk adds was not there"
        insert_new(chunk.instalments, ("account", "due_on"))
        record(self._vault, chunk.consents, self._now)


def _owners(indexes: Sequence[bytes]) -> dict[bytes, set[UUID]]:
    found: dict[bytes, set[UUID]] = {}
    wanted = [index for index in indexes if index]
    points = ContactPoint.objects.filter(address_index__in=wanted, quarantined_at__isnull=True)
    for index, owner in points.values_list("address_index", "borrower_id"):
        found.setdefault(bytes(index or b""), set()).add(owner)
    return found
