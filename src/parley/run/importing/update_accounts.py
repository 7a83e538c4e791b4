"""A row of an accounts file that changed since it was last imported: what may change is brought up to date.

The lender's file is the truth about its own book: balances, limit, rate and dues become what the row says.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from parley.ids import derive_id
from parley.run.importing.dues import dues_of
from parley.run.importing.rows import AccountRow
from parley.run.importing.states import states_of
from parley.run.importing.verdict import Undo
from parley.store.audit import record
from parley.store.bulk import insert_all, insert_values, update_rows
from parley.store.lock import borrower_lock
from parley.store.models import Account, Borrower, Consent, ContactPoint, Instalment
from parley.store.sealed import Sealed, place
from parley.store.vault import Vault

CONSENT_SOURCE: Final = "import"
DUE_COLUMNS: Final = ("account_id", "due_on", "amount_minor", "paid_minor")
POINT_COLUMNS: Final = (
    *("id", "borrower_id", "channel", "address_sealed", "address_index", "is_synthetic"),
    "confirmed_by",
)
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True, repr=False)
class _Change:
    """A row whose account is stored and is to become what the row says."""

    row: AccountRow
    account_id: UUID
    index: bytes
    digest: bytes
    undo: Undo


def identity_text(row: AccountRow) -> str:
    """Return what the borrower may be known by, as it is sealed."""
    return _encode({"postcode": row.postcode, "contract_tail": row.contract_tail})


# The columns of an account that a later row may change, and of which fields of the row they are made.
_TERM_FIELDS: Final = {
    "principal_minor": "principal",
    "interest_minor": "interest",
    "fee_minor": "fee",
    "penalty_interest_minor": "penalty_interest",
    "cost_minor": "cost",
    "annual_rate_bps": "annual_rate_bps",
    "is_rate_assumed": "is_rate_assumed",
    "credit_limit_minor": "credit_limit",
    "status": "status",
    "history": "history",
    "contract_on": "contract_on",
}
TERMS: Final = tuple(_TERM_FIELDS)
terms_of: Final[Callable[[AccountRow], tuple[Any, ...]]] = attrgetter(*_TERM_FIELDS.values())


def point_values(
    vault: Vault, person_id: UUID, data_key: bytes, row: AccountRow, index: bytes, *, ordinal: int
) -> tuple[object, ...]:
    """Return the row's number as a contact point, the *ordinal*-th of its borrower. Shape: POINT_COLUMNS.

    Its id is of borrower and ordinal, never of the number: a hash of a number is no protection.
    """
    row_id = derive_id("contact_point", person_id.hex, "sms", str(ordinal))
    sealed = vault.seal(data_key, row.phone, place(Sealed.CONTACT_ADDRESS, row_id))
    # Nobody has confirmed yet that it is theirs.
    return row_id, person_id, "sms", sealed, index, row.is_synthetic, ""


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


# The columns of a borrower that a row may change.
PERSON: Final = ("name_sealed", "identity_sealed", "language", "jurisdiction", "zones")


def person_state(person: Borrower) -> list[Any]:
    """Return the columns PERSON as JSON; what is sealed stays sealed."""
    values = [getattr(person, name) for name in PERSON]
    return [b64encode(value).decode() if isinstance(value, bytes | memoryview) else value for value in values]


def state_digest(state: list[Any]) -> str:
    """Return a digest of such a state: whether it is still the same can be told without keeping it twice."""
    return hashlib.sha256(_encode(state).encode()).hexdigest()


def _before(account: Account, dues: list[Any]) -> Undo:
    digest = account.import_digest
    return {
        "terms": [_plain(getattr(account, name)) for name in TERMS],
        "digest_before": bytes(digest).hex() if digest is not None else None,
        "dues": dues,
    }


def _plain(value: object) -> object:
    """Return the value as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value


