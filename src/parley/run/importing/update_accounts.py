"""A row of an accounts file that changed since it was last imported: what may change is brought up to date.

The lender's file is the truth about its own book: balances, limit, rate and dues become what the row says.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from parley.ids import derive_id
from parley.run.importing.dues import dues_of
from parley.run.importing.rows import AccountRow
from parley.store.audit import record
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment
from parley.store.sealed import Sealed, place
from parley.store.vault import Vault

CONSENT_SOURCE = "import"


def identity_text(row: AccountRow) -> str:
    """Return what the borrower may be known by, as it is sealed."""
    return json.dumps({"postcode": row.postcode, "contract_tail": row.contract_tail}, ensure_ascii=False)


def terms_of(row: AccountRow) -> dict[str, Any]:
    """Return the columns of an account that a later row may change."""
    return {
        "principal_minor": row.principal,
        "interest_minor": row.interest,
        "fee_minor": row.fee,
        "penalty_interest_minor": row.penalty_interest,
        "cost_minor": row.cost,
        "annual_rate_bps": row.annual_rate_bps,
        "is_rate_assumed": row.is_rate_assumed,
        "credit_limit_minor": row.credit_limit,
        "status": row.status,
        "history": list(row.history),
    }


def new_point(vault: Vault, person: Borrower, row: AccountRow, index: bytes, *, ordinal: int) -> ContactPoint:
    """Return the row's number as a contact point: the *ordinal*-th of its borrower.

    Its id is of borrower and ordinal, never of the number: a hash of a number is no protection.
    """
    row_id = derive_id("contact_point", person.id.hex, "sms", str(ordinal))
    data_key = bytes(person.data_key_wrapped or b"")
    return ContactPoint(
        id=row_id,
        borrower_id=person.id,
        channel="sms",
        address_sealed=vault.seal(data_key, row.phone, place(Sealed.CONTACT_ADDRESS, row_id)),
        address_index=index,
        is_synthetic=row.is_synthetic,
    )


def new_consent(person_id: UUID, row: AccountRow, now: datetime) -> Consent:
    """Return the event that the row's consent to promotions is."""
    return Consent(
        id=derive_id("consent", person_id.hex, "promotion", str(row.consent_promotion), now.isoformat()),
        borrower_id=person_id,
        scope="promotion",
        granted=bool(row.consent_promotion),
        source=CONSENT_SOURCE,
        proof=row.consent_proof or "accounts file",
        at=now,
    )


class Updater:
    """Brings known accounts up to date within the current transaction."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now
        self._consents: list[Consent] = []
        self._met: list[tuple[AccountRow, Borrower, bytes]] = []

    def change(self, row: AccountRow, account: Account, person: Borrower, index: bytes, digest: bytes) -> None:
        """Make *account* and its borrower what *row* says."""
        for name, value in terms_of(row).items():
            setattr(account, name, value)
        account.import_digest = digest
        account.save()
        self._change_person(row, person)
        if index:
            self._change_number(row, person, index)
        self._change_dues(row, account)
        self._change_consent(row, person)

    def meet(self, row: AccountRow, person: Borrower, index: bytes) -> None:
        """Note a further account of a known borrower: its number, if new, is the one to use."""
        self._met.append((row, person, index))

    def flush(self) -> None:
        """Bring in the numbers met, now that their borrowers are stored; commit changed consents to the audit log."""
        for row, person, index in self._met:
            self._change_number(row, person, index)
        record(self._vault, self._consents, self._now)

    def _change_person(self, row: AccountRow, person: Borrower) -> None:
        data_key = bytes(person.data_key_wrapped or b"")
        person.name_sealed = self._vault.seal(data_key, row.name, place(Sealed.BORROWER_NAME, person.id))
        person.identity_sealed = self._vault.seal(
            data_key, identity_text(row), place(Sealed.BORROWER_IDENTITY, person.id)
        )
        person.language, person.jurisdiction, person.zones = row.language, row.jurisdiction, list(row.zones)
        person.save()

    def _change_number(self, row: AccountRow, person: Borrower, index: bytes) -> None:
        """Add a new number and quarantine the one it replaces; a number that comes back is free again."""
        points = list(ContactPoint.objects.filter(borrower=person, channel="sms"))
        if not any(bytes(point.address_index or b"") == index for point in points):
            new_point(self._vault, person, row, index, ordinal=len(points) + 1).save(force_insert=True)
        for point in points:
            is_current = bytes(point.address_index or b"") == index
            if is_current != (point.quarantined_at is None):
                point.quarantined_at = None if is_current else self._now
                point.save(update_fields=["quarantined_at"])

    def _change_dues(self, row: AccountRow, account: Account) -> None:
        wanted = dict(dues_of(row))
        for due in Instalment.objects.filter(account=account):
            still_open = wanted.pop(due.due_on, 0)
            if not still_open and not due.paid_minor:
                due.delete()
            elif due.amount_minor != due.paid_minor + still_open:
                due.amount_minor = due.paid_minor + still_open
                due.save(update_fields=["amount_minor"])
        Instalment.objects.bulk_create(
            [Instalment(account=account, due_on=on, amount_minor=amount) for on, amount in wanted.items()]
        )

    def _change_consent(self, row: AccountRow, person: Borrower) -> None:
        """Add an event only where the file itself says otherwise than before: a STOP since then is not undone."""
        if row.consent_promotion is None:
            return
        told = Consent.objects.filter(borrower=person, scope="promotion", source=CONSENT_SOURCE).order_by("-at").first()
        if told is None or told.granted != row.consent_promotion:
            consent = new_consent(person.id, row, self._now)
            consent.save(force_insert=True)
            self._consents.append(consent)
