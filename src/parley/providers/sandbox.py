"""The message centre in this process: takes any number, keeps one log, does faults on demand.

Everything it takes, tells and is told stands in `centre.jsonl` before it answers; its state is a fold of that log,
so a killed process loses nothing it acknowledged, and several processes may share one log. All instants are domain
time: the centre moves when it is asked with a later `now`, never by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.centre_faults import NO_FAULTS, Fate, Faults, Reception, draw, fate, is_rejected_number, reception
from parley.providers.centre_file import CentreFile
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
    encode,
)
from parley.providers.centre_state import CentreState, Due, DueArrival
from parley.providers.port import (
    Accepted,
    Asked,
    Delivery,
    Lookup,
    LookupState,
    NotTaken,
    Outcome,
    ReceiptIn,
    Rejected,
    Submission,
    Unknown,
)

LOG_NAME: Final = "centre.jsonl"
SETTLE_SECONDS: Final = 120
_ARRIVALS_AT_ONCE: Final = 100_000


@dataclass(frozen=True, slots=True, repr=False)
class OnHandset:
    """A message a handset has received; `n` is the line of its arrival, to go on from."""

    n: int
    at: datetime
    reference: str
    to: Msisdn
    text: str


class Sandbox:
    """The sandbox provider. *path* is the log; *short_code* is the number that handsets answer to."""

    name: Final = "sandbox"
    settle_seconds: Final = SETTLE_SECONDS
    can_look_up: Final = True
    takes_synthetic: Final = True

    def __init__(self, path: Path, *, seed: int, short_code: str, faults: Faults = NO_FAULTS) -> None:
        self._path = path
        self._seed = seed
        self._short_code = short_code
        self._faults = faults
        self._file = CentreFile(path)
        self._state = CentreState()
        self._thread_lock = threading.Lock()
        with self._held():
            self._state.tidy()

    def close(self) -> None:
        """Close the log."""
        self._file.close()

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Take *batch* at *now*. The same reference twice is two messages, as with a real carrier."""
        with self._held():
            lines: list[Line] = []
            outcomes = [self._meet(each, now, lines) for each in batch]
            self._write(lines)
            return outcomes

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Say whether the message was taken, by our reference. A slow one is seen within the settle time only."""
        with self._held():
            provider_id = self._state.find(asked.reference, now)
            self._write([LookupLine(self._state.lines + 1, now, asked.reference, provider_id)])
        return Lookup(LookupState.FOUND if provider_id else LookupState.NOT_FOUND, provider_id)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Let everything happen that is due by *now*; return up to *limit* deliveries not yet acknowledged."""
        with self._held():
            self._advance(now)
            return self._state.ready(limit)

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Note that these deliveries are stored; they do not come again."""
        with self._held():
            still_open = tuple(dict.fromkeys(each for each in event_ids if self._state.is_open(each)))
            at = self._state.latest_at
            if still_open and at is not None:
                self._write([Acknowledged(self._state.lines + 1, at, still_open)])

    def handset_send(self, sender: Msisdn, text: str, at: datetime, event_key: str) -> None:
        """Let a handset send *text* so that it reaches the centre at *at*. A known *event_key* is not sent again."""
        event_id = f"mo.{event_key}"
        with self._held():
            if not self._state.knows_inbound(event_id):
                self._write([Inbound(self._state.lines + 1, at, event_id, sender, self._short_code, text)])

    def handset_inbox(self, since_n: int, limit: int = _ARRIVALS_AT_ONCE) -> list[OnHandset]:
        """Return what handsets have received after line *since_n* (0: from the start), in order of arrival.

        Polling moves the centre; this only looks.
        """
        with self._held():
            return self._on_handsets(self._state.arrivals(since_n, limit))

    def handset_arrivals(self, references: Collection[str]) -> list[OnHandset]:
        """Return what handsets have received of the messages under *references*, in order of arrival."""
        with self._held():
            return self._on_handsets(self._state.arrivals_of(references))

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the centre has something to do next, for who moves the clock; None if never."""
        with self._held():
            return self._state.next_due_at()

    def _on_handsets(self, arrivals: Iterable[tuple[int, int]]) -> list[OnHandset]:
        found = []
        for n, offset in arrivals:
            line = decode(self._file.read_line(offset))
            assert isinstance(line, Submitted), "an arrival points at its submission"
            found.append(OnHandset(n, line.arrives_at or line.at, line.reference, line.to, line.text))
        return found

    def _meet(self, each: Submission, now: datetime, lines: list[Line]) -> Outcome:
        n = self._state.lines + len(lines) + 1
        dice = draw(self._seed, "submission", each.reference, str(self._state.attempts(each.reference)))
        met = reception(self._faults, dice)
        match met:
            case Reception.BUSY:
                lines.append(NotTakenLine(n, now, each.reference, each.to, answered=True))
                return NotTaken("busy", retryable=True)
            case Reception.NOT_TAKEN_NO_ANSWER:
                lines.append(NotTakenLine(n, now, each.reference, each.to, answered=False))
                return Unknown("time_out")
            case Reception.TAKEN | Reception.TAKEN_NO_ANSWER:
                pass
        if is_rejected_number(self._faults, self._seed, each.to.e164):
            lines.append(RejectedLine(n, now, each.reference, each.to, "unknown_subscriber"))
            return Rejected("unknown_subscriber", "The network does not know this number.")
        if now > each.not_after:
            lines.append(RejectedLine(n, now, each.reference, each.to, "validity_over"))
            return Rejected("validity_over", "The message was handed over after its last instant.")
        answered = met is Reception.TAKEN
        provider_id = self._take(each, now, dice, lines, answered=answered)
        return Accepted(provider_id) if answered else Unknown("time_out")

    def _take(
        self, each: Submission, now: datetime, dice: tuple[int, ...], lines: list[Line], *, answered: bool
    ) -> str:
        what: Fate = fate(self._faults, self._seed, dice, each, now, SETTLE_SECONDS)
        told_early = [receipt for receipt in what.early if not receipt.is_lost]
        n = self._state.lines + len(lines) + len(told_early) + 1
        provider_id = f"SB{n:08d}"
        for number, early in enumerate(told_early, start=1):
            early_n = self._state.lines + len(lines) + 1
            event_id = f"{provider_id}.e{number}"
            lines.append(Receipt(early_n, early.at, event_id, each.reference, provider_id, early.part, early.state))
        untold = what.later + tuple(receipt for receipt in what.early if receipt.is_lost)
        lines.append(
            Submitted(
                n, now, each.reference, provider_id, each.to, each.text, each.segments, each.not_after,
                answered, what.visible_at, what.arrives_at, untold,
            )
        )  # fmt: skip
        return provider_id

    def _advance(self, now: datetime) -> None:
        first = self._state.lines + 1
        self._write([_happened(n, due_at, what) for n, (due_at, what) in enumerate(self._state.due(now), start=first)])

    def _write(self, lines: Sequence[Line]) -> None:
        """Append *lines*, then take them into the state: what is not in the log has not happened."""
        if not lines:
            return
        raw = [encode(line) for line in lines]
        try:
            offset = self._file.append(b"".join(raw))
        except OutsideFailed:
            # What fell due was taken off the heap and did not happen.
            self._state.tidy()
            raise
        for line, each in zip(lines, raw, strict=True):
            self._state.apply(line, offset)
            offset += len(each)

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the log alone, up to date with what other processes wrote."""
        with self._thread_lock, self._file.locked():
            for offset, raw in self._file.new_lines():
                self._state.apply(decode_at(self._path, self._state.lines + 1, raw), offset)
            torn = self._file.drop_torn_tail()
            if torn:
                words = f"dropped {torn} bytes of an unfinished last line"
                self._write([Note(self._state.lines + 1, self._state.latest_at, words)])
            yield


def _happened(n: int, due_at: datetime, what: Due) -> Line:
    match what:
        case DueArrival():
            return Arrived(n, due_at, what.reference, what.provider_id)
        case ReceiptIn():
            assert what.reference is not None, "the sandbox knows the reference of its receipts"
            return Receipt(n, what.at, what.event_id, what.reference, what.provider_id, what.part, what.state)
