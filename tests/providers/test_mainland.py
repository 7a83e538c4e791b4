"""What both carriers of mainland China refuse to send, and whose posts they take."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from parley.ids import Msisdn
from parley.messaging.carriage import CARRIAGES
from parley.providers.alibaba import Alibaba
from parley.providers.declared import Given
from parley.providers.kinds import KINDS
from parley.providers.mainland import MOST_ROWS, instant, mobile, refusal
from parley.providers.payload import Malformed
from parley.providers.port import UNREGISTERED, CallbackFault, CallbackRefused, Callbacks, Delivery, Posted, Submission
from parley.providers.statuses import load_statuses
from parley.providers.tencent import Tencent
from parley.rulebook.load import load_rulebook
from parley.rulebook.terms import Registered
from parley.run.library import data_files
from tests.providers.mainland import NOON, SECRET, SENT_AS, TEXT, TOKEN, Scripted, cases, filled, message

KEYS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "alibaba": (
        {"access_key_id": "LTAI5tEXAMPLE", "endpoint": "https://a.example"},
        {"access_key_secret": "s3cret-key"},
    ),
    "tencent": (
        {
            "secret_id": "AKIDEXAMPLE",
            "sdk_app_id": "1400006666",
            "region": "ap-guangzhou",
            "endpoint": "https://t.example",
        },
        {"secret_key": "s3cret-key"},
    ),
}


def given(kind: str) -> Given:
    return Given(kind, *KEYS[kind], callback_secrets=(SECRET,))


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (message(), None),
        (message(sent_as=replace(SENT_AS, values=())), None),
        (message(sent_as=UNREGISTERED), "template_not_registered"),
        (message(sent_as=replace(SENT_AS, template_id="")), "template_not_registered"),
        (message(sent_as=replace(SENT_AS, signature="")), "template_not_registered"),
        (message(to=Msisdn("+85251234567")), "number_not_served"),
        (message(to=Msisdn("+861051234567")), "number_not_served"),
        (message(to=Msisdn("+12025550001")), "number_not_served"),
        # The carrier would put another signature before it, or the same where ours stands behind.
        (message(text=TEXT.replace("示例", "别家")), "text_not_as_registered"),
        (message(text=f"尊敬的客户：{TEXT.removeprefix('【示例金融】')}【示例金融】"), "text_not_as_registered"),
        (message(text=TEXT.replace("58元", "59元")), "text_not_as_registered"),
        (message(sent_as=replace(SENT_AS, values=SENT_AS.values[::-1])), "text_not_as_registered"),
        (message(sent_as=replace(SENT_AS, values=(("v1", ""),))), "text_not_as_registered"),
        (message(sent_as=replace(SENT_AS, values=(("v1", "58元"), ("v2", "58元")))), "text_not_as_registered"),
        (replace(message(), not_after=NOON - timedelta(seconds=1)), "validity_over"),
    ],
)
def test_nothing_leaves_but_what_is_registered_and_may_still_arrive(one: Submission, code: str | None) -> None:
    found = refusal(one, NOON)
    assert (found.code if found is not None else None) == code
    for carrier in (Alibaba(given("alibaba"), quiet := Scripted()), Tencent(given("tencent"), quiet := Scripted())):
        if code is not None:
            assert carrier.submit([one], NOON) == [found]
            assert quiet.asked == []


@pytest.mark.parametrize("kind", ["alibaba", "tencent"])
def test_each_says_what_it_is(kind: str) -> None:
    declared = KINDS[kind].declared
    assert kind in load_rulebook(data_files("parley.rulebook.data")).carriers
    assert declared.carriage is CARRIAGES["china"]
    assert declared.needs == {Registered.SENDER, Registered.TEMPLATE}
    assert not declared.deduplicates
    carrier = KINDS[kind].build(given(kind))
    assert (carrier.name, carrier.can_look_up, carrier.takes_synthetic) == (kind, declared.can_look_up, False)
    assert carrier.settle_seconds == declared.settle_seconds
    assert carrier.poll(NOON, 10) == []
    carrier.acknowledge(["x"])
    carrier.close()
    values, secrets = KEYS[kind]
    for key in declared.keys:
        assert key.is_secret is (key.name in secrets)
        told = {**values, **secrets}[key.name]
        assert key.form.fullmatch(told), key.name
        assert key.default is None or key.form.fullmatch(key.default), key.name


@pytest.mark.parametrize("kind", ["alibaba", "tencent"])
def test_every_code_can_be_kept_with_a_message_and_says_what_to_do_in_both_languages(kind: str) -> None:
    for status in load_statuses(kind).statuses.values():
        assert len(status.code) <= 60
        assert status.words.en.endswith(".")
        assert status.words.zh.endswith("。")


@pytest.mark.parametrize("kind", ["alibaba", "tencent"])
def test_what_is_posted_is_taken_under_a_live_token_alone(kind: str) -> None:
    make = KINDS[kind].callbacks
    assert make is not None
    door = make(given(kind))
    assert door.takes_token
    assert door.read(Posted({}, b"[]", token=TOKEN), NOON) == []
    for token in ("", "x", TOKEN[:-1], TOKEN + "A", "\ud800"):
        assert door.read(Posted({}, b"[]", token=token), NOON) == CallbackRefused(CallbackFault.SIGNATURE)
    row = json.loads(filled(cases(kind)["posted"][0]))[0]
    assert len(brought(door, [row] * MOST_ROWS)) == MOST_ROWS
    for body in (b"", b"[", b"1", b"[1]", b"{}", json.dumps([row] * (MOST_ROWS + 1)).encode()):
        refused = door.read(Posted({}, body, token=TOKEN), NOON)
        assert isinstance(refused, CallbackRefused)
        assert refused.fault is CallbackFault.BODY


def brought(door: Callbacks, rows: list[dict[str, str]]) -> list[Delivery]:
    found = door.read(Posted({}, json.dumps(rows).encode(), token=TOKEN), NOON)
    assert not isinstance(found, CallbackRefused), found
    return found


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("13811110000", "+8613811110000"),
        ("8613811110000", "+8613811110000"),
        ("+8613811110000", "+8613811110000"),
        ("008613811110000", "+8613811110000"),
        ("1381111****", None),
        ("23811110000", None),
        ("138111100001", None),
        ("1３８１１１１００００", None),
        ("", None),
    ],
)
def test_a_number_of_the_mainland_is_told_with_its_country_or_without(told: str, number: str | None) -> None:
    if number is None:
        with pytest.raises(Malformed, match="mobile"):
            mobile(told, "mobile")
    else:
        assert mobile(told, "mobile") == Msisdn(number)


@pytest.mark.parametrize("told", ["2026-11-26 07:59:58", "20261126075958"])
def test_their_clock_is_that_of_shanghai(told: str) -> None:
    assert instant(told, "at") == datetime(2026, 11, 25, 23, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "told", ["", "2026-11-26", "2026-13-26 07:59:58", "0001-01-01 00:00:00", "2026-11-26T07:59:58Z"]
)
def test_what_is_no_instant_is_refused(told: str) -> None:
    with pytest.raises(Malformed, match="at"):
        instant(told, "at")


def test_an_account_prints_no_secret() -> None:
    for kind, make in (("alibaba", Alibaba), ("tencent", Tencent)):
        one: Any = make(given(kind), Scripted())
        assert "s3cret" not in f"{one!r} {one._signer!r}"
