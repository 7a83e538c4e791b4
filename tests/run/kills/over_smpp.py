"""The message centre of the kill test behind SMPP, in octets packed by the tests' own hand, and our client before it.

The sandbox decides what becomes of each part; what it took and what was answered to it stands in its log as ever. Our
reference travels in the parameter that India's operators use for the id of a template, so that the log can be read
message by message; each part of a longer text stands there under its own, `REFERENCE#2`.
"""

from __future__ import annotations

import hashlib
import random
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.centre_log import Inbound, Receipt
from parley.providers.declared import Given
from parley.providers.port import (
    Accepted,
    Delivery,
    InboundIn,
    NotTaken,
    Outcome,
    ReceiptIn,
    Rejected,
    SentAs,
    Submission,
    Unknown,
)
from parley.providers.sandbox import Sandbox
from parley.providers.smpp import link, session
from parley.providers.smpp.account import Account
from parley.providers.smpp.provider import Smpp
from tests.providers.smpp.centre import (
    BIND_TRX,
    DELIVER,
    ENQUIRE,
    RESP,
    SUBMIT,
    UNBIND,
    deliver_body,
    pdu,
    read_submit,
)

_TEMPLATE: Final = 0x1401
_WORDS: Final = {"delivered": "DELIVRD", "undelivered": "UNDELIV", "expired": "EXPIRED", "rejected": "REJECTD"}
_REFUSED: Final = {"unknown_subscriber": 0x0B, "validity_over": 0x62}
# Busy is told in two ways: a plain error, and "slower", which the client itself tries again.
_BUSY: Final = (0x08, 0x58)
_AT_ONCE: Final = 64
# How long a life looks whether something comes, after it asked.
_LOOKS_SECONDS: Final = 0.03


def text_body(sender: Msisdn, to: str, text: str) -> bytes:
    """Return how this centre brings a text."""
    return deliver_body(text.encode("ascii"), source=sender.e164[1:], to=to)


def receipt_words(provider_id: str, state: str, at: datetime) -> tuple[str, str]:
    """Return the word and the date of a receipt, as this centre writes them."""
    return _WORDS[state], f"{at:%y%m%d%H%M%S}"


def _receipt_body(one: ReceiptIn) -> bytes:
    word, done = receipt_words(one.provider_id, one.state, one.at)
    words = f"id:{one.provider_id} sub:001 dlvrd:001 submit date:{done} done date:{done} stat:{word} err:000 text:"
    return deliver_body(words.encode("ascii"), esm=4)


def name_of_receipt(line: Receipt) -> str:
    """Return by which name our client hands over the receipt of that line."""
    said = "|".join((line.provider_id, *receipt_words(line.provider_id, line.state, line.at)))
    return "r." + hashlib.sha256(said.encode()).hexdigest()[:40]


def name_of_text(line: Inbound) -> str:
    """Return how the name begins by which our client hands over the text of that line."""
    return "t." + hashlib.sha256(text_body(line.sender, line.to, line.text)).digest()[:16].hex()


@dataclass
class _Line:
    """A connection to a lender's process, and what was brought over it and is not answered."""

    socket: socket.socket
    open: dict[int, str] = field(default_factory=dict)
    sequence: int = 0


