from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.messaging.alphabet import SEPTETS
from parley.messaging.carriage import Joining
from parley.messaging.user_data_header import Part, read_header, write_header
from parley.providers.port import TextPart
from parley.providers.smpp.codings import CentreAlphabet, Writer, decode, read_text
from parley.providers.smpp.pdu import Message

GSM7, LATIN1, ASCII = CentreAlphabet
CHINESE = "您好！您的分期还款 8,200 元将于 12 月 3 日到期。🌷 如有困难，请回复 1，我们一起想办法。👩‍👩‍👧 " * 4


def arriving(text: bytes, **told: object) -> Message:
    base: dict[str, object] = {
        "source_ton": 1, "source_npi": 1, "source": "447700900123", "ton": 3, "npi": 0, "destination": "555",
        "esm_class": 0, "data_coding": 0, "text": text, "tlvs": {},
    }  # fmt: skip
    return Message(**(base | told))  # type: ignore[arg-type]  # fields by name


def read_back(writer: Writer, text: str, default: CentreAlphabet) -> str:
    """Return the words of all parts of *text*, as a telephone would join them."""
    words, parts = [], []
    for one in writer.write(text, 300):
        found, part = read_text(
            arriving(one.text, esm_class=one.esm_class, data_coding=one.data_coding, tlvs=tlvs(one.tlvs)), default
        )
        words.append(found)
        parts.append(part)
    if len(words) > 1:
        assert [(part.number, part.of) for part in parts if part] == [(n + 1, len(words)) for n in range(len(words))]
        assert len({part.reference for part in parts if part}) == 1
    return "".join(words)


def tlvs(octets: bytes) -> dict[int, bytes]:
    found = {}
    while octets:
        tag, length = int.from_bytes(octets[:2], "big"), int.from_bytes(octets[2:4], "big")
        found[tag], octets = octets[4 : 4 + length], octets[4 + length :]
    return found


@pytest.mark.parametrize("joining", list(Joining))
@pytest.mark.parametrize("text", [CHINESE, "{€} Grüße à vous ~ [ok] " * 20, "A plain text. " * 30, "Δ and é"])
@pytest.mark.parametrize("default", [GSM7, LATIN1, ASCII])
def test_every_text_reads_as_it_was_written_however_it_is_joined(
    joining: Joining, text: str, default: CentreAlphabet
) -> None:
    assert read_back(Writer(default, joining), text, default) == text


@given(st.text(st.sampled_from([*SEPTETS, "ñ", "你", "🌷", "\u0301"]), max_size=400), st.sampled_from(CentreAlphabet))
def test_no_text_is_changed_on_the_way(text: str, default: CentreAlphabet) -> None:
    for joining in Joining:
        assert read_back(Writer(default, joining), text, default) == text


@pytest.mark.parametrize(
    ("text", "default", "coding", "octets"),
    [
        ("@£{€", GSM7, 0, b"\x00\x01\x1b\x28\x1b\x65"),
        ("Grüße", GSM7, 0, b"Gr\x7e\x1ee"),
        ("Grüße", LATIN1, 0, b"Gr\xfc\xdfe"),
        ("Grüße", ASCII, 8, "Grüße".encode("utf-16-be")),
        ("€", LATIN1, 8, b"\x20\xac"),
        ("你🌷", GSM7, 8, b"\x4f\x60\xd8\x3c\xdf\x37"),
    ],
)
def test_a_text_takes_the_narrowest_coding_that_the_centre_reads(
    text: str, default: CentreAlphabet, coding: int, octets: bytes
) -> None:
    (one,) = Writer(default, Joining.UDH8).write(text, 1)
    assert (one.data_coding, one.esm_class, one.text, one.tlvs) == (coding, 0, octets, b"")


