"""A described carrier: every mistake in its file is told with its line, and nothing that is not described happens."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from standardwebhooks.webhooks import Webhook

from parley.errors import BadInput
from parley.providers.described import read_description
from parley.providers.generic import KIND, SIGNED
from parley.providers.outgoing import Request, Response
from parley.providers.over_http import HttpCarrier
from parley.providers.payload import Malformed
from parley.providers.port import (
    Asked,
    CallbackFault,
    CallbackRefused,
    LookupState,
    Outcome,
    Posted,
    ReceiptIn,
    Reply,
)
from tests.providers.cases_files import NOW, REFERENCE, SECRET, given, submission, told

EXAMPLE = given("generic").values["description"]
FORM = """
[request]
address = "https://gateway.example/send"
method = "PUT"
auth = "basic"
user = "lender"
body = "form"
[request.fields]
msisdn = "{to_digits}"
msg = "{text} [{value:amount}]"
[callbacks]
body = "form"
answer = "ACK/Jasmin"
[receipt]
when = "dlr"
id = "id"
state = "dlr"
[[state]]
code = "1"
means = "delivered"
"""


def carrier(description: str, **secrets: str) -> HttpCarrier:
    route = given("generic")
    route = replace(route, values={**route.values, "description": description}, secrets={**route.secrets, **secrets})
    built = KIND.build(route)
    assert isinstance(built, HttpCarrier)
    return built


def case(**more: object) -> dict[str, Any]:
    return {"to": "+12025550143", "text": "hi & bye", "minutes": 5, "values": [["amount", "{to}"]], **more}


def answered(description: str, status: int, body: bytes) -> Outcome:
    return carrier(description)._outcome(Response(status, body), submission(case()))


def test_a_form_is_written_field_by_field_and_a_value_is_never_a_placeholder() -> None:
    written = carrier(FORM).dialect.request(submission(case()), NOW)
    assert isinstance(written, Request)
    assert (written.method, written.url) == ("PUT", "https://gateway.example/send")
    assert dict(parse_qsl(written.body.decode())) == {"msisdn": "12025550143", "msg": "hi & bye [{to}]"}
    assert written.headers["Authorization"] == "Basic bGVuZGVyOnMzY3JldA=="
    assert written.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_template_without_the_variable_is_refused_before_it_leaves() -> None:
    written = carrier(FORM).dialect.request(submission(case(values=[])), NOW)
    assert not isinstance(written, Request) and told(written) == "rejected:no_value"


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"whatever", f"accepted:{REFERENCE}"),
        (200, b"", f"accepted:{REFERENCE}"),
        (204, b"", "unknown:http_204"),
        (302, b"", "unknown:http_302"),
        (400, b"no", "rejected:http_400"),
        (403, b"", "halted:http_403"),
        (404, b"", "halted:http_404"),
        (408, b"", "unknown:http_408"),
        (429, b"", "busy:http_429"),
        (503, b"", "unknown:http_503"),
        (999, b"", "unknown:http_999"),
    ],
)
def test_without_a_test_or_an_id_the_status_alone_decides(status: int, body: bytes, outcome: str) -> None:
    assert told(answered(FORM, status, body)) == outcome


def test_without_a_look_up_it_cannot_be_asked() -> None:
    built = carrier(FORM)
    assert built.can_look_up is False and carrier(EXAMPLE).can_look_up is True
    assert built.look_up(Asked(REFERENCE, submission(case()).to, NOW), NOW).state is LookupState.UNSUPPORTED
    assert (carrier(EXAMPLE).settle_seconds, built.settle_seconds) == (90, 120)


def test_an_empty_list_says_that_it_has_not_and_nothing_else_does() -> None:
    listing = EXAMPLE.replace('id = "message.id"\nabsent = [404]', 'id = "results.0.id"\nempty = "results"')
    dialect, asked = carrier(listing).dialect, Asked(REFERENCE, submission(case()).to, NOW)
    assert dialect.found(Response(200, b'{"results": []}'), asked).state is LookupState.NOT_FOUND
    assert dialect.found(Response(200, b'{"results": [{"id": 7}]}'), asked).provider_id == "7"
    for status, body in ((200, b"{}"), (200, b'{"results": {}}'), (404, b'{"results": []}'), (200, b"[]")):
        with pytest.raises(Malformed):
            dialect.found(Response(status, body), asked)


def test_a_carrier_that_wants_to_be_let_in_needs_the_secret() -> None:
    with pytest.raises(BadInput, match="no secret"):
        carrier(FORM, secret="")
    open_door = FORM.replace('auth = "basic"\nuser = "lender"\n', "")
    written = carrier(open_door, secret="").dialect.request(submission(case()), NOW)
    assert isinstance(written, Request) and "Authorization" not in written.headers


def test_a_form_that_is_posted_is_read_and_answered_as_the_file_says() -> None:
    route = replace(given("generic"), values={**given("generic").values, "description": FORM})
    assert KIND.callbacks is not None
    reads = KIND.callbacks(route)
    token = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    (found,) = reads.read(Posted({}, b"id=77&dlr=1", token=token), NOW)  # type: ignore[misc]
    assert isinstance(found, ReceiptIn)
    assert (found.event_id, found.reference, found.provider_id, found.at) == ("77.delivered", None, "77", NOW)
    assert reads.read(Posted({}, b"id=77&dlr=9", token=token), NOW) == []
    assert reads.read(Posted({}, b"other=1", token=token), NOW) == []
    assert reads.read(Posted({}, b"dlr=1", token=token), NOW) == CallbackRefused(CallbackFault.BODY, "id")
    assert reads.read(Posted({}, b"\xff", token=token), NOW) == CallbackRefused(CallbackFault.BODY, "body")
    assert reads.taken == Reply("text/plain", b"ACK/Jasmin")


def test_a_signed_carrier_is_known_by_its_signature_and_its_clock() -> None:
    assert SIGNED.callbacks is not None
    reads = SIGNED.callbacks(given("generic"))
    body, now = '{"events": [{"balance": 3}]}', datetime.now(UTC).replace(microsecond=0)

    def post(at: datetime, signed: str = body) -> Posted:
        headers = {"webhook-id": "m1", "webhook-timestamp": str(int(at.timestamp()))}
        headers["webhook-signature"] = Webhook(SECRET).sign("m1", at, signed)
        return Posted(headers, body.encode())

    assert reads.takes_token is False
    assert reads.read(post(now), now) == []
    # The carrier's clock, or ours, is wrong.
    for skew in (timedelta(seconds=301), -timedelta(seconds=301)):
        assert reads.read(post(now + skew), now) == CallbackRefused(CallbackFault.STALE)
    assert reads.read(post(now, body + " "), now) == CallbackRefused(CallbackFault.SIGNATURE)
    assert reads.read(Posted({}, body.encode(), token="MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), now) == CallbackRefused(
        CallbackFault.HEADERS
    )


@pytest.mark.parametrize(
    ("was", "put", "words"),
    [
        ("settle_seconds = 90", "settle_secs = 90", "line 1: unknown key 'settle_secs'"),
        ('https://gateway.example/v1/messages"\nauth', 'http://gateway.example"\nauth', "address begins with https://"),
        ('messages"\nauth', 'messages?to={to}"\nauth', "address may hold no placeholder"),
        ('auth = "bearer"', 'auth = "digest"', "line 5: auth: 'digest' is not one of: none, basic, bearer, header"),
        ('auth = "bearer"', 'auth = "basic"', "user goes with auth = 'basic'"),
        ('auth = "bearer"', 'auth = "header"', "header names one"),
        ('body = "json"', 'body = "xml"', "line 6: body: 'xml' is not one of: json, form"),
        ('body = "json"\n', 'body = "json"\nmethod = "GET"\n', "'GET' is not one of: POST, PUT"),
        ('X-Tenant = "lender"', 'X-Tenant = "a\\nb"', "no header of visible ASCII"),
        ('{reference}"\nttl', '{refrence}"\nttl', "{refrence} is none of"),
        ('recipient = "{to}"', 'recipient = "x"', "no field holds {to}"),
        ('ttl = "{seconds}"', "ttl = 1.5", "a field is a text, a whole number, true or false"),
        ('params = "{values}"', 'params = "x{values}"', "{values} is the whole of a JSON value"),
        ('is = ["queued"]\n', "", "test names a field"),
        ('id = "message.id"\ncode', 'id = "message id"\ncode', "id is a path"),
        ("absent = [404]", "absent = [4]", "absent is a list of HTTP statuses"),
        ("absent = [404]\n", "", "absent or empty says how it tells that it has not"),
        ("by-ref/{reference}", "by-ref", "the address holds no {reference}"),
        ('state = "status"\n', "", "state is missing"),
        ('at_form = "unix"\n', "", "at and at_form go together"),
        ('reference = "client_ref"\nid = "message_id"\n', "", "a receipt has reference or id"),
        ('means = "busy"', 'means = "fine"', "'fine' is not one of: rejected, busy, halted, unknown"),
        ("[lookup]", "[loookup]", "unknown key 'loookup'"),
        ('rows = "events"', 'rows = "events"\neval = "1"', "unknown key 'eval'"),
    ],
)
def test_a_mistake_is_told_with_its_line(was: str, put: str, words: str) -> None:
    assert was in EXAMPLE
    with pytest.raises(BadInput, match=re.escape(words)) as refused:
        read_description(EXAMPLE.replace(was, put).encode(), "gateway.toml")
    assert re.match(r"gateway\.toml, line \d+: ", refused.value.en)
    assert re.match(r"gateway\.toml 第 \d+ 行：", refused.value.zh)
