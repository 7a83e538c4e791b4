"""SMPP 3.4 as bytes: frames cut from a stream, bodies read into values and written from them. Knows no socket or state.

What comes from outside is never trusted: every length is checked against what is there, no frame is longer than
`LONGEST`, and what does not hold is a `Malformed` value, never an exception. Layout: SMPP Protocol Specification v3.4,
sections 3.2, 4 and 5. The specification itself could not be fetched; its layout was compared with smpplib 2.2.4, whose
bytes the tests hold against ours, and its numbers with another library's table (react-smpp, read 2026-11-26).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

HEADER_OCTETS: Final = 16
# A payload of 64 KiB and the fields around it; a length beyond it is a lie or an attack, and the stream is lost.
LONGEST: Final = 70_000
LONGEST_ID: Final = 64
VERSION: Final = 0x34
IS_RESPONSE: Final = 0x80000000
LAST_SEQUENCE: Final = 0x7FFFFFFF
OK: Final = 0
HAS_HEADER: Final = 0x40
"""The bit of `esm_class` that says that the text begins with a header of its own."""

_HEADER: Final = struct.Struct(">IIII")
_TLV: Final = struct.Struct(">HH")
_NUL: Final = b"\0"


class Command(IntEnum):
    """What a PDU is for (5.1.2.1); the response to each has the highest bit set."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x00000001
    BIND_TRANSMITTER = 0x00000002
    QUERY_SM = 0x00000003
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    DATA_SM_RESP = 0x80000103


class Status(IntEnum):
    """The command statuses that we act on or answer with ourselves (5.1.3); all of them stand in `data/smpp.toml`."""

    INVALID_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    WRONG_STATE = 0x04
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    WILL_NEVER_READ = 0x65
    UNKNOWN_ERROR = 0xFF


class Tag(IntEnum):
    """Optional parameters that we read or write (5.3.2); every other is kept as it came."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Wrong(StrEnum):
    """What does not hold in what came."""

    LENGTH = "length_lies"
    TRUNCATED = "truncated"
    UNTERMINATED = "text_unterminated"
    TLV = "optional_part_broken"
    ID = "id_unfit"


class Frame(NamedTuple):
    """One PDU, its body not yet read."""

    command: int
    status: int
    sequence: int
    body: bytes

    def __repr__(self) -> str:
        return f"Frame({self.command:#010x}, {self.status:#x}, {self.sequence}, {len(self.body)} octets)"


class Malformed(NamedTuple):
    """A body that does not hold together."""

    wrong: Wrong


class Cut(NamedTuple):
    """The whole frames at the head of a stream, the octets they took, and what is wrong if anything."""

    frames: list[Frame]
    taken: int
    wrong: Wrong | None


class Bind(NamedTuple):
    """What an account says of itself. Prints without its password."""

    system_id: str
    password: str
    system_type: str = ""
    version: int = VERSION
    ton: int = 0
    npi: int = 0
    address_range: str = ""

    def __repr__(self) -> str:
        return "Bind(…)"


class Message(NamedTuple):
    """The body of submit_sm, deliver_sm and data_sm: the fields that we use; `text` in octets. Prints nothing of it."""

    source_ton: int
    source_npi: int
    source: str
    ton: int
    npi: int
    destination: str
    esm_class: int
    data_coding: int
    text: bytes
    tlvs: Mapping[int, bytes]
    service_type: str = ""
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    registered: int = 0

    def __repr__(self) -> str:
        return f"Message({len(self.text)} octets)"


class Taken(NamedTuple):
    """The body of submit_sm_resp, deliver_sm_resp, data_sm_resp: under which id."""

    message_id: str


class Bound(NamedTuple):
    """The body of a response to a bind: what the centre calls itself."""

    system_id: str


class Query(NamedTuple):
    """The body of query_sm. Prints without the sender."""

    message_id: str
    ton: int
    npi: int
    source: str

    def __repr__(self) -> str:
        return f"Query({self.message_id!r})"


class Queried(NamedTuple):
    """The body of query_sm_resp: when it ended (empty: not yet), its state, and the network's error code."""

    message_id: str
    final_date: str
    state: int
    error: int


class Bare(NamedTuple):
    """A body in which nothing stands that we use."""


Body = Bind | Bound | Message | Taken | Query | Queried | Bare


