"""Names of things: one type for each identifier, and telephone numbers that do not print themselves.

Identifiers are derived from what they stand for, so that a step done again makes the same row and the same seed gives
the same run.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from typing import NewType

BorrowerId = NewType("BorrowerId", uuid.UUID)
AccountId = NewType("AccountId", uuid.UUID)
ConversationId = NewType("ConversationId", uuid.UUID)
MessageId = NewType("MessageId", uuid.UUID)
ArrangementId = NewType("ArrangementId", uuid.UUID)
OfferId = NewType("OfferId", uuid.UUID)


def derive_id(kind: str, *parts: str) -> uuid.UUID:
    """Return the identifier of the thing of *kind* named by *parts*: same parts, same identifier.

    A version-8 UUID (RFC 9562, section 5.8) of SHA-256 over length-prefixed parts, so that ('ab','c') ≠ ('a','bc').
    """
    digest = hashlib.sha256()
    for part in (kind, *parts):
        raw = part.encode()
        digest.update(len(raw).to_bytes(4, "big") + raw)
    value = int.from_bytes(digest.digest()[:16], "big")
    value = (value & ~(0xF << 76)) | (0x8 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


@dataclass(frozen=True, slots=True)
class Msisdn:
    """A telephone number in E.164 form ('+' and digits). Prints as Msisdn(…55)."""

    e164: str

    def __repr__(self) -> str:
        return f"Msisdn(…{self.e164[-2:]})"

    __str__ = __repr__
