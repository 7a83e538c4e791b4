from __future__ import annotations

import pytest

from parley.providers.smpp.pdu import (
    LONGEST,
    Bind,
    Bound,
    Command,
    Frame,
    Malformed,
    Message,
    Queried,
    Query,
    Submitting,
    Tag,
    Taken,
    Wrong,
    cut,
    read,
    read_message,
    write,
    write_bind,
    write_query,
    write_tlv,
)

# Packed by hand, field by field as section 4 of the specification lists them.
BIND = bytes.fromhex("0000002b 00000009 00000000 00000001") + b"parley\0secret\0sys\0" + b"\x34\0\0\0"
SUBMIT = (
    bytes.fromhex("0000003c 00000004 00000000 00000002")
    + b"\0\5\0LENDER\0\x01\x01447700900123\0\x40\0\0\0"
    + b"000001000000000R\0\1\0\x08\0\4"
    + b"\x4f\x60\x59\x7d"
)
DELIVER = (
    bytes.fromhex("00000049 00000005 00000000 00000007")
    + b"\0\x01\x01447700900123\0\3\0\x35\x35\x35\0\4\0\0\0\0\0\0\0\0\5hello"
    + bytes.fromhex("001e 0005") + b"AB12\0"
    + bytes.fromhex("0427 0001 02 1403 0000")
)  # fmt: skip


def message(**told: object) -> Message:
    base = {
        "source_ton": 1, "source_npi": 1, "source": "447700900123", "ton": 3, "npi": 0, "destination": "555",
        "esm_class": 4, "data_coding": 0, "text": b"hello", "tlvs": {},
    }  # fmt: skip
    return Message(**(base | told))  # type: ignore[arg-type]  # fields by name


def fixed(packed: bytes) -> bytes:
    """Return *packed* with the length that it has."""
    return len(packed).to_bytes(4, "big") + packed[4:]


def test_a_bind_is_written_and_read_as_the_specification_lays_it_out() -> None:
    bind = Bind("parley", "secret", "sys")
    assert write(Command.BIND_TRANSCEIVER, 1, write_bind(bind)) == fixed(BIND)
    assert read(Command.BIND_TRANSCEIVER, BIND[16:]) == bind


def test_a_message_is_written_as_the_specification_lays_it_out() -> None:
    body = Submitting("", (5, 0, "LENDER"), 1, 1).body(
        b"447700900123", 0x40, b"000001000000000R", 8, "你好".encode("utf-16-be")
    )
    assert write(Command.SUBMIT_SM, 2, body) == fixed(SUBMIT)
    assert read(Command.SUBMIT_SM, body) == message(
        source_ton=5, source_npi=0, source="LENDER", ton=1, npi=1, destination="447700900123", esm_class=0x40,
        data_coding=8, text="你好".encode("utf-16-be"), validity="000001000000000R", registered=1,
    )  # fmt: skip


def test_what_the_centre_delivers_is_read_with_every_optional_parameter_unknown_ones_too() -> None:
    (frame,) = cut(fixed(DELIVER)).frames
    assert frame[:3] == (Command.DELIVER_SM, 0, 7)
    assert read(frame.command, frame.body) == message(
        tlvs={Tag.RECEIPTED_MESSAGE_ID: b"AB12\0", Tag.MESSAGE_STATE: b"\2", 0x1403: b""}
    )


@pytest.mark.parametrize(
    ("command", "body", "said"),
    [
        (Command.SUBMIT_SM_RESP, b"AB-12\0", Taken("AB-12")),
        (Command.SUBMIT_SM_RESP, b"AB-12", Taken("AB-12")),
        (Command.SUBMIT_SM_RESP, b" 12 \0", Taken("12")),
        (Command.SUBMIT_SM_RESP, b"", Malformed(Wrong.ID)),
        (Command.SUBMIT_SM_RESP, b"\xff\0", Malformed(Wrong.ID)),
        (Command.SUBMIT_SM_RESP, b"x" * 65 + b"\0", Malformed(Wrong.ID)),
        (Command.BIND_TRANSCEIVER_RESP, b"centre\0\x02\x10\0\1\x34", Bound("centre")),
        (Command.BIND_RECEIVER, b"a\0b\0", Malformed(Wrong.UNTERMINATED)),
        (Command.BIND_RECEIVER, b"a\0b\0c\0\x34", Malformed(Wrong.TRUNCATED)),
        (Command.QUERY_SM_RESP, b"9\0" + b"261126120000000+\0\2\0", Queried("9", "261126120000000+", 2, 0)),
        (Command.QUERY_SM_RESP, b"9\0", Malformed(Wrong.TRUNCATED)),
        (Command.QUERY_SM, b"9\0\1", Malformed(Wrong.TRUNCATED)),
    ],
)
def test_other_bodies_are_read_or_named_as_malformed(command: Command, body: bytes, said: object) -> None:
    assert read(command, body) == said


