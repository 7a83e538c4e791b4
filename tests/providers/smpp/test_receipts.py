from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from parley.providers.port import DeliveryState
from parley.providers.smpp.pdu import Status, Tag
from parley.providers.smpp.receipts import IdForm, ReceiptForm, is_final, is_receipt
from parley.providers.smpp.session import SLOW_DOWN
from parley.providers.statuses import Means, load_statuses
from tests.providers.smpp.test_codings import arriving

TABLE = load_statuses("smpp")
AS_IS = ReceiptForm(TABLE.states, IdForm.AS_IS)
DELIVERED = DeliveryState.DELIVERED
SHANGHAI = ReceiptForm(TABLE.states, IdForm.AS_IS, ZoneInfo("Asia/Shanghai"))

# How centres write them; the second to fifth as quoted by OpenMarket, Nexmo, smppcenter.com and an answer on
# Stack Overflow (read 2026-11-26), their ids shortened.
WRITTEN = [
    (b"id:12 sub:001 dlvrd:001 submit date:2611021600 done date:2611021605 stat:DELIVRD err:000 text:hi", "12", 5),
    (b"id:0118Z sub:000 dlvrd:000 submitdate:261102160957 donedate:000000000000 stat:DELIVRD err:373", "0118Z", None),
    (b"id:0012 sub:001 dlvrd:001 submit date:2611021600 done date:2611021601 stat:DELIVRD err:000 text:no", "0012", 1),
    (b"id:64 sub:001 dlvrd:001 submit date:261102160532 done date:261102160537 stat:DELIVRD err:000 text:Hi", "64", 5),
    (b"id:400 sub:001 dlvrd:001 submit date:2611021609 done date:2611021609 stat:DELIVRD err:000", "400", 9),
    (b"ID:ab-1 SUB:1 DLVRD:1 SUBMIT DATE:2611021600 DONE DATE:2611021602 STAT:delivrd ERR:0 TEXT:", "ab-1", 2),
    (b"id: 7 stat: DELIVRD done_date: 20261102160300", "7", 3),
    (b"stat:DELIVRD id:9 text:id:1 stat:UNDELIV done date:2611021659", "9", None),
    (b"id:5 sub:001 dlvrd:001 submit date:2611021600 done date:2613991605 stat:DELIVRD err:000", "5", None),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "name", "minute"), WRITTEN)
def test_a_receipt_in_words_is_read_however_it_is_written(octets: bytes, name: str, minute: int | None) -> None:
    told = AS_IS.read(arriving(octets, esm_class=4))
    assert told is not None and (told.provider_id, told.state) == (name, DELIVERED)
    at = told.at and told.at.replace(second=0)
    assert at == (None if minute is None else datetime(2026, 11, 2, 16, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("DELIVRD", DELIVERED), ("EXPIRED", DeliveryState.EXPIRED), ("DELETED", DeliveryState.UNDELIVERED),
        ("UNDELIV", DeliveryState.UNDELIVERED), ("REJECTD", DeliveryState.REJECTED), ("ACCEPTD", None),
        ("ENROUTE", None), ("UNKNOWN", None), ("NONSENSE", None),
    ],
)  # fmt: skip
def test_each_word_has_its_meaning_and_a_strange_one_ends_nothing(word: str, state: DeliveryState | None) -> None:
    told = AS_IS.read(arriving(f"id:1 stat:{word}".encode(), esm_class=4))
    assert told is not None and told.state is state


@pytest.mark.parametrize(
    ("number", "word"),
    list(enumerate("ENROUTE DELIVRD EXPIRED DELETED UNDELIV ACCEPTD UNKNOWN REJECTD".split(), 1)),
)
def test_numbers_and_words_of_states_mean_the_same(number: int, word: str) -> None:
    assert TABLE.states[str(number)] is TABLE.states[word]


def test_the_parameters_are_believed_before_the_words() -> None:
    tlvs = {Tag.RECEIPTED_MESSAGE_ID: b"AB\0", Tag.MESSAGE_STATE: b"\5"}
    told = AS_IS.read(arriving(b"id:CD stat:DELIVRD", esm_class=4, tlvs=tlvs))
    assert told is not None and (told.provider_id, told.state) == ("AB", DeliveryState.UNDELIVERED)
    strange = AS_IS.read(arriving(b"id:CD stat:DELIVRD", esm_class=4, tlvs=tlvs | {Tag.MESSAGE_STATE: b"\x63"}))
    assert strange is not None and strange.state is DELIVERED


