"""What the message centre's own log says, indexed for the join with the database. Texts stay in the file.

One small record for each reference; a text is read again at its offset when it is looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from parley.errors import HomeUnusable
from parley.ids import Msisdn
from parley.providers.centre_log import (
    Acknowledged,
    Arrived,
    Inbound,
    Line,
    LookupLine,
    Note,
    NotTakenLine,
    Receipt,
    RejectedLine,
    Submitted,
    decode,
    decode_at,
)
from parley.providers.port import DeliveryState
from parley.run.checking.expectations import Expectations

# A bit for each end that a receipt may tell; a set for each of a million messages would not fit.
TOLD: Final[dict[DeliveryState, int]] = {state: 1 << place for place, state in enumerate(DeliveryState)}


@dataclass(slots=True, repr=False)
class Trace:
    """What became of one reference. `n` and `at` are of the first submission the centre took; `told` by `TOLD`."""

    taken: int = 0
    n: int = 0
    at: datetime | None = None
    offset: int = -1
    answered: bool = True
    arrives_at: datetime | None = None
    told: int = 0
    refused: bool = False
    seen: bool = False

    def has_arrived(self, now: datetime) -> bool:
        """Whether a handset had it by *now*."""
        return self.arrives_at is not None and self.arrives_at <= now


@dataclass(slots=True, repr=False)
class Stop:
    """A reply that is nothing but a plain STOP. `known_n`: the line at which the lender had stored it, 0 if never."""

    at: datetime
    event_id: str
    places: frozenset[str]
    known_n: int = 0


@dataclass(slots=True, repr=False)
class Centre:
    """The log, indexed. `stops` by number; `stored` holds what the lender says it stored."""

    path: Path
    traces: dict[str, Trace] = field(default_factory=dict)
    stops: dict[str, list[Stop]] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    lines: int = 0
    inbounds: int = 0

    def trace(self, reference: str) -> Trace:
        """Return the record of *reference*, a new one where the log has not named it yet."""
        return self.traces.setdefault(reference, Trace())


class Texts:
    """Reads submissions again at their offset. Use as a context."""

    def __init__(self, path: Path) -> None:
        self._handle = path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._handle.close()

    def read(self, offset: int) -> tuple[Msisdn, str]:
        """Return number and text of the submission at *offset*."""
        self._handle.seek(offset)
        line = decode(self._handle.readline())
        assert isinstance(line, Submitted), "an offset points at a submission"
        return line.to, line.text


def read_centre(path: Path, expected: Expectations) -> Centre:
    """Return the index of the log at *path*.

    Raises HomeUnusable where the log is missing, a line is damaged or one is gone: a witness does not guess.
    """
    centre = Centre(path)
    waiting: dict[str, Stop] = {}
    for offset, line in _lines(path):
        centre.lines += 1
        _take(centre, line, offset, waiting, expected)
    return centre


def _lines(path: Path) -> Iterator[tuple[int, Line]]:
    try:
        handle = path.open("rb")
    except OSError:
        raise HomeUnusable(
            f"The message centre's log {path.name} cannot be read, so nothing can be checked. "
            "Name the log of this home, and run as the user that owns it.",
            f"无法读取短信中心日志 {path.name}，因此无法核查。请指定本目录的日志，并以其所有者身份运行。",
        ) from None
    with handle:
        offset = 0
        for number, raw in enumerate(handle, start=1):
            if not raw.endswith(b"\n"):
                return
            yield offset, decode_at(path, number, raw)
            offset += len(raw)


def _take(centre: Centre, line: Line, offset: int, waiting: dict[str, Stop], expected: Expectations) -> None:
    match line:
        case Submitted():
            _submitted(centre.trace(line.reference), line, offset)
        case Receipt():
            centre.trace(line.reference).told |= TOLD[line.state]
        case RejectedLine():
            centre.trace(line.reference).refused = True
        case Inbound():
            centre.inbounds += 1
            places = expected.stop_places(line.text)
            if places:
                stop = Stop(line.at, line.event_id, places)
                centre.stops.setdefault(line.sender.e164, []).append(stop)
                waiting[line.event_id] = stop
        case Acknowledged():
            centre.stored.update(line.event_ids)
            for event_id in line.event_ids:
                heard = waiting.pop(event_id, None)
                if heard is not None:
                    heard.known_n = line.n
        case Arrived() | NotTakenLine() | LookupLine() | Note():
            pass


def _submitted(trace: Trace, line: Submitted, offset: int) -> None:
    trace.taken += 1
    if trace.taken == 1:
        trace.n, trace.at, trace.offset = line.n, line.at, offset
        trace.answered = line.answered
    if line.arrives_at is not None and (trace.arrives_at is None or line.arrives_at < trace.arrives_at):
        trace.arrives_at = line.arrives_at


def digest(text: str) -> bytes:
    """Return a short digest by which equal texts are told without keeping them."""
    return hashlib.blake2b(text.encode(), digest_size=12).digest()
