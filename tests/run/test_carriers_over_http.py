"""Carriers over HTTP from the sender to the ledger and back: what broke off is settled, and never sent twice.

The carriers are on this machine; the door is the one that serves. Twilio signs with its own library; test_by_twilio.py
has the rest of it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from parley.providers.kinds import KINDS
from parley.providers.over_http import HttpCarrier
from parley.run.callbacks import build_callback_door
from parley.run.carriers import Carriers
from parley.run.clock import MovableClock
from parley.run.home import Opened
from parley.run.place import Home
from parley.run.routing import given_for, routes_of
from parley.settings import Settings
from parley.store import models
from parley.store.keys import KeyVariables
from tests.docs.test_connect_pages import ROUTES
from tests.house.source import ROOT
from tests.providers.cases_files import SECRET, given
from tests.providers.peer import Act, answer, peer, reset
from tests.run.desk import NOON, Desk, state_of
from tests.run.test_callback_door import free_port

PUBLIC = "https://sms.lender.example"
TOKEN = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = KeyVariables(
    {
        "PARLEY_ROUTE_MAIN_AUTH_TOKEN_KEY": "12345",
        "PARLEY_ROUTE_MAIN_API_KEY_KEY": "key",
        "PARLEY_ROUTE_MAIN_SECRET_KEY": "s3cret",
        "PARLEY_CALLBACK_MAIN_KEY": SECRET,
    }
)
SID = "SM" + "a" * 32


@dataclass
class Lender:
    desk: Desk
    carrier: HttpCarrier
    port: int

    def message(self) -> models.Message:
        person = self.desk.person()
        return self.desk.message(person, self.desk.account(person))

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("POST", path, body, dict(headers or {}))
            return line.getresponse().status
        finally:
            line.close()


@contextmanager
def lender(desk: Desk, kind: str, **keys: str) -> Iterator[Lender]:
    """Give a lender with one route of *kind*, and its door open."""
    told = "\n".join(f'{name} = "{value}"' for name, value in keys.items())
    head = f'[[route]]\nname = "main"\nkind = "{kind}"\ncountries = ["US"]\ncost_per_segment_micro = 8300\n'
    routes = routes_of(f"{head}[route.with]\n{told}\n".encode())
    port, settings, home = free_port(), Settings(), Home(desk.folder)
    settings = replace(settings, inbound=replace(settings.inbound, port=port, public_url=PUBLIC))
    what = given_for(routes.lines[0], KINDS[kind], home, settings, KEYS)
    assert not isinstance(what, list), what
    carrier = KINDS[kind].build(what)
    assert isinstance(carrier, HttpCarrier)
    pipeline = replace(desk.pipeline(carrier), carriers=Carriers(routes, {"main": carrier}))
    door = build_callback_door(Opened(home, settings, desk.vault), pipeline, MovableClock(NOON), KEYS)
    assert door is not None
    door.start()
    try:
        yield Lender(desk, carrier, port)
    finally:
        door.stop()
        carrier.close()


def breaking(found: bytes) -> Act:
    """Take a message without an answer; answer *found* to whoever asks for it."""

    async def act(writer: asyncio.StreamWriter, head: str, body: bytes) -> bool:
        return await (answer(found) if head.startswith("GET") else reset)(writer, head, body)

    return act


def test_twilio_settles_what_broke_off_by_the_receipt_that_brings_our_reference(sqlite_desk: Desk) -> None:
    """Twilio cannot be asked by it; it stands in the address that the receipt comes to."""
    with (
        peer(reset) as there,
        lender(sqlite_desk, "twilio", account_sid="AC" + "0" * 32, sender="55501", address=there.url) as ours,
    ):
        message = ours.message()
        sender = ours.desk.sender(ours.carrier)
        sender.send_due(NOON)
        sender.settle(NOON + timedelta(minutes=10))
        assert state_of(message) == "unknown"
        assert sender.send_due(NOON + timedelta(minutes=10)) == 0 and len(there.came) == 1
        back = dict(parse_qsl(there.came[0][1].decode()))["StatusCallback"]
        told = {"MessageSid": SID, "MessageStatus": "delivered"}
        for token, status, state in (
            ("12346", 401, "unknown"),
            ("12345", 200, "delivered"),
            ("12345", 200, "delivered"),
        ):
            signature = RequestValidator(token).compute_signature(back, told)
            path = back.removeprefix(PUBLIC)
            assert ours.post(path, urlencode(told).encode(), {"X-Twilio-Signature": signature}) == status
            assert state_of(message) == state
        assert models.Receipt.objects.count() == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_infobip_is_asked_for_what_broke_off(sqlite_desk: Desk, is_there: bool) -> None:
    people = sqlite_desk.person()
    message = sqlite_desk.message(people, sqlite_desk.account(people))
    logged = {"messageId": str(message.id), "status": {"groupName": "PENDING", "name": "PENDING_ENROUTE"}}
    found = json.dumps({"results": [logged] if is_there else []}).encode()
    with peer(breaking(found)) as there, lender(sqlite_desk, "infobip", address=there.url, sender="55501") as ours:
        sender = sqlite_desk.sender(ours.carrier)
        sender.send_due(NOON)
        assert state_of(message) == "unknown"
        # Its no is not believed before its settle time.
        assert sender.settle(NOON + timedelta(minutes=4)) == 0
        assert sender.settle(NOON + timedelta(minutes=6)) == 1
        row = models.Message.objects.get(id=message.id)
        # Found, it waits for its receipt; not found, it certainly did not arrive.
        assert (row.state, row.provider_id) == (("unknown", str(message.id)) if is_there else ("undelivered", ""))
        assert [head.split()[0] for head, _ in there.came] == ["POST", "GET"]
        # Nothing is sent again that may have been taken; a receipt settles it, at the address with the token alone.
        assert sender.send_due(NOON + timedelta(minutes=7)) == 0
        back = json.loads(there.came[0][1])["messages"][0]["webhooks"]["delivery"]["url"]
        assert back == f"{PUBLIC}/in/main/{TOKEN}"
        done = {"groupName": "DELIVERED", "name": "DELIVERED_TO_HANDSET"}
        report = {"results": [{"messageId": str(message.id), "status": done, "doneAt": "2026-11-02T17:00:00.000+0000"}]}
        body = json.dumps(report).encode()
        assert [ours.post(path, body) for path in ("/in/main", f"/in/main/{TOKEN[:-1]}x")] == [404, 401]
        assert state_of(message) == row.state
        assert ours.post(urlsplit(back).path, body) == 200
        assert models.Receipt.objects.get().message_id == message.id
        assert state_of(message) == "delivered" or not is_there


def test_the_carrier_of_the_page_carries(sqlite_desk: Desk) -> None:
    """The worked example of docs/connect-generic.md, with its address on this machine."""
    page = (ROOT / "docs" / "connect-generic.md").read_text(encoding="utf-8")
    assert 'description = "gateway.toml"' in ROUTES.findall(page)[0]
    with peer(answer(b'{"result": "queued", "message": {"id": 8812}}', "202 Accepted")) as there:
        described = given("generic").values["description"].replace("https://gateway.example", there.url)
        (sqlite_desk.folder / "gateway.toml").write_text(described, encoding="utf-8")
        with lender(sqlite_desk, "generic", description="gateway.toml", sender="LENDER") as ours:
            message = ours.message()
            ours.desk.sender(ours.carrier).send_due(NOON)
            row = models.Message.objects.get(id=message.id)
            assert (row.state, row.provider_id) == ("submitted", "8812")
            events = [
                {"status": "DELIVRD", "client_ref": str(message.id), "message_id": 8812, "time": 1793638691},
                {
                    "event": "mo-1",
                    "sender": "12025550001",
                    "inbox": "55501",
                    "body": "STOP",
                    "received": NOON.isoformat(),
                },
            ]
            assert ours.post(f"/in/main/{TOKEN}", json.dumps({"events": events}).encode()) == 200
            assert state_of(message) == "delivered"
            assert models.Consent.objects.get().granted is False
