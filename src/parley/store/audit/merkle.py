"""The hash tree of RFC 6962, section 2.1, grown one leaf at a time. Pure.

A frontier is what is needed to go on: the roots of the full subtrees from left to right, one for each 1 bit of the
size. Adding a leaf merges equal subtrees, as a binary counter carries; a root costs at most 64 hashes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 of 0x00 and the content."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert len(self.nodes) == self.size.bit_count(), "one subtree for each 1 bit of the size"

    def append(self, leaf: bytes) -> None:
        """Add the hash of one leaf at the right."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.nodes.pop(), node)
            size >>= 1
        self.nodes.append(node)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.nodes:
            return EMPTY_ROOT
        *rest, root = self.nodes
        for node in reversed(rest):
            root = node_hash(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Return the nodes as one string, for storage beside the size."""
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """Return the frontier that `to_bytes` wrote."""
        return cls(size, [raw[start : start + HASH_BYTES] for start in range(0, len(raw), HASH_BYTES)])
