"""Signed statements of size and root, and their files. A file kept elsewhere is what makes a later change provable.

What is signed, and what a file holds, is text that other programs can check: see `signed_text`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import transaction

from parley.errors import BadInput, OutsideFailed
from parley.store.audit.sequence import load_frontier
from parley.store.models import AuditCheckpoint
from parley.store.vault import Vault

FORMAT = "parley-checkpoint-1"
# A checkpoint file is some 400 bytes; a longer one is something else.
FILE_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One signed statement."""

    size: int
    root: bytes
    at: datetime
    public_key: bytes
    signature: bytes

    def is_signed_by(self, public_key: bytes) -> bool:
        """Return whether the signature is that of *public_key* over this statement."""
        try:
            key = Ed25519PublicKey.from_public_bytes(public_key)
            key.verify(self.signature, signed_text(self.size, self.root, self.at))
        except (InvalidSignature, ValueError):
            return False
        return True


def signed_text(size: int, root: bytes, at: datetime) -> bytes:
    """Return the text under a checkpoint's signature: four lines."""
    return f"{FORMAT}\n{size}\n{root.hex()}\n{_instant(at)}\n".encode()


def checkpoint(vault: Vault, at: datetime) -> Checkpoint | None:
    """Sign the log as it is ordered now; None where it is empty. Signed once for each size. Costs O(log n)."""
    with transaction.atomic():
        frontier = load_frontier()
        if not frontier.size:
            return None
        stored = AuditCheckpoint.objects.filter(size=frontier.size).first()
        if stored is None:
            root = frontier.root()
            signature = vault.keys.signer().sign(signed_text(frontier.size, root, at))
            stored = AuditCheckpoint(size=frontier.size, root=root, at=at, signature=signature)
            AuditCheckpoint.objects.bulk_create([stored], ignore_conflicts=True)
    return of_row(stored, vault.keys.audit_public())


def of_row(row: AuditCheckpoint, public_key: bytes) -> Checkpoint:
    """Return a stored checkpoint as a value."""
    return Checkpoint(row.size, bytes(row.root), row.at, public_key, bytes(row.signature))


def export_checkpoint(signed: Checkpoint, path: Path) -> None:
    """Write a checkpoint to a file to keep elsewhere; complete or not at all."""
    document = {
        "format": FORMAT,
        "size": signed.size,
        "root": signed.root.hex(),
        "at": _instant(signed.at),
        "public_key": signed.public_key.hex(),
        "signature": signed.signature.hex(),
    }
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        reason = os.strerror(error.errno or 0)
        raise OutsideFailed(
            f"The checkpoint cannot be written to {path}: {reason}. Name another file or free space.",
            f"无法将检查点写入 {path}：{reason}。请换一个文件或腾出空间。",
        ) from None


def read_checkpoint(path: Path) -> Checkpoint:
    """Return the checkpoint of a file. Raises BadInput where it is missing or none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise BadInput(
            f"The checkpoint file {path} cannot be read: {reason}.", f"无法读取检查点文件 {path}：{reason}。"
        ) from None
    try:
        return _parse(raw)
    except (AssertionError, ValueError, KeyError, TypeError):
        raise BadInput(
            f"{path} is not a checkpoint file of Parley. Give the file that was exported by this home.",
            f"{path} 不是 Parley 的检查点文件。请提供由本数据目录导出的文件。",
        ) from None


def _parse(raw: bytes) -> Checkpoint:
    assert len(raw) <= FILE_BYTES
    document = json.loads(raw)
    assert document["format"] == FORMAT
    return Checkpoint(
        int(document["size"]),
        bytes.fromhex(document["root"]),
        datetime.fromisoformat(document["at"]).astimezone(UTC),
        bytes.fromhex(document["public_key"]),
        bytes.fromhex(document["signature"]),
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
