"""Gives new entries their final order, one process at a time. Writers never wait for it."""

from __future__ import annotations

from django.db import connection, transaction

from parley.store.audit.commitment import entry_content
from parley.store.audit.merkle import Frontier, leaf_hash
from parley.store.models import AuditEntry, AuditFrontier, AuditLeaf, AuditPending

# Any number that no other advisory lock uses: "PAUD" in ASCII.
_LOCK = 0x50415544


def sequence(limit: int = 10_000) -> int:
    """Order at most *limit* waiting entries after those that are ordered. Returns how many there were."""
    with transaction.atomic():
        _only_one()
        waiting = list(AuditEntry.objects.filter(auditpending__isnull=False).order_by("id")[:limit])
        if not waiting:
            return 0
        frontier = load_frontier()
        leaves = []
        for entry in waiting:
            leaf = entry_leaf(entry)
            leaves.append(AuditLeaf(number=frontier.size, entry=entry, leaf_hash=leaf))
            frontier.append(leaf)
        AuditLeaf.objects.bulk_create(leaves)
        AuditPending.objects.filter(entry_id__in=[entry.id for entry in waiting]).delete()
        AuditFrontier.objects.update_or_create(id=1, defaults={"size": frontier.size, "nodes": frontier.to_bytes()})
    return len(leaves)


def entry_leaf(entry: AuditEntry) -> bytes:
    """Return the leaf hash that an entry must have."""
    return leaf_hash(entry_content(entry.id, entry.at, entry.items))


def load_frontier() -> Frontier:
    """Return the right edge of the stored log."""
    row = AuditFrontier.objects.filter(id=1).first()
    return Frontier() if row is None else Frontier.from_bytes(row.size, bytes(row.nodes))


def _only_one() -> None:
    """Wait until no other process orders entries. SQLite's immediate transaction is that already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
