from __future__ import annotations

from datetime import UTC, datetime

import pytest

from parley.ids import Msisdn
from parley.providers.payload import Malformed, event_id, instant, is_id, number, read_json, read_table, table, words


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"a":1', b"<html>", b"\xff\xfe", b"NaN", b'{"a":Infinity}', b"[" * 100_000, b"9" * 5_000, b"\x00"],
)
def test_what_is_not_json_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed, match=r"^body$"):
        read_json(content)


def test_what_is_no_table_is_malformed() -> None:
    assert read_table(b'{"a": [1]}') == {"a": [1]}
    for content in (b"[]", b"1", b'"a"', b"null"):
        with pytest.raises(Malformed, match=r"^body$"):
            read_table(content)
    with pytest.raises(Malformed, match=r"^status$"):
        table([], "status")


def test_a_field_is_of_its_form_or_named() -> None:
    row = {"a": "four", "b": 4, "c": None}
    assert words(row, "a", 4) == "four"
    for name, longest in (("a", 3), ("b", 9), ("c", 9), ("d", 9)):
        with pytest.raises(Malformed, match=rf"^{name}$"):
            words(row, name, longest)


def test_a_number_is_of_e164() -> None:
    assert number("+12025550143", "from") == Msisdn("+12025550143")
    for wrong in ("12025550143", "+0123456", "+1202555014３", "+1 202 555", "+1234", "+1234567890123456", "x", "", "+"):
        with pytest.raises(Malformed, match=r"^from$"):
            number(wrong, "from")


def test_an_instant_has_an_offset() -> None:
    assert instant("2026-11-03T18:00:00+01:00", "at") == datetime(2026, 11, 3, 17, tzinfo=UTC)
    for wrong in ("2026-11-03T18:00:00", "yesterday", "", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        with pytest.raises(Malformed, match=r"^at$"):
            instant(wrong, "at")


def test_an_event_id_can_always_be_kept() -> None:
    assert event_id("SM1", "sent") == "SM1.sent"
    long, other = event_id("x" * 80, "sent"), event_id("x" * 80, "delivered")
    assert long == event_id("x" * 80, "sent") != other
    assert all(map(is_id, (long, other, event_id("a b"), event_id("和议"), event_id("\ud800"), event_id(""))))
