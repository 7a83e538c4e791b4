"""A carrier over HTTP on this machine: what breaks on the way is certain or in doubt, and the loop lives on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.infobip import DECLARED, KIND, InfobipDialect
from parley.providers.outgoing import Outgoing
from parley.providers.over_http import HttpCarrier, by_status, probed
from parley.providers.port import Accepted, Asked, LookupState, NotTaken, Outcome, Submission, Unknown
from tests.providers.cases_files import NOW, given, submission, told
from tests.providers.peer import LOOPBACK, Act, answer, certificate, peer, raw, reset, silence

ASKED = Asked("ref-1", Msisdn("+12025550143"), NOW)


def route(url: str) -> Given:
    found = given("infobip")
    return replace(found, values={**found.values, "address": url})


@pytest.fixture
def outgoing() -> Iterator[Outgoing]:
    made = Outgoing(connect_seconds=5, total_seconds=1)
    yield made
    made.close()


def carrier(url: str, outgoing: Outgoing) -> HttpCarrier:
    return HttpCarrier("main", DECLARED, InfobipDialect(route(url)), outgoing)


def messages(count: int) -> list[Submission]:
    one = submission({"to": "+12025550143", "text": "hello", "minutes": 5})
    return [replace(one, reference=f"ref-{n}") for n in range(count)]


def status(reference: str, name: str = "PENDING_ACCEPTED", group: int = 1) -> bytes:
    return json.dumps({"messages": [{"messageId": reference, "status": {"groupId": group, "name": name}}]}).encode()


async def by_reference(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
    """Each message meets another fate."""
    reference = json.loads(body)["messages"][0]["destinations"][0]["messageId"]
    act = {
        "ref-1": reset,
        "ref-2": answer(status(reference, "REJECTED_DESTINATION", 5)),
        "ref-3": answer(b"<html>", "503 Busy"),
        "ref-4": silence,
    }.get(reference, answer(status(reference)))
    return await act(writer, head, body)


def test_each_message_of_a_batch_meets_its_own_fate(outgoing: Outgoing) -> None:
    batch = messages(7)
    batch[5] = replace(batch[5], not_after=NOW)
    with peer(by_reference) as there:
        outcomes = carrier(there.url, outgoing).submit(batch, NOW)
        assert [told(one) for one in outcomes] == [
            "accepted:ref-0",
            "unknown:connection_lost",
            "rejected:REJECTED_DESTINATION",
            "unknown:http_503",
            "unknown:time_out",
            "rejected:too_late",
            "accepted:ref-6",
        ]
        # Whoever was met by a fault is as good as before for the next.
        assert carrier(there.url, outgoing).submit(messages(1), NOW) == [Accepted("ref-0")]
        assert len(there.came) == 7


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (raw(b"\x16\x03\x01 not http\r\n\r\n", stays=True), Unknown("answer_not_http")),
        (answer(b"half", length=4_000), Unknown("answer_cut")),
        (answer(b"{}"), Unknown("http_200")),
        (answer(status("another")), Unknown("other_id")),
        (answer(b'{"error": "none of yours"}', "200 OK"), Unknown("http_200")),
        (
            answer(b"moved", "307 Temporary Redirect", extra="Location: https://elsewhere.example/\r\n"),
            Unknown("http_307"),
        ),
        (answer(b"", "401 Unauthorized"), NotTaken("http_401", retryable=True, halts=True)),
        (answer(b"", "429 Too Many"), NotTaken("http_429", retryable=True)),
    ],
)
def test_no_damaged_answer_is_a_yes(outgoing: Outgoing, act: Act, outcome: Outcome) -> None:
    with peer(act) as there:
        assert carrier(there.url, outgoing).submit(messages(1), NOW) == [outcome]
        assert len(there.came) == 1


def test_what_certainly_did_not_leave_is_tried_again(tmp_path: Path) -> None:
    tls, _ = certificate(tmp_path)
    outgoing = Outgoing(connect_seconds=5)
    with peer(answer(status("ref-0")), tls) as there:
        url = f"https://{LOOPBACK}:{there.port}"
        assert carrier(url, outgoing).submit(messages(1), NOW) == [NotTaken("certificate", retryable=True)]
        with pytest.raises(OutsideFailed, match="self-signed"):
            carrier(url, outgoing).look_up(ASKED, NOW)
        assert there.came == []
    gone = carrier(f"http://{LOOPBACK}:{there.port}", outgoing)
    assert gone.submit(messages(2), NOW) == [NotTaken("no_connection", retryable=True)] * 2
    gone.close()


@pytest.mark.parametrize(
    ("body", "code", "state"),
    [
        (b'{"results": [{"messageId": "ref-1"}]}', "200 OK", LookupState.FOUND),
        (b'{"results": []}', "200 OK", LookupState.NOT_FOUND),
        (b'{"results": []}', "500 Oops", None),
        (b"<html>", "200 OK", None),
        (b"", "429 Too Many", None),
    ],
)
def test_only_an_answer_that_says_so_says_that_a_message_is_not_there(
    outgoing: Outgoing, body: bytes, code: str, state: LookupState | None
) -> None:
    with peer(answer(body, code)) as there:
        asking = carrier(there.url, outgoing)
        if state is None:
            with pytest.raises(OutsideFailed, match="main") as failed:
                asking.look_up(ASKED, NOW)
            assert "ref-1" not in failed.value.en + failed.value.zh and "0143" not in failed.value.en
        else:
            assert asking.look_up(ASKED, NOW).state is state


@pytest.mark.parametrize(
    ("code", "is_well", "words"),
    [
        ("200 OK", True, "knows this account"),
        ("403 Forbidden", False, "Check account, keys"),
        ("500 Oops", False, "Try again later"),
    ],
)
def test_a_probe_says_whether_the_carrier_knows_us(code: str, is_well: bool, words: str) -> None:
    with peer(answer(b'{"results": []}', code)) as there:
        found = probed(InfobipDialect(route(there.url)).probe(), "Infobip")
        assert (found.is_well, words in found.en) == (is_well, True) and found.zh
        ((head, body),) = there.came
        assert head.startswith("GET /sms/3/logs?messageId=00000000-0000-0000-0000-000000000000 ") and body == b""


def test_a_probe_of_whoever_is_gone_says_what_to_do() -> None:
    with peer(answer(b"")) as there:
        pass
    assert KIND.probe is not None
    found = KIND.probe(route(there.url))
    assert not found.is_well and "does not take connections" in found.en and "不接受连接" in found.zh


@pytest.mark.parametrize("code", [*range(100, 600), 0, 999])
def test_a_status_alone_is_never_a_yes(code: int) -> None:
    found = by_status(code)
    assert not isinstance(found, Accepted)
    if code >= 500 or code < 400 or code == 408:
        assert isinstance(found, Unknown)


def test_a_carrier_over_http_is_not_polled(outgoing: Outgoing) -> None:
    one = carrier("http://127.0.0.1:9", outgoing)
    one.acknowledge(["x"])
    assert (one.poll(NOW, 5), one.takes_synthetic, one.name, one.settle_seconds) == ([], False, "main", 300)
