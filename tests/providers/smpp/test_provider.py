"""The provider against a centre over loopback: what a lender sees of it, and what a centre sees of us."""

from __future__ import annotations

import datetime as dt
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from parley.errors import BadInput, OutsideFailed
from parley.ids import Msisdn
from parley.providers.declared import Given
from parley.providers.kinds import KINDS
from parley.providers.port import (
    Accepted,
    Asked,
    Delivery,
    InboundIn,
    Lookup,
    LookupState,
    NotTaken,
    ReceiptIn,
    Rejected,
    SentAs,
    Submission,
    TextPart,
    Unknown,
)
from parley.providers.smpp import link
from parley.providers.smpp.account import Account
from parley.providers.smpp.provider import Smpp
from tests.providers.smpp.centre import (
    BIND_RX,
    BIND_TRX,
    BIND_TX,
    HANG_UP,
    SILENCE,
    Centre,
    Sent,
    deliver_body,
    pdu,
    receipt_body,
    running,
    tlv,
)

NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
CHINESE = "您好！您的分期还款 8,200 元将于 12 月 3 日到期。🌷 如有困难，请回复 1，我们一起想办法。👩‍👩‍👧 " * 4


def message(number: int = 1, text: str = "Example Card: hello", **more: Any) -> Submission:  # noqa: ANN401 - fields
    to = Msisdn(f"+44770090{number:04d}")
    return Submission(f"ref-{number}", to, text, 1, NOW + timedelta(hours=4), is_synthetic=False, **more)


def given(centre: Centre, **more: str) -> Given:
    values = {"host": "127.0.0.1", "port": str(centre.port), "tls": "no", "system_id": "parley", "source": "LENDER"}
    return Given("operator", values | more, {"password": "secret"})


@pytest.fixture
def centre() -> Iterator[Centre]:
    with running(Centre()) as one:
        yield one


