"""A message through a carrier over HTTP and back: sent, taken, its receipt at our door, a reply, a STOP.

The carrier is on this machine and signs as Twilio does, with Twilio's own library; the door is the one that serves.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from parley.providers.kinds import KINDS
from parley.providers.over_http import HttpCarrier
from parley.run.callbacks import CallbackDoor, build_callback_door
from parley.run.carriers import Carriers
from parley.run.clock import MovableClock
from parley.run.home import Opened
from parley.run.place import Home
from parley.run.routing import given_for, routes_of
from parley.settings import Settings
from parley.store import models
from parley.store.keys import KeyVariables
from tests.providers.peer import Act, Peer, answer, peer, reset
from tests.run.desk import NOON, Desk, state_of
from tests.run.test_callback_door import free_port

TOKEN, SECRET = "12345", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = KeyVariables({"PARLEY_ROUTE_MAIN_AUTH_TOKEN_KEY": TOKEN})
SID = "SM" + "a" * 32
PUBLIC = "https://sms.lender.example/parley"


@contextmanager
def twilio(desk: Desk, there: Peer) -> Iterator[tuple[HttpCarrier, CallbackDoor, int]]:
    routes = routes_of(
        f"""
        [[route]]
        name = "main"
        kind = "twilio"
        countries = ["US"]
        cost_per_segment_micro = 8300
        [route.with]
        account_sid = "AC{"0" * 32}"
        sender = "+12025550100"
        address = "{there.url}"
        """.replace("        ", "").encode()
    )
    port, settings = free_port(), Settings()
    settings = replace(settings, inbound=replace(settings.inbound, port=port, public_url=PUBLIC))
    home = Home(desk.folder)
    given = given_for(routes.lines[0], KINDS["twilio"], home, settings, KEYS)
    assert not isinstance(given, list)
    carrier = KINDS["twilio"].build(given)
    assert isinstance(carrier, HttpCarrier)
    pipeline = replace(desk.pipeline(carrier), carriers=Carriers(routes, {"main": carrier}))
    door = build_callback_door(Opened(home, settings, desk.vault), pipeline, MovableClock(NOON), KEYS)
    assert door is not None
    door.start()
    try:
        yield carrier, door, port
    finally:
        door.stop()
        carrier.close()


def post(port: int, url: str, form: Mapping[str, str], token: str = TOKEN) -> tuple[int, str, bytes]:
    """Post *form* to *url* as Twilio does, by way of a proxy that takes the lender's own path off."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}".startswith(PUBLIC)
    signature = RequestValidator(token).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    path = parts.path.removeprefix(urlsplit(PUBLIC).path) + (f"?{parts.query}" if parts.query else "")
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("POST", path, urlencode(form), headers)
        told = line.getresponse()
        return told.status, told.getheader("content-type") or "", told.read()
    finally:
        line.close()


def taking(body: dict[str, object], status: str = "201 Created") -> Act:
    return answer(json.dumps(body).encode(), status)


def test_a_message_goes_out_and_its_receipt_and_a_reply_come_back(sqlite_desk: Desk, tmp_path: Path) -> None:
    desk, person = sqlite_desk, sqlite_desk.person()
    message = desk.message(person, desk.account(person))
    with peer(taking({"sid": SID, "status": "queued"})) as there, twilio(desk, there) as (carrier, _, port):
        assert desk.sender(carrier).send_due(NOON) == 1
        assert state_of(message) == "submitted"
        ((_, body),) = there.came
        form = dict(parse_qsl(body.decode()))
        assert (form["To"], form["Body"]) == (person.number, desk.sent_text(message))
        back = form["StatusCallback"]
        told = {"MessageSid": SID, "MessageStatus": "delivered", "To": person.number, "From": "+12025550100"}
        # Nobody else may say so, and what may be said is said once.
        assert post(port, back, told, token="12346")[0] == 401
        assert post(port, back.replace("ref=", "ref=0"), {**told, "MessageStatus": "queued"})[0] == 200
        assert state_of(message) == "submitted"
        assert post(port, back, told) == (200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
        assert post(port, back, told)[0] == 200
        assert state_of(message) == "delivered"
        assert models.Receipt.objects.count() == 1
        reply = {"MessageSid": "SM" + "b" * 32, "From": person.number, "To": "+12025550100", "Body": "STOP"}
        assert post(port, f"{PUBLIC}/in/main", reply)[0] == 200
        assert models.Consent.objects.get().granted is False


def test_what_broke_off_is_settled_by_the_receipt_that_brings_our_reference(sqlite_desk: Desk) -> None:
    """Twilio cannot be asked by it; it stands in the address that the receipt comes to."""
    desk, person = sqlite_desk, sqlite_desk.person()
    message = desk.message(person, desk.account(person))
    with peer(reset) as there, twilio(desk, there) as (carrier, _, port):
        desk.sender(carrier).send_due(NOON)
        assert state_of(message) == "unknown"
        # It is not sent again, however often the sender looks.
        assert desk.sender(carrier).send_due(NOON) == 0 and len(there.came) == 1
        back = dict(parse_qsl(there.came[0][1].decode()))["StatusCallback"]
        assert post(port, back, {"MessageSid": SID, "MessageStatus": "delivered"})[0] == 200
        assert state_of(message) == "delivered"


@pytest.mark.parametrize(
    ("code", "status", "state"),
    [(21610, "400 Bad Request", "rejected"), (20429, "429 Too Many", "queued"), (20003, "401 Unauthorized", "queued")],
)
def test_a_refusal_is_what_its_code_says(sqlite_desk: Desk, code: int, status: str, state: str) -> None:
    desk, person = sqlite_desk, sqlite_desk.person()
    message = desk.message(person, desk.account(person))
    with peer(taking({"code": code}, status)) as there, twilio(desk, there) as (carrier, _, _port):
        desk.sender(carrier).send_due(NOON)
        assert state_of(message) == state
