"""How many messages the SMPP client hands over in a second, and takes the receipts of.

The centre is a process of its own that does the least it can: answer, and tell at once that it arrived. Beside it, the
floor: the octets of as many submissions packed and of as many answers and receipts unpacked, with nothing around them.
"""

from __future__ import annotations

import gc
import os
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.port import Accepted, Submission
from parley.providers.smpp.account import Account
from parley.providers.smpp.pdu import Command, Submitting, cut, read_id, read_message, write
from parley.providers.smpp.provider import Smpp
from tools.bench.figures import Figure
from tools.bench.stage import Size, Watch

_NOW: Final = datetime(2026, 11, 2, 17, 10, tzinfo=UTC)
_AT_ONCE: Final = 1_000
_WINDOW: Final = 100
_TEXT: Final = "Example Card: your payment of 82.00 is due on 3 Dec. Reply 1 to pay later, 2 to talk. STOP ends this."
_ANSWER: Final = struct.Struct(">IIII9sx")
_RECEIPT: Final = (
    b"\0\1\x01447700900123\0\3\x00555\0\4\0\0\0\0\0\0\0\0\x75"
    b"id:%09d sub:001 dlvrd:001 submit date:2611021700 done date:2611021705 stat:DELIVRD err:000 text:Example Card: yo"
)


def smpp(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Hand over messages and take their receipts, window 100, beside the bare packing and unpacking."""
    count = size.smpp
    messages = [_message(number) for number in range(count)]
    # They are of the bench, not of the client: it need not look through them for garbage.
    gc.collect()
    gc.freeze()
    floor = _floor(count)
    with bound() as provider:
        _run(provider, messages[:_AT_ONCE])
        watch = Watch.start()
        _run(provider, messages)
        spent = watch.stop()
    return [
        Figure(f"smpp: window {_WINDOW}, receipts on, {count:,} sent", count / spent.wall, "messages/s", aim=40_000),
        Figure("smpp: of one core's time", count / spent.cpu, "messages/cpu-s"),
        Figure("smpp: baseline, bare packing and unpacking", count / floor, "messages/s"),
    ]


@contextmanager
def bound() -> Iterator[Smpp]:
    """Give the client, bound to a centre in a process of its own that takes everything and reports it delivered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        pid = os.fork()
        if pid == 0:
            try:
                _serve(listener)
            finally:
                os._exit(0)
    keys = {"host": "127.0.0.1", "port": str(port), "tls": "no", "system_id": "bench", "window": str(_WINDOW)}
    provider = Smpp(Account(Given("bench", keys, {"password": "x"})), dice=Random(1))  # noqa: S311 - it varies pauses
    try:
        yield provider
    finally:
        provider.close()
        os.waitpid(pid, 0)


def _message(number: int) -> Submission:
    to = Msisdn(f"+4477{number % 100_000_000:08d}")
    return Submission(str(number), to, _TEXT, 1, _NOW + timedelta(hours=4), is_synthetic=False)


def _run(provider: Smpp, messages: Sequence[Submission]) -> None:
    """Hand over *messages* and take as many receipts."""
    heard = _hear(provider)
    for at in range(0, len(messages), _AT_ONCE):
        told = provider.submit(messages[at : at + _AT_ONCE], _NOW)
        assert all(isinstance(one, Accepted) for one in told), "every message is taken"
        heard += _hear(provider)
    while heard < len(messages):
        more = _hear(provider)
        heard += more
        if not more:
            time.sleep(0.001)


def _hear(provider: Smpp) -> int:
    found = provider.poll(_NOW, _AT_ONCE)
    provider.acknowledge([one.event_id for one in found])
    return len(found)


def _floor(count: int) -> float:
    """Return the seconds that the octets alone take."""
    submitting = Submitting("", (1, 1, "555"), 1, 1)
    text = _TEXT.encode()
    started = time.perf_counter()
    for number in range(count):
        body = submitting.body(b"447700900123", 0, b"000000040000000R", 0, text)
        write(Command.SUBMIT_SM, number, body)
        answer, receipt = cut(
            write(Command.SUBMIT_SM_RESP, number, b"%09d\0" % number)
            + write(Command.DELIVER_SM, number, _RECEIPT % number)
        ).frames
        read_id(answer.body)
        read_message(receipt.body)
    return time.perf_counter() - started


def _serve(listener: socket.socket) -> None:
    """Answer one connection until it parts."""
    line, _ = listener.accept()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    heard, number, header = b"", 0, struct.Struct(">IIII")
    while more := line.recv(1 << 18):
        heard += more
        out, at, end = [], 0, len(heard)
        while at + 16 <= end:
            length, command, _, sequence = header.unpack_from(heard, at)
            if at + length > end:
                break
            at += length
            if command == 4:  # noqa: PLR2004 - submit_sm
                number += 1
                out.append(_ANSWER.pack(26, 0x80000004, 0, sequence, b"%09d" % number))
                body = _RECEIPT % number
                out += (header.pack(16 + len(body), 5, 0, number), body)
            elif command < 0x80000000:  # noqa: PLR2004 - a request
                out.append(header.pack(17, command | 0x80000000, 0, sequence) + b"\0")
        heard = heard[at:]
        if out:
            line.sendall(b"".join(out))
