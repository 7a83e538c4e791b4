"""Damaged answers and callbacks of every carrier that has a case table: an outcome or a refusal, never an exception.

Damaged from the quoted payloads: cut off, turned octets, other types, other ids, numbers of thousands of digits, nested
a hundred thousand deep, not JSON at all, an error inside a success. Nothing that is damaged is a yes under an id that
was not told, and nothing that comes of it could not be stored.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from parley.providers.kinds import KINDS
from parley.providers.outgoing import Response
from parley.providers.over_http import HttpCarrier
from parley.providers.payload import Malformed, is_id
from parley.providers.port import (
    Accepted,
    Asked,
    CallbackRefused,
    NotTaken,
    Outcome,
    Posted,
    ReceiptIn,
    Rejected,
    Unknown,
)
from tests.providers.cases_files import NOW, REFERENCE, TABLES, given, posted, submission
from tests.providers.test_cases import SIGN

ROUNDS, FULL_ROUNDS = 10_000, 1_000_000
STATUSES = (200, 201, 202, 204, 301, 400, 401, 404, 408, 429, 500, 503, 999, 0)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x" * 500, "\x00", "\ud800", "和议", [], {}, [[]], {"": None}),
    *("delivered", "+12025550143", "9" * 40, "2026-99-99T00:00:00Z", "-1", REFERENCE),
)
WHOLE = (
    *(
        b"",
        b"null",
        b"[]",
        b"{}",
        b"0",
        b'"x"',
        b"NaN",
        b"\xff\xfe\x00",
        b"<html>oops</html>",
        b"OK",
        b"=&=&&%",
        b"%zz=%ff",
    ),
    *(b"[" * 100_000, b'{"a":' * 100_000, b"9" * 20_000, b'{"a": ' + b"9" * 20_000 + b"}", b'{"sid": "\\ud800"}'),
)


def damaged(content: bytes, dice: random.Random) -> bytes:
    match dice.randrange(8):
        case 0:
            return dice.choice(WHOLE)
        case 1:
            return content[: dice.randrange(len(content) + 1)]
        case 2:
            turned = bytearray(content)
            for _ in range(dice.randrange(1, 6)):
                turned[dice.randrange(len(turned))] = dice.randrange(256)
            return bytes(turned)
        case 3:
            cut, put = dice.randrange(len(content)), dice.choice(WHOLE)[:2_000]
            return content[:cut] + put + content[cut:]
        case _:
            return changed(content, dice)


def changed(content: bytes, dice: random.Random) -> bytes:
    """Return *content* with some of its values others, of whatever type; a form keeps being one."""
    try:
        told = json.loads(content)
    except ValueError:
        pairs = dict(parse_qsl(content.decode(), keep_blank_values=True))
        for _ in range(dice.randrange(1, 4)):
            name = dice.choice([*pairs, str(dice.choice(VALUES))])
            pairs[name] = str(dice.choice(VALUES))
        return urlencode(pairs, errors="surrogatepass").encode()
    for _ in range(dice.randrange(1, 4)):
        told = _changed(told, dice)
    return json.dumps(told).encode()


def _changed(told: Any, dice: random.Random) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(told, dict) and told and dice.random() < 0.85:
        key = dice.choice(list(told))
        if dice.random() < 0.15:
            return {other: value for other, value in told.items() if other != key}
        return {**told, key: _changed(told[key], dice)}
    if isinstance(told, list) and told and dice.random() < 0.85:
        at = dice.randrange(len(told))
        return [*told[:at], _changed(told[at], dice), *told[at + 1 :]]
    return dice.choice(VALUES)


def carriers() -> list[tuple[str, HttpCarrier]]:
    built = [(code, KINDS[code].build(given(code))) for code in sorted(TABLES)]
    return [(code, one) for code, one in built if isinstance(one, HttpCarrier)]


def secrets_of(code: str) -> list[str]:
    return [secret for secret in given(code).secrets.values() if secret]


@pytest.mark.parametrize(("code", "carrier"), carriers(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_damaged_answer_is_an_outcome(code: str, carrier: HttpCarrier, full_size: bool) -> None:
    dice, one = random.Random(f"answer {code}"), submission({"to": "+15558675310", "text": "x", "minutes": 5})
    bodies = [case["body"].encode() for case in TABLES[code]["answer"]]
    seen: set[type[Outcome]] = set()
    for _ in range((FULL_ROUNDS if full_size else ROUNDS) // 6):
        body = damaged(dice.choice(bodies), dice)
        found = carrier._outcome(Response(dice.choice(STATUSES), body), one)
        seen.add(type(found))
        if isinstance(found, Accepted):
            assert is_id(found.provider_id)
            assert found.provider_id == REFERENCE or found.provider_id.encode() in body
        else:
            assert found.code.isprintable() and len(found.code) <= 40
        assert not any(secret in repr(found) for secret in secrets_of(code))
    assert seen == {Accepted, Rejected, NotTaken, Unknown}


@pytest.mark.parametrize(("code", "carrier"), carriers(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_damaged_callback_is_read_or_refused(code: str, carrier: HttpCarrier, full_size: bool) -> None:
    dice, kind = random.Random(f"callback {code}"), KINDS[code]
    assert kind.callbacks is not None
    reads, sign = kind.callbacks(given(code)), SIGN.get(code)
    posts = [posted(case) for case in TABLES[code]["callback"] if "refused" not in case]
    outcomes = {"taken": 0, "refused": 0}
    for _ in range((FULL_ROUNDS if full_size else ROUNDS) // 6):
        post = dice.choice(posts)
        post = replace(post, body=damaged(post.body, dice))
        if dice.random() < 0.1:
            post = replace(post, query=damaged(post.query.encode() + b"ref=1", dice).decode("latin-1"))
        found = reads.read(_signed(sign, post) if sign else post, NOW)
        outcomes["refused" if isinstance(found, CallbackRefused) else "taken"] += 1
        if isinstance(found, CallbackRefused):
            assert found.where.isascii()
            continue
        for delivery in found:
            assert is_id(delivery.event_id)
            if isinstance(delivery, ReceiptIn):
                assert delivery.reference is not None or is_id(delivery.provider_id)
                assert not delivery.provider_id or is_id(delivery.provider_id)
    assert min(outcomes.values()) > 100


def _signed(sign: Callable[[Posted], Posted], post: Posted) -> Posted:
    """Return *post* as its carrier would sign it; as it is where that cannot be done."""
    try:
        return sign(post)
    except ValueError:
        return replace(post, headers={"x-twilio-signature": "AAAA"})


@pytest.mark.parametrize(
    "carrier", [one for _, one in carriers() if one.can_look_up], ids=lambda one: type(one.dialect).__name__
)
def test_a_damaged_answer_to_a_look_up_is_never_a_no(carrier: HttpCarrier) -> None:
    """Whoever is told *not found* sends again: only what says so may say it."""
    asked = Asked(REFERENCE, submission({"to": "+15558675310", "text": "x", "minutes": 5}).to, NOW)
    for body in (*WHOLE, b'{"results": null}', b'{"results": {}}', b'{"error": "x"}', b'{"message": {"id": ""}}'):
        for status in STATUSES:
            # Of the carrier that a file describes this status does say so.
            if status != HTTPStatus.NOT_FOUND:
                with pytest.raises(Malformed):
                    carrier.dialect.found(Response(status, body), asked)
