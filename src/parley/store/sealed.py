"""The sealed columns, by name, and the vault of the database at hand.

`open_vault` is the door: it finds out a wrong key before anything is read or written with it.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from parley.errors import HomeUnusable
from parley.store.bulk import update_rows
from parley.store.keys import KEY_BYTES, Keys
from parley.store.models import Borrower, KeyCheck
from parley.store.vault import Vault, wrap

_CHECK_WORD = "parley"
# Borrowers read at a time while data keys are rewrapped.
REWRAP_CHUNK = 2_000


class Sealed(StrEnum):
    """Every column that holds ciphertext, as Table.column; part of what is authenticated, so never renamed."""

    BORROWER_NAME = "Borrower.name_sealed"
    BORROWER_IDENTITY = "Borrower.identity_sealed"
    ACCOUNT_REFERENCE = "Account.reference_sealed"
    CONTACT_ADDRESS = "ContactPoint.address_sealed"
    CONVERSATION_MEMORY = "Conversation.memory_sealed"
    INBOUND_BODY = "Inbound.body_sealed"
    INBOUND_PART_BODY = "InboundPart.body_sealed"
    INBOUND_READING = "Inbound.reading_sealed"
    MESSAGE_BODY = "Message.body_sealed"
    TRANSACTION_MERCHANT = "Transaction.merchant_sealed"
    NOTE_BODY = "Note.body_sealed"
    CORRECTION_BODY = "Correction.body_sealed"
    REVEAL_BODY = "Reveal.body_sealed"
    LENDER_NOTICE_BODY = "LenderNotice.body_sealed"


def place(column: Sealed, row_id: UUID) -> str:
    """Return where a text is sealed: the column and the row."""
    return f"{column}:{row_id}"


def seal_text(vault: Vault, borrower: Borrower | None, column: Sealed, row_id: UUID, text: str) -> bytes:
    """Return *text* sealed for one column of one row of *borrower*; None where the writer is not known."""
    return vault.seal(_data_key(vault, borrower), text, place(column, row_id))


def open_text(vault: Vault, borrower: Borrower | None, column: Sealed, row_id: UUID, sealed: bytes) -> str:
    """Return the text of a sealed column. A text sealed before its writer was known opens with the borrower too.

    Raises Unreadable where it was changed, moved, or sealed with another key.
    """
    raw = bytes(sealed)
    key = vault.shared_key if vault.is_shared(raw) else _data_key(vault, borrower)
    return vault.open(key, raw, place(column, row_id))


def _data_key(vault: Vault, borrower: Borrower | None) -> bytes:
    if borrower is None:
        return vault.shared_key
    assert borrower.data_key_wrapped is not None, "an erased borrower has no texts"
    return bytes(borrower.data_key_wrapped)


def open_vault(keys: Keys) -> Vault:
    """Return the vault of the database, setting it up in a new one.

    Raises HomeUnusable where a key is not the one this database was sealed with.
    """
    check = KeyCheck.objects.filter(id=1).first() or _new_check(keys)
    vault = Vault(keys, bytes(check.shared_key_wrapped))
    if bytes(check.index_check) != vault.blind_index("check", _CHECK_WORD):
        raise _wrong("index", "索引")
    if bytes(check.audit_public) != keys.audit_public():
        raise _wrong("audit", "审计")
    return vault


def _new_check(keys: Keys) -> KeyCheck:
    with transaction.atomic():
        if Borrower.objects.exists():
            raise HomeUnusable(
                "The database has lost the row that says which keys it was sealed with. Restore the latest backup.",
                "数据库缺少记录加密密钥的那一行。请恢复最近的备份。",
            )
        shared = wrap(keys.lender, secrets.token_bytes(KEY_BYTES))
        fresh = KeyCheck(
            id=1,
            shared_key_wrapped=shared,
            index_check=Vault(keys, shared).blind_index("check", _CHECK_WORD),
            audit_public=keys.audit_public(),
        )
        # Two processes may start on a new PostgreSQL database at once; the first one's row holds for both.
        KeyCheck.objects.bulk_create([fresh], ignore_conflicts=True)
    return KeyCheck.objects.get(id=1)


def _wrong(name: str, name_zh: str) -> HomeUnusable:
    return HomeUnusable(
        f"The {name} key does not fit this database. Use the key that belongs to it (PARLEY_HOME, or your backup).",
        f"{name_zh}密钥与此数据库不符。请使用与之对应的密钥（检查 PARLEY_HOME 或备份）。",
    )


def rewrap(vault: Vault, new_keys: Keys) -> int:
    """Wrap every data key by the lender key of *new_keys*; sealed texts stay as they are.

    One transaction: afterwards either the old key opens the whole home or the new one does. No other process may run;
    each keeps the old key in memory.
    Returns how many people's keys were rewrapped.
    """
    done = 0
    with transaction.atomic():
        people = Borrower.objects.filter(data_key_wrapped__isnull=False).only("data_key_wrapped").order_by("id")
        while chunk := list(people[done : done + REWRAP_CHUNK]):
            for person in chunk:
                person.data_key_wrapped = vault.rewrapped(bytes(person.data_key_wrapped or b""), new_keys.lender)
            update_rows(chunk, ["data_key_wrapped"])
            done += len(chunk)
        KeyCheck.objects.update(shared_key_wrapped=vault.rewrapped(vault.shared_key, new_keys.lender))
    return done
