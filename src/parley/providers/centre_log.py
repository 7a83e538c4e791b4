"""The lines of the sandbox message centre's log, and how to read them.

The log is the centre's own evidence: a checker reads it without asking the lender's database what was sent.
One JSON object a line; `n` counts from 1 without a gap. What each kind means:

    submitted     the centre took a message; `arrives_at` and `receipts` are what will happen to it
    rejected      the centre refused a message for good
    not_taken     a submission never reached the centre (busy, or the line broke before it was taken)
    arrived       a handset received the message
    receipt       a delivery receipt is waiting for the lender (it may stand before its `submitted` line)
    inbound       a handset sends a text that reaches the centre at `at`
    acknowledged  the lender has stored these deliveries
    lookup        the lender asked for a reference
    note          the centre about itself (a torn last line was dropped)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from parley.errors import HomeUnusable
from parley.ids import Msisdn
from parley.providers.port import DeliveryState


@dataclass(frozen=True, slots=True)
class PlannedReceipt:
    """A receipt to come: told to the lender at `due_at`, about what happened at `at`; a lost one is never told."""

    due_at: datetime
    at: datetime
    state: DeliveryState
    part: int
    is_lost: bool


@dataclass(frozen=True, slots=True, repr=False)
class Submitted:
    """The centre took a message. `answered` is false where the lender got a time-out instead of an answer.

    A look-up sees it from `visible_at` on; None: at once.
    """

    n: int
    at: datetime
    reference: str
    provider_id: str
    to: Msisdn
    text: str
    segments: int
    not_after: datetime
    answered: bool
    visible_at: datetime | None
    arrives_at: datetime | None
    receipts: tuple[PlannedReceipt, ...]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """The centre refused a message for good."""

    n: int
    at: datetime
    reference: str
    to: Msisdn
    code: str


@dataclass(frozen=True, slots=True)
class NotTakenLine:
    """A submission never reached the centre; `answered` is false where the lender got a time-out."""

    n: int
    at: datetime
    reference: str
    to: Msisdn
    answered: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    """A handset received the message `provider_id`."""

    n: int
    at: datetime
    reference: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt is waiting for the lender."""

    n: int
    at: datetime
    event_id: str
    reference: str
    provider_id: str
    part: int
    state: DeliveryState


