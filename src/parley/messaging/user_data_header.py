"""The header at the head of a segment: which part of which text it is, and in which national tables it is written.

Bytes as 3GPP TS 23.040, section 9.2.3.24, lays them out: the length, then elements of identifier, length and data.
Written for what we send, read for what comes in; knows nothing of a route's protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.messaging.alphabet import Alphabet

_JOINED_8: Final = 0x00
_JOINED_16: Final = 0x08
_SINGLE_SHIFT: Final = 0x24
_LOCKING_SHIFT: Final = 0x25
MOST_PARTS: Final = 255


@dataclass(frozen=True, slots=True)
class Part:
    """Part `number` of `total` (both from 1, at most 255) of the text with this `reference`."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says: its part, if the text has several, and the tables by national language identifier."""

    part: Part | None = None
    locking: int = 0
    single: int = 0


def write_header(part: Part | None, alphabet: Alphabet | None, *, wide: bool = False) -> bytes:
    """Return the header, length octet first; empty where there is nothing to say.

    *wide*: a reference of 16 bits instead of 8; the reference is taken modulo its width.
    """
    body = b""
    if part is not None:
        assert 1 <= part.number <= part.total <= MOST_PARTS, "a part is one of at most 255"
        bits = 16 if wide else 8
        reference = (part.reference % (1 << bits)).to_bytes(bits // 8, "big")
        data = reference + bytes((part.total, part.number))
        body += bytes((_JOINED_16 if wide else _JOINED_8, len(data))) + data
    if alphabet is not None and alphabet.single:
        body += bytes((_SINGLE_SHIFT, 1, alphabet.single))
    if alphabet is not None and alphabet.locking:
        body += bytes((_LOCKING_SHIFT, 1, alphabet.locking))
    return bytes((len(body),)) + body if body else b""


def read_header(octets: bytes) -> tuple[Header, int]:
    """Return what the header at the beginning of *octets* says, and its length in octets.

    Elements that we do not know are passed over, as the standard asks; of one that stands twice the last counts. A
    header that lies about its lengths, or names a part beyond its total, says nothing from there on.
    """
    if not octets:
        return Header(), 0
    end = 1 + octets[0]
    if end > len(octets):
        return Header(), 0
    part: Part | None = None
    locking = single = 0
    at = 1
    while at + 2 <= end and at + 2 + octets[at + 1] <= end:
        identifier, data = octets[at], octets[at + 2 : at + 2 + octets[at + 1]]
        at += 2 + len(data)
        if identifier in {_JOINED_8, _JOINED_16}:
            part = _part(data, 2 if identifier == _JOINED_16 else 1) or part
        elif identifier == _SINGLE_SHIFT and len(data) == 1:
            single = data[0]
        elif identifier == _LOCKING_SHIFT and len(data) == 1:
            locking = data[0]
    return Header(part, locking, single), end


def _part(data: bytes, width: int) -> Part | None:
    """Read a joining element; one with a wrong length or a number out of range is ignored (9.2.3.24.1)."""
    if len(data) != width + 2:
        return None
    total, number = data[width], data[width + 1]
    return Part(int.from_bytes(data[:width], "big"), total, number) if 1 <= number <= total else None