def test_a_query_reads_as_it_was_written() -> None:
    query = Query("9", 1, 1, "447700900123")
    assert read(Command.QUERY_SM, write_query(query)) == query


def test_data_sm_has_its_text_in_an_optional_parameter() -> None:
    body = b"\0\x01\x01447700900123\0\3\x00555\0\0\1\x08" + write_tlv(Tag.MESSAGE_PAYLOAD, b"\x4f\x60")
    assert read(Command.DATA_SM, body) == message(
        esm_class=0, data_coding=8, text=b"", tlvs={Tag.MESSAGE_PAYLOAD: b"\x4f\x60"}, registered=1
    )
    assert read(Command.DATA_SM, body[:-1]) == Malformed(Wrong.TLV)
    assert read(Command.DATA_SM, body[:6]) == Malformed(Wrong.UNTERMINATED)


def test_every_truncation_of_a_message_is_malformed_or_loses_optional_parts_only() -> None:
    whole = read_message(DELIVER[16:])
    assert isinstance(whole, Message)
    for end in range(len(DELIVER) - 16):
        told = read_message(DELIVER[16 : 16 + end])
        if isinstance(told, Message):
            assert told._replace(tlvs=whole.tlvs) == whole
            assert told.tlvs.items() <= whole.tlvs.items()


def test_a_text_length_beyond_the_body_is_a_lie() -> None:
    lying = DELIVER[16:].replace(b"\5hello", b"\xffhello")
    assert read_message(lying) == Malformed(Wrong.LENGTH)


def test_a_broken_optional_part_is_malformed_where_the_text_should_stand_in_it() -> None:
    without = DELIVER[16:].replace(b"\5hello", b"\0")
    assert isinstance(read_message(without), Message)
    assert read_message(without + b"\x04\x24\x00\x09abc") == Malformed(Wrong.TLV)
    kept = read_message(DELIVER[16:] + b"\x04\x24\x00\x09abc")
    assert isinstance(kept, Message) and kept.text == b"hello"


def test_frames_are_cut_from_a_stream_and_the_rest_is_left_for_later() -> None:
    one, two = write(Command.ENQUIRE_LINK, 5), write(Command.SUBMIT_SM_RESP, 6, b"a\0")
    frames = [Frame(Command.ENQUIRE_LINK, 0, 5, b""), Frame(Command.SUBMIT_SM_RESP, 0, 6, b"a\0")]
    for extra in range(len(one)):
        assert cut(one + two + one[:extra]) == (frames, 34, None)


@pytest.mark.parametrize("length", [0, 4, 15, LONGEST + 1, 0xFFFFFFFF])
def test_a_frame_of_an_impossible_length_ends_what_can_be_read(length: int) -> None:
    good = write(Command.ENQUIRE_LINK, 5)
    bad = length.to_bytes(4, "big") + good[4:]
    assert cut(good + bad + good) == ([Frame(Command.ENQUIRE_LINK, 0, 5, b"")], 16, Wrong.LENGTH)


def test_nothing_that_moves_messages_prints_what_is_personal() -> None:
    bind, query = Bind("parley", "secret"), Query("9", 1, 1, "447700900123")
    printed = f"{bind!r} {query!r} {message(text=b'I am ill')!r} {Frame(5, 0, 1, b'I am ill 447700900123')!r}"
    assert not any(word in printed for word in ("secret", "4477", "ill"))
