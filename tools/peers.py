"""Our SMPP client against centres by other people's hands; prints what each check saw, ends with 1 where one failed.

python -m tools.peers [--smpp-node FOLDER] [--kannel DRIVE_SMPP]

FOLDER: the npm package `smpp`, installed (…/node_modules/smpp); node must be there. DRIVE_SMPP: Kannel's test centre,
Debian's package kannel-extras (/usr/lib/kannel/test/drive_smpp). Neither is needed to build or to test.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from structlog.testing import capture_logs

from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.port import Accepted, Delivery, InboundIn, NotTaken, ReceiptIn, Submission
from parley.providers.smpp.account import Account
from parley.providers.smpp.provider import Smpp
from tests.providers.smpp.test_provider import CHINESE, certificate

NOW: Final = datetime(2026, 11, 2, 17, 10, tzinfo=UTC)
CENTRE: Final = Path(__file__).with_name("peers_smpp.js")
_MANY: Final = 1_000
_GATEWAY_PORT: Final = 13_001


class Node:
    """The centre of the npm package as a process; what it saw, line by line."""

    def __init__(self, package: Path, *tls: Path) -> None:
        self.port = free_port()
        self._command = ["node", str(CENTRE), str(package), str(self.port), *map(str, tls)]
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self._lines = self._process.stdout
        self.next("listening")

    def stop(self) -> None:
        """End it as a machine that loses power."""
        self._process.kill()
        self._process.wait()
        self._lines.close()

    def next(self, what: str) -> dict[str, Any]:
        """Return the next thing of that kind that it saw. Raises RuntimeError where it ends before."""
        for line in self._lines:
            told: dict[str, Any] = json.loads(line)
            if told["saw"] == what:
                return told
        raise RuntimeError(f"the centre saw no {what}")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def provider(port: int, password: str = "secret", **keys: str) -> Iterator[Smpp]:  # noqa: S107 - the peer's
    """Give our client, connected to that port when it is used."""
    values = {"host": "127.0.0.1", "port": str(port), "tls": "no", "system_id": "parley", "source": "LENDER"}
    made = Smpp(Account(Given("peer", values | keys, {"password": password})))
    try:
        with suppress(OutsideFailed):
            # Begin to receive, as a process that serves does before it sends.
            made.poll(NOW, 1)
        yield made
    finally:
        made.close()


def message(number: int, text: str = "Example Card: hello") -> Submission:
    """Return a submission to a number that belongs to nobody."""
    to = Msisdn(f"+4477009{number:05d}")
    return Submission(str(number), to, text, 1, NOW + timedelta(hours=1), is_synthetic=False)


def polled(carrier: Smpp, count: int, seconds: float = 10) -> list[Delivery]:
    """Return what comes until there is so much of it, acknowledged."""
    found: list[Delivery] = []
    until = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        try:
            more = carrier.poll(NOW, 256)
        except OutsideFailed:
            more = []
        carrier.acknowledge([one.event_id for one in more])
        found += more
        time.sleep(0.005)
    return found


def binds(node: Node) -> str:
    """Bind as each kind, and with a wrong password."""
    for bind in ("transceiver", "pair"):
        with provider(node.port, bind=bind) as carrier:
            assert carrier.probe().is_well
    with provider(node.port, "wrong") as carrier:
        (told,) = carrier.submit([message(1)], NOW)
        assert told == NotTaken("0x0E", retryable=True, halts=True), told
    return "transceiver and pair; a wrong password halts"


def long_text(node: Node) -> str:
    """Send a long Chinese text with emoji; it must arrive whole, and a receipt for each part."""
    with provider(node.port) as carrier:
        (told,) = carrier.submit([message(2, CHINESE)], NOW)
        assert isinstance(told, Accepted), told
        parts = [node.next("submission") for _ in told.part_ids]
        assert "".join(part["text"] for part in parts) == CHINESE
        receipts = polled(carrier, len(parts))
        assert {one.provider_id for one in receipts if isinstance(one, ReceiptIn)} == set(told.part_ids)
        assert [node.next("receipt answered")["status"] for _ in parts] == [0] * len(parts)
    return f"{len(CHINESE)} characters in {len(parts)} parts, whole; each with its receipt, each answered"


def inbound(node: Node) -> str:
    """Get a Chinese text with emoji."""
    with provider(node.port) as carrier:
        carrier.submit([message(3, "answer me")], NOW)
        texts = [one.text for one in polled(carrier, 2) if isinstance(one, InboundIn)]
        assert texts == ["好的，我下个月还 🙏"], texts
        assert node.next("text answered")["status"] == 0
    return "a Chinese text with emoji, answered once acknowledged"


def restart(node: Node) -> str:
    """Go on after the centre was killed and came back."""
    with provider(node.port) as carrier:
        assert isinstance(carrier.submit([message(4)], NOW)[0], Accepted)
        node.stop()
        node.start()
        started = time.monotonic()
        while not isinstance(told := carrier.submit([message(5)], NOW)[0], Accepted):
            assert isinstance(told, NotTaken), told
            time.sleep(0.05)
    return f"accepted again {time.monotonic() - started:.1f} s after it was back, nothing unknown"


def throttled(node: Node) -> str:
    """Be slowed down, and send everything in the end."""
    with provider(node.port) as carrier:
        started = time.monotonic()
        told = carrier.submit([message(58), message(158), message(6)], NOW)
        assert all(isinstance(one, Accepted) for one in told), told
    return f"three refusals for speed, all taken within {time.monotonic() - started:.1f} s"


def many(node: Node) -> str:
    """Send many, and get the receipt of each."""
    with provider(node.port, window="100") as carrier:
        started = time.monotonic()
        told = carrier.submit([message(1_000 + n) for n in range(_MANY)], NOW)
        assert all(isinstance(one, Accepted) for one in told)
        assert len(polled(carrier, _MANY)) == _MANY
    return f"{_MANY} taken and receipted in {time.monotonic() - started:.1f} s"


NODE_CHECKS: Final[dict[str, Callable[[Node], str]]] = {
    "bind": binds,
    "long text": long_text,
    "inbound": inbound,
    "throttling": throttled,
    "restart": restart,
    "many": many,
}


def with_node(package: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the checks against the npm package."""
    for name, check in NODE_CHECKS.items():
        yield f"node, {name}", lambda check=check: _beside(Node(package), check)  # type: ignore[misc]  # bound early
    yield "node, TLS", lambda: _encrypted(package)