def _told(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


class Updater:
    """Brings known accounts up to date within the current transaction: gathers a chunk's rows, writes at `flush`."""

    def __init__(self, vault: Vault, now: datetime) -> None:
        self._vault = vault
        self._now = now
        self._changes: list[_Change] = []
        self._met: list[tuple[AccountRow, UUID, bytes, Undo]] = []

    def change(self, row: AccountRow, account_id: UUID, index: bytes, digest: bytes, undo: Undo) -> None:
        """Note that the account and its borrower are to become what *row* says; *undo* gets what stood before."""
        self._changes.append(_Change(row, account_id, index, digest, undo))

    def meet(self, row: AccountRow, person_id: UUID, index: bytes, undo: Undo) -> None:
        """Note a further account of a known borrower: its number, if new, is the one to use."""
        self._met.append((row, person_id, index, undo))

    def flush(self) -> None:
        """Write what was noted, now that new borrowers are stored; commit changed consents to the audit log."""
        if not self._changes and not self._met:
            return
        accounts = Account.objects.in_bulk([change.account_id for change in self._changes])
        wanted = {account.borrower_id for account in accounts.values()} | {person for _, person, _, _ in self._met}
        borrower_lock(wanted)
        people = Borrower.objects.in_bulk(wanted)
        told = [(change, accounts[change.account_id]) for change in self._changes]
        dues = states_of([account.id for _, account in told])
        for change, account in told:
            change.undo.update(_before(account, dues[account.id]["dues"]))
        self._change_accounts(told)
        self._change_people([(change, people[account.borrower_id]) for change, account in told])
        numbers = [
            (change.row, people[account.borrower_id], change.index, change.undo)
            for change, account in told
            if change.index
        ]
        self._change_numbers(
            [*numbers, *((row, people[person], index, undo) for row, person, index, undo in self._met)]
        )
        self._change_dues(told)
        self._change_consents([(change, account.borrower_id) for change, account in told])

    def _change_accounts(self, told: Sequence[tuple[_Change, Account]]) -> None:
        for change, account in told:
            for name, value in zip(TERMS, terms_of(change.row), strict=True):
                setattr(account, name, value)
            account.import_digest = change.digest
        update_rows([account for _, account in told], [*TERMS, "import_digest"])

    def _change_people(self, told: Sequence[tuple[_Change, Borrower]]) -> None:
        seal = self._vault.seal
        for change, person in told:
            row = change.row
            change.undo["person"] = person_state(person)
            data_key = bytes(person.data_key_wrapped or b"")
            person.name_sealed = seal(data_key, row.name, place(Sealed.BORROWER_NAME, person.id))
            person.identity_sealed = seal(data_key, identity_text(row), place(Sealed.BORROWER_IDENTITY, person.id))
            person.language, person.jurisdiction, person.zones = row.language, row.jurisdiction, list(row.zones)
            change.undo["person_after"] = state_digest(person_state(person))
        update_rows([person for _, person in told], PERSON)

    def _change_numbers(self, told: Sequence[tuple[AccountRow, Borrower, bytes, Undo]]) -> None:
        """Add new numbers and quarantine those they replace; a number that comes back is free again."""
        points: dict[UUID, list[ContactPoint]] = {}
        people = {person.id for _, person, _, _ in told}
        for point in ContactPoint.objects.filter(borrower_id__in=people, channel="sms").order_by("id"):
            points.setdefault(point.borrower_id, []).append(point)
        fresh, moved = [], dict[UUID, ContactPoint]()
        for row, person, index, undo in told:
            theirs = points.setdefault(person.id, [])
            if not any(bytes(point.address_index or b"") == index for point in theirs):
                data_key = bytes(person.data_key_wrapped or b"")
                values = point_values(self._vault, person.id, data_key, row, index, ordinal=len(theirs) + 1)
                theirs.append(ContactPoint(**dict(zip(POINT_COLUMNS, values, strict=True))))
                fresh.append(theirs[-1])
                undo.setdefault("points", []).append(theirs[-1].id.hex)
            for point in theirs:
                is_current = bytes(point.address_index or b"") == index
                if is_current != (point.quarantined_at is None):
                    undo.setdefault("moved", []).append([point.id.hex, _told(point.quarantined_at)])
                    point.quarantined_at = None if is_current else self._now
                    moved[point.id] = point
        insert_all(fresh)
        update_rows(list(moved.values()), ["quarantined_at"])

    def _change_dues(self, told: Sequence[tuple[_Change, Account]]) -> None:
        wanted = {account.id: dict(dues_of(change.row)) for change, account in told}
        gone, changed = [], []
        for due in Instalment.objects.filter(account_id__in=wanted):
            still_open = wanted[due.account_id].pop(due.due_on, 0)
            if not still_open and not due.paid_minor:
                gone.append(due.id)
            elif due.amount_minor != due.paid_minor + still_open:
                due.amount_minor = due.paid_minor + still_open
                changed.append(due)
        Instalment.objects.filter(id__in=gone).delete()
        update_rows(changed, ["amount_minor"])
        rows = [(account_id, on, amount, 0) for account_id, dues in wanted.items() for on, amount in dues.items()]
        insert_values(Instalment, DUE_COLUMNS, rows)

    def _change_consents(self, told: Sequence[tuple[_Change, UUID]]) -> None:
        """Add an event only where the file itself says otherwise than before: a STOP since then is not undone."""
        people = {person for _, person in told}
        events = Consent.objects.filter(borrower_id__in=people, scope="promotion", source=CONSENT_SOURCE)
        latest = dict(events.order_by("at", "id").values_list("borrower_id", "granted"))
        fresh: dict[UUID, Consent] = {}
        for change, person in told:
            row = change.row
            if row.consent_promotion is not None and latest.get(person) != row.consent_promotion:
                consent = new_consent(person, row, self._now)
                fresh[consent.id] = consent
                change.undo.setdefault("consents", []).append(consent.id.hex)
                latest[person] = row.consent_promotion
        insert_all(list(fresh.values()))
        record(self._vault, list(fresh.values()), self._now)
