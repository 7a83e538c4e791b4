from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from parley.errors import HomeUnusable
from parley.ids import Msisdn
from parley.providers.centre_log import (
    Acknowledged,
    Arrived,
    Inbound,
    Line,
    LookupLine,
    Note,
    NotTakenLine,
    PlannedReceipt,
    Receipt,
    RejectedLine,
    Submitted,
    decode,
    encode,
    read_log,
)
from parley.providers.port import DeliveryState
from tests.providers.conftest import NOON, Open, message

TO = Msisdn("+12025550155")
PLANNED = PlannedReceipt(NOON + timedelta(seconds=9), NOON, DeliveryState.EXPIRED, 2, is_lost=True)
LINES: list[Line] = [
    Submitted(1, NOON, "r", "SB1", TO, "【示例】您好\n“x”", 2, NOON, True, NOON, None, (PLANNED,)),
    Submitted(1, NOON, "r", "SB1", TO, "", 1, NOON, False, None, NOON, ()),
    RejectedLine(1, NOON, "r", TO, "unknown_subscriber"),
    NotTakenLine(1, NOON, "r", TO, answered=False),
    Arrived(1, NOON, "r", "SB1"),
    Receipt(1, NOON, "SB1.1", "r", "SB1", 0, DeliveryState.DELIVERED),
    Inbound(1, NOON, "mo.1", TO, "70000", "yes 👍\u2028"),
    Acknowledged(1, NOON, ("SB1.1", "mo.1")),
    LookupLine(1, NOON, "r", None),
    Note(1, None, "dropped 3 bytes"),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: type(line).__name__)
def test_a_line_comes_back_as_it_was_written(line: Line) -> None:
    raw = encode(line)
    assert raw.count(b"\n") == 1
    assert decode(raw) == line


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"1", b'{"kind":"letter"}', b'{"kind":"arrived","n":1}', b"\xff"])
def test_what_is_not_a_line_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"line|JSON|Expecting|codec"):
        decode(raw)


def test_the_reader_leaves_an_unfinished_last_line_out(centre: Open, log: Path) -> None:
    centre().submit([message(1), message(2)], NOON)
    whole = list(read_log(log))
    log.write_bytes(log.read_bytes() + b'{"n":3,"kind":"arri')
    assert list(read_log(log)) == whole
    assert [line.n for line in whole] == [1, 2]


def test_a_line_cut_out_or_changed_in_the_middle_is_named(centre: Open, log: Path) -> None:
    centre().submit([message(number) for number in range(3)], NOON)
    lines = log.read_bytes().splitlines(keepends=True)
    for damaged in ([lines[0], lines[2]], [lines[0], b"x" + lines[1], lines[2]]):
        log.write_bytes(b"".join(damaged))
        with pytest.raises(HomeUnusable, match="Line 2"):
            list(read_log(log))
        with pytest.raises(HomeUnusable, match="Line 2"):
            centre()


def test_lines_with_personal_data_do_not_print_it() -> None:
    assert "2025550155" not in "".join(map(repr, LINES))
    assert "示例" not in "".join(map(repr, LINES))
