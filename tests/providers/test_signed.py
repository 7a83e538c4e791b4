"""Callbacks by Standard Webhooks: only what was signed with a live secret, lately, to the byte, is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from parley.ids import Msisdn
from parley.providers.port import (
    CallbackFault,
    CallbackRefused,
    DeliveryState,
    InboundIn,
    Posted,
    ReceiptIn,
)
from parley.providers.signed import MOST_DELIVERIES, TOLERANCE_SECONDS, SignedCallbacks

SECRET, OTHER, STRANGE = (f"whsec_{word * 11}" for word in ("abcd", "efgh", "ijkl"))
WALL = datetime(2031, 1, 7, 12, tzinfo=UTC)
TEXT = {"kind": "text", "id": "mo.1", "from": "+12025550001", "to": "55501", "text": "嗨", "at": "2026-11-03T17:00:00Z"}
RECEIPT = {
    "kind": "receipt", "id": "dr.1", "reference": "r-1", "provider_id": "SB1", "part": 0, "state": "expired",
    "at": "2026-11-03T12:00:00-05:00",
}  # fmt: skip
DOOR = SignedCallbacks([SECRET, OTHER])


def posted(*deliveries: object, secret: str = SECRET, at: datetime = WALL, body: str | None = None) -> Posted:
    told = json.dumps({"deliveries": deliveries}) if body is None else body
    headers = {"webhook-id": "m1", "webhook-timestamp": str(int(at.timestamp()))}
    # The scheme's own library signs: what it signs is read here.
    headers["webhook-signature"] = Webhook(secret).sign("m1", at, told)
    return Posted(headers, told.encode())


def fault(one: Posted, wall: datetime = WALL) -> tuple[CallbackFault, str] | None:
    found = DOOR.read(one, wall)
    return (found.fault, found.where) if isinstance(found, CallbackRefused) else None


def changed(one: Posted, **headers: str | None) -> Posted:
    told = dict(one.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
    return Posted({name: value for name, value in told.items() if value is not None}, one.body)


def test_what_a_live_secret_signed_is_read() -> None:
    at = datetime(2026, 11, 3, 17, tzinfo=UTC)
    wanted = [
        InboundIn("mo.1", Msisdn("+12025550001"), "55501", "嗨", at),
        ReceiptIn("dr.1", "r-1", "SB1", 0, DeliveryState.EXPIRED, at),
    ]
    for secret in (SECRET, OTHER):
        assert DOOR.read(posted(TEXT, RECEIPT, secret=secret), WALL) == wanted


def test_one_good_signature_among_others_is_enough() -> None:
    one = posted(TEXT)
    several = " ".join(["v1a,xyz", "v1,!", "", posted(TEXT, secret=STRANGE).headers["webhook-signature"]])
    assert fault(changed(one, webhook_signature=f"{several} {one.headers['webhook-signature']}")) is None


def test_what_is_forged_is_not_read() -> None:
    one = posted(TEXT)
    forged = [
        posted(TEXT, secret=STRANGE),
        changed(one, webhook_id="m2"),
        changed(one, webhook_timestamp=str(int(WALL.timestamp()) + 1)),
        Posted(one.headers, one.body.replace(b"55501", b"55502")),
        Posted(one.headers, one.body + b" "),
        changed(one, webhook_signature=one.headers["webhook-signature"].replace("v1,", "v2,")),
        changed(one, webhook_signature="v1," + "A" * 43 + "="),
        changed(one, webhook_signature="v1,"),
    ]
    assert {fault(each) for each in forged} == {(CallbackFault.SIGNATURE, "")}


@pytest.mark.parametrize("name", ["webhook_id", "webhook_timestamp", "webhook_signature"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_header_that_is_missing_is_said(name: str, value: str | None) -> None:
    assert fault(changed(posted(TEXT), **{name: value})) == (CallbackFault.HEADERS, "")


@pytest.mark.parametrize("seconds", ["-5", "1e9", "²", "9" * 13, "12.5", "nan", " 1"])
def test_a_timestamp_that_is_none_is_no_timestamp(seconds: str) -> None:
    assert fault(changed(posted(TEXT), webhook_timestamp=seconds)) == (CallbackFault.HEADERS, "")


@pytest.mark.parametrize(("seconds", "is_read"), [(0, True), (TOLERANCE_SECONDS, True), (TOLERANCE_SECONDS + 1, False)])
@pytest.mark.parametrize("way", [1, -1])
def test_a_replay_outside_the_tolerance_is_not_read(seconds: int, way: int, *, is_read: bool) -> None:
    found = fault(posted(TEXT), WALL + way * timedelta(seconds=seconds))
    assert found == (None if is_read else (CallbackFault.STALE, ""))


def test_a_door_without_a_secret_is_a_defect() -> None:
    with pytest.raises(AssertionError):
        SignedCallbacks([])


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"kind": "call"}, "kind"),
        ({"kind": None}, "kind"),
        ({"id": ""}, "id"),
        ({"id": "a" * 73}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "é"}, "id"),
        ({"id": 7}, "id"),
        ({"from": "12025550001"}, "from"),
        ({"from": "+٣٣٣٣٣٣٣"}, "from"),
        ({"from": "Bank"}, "from"),
        ({"to": None}, "to"),
        ({"text": None}, "text"),
        ({"text": "a" * 8_001}, "text"),
        ({"at": "2026-11-03T17:00:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
        ({"at": 12}, "at"),
        ({"part": 2}, "part"),
        ({"part": {"reference": "7", "number": 1, "of": 1}}, "part"),
        ({"part": {"reference": "7", "number": 3, "of": 2}}, "part"),
        ({"part": {"reference": "7", "number": 0, "of": 2}}, "part"),
        ({"part": {"reference": "7", "number": 1, "of": 256}}, "part"),
        ({"part": {"reference": "7", "number": True, "of": 2}}, "part"),
        ({"part": {"reference": 7, "number": 1, "of": 2}}, "reference"),
    ],
)
def test_a_text_with_a_field_of_another_form_is_refused_with_its_name(change: dict[str, Any], where: str) -> None:
    assert fault(posted(RECEIPT, TEXT | change)) == (CallbackFault.BODY, where)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"state": "read"}, "state"),
        ({"part": -1}, "part"),
        ({"part": 256}, "part"),
        ({"part": True}, "part"),
        ({"reference": 5}, "reference"),
        ({"provider_id": "p" * 81}, "provider_id"),
    ],
)
def test_a_receipt_with_a_field_of_another_form_is_refused_with_its_name(change: dict[str, Any], where: str) -> None:
    assert fault(posted(RECEIPT | change)) == (CallbackFault.BODY, where)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("", "body"),
        ("{", "body"),
        ("[" * 60_000, "body"),
        ("9" * 5_000, "body"),
        ("[]", "deliveries"),
        ("{}", "deliveries"),
        ('{"deliveries": []}', "deliveries"),
        ('{"deliveries": {}}', "deliveries"),
        ('{"deliveries": [1]}', "deliveries"),
        (json.dumps({"deliveries": [TEXT] * (MOST_DELIVERIES + 1)}), "deliveries"),
    ],
)
def test_a_body_that_is_none_is_refused(body: str, where: str) -> None:
    assert fault(posted(body=body)) == (CallbackFault.BODY, where)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TEXT, *RECEIPT]), inner, max_size=9),
    max_leaves=9,
)


@given(st.lists(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys([*TEXT, *RECEIPT], JSON)), max_size=3))
def test_nothing_that_is_signed_raises(deliveries: list[Any]) -> None:
    found = DOOR.read(posted(*deliveries), WALL)
    assert isinstance(found, CallbackRefused) or all(isinstance(one, InboundIn | ReceiptIn) for one in found)


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_nothing_that_is_posted_raises_or_is_read(headers: dict[str, str], body: bytes) -> None:
    assert isinstance(DOOR.read(Posted(headers, body), WALL), CallbackRefused)
