"""A home whose messages leave by Twilio, from routes.toml to the ledger: all of it the product but Twilio itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlencode

import pytest

from parley.purpose import Channel
from parley.run.callbacks import CallbackDoor, build_callback_door
from parley.run.clock import MovableClock
from parley.run.home import Opened
from parley.run.loops import Pipeline
from parley.run.place import Home
from parley.run.serving import build_pipeline
from parley.settings import Settings
from parley.settings.inbound import Inbound
from parley.settings.messages import Messages
from parley.store import models
from parley.store.keys import KeyVariables
from tests.providers.peer import Peer, answer, peer
from tests.run.desk import NOON, TODAY, Anything, Desk, Person, state_of
from tests.run.test_callback_door import free_port

SID, TOKEN, ACCOUNT = "SM" + "0" * 31 + "1", "12345", "AC" + "0" * 32
PUBLIC = "https://sms.lender.example"
KEYS = KeyVariables({"PARLEY_ROUTE_TWILIO_US_AUTH_TOKEN_KEY": TOKEN})
REGISTERED = b"""
[[sender]]
id = "SHORT-1"
providers = ["twilio"]
country = "US"
purposes = ["all"]
valid_from = 2026-01-01
name = "55501"
form = "short_code"
"""


def routes(port: int) -> str:
    return f"""
[[route]]
name = "twilio-us"
kind = "twilio"
countries = ["US"]
cost_per_segment_micro = 8300
[route.with]
account_sid = "{ACCOUNT}"
address = "http://127.0.0.1:{port}"
"""


@dataclass
class Lender:
    """A lender's home with Twilio as its only carrier, and what Twilio saw."""

    desk: Desk
    twilio: Peer
    pipeline: Pipeline
    port: int

    def post(self, query: str = "", *, token: str = TOKEN, **form: str) -> tuple[int, str, bytes]:
        """Post *form* as Twilio does, signed with *token*: HMAC-SHA1 over the address and the sorted fields."""
        path = f"/in/twilio-us{'?' + query if query else ''}"
        signed = PUBLIC + path + "".join(f"{name}{form[name]}" for name in sorted(form))
        signature = base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()
        headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("POST", path, urlencode(form), headers)
            told = line.getresponse()
            return told.status, told.headers["content-type"], told.read()
        finally:
            line.close()

    def person(self) -> Person:
        person = self.desk.person(number="+13475550001")
        models.ContactPoint.objects.update(is_synthetic=False)
        return person

    def message(self, person: Person, **more: Anything) -> models.Message:
        account = self.desk.account(person, [(TODAY + timedelta(days=3), 5_000, 0)])
        return self.desk.message(person, account, **more)


@contextmanager
def lender(desk: Desk, body: bytes, status: str) -> Iterator[Lender]:
    port = free_port()
    settings = replace(Settings(), messages=Messages(provider="routes"), inbound=Inbound(public_url=PUBLIC, port=port))
    with peer(answer(body, status)) as twilio:
        home = Home(desk.folder)
        home.routes_file.write_text(routes(twilio.port), encoding="utf-8")
        opened = Opened(home, settings, desk.vault, REGISTERED)
        pipeline = build_pipeline(opened, KEYS)
        door = build_callback_door(opened, pipeline, MovableClock(NOON), KEYS)
        assert isinstance(door, CallbackDoor)
        door.start()
        try:
            yield Lender(desk, twilio, pipeline, port)
        finally:
            door.stop()
            pipeline.carriers.close()


@pytest.fixture
def taken(sqlite_desk: Desk) -> Iterator[Lender]:
    """Give a lender whose carrier takes every message."""
    body = json.dumps({"sid": SID, "status": "queued", "error_code": None}).encode()
    with lender(sqlite_desk, body, "201 Created") as found:
        yield found