def cut(stream: bytes | bytearray) -> Cut:
    """Return the whole frames at the head of *stream*. After an impossible length nothing more can be read."""
    frames: list[Frame] = []
    at, end, unpack = 0, len(stream), _HEADER.unpack_from
    while at + HEADER_OCTETS <= end:
        length, command, status, sequence = unpack(stream, at)
        if not HEADER_OCTETS <= length <= LONGEST:
            return Cut(frames, at, Wrong.LENGTH)
        if at + length > end:
            break
        frames.append(Frame(command, status, sequence, bytes(stream[at + HEADER_OCTETS : at + length])))
        at += length
    return Cut(frames, at, None)


def write(command: int, sequence: int, body: bytes = b"", status: int = OK) -> bytes:
    """Return one PDU."""
    return _HEADER.pack(HEADER_OCTETS + len(body), command, status, sequence) + body


def write_tlv(tag: int, value: bytes) -> bytes:
    """Return one optional parameter."""
    return _TLV.pack(tag, len(value)) + value


def write_bind(bind: Bind) -> bytes:
    """Return the body of any of the three binds (4.1)."""
    texts = _text(bind.system_id) + _text(bind.password) + _text(bind.system_type)
    return texts + bytes((bind.version, bind.ton, bind.npi)) + _text(bind.address_range)


def write_query(query: Query) -> bytes:
    """Return the body of query_sm (4.8.1)."""
    return _text(query.message_id) + bytes((query.ton, query.npi)) + _text(query.source)


class Submitting:
    """Writes the bodies of submit_sm (4.4.1) of one sender: what is the same in all of them is packed once."""

    def __init__(self, service_type: str, source: tuple[int, int, str], ton: int, npi: int) -> None:
        source_ton, source_npi, address = source
        self._head = _text(service_type) + bytes((source_ton, source_npi)) + _text(address) + bytes((ton, npi))

    def body(
        self, to: bytes, esm_class: int, validity: bytes, data_coding: int, text: bytes, tlvs: bytes = b""
    ) -> bytes:
        """Return the body for *to*, asking for a receipt however it ends. A *text* is at most 254 octets."""
        # Protocol, priority and schedule are empty; then registered delivery, no replacing, coding, no canned text.
        return b"%b%b\0%c\0\0\0%b\0\1\0%c\0%c%b%b" % (
            self._head, to, esm_class, validity, data_coding, len(text), text, tlvs,
        )  # fmt: skip


def read(command: int, body: bytes) -> Body | Malformed:
    """Return what the body of a PDU says; Malformed where it does not hold, Bare for a command that says nothing."""
    return _READERS.get(command, _read_bare)(body)


def read_message(body: bytes) -> Message | Malformed:
    """Return the body of submit_sm or deliver_sm (4.4.1, 4.6.1).

    Optional parameters that do not hold together are left out from there on, unless the text should stand in them.
    """
    try:
        service = body.index(_NUL)
        source = body.index(_NUL, service + 3)
        to = body.index(_NUL, source + 3)
        schedule = body.index(_NUL, to + 4)
        validity = body.index(_NUL, schedule + 1)
        registered, _replace, data_coding, _canned, length = body[validity + 1 : validity + 6]
    except ValueError:
        return Malformed(Wrong.UNTERMINATED)
    start = validity + 6
    text = body[start : start + length]
    if len(text) != length:
        return Malformed(Wrong.LENGTH)
    tlvs, is_whole = _tlvs(body, start + length) if len(body) > start + length else ({}, True)
    if not is_whole and not text:
        return Malformed(Wrong.TLV)
    return Message(
        body[service + 1],
        body[service + 2],
        body[service + 3 : source].decode("latin-1"),
        body[source + 1],
        body[source + 2],
        body[source + 3 : to].decode("latin-1"),
        body[to + 1],
        data_coding,
        text,
        tlvs,
        body[:service].decode("latin-1"),
        body[to + 2],
        body[to + 3],
        body[to + 4 : schedule].decode("latin-1"),
        body[schedule + 1 : validity].decode("latin-1"),
        registered,
    )


