"""A small message centre that speaks SMPP 3.4 by a reading of its own: no code of the product is used here.

One thread for each connection. What it took is a list; how it answers is a function that a test may replace.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

BIND_RX, BIND_TX, BIND_TRX, SUBMIT, DELIVER, UNBIND, ENQUIRE = 1, 2, 9, 4, 5, 6, 21
NACK, RESP = 0x80000000, 0x80000000
# What a function of a test may say instead of a status.
SILENCE, HANG_UP = -1, -2


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack("!LLLL", len(body) + 16, command, status, sequence) + body


def tlv(tag: int, value: bytes) -> bytes:
    return struct.pack("!HH", tag, len(value)) + value


def deliver_body(
    text: bytes, *, source: str = "447700900123", to: str = "555", ton: int = 1, esm: int = 0, coding: int = 0,
    tlvs: bytes = b"",
) -> bytes:  # fmt: skip
    parts = [
        b"\0", bytes([ton, 1]), source.encode() + b"\0", bytes([3, 0]), to.encode() + b"\0", bytes([esm, 0, 0]),
        b"\0", b"\0", bytes([0, 0, coding, 0, len(text)]), text, tlvs,
    ]  # fmt: skip
    return b"".join(parts)


def receipt_body(message_id: str, state: str = "DELIVRD", done: str = "2611021705", tlvs: bytes = b"") -> bytes:
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2611021700 done date:{done} stat:{state} err:000 text:"
    return deliver_body(text.encode(), esm=4, tlvs=tlvs)


@dataclass(frozen=True)
class Sent:
    """A submission as this centre reads it."""

    message_id: str
    source: tuple[int, int, str]
    to: tuple[int, int, str]
    esm: int
    validity: str
    registered: int
    coding: int
    text: bytes
    tlvs: dict[int, bytes]


def _string(body: bytes, at: int) -> tuple[str, int]:
    end = body.index(0, at)
    return body[at:end].decode("ascii"), end + 1


def read_submit(body: bytes, message_id: str) -> Sent:
    _, at = _string(body, 0)
    addresses = []
    for _ in range(2):
        ton, npi = body[at], body[at + 1]
        digits, at = _string(body, at + 2)
        addresses.append((ton, npi, digits))
    esm = body[at]
    _, at = _string(body, at + 3)
    validity, at = _string(body, at)
    registered, _, coding, _, length = body[at : at + 5]
    text, rest, tlvs = body[at + 5 : at + 5 + length], body[at + 5 + length :], {}
    while rest:
        tag, size = struct.unpack("!HH", rest[:4])
        tlvs[tag], rest = rest[4 : 4 + size], rest[4 + size :]
    return Sent(message_id, addresses[0], addresses[1], esm, validity, registered, coding, text, tlvs)


def _always(_sent: Sent) -> int:
    return 0


@dataclass
class Centre:
    """The centre. `answer` says the status of a submission, SILENCE or HANG_UP; either way it was taken if it is 0."""

    password: str = "secret"
    tls: ssl.SSLContext | None = None
    bind_status: int = 0
    number_of: Callable[[int], str] = str
    answer: Callable[[Sent], int] = _always
    taken: list[Sent] = field(default_factory=list)
    binds: list[int] = field(default_factory=list)
    enquired: int = 0
    port: int = 0
    # Sequence → status of the answers to what was delivered.
    answered: dict[int, int] = field(default_factory=dict)
    _receivers: list[socket.socket] = field(default_factory=list)
    _open: list[socket.socket] = field(default_factory=list)
    _listener: socket.socket | None = None
    _sequence: int = 1000
    _numbers: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        """Listen, at the port of before where there was one."""
        self._listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Hang up and take no more."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close every connection."""
        with self.changed:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()
            self._receivers.clear()

    def deliver(self, body: bytes, command: int = DELIVER) -> int:
        """Bring something over the newest connection that hears. Returns its sequence number."""
        self.wait(lambda: bool(self._receivers))
        with self.changed:
            self._sequence += 1
            self._receivers[-1].sendall(pdu(command, self._sequence, body))
            return self._sequence

    def raw(self, octets: bytes) -> None:
        """Write whatever."""
        self.wait(lambda: bool(self._open))
        with self.changed, suppress(OSError, IndexError):
            self._open[-1].sendall(octets)

    def wait(self, what: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until *what* is so."""
        with self.changed:
            assert self.changed.wait_for(what, seconds), "it did not come to that"

    def status_of(self, sequence: int) -> int:
        """Return how a delivery was answered."""
        self.wait(lambda: sequence in self.answered)
        return self.answered[sequence]

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError, struct.error, IndexError, ValueError):
            if self.tls is not None:
                line = self.tls.wrap_socket(line, server_side=True)
            with self.changed:
                self._open.append(line)
            self._talk(line)
        with self.changed:
            for where in (self._open, self._receivers):
                if line in where:
                    where.remove(line)
            self.changed.notify_all()
        line.close()

    def _talk(self, line: socket.socket) -> None:
        heard = b""
        while True:
            while len(heard) < 4 or len(heard) < (length := struct.unpack("!L", heard[:4])[0]):
                more = line.recv(65536)
                if not more:
                    return
                heard += more
                if len(heard) >= 4 and struct.unpack("!L", heard[:4])[0] > 100_000:
                    line.sendall(pdu(NACK, 0, b"", 2))
                    return
            _, command, status, sequence = struct.unpack("!LLLL", heard[:16])
            body, heard = heard[16:length], heard[length:]
            with self.changed:
                told = self._meet(line, command, status, sequence, body)
                self.changed.notify_all()
                if told is None:
                    return
                line.sendall(told)

    def _meet(self, line: socket.socket, command: int, status: int, sequence: int, body: bytes) -> bytes | None:
        if command in {BIND_RX, BIND_TX, BIND_TRX}:
            return self._bind(line, command, sequence, body)
        if command == SUBMIT:
            return self._submit(sequence, body)
        if command == ENQUIRE:
            self.enquired += 1
            return pdu(command | RESP, sequence)
        if command == UNBIND:
            line.sendall(pdu(command | RESP, sequence))
            return None
        if command == DELIVER | RESP:
            self.answered[sequence] = status
        return b""

    def _bind(self, line: socket.socket, command: int, sequence: int, body: bytes) -> bytes:
        password = body.split(b"\0")[1].decode()
        status = self.bind_status or (0 if password == self.password else 14)
        self.binds.append(command)
        if not status and command != BIND_TX:
            self._receivers.append(line)
        return pdu(command | RESP, sequence, b"centre\0" if not status else b"", status)

    def _submit(self, sequence: int, body: bytes) -> bytes | None:
        self._numbers += 1
        sent = read_submit(body, self.number_of(self._numbers))
        status = self.answer(sent)
        if status in {0, SILENCE, HANG_UP}:
            self.taken.append(sent)
        if status == HANG_UP:
            return None
        if status == SILENCE:
            return b""
        return pdu(SUBMIT | RESP, sequence, sent.message_id.encode() + b"\0" if status == 0 else b"", status)


@contextmanager
def running(centre: Centre) -> Iterator[Centre]:
    """Run *centre* for a while."""
    centre.start()
    try:
        yield centre
    finally:
        centre.stop()