def test_a_message_leaves_by_the_route_and_comes_back_as_delivered(taken: Lender) -> None:
    message = taken.message(taken.person())
    assert taken.pipeline.send(NOON) == 1
    (head, body), form = taken.twilio.came[0], parse_qs(taken.twilio.came[0][1].decode())
    assert head.startswith(f"POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    assert (form["To"], form["From"]) == (["+13475550001"], ["55501"]) and body
    callback = form["StatusCallback"][0]
    assert callback.startswith(f"{PUBLIC}/in/twilio-us?")
    row = models.Message.objects.get(id=message.id)
    assert (row.state, row.provider, row.provider_id) == ("submitted", "twilio-us", SID)
    told = taken.post(callback.partition("?")[2], MessageSid=SID, MessageStatus="delivered", AccountSid=ACCOUNT)
    assert told == (200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert state_of(message) == "delivered"


def test_a_stop_that_twilio_brings_is_in_force_before_it_is_answered(taken: Lender) -> None:
    person = taken.person()
    waiting = taken.message(person)
    form = {"MessageSid": "SM" + "a" * 32, "AccountSid": ACCOUNT, "From": person.number, "To": "55501", "Body": "Stop"}
    assert [taken.post(**form, NumMedia="0")[0] for _ in range(2)] == [200, 200]
    assert state_of(waiting) == "cancelled"
    assert models.Inbound.objects.count() == 1
    assert models.Consent.objects.filter(scope="all", granted=False).count() == 1
    assert taken.pipeline.send(NOON) == 0 and taken.twilio.came == []


def test_a_picture_that_twilio_brings_is_refused_in_words_and_never_fetched(taken: Lender) -> None:
    person = taken.person()
    taken.desk.account(person, [(TODAY - timedelta(days=5), 5_000, 0)])
    form = {"MessageSid": "MM" + "a" * 32, "AccountSid": ACCOUNT, "From": person.number, "To": "55501", "Body": ""}
    media = {"NumMedia": "1", "MediaContentType0": "image/jpeg", "MediaUrl0": f"http://127.0.0.1:{taken.twilio.port}/x"}
    assert [taken.post(**form, **media)[0] for _ in range(2)] == [200, 200]
    assert taken.pipeline.work(NOON) == 1
    assert models.Message.objects.get().template_key == "unclear.media"
    assert taken.pipeline.send(NOON) == 1
    ((head, body),) = taken.twilio.came
    assert head.startswith("POST ") and b"cannot+open+pictures" in body


def test_a_stop_with_a_picture_that_twilio_brings_is_in_force_before_it_is_answered(taken: Lender) -> None:
    waiting = taken.message(taken.person())
    form = {"MessageSid": "MM" + "b" * 32, "AccountSid": ACCOUNT, "From": "+13475550001", "To": "55501"}
    assert taken.post(**form, Body="STOP", NumMedia="1")[0] == 200
    assert state_of(waiting) == "cancelled"
    assert models.Consent.objects.filter(scope="all", granted=False).count() == 1


def test_what_twilio_did_not_sign_changes_nothing(taken: Lender) -> None:
    person = taken.person()
    form = {"MessageSid": "SM" + "a" * 32, "AccountSid": ACCOUNT, "From": person.number, "To": "55501", "Body": "STOP"}
    assert taken.post(**form, token="guessed")[0] == 401
    assert not models.Inbound.objects.exists()


def test_an_invented_number_never_reaches_a_real_carrier(taken: Lender) -> None:
    message = taken.message(taken.desk.person(number="+13475550001"))
    taken.pipeline.send(NOON)
    assert state_of(message) == "rejected" and taken.twilio.came == []


def test_wrong_credentials_put_the_message_back_and_the_route_down(sqlite_desk: Desk) -> None:
    body = json.dumps({"code": 20003, "message": "Authenticate", "status": 401}).encode()
    with lender(sqlite_desk, body, "401 Unauthorized") as found:
        message = found.message(found.person(), channel=Channel.SMS)
        found.pipeline.send(NOON)
        assert state_of(message) == "queued"
        assert models.RouteState.objects.get().code == "20003"
        assert models.Job.objects.filter(kind="page").count() == 1


def test_an_answer_that_makes_no_sense_leaves_an_honest_unknown_and_is_not_sent_again(sqlite_desk: Desk) -> None:
    with lender(sqlite_desk, b"<html>Bad gateway</html>", "502 Bad Gateway") as found:
        message = found.message(found.person())
        for minutes in (0, 5, 90):
            found.pipeline.send(NOON + timedelta(minutes=minutes))
        assert state_of(message) == "unknown" and len(found.twilio.came) == 1