@pytest.mark.parametrize(
    "octets", [b"", b"hello", b"stat:DELIVRD", b"id:" + b"9" * 65 + b" stat:DELIVRD", b"id:\xff\x07 stat:DELIVRD"]
)
def test_a_receipt_that_names_no_message_is_none(octets: bytes) -> None:
    assert AS_IS.read(arriving(octets, esm_class=4)) is None


@pytest.mark.parametrize(
    ("form", "submitted", "receipted"),
    [
        (IdForm.AS_IS, "0A1b", "0A1b"),
        (IdForm.SUBMIT_HEX, "0A1B", "0000002587"),
        (IdForm.SUBMIT_HEX, "a1b", "2587"),
        (IdForm.SUBMIT_DECIMAL, "2587", "a1B"),
        (IdForm.SUBMIT_DECIMAL, "0000002587", "00000A1B"),
        (IdForm.SUBMIT_HEX, "x-1", "x-1"),
    ],
)
def test_one_id_in_two_forms_is_one(form: IdForm, submitted: str, receipted: str) -> None:
    centre = ReceiptForm(TABLE.states, form)
    name = centre.submitted_id(submitted)
    in_words = centre.read(arriving(f"id:{receipted} stat:DELIVRD".encode(), esm_class=4))
    # The parameter repeats the id of the response, in its form.
    in_tlv = centre.read(arriving(b"", esm_class=4, tlvs={Tag.RECEIPTED_MESSAGE_ID: submitted.encode() + b"\0"}))
    assert in_words is not None and in_tlv is not None
    assert in_words.provider_id == in_tlv.provider_id == name


def test_dates_are_of_the_zone_of_the_centre() -> None:
    told = SHANGHAI.read(arriving(b"id:1 done date:2611030005 stat:DELIVRD", esm_class=4))
    assert told is not None and told.at == datetime(2026, 11, 2, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("esm", "tlvs", "receipt", "final"),
    [
        (0x00, {}, False, True),
        (0x40, {}, False, True),
        (0x04, {}, True, True),
        (0x44, {}, True, True),
        (0x20, {}, True, False),
        (0x00, {Tag.RECEIPTED_MESSAGE_ID: b"1\0", Tag.MESSAGE_STATE: b"\2"}, True, True),
        (0x00, {Tag.RECEIPTED_MESSAGE_ID: b"1\0"}, False, True),
    ],
)
def test_receipts_are_told_from_texts(esm: int, tlvs: dict[int, bytes], *, receipt: bool, final: bool) -> None:
    message = arriving(b"id:1 stat:DELIVRD", esm_class=esm, tlvs=tlvs)
    assert (is_receipt(message), is_final(message)) == (receipt, final)


# 5.1.3, as listed by react-smpp (read 2026-11-26); the test beside smpplib compares names.
EVERY_STATUS = {
    *range(0x01, 0x09), *range(0x0A, 0x10), 0x11, 0x13, 0x14, 0x15, 0x33, 0x34, 0x40, 0x42, 0x43, 0x44, 0x45, 0x48,
    0x49, 0x50, 0x51, 0x53, 0x54, 0x55, 0x58, *range(0x61, 0x68), *range(0xC0, 0xC5), 0xFE, 0xFF,
}  # fmt: skip


def test_every_status_of_the_protocol_stands_in_the_table() -> None:
    assert {int(code, 16) for code in TABLE.statuses} == EVERY_STATUS
    assert all(code == f"0x{int(code, 16):02X}" for code in TABLE.statuses)


def test_what_slows_us_down_is_not_taken_and_a_wrong_password_halts() -> None:
    assert all(TABLE.statuses[f"0x{code:02X}"].means is Means.BUSY for code in SLOW_DOWN)
    assert {TABLE.statuses[f"0x{code:02X}"].means for code in (0x0D, 0x0E, 0x0F)} == {Means.HALTED}
    assert Status.THROTTLED in SLOW_DOWN
