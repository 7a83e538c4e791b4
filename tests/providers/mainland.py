"""What the tests of both carriers of mainland China share: their tables of cases, a carrier that answers by script."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from parley.ids import Msisdn
from parley.providers.outgoing import Broken, Outgoing, Request, Response
from parley.providers.port import (
    Accepted,
    Delivery,
    DeliveryState,
    InboundIn,
    NotTaken,
    Outcome,
    ReceiptIn,
    Rejected,
    SentAs,
    Submission,
    Unknown,
)
from parley.providers.tokens import token_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = f"whsec_{'abcd' * 11}"
TOKEN = token_of(SECRET)
NUMBER = Msisdn("+8618511122233")
SENT_AS = SentAs(
    sender="106", sender_id="S1", signature="示例金融", template_id="1110", values=(("v1", "58元"), ("v2", "12月5日"))
)
TEXT = "【示例金融】您本期应还58元，应还日12月5日。"


def cases(kind: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "cases" / "mainland" / f"{kind}.toml").read_text(encoding="utf-8"))


def message(
    reference: str = "test",
    *,
    to: Msisdn = NUMBER,
    text: str = TEXT,
    sent_as: SentAs = SENT_AS,
    synthetic: bool = False,
) -> Submission:
    return Submission(reference, to, text, 1, NOON + timedelta(hours=4), synthetic, sent_as)


class Scripted(Outgoing):
    """Answers what it is told to and keeps what it was asked; opens nothing."""

    def __init__(self, *answers: Response | Broken) -> None:
        super().__init__()
        self.asked: list[Request] = []
        self._answers = list(answers)

    def ask_all(self, requests: Sequence[Request]) -> list[Response | Broken]:
        self.asked += requests
        said, self._answers = self._answers[: len(requests)], self._answers[len(requests) :]
        return said


BROKEN = Broken("time_out", may_have_arrived=True, en="No answer.", zh="无应答。")
NOT_SENT = Broken("dns", may_have_arrived=False, en="No such name.", zh="无此域名。")


def told(outcome: Outcome) -> tuple[str, str]:
    """Return an outcome as a table of cases writes it."""
    match outcome:
        case Accepted(provider_id, _):
            return "accepted", provider_id
        case Rejected(code, _):
            return "rejected", code
        case NotTaken(code, _, halts):
            return "halted" if halts else "busy", code
        case Unknown(code):
            return "unknown", code


def changed(case: dict[str, Any], name: str, value: object) -> bytes:
    """Return what is posted with one field of its first row another; of an ellipsis, without it."""
    told = json.loads(filled(case))
    row = told[0] if isinstance(told, list) else told
    row[name] = value
    if value is ...:
        del row[name]
    return json.dumps(told).encode()


def filled(case: dict[str, Any]) -> bytes:
    body: str = case["body"]
    return body.replace(case.get("mask", "****"), case.get("fill", case.get("mask", "****"))).encode()


def brought(case: dict[str, Any]) -> list[tuple[str | None, ...]]:
    receipts = [(one.get("reference"), one["provider_id"], one["state"], one["at"]) for one in case.get("receipt", [])]
    return receipts + [(one["sender"], one["to"], one["text"], one["at"]) for one in case.get("text", [])]


def shown(one: Delivery) -> tuple[str | None, ...]:
    match one:
        case ReceiptIn(_, reference, provider_id, part, state, at):
            assert part == 0
            return reference, provider_id, str(state), at.isoformat()
        case InboundIn(_, sender, to, text, at):
            return sender.e164, to, text, at.isoformat()


STATES = set(DeliveryState)


def hostile(bodies: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """Yield *count* bodies that no carrier would send, each made of one that it does; the same for the same *seed*."""
    rnd = random.Random(seed)
    ways: list[Callable[[random.Random, bytes], bytes]] = [
        _cut,
        _flipped,
        _deep,
        _nothing,
        _retyped,
        _retyped,
        _retyped,
    ]
    for _ in range(count):
        yield rnd.choice(ways)(rnd, rnd.choice(bodies))


def _cut(rnd: random.Random, body: bytes) -> bytes:
    return body[: rnd.randrange(len(body) + 1)]


def _flipped(rnd: random.Random, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(rnd.randrange(1, 6)):
        changed[rnd.randrange(len(changed))] = rnd.randrange(256)
    return bytes(changed)


def _deep(rnd: random.Random, body: bytes) -> bytes:
    depth = rnd.choice([1, 50, 5_000, 100_000])
    return rnd.choice([b"[" * depth, b"[" * depth + b"]" * depth, b'{"Response":' * depth + body + b"}" * depth])


def _nothing(rnd: random.Random, _body: bytes) -> bytes:
    return rnd.choice([b"", b"null", b"NaN", b"0", b'""', b"[]", b"{}", b"[[]]", b"[{}]", b"\xff\xfe", b"9" * 5_000])


_STRANGE: list[object] = [
    None, True, False, 0, -1, 1 << 80, 1.5, "", "x" * 10_000, "\ud800", "\x00", "🙂", [], {}, [[]], {"Code": "OK"},
    ["OK"], "OK", "Ok", "+8613800000000", "9999-99-99 99:99:99", "0001-01-01 00:00:00", "9999-12-31 23:59:59",
]  # fmt: skip


def _retyped(rnd: random.Random, body: bytes) -> bytes:
    try:
        value = json.loads(body)
    except ValueError:
        return body
    for _ in range(rnd.randrange(1, 4)):
        value = _with_one_changed(rnd, value)
    return json.dumps(value).encode()


def _with_one_changed(rnd: random.Random, value: object) -> object:
    if isinstance(value, dict) and value and rnd.random() < 0.9:
        name = rnd.choice(list(value))
        if rnd.random() < 0.1:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: _with_one_changed(rnd, value[name])}
    if isinstance(value, list) and value and rnd.random() < 0.9:
        at = rnd.randrange(len(value))
        return [*value[:at], _with_one_changed(rnd, value[at]), *value[at + 1 :]]
    return rnd.choice(_STRANGE)
