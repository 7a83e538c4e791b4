"""Undo an import: what it added or changed is taken back, chunk by chunk and the last first, unless something happened.

A row on which something has happened since stays, and is told with its reason. What is gone stands in the audit log: an
event names every audited row that was taken back, and `parley audit verify` knows them by it. An undo that was stopped
is simply run again; so is one that left rows, once what kept them is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Model

from parley.errors import BadInput
from parley.run.importing.happened import SENTENCES, Why
from parley.run.importing.rows import Kind
from parley.run.importing.undo_accounts import AccountUndo
from parley.run.importing.undo_others import ConsentUndo, LimitUndo, PaymentUndo, TransactionUndo
from parley.run.importing.verdict import Undo
from parley.store.audit import TAKEN_BACK, record
from parley.store.bulk import one_import
from parley.store.faults import faults
from parley.store.importing import BatchState, Kept, Undone
from parley.store.models import Event, ImportBatch, ImportChunk
from parley.store.vault import Vault

Progress = Callable[[int, int], None]
# Rows that are named for each reason.
_NAMED: Final = 10


class Taker(Protocol):
    """Takes back the entries of one chunk; `removed` are the audited rows that are gone."""

    removed: list[tuple[type[Model], UUID]]

    def take_back(self, entries: Sequence[Undo]) -> list[Why | None]:
        """Take back what can be. Returns why each entry stays, None where it is gone."""


_TAKERS: Final[Mapping[Kind, Callable[[datetime], Taker]]] = {
    Kind.ACCOUNTS: AccountUndo,
    Kind.PAYMENTS: PaymentUndo,
    Kind.TRANSACTIONS: TransactionUndo,
    Kind.LIMITS: LimitUndo,
    Kind.CONSENTS: ConsentUndo,
    Kind.DO_NOT_CONTACT: ConsentUndo,
}


def undo(vault: Vault, batch: ImportBatch, by: str, now: datetime, progress: Progress | None = None) -> Undone:
    """Take back a batch; whoever calls holds it. Raises BadInput where it is not one that was kept."""
    if batch.state not in {BatchState.DONE, BatchState.RUNNING}:
        raise BadInput(
            f"This import is {batch.state}: there is nothing of it to take back.",
            f"该导入状态为 {batch.state}，没有可撤销的内容。",
        )
    taken, kept = 0, defaultdict[Why, list[tuple[int, int]]](list)
    numbers = list(batch.chunks.order_by("-number").values_list("id", flat=True))
    for done, chunk_id in enumerate(numbers, 1):
        with faults(), one_import():
            chunk = ImportChunk.objects.select_for_update().get(id=chunk_id)
            taken += _take_back(vault, batch, chunk, by, now, kept)
        if progress is not None:
            progress(done, len(numbers))
    with faults(), transaction.atomic():
        _close(vault, batch, by, now, is_whole=not kept)
    listed = tuple(
        Kept(SENTENCES[why], sum(rows for _, rows in found), tuple(place for place, _ in sorted(found)[:_NAMED]))
        for why, found in sorted(kept.items())
    )
    return Undone(batch.id, taken, listed)


def _take_back(
    vault: Vault,
    batch: ImportBatch,
    chunk: ImportChunk,
    by: str,
    now: datetime,
    kept: dict[Why, list[tuple[int, int]]],
) -> int:
    """Take one chunk back in the current transaction. Returns how many rows that were."""
    entries: list[Undo] = chunk.changes
    if not entries:
        return 0
    taker = _TAKERS[Kind(batch.kind)](chunk.at)
    stays = taker.take_back(entries)
    for entry, why in zip(entries, stays, strict=True):
        if why is not None:
            kept[why].append((entry["place"], _rows(entry)))
    chunk.changes = [entry for entry, why in zip(entries, stays, strict=True) if why is not None]
    chunk.save(update_fields=["changes"])
    gone = sum(_rows(entry) for entry, why in zip(entries, stays, strict=True) if why is None)
    if gone:
        rows = [[table.__name__, row.hex] for table, row in taker.removed]
        data = {"batch": batch.id.hex, "by": by, "rows": gone, "removed": rows}
        record(vault, [Event.objects.create(at=now, kind=TAKEN_BACK, data=data)], now)
    return gone


def _rows(entry: Undo) -> int:
    """Return how many rows of the file an entry stands for."""
    return len(entry.get("payments", "1"))


def _close(vault: Vault, batch: ImportBatch, by: str, now: datetime, *, is_whole: bool) -> None:
    batch.undone_at, batch.undone_by = now, by
    batch.state = BatchState.UNDONE if is_whole else BatchState.DONE
    batch.save(update_fields=["undone_at", "undone_by", "state"])
    data = {"batch": batch.id.hex, "by": by, "is_whole": is_whole}
    record(vault, [Event.objects.create(at=now, kind="import.undone", data=data)], now)