def _beside(node: Node, check: Callable[[Node], str]) -> str:
    try:
        return check(node)
    finally:
        node.stop()


def _encrypted(package: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        ours, others = certificate(Path(folder), "ours"), certificate(Path(folder), "others")
        node = Node(package, *ours)
        try:
            keys = {"tls": "yes", "host": "localhost"}
            with provider(node.port, ca_file=str(ours[0]), **keys) as carrier:
                assert isinstance(carrier.submit([message(7)], NOW)[0], Accepted)
            with provider(node.port, ca_file=str(others[0]), **keys) as carrier:
                assert carrier.submit([message(8)], NOW) == [NotTaken("certificate", retryable=True, halts=True)]
        finally:
            node.stop()
    return "with the right authority; refused with another"


def with_kannel(drive: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield the checks against Kannel's own code."""
    yield "kannel, both ways", lambda: _driven(drive)


def _driven(drive: Path) -> str:
    """Let Kannel's test centre take as many messages as it sends.

    It knows no transceiver, tells no ids, and its texts come from "123": they are answered, counted and not kept.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, _swallowing(), capture_logs() as logged:
        config, log = Path(folder) / "kannel.conf", Path(folder) / "log"
        config.write_text("group = core\nadmin-port = 13000\nsmsbox-port = 13001\nadmin-password = x\n")
        command = [str(drive), "-v", "0", "-p", str(port), "-m", str(_MANY), "-c", str(config)]
        with log.open("wb") as stream:
            centre = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            time.sleep(1)
            with (
                provider(port, system_type="VMA", window="100", bind="pair") as carrier,
                ThreadPoolExecutor(1) as beside_us,
            ):
                # It goes as soon as it has sent all, so what it sends is taken while we submit.
                coming = beside_us.submit(polled, carrier, 1, 3)
                told = carrier.submit([message(n) for n in range(_MANY)], NOW)
                coming.result()
            centre.wait(20)
        finally:
            centre.kill()
        said = log.read_text("utf-8", "replace")
    taken = sum(isinstance(one, Accepted) for one in told)
    texts = sum(one["times"] for one in logged if one.get("why") == "text_from_no_number")
    seen = dict(re.findall(r"Number of messages sent to (ESME|SMSC): (\d+)", said))
    assert taken == texts == _MANY, (taken, texts, told[:3])
    assert seen == {"ESME": str(_MANY), "SMSC": str(_MANY)}, seen
    return f"{taken} taken, {texts} texts came, by its own count too"


@contextmanager
def _swallowing() -> Iterator[None]:
    """Take everything and say nothing at the port at which that centre, whatever its file says, wants a gateway too."""

    def swallow(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                kept.append(listener.accept()[0])

    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", _GATEWAY_PORT)) as listener:
        threading.Thread(target=swallow, args=(listener,), daemon=True).start()
        yield
    for one in kept:
        one.close()


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.peers", description="Meet foreign SMPP centres.")
    parser.add_argument("--smpp-node", type=Path, metavar="FOLDER")
    parser.add_argument("--kannel", type=Path, metavar="DRIVE_SMPP")
    told = parser.parse_args()
    checks: list[tuple[str, Callable[[], str]]] = []
    checks += with_node(told.smpp_node.resolve()) if told.smpp_node else []
    checks += with_kannel(told.kannel) if told.kannel else []
    return run(checks)


def run(checks: Sequence[tuple[str, Callable[[], str]]]) -> int:
    """Run *checks* one after the other. Returns 1 where one failed."""
    failed = 0
    for name, check in checks:
        try:
            print(f"ok    {name}: {check()}", flush=True)
        except (AssertionError, RuntimeError, OSError, subprocess.TimeoutExpired) as fault:
            failed += 1
            print(f"FAIL  {name}: {fault!r}", flush=True)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
