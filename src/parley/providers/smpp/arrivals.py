"""What centres bring, from the socket to the acknowledgement: read once, given again until it is stored, then answered.

A centre keeps what we did not answer and brings it again, perhaps over another connection. So the same thing must have
the same name twice, and two things two names:

- a receipt is named by message, state and date: the same whenever it comes.
- a text has no name in SMPP. The same octets are the same text as long as we have not answered it, and for an hour
  after a connection broke under an answer that may not have arrived. Else they are a person who says it again.
  A process that is killed forgets this: a text that it stored and could not answer comes once more, under a new
  name. A text is rather read twice than never.

Bounded: past `MOST_WAITING` the centre is told that our queue is full, and keeps the rest. The same is said in a
process that only sends: what nobody reads there must go to one that does.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final, NamedTuple

from parley.ids import Msisdn
from parley.providers.port import Delivery, InboundIn, ReceiptIn
from parley.providers.smpp.codings import UNREADABLE, CentreAlphabet, read_text
from parley.providers.smpp.pdu import OK, Command, Malformed, Message, Status, read_data, read_message
from parley.providers.smpp.receipts import ReceiptForm, is_final, is_receipt
from parley.providers.smpp.session import Arrival

MOST_WAITING: Final = 20_000
# How long before a connection broke an answer may have been written and not have arrived.
_IN_DOUBT_SECONDS: Final = 10.0
_REMEMBERED_SECONDS: Final = 3_600.0
_MOST_REMEMBERED: Final = 10_000
_NUMBER: Final = re.compile(r"[1-9]\d{4,14}")
_NATIONAL: Final = 2
_ALPHANUMERIC: Final = 5


class Owed(NamedTuple):
    """An answer that a centre waits for: over which connection, to what, with which status."""

    connection: int
    arrival: Arrival
    status: int = OK


@dataclass(slots=True)
class _Waiting:
    """A delivery that is not acknowledged; `digest` of a text."""

    delivery: Delivery
    owed: list[Owed]
    digest: bytes = b""


class _Answered(NamedTuple):
    at: float
    connection: int
    digest: bytes
    event_id: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How one centre writes. `calling_code`: what stands before numbers that it marks as national; `nonce` of us."""

    receipts: ReceiptForm
    alphabet: CentreAlphabet
    nonce: str
    calling_code: str = ""


