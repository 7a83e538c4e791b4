"""A carrier on this machine, for tests: answers what it is told to, to the byte, and counts what reached it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LOOPBACK = "127.0.0.1"


@dataclass
class Peer:
    """Every request that came, head and body; `lines`: how many connections were opened."""

    port: int = 0
    came: list[tuple[str, bytes]] = field(default_factory=list)
    lines: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


# What is done about one request: given the writer, the head and the body. True: the connection stays open.
Act = Callable[[asyncio.StreamWriter, str, bytes], Awaitable[bool]]


def answer(body: bytes, status: str = "200 OK", *, length: int | None = None, extra: str = "") -> Act:
    """Answer *body*; *length*: what is said of its length where that is another."""

    async def act(writer: asyncio.StreamWriter, _head: str, _body: bytes) -> bool:
        size = len(body) if length is None else length
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{extra}\r\n".encode() + body)
        await writer.drain()
        return length is None

    return act


def raw(content: bytes, *, stays: bool = False) -> Act:
    """Write *content*, and close unless the connection *stays*."""

    async def act(writer: asyncio.StreamWriter, _head: str, _body: bytes) -> bool:
        writer.write(content)
        await writer.drain()
        return stays

    return act


async def silence(_writer: asyncio.StreamWriter, _head: str, _body: bytes) -> bool:
    await asyncio.sleep(60)
    return False


async def reset(writer: asyncio.StreamWriter, _head: str, _body: bytes) -> bool:
    writer.transport.abort()
    return False


@contextmanager
def peer(act: Act, tls: ssl.SSLContext | None = None, *, greeting: bytes = b"") -> Iterator[Peer]:
    """Run a carrier that does *act* about each request, and says *greeting* before anybody asked."""
    found, loop = Peer(), asyncio.new_event_loop()
    open_lines: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.lines += 1
        open_lines.append(writer)
        writer.write(greeting)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                sizes = [
                    line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")
                ]
                body = await reader.readexactly(int(sizes[0]) if sizes else 0)
                found.came.append((head, body))
                if not await act(writer, head, body):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = loop.run_until_complete(asyncio.start_server(serve, LOOPBACK, 0, ssl=tls))
    found.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_drop_all(open_lines), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _drop_all(lines: list[asyncio.StreamWriter]) -> None:
    for line in lines:
        line.transport.abort()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # A transport closes its socket one turn after it was told to.
    await asyncio.sleep(0.01)


def certificate(folder: Path, address: str = LOOPBACK, *, days: int = 1) -> tuple[ssl.SSLContext, Path]:
    """Make a certificate for *address* that ends *days* from now; return the server's context and the file to trust."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    ends = datetime.now(UTC) + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=30))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "carrier.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context, file
