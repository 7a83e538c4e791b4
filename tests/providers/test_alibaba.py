"""Alibaba Cloud SMS: every payload of its table of cases, signatures as its own library makes them, hostile answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from parley.errors import OutsideFailed
from parley.ids import Msisdn
from parley.providers.alibaba import CODE, KIND, TAKEN, Alibaba, Signer, days_of, outcome, told_of
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
    Unknown,
)
from parley.providers.statuses import load_statuses
from tests.providers.mainland import (
    BROKEN,
    NOON,
    NOT_SENT,
    NUMBER,
    SECRET,
    SENT_AS,
    STATES,
    TEXT,
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
OK = Response(200, b'{"Code":"OK","Message":"OK","RequestId":"R","BizId":"1^0"}')
NONE = Response(200, CASES["details"][1]["body"].encode())
ASKED = Asked("123", NUMBER, datetime(2026, 11, 26, 4, tzinfo=UTC))


def carrier(*answers: Response | Broken, endpoint: str = "https://dysmsapi.aliyuncs.com") -> tuple[Alibaba, Scripted]:
    script = Scripted(*answers)
    return Alibaba(given(endpoint), script, wall=lambda: NOON, nonce=lambda: "n" * 32), script


def given(endpoint: str) -> Given:
    values = {"access_key_id": "LTAI5tEXAMPLE", "endpoint": endpoint}
    return Given("ali-1", values, {"access_key_secret": "s3cret"}, callback_secrets=(SECRET,))


def asked_for(script: Scripted) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(one.url).query)) for one in script.asked]


def test_the_published_example_is_signed_to_the_letter() -> None:
    one = CASES["published"]
    signer = Signer(one["key_id"], one["secret"], one["endpoint"], one["version"])
    made = signer.request(one["action"], one["query"], datetime.fromisoformat(one["at"]), one["nonce"])
    assert made.headers["Authorization"] == one["authorization"]


@pytest.mark.parametrize("one", CASES["signed"])
def test_calls_are_signed_as_their_own_library_signs_them(one: dict[str, Any]) -> None:
    query = json.loads(one["query"])
    signer = Signer(one["key_id"], one["secret"])
    made = signer.request(one["action"], query, datetime.fromisoformat(one["at"]), one["nonce"])
    assert made.headers["Authorization"].endswith(f"Signature={one['signature']}")
    # What is signed is what leaves.
    assert dict(parse_qsl(urlsplit(made.url).query, strict_parsing=True)) == query


@pytest.mark.parametrize("case", CASES["answer"], ids=lambda one: one["name"])
def test_every_answer_means_what_the_table_of_cases_says(case: dict[str, Any]) -> None:
    said = outcome(Response(case.get("status", 200), filled(case)), STATUSES)
    assert told(said) == (case["outcome"], case["says"])


def test_what_got_no_answer_is_open_and_what_never_left_is_not_taken() -> None:
    assert outcome(BROKEN, STATUSES) == Unknown("time_out")
    assert outcome(NOT_SENT, STATUSES) == NotTaken("dns", retryable=True)


def test_a_message_is_sent_by_its_template_and_answers_stand_in_their_order() -> None:
    one, script = carrier(OK, BROKEN)
    batch = [message("a"), replace(message("b"), to=Msisdn("+12025550001")), message("c")]
    assert one.submit(batch, NOON) == [
        Accepted("1^0"),
        Rejected("number_not_served", "This carrier is connected for mobile numbers of mainland China alone."),
        Unknown("time_out"),
    ]
    first, last = asked_for(script)
    assert first == {
        "PhoneNumbers": "18511122233",
        "SignName": "示例金融",
        "TemplateCode": "1110",
        "TemplateParam": '{"v1":"58元","v2":"12月5日"}',
        "OutId": "a",
    }
    assert last["OutId"] == "c"
    assert script.asked[0].headers["x-acs-action"] == "SendSms"
    assert script.asked[0].headers["x-acs-version"] == "2017-05-25"
    assert script.asked[0].headers["x-acs-date"] == "2026-11-26T12:00:00Z"


def test_a_template_without_variables_is_sent_without_values() -> None:
    one, script = carrier(OK)
    one.submit([message(sent_as=replace(SENT_AS, values=()))], NOON)
    assert "TemplateParam" not in asked_for(script)[0]


@pytest.mark.parametrize(("second", "leaves"), [("58元", True), ("12月5日", False)])
def test_one_variable_in_two_places_has_one_value(second: str, *, leaves: bool) -> None:
    one, script = carrier(OK)
    text = f"【示例金融】应还58元，共{second}。"
    (found,) = one.submit([message(text=text, sent_as=replace(SENT_AS, values=(("v", "58元"), ("v", second))))], NOON)
    assert (len(script.asked) == 1) is leaves
    assert isinstance(found, Accepted if leaves else Rejected)


def test_what_leaves_is_signed_as_it_leaves() -> None:
    with peer(answer(OK.body)) as there:
        live = Alibaba(given(there.url), Outgoing(), wall=lambda: NOON, nonce=lambda: "n" * 32)
        try:
            assert live.submit([message("a&b =+/?🙂")], NOON) == [Accepted("1^0")]
        finally:
            live.close()
    head, body = there.came[0]
    lines = head.split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    query = dict(parse_qsl(urlsplit(path).query, strict_parsing=True))
    again = Signer("LTAI5tEXAMPLE", "s3cret", there.url).request("SendSms", query, NOON, "n" * 32)
    assert (method, f"{there.url}{path}", body) == ("POST", again.url, b"")
    assert headers["authorization"] == again.headers["Authorization"].lower()
    assert headers["host"] == again.headers["host"]
    assert query["OutId"] == "a&b =+/?🙂"


@pytest.mark.parametrize("case", CASES["details"], ids=lambda one: one["name"])
def test_what_they_tell_of_a_number_is_read(case: dict[str, Any]) -> None:
    assert [row["OutId"] for row in told_of(Response(200, case["body"].encode()))] == case["references"]


def test_a_message_is_found_by_number_day_and_our_reference_alone() -> None:
    held = Response(200, CASES["details"][0]["body"].encode())
    one, script = carrier(held, held)
    assert one.look_up(ASKED, NOON).state is LookupState.FOUND
    assert asked_for(script) == [
        {"PhoneNumber": "18511122233", "SendDate": "20261126", "PageSize": "50", "CurrentPage": "1"}
    ]
    assert one.look_up(replace(ASKED, reference="124"), NOON).state is LookupState.NOT_FOUND


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ((2026, 11, 26, 4, 0), ["20261126"]),
        # Midnight of Shanghai is 16:00 UTC: a message may be of the day before or after, by their clock.
        ((2026, 11, 25, 15, 55), ["20261125", "20261126"]),
        ((2026, 11, 25, 16, 5), ["20261125", "20261126"]),
        ((2026, 12, 31, 15, 59), ["20261231", "20270101"]),
    ],
)
def test_around_midnight_two_days_are_asked_about(at: tuple[int, int, int, int, int], days: list[str]) -> None:
    tried_at = datetime(*at, tzinfo=UTC)
    assert [f"{day:%Y%m%d}" for day in days_of(tried_at)] == days
    one, script = carrier(*[NONE] * len(days))
    assert one.look_up(replace(ASKED, tried_at=tried_at), tried_at).state is LookupState.NOT_FOUND
    assert [query["SendDate"] for query in asked_for(script)] == days


def page(*references: str) -> Response:
    rows = [{"OutId": one} for one in references]
    return Response(200, json.dumps({"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}}).encode())


def test_every_page_of_a_day_is_read_before_a_message_is_called_absent() -> None:
    one, script = carrier(page(*["x"] * 50), page(*["x"] * 50), page("123"))
    assert one.look_up(ASKED, NOON).state is LookupState.FOUND
    assert [query["CurrentPage"] for query in asked_for(script)] == ["1", "2", "3"]
    one, script = carrier(*[page(*["x"] * 50)] * 20)
    with pytest.raises(OutsideFailed, match="more messages to one number"):
        one.look_up(ASKED, NOON)


def test_what_they_no_longer_tell_of_cannot_be_asked() -> None:
    one, script = carrier()
    assert one.look_up(ASKED, NOON + timedelta(days=30)).state is LookupState.UNSUPPORTED
    assert script.asked == []


@pytest.mark.parametrize(
    "said",
    [
        BROKEN,
        NOT_SENT,
        Response(200, b'{"Code":"isp.SYSTEM_ERROR","Message":"?"}'),
        Response(200, b'{"Code":"isp.NEW","SmsSendDetailDTOs":{"SmsSendDetailDTO":[]}}'),
        Response(200, b'{"Code":"OK","Message":"OK"}'),
        Response(200, b'{"Code":"OK","SmsSendDetailDTOs":{"SmsSendDetailDTO":[1]}}'),
        Response(503, b"<html>"),
    ],
)
def test_no_answer_about_a_message_is_never_its_absence(said: Response | Broken) -> None:
    one, _ = carrier(said)
    with pytest.raises(OutsideFailed) as found:
        one.look_up(ASKED, NOON)
    assert NUMBER.e164[3:] not in str(found.value)


@pytest.mark.parametrize("case", CASES["posted"], ids=lambda one: one["name"])
def test_everything_they_post_brings_what_the_table_of_cases_says(case: dict[str, Any]) -> None:
    assert [shown(one) for one in read(filled(case))] == brought(case)


def door() -> Callbacks:
    assert KIND.callbacks is not None
    return KIND.callbacks(given("https://a.example"))


def read(body: bytes, wall: datetime = NOON) -> list[Delivery]:
    found = door().read(Posted({}, body, token=TOKEN), wall)
    assert not isinstance(found, CallbackRefused), found
    return found


REPORT, _, UP = CASES["posted"][:3]


@pytest.mark.parametrize(
    ("case", "name", "value"),
    [
        (REPORT, "success", "true"),
        (REPORT, "success", 1),
        (REPORT, "success", ...),
        (REPORT, "biz_id", ""),
        (REPORT, "biz_id", "一"),
        (REPORT, "biz_id", 12345),
        (REPORT, "err_code", None),
        (REPORT, "report_time", "2017-01-01"),
        (REPORT, "out_id", 67890),
        (REPORT, "out_id", "x" * 81),
        (UP, "sequence_id", True),
        (UP, "sequence_id", ""),
        (UP, "sequence_id", ...),
        (UP, "phone_number", "1381111****"),
        (UP, "send_time", 20170901000000),
        (UP, "dest_code", None),
        (UP, "content", None),
    ],
)
def test_a_row_with_a_field_not_of_its_form_is_refused_by_its_name(
    case: dict[str, Any], name: str, value: object
) -> None:
    refused = door().read(Posted({}, changed(case, name, value), token=TOKEN), NOON)
    assert refused == CallbackRefused(CallbackFault.BODY, name)


def test_the_same_post_has_the_same_ids_and_another_report_another() -> None:
    (case,) = [one for one in CASES["posted"] if one["name"] == "SmsReport: it arrived"]
    (first,) = read(filled(case))
    assert read(filled(case), NOON + timedelta(hours=1)) == [first]
    later = filled(case).replace(b'"report_time" : "2017-01-01 00:00:00"', b'"report_time" : "2017-01-01 00:00:01"')
    assert read(later)[0].event_id != first.event_id


def test_the_answer_is_the_one_they_wait_for() -> None:
    assert json.loads(door().taken.body) == {"code": 0, "msg": "接收成功"}
    assert door().taken is TAKEN


def test_a_probe_sends_nothing_and_says_what_to_do() -> None:
    one, script = carrier(Response(200, b'{"Code":"OK","SmsTemplateList":[]}'))
    assert one.probe().is_well
    assert [each.headers["x-acs-action"] for each in script.asked] == ["QuerySmsTemplateList"]
    others: list[tuple[Response | Broken, str]] = [
        (Response(400, b'{"Code":"InvalidAccessKeyId.NotFound"}'), "They do not know this AccessKey"),
        (Response(200, b'{"Code":"Strange"}'), "See their list of codes"),
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
    for number, body in enumerate(hostile(bodies, 2_000, seed=1)):
        said = outcome(Response((200, 400, 503)[number % 3], body), STATUSES)
        if isinstance(said, Accepted):
            assert json.loads(body)["Code"] == "OK"
            assert number % 3 == 0


def test_hostile_lists_of_messages_are_refused_or_read() -> None:
    for body in hostile([CASES["details"][0]["body"].encode()], 1_000, seed=2):
        one, _ = carrier(Response(200, body))
        try:
            found = one.look_up(ASKED, NOON)
        except OutsideFailed:
            continue
        assert found.state in {LookupState.FOUND, LookupState.NOT_FOUND}


def test_hostile_posts_are_refused_or_read() -> None:
    bodies = [filled(case) for case in CASES["posted"] if len(case["body"]) > 2]
    for body in hostile(bodies, 2_000, seed=3):
        found = door().read(Posted({}, body, token=TOKEN), NOON)
        if isinstance(found, CallbackRefused):
            continue
        for one in found:
            assert 1 <= len(one.event_id) <= 80
            assert one.at.tzinfo is not None
            assert isinstance(one, InboundIn) or one.state in STATES


def test_no_line_of_ours_shows_a_text_or_a_number() -> None:
    one, script = carrier(OK)
    one.submit([message()], NOON)
    assert "185" not in repr(script.asked)
    assert TEXT[6:] not in repr(script.asked)
