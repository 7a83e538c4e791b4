"""Asks carriers over HTTP: many requests at once on connections that stay open, honest about what got no answer.

What matters is whether a request may have reached the carrier. Until it has a connection nothing of it was written:
whatever fails up to there is certain, whatever fails later is in doubt. No request is ever written twice, no redirect
is followed, no proxy is taken from the environment, and an answer is bounded before it is read.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import aiohttp
from yarl import URL

from parley.providers.port import NotTaken, Unknown

CONNECTIONS: Final = 64
CONNECT_SECONDS: Final = 10
# From the moment a request's turn has come to the last octet of its answer; less than any carrier's settle time.
TOTAL_SECONDS: Final = 30
MOST_ANSWER_BYTES: Final = 256 << 10
_PIECE: Final = 16 << 10


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request as it leaves: the address encoded to the letter, for some carriers sign it. Prints nothing of it."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method})"


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """What came back, whole, whatever its status says."""

    status: int
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status})"


@dataclass(frozen=True, slots=True)
class Broken:
    """No answer came. `may_have_arrived`: whether the carrier may have got the request all the same.

    `en`, `zh`: what happened and what to do, for the operator; of the address they hold the host alone.
    """

    code: str
    may_have_arrived: bool
    en: str
    zh: str

    @property
    def outcome(self) -> NotTaken | Unknown:
        """What it says of a message that was to be handed over."""
        return Unknown(self.code) if self.may_have_arrived else NotTaken(self.code, retryable=True)


class _TooLong(Exception):
    """The answer is longer than any that means something."""


# Whether the request of this task has a connection: from here on something of it may have been written.
_is_connected: ContextVar[bool] = ContextVar("is_connected")


class _Connector(aiohttp.TCPConnector):
    """Notes for each request that it has got a connection. The library's own way to be told costs a third more."""

    async def connect(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the library hands over
        found = await super().connect(*given, **named)
        _is_connected.set(True)
        return found


class Outgoing:
    """Asks over HTTP in one event loop, in a thread of its own, with at most *connections* at once.

    Opens nothing before it is asked; may be asked by several threads. *trusted*: which certificates are believed; None:
    those of this machine.
    """

    def __init__(
        self,
        *,
        connections: int = CONNECTIONS,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._connections = connections
        self._patience = aiohttp.ClientTimeout(total=total_seconds, connect=connect_seconds)
        self._trusted = trusted
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._session: aiohttp.ClientSession | None = None
        self._turns = asyncio.Semaphore(connections)
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    def ask(self, request: Request) -> Response | Broken:
        """Ask one thing; see `ask_all`."""
        return self.ask_all([request])[0]

    def ask_all(self, requests: Sequence[Request]) -> list[Response | Broken]:
        """Ask everything, several at once; the answers stand in the order of *requests*. Never raises for one of them.

        A request waits for its turn as long as it takes; its time is counted from there.
        """
        if not requests:
            return []
        with self._lock:
            assert not self._is_closed, "nothing is asked of what was closed"
            asked = asyncio.run_coroutine_threadsafe(self._ask_all(requests), self._started())
        return asked.result()

    def close(self) -> None:
        """Finish what is in hand, let go of every connection, end the thread. Nothing is asked afterwards."""
        with self._lock:
            self._is_closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._finish(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        self._loop = None

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="outgoing", daemon=True)
            self._thread.start()
        return self._loop

    async def _ask_all(self, requests: Sequence[Request]) -> list[Response | Broken]:
        tasks = [asyncio.ensure_future(self._in_turn(one)) for one in requests]
        self._in_hand.update(tasks)
        try:
            return await asyncio.gather(*tasks)
        finally:
            self._in_hand.difference_update(tasks)

    async def _in_turn(self, request: Request) -> Response | Broken:
        async with self._turns:
            return await self._ask(request)

    async def _ask(self, request: Request) -> Response | Broken:
        host = ""
        _is_connected.set(False)
        try:
            session = self._session or self._open()
            url = URL(request.url, encoded=True)
            host = url.host or ""
            async with session.request(
                request.method,
                url,
                data=request.body or None,
                headers=request.headers,
                allow_redirects=False,
            ) as answer:
                return Response(answer.status, await _read(answer))
        except Exception as fault:  # noqa: BLE001 - whatever befalls one, the answers to the others are not lost
            return _broken(fault, host, may_have_arrived=_is_connected.get())

    def _open(self) -> aiohttp.ClientSession:
        # One kept open for a turn each; idle ones go before the usual carrier lets go of them from its side.
        connector = _Connector(
            limit=self._connections, keepalive_timeout=15, ssl=self._trusted or True, ttl_dns_cache=60
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._patience,
            # What an answer is packed in is not unpacked: nobody asked for it, and a small one may unpack to a large.
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "parley"},
            skip_auto_headers=("Content-Type",),
        )
        # The library writes a GET again by itself when a connection it had kept turns out closed. Some carriers take
        # messages by GET, and the doubt is ours to settle. It has no public switch; a test sees to it that this is one.
        self._session._retry_connection = False  # noqa: SLF001 - see above
        return self._session

    async def _finish(self) -> None:
        # Who waits for them is in another thread and gets its answers.
        while self._in_hand:
            await asyncio.wait(self._in_hand)
            await asyncio.sleep(0)
        if self._session is not None:
            await self._session.close()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    told = answer.content_length
    if told is not None and told <= MOST_ANSWER_BYTES and "Transfer-Encoding" not in answer.headers:
        # The usual one: bounded by its own word, at which the library stops.
        return await answer.read()
    body = b""
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > MOST_ANSWER_BYTES:
            answer.close()
            raise _TooLong
    return body


def _broken(fault: Exception, host: str, *, may_have_arrived: bool) -> Broken:
    kinds = _IN_DOUBT if may_have_arrived else _NOT_SENT
    code = next(code for kind, code in kinds if isinstance(fault, kind))
    en, zh = _WORDS[code]
    why = _why(fault)
    return Broken(code, may_have_arrived, en.format(host=host, why=why), zh.format(host=host, why=why))


def _why(fault: Exception) -> str:
    """Return what the system says of a certificate or a connection; of the address it names the host at most."""
    inner = getattr(fault, "certificate_error", None) or getattr(fault, "os_error", None) or fault
    said = getattr(inner, "verify_message", None) or getattr(inner, "strerror", None)
    return str(said or type(inner).__name__)


# The first kind that fits. A fault of the certificate is one of TLS too, and both are faults of a connection.
_NOT_SENT: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "dns"),
    (aiohttp.ClientConnectorCertificateError, "certificate"),
    (aiohttp.ClientConnectorSSLError, "tls"),
    (aiohttp.ConnectionTimeoutError, "connect_time_out"),
    (aiohttp.NonHttpUrlClientError, "address"),
    (ValueError, "address"),
    (Exception, "no_connection"),
)
_IN_DOUBT: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, "time_out"),
    (_TooLong, "answer_too_long"),
    (aiohttp.ClientPayloadError, "answer_cut"),
    (aiohttp.ClientResponseError, "answer_not_http"),
    (Exception, "connection_lost"),
)
_WORDS: Final = {
    "dns": (
        "The name {host} is not known here: {why}. Check the address, and that this machine can look names up.",
        "此处无法解析域名 {host}：{why}。请检查地址以及本机的域名解析。",
    ),
    "certificate": (
        "The certificate of {host} is not believed: {why}. Check this machine's clock and its list of authorities.",
        "{host} 的证书不可信：{why}。请检查本机时钟和受信任的证书颁发机构。",
    ),
    "tls": (
        "No encrypted connection to {host} came about: {why}. Check that the address is one of https.",
        "未能与 {host} 建立加密连接：{why}。请检查该地址是否为 https。",
    ),
    "connect_time_out": (
        "{host} does not take connections in time. Check the network and the firewall of this machine.",
        "{host} 未在限定时间内接受连接。请检查本机的网络和防火墙。",
    ),
    "address": (
        "The address of the carrier is not one of http or https. Correct it in the settings.",
        "该运营商的地址不是 http 或 https 地址，请在设置中更正。",
    ),
    "no_connection": (
        "{host} does not take connections: {why}. Check the address, the network and the carrier's status page.",
        "{host} 不接受连接：{why}。请检查地址、网络和运营商的状态页面。",
    ),
    "time_out": (
        "{host} took the request and did not answer in time; whether it acted on it is not known.",
        "{host} 收到请求后未在限定时间内应答；是否已处理不得而知。",
    ),
    "answer_too_long": (
        "The answer of {host} is longer than any that means something; whether it acted is not known.",
        "{host} 的应答过长，无法采用；是否已处理不得而知。",
    ),
    "answer_cut": (
        "The answer of {host} ended in the middle; whether it acted on the request is not known.",
        "{host} 的应答中途断开；是否已处理该请求不得而知。",
    ),
    "answer_not_http": (
        "What {host} answered is not HTTP; whether it acted on the request is not known.",
        "{host} 的应答不是 HTTP；是否已处理该请求不得而知。",
    ),
    "connection_lost": (
        "The connection to {host} was lost before the answer; whether it acted on the request is not known.",
        "应答之前与 {host} 的连接中断；是否已处理该请求不得而知。",
    ),
}