class Front:
    """Speaks SMPP for a sandbox, with bad manners: `deaf`, `mute` and `late` are shares of submissions."""

    def __init__(
        self, centre: Sandbox, port: int, shares: tuple[float, float, float], is_doubled: Callable[[str], bool],
        late_seconds: float, seed: int,
    ) -> None:  # fmt: skip
        self.now: datetime | None = None
        self._centre = centre
        self._deaf, self._mute, self._late = shares
        self._is_doubled = is_doubled
        self._late_seconds = late_seconds
        self._dice = random.Random(seed)
        self._lines: list[_Line] = []
        self._lock = threading.RLock()
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def set_clock(self, now: datetime) -> None:
        """Let it be *now* at the centre, which brings what is due."""
        with self._lock:
            self.now = max(now, self.now or now)
            self._bring()

    def next_due_at(self) -> datetime | None:
        """Say when the sandbox has something to do."""
        return self._centre.next_due_at()

    def handset_send(self, sender: Msisdn, text: str, at: datetime, event_key: str) -> None:
        """Let a handset send."""
        self._centre.handset_send(sender, text, at, event_key)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            one, _ = listener.accept()
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(_Line(one),), daemon=True).start()

    def _serve(self, line: _Line) -> None:
        heard = b""
        # A lender's process that is killed hangs up in the middle of anything.
        with suppress(OSError, struct.error, ValueError, IndexError):
            while more := line.socket.recv(1 << 16):
                heard += more
                while len(heard) >= 16 and len(heard) >= (length := struct.unpack("!L", heard[:4])[0]):
                    _, command, status, sequence = struct.unpack("!LLLL", heard[:16])
                    body, heard = heard[16:length], heard[length:]
                    with self._lock:
                        self._meet(line, command, status, sequence, body)
        with self._lock:
            if line in self._lines:
                self._lines.remove(line)
            line.socket.close()
            self._bring()

    def _meet(self, line: _Line, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == BIND_TRX:
            line.socket.sendall(pdu(command | RESP, sequence, b"centre\0"))
            self._lines.append(line)
            self._bring()
        elif command == SUBMIT:
            self._submit(line, sequence, body)
        elif command in {ENQUIRE, UNBIND}:
            line.socket.sendall(pdu(command | RESP, sequence))
            if command == UNBIND:
                raise OSError
        elif command == DELIVER | RESP and sequence in line.open and status == 0:
            self._centre.acknowledge([line.open.pop(sequence)])
            self._bring()

    def _submit(self, line: _Line, sequence: int, body: bytes) -> None:
        share = self._dice.random()
        if share < self._deaf:
            raise OSError
        told = self._take(body)
        if share < self._deaf + self._mute:
            raise OSError
        answer = self._answer(sequence, told)
        if share < self._deaf + self._mute + self._late:
            threading.Timer(self._late_seconds, self._say, (line, answer)).start()
        else:
            line.socket.sendall(answer)
        self._bring()

    def _take(self, body: bytes) -> Outcome:
        assert self.now is not None, "the clock is set before anything is sent"
        sent = read_submit(body, "")
        reference = sent.tlvs[_TEMPLATE].decode("ascii")
        if sent.esm & 0x40:
            reference += f"#{sent.text[5]}"
        span = sent.validity
        days, hours, minutes, seconds = (int(span[at : at + 2]) for at in (4, 6, 8, 10))
        until = self.now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        one = Submission(reference, Msisdn("+" + sent.to[2]), "", 1, until, is_synthetic=True)
        doubled = [one, one] if self._is_doubled(reference) else [one]
        return self._centre.submit(doubled, self.now)[0]

    def _answer(self, sequence: int, told: Outcome) -> bytes:
        match told:
            case Accepted(name):
                return pdu(SUBMIT | RESP, sequence, name.encode("ascii") + b"\0")
            case Rejected(code, _):
                return pdu(SUBMIT | RESP, sequence, b"", _REFUSED[code])
            case NotTaken():
                return pdu(SUBMIT | RESP, sequence, b"", self._dice.choice(_BUSY))
            case Unknown():
                return b""

    def _say(self, line: _Line, octets: bytes) -> None:
        with self._lock, suppress(OSError):
            line.socket.sendall(octets)

    def _bring(self) -> None:
        """Bring what is due and not on its way already, over the newest connection."""
        if not self._lines or self.now is None:
            return
        underway = {event for each in self._lines for event in each.open.values()}
        line = self._lines[-1]
        for one in self._centre.poll(self.now, _AT_ONCE):
            if one.event_id not in underway:
                line.sequence += 1
                line.open[line.sequence] = one.event_id
                body = _receipt_body(one) if isinstance(one, ReceiptIn) else _text_of(one)
                with suppress(OSError):
                    line.socket.sendall(pdu(DELIVER, line.sequence, body))


def _text_of(one: InboundIn) -> bytes:
    return text_body(one.sender, one.to, one.text)


class OverSmpp(Smpp):
    """The product's own provider as a lender's process has it, connected to a `Front`."""

    takes_synthetic = True  # type: ignore[misc]  # the centre of the test takes them, as the sandbox does

    def __init__(self, port: int, patience: float) -> None:
        keys = {"host": "127.0.0.1", "port": str(port), "tls": "no", "system_id": "lender", "dlt_entity_id": "1"}
        # Nobody waits long in a short life.
        vars(session).update(FIRST_PAUSE_SECONDS=0.01)
        vars(link).update(FIRST_PAUSE_SECONDS=0.01, TICK_SECONDS=0.02)
        super().__init__(
            Account(Given("sandbox", keys, {"password": "x"})),
            dice=random.Random(port),
            patience=1.0,
            response=patience,
        )

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over, each with our reference beside it."""
        return super().submit([replace(one, sent_as=SentAs(template_id=one.reference)) for one in batch], now)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Fetch, and wait a little: what the centre pushes is on its way."""
        until = time.monotonic() + _LOOKS_SECONDS
        while True:
            try:
                found = super().poll(now, limit)
            except OutsideFailed:
                found = []
            if found or time.monotonic() > until:
                return found
            time.sleep(0.002)
