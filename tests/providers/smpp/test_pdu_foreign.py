"""Our bytes against those of smpplib, which other people wrote: it reads what we write, and we what it writes."""

from __future__ import annotations

import pytest
from smpplib import command_codes, consts, smpp

from parley.providers.smpp.pdu import (
    Bind,
    Command,
    Message,
    Query,
    Submitting,
    Tag,
    cut,
    read,
    write,
    write_bind,
    write_query,
    write_tlv,
)
from parley.providers.statuses import load_statuses
from tests.run.desk import Anything


class _Numbers:
    """What smpplib wants of its own connection: the next sequence number."""

    sequence = 7

    def next_sequence(self) -> int:
        return self.sequence


def theirs(name: str, **fields: object) -> bytes:
    made: bytes = smpp.make_pdu(name, client=_Numbers(), **fields).generate()
    return made


def read_by_them(octets: bytes) -> Anything:
    return smpp.parse_pdu(octets, client=_Numbers())


TEXT = "您好 🌷".encode("utf-16-be")
FIELDS: dict[str, object] = {
    "service_type": "", "source_addr_ton": 5, "source_addr_npi": 0, "source_addr": "LENDER", "dest_addr_ton": 1,
    "dest_addr_npi": 1, "destination_addr": "447700900123", "esm_class": 0x40, "data_coding": 8,
    "validity_period": "000001000000000R", "registered_delivery": 1, "short_message": TEXT,
}  # fmt: skip


def test_a_submission_is_byte_for_byte_theirs() -> None:
    ours = Submitting("", (5, 0, "LENDER"), 1, 1).body(b"447700900123", 0x40, b"000001000000000R", 8, TEXT)
    assert write(Command.SUBMIT_SM, 7, ours) == theirs("submit_sm", **FIELDS)


def test_they_read_what_we_submit_with_its_optional_parameters() -> None:
    tlvs = write_tlv(Tag.SAR_REFERENCE, b"\1\2") + write_tlv(Tag.SAR_TOTAL, b"\3") + write_tlv(Tag.SAR_NUMBER, b"\2")
    body = Submitting("", (5, 0, "LENDER"), 1, 1).body(b"447700900123", 0, b"", 8, TEXT, tlvs)
    told = read_by_them(write(Command.SUBMIT_SM, 7, body))
    assert (told.destination_addr, told.short_message, told.data_coding) == (b"447700900123", TEXT, 8)
    assert (told.sar_msg_ref_num, told.sar_total_segments, told.sar_segment_seqnum) == (0x0102, 3, 2)


@pytest.mark.parametrize("mode", ["transmitter", "receiver", "transceiver"])
def test_binds_are_byte_for_byte_theirs(mode: str) -> None:
    command = Command[f"BIND_{mode.upper()}"]
    ours = write(command, 7, write_bind(Bind("parley", "secret", "sys")))
    assert ours == theirs(f"bind_{mode}", system_id="parley", password="secret", system_type="sys")


def test_we_read_what_they_deliver() -> None:
    (frame,) = cut(theirs("deliver_sm", **FIELDS, receipted_message_id="AB12", message_state=2)).frames
    told = read(frame.command, frame.body)
    assert isinstance(told, Message)
    assert (told.source, told.destination, told.text) == ("LENDER", "447700900123", TEXT)
    assert told.tlvs == {Tag.RECEIPTED_MESSAGE_ID: b"AB12\0", Tag.MESSAGE_STATE: b"\2"}


def test_a_query_is_byte_for_byte_theirs() -> None:
    ours = write(Command.QUERY_SM, 7, write_query(Query("9", 1, 1, "555")))
    assert ours == theirs("query_sm", message_id="9", source_addr_ton=1, source_addr_npi=1, source_addr="555")


def test_commands_and_tags_have_the_numbers_that_they_know() -> None:
    assert {command.name.lower(): int(command) for command in Command}.items() <= command_codes.commands.items()
    names = {
        "receipted_message_id": Tag.RECEIPTED_MESSAGE_ID, "user_message_reference": Tag.USER_MESSAGE_REFERENCE,
        "sar_msg_ref_num": Tag.SAR_REFERENCE, "sar_total_segments": Tag.SAR_TOTAL,
        "sar_segment_seqnum": Tag.SAR_NUMBER, "network_error_code": Tag.NETWORK_ERROR_CODE,
        "message_payload": Tag.MESSAGE_PAYLOAD, "message_state": Tag.MESSAGE_STATE,
    }  # fmt: skip
    assert {name: int(tag) for name, tag in names.items()}.items() <= consts.OPTIONAL_PARAMS.items()


def test_the_table_names_each_status_as_they_do() -> None:
    table = load_statuses("smpp").statuses
    named = {name.removeprefix("SMPP_"): code for name, code in vars(consts).items() if name.startswith("SMPP_ESME_R")}
    del named["ESME_ROK"]
    assert {status.words.en.partition(":")[0]: int(code, 16) for code, status in table.items()} == named
