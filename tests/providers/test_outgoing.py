from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.providers.outgoing import MOST_ANSWER_BYTES, Broken, Outgoing, Request, Response
from parley.providers.port import NotTaken, Unknown
from tests.providers.peer import LOOPBACK, Act, answer, certificate, peer, raw, reset, silence

SECRET = "k3y-of-nobody"
NUMBER = "+12025550143"


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    made = Outgoing(connect_seconds=5, total_seconds=10)
    yield made
    made.close()


def post(url: str, body: bytes = b"x") -> Request:
    return Request("POST", f"{url}/send?key={SECRET}&to={NUMBER}", {"Authorization": SECRET}, body)


def broken(outgoing: Outgoing, request: Request) -> Broken:
    found = outgoing.ask(request)
    assert isinstance(found, Broken)
    assert "{" not in found.en + found.zh
    for told in (found.en, found.zh, repr(found), repr(request)):
        assert SECRET not in told
        assert NUMBER not in told
    return found


def test_answers_stand_in_the_order_of_what_was_asked_and_connections_are_kept() -> None:
    async def echo(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        # The earlier a request, the later its answer.
        await asyncio.sleep(0.002 * (40 - int(body)))
        return await answer(body)(writer, head, body)

    outgoing = Outgoing(connections=16)
    with peer(echo) as carrier:
        for _ in range(2):
            told = outgoing.ask_all([post(carrier.url, str(n).encode()) for n in range(40)])
            assert told == [Response(200, str(n).encode()) for n in range(40)]
        assert len(carrier.came) == 80
        assert carrier.lines <= 16
        outgoing.close()
    assert outgoing._thread is not None and not outgoing._thread.is_alive()


def test_a_request_leaves_as_it_was_written(outgoing: Outgoing) -> None:
    with peer(answer(b"")) as carrier:
        url = f"{carrier.url}/a%2Fb%20c?x=%7E%2b&y=~+%E5%92%8C"
        outgoing.ask(Request("POST", url, {"X-Own": "1", "Content-Type": "text/x"}, "和议".encode()))
        outgoing.ask(Request("GET", url))
        (first, body), (second, nothing) = carrier.came
    assert first.startswith("POST /a%2Fb%20c?x=%7E%2b&y=~+%E5%92%8C HTTP/1.1\r\n")
    assert "X-Own: 1\r\n" in first and "Content-Type: text/x\r\n" in first
    assert "User-Agent: parley\r\n" in first
    assert "Cookie" not in first
    assert (body, nothing) == ("和议".encode(), b"")
    assert "Content-Type" not in second


@pytest.mark.parametrize("status", ["301 Moved", "307 Temporary", "404 None", "503 Busy"])
def test_any_status_is_an_answer_and_no_redirect_is_followed(outgoing: Outgoing, status: str) -> None:
    with peer(answer(b"why", status, extra="Location: /elsewhere\r\nSet-Cookie: a=b\r\n")) as carrier:
        assert outgoing.ask(post(carrier.url)) == Response(int(status[:3]), b"why")
        assert outgoing.ask(post(carrier.url)).__class__ is Response
        assert len(carrier.came) == 2
        assert "Cookie" not in carrier.came[1][0]


def test_the_environment_names_no_proxy(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    with peer(answer(b"")) as carrier, peer(answer(b"")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert outgoing.ask(post(carrier.url)) == Response(200, b"")
        assert proxy.lines == 0


IN_DOUBT: list[tuple[str, Act]] = [
    ("connection_lost", reset),
    ("connection_lost", raw(b"")),
    ("answer_cut", answer(b"half", length=400)),
    ("answer_not_http", raw(b"220 mail.example ESMTP\r\n\r\n", stays=True)),
    ("answer_not_http", raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", stays=True)),
    ("connection_lost", raw(b"HTTP/1.1 200 OK\r\nContent-Le")),
    ("answer_too_long", answer(b"z" * (MOST_ANSWER_BYTES + 1))),
    ("answer_too_long", raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"z" * (MOST_ANSWER_BYTES * 4))),
]


def test_an_answer_that_says_one_length_and_sends_in_pieces_is_bounded_all_the_same(outgoing: Outgoing) -> None:
    piece = b"10000\r\n" + b"z" * 0x10000 + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    with peer(raw(head + piece * 32, stays=True)) as carrier:
        assert broken(outgoing, post(carrier.url)).code in {"answer_too_long", "answer_not_http"}


@pytest.mark.parametrize(("code", "act"), IN_DOUBT)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_breaks_after_the_request_left_is_in_doubt_and_it_leaves_once(
    outgoing: Outgoing, code: str, act: Act, method: str
) -> None:
    with peer(act) as carrier:
        found = broken(outgoing, Request(method, carrier.url))
        assert (found.code, found.outcome) == (code, Unknown(code))
        assert len(carrier.came) == 1


def test_an_answer_of_the_greatest_size_is_read(outgoing: Outgoing) -> None:
    with peer(answer(b"z" * MOST_ANSWER_BYTES)) as carrier:
        assert outgoing.ask(post(carrier.url)) == Response(200, b"z" * MOST_ANSWER_BYTES)


def test_a_carrier_that_does_not_answer_is_in_doubt() -> None:
    outgoing = Outgoing(total_seconds=0.3)
    with peer(silence) as carrier:
        assert broken(outgoing, post(carrier.url)).outcome == Unknown("time_out")
    outgoing.close()


@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
def test_a_request_on_a_connection_that_was_dropped_while_idle_is_never_written_twice(
    outgoing: Outgoing, method: str
) -> None:
    """The library alone would write a GET or a PUT once more."""
    answered = 0

    async def once_then_gone(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        nonlocal answered
        answered += 1
        return await (answer(b"") if answered == 1 else reset)(writer, head, body)

    with peer(once_then_gone) as carrier:
        assert outgoing.ask(Request(method, carrier.url)) == Response(200, b"")
        assert broken(outgoing, Request(method, carrier.url)).outcome == Unknown("connection_lost")
        assert (len(carrier.came), carrier.lines) == (2, 1)


def test_a_carrier_that_is_gone_has_certainly_got_nothing(outgoing: Outgoing) -> None:
    with peer(answer(b"")) as carrier:
        pass
    found = broken(outgoing, post(carrier.url))
    assert found.outcome == NotTaken("no_connection", retryable=True)
    assert LOOPBACK in found.en and LOOPBACK in found.zh


def test_a_name_nobody_knows_is_told(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", gone)
    found = broken(outgoing, post("https://carrier.example"))
    assert found.outcome == NotTaken("dns", retryable=True)
    assert "carrier.example" in found.en and "carrier.example" in found.zh


def test_a_carrier_that_takes_no_connection_in_time_has_certainly_got_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_args: object, **_named: object) -> None:
        await asyncio.sleep(60)

    outgoing = Outgoing(connect_seconds=0.2)
    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", hang)
    assert broken(outgoing, post(f"http://{LOOPBACK}:9")).outcome == NotTaken("connect_time_out", retryable=True)
    outgoing.close()


@pytest.mark.parametrize("address", ["ftp://carrier.example", "carrier.example", "http://", "http://[::1", ""])
def test_what_is_no_address_is_told(outgoing: Outgoing, address: str) -> None:
    assert broken(outgoing, Request("POST", address)).outcome == NotTaken("address", retryable=True)


def trusting(file: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)


def test_a_certificate_that_is_trusted_lets_the_request_leave(tmp_path: Path) -> None:
    tls, file = certificate(tmp_path)
    outgoing = Outgoing(trusted=trusting(file))
    with peer(answer(b"ok"), tls) as carrier:
        assert outgoing.ask(post(f"https://{LOOPBACK}:{carrier.port}")) == Response(200, b"ok")
    outgoing.close()


@pytest.mark.parametrize("fault", ["nobody vouches", "another name", "over"])
def test_a_certificate_that_is_not_believed_stops_everything(tmp_path: Path, fault: str) -> None:
    tls, file = certificate(
        tmp_path, "192.0.2.1" if fault == "another name" else LOOPBACK, days=-1 if fault == "over" else 1
    )
    outgoing = Outgoing(trusted=None if fault == "nobody vouches" else trusting(file))
    with peer(answer(b""), tls) as carrier:
        found = broken(outgoing, post(f"https://{LOOPBACK}:{carrier.port}"))
        assert found.outcome == NotTaken("certificate", retryable=True)
        assert {"nobody vouches": "self-signed", "another name": "mismatch", "over": "expired"}[fault] in found.en
        assert carrier.came == []
    outgoing.close()


def test_a_door_without_tls_is_told(outgoing: Outgoing) -> None:
    with peer(answer(b""), greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as carrier:
        found = broken(outgoing, post(f"https://{LOOPBACK}:{carrier.port}"))
        assert found.outcome == NotTaken("tls", retryable=True)
        assert carrier.came == []


def test_one_that_breaks_does_not_hurt_the_others(outgoing: Outgoing) -> None:
    async def some(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        return await (reset if body == b"3" else answer(body))(writer, head, body)

    with peer(some) as carrier:
        told = outgoing.ask_all([post(carrier.url, str(n).encode()) for n in range(6)])
    assert [type(one) for one in told] == [Response, Response, Response, Broken, Response, Response]


def test_closing_waits_for_what_is_in_hand() -> None:
    asked = threading.Event()

    async def slowly(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        asked.set()
        await asyncio.sleep(0.3)
        return await answer(b"late")(writer, head, body)

    outgoing, told = Outgoing(connections=1), []
    with peer(slowly) as carrier:
        waiting = threading.Thread(target=lambda: told.extend(outgoing.ask_all([post(carrier.url)] * 2)))
        waiting.start()
        asked.wait(10)
        outgoing.close()
        waiting.join(10)
    assert told == [Response(200, b"late")] * 2
    with pytest.raises(AssertionError, match="closed"):
        outgoing.ask(post("http://x"))


def test_nothing_is_opened_before_it_is_asked() -> None:
    outgoing = Outgoing()
    assert outgoing.ask_all([]) == []
    assert outgoing._thread is None
    outgoing.close()
