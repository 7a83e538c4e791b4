"""Tencent Cloud SMS: every payload of its table of cases, signatures as its own library makes them, hostile answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.outgoing import Broken, Outgoing, Response
from parley.providers.port import (
    Accepted,
    Asked,
    CallbackFault,
    CallbackRefused,
    Callbacks,
    Delivery,
    InboundIn,
    LookupState,
    NotTaken,
    Posted,
    Rejected,
    SentAs,
    Unknown,
)
from parley.providers.statuses import load_statuses
from parley.providers.tencent import CODE, KIND, TAKEN, Signer, Tencent, outcome
from parley.providers.tokens import token_of
from tests.providers.mainland import (
    BROKEN,
    NOON,
    NOT_SENT,
    NUMBER,
    SECRET,
    STATES,
    TOKEN,
    Scripted,
    brought,
    cases,
    changed,
    filled,
    hostile,
    message,
    shown,
    told,
)
from tests.providers.peer import answer, peer

CASES = cases(CODE)
STATUSES = load_statuses(CODE)
OK = Response(200, filled(CASES["answer"][0]))
SERIAL = CASES["answer"][0]["says"]


def given(endpoint: str = "https://sms.tencentcloudapi.com", *secrets: str) -> Given:
    values = {"secret_id": "AKIDEXAMPLE", "sdk_app_id": "1400006666", "region": "ap-guangzhou", "endpoint": endpoint}
    return Given("ten-1", values, {"secret_key": "s3cret"}, callback_secrets=secrets or (SECRET,))


def carrier(*answers: Response | Broken) -> tuple[Tencent, Scripted]:
    script = Scripted(*answers)
    return Tencent(given(), script, wall=lambda: NOON), script


def door(*secrets: str) -> Callbacks:
    assert KIND.callbacks is not None
    return KIND.callbacks(given("https://t.example", *secrets))


def read(
    body: bytes, wall: datetime = NOON, *, secrets: tuple[str, ...] = (SECRET,), token: str = TOKEN
) -> list[Delivery]:
    found = door(*secrets).read(Posted({}, body, token=token), wall)
    assert not isinstance(found, CallbackRefused), found
    return found


def test_the_published_example_is_signed_to_the_letter() -> None:
    one = CASES["published"]
    signer = Signer(
        one["secret_id"], one["secret_key"], one["region"], one["endpoint"], one["service"], one["version"]
    )  # fmt: skip
    made = signer.request(one["action"], one["body"].encode(), datetime.fromtimestamp(one["seconds"], UTC))
    assert made.headers["Authorization"] == one["authorization"]


@pytest.mark.parametrize("one", CASES["signed"])
def test_calls_are_signed_as_their_own_library_signs_them(one: dict[str, Any]) -> None:
    signer = Signer(one["secret_id"], one["secret_key"], "ap-guangzhou")
    made = signer.request("SendSms", one["body"].encode(), datetime.fromtimestamp(one["seconds"], UTC))
    assert made.headers["Authorization"].endswith(f"Signature={one['signature']}")


@pytest.mark.parametrize("case", CASES["answer"], ids=lambda one: one["name"])
def test_every_answer_means_what_the_table_of_cases_says(case: dict[str, Any]) -> None:
    said = outcome(Response(case.get("status", 200), filled(case)), "test", STATUSES)
    assert told(said) == (case["outcome"], case["says"])


def test_what_got_no_answer_is_open_and_what_never_left_is_not_taken() -> None:
    assert outcome(BROKEN, "test", STATUSES) == Unknown("time_out")
    assert outcome(NOT_SENT, "test", STATUSES) == NotTaken("dns", retryable=True)


def test_a_receipt_that_says_no_more_finds_the_message_by_their_number() -> None:
    assert outcome(OK, "test", STATUSES) == Accepted(SERIAL, (SERIAL,))


def test_a_message_is_asked_for_as_their_own_example_does() -> None:
    one, script = carrier(OK)
    sent_as = SentAs(signature="腾讯云", template_id="1110", values=(("1", "1234"),))
    one.submit([message(text="【腾讯云】您的验证码是1234", sent_as=sent_as)], NOON)
    assert json.loads(script.asked[0].body) == json.loads(CASES["request"]["body"])
    headers = script.asked[0].headers
    assert (headers["X-TC-Action"], headers["X-TC-Version"]) == ("SendSms", "2021-01-11")
    assert headers["X-TC-Timestamp"] == str(int(NOON.timestamp()))


def test_values_stand_in_the_order_of_their_places_and_answers_in_that_of_the_batch() -> None:
    one, script = carrier(OK, BROKEN)
    batch = [message(), replace(message("b"), to=Msisdn("+12025550001")), message("c")]
    first, second, third = one.submit(batch, NOON)
    assert (first, third) == (Accepted(SERIAL, (SERIAL,)), Unknown("time_out"))
    assert isinstance(second, Rejected)
    bodies = [json.loads(each.body) for each in script.asked]
    assert [body["SessionContext"] for body in bodies] == ["test", "c"]
    assert bodies[0]["TemplateParamSet"] == ["58元", "12月5日"]
    assert bodies[0]["PhoneNumberSet"] == ["+8618511122233"]


def test_what_leaves_is_signed_as_it_leaves() -> None:
    with peer(answer(OK.body)) as there:
        live = Tencent(given(there.url), Outgoing(), wall=lambda: NOON)
        try:
            assert live.submit([message()], NOON) == [Accepted(SERIAL, (SERIAL,))]
        finally:
            live.close()
    head, body = there.came[0]
    lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    again = Signer("AKIDEXAMPLE", "s3cret", "ap-guangzhou", there.url).request("SendSms", body, NOON)
    assert lines[0].split(" ")[:2] == ["POST", "/"]
    assert {name: headers[name] for name in again.headers} == again.headers


def test_what_it_holds_it_cannot_say() -> None:
    one, script = carrier()
    assert one.look_up(Asked("test", NUMBER, NOON), NOON).state is LookupState.UNSUPPORTED
    assert script.asked == []


@pytest.mark.parametrize("case", CASES["posted"], ids=lambda one: one["name"])
def test_everything_they_post_brings_what_the_table_of_cases_says(case: dict[str, Any]) -> None:
    assert [shown(one) for one in read(filled(case))] == brought(case)


REPORT, _, REPLY = CASES["posted"][:3]


@pytest.mark.parametrize(
    ("case", "name", "value"),
    [
        (REPORT, "report_status", "success"),
        (REPORT, "report_status", ...),
        (REPORT, "sid", ""),
        (REPORT, "sid", "一"),
        (REPORT, "sid", 5),
        (REPORT, "errmsg", None),
        (REPORT, "user_receive_time", "2015-10-17"),
        (REPORT, "ext", 5),
        (REPORT, "ext", "x" * 513),
        (REPLY, "time", "1457336869"),
        (REPLY, "time", True),
        (REPLY, "time", 0),
        (REPLY, "time", 1 << 40),
        (REPLY, "mobile", "13xxxxxxxxx"),
        (REPLY, "nationcode", "852"),
        (REPLY, "extend", 5),
        (REPLY, "text", None),
    ],
)
def test_a_row_with_a_field_not_of_its_form_is_refused_by_its_name(
    case: dict[str, Any], name: str, value: object
) -> None:
    refused = door().read(Posted({}, changed(case, name, value), token=TOKEN), NOON)
    assert refused == CallbackRefused(CallbackFault.BODY, name)


def test_a_text_without_an_id_gets_one_that_shows_nothing_and_stays_the_same() -> None:
    (case,) = [one for one in CASES["posted"] if "text" in one]
    body, other = filled(case), f"whsec_{'efgh' * 11}"
    (first,) = read(body, secrets=(SECRET, other))
    (again,) = read(body, NOON + timedelta(hours=1), secrets=(other, SECRET))
    assert again.event_id == first.event_id
    for line in (b'"time": 1457336870', b'"text": "1"', b'"extend": ""', b'"mobile": "13111110001"'):
        lines = [line + b"," if one.startswith(line.split(b":")[0]) else one for one in body.split(b"\n")]
        told_of = b"\n".join(lines).replace(b",\n}", b"\n}")
        assert read(told_of)[0].event_id != first.event_id
    # Who reads the ids, and not the secret, cannot try numbers.
    (keyed,) = read(body, secrets=(other,), token=token_of(other))
    assert keyed.event_id != first.event_id


def test_the_answer_is_the_one_they_wait_for() -> None:
    assert json.loads(door().taken.body) == {"result": 0, "errmsg": "OK"}
    assert door().taken is TAKEN


def test_a_probe_sends_nothing_and_says_what_to_do() -> None:
    one, script = carrier(Response(200, b'{"Response":{"SendStatusStatistics":{},"RequestId":"R"}}'))
    assert one.probe().is_well
    assert script.asked[0].headers["X-TC-Action"] == "SendStatusStatistics"
    assert json.loads(script.asked[0].body)["BeginTime"] == "2026112620"
    others: list[tuple[Response | Broken, str]] = [
        (Response(200, b'{"Response":{"Error":{"Code":"AuthFailure.SecretIdNotFound"}}}'), "do not know this SecretId"),
        (Response(200, b'{"Response":{"Error":{"Code":"Strange"}}}'), "See their list of codes"),
        (Response(502, b"<html>"), "HTTP 502"),
        (BROKEN, "No answer"),
    ]
    for said, words in others:
        found = carrier(said)[0].probe()
        assert not found.is_well
        assert words in found.en
        assert found.zh


def test_hostile_answers_are_outcomes_and_never_a_yes_that_was_not_said() -> None:
    bodies = [filled(case) for case in CASES["answer"]]
    for number, body in enumerate(hostile(bodies, 3_000, seed=4)):
        said = outcome(Response((200, 400, 503)[number % 3], body), "test", STATUSES)
        if isinstance(said, Accepted):
            assert number % 3 == 0
            (row,) = json.loads(body)["Response"]["SendStatusSet"]
            assert (row["Code"], row["SerialNo"]) == ("Ok", said.provider_id)


def test_hostile_posts_are_refused_or_read() -> None:
    bodies = [filled(case) for case in CASES["posted"] if len(case["body"]) > 2]
    for body in hostile(bodies, 2_000, seed=5):
        found = door().read(Posted({}, body, token=TOKEN), NOON)
        if isinstance(found, CallbackRefused):
            continue
        for one in found:
            assert 1 <= len(one.event_id) <= 80
            assert one.at.tzinfo is not None
            assert isinstance(one, InboundIn) or one.state in STATES