def read_data(body: bytes) -> Message | Malformed:
    """Return the body of data_sm (4.7.1): its text always stands in an optional parameter."""
    try:
        service = body.index(_NUL)
        source = body.index(_NUL, service + 3)
        to = body.index(_NUL, source + 3)
        esm_class, registered, data_coding = body[to + 1 : to + 4]
    except ValueError:
        return Malformed(Wrong.UNTERMINATED)
    tlvs, is_whole = _tlvs(body, to + 4)
    if not is_whole:
        return Malformed(Wrong.TLV)
    return Message(
        body[service + 1],
        body[service + 2],
        body[service + 3 : source].decode("latin-1"),
        body[source + 1],
        body[source + 2],
        body[source + 3 : to].decode("latin-1"),
        esm_class,
        data_coding,
        b"",
        tlvs,
        body[:service].decode("latin-1"),
        registered=registered,
    )


def read_id(body: bytes) -> str | Malformed:
    """Return the id in the response to submit_sm (4.4.2); Malformed where none stands in it that could be told again.

    Some centres leave the last octet out; others fill up with blanks.
    """
    found = body.partition(_NUL)[0].decode("latin-1").strip()
    return found if 0 < len(found) <= LONGEST_ID and found.isascii() and found.isprintable() else Malformed(Wrong.ID)


def _text(value: str) -> bytes:
    return value.encode("latin-1") + _NUL


def _tlvs(body: bytes, at: int) -> tuple[dict[int, bytes], bool]:
    """Return the optional parameters from *at*, the first of each tag, and whether they end where the body does."""
    found: dict[int, bytes] = {}
    end = len(body)
    while at + _TLV.size <= end:
        tag, length = _TLV.unpack_from(body, at)
        at += _TLV.size
        if at + length > end:
            return found, False
        found.setdefault(tag, body[at : at + length])
        at += length
    return found, at == end


def _read_taken(body: bytes) -> Taken | Malformed:
    found = read_id(body)
    return found if isinstance(found, Malformed) else Taken(found)


def _read_bind(body: bytes) -> Bind | Malformed:
    texts = body.split(_NUL, 3)
    if len(texts) < 4:  # noqa: PLR2004 - three texts and what follows them
        return Malformed(Wrong.UNTERMINATED)
    rest = texts[3]
    if len(rest) < 4:  # noqa: PLR2004 - version, TON, NPI and the end of a text
        return Malformed(Wrong.TRUNCATED)
    system_id, password, system_type = (text.decode("latin-1") for text in texts[:3])
    address_range = rest[3:].partition(_NUL)[0].decode("latin-1")
    return Bind(system_id, password, system_type, rest[0], rest[1], rest[2], address_range)


def _read_bound(body: bytes) -> Bound:
    return Bound(body.partition(_NUL)[0].decode("latin-1"))


def _read_query(body: bytes) -> Query | Malformed:
    name, end, rest = body.partition(_NUL)
    if not end or len(rest) < 3 or _NUL not in rest[2:]:  # noqa: PLR2004 - TON, NPI, and a text
        return Malformed(Wrong.TRUNCATED)
    return Query(name.decode("latin-1"), rest[0], rest[1], rest[2:].partition(_NUL)[0].decode("latin-1"))


def _read_queried(body: bytes) -> Queried | Malformed:
    parts = body.split(_NUL, 2)
    if len(parts) < 3 or len(parts[2]) < 2:  # noqa: PLR2004 - two texts; state and error
        return Malformed(Wrong.TRUNCATED)
    state, error = parts[2][:2]
    return Queried(parts[0].decode("latin-1"), parts[1].decode("latin-1"), state, error)


def _read_bare(_body: bytes) -> Bare:
    return Bare()


_READERS: Final[Mapping[int, Callable[[bytes], Body | Malformed]]] = {
    Command.BIND_RECEIVER: _read_bind,
    Command.BIND_TRANSMITTER: _read_bind,
    Command.BIND_TRANSCEIVER: _read_bind,
    Command.BIND_RECEIVER_RESP: _read_bound,
    Command.BIND_TRANSMITTER_RESP: _read_bound,
    Command.BIND_TRANSCEIVER_RESP: _read_bound,
    Command.SUBMIT_SM: read_message,
    Command.SUBMIT_SM_RESP: _read_taken,
    Command.DELIVER_SM: read_message,
    Command.DATA_SM: read_data,
    Command.QUERY_SM: _read_query,
    Command.QUERY_SM_RESP: _read_queried,
}