Open = Callable[..., Smpp]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a provider for a centre, with keys as named."""
    monkeypatch.setattr(link, "FIRST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(link, "TICK_SECONDS", 0.02)
    with ExitStack() as stack:

        def make(
            centre: Centre,
            *,
            patience: float = 5.0,
            response: float = 5.0,
            enquire: float = 30.0,
            reads: bool = True,
            **keys: str,
        ) -> Smpp:
            account = Account(given(centre, **keys))
            made = Smpp(account, dice=Random(1), patience=patience, response=response, enquire=enquire)
            stack.callback(made.close)
            if reads:
                # As if it had been polled, but without a connection.
                made._arrivals.read(NOW, 1, 0.0)
            return made

        yield make


def polled(provider: Smpp, count: int = 1, now: datetime = NOW) -> list[Delivery]:
    """Poll until so much has come."""
    for _ in range(500):
        try:
            found = provider.poll(now, 100)
        except OutsideFailed:
            found = []
        if len(found) >= count:
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come")


@pytest.mark.parametrize(("bind", "commands"), [("transceiver", [BIND_TRX]), ("pair", [BIND_RX, BIND_TX])])
def test_messages_go_and_receipts_and_texts_come_over_one_connection_or_two(
    centre: Centre, opened: Open, bind: str, commands: list[int]
) -> None:
    provider = opened(centre, bind=bind)
    assert provider.poll(NOW, 10) == []
    assert provider.submit([message(1), message(2)], NOW) == [Accepted("1", ("1",)), Accepted("2", ("2",))]
    centre.wait(lambda: sorted(centre.binds) == sorted(commands))
    receipt = centre.deliver(receipt_body("2"))
    text = centre.deliver(deliver_body(b"yes"))
    found = polled(provider, 2)
    assert [type(one) for one in found] == [ReceiptIn, InboundIn]
    assert centre.answered == {}, "what is not stored is not answered"
    provider.acknowledge([one.event_id for one in found])
    assert (centre.status_of(receipt), centre.status_of(text)) == (0, 0)
    assert polled(provider, 0) == []


def test_a_process_that_only_sends_binds_as_transmitter_alone_or_leaves_what_comes_to_others(
    centre: Centre, opened: Open
) -> None:
    opened(centre, bind="pair").submit([message(1)], NOW)
    assert centre.binds == [BIND_TX]
    provider = opened(centre, reads=False)
    provider.submit([message(2)], NOW)
    assert centre.status_of(centre.deliver(deliver_body(b"yes"))) == 0x14
    assert provider.poll(NOW, 10) == []
    centre.deliver(deliver_body(b"yes"))
    assert len(polled(provider)) == 1


def test_the_centre_sees_what_the_keys_say(centre: Centre, opened: Open) -> None:
    provider = opened(centre, destination_ton="2", destination_npi="8", system_type="x", dlt_entity_id="1101")
    registered = SentAs(sender="+442071838750", template_id="1107")
    provider.submit([message(1), message(2, sent_as=registered), message(3, sent_as=SentAs(sender="60123"))], NOW)
    first, second, third = centre.taken
    assert (first.source, first.to) == ((5, 0, "LENDER"), (2, 8, "447700900001"))
    assert (first.registered, first.validity, first.coding, first.text) == (
        1,
        "000000040000000R",
        0,
        b"Example Card: hello",
    )
    assert first.tlvs == {0x1400: b"1101"}
    assert (second.source, second.tlvs) == ((1, 1, "442071838750"), {0x1400: b"1101", 0x1401: b"1107"})
    assert third.source == (3, 0, "60123")


def test_types_of_the_sender_may_be_named(centre: Centre, opened: Open) -> None:
    provider = opened(centre, source="60123", source_ton="0", source_npi="1")
    provider.submit([message()], NOW)
    assert centre.taken[0].source == (0, 1, "60123")


@pytest.mark.parametrize("joining", ["udh8", "udh16", "sar", "message_payload"])
def test_a_long_chinese_text_with_emoji_arrives_whole(centre: Centre, opened: Open, joining: str) -> None:
    (told,) = opened(centre, joining=joining).submit([message(text=CHINESE)], NOW)
    parts = {
        "udh8": [sent.text[6:] for sent in centre.taken],
        "udh16": [sent.text[7:] for sent in centre.taken],
        "sar": [sent.text for sent in centre.taken],
        "message_payload": [sent.tlvs.get(0x424, b"") for sent in centre.taken],
    }[joining]
    assert b"".join(parts).decode("utf-16-be") == CHINESE
    assert all(part.decode("utf-16-be") for part in parts), "no part is cut within a character"
    assert told == Accepted("1", tuple(sent.message_id for sent in centre.taken))
    assert {sent.coding for sent in centre.taken} == {8}


@pytest.mark.parametrize(
    ("form", "submitted", "receipt"),
    [
        ("as_is", "A1-b", receipt_body("A1-b")),
        ("submit_hex_receipt_decimal", "a1b", receipt_body("2587")),
        ("submit_decimal_receipt_hex", "2587", receipt_body("0A1B")),
        ("submit_hex_receipt_decimal", "a1b", deliver_body(b"", esm=4, tlvs=tlv(0x1E, b"a1b\0") + tlv(0x427, b"\2"))),
        ("as_is", "A1-b", deliver_body(b"", esm=4, tlvs=tlv(0x1E, b"A1-b\0") + tlv(0x427, b"\2"))),
    ],
)
def test_a_receipt_finds_its_message_by_id_in_whatever_form(
    centre: Centre, opened: Open, form: str, submitted: str, receipt: bytes
) -> None:
    centre.number_of = lambda _number: submitted
    provider = opened(centre, message_id_form=form)
    (accepted,) = provider.submit([message()], NOW)
    centre.deliver(receipt)
    (told,) = polled(provider)
    assert isinstance(accepted, Accepted) and isinstance(told, ReceiptIn)
    assert accepted.part_ids == (told.provider_id,) and accepted.provider_id == told.provider_id
    assert told.state == "delivered"


def test_a_text_in_parts_comes_with_their_numbers(centre: Centre, opened: Open) -> None:
    provider = opened(centre)
    provider.submit([message()], NOW)
    words = "我下个月十五号还。🙏".encode("utf-16-be")
    for number, half in ((2, words[8:]), (1, words[:8])):
        centre.deliver(deliver_body(bytes((5, 0, 3, 9, 2, number)) + half, esm=0x40, coding=8))
    told = {one.part: one.text for one in polled(provider, 2) if isinstance(one, InboundIn)}
    assert told == {TextPart("9", 1, 2): "我下个月", TextPart("9", 2, 2): "十五号还。🙏"}


def test_after_a_restart_of_the_centre_it_is_there_again_and_what_was_not_answered_comes_under_its_old_name(
    centre: Centre, opened: Open
) -> None:
    provider = opened(centre)
    provider.submit([message(1)], NOW)
    centre.deliver(deliver_body(b"yes"))
    (first,) = polled(provider)
    centre.stop()
    centre.start()
    again = centre.deliver(deliver_body(b"yes"))
    assert provider.submit([message(2)], NOW) == [Accepted("2", ("2",))]
    assert polled(provider) == [first]
    provider.acknowledge([first.event_id])
    assert centre.status_of(again) == 0
    assert len(centre.binds) == 2


@pytest.mark.parametrize("fate", [HANG_UP, SILENCE])
def test_without_an_answer_nobody_knows_and_nothing_is_sent_again(centre: Centre, opened: Open, fate: int) -> None:
    centre.answer = lambda sent: fate if sent.to[2].endswith("0001") else 0
    provider = opened(centre, response=0.3)
    lost, *_ = provider.submit([message(1)], NOW)
    assert lost == Unknown("link_lost" if fate == HANG_UP else "time_out")
    assert provider.submit([message(2)], NOW) == [Accepted("2", ("2",))]
    assert [sent.to[2] for sent in centre.taken] == ["447700900001", "447700900002"]


def test_a_centre_that_slows_us_down_gets_everything_in_the_end_and_nothing_twice(centre: Centre, opened: Open) -> None:
    left = iter([0x58, 0x58, 0, 0x14])
    centre.answer = lambda _sent: next(left, 0)
    told = opened(centre, window="4").submit([message(n) for n in range(8)], NOW)
    assert all(isinstance(one, Accepted) for one in told)
    assert sorted(sent.to[2] for sent in centre.taken) == [f"44770090{n:04d}" for n in range(8)]


def test_a_centre_that_goes_on_saying_so_is_told_as_busy(centre: Centre, opened: Open) -> None:
    centre.answer = lambda _sent: 0x58
    told = opened(centre, patience=0.3).submit([message(1), message(2)], NOW)
    assert told == [NotTaken("no_room_in_time", retryable=True)] * 2 and centre.taken == []


def test_the_window_is_never_passed(centre: Centre, opened: Open) -> None:
    seen: list[int] = []

    def count(_sent: Sent) -> int:
        seen.append(1)
        return SILENCE

    centre.answer = count
    told = opened(centre, window="3", patience=0.5, response=1.0).submit([message(n) for n in range(10)], NOW)
    assert len(seen) == 3
    assert told == [Unknown("time_out")] * 3 + [NotTaken("no_room_in_time", retryable=True)] * 7


def test_refusals_mean_what_the_table_says(centre: Centre, opened: Open) -> None:
    codes = {"0001": 0x0B, "0002": 0x08, "0003": 0, "0004": 0xFF, "0005": 0x777}
    centre.answer = lambda sent: codes[sent.to[2][-4:]]
    told = opened(centre).submit([message(n) for n in range(1, 6)], NOW)
    assert [type(one) for one in told] == [Rejected, NotTaken, Accepted, Unknown, Unknown]


@pytest.mark.parametrize("status", [0x0E, 0x0F, 0x0D])
def test_a_refused_log_in_halts_until_a_person_acts(opened: Open, status: int) -> None:
    with running(Centre(bind_status=status)) as centre:
        provider = opened(centre)
        told = provider.submit([message(1), message(2)], NOW)
        assert told == [NotTaken(f"0x{status:02X}", retryable=True, halts=True)] * 2
        with pytest.raises(OutsideFailed, match="operator: ESME_R"):
            provider.poll(NOW, 10)
        # It is said at once from then on, and not asked again so soon.
        assert provider.submit([message(1)], NOW) == told[:1]
        assert len(centre.binds) == 1


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ({"port": "1"}, "not_connected", "takes no connection"),
        ({"host": "centre.invalid"}, "dns", "not found"),
        ({"tls": "yes"}, "tls", "speak TLS"),
    ],
)
def test_where_there_is_no_connection_nothing_is_taken_and_it_is_said_why(
    centre: Centre, opened: Open, keys: dict[str, str], code: str, words: str
) -> None:
    provider = opened(centre, **keys)
    assert provider.submit([message()], NOW) == [NotTaken(code, retryable=True)]
    with pytest.raises(OutsideFailed, match=words):
        provider.poll(NOW, 10)


def test_past_its_last_instant_nothing_leaves(centre: Centre, opened: Open) -> None:
    told = opened(centre).submit([message()], NOW + timedelta(hours=4))
    assert [type(one) for one in told] == [Rejected] and centre.taken == []


def test_a_text_without_end_is_rejected_and_the_others_go(centre: Centre, opened: Open) -> None:
    first, second = opened(centre).submit([message(1, "字" * 18_000), message(2)], NOW)
    assert isinstance(first, Rejected) and isinstance(second, Accepted)


def test_a_quiet_centre_is_asked_whether_it_lives(centre: Centre, opened: Open) -> None:
    provider = opened(centre, enquire=0.05)
    provider.submit([message()], NOW)
    centre.wait(lambda: centre.enquired >= 2)


def test_nonsense_from_the_centre_ends_one_connection_and_not_the_work(centre: Centre, opened: Open) -> None:
    provider = opened(centre)
    for number in range(3):
        assert isinstance(provider.submit([message(number)], NOW)[0], Accepted)
        centre.raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        centre.wait(lambda number=number: len(centre.binds) == number + 2)  # type: ignore[misc]  # bound early
    assert isinstance(provider.submit([message(9)], NOW)[0], Accepted)


def test_an_unbind_and_an_outbind_are_no_reason_to_stop(centre: Centre, opened: Open) -> None:
    provider = opened(centre)
    provider.submit([message(1)], NOW)
    centre.raw(pdu(6, 77))
    centre.wait(lambda: len(centre.binds) == 2)
    assert isinstance(provider.submit([message(2)], NOW)[0], Accepted)


def test_a_look_up_cannot_be_answered_and_declares_so(centre: Centre, opened: Open) -> None:
    provider, declared = opened(centre), KINDS["smpp"].declared
    assert provider.look_up(Asked("ref", Msisdn("+447700900123"), NOW), NOW) == Lookup(LookupState.UNSUPPORTED)
    assert (provider.can_look_up, declared.can_look_up, provider.takes_synthetic) == (False, False, False)
    assert (provider.name, provider.settle_seconds) == ("operator", 120)
    assert centre.binds == [], "nothing is connected before it is used"


def test_the_probe_binds_in_earnest_and_says_what_came_of_it(centre: Centre) -> None:
    probe = KINDS["smpp"].probe
    assert probe is not None
    assert probe(given(centre)).is_well and centre.taken == []
    centre.password = "another"
    refused = probe(given(centre))
    assert not refused.is_well and "password" in refused.en and "密码" in refused.zh


def test_nothing_of_a_message_is_printed_or_logged(
    centre: Centre, opened: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    provider = opened(centre)
    provider.submit([message(text="You owe 55")], NOW)
    centre.deliver(deliver_body(b"I am ill"))
    centre.deliver(deliver_body(b"I am ill", source="BANK", ton=5))
    found = polled(provider)
    provider.acknowledge([one.event_id for one in found])
    centre.stop()
    told = ""
    while not told:
        time.sleep(0.01)
        try:
            provider.poll(NOW, 10)
        except OutsideFailed as failed:
            told = str(failed) + failed.zh
    # Its thread would go on logging into what is taken away with this test.
    provider.close()
    told += "".join(capfd.readouterr()) + repr(found) + repr(provider) + repr(Account(given(centre)))
    assert "smpp_not_handed_over" in told and "smpp_down" in told
    assert not any(word in told for word in ("owe", "ill", "4477", "BANK", "secret", "127.0.0.1"))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("port", "0", "port"), ("host", "", "host"), ("tls", "perhaps", "tls"), ("window", "0", "window"),
        ("bind", "both", "bind"), ("alphabet", "utf8", "alphabet"), ("joining", "udh", "joining"),
        ("zone", "Mars/Base", "time zone"), ("system_id", "with blank", "system_id"), ("source_ton", "x", "source_ton"),
        ("message_id_form", "hex", "message_id_form"), ("dlt_entity_id", "abc", "dlt_entity_id"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_is_refused_by_its_name(centre: Centre, key: str, value: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Account(given(centre, **{key: value}))


def test_a_missing_password_is_named_and_never_shown(centre: Centre) -> None:
    told = given(centre)
    with pytest.raises(BadInput, match="password"):
        Account(Given(told.name, told.values, {}))
    with pytest.raises(BadInput) as refused:
        Account(Given(told.name, told.values, {"password": "sécret"}))
    assert "cret" not in str(refused.value)


def certificate(folder: Path, name: str, host: str = "localhost") -> tuple[Path, Path]:
    """Make a certificate that signs itself, for *host*. Returns the files of it and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return paths


