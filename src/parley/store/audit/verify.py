"""Finds whether anything has been edited, deleted, inserted or reordered since it was written.

Three passes over one unchanging state of the database: the log against its own hashes and every signature; what waits
to be ordered; every row of every audited table against the commitment that the log holds for it.
Reads and reports; repairs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Model

from parley.errors import HomeUnusable
from parley.store.audit.checkpoint import Checkpoint, of_row, read_checkpoint
from parley.store.audit.commitment import AUDITED, TEXTS, commitment, row_key
from parley.store.audit.merkle import Frontier
from parley.store.audit.record import data_keys, owners, text_digest
from parley.store.audit.report import AuditReport, Problem
from parley.store.audit.sequence import entry_leaf
from parley.store.database import snapshot
from parley.store.models import AuditCheckpoint, AuditEntry, AuditFrontier, AuditLeaf, Borrower, Event
from parley.store.vault import Vault

# The event that an erasure leaves behind, and that of an undone import. Both name the rows that go with them, as
# [[table, row], …] in their `removed`.
ERASED = "borrower_erased"
TAKEN_BACK = "import.taken_back"
_CHUNK = 2_000

_Key = tuple[str, str | int]


@dataclass(slots=True)
class _Check:
    """What the passes share."""

    vault: Vault
    report: AuditReport = field(default_factory=AuditReport)
    # What the log says of each row: commitment, digest of its text (None: no text).
    named: dict[_Key, tuple[str, str | None]] = field(default_factory=dict)
    erased: set[UUID] = field(default_factory=set)
    # By the event that says so: rows that were taken back. They count as gone from the event's place in the log on.
    taken_back: dict[int, list[_Key]] = field(default_factory=dict)


def verify(vault: Vault, checkpoint_file: Path | None = None) -> AuditReport:
    """Check log, signatures and rows; with *checkpoint_file*, also against a statement exported before.

    Raises BadInput where the file is no checkpoint.
    """
    exported = None if checkpoint_file is None else read_checkpoint(checkpoint_file)
    check = _Check(vault)
    with snapshot():
        check.taken_back = _taken_back()
        _check_log(check, exported)
        _check_tail(check)
        for table in AUDITED:
            _check_table(check, table)
        for name, row in check.named:
            check.report.add(Problem.ROW_MISSING, name, row)
        _check_erasures(check)
    return check.report


def _taken_back() -> dict[int, list[_Key]]:
    """Return what each such event names. That the event itself is unchanged is checked as for every row."""
    found: dict[int, list[_Key]] = {}
    for event, data in Event.objects.filter(kind__in=[TAKEN_BACK, ERASED]).values_list("id", "data"):
        rows = data.get("removed", []) if isinstance(data, dict) else []
        found[event] = [(str(row[0]), str(row[1])) for row in rows if isinstance(row, list) and len(row) > 1]
    return found


def _check_log(check: _Check, exported: Checkpoint | None) -> None:
    """Grow the tree again from the stored leaves and compare it with each signed size."""
    statements = _statements(check, exported)
    frontier, moved, newest, due, sound = Frontier(), list[int](), 0, 0, True
    for leaf, entry in _leaves():
        if leaf.number != due:
            last = leaf.number - 1
            check.report.add(Problem.LEAF_MISSING, "AuditLeaf", due if due == last else f"{due}–{last}")
            sound = False
        due = leaf.number + 1
        _check_leaf(check, leaf, entry)
        if leaf.entry_id < newest:
            moved.append(leaf.number)
        newest = max(newest, leaf.entry_id)
        frontier.append(bytes(leaf.leaf_hash))
        expected = statements.pop(due, None)
        if expected is not None and sound:
            sound = _check_root(check, frontier, expected, moved)
            moved = []
    for size in statements:
        check.report.add(Problem.LOG_TOO_SHORT, "checkpoint", size)


def _check_leaf(check: _Check, leaf: AuditLeaf, entry: AuditEntry | None) -> None:
    check.report.leaves += 1
    if entry is None:
        check.report.add(Problem.ENTRY_MISSING, "AuditEntry", leaf.entry_id)
        return
    if entry_leaf(entry) != bytes(leaf.leaf_hash):
        check.report.add(Problem.ENTRY_EDITED, "AuditEntry", entry.id)
    _name(check, entry)


def _check_root(check: _Check, frontier: Frontier, expected: set[bytes], moved: Sequence[int]) -> bool:
    if expected == {frontier.root()}:
        check.report.signed_size = frontier.size
        return True
    # After the first size that differs all later ones do; only the first says where.
    check.report.add(Problem.ROOT_DIFFERS, "checkpoint", f"{check.report.signed_size}–{frontier.size}")
    for number in moved:
        check.report.add(Problem.LEAF_MOVED, "AuditLeaf", number)
    return False


def _statements(check: _Check, exported: Checkpoint | None) -> dict[int, set[bytes]]:
    """Return the roots that were signed, by size; the unsigned frontier counts for what came after them."""
    public_key = check.vault.keys.audit_public()
    found = [of_row(row, public_key) for row in AuditCheckpoint.objects.order_by("size")]
    roots: dict[int, set[bytes]] = {}
    for statement in [*found, *([exported] if exported else [])]:
        check.report.checkpoints += 1
        if not statement.is_signed_by(public_key):
            check.report.add(Problem.CHECKPOINT_UNSIGNED, "checkpoint", statement.size)
            continue
        roots.setdefault(statement.size, set()).add(statement.root)
    edge = AuditFrontier.objects.filter(id=1).first()
    if edge is not None:
        try:
            root = Frontier.from_bytes(edge.size, bytes(edge.nodes)).root()
        except AssertionError:
            root = b""
        roots.setdefault(edge.size, set()).add(root)
    return roots


def _leaves() -> Iterator[tuple[AuditLeaf, AuditEntry | None]]:
    last = -1
    while leaves := list(AuditLeaf.objects.filter(number__gt=last).order_by("number")[:_CHUNK]):
        entries = AuditEntry.objects.in_bulk([leaf.entry_id for leaf in leaves])
        for leaf in leaves:
            yield leaf, entries.get(leaf.entry_id)
        last = leaves[-1].number


def _check_tail(check: _Check) -> None:
    """Take in what the sequencer has not ordered yet: reported, and no fault while it waits for its turn."""
    last = 0
    waiting = AuditEntry.objects.filter(auditleaf__isnull=True).select_related("auditpending").order_by("id")
    while entries := list(waiting.filter(id__gt=last)[:_CHUNK]):
        for entry in entries:
            check.report.unsequenced += 1
            if not hasattr(entry, "auditpending"):
                check.report.add(Problem.ENTRY_UNQUEUED, "AuditEntry", entry.id)
            _name(check, entry)
        last = entries[-1].id


def _name(check: _Check, entry: AuditEntry) -> None:
    """Note what an entry says of its rows."""
    said: tuple[str, str | None]
    for item in entry.items if isinstance(entry.items, list) else [None]:
        match item:
            case [str(table), int() | str() as row, str(told)]:
                said = (told, None)
            case [str(table), int() | str() as row, str(told), str(text)]:
                said = (told, text)
            case _:
                # Only seen where somebody wrote it: its rows are then named by nobody.
                check.report.add(Problem.ENTRY_EDITED, "AuditEntry", entry.id)
                continue
        if check.named.setdefault((table, row), said) != said:
            check.report.add(Problem.ROW_TWICE, table, row)
        if table == Event.__name__ and isinstance(row, int):
            for gone in check.taken_back.get(row, ()):
                check.named.pop(gone, None)


def _check_table(check: _Check, table: type[Model]) -> None:
    manager: Any = table._default_manager  # noqa: SLF001 -- Django's documented name for "objects" of any model
    keys = list(manager.order_by("pk").values_list("pk", flat=True)[:_CHUNK])
    while keys:
        part = manager.filter(pk__gte=keys[0], pk__lte=keys[-1]).order_by("pk")
        try:
            rows = list(part)
        except ValueError:
            rows = _readable(check, table, keys)
        _check_rows(check, table, rows)
        keys = list(manager.filter(pk__gt=keys[-1]).order_by("pk").values_list("pk", flat=True)[:_CHUNK])


def _readable(check: _Check, table: type[Model], keys: Sequence[UUID | int]) -> list[Model]:
    """Return the rows that can be read at all; one that cannot (an id that is none, say) was edited."""
    manager: Any = table._default_manager  # noqa: SLF001 -- as above
    rows: list[Model] = []
    for key in keys:
        try:
            rows.append(manager.get(pk=key))
        except ValueError:
            check.named.pop((table.__name__, key if isinstance(key, int) else key.hex), None)
            check.report.add(Problem.ROW_EDITED, table.__name__, key)
    return rows


def _check_rows(check: _Check, table: type[Model], rows: Sequence[Model]) -> None:
    keys, owned = (data_keys(rows), owners(rows)) if table in TEXTS else ({}, {})
    for row in rows:
        check.report.rows += 1
        told = check.named.pop((table.__name__, row_key(row)), None)
        if told is None:
            check.report.add(Problem.ROW_UNNAMED, table.__name__, row.pk)
            continue
        if not _matches(check.vault, row, told[0]):
            check.report.add(Problem.ROW_EDITED, table.__name__, row.pk)
        elif isinstance(row, Event) and row.kind == ERASED and row.borrower_id is not None:
            check.erased.add(row.borrower_id)
        if table in TEXTS:
            _check_text(check, row, told[1], keys, owned)


def _matches(vault: Vault, row: Model, told: str) -> bool:
    try:
        return commitment(vault.commitment_key, row).hex() == told
    except AssertionError:
        # A float or a key that is no text: Parley never wrote that.
        return False


def _check_text(check: _Check, row: Model, told: str | None, keys: dict[UUID, bytes], owned: dict[UUID, UUID]) -> None:
    try:
        found = text_digest(check.vault, row, keys)
    except HomeUnusable:
        check.report.add(Problem.TEXT_EDITED, type(row).__name__, row.pk)
        return
    if found is None and told is not None:
        if owned.get(row.pk) in check.erased:
            check.report.erased_texts += 1
        else:
            check.report.add(Problem.TEXT_MISSING, type(row).__name__, row.pk)
    elif found is not None and found.hex() != told:
        check.report.add(Problem.TEXT_EDITED, type(row).__name__, row.pk)


def _check_erasures(check: _Check) -> None:
    for person in Borrower.objects.filter(data_key_wrapped__isnull=True).values_list("id", flat=True):
        if person not in check.erased:
            check.report.add(Problem.ERASURE_UNPROVEN, "Borrower", person)
