"""Accounts and their borrowers into the store, a chunk at a time: new ones in bulk, known ones one by one.

A row is known by the account's reference. The keyed digest of its values tells whether it changed since it was last
imported; a row that did not is left alone, even where payments have moved the balance since.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final
from uuid import UUID

from parley.contact.places import zones_of_number
from parley.ids import Msisdn, derive_id
from parley.purpose import Channel
from parley.run.importing.dues import dues_of
from parley.run.importing.reasons import Reason
from parley.run.importing.rows import AccountRow
from parley.run.importing.update_accounts import (
    DUE_COLUMNS,
    POINT_COLUMNS,
    TERMS,
    Updater,
    identity_text,
    new_consent,
    point_values,
    terms_of,
)
from parley.run.importing.verdict import UNCHANGED, Counts, Refused, Result, Took, Undo, Verdict
from parley.store.audit import record
from parley.store.bulk import insert_all, insert_values
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment, Product
from parley.store.sealed import Sealed, place
from parley.store.vault import Vault

_WHOLE_BPS: Final = 10_000
_BORROWER_COLUMNS: Final = (
    *("id", "reference_index", "data_key_wrapped", "name_sealed", "identity_sealed"),
    *("language", "jurisdiction", "zones", "is_synthetic"),
)
_ACCOUNT_COLUMNS: Final = (
    *("id", "borrower_id", "product_id", "reference_index", "reference_sealed", "currency", "arm", "import_digest"),
    *TERMS,
)
_VALUES: Final = attrgetter(*(name for name in AccountRow.__slots__ if name != "contract_on"))


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


def _with_zones_of_number(row: AccountRow) -> AccountRow:
    """Return the row with the zones of its number's area added: where address and number disagree, both count.

    A row without zones stays without: unknown is closed. A made-up number says nothing of a place.
    """
    if row.is_synthetic or not row.phone or not row.zones:
        return row
    every = tuple(dict.fromkeys((*row.zones, *zones_of_number(Msisdn(row.phone)))))
    return row if every == row.zones else dataclasses.replace(row, zones=every)


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    """What must be known of an account that is stored, to see whether a row changes it."""

    borrower_id: UUID
    product_id: str
    currency: str
    digest: bytes


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class _Person:
    """What must be known of a borrower, stored or about to be."""

    id: UUID
    data_key: bytes
    is_erased: bool = False


@dataclasses.dataclass(slots=True)
class _Chunk:
    """The rows one chunk adds, by table, in the order of their foreign keys; values, not objects: half the time."""

    people: dict[UUID, _Person]
    borrowers: list[tuple[object, ...]] = dataclasses.field(default_factory=list)
    points: list[tuple[object, ...]] = dataclasses.field(default_factory=list)
    accounts: list[tuple[object, ...]] = dataclasses.field(default_factory=list)
    dues: list[tuple[UUID, date, int, int]] = dataclasses.field(default_factory=list)
    consents: list[Consent] = dataclasses.field(default_factory=list)


class AccountWriter:
    """Writes accounts rows. One for each import; remembers the products it has seen."""

    def __init__(self, vault: Vault, now: datetime, holdout_bps: int, counts: Counts) -> None:
        self._vault = vault
        self._now = now
        self._holdout_bps = holdout_bps
        self._counts = counts
        self._products: dict[str, Product] = {}
        # A product that was made for the row at hand, to be noted with the first account of it.
        self._new_product = ""

    def write(self, rows: Sequence[AccountRow]) -> list[Result]:
        """Store *rows* in the current transaction; one verdict for each."""
        rows = [_with_zones_of_number(row) for row in rows]
        known = _known([account_id(row.reference) for row in rows])
        chunk = _Chunk(_people([borrower_id(row.person) for row in rows]))
        indexes = [self._vault.blind_index(Channel.SMS, row.phone) if row.phone else b"" for row in rows]
        owners = _owners(indexes)
        updater = Updater(self._vault, self._now)
        verdicts: list[Result] = []
        for row, index in zip(rows, indexes, strict=True):
            person_id, account = borrower_id(row.person), known.get(account_id(row.reference))
            person, others = chunk.people.get(person_id), owners.get(index, set())
            refusal = self._refusal(row, account, person, others)
            if refusal is not None:
                verdicts.append(refusal)
                continue
            verdicts.append(self._store(chunk, updater, row, account, person, index))
            if index:
                self._counts.shared_numbers += bool(others - {person_id})
                owners.setdefault(index, set()).add(person_id)
        self._flush(chunk)
        updater.flush()
        return verdicts

    def _store(
        self,
        chunk: _Chunk,
        updater: Updater,
        row: AccountRow,
        account: _Known | None,
        person: _Person | None,
        index: bytes,
    ) -> Took:
        digest = self._digest(row)
        undo: Undo = {"account": account_id(row.reference).hex, "digest": digest.hex()}
        if account is not None:
            if account.digest == digest:
                return UNCHANGED
            updater.change(row, account_id(row.reference), index, digest, undo)
            return Took(Verdict.CHANGED, undo)
        undo["borrower"] = borrower_id(row.person).hex
        if self._new_product:
            undo["product"], self._new_product = self._new_product, ""
        if person is None:
            person = self._add_borrower(chunk, row)
            undo["is_new_borrower"] = True
            if index:
                point = point_values(self._vault, person.id, person.data_key, row, index, ordinal=1)
                chunk.points.append(point)
            if row.consent_promotion is not None:
                chunk.consents.append(new_consent(person.id, row, self._now))
                undo["consents"] = [chunk.consents[-1].id.hex]
        elif index:
            updater.meet(row, person.id, index, undo)
        self._add_account(chunk, row, person, digest)
        return Took(Verdict.ADDED, undo)

    def _refusal(
        self, row: AccountRow, account: _Known | None, person: _Person | None, owners: set[UUID]
    ) -> Refused | None:
        if person is not None and person.is_erased:
            return Refused(Reason.ERASED)
        if row.is_synthetic and owners - {borrower_id(row.person)}:
            return Refused(Reason.NUMBER_TAKEN, "phone")
        if self._product(row).kind != row.product_kind:
            return Refused(Reason.MAY_NOT_CHANGE, "product_kind")
        if account is None:
            return None
        if account.borrower_id != borrower_id(row.person):
            return Refused(Reason.MAY_NOT_CHANGE, "borrower_reference")
        if account.product_id != row.product:
            return Refused(Reason.MAY_NOT_CHANGE, "product")
        return Refused(Reason.MAY_NOT_CHANGE, "currency") if account.currency != row.currency else None

    def _product(self, row: AccountRow) -> Product:
        product = self._products.get(row.product)
        if product is None:
            terms = {
                "kind": row.product_kind,
                "minimum_percent_bps": row.minimum_percent_bps,
                "minimum_floor_minor": row.minimum_floor,
            }
            product, is_new = Product.objects.get_or_create(code=row.product, defaults=terms)
            self._products[row.product] = product
            if is_new:
                self._new_product = row.product
        return product

    def _add_borrower(self, chunk: _Chunk, row: AccountRow) -> _Person:
        vault, row_id, data_key = self._vault, borrower_id(row.person), self._vault.new_data_key()
        values = (
            row_id,
            vault.blind_index("borrower", row.person),
            data_key,
            vault.seal(data_key, row.name, place(Sealed.BORROWER_NAME, row_id)),
            vault.seal(data_key, identity_text(row), place(Sealed.BORROWER_IDENTITY, row_id)),
            row.language,
            row.jurisdiction,
            row.zones,
            row.is_synthetic,
        )
        chunk.borrowers.append(values)
        person = chunk.people[row_id] = _Person(row_id, data_key)
        return person

    def _add_account(self, chunk: _Chunk, row: AccountRow, person: _Person, digest: bytes) -> None:
        row_id = account_id(row.reference)
        values = (
            row_id,
            person.id,
            row.product,
            self._vault.blind_index("account", row.reference),
            self._vault.seal(person.data_key, row.reference, place(Sealed.ACCOUNT_REFERENCE, row_id)),
            row.currency,
            arm_of(row_id, self._holdout_bps),
            digest,
        )
        chunk.accounts.append((*values, *terms_of(row)))
        chunk.dues += [(row_id, on, due, 0) for on, due in dues_of(row)]

    def _digest(self, row: AccountRow) -> bytes:
        # What a file does not say leaves the digest of older versions as it was.
        later = (row.contract_on,) if row.contract_on is not None else ()
        return self._vault.blind_index("import", repr((*_VALUES(row), *later)))

    def _flush(self, chunk: _Chunk) -> None:
        insert_values(Borrower, _BORROWER_COLUMNS, chunk.borrowers)
        insert_values(ContactPoint, POINT_COLUMNS, chunk.points)
        insert_values(Account, _ACCOUNT_COLUMNS, chunk.accounts)
        insert_all(chunk.consents)
        insert_values(Instalment, DUE_COLUMNS, chunk.dues)
        record(self._vault, chunk.consents, self._now)


def _known(ids: Sequence[UUID]) -> dict[UUID, _Known]:
    names = ("id", "borrower_id", "product_id", "currency", "import_digest")
    found = Account.objects.filter(id__in=ids).values_list(*names)
    return {
        row_id: _Known(person, product, currency, bytes(digest or b""))
        for row_id, person, product, currency, digest in found
    }


def _people(ids: Sequence[UUID]) -> dict[UUID, _Person]:
    found = Borrower.objects.filter(id__in=ids).values_list("id", "data_key_wrapped", "erased_at")
    return {row_id: _Person(row_id, bytes(key or b""), erased is not None) for row_id, key, erased in found}


def _owners(indexes: Sequence[bytes]) -> dict[bytes, set[UUID]]:
    found: dict[bytes, set[UUID]] = {}
    wanted = [index for index in indexes if index]
    points = ContactPoint.objects.filter(address_index__in=wanted, quarantined_at__isnull=True)
    for index, owner in points.values_list("address_index", "borrower_id"):
        found.setdefault(bytes(index or b""), set()).add(owner)
    return found