def secured(paths: tuple[Path, Path]) -> Centre:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return Centre(tls=context)


def test_over_tls_a_certificate_that_is_believed_is_needed(tmp_path: Path, opened: Open) -> None:
    ours, others = certificate(tmp_path, "ours"), certificate(tmp_path, "others")
    elsewhere = certificate(tmp_path, "elsewhere", "centre.example")
    with running(secured(ours)) as centre:
        good = opened(centre, tls="yes", host="localhost", ca_file=str(ours[0]))
        assert good.submit([message()], NOW) == [Accepted("1", ("1",))]
        for ca_file in (str(others[0]), ""):
            bad = opened(centre, tls="yes", host="localhost", ca_file=ca_file)
            assert bad.submit([message()], NOW) == [NotTaken("certificate", retryable=True, halts=True)]
    with running(secured(elsewhere)) as centre:
        wrong_name = opened(centre, tls="yes", host="localhost", ca_file=str(elsewhere[0]))
        assert wrong_name.submit([message()], NOW) == [NotTaken("certificate", retryable=True, halts=True)]
        with pytest.raises(OutsideFailed, match="certificate"):
            wrong_name.poll(NOW, 1)


def test_a_file_without_certificates_is_refused_before_anything_is_connected(centre: Centre, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "absent.pem"):
        with pytest.raises(BadInput, match="ca_file"):
            Account(given(centre, tls="yes", ca_file=str(tmp_path / name)))


def test_sending_and_receiving_may_begin_at_the_same_time(centre: Centre, opened: Open) -> None:
    for _ in range(20):
        provider = opened(centre)
        with ThreadPoolExecutor(4) as pool:
            told = [*pool.map(lambda n, to=provider: to.submit([message(n)], NOW), range(4))]
        assert all(isinstance(one, Accepted) for (one,) in told)


def test_closing_parts_from_the_centre_and_is_no_trouble(centre: Centre, opened: Open) -> None:
    with capture_logs() as logged:
        provider = opened(centre)
        provider.submit([message()], NOW)
        provider.close()
        centre.wait(lambda: not centre._open)
        opened(centre).close()
    assert [one["event"] for one in logged] == ["smpp_bound"]
