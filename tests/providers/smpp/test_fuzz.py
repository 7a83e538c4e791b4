"""Streams that no centre should send, 20,000 in `make test` and a million in `make torture`: named or survived."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.port import Accepted, NotTaken, Outcome, ReceiptIn, Rejected, Submission, Unknown
from parley.providers.smpp import link
from parley.providers.smpp.account import Account
from parley.providers.smpp.arrivals import Arrivals, Reading
from parley.providers.smpp.codings import CentreAlphabet
from parley.providers.smpp.handing import TOO_LATE, Call, Desk, Part
from parley.providers.smpp.pdu import LONGEST, Bind, Command, write
from parley.providers.smpp.provider import Smpp
from parley.providers.smpp.receipts import IdForm, ReceiptForm
from parley.providers.smpp.session import End, Mode, Session, State, Timing
from parley.providers.statuses import load_statuses
from tests.providers.smpp.centre import SILENCE, Centre, Sent, deliver_body, pdu, receipt_body, running, tlv

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
TABLE = load_statuses("smpp")
READING = Reading(ReceiptForm(TABLE.states, IdForm.SUBMIT_HEX), CentreAlphabet.GSM7, "nonce", "86")
SAR_ONE = tlv(0x20F, b"\1")
WHOLE = (
    pdu(0x80000004, 2, b"a1\0"),
    pdu(0x80000004, 3, b"", 0x58),
    pdu(0x80000004, 4, b"", 0x0B),
    pdu(0x80000000, 2, b"", 3),
    pdu(5, 90, receipt_body("12")),
    pdu(5, 91, receipt_body("12", "UNDELIV", tlvs=tlv(0x1E, b"a1\0") + tlv(0x427, b"\5"))),
    pdu(5, 92, deliver_body("我下个月还 🙏".encode("utf-16-be"), coding=8)),
    pdu(5, 93, deliver_body(b"\x05\x00\x03\x09\x02\x01hello", esm=0x40)),
    pdu(5, 94, deliver_body(b"", tlvs=tlv(0x424, b"long") + tlv(0x20C, b"\0\1") + tlv(0x20E, b"\2") + SAR_ONE)),
    pdu(0x103, 95, b"\0\1\x01447700900123\0\3\x00555\0\0\0\0" + tlv(0x424, b"words")),
    pdu(0x102, 96, b"\0"), pdu(0x15, 97), pdu(0x80000015, 98), pdu(6, 99), pdu(0xB, 100, b"x\0y\0"), pdu(0x444, 101),
)  # fmt: skip
NASTY = (b"\0", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x0f", b"\0\1\x11\x71", b"\x7f\xff\xff\xff", b"\x40")


def stream(dice: random.Random, whole: Sequence[bytes] = WHOLE) -> bytes:
    """Return some PDUs, mostly damaged: octets changed, cut out, put in, doubled, truncated, or nothing but noise."""
    if dice.random() < 0.03:
        return dice.randbytes(dice.randrange(200))
    made = bytearray(b"".join(dice.choices(whole, k=dice.randrange(1, 4))))
    for _ in range(dice.choice((0, 1, 1, 2, 3, 8))):
        at = dice.randrange(len(made) + 1)
        how = dice.randrange(5)
        if how == 0 and at < len(made):
            made[at] = dice.randrange(256)
        elif how == 1:
            del made[at : at + dice.randrange(1, 20)]
        elif how == 2:
            made[at:at] = dice.choice(NASTY)
        elif how == 3:
            made[at : at + 4] = dice.choice(NASTY)
        else:
            made[at:at] = made[at : at + dice.randrange(1, 40)]
    return bytes(made[: dice.randrange(len(made) + 1)] if dice.random() < 0.2 else made)


def pieces(octets: bytes, dice: random.Random) -> Iterator[bytes]:
    """Yield *octets* as a socket might."""
    while octets:
        size = dice.choice((1, 3, 16, 17, 1000))
        yield octets[:size]
        octets = octets[size:]


def check(outcome: Outcome) -> None:
    """Hold an outcome to its form: a decision, and where it is for good, words in both languages."""
    match outcome:
        case Accepted(_, names):
            assert all(names)
        case Rejected(code, words):
            assert TABLE.statuses[code].words.en == words and TABLE.statuses[code].words.zh
        case NotTaken(code) | Unknown(code):
            assert code


def survive(seed: int, ends: Counter[str]) -> None:
    """Let one connection hear one stream, then its time-outs; hold it to what must be so whatever came."""
    dice = random.Random(seed)
    session: Session[Part] = Session(Mode.TRANSCEIVER, Bind("a", "b"), Timing(window=3), 0.0)
    if dice.random() < 0.9:
        session.hear(write(Command.BIND_TRANSCEIVER_RESP, 1, b"\0"), 0.0)
    desk, arrivals = Desk(TABLE), Arrivals(READING, most=4)
    arrivals.read(NOW, 1, 0.0)
    call = Call([(b"one",), (b"two", b"three"), (b"four",)], 5.0)
    desk.take(call)
    for number, piece in enumerate(pieces(stream(dice), dice)):
        desk.fill(session, number / 1_000)
        session.hear(piece, number / 1_000)
        desk.hear(session.answers)
        session.answers.clear()
        for owed in arrivals.come(1, session.arrivals):
            session.reply(owed.arrival, owed.status)
        session.arrivals.clear()
        assert len(session._in) <= LONGEST
    found, settled = arrivals.read(NOW, 10, 0.0)
    for one in (*settled, *arrivals.acknowledge([each.event_id for each in found], 1.0)):
        session.reply(one.arrival, one.status)
    for each in found:
        assert len(each.event_id) <= 72
        assert isinstance(each, ReceiptIn) or each.text.encode("utf-8", "surrogatepass") is not None
    assert session.state in set(State) and (session.end is not None) == (session.state is State.CLOSED)
    session.written()
    session.tick(20.0)
    session.lose()
    desk.hear(session.answers)
    desk.tick(20.0, TOO_LATE)
    assert call.done.is_set(), "every message has its outcome"
    for outcome in call.outcomes():
        check(outcome)
    ends[session.end or "none"] += 1


def test_no_stream_stops_the_work_or_leaves_a_message_without_an_outcome(*, full_size: bool) -> None:
    ends: Counter[str] = Counter()
    for seed in range(1_000_000 if full_size else 20_000):
        survive(seed, ends)
    assert {End.UNSOUND, End.LOST, End.UNBOUND, End.REFUSED, End.OUTBIND} <= ends.keys()
    assert min(ends.values()) > 10, "the streams reach every end"


def test_over_the_socket_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(link, "TICK_SECONDS", 0.01)
    dice, number = random.Random(7), 0

    def answer(sent: Sent) -> int:
        # Nonsense, but no answer that could be meant for a message: a centre that says "not taken" is believed.
        if dice.random() < 0.8:
            return 0
        centre._open[-1].sendall(stream(dice, WHOLE[4:]))
        return SILENCE

    centre = Centre(answer=answer)
    keys = {"host": "127.0.0.1", "tls": "no", "system_id": "a", "window": "8"}
    with running(centre):
        account = Account(Given("operator", keys | {"port": str(centre.port)}, {"password": "secret"}))
        provider = Smpp(account, dice=random.Random(1), patience=2.0, response=0.05)
        until = NOW + timedelta(hours=1)
        batches = [
            [
                Submission(str(n), Msisdn(f"+4477009{n:05d}"), "hi", 1, until, is_synthetic=False)
                for n in range(at, at + 8)
            ]
            for at in range(0, 1_200, 8)
        ]
        told = Counter(type(one) for batch in batches for one in provider.submit(batch, NOW))
        sent = Counter(one.to for one in centre.taken)
        centre.answer = lambda _sent: 0
        while not isinstance(provider.submit(batches[0][:1], NOW)[0], Accepted):
            number += 1
            assert number < 50, "it does not come back"
        provider.close()
    assert told[Unknown] > 50
    assert max(sent.values()) == 1, "nothing is sent twice"