@dataclass(slots=True)
class Arrivals:
    """Everything that came and is not answered. Called from the thread of the connections and from that of the port."""

    reading: Reading
    most: int = MOST_WAITING
    # What came and was not handed over, by why.
    strays: Counter[str] = field(default_factory=Counter)
    _is_read: bool = False
    _raw: deque[tuple[int, Arrival]] = field(default_factory=deque)
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _by_digest: dict[bytes, str] = field(default_factory=dict)
    _answered: deque[_Answered] = field(default_factory=deque)
    _doubtful: dict[bytes, tuple[str, float]] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self, connection: int, arrivals: Iterable[Arrival]) -> list[Owed]:
        """Keep what came over *connection*. Returns what is to be answered at once, for there is no room."""
        refused = []
        with self._lock:
            room = self.most - len(self._raw) - len(self._waiting) if self._is_read else 0
            for arrival in arrivals:
                if room <= 0:
                    refused.append(Owed(connection, arrival, Status.QUEUE_FULL))
                else:
                    self._raw.append((connection, arrival))
                    room -= 1
        return refused

    def read(self, now: datetime, limit: int, at: float) -> tuple[list[Delivery], list[Owed]]:
        """Return up to *limit* deliveries that are not acknowledged, oldest first, and what else can be answered."""
        with self._lock:
            self._is_read = True
            settled: list[Owed] = []
            while self._raw and len(self._waiting) < limit:
                owed = Owed(*self._raw.popleft())
                done = self._take(owed, now, at)
                if done is not None:
                    settled.append(done)
            found: list[Delivery] = []
            for each in self._waiting.values():
                if len(found) >= limit:
                    break
                found.append(each.delivery)
            return found, settled

    def acknowledge(self, event_ids: Sequence[str], at: float) -> list[Owed]:
        """Let go of what is stored. Returns the answers that the centre waits for."""
        owed: list[Owed] = []
        with self._lock:
            for event_id in event_ids:
                each = self._waiting.pop(event_id, None)
                if each is None:
                    continue
                owed += each.owed
                if each.digest:
                    self._by_digest.pop(each.digest, None)
                    if not each.owed:
                        # Its connection is gone, so it will be brought again.
                        self._doubtful[each.digest] = event_id, at + _REMEMBERED_SECONDS
                    self._answered += [_Answered(at, one.connection, each.digest, event_id) for one in each.owed]
            while self._answered and (
                self._answered[0].at < at - _IN_DOUBT_SECONDS or len(self._answered) > _MOST_REMEMBERED
            ):
                self._answered.popleft()
        return owed

    def lost(self, connection: int, at: float) -> None:
        """Note that *connection* is over: what it brought will come again, over another.

        What was read stays, for it may be on its way into the store; what was not is left to the centre.
        """
        with self._lock:
            self._raw = deque(each for each in self._raw if each[0] != connection)
            for each in self._waiting.values():
                each.owed = [one for one in each.owed if one.connection != connection]
            self._doubtful = {
                digest: (event_id, until) for digest, (event_id, until) in self._doubtful.items() if until > at
            }
            recent = [
                one for one in self._answered if one.connection == connection and one.at >= at - _IN_DOUBT_SECONDS
            ]
            for one in recent:
                self._doubtful[one.digest] = one.event_id, at + _REMEMBERED_SECONDS

    def _take(self, owed: Owed, now: datetime, at: float) -> Owed | None:
        """Read one thing. Returns its answer where there is nothing to hand over."""
        arrival = owed.arrival
        read: Callable[[bytes], Message | Malformed] = read_data if arrival.command == Command.DATA_SM else read_message
        message = read(arrival.body)
        if isinstance(message, Malformed):
            self.strays[message.wrong] += 1
            return owed._replace(status=Status.WILL_NEVER_READ)
        if is_receipt(message):
            return self._receipt(message, owed, now)
        return self._text(message, owed, now, at)

    def _receipt(self, message: Message, owed: Owed, now: datetime) -> Owed | None:
        form = self.reading.receipts
        told = form.read(message)
        if told is None:
            self.strays["receipt_without_id"] += 1
            return owed
        if told.state is None or not is_final(message):
            if told.word not in form.states:
                self.strays["receipt_of_unknown_state"] += 1
            return owed
        # A clock of theirs that is ahead of ours must not end a message in the future.
        ended = min(told.at or now, now)
        said = f"{told.provider_id}|{told.word}|{told.done}"
        event_id = "r." + hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        self._wait(event_id, ReceiptIn(event_id, None, told.provider_id, 0, told.state, ended), owed)
        return None

    def _text(self, message: Message, owed: Owed, now: datetime, at: float) -> Owed | None:
        sender = self._number(message)
        if sender is None:
            # Nobody could answer it, and nobody would know whose it is.
            self.strays["text_from_no_number"] += 1
            return owed
        digest = hashlib.sha256(owed.arrival.body).digest()[:16]
        event_id = self._by_digest.get(digest) or self._doubt(digest, at)
        if not event_id:
            event_id = f"t.{digest.hex()}.{self.reading.nonce}.{next(self._numbers)}"
        text, part = read_text(message, self.reading.alphabet)
        # Octets in no alphabet are a picture, a card or the like: words are asked for.
        is_none = text == UNREADABLE
        told = InboundIn(event_id, sender, message.destination, "" if is_none else text, now, part, has_media=is_none)
        self._by_digest[digest] = event_id
        self._wait(event_id, told, owed, digest)
        return None

    def _doubt(self, digest: bytes, at: float) -> str:
        """Return the name under which this text was stored before a connection broke; empty for none. Said once."""
        event_id, until = self._doubtful.pop(digest, ("", 0.0))
        return event_id if until > at else ""

    def _wait(self, event_id: str, delivery: Delivery, owed: Owed, digest: bytes = b"") -> None:
        known = self._waiting.get(event_id)
        if known is None:
            self._waiting[event_id] = _Waiting(delivery, [owed], digest)
        else:
            known.owed.append(owed)

    def _number(self, message: Message) -> Msisdn | None:
        digits = message.source.strip().removeprefix("+")
        if message.source_ton == _ALPHANUMERIC:
            return None
        if message.source_ton == _NATIONAL and self.reading.calling_code:
            digits = self.reading.calling_code + digits.lstrip("0")
        return Msisdn(f"+{digits}") if _NUMBER.fullmatch(digits) else None
