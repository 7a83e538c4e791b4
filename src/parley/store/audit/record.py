"""Writes what a transaction did into the audit log: one entry for each call, whatever the number of rows.

Must be called inside the transaction that wrote the rows, after them. Writers do not wait for each other here: the
order is made later, by `sequence`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet, UUIDField

from parley.store.audit.commitment import AUDITED, TEXTS, commitment, row_key
from parley.store.models import (
    AuditEntry,
    AuditPending,
    Borrower,
    ContactPoint,
    Conversation,
    Correction,
    Inbound,
    Message,
    Note,
    Reveal,
)
from parley.store.prepared import GivenMany, ask
from parley.store.sealed import place
from parley.store.vault import Vault

# Rows in one entry; more are split, so that no entry grows without end.
ROWS_PER_ENTRY = 1_000

Item = list[str | int]


def record(vault: Vault, rows: Iterable[Model], at: datetime) -> None:
    """Commit to *rows* (saved, of audited tables) in the current transaction. No rows, no entry."""
    assert connection.in_atomic_block, "the entry belongs into the transaction that wrote the rows"
    todo = list(rows)
    for start in range(0, len(todo), ROWS_PER_ENTRY):
        entry = AuditEntry.objects.create(at=at, items=items(vault, todo[start : start + ROWS_PER_ENTRY]))
        AuditPending.objects.create(entry=entry)


def items(vault: Vault, rows: Sequence[Model]) -> list[Item]:
    """Return one item for each row: table, row, commitment and, where there is a sealed text, its digest."""
    keys = data_keys(rows)
    return [_item(vault, row, keys) for row in rows]


def _item(vault: Vault, row: Model, keys: Mapping[UUID, bytes]) -> Item:
    table = type(row)
    assert table in AUDITED, f"{table.__name__} is not an audited table"
    assert row.pk is not None, "a row is recorded after it was saved"
    item: Item = [table.__name__, row_key(row), commitment(vault.commitment_key, row).hex()]
    digest = text_digest(vault, row, keys)
    return item if digest is None else [*item, digest.hex()]


def text_digest(vault: Vault, row: Model, keys: Mapping[UUID, bytes]) -> bytes | None:
    """Return the digest of the row's sealed text; None for a table without one or a row whose text is gone."""
    column = TEXTS.get(type(row))
    if column is None:
        return None
    assert isinstance(row, Message | Inbound | Note | Correction | Reveal)
    if row.body_sealed is None:
        return None
    data_key = keys.get(row.id, vault.shared_key)
    return vault.text_digest(data_key, bytes(row.body_sealed), place(column, row.id))


def data_keys(rows: Sequence[Model]) -> dict[UUID, bytes]:
    """Return the wrapped data key for each row with a text that has one, by the row's id."""
    owned = owners(rows)
    if not owned:
        return {}
    people = dict(ask(_keys, ids=set(owned.values())))
    return {row: bytes(people[person] or b"") for row, person in owned.items() if person in people}


def _keys() -> QuerySet[Any, Any]:
    found = Borrower.objects.filter(id__in=GivenMany("ids", UUIDField()), data_key_wrapped__isnull=False)
    return found.values_list("id", "data_key_wrapped")


def owners(rows: Sequence[Model]) -> dict[UUID, UUID]:
    """Return the borrower of each row with a text, of an Inbound where its writer is known, by the row's id."""
    found = {row.id: row.borrower_id for row in rows if isinstance(row, Message | Note | Correction | Reveal)}
    inbound = [row for row in rows if isinstance(row, Inbound)]
    points = {row.contact_point_id for row in inbound if row.contact_point_id}
    talks = {row.conversation_id for row in inbound if row.conversation_id}
    by_point: dict[UUID | None, UUID] = dict(
        ContactPoint.objects.filter(id__in=points).values_list("id", "borrower_id") if points else ()
    )
    by_talk: dict[UUID | None, UUID] = dict(
        Conversation.objects.filter(id__in=talks).values_list("id", "borrower_id") if talks else ()
    )
    for row in inbound:
        person = by_point.get(row.contact_point_id) or by_talk.get(row.conversation_id)
        if person is not None:
            found[row.id] = person
    return found
