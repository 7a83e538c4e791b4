"""The sockets: one thread of its own keeps the connections of an account up, and moves octets for `session`.

A connection that cannot be made or is lost is made again, after a pause that doubles and varies, so that not every
sender comes back to a restarted centre in the same second. What was refused for a reason that only a person can mend is
tried again too, but slowly: accounts are locked after too many wrong passwords.
"""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

import structlog

from parley.providers.smpp.account import Account
from parley.providers.smpp.arrivals import Arrivals, Owed
from parley.providers.smpp.handing import TOO_LATE, Call, Desk, Part, Refusal
from parley.providers.smpp.session import End, Mode, Session, Timing
from parley.providers.statuses import Means, Statuses

TICK_SECONDS: Final = 0.1
CONNECT_SECONDS: Final = 10.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0
_HALTED_PAUSE_SECONDS: Final = 60.0
_PARTING_SECONDS: Final = 2.0
log = structlog.get_logger()


class Trouble(NamedTuple):
    """Why there is no connection: a code, what it means, and whether a person must act."""

    code: str
    en: str
    zh: str
    halts: bool = False


_ENDS: Final = {
    End.SILENT: ("The centre does not answer.", "短信中心无响应。"),
    End.UNSOUND: ("What the centre sends is not SMPP. Port, TLS?", "短信中心发来的不是 SMPP。请检查端口与 TLS。"),
    End.OUTBIND: (
        "The centre wants to call us (outbind); that is not supported.",
        "短信中心要求回呼（outbind），不支持。",
    ),
    End.UNBOUND: ("The centre has closed the connection.", "短信中心关闭了连接。"),
    End.LOST: ("The connection was lost.", "连接中断。"),
}


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the connections work with. *dice* varies the pauses."""

    desk: Desk
    arrivals: Arrivals
    statuses: Statuses
    timing: Timing
    dice: random.Random


class _Connection(asyncio.Protocol):
    """One socket and its session."""

    def __init__(self, number: int, mode: Mode, account: Account, hooks: Hooks) -> None:
        self.bound: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.number = number
        self._sends = mode is not Mode.RECEIVER
        self._hooks = hooks
        self._is_full = False
        self._transport: asyncio.Transport | None = None
        self._begin: Callable[[], Session[Part]] = lambda: Session(mode, account.bind, hooks.timing, time.monotonic())
        self.session: Session[Part] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.session = transport, self._begin()
        self.pump(time.monotonic())

    def data_received(self, data: bytes) -> None:
        session = self.session
        assert session is not None, "octets come over a connection that was made"
        now = time.monotonic()
        session.hear(data, now)
        if session.arrivals:
            self.answer(self._hooks.arrivals.come(self.number, session.arrivals))
            session.arrivals.clear()
        self.pump(now)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.session is not None:
            self.session.lose()
            self.pump(time.monotonic())
        self._hooks.arrivals.lost(self.number, time.monotonic())
        if not self.over.done():
            self.over.set_result(None)

    def pause_writing(self) -> None:
        # A centre that does not read our answers must not make us keep them: it is not read either.
        self._is_full = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._is_full = False
        if self._transport is not None:
            with suppress(RuntimeError):
                self._transport.resume_reading()
        self.pump(time.monotonic())

    def answer(self, owed: Iterable[Owed]) -> None:
        """Put answers in line; `pump` writes them."""
        if self.session is not None:
            for one in owed:
                self.session.reply(one.arrival, one.status)

    def tick(self, now: float) -> None:
        """Do what is due by the clock."""
        if self.session is not None:
            self.session.tick(now)
            self.pump(now)

    def pump(self, now: float) -> None:
        """Hear what was answered, send what there is room for, write it in one piece; part where it is over."""
        session, transport = self.session, self._transport
        if session is None or transport is None:
            return
        if session.is_bound and not self.bound.done():
            self.bound.set_result(None)
        if session.answers:
            self._hooks.desk.hear(session.answers)
            session.answers.clear()
        if self._sends and not self._is_full:
            self._hooks.desk.fill(session, now)
        octets = session.written()
        if octets and not transport.is_closing():
            transport.write(octets)
        if session.end is not None and not transport.is_closing():
            if session.end is End.SILENT:
                transport.abort()
            else:
                transport.close()
                asyncio.get_running_loop().call_later(_PARTING_SECONDS, transport.abort)


class Links:
    """The connections of one account. Its methods may be called from any thread; `start` comes first."""

    def __init__(self, account: Account, hooks: Hooks) -> None:
        self._account = account
        self._hooks = hooks
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._is_up = threading.Event()
        self._changed = threading.Condition()
        self._stop: asyncio.Event | None = None
        self._number = 0
        self._live: dict[Mode, _Connection] = {}
        self._troubles: dict[Mode, Trouble] = {}
        self._begun: set[Mode] = set()
        self._work: list[asyncio.Task[None]] = []

    def start(self, mode: Mode) -> None:
        """Begin to connect as *mode*. Asked again it does nothing."""
        if mode in self._begun:
            return
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=f"smpp-{self._account.name}", daemon=True)
                self._thread.start()
        self._is_up.wait()
        self._tell(self._begin, mode)

    def hand(self, call: Call) -> None:
        """Put the messages of *call* in line."""
        self._tell(self._take, call)

    def answer(self, owed: Iterable[Owed]) -> None:
        """Answer what a centre waits for, over the connection it came by; where that is gone, nothing is written."""
        self._tell(self._answer, list(owed))

    def trouble(self, mode: Mode) -> Trouble | None:
        """Return why the connection as *mode* is missing; None where it is not, or where nobody knows yet."""
        return self._troubles.get(mode)

    def await_bound(self, mode: Mode, seconds: float) -> Trouble | None:
        """Wait until the connection as *mode* is bound or failed. Returns why; silence is trouble too."""
        with self._changed:
            self._changed.wait_for(lambda: mode in self._troubles or self._is_bound(mode), seconds)
            return self.trouble(mode) or (None if self._is_bound(mode) else _trouble_of(End.SILENT))

    def close(self) -> None:
        """Part from the centre, and wait for it a little."""
        thread, loop, stop = self._thread, self._loop, self._stop
        if thread is None or loop is None or stop is None:
            return
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)
        thread.join(2 * _PARTING_SECONDS)

    def _is_bound(self, mode: Mode) -> bool:
        one = self._live.get(mode)
        return one is not None and one.session is not None and one.session.is_bound

    def _tell(self, what: Callable[..., None], *rest: object) -> None:
        assert self._loop is not None, "nothing is handed over before the start"
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *rest)

    def _run(self) -> None:
        asyncio.run(self._keep_all())

    async def _keep_all(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._put_to_work(self._tick())
        self._is_up.set()
        await self._stop.wait()
        now = time.monotonic()
        for each in self._live.values():
            if each.session is not None:
                each.session.unbind(now)
                each.pump(now)
        if self._live:
            await asyncio.wait([each.over for each in self._live.values()], timeout=_PARTING_SECONDS)
        for task in self._work:
            task.cancel()
        told = await asyncio.gather(*self._work, return_exceptions=True)
        self._hooks.desk.refuse(Refusal("closed"))
        for one in told:
            if isinstance(one, Exception):
                raise one

    def _begin(self, mode: Mode) -> None:
        if mode not in self._begun:
            self._begun.add(mode)
            self._put_to_work(self._keep(mode))

    def _put_to_work(self, what: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(what)
        # It ends by a defect alone; then nobody is left waiting for a thread that does nothing.
        task.add_done_callback(lambda _task: self._stop.set() if self._stop is not None else None)
        self._work.append(task)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            for each in list(self._live.values()):
                each.tick(now)
            sending = self._account.modes[0]
            self._hooks.desk.tick(now, TOO_LATE if sending in self._live else Refusal("not_connected"))

    async def _keep(self, mode: Mode) -> None:
        """Keep one connection up for ever."""
        failures = 0
        while True:
            trouble, was_bound = await self._once(mode)
            if self._stop is not None and self._stop.is_set():
                return
            failures = 1 if was_bound else failures + 1
            if not was_bound:
                self._note(mode, trouble)
                if mode is not Mode.RECEIVER:
                    self._hooks.desk.refuse(Refusal(trouble.code, trouble.halts))
            pause = min(FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 20), LONGEST_PAUSE_SECONDS)
            if trouble.halts:
                pause = _HALTED_PAUSE_SECONDS
            log.warning("smpp_down", route=self._account.name, mode=str(mode), code=trouble.code)
            await asyncio.sleep(pause * (0.5 + self._hooks.dice.random() / 2))

    async def _once(self, mode: Mode) -> tuple[Trouble, bool]:
        """Connect and stay until it is over. Returns why it is, and whether it ever was bound."""
        self._number += 1
        connection = _Connection(self._number, mode, self._account, self._hooks)
        try:
            await self._connect(connection)
        except (OSError, TimeoutError, ValueError) as fault:
            return _fault(fault), False
        self._live[mode] = connection
        try:
            await asyncio.wait([connection.bound, connection.over], return_when=asyncio.FIRST_COMPLETED)
            if connection.bound.done():
                log.info("smpp_bound", route=self._account.name, mode=str(mode))
                self._note(mode, None)
            await asyncio.wait([connection.over])
        finally:
            del self._live[mode]
        session = connection.session
        assert session is not None and session.end is not None, "what is over was made and has ended"
        if session.end is End.REFUSED:
            return self._refused(session.bind_status), False
        return _trouble_of(session.end), connection.bound.done()

    async def _connect(self, connection: _Connection) -> None:
        account, loop = self._account, asyncio.get_running_loop()
        tls = account.tls
        async with asyncio.timeout(CONNECT_SECONDS):
            await loop.create_connection(
                lambda: connection, account.host, account.port, ssl=tls, server_hostname=account.host if tls else None
            )

    def _note(self, mode: Mode, trouble: Trouble | None) -> None:
        with self._changed:
            if trouble is None:
                self._troubles.pop(mode, None)
            else:
                self._troubles[mode] = trouble
            self._changed.notify_all()

    def _refused(self, status: int) -> Trouble:
        code = f"0x{status:02X}"
        known = self._hooks.statuses.statuses.get(code)
        if known is None:
            return Trouble(f"bind_{code}", f"The centre refuses the bind: {code}.", f"短信中心拒绝绑定：{code}。")
        return Trouble(code, known.words.en, known.words.zh, known.means is Means.HALTED)

    def _take(self, call: Call) -> None:
        self._hooks.desk.take(call)
        sending = self._account.modes[0]
        trouble = self._troubles.get(sending)
        if trouble is not None and sending not in self._live:
            self._hooks.desk.refuse(Refusal(trouble.code, trouble.halts))
        elif sending in self._live:
            self._live[sending].pump(time.monotonic())

    def _answer(self, owed: list[Owed]) -> None:
        for each in list(self._live.values()):
            mine = [one for one in owed if one.connection == each.number]
            if mine:
                each.answer(mine)
                each.pump(time.monotonic())


def _trouble_of(end: End) -> Trouble:
    return Trouble(f"link_{end}", *_ENDS[end])


def _fault(fault: Exception) -> Trouble:
    """Return what a failure to connect means, without its own words: they name addresses."""
    return next(trouble for kind, trouble in _FAULTS if isinstance(fault, kind))


_FAULTS: Final[tuple[tuple[type[Exception], Trouble], ...]] = (
    (
        ssl.SSLCertVerificationError,
        Trouble(
            "certificate",
            "The centre's certificate is not one we believe (ca_file, host).",
            "短信中心的证书未通过校验（请检查 ca_file 与 host）。",
            halts=True,
        ),
    ),
    (
        ssl.SSLError,
        Trouble(
            "tls",
            "The encrypted connection fails. Does this port speak TLS?",
            "加密连接失败。该端口是否支持 TLS？",
        ),
    ),
    (socket.gaierror, Trouble("dns", "The name of the centre is not found.", "无法解析短信中心的主机名。")),
    (
        TimeoutError,
        Trouble(
            "connect_time_out",
            "No connection in time. A firewall, or not the address they expect of us?",
            "连接超时。请检查防火墙，以及对方是否已许可本机地址。",
        ),
    ),
    (Exception, Trouble("not_connected", "The centre takes no connection.", "短信中心不接受连接。")),
)