@dataclass(frozen=True, slots=True, repr=False)
class Inbound:
    """A handset's text, reaching the centre at `at`."""

    n: int
    at: datetime
    event_id: str
    sender: Msisdn
    to: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The lender has stored these deliveries. `at` is the last instant the centre has heard of."""

    n: int
    at: datetime
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LookupLine:
    """The lender asked for a reference."""

    n: int
    at: datetime
    reference: str
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """The centre about itself."""

    n: int
    at: datetime | None
    words: str


Line = (
    Submitted | RejectedLine | NotTakenLine | Arrived | Receipt | Inbound | Acknowledged | LookupLine | Note
)  # fmt: skip

_dump: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_load: Final = json.JSONDecoder().decode
_instant: Final = datetime.fromisoformat


def encode(line: Line) -> bytes:
    """Return *line* as one JSON line with its newline."""
    return (_dump(_fields(line)) + "\n").encode()


def decode(raw: bytes) -> Line:
    """Return the line that *raw* holds. Raises ValueError for anything else."""
    try:
        fields = _load(raw.decode())
        return _READERS[fields["kind"]](fields)
    except (KeyError, TypeError, IndexError, AttributeError) as reason:
        raise ValueError("not a line of a message centre's log") from reason


def read_log(path: Path) -> Iterator[Line]:
    """Yield every whole line of the log at *path*, in order; an unfinished last line is left out.

    Raises HomeUnusable where a line is not of the log or `n` has a gap: somebody edited the evidence.
    """
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.endswith(b"\n"):
                return
            yield decode_at(path, number, raw)


def decode_at(path: Path, number: int, raw: bytes) -> Line:
    """Return line *number* of the log at *path*, or raise HomeUnusable that names it."""
    try:
        line = decode(raw)
    except ValueError:
        line = None
    if line is None or line.n != number:
        raise HomeUnusable(
            f"Line {number} of {path.name} is damaged. The message centre cannot tell what it has sent. "
            "Restore the file from a copy, or start a new sandbox folder.",
            f"{path.name} 第 {number} 行已损坏，短信中心无法确认已发送的内容。请从备份恢复该文件，或改用新的沙箱目录。",
        )
    return line


def _fields(line: Line) -> dict[str, Any]:  # noqa: PLR0911 - one return for each kind of line is the table
    match line:
        case Submitted():
            return {
                "n": line.n, "kind": "submitted", "at": line.at.isoformat(), "reference": line.reference,
                "provider_id": line.provider_id, "to": line.to.e164, "text": line.text, "segments": line.segments,
                "not_after": line.not_after.isoformat(), "answered": line.answered,
                "visible_at": line.visible_at.isoformat() if line.visible_at else None,
                "arrives_at": line.arrives_at.isoformat() if line.arrives_at else None,
                "receipts": [
                    [each.due_at.isoformat(), each.at.isoformat(), each.state.value, each.part, each.is_lost]
                    for each in line.receipts
                ],
            }  # fmt: skip
        case RejectedLine():
            return {
                "n": line.n, "kind": "rejected", "at": line.at.isoformat(), "reference": line.reference,
                "to": line.to.e164, "code": line.code,
            }  # fmt: skip
        case NotTakenLine():
            return {
                "n": line.n, "kind": "not_taken", "at": line.at.isoformat(), "reference": line.reference,
                "to": line.to.e164, "answered": line.answered,
            }  # fmt: skip
        case Arrived():
            return {
                "n": line.n, "kind": "arrived", "at": line.at.isoformat(), "reference": line.reference,
                "provider_id": line.provider_id,
            }  # fmt: skip
        case Receipt():
            return {
                "n": line.n, "kind": "receipt", "at": line.at.isoformat(), "event_id": line.event_id,
                "reference": line.reference, "provider_id": line.provider_id, "part": line.part,
                "state": line.state.value,
            }  # fmt: skip
        case Inbound():
            return {
                "n": line.n, "kind": "inbound", "at": line.at.isoformat(), "event_id": line.event_id,
                "sender": line.sender.e164, "to": line.to, "text": line.text,
            }  # fmt: skip
        case Acknowledged():
            return {"n": line.n, "kind": "acknowledged", "at": line.at.isoformat(), "event_ids": line.event_ids}
        case LookupLine():
            return {
                "n": line.n, "kind": "lookup", "at": line.at.isoformat(), "reference": line.reference,
                "provider_id": line.provider_id,
            }  # fmt: skip
        case Note():
            return {"n": line.n, "kind": "note", "at": line.at.isoformat() if line.at else None, "words": line.words}


def _submitted(f: dict[str, Any]) -> Submitted:
    return Submitted(
        n=f["n"],
        at=_instant(f["at"]),
        reference=f["reference"],
        provider_id=f["provider_id"],
        to=Msisdn(f["to"]),
        text=f["text"],
        segments=f["segments"],
        not_after=_instant(f["not_after"]),
        answered=f["answered"],
        visible_at=_instant(f["visible_at"]) if f["visible_at"] else None,
        arrives_at=_instant(f["arrives_at"]) if f["arrives_at"] else None,
        receipts=tuple(
            PlannedReceipt(_instant(due_at), _instant(at), DeliveryState(state), part, is_lost)
            for due_at, at, state, part, is_lost in f["receipts"]
        ),
    )


def _receipt(f: dict[str, Any]) -> Receipt:
    return Receipt(
        f["n"], _instant(f["at"]), f["event_id"], f["reference"], f["provider_id"], f["part"], DeliveryState(f["state"])
    )


_READERS: Final[dict[str, Callable[[dict[str, Any]], Line]]] = {
    "submitted": _submitted,
    "rejected": lambda f: RejectedLine(f["n"], _instant(f["at"]), f["reference"], Msisdn(f["to"]), f["code"]),
    "not_taken": lambda f: NotTakenLine(f["n"], _instant(f["at"]), f["reference"], Msisdn(f["to"]), f["answered"]),
    "arrived": lambda f: Arrived(f["n"], _instant(f["at"]), f["reference"], f["provider_id"]),
    "receipt": _receipt,
    "inbound": lambda f: Inbound(
        f["n"], _instant(f["at"]), f["event_id"], Msisdn(f["sender"]), f["to"], f["text"]
    ),
    "acknowledged": lambda f: Acknowledged(f["n"], _instant(f["at"]), tuple(f["event_ids"])),
    "lookup": lambda f: LookupLine(f["n"], _instant(f["at"]), f["reference"], f["provider_id"]),
    "note": lambda f: Note(f["n"], _instant(f["at"]) if f["at"] else None, f["words"]),
}  # fmt: skip