@pytest.mark.parametrize(
    ("joining", "header", "esm"),
    [(Joining.UDH8, b"\x05\x00\x03\x2c\x02\x01", 0x40), (Joining.UDH16, b"\x06\x08\x04\x01\x2c\x02\x01", 0x40)],
)
def test_parts_carry_their_header_and_never_cut_a_character(joining: Joining, header: bytes, esm: int) -> None:
    flowers = Writer(GSM7, joining).write("🌷" * 40, 300)
    assert len(flowers) == 2
    assert flowers[0].text.startswith(header) and flowers[0].esm_class == esm
    for one in flowers:
        body = one.text[len(header) :]
        assert len(one.text) <= 140 and body.decode("utf-16-be") == "🌷" * (len(body) // 4)


def test_sar_and_payload_say_it_beside_the_text() -> None:
    first, second = Writer(GSM7, Joining.SAR).write("a" * 200, 300)
    assert (first.esm_class, tlvs(first.tlvs)) == (0, {0x20C: b"\x01\x2c", 0x20E: b"\x02", 0x20F: b"\x01"})
    assert tlvs(second.tlvs)[0x20F] == b"\x02" and len(first.text) == 153
    (whole,) = Writer(GSM7, Joining.PAYLOAD).write("a" * 200, 300)
    assert (whole.text, tlvs(whole.tlvs)) == (b"", {0x424: b"a" * 200})


def test_a_text_of_more_parts_than_can_be_counted_is_not_written() -> None:
    assert len(Writer(GSM7, Joining.UDH8).write("字" * 67 * 255, 1)) == 255
    assert Writer(GSM7, Joining.UDH8).write("字" * (67 * 255 + 1), 1) == ()


@pytest.mark.parametrize(
    ("octets", "coding", "default", "words"),
    [
        (b"caf\x05", 0, GSM7, "café"),
        (b"\x1b\x65\x1b\x41", 0, GSM7, "€A"),
        (b"ok\x1b", 0, GSM7, "ok"),
        (b"caf\xe9", 0, GSM7, "café"),
        (b"caf\xe9", 0, LATIN1, "café"),
        (b"caf\xe9", 1, GSM7, "caf\ufffd"),
        (b"caf\xe9", 3, GSM7, "café"),
        (b"\x4f\x60\x59\x7d", 8, GSM7, "你好"),
        (b"\xfe\xff\x4f\x60", 8, GSM7, "你"),
        (b"\x4f\x60\x59", 8, GSM7, "你"),
        # Half a character, as handsets cut them: the next part has the other half.
        (b"\xd8\x3c", 8, GSM7, "\ud83c"),
        (b"\xbf\xe0", 6, GSM7, "Пр"),
        (b"\xf9\xec\xe5\xed", 7, GSM7, "שלום"),
        (b"\xbe\xc8", 14, GSM7, "안"),
        (b"\x00\x01\x02", 2, GSM7, "\ufffd"),
        (b"\x00\x01\x02", 4, GSM7, "\ufffd"),
        (b"\x4f\x60", 0x18, GSM7, "你"),
        (b"hi", 0xF0, GSM7, "hi"),
        (b"\x01\x02", 0xF5, GSM7, "\ufffd"),
        (b"\x01\x02", 0xC0, GSM7, "\ufffd"),
        (b"", 4, GSM7, ""),
    ],
)
def test_what_comes_is_read_in_its_coding_or_shown_as_unreadable(
    octets: bytes, coding: int, default: CentreAlphabet, words: str
) -> None:
    assert decode(octets, coding, default) == words


def test_a_national_table_in_the_header_is_read_and_one_that_does_not_exist_is_not() -> None:
    turkish, unknown = b"\x03\x25\x01\x01", b"\x03\x25\x01\x63"
    assert read_text(arriving(turkish + b"\x1c\x1d", esm_class=0x40), GSM7) == ("Şş", None)
    assert read_text(arriving(unknown + b"\x1c\x1d", esm_class=0x40), GSM7) == ("Ææ", None)


def test_the_part_is_told_by_header_or_by_parameters_and_nonsense_is_none() -> None:
    header = write_header(Part(77, 3, 2), None)
    assert read_text(arriving(header + b"hi", esm_class=0x40), GSM7) == ("hi", TextPart("77", 2, 3))
    sar = {0x20C: b"\x01\x2c", 0x20E: b"\x03", 0x20F: b"\x02"}
    assert read_text(arriving(b"hi", tlvs=sar), GSM7) == ("hi", TextPart("300", 2, 3))
    for wrong in ({0x20F: b"\x04"}, {0x20F: b"\x00"}, {0x20E: b"\x01"}, {0x20E: b"\xff\xff\xff"}, {0x20F: b""}):
        assert read_text(arriving(b"hi", tlvs=sar | wrong), GSM7) == ("hi", None)
    lying = b"\x50\x00\x03\x01\x02\x01hi"
    assert read_header(lying)[1] == 0
    assert read_text(arriving(lying, esm_class=0x40), GSM7)[1] is None


def test_a_text_may_stand_in_the_payload() -> None:
    assert read_text(arriving(b"", tlvs={0x424: b"a long one"}), GSM7) == ("a long one", None)
