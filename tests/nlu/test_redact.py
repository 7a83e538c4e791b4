"""Card and identity numbers leave a reply; near misses, amounts and telephone numbers stay."""

from __future__ import annotations

import pytest

from parley.nlu.redact import redact

TAKEN = [
    ("my card 4111 1111 1111 1111 ok", "my card [card] ok"),
    ("4111-1111-1111-1111", "[card]"),
    ("卡号４１１１１１１１１１１１１１１１谢谢", "卡号[card]谢谢"),
    ("378282246310005", "[card]"),
    ("11010519491231002X", "[id]"),
    ("ssn 536-90-4399", "ssn [id]"),
    ("aadhaar 2341 2341 2346", "aadhaar [id]"),
    ("nino AB 12 34 56 C", "nino [id]"),
    ("S1234567D", "[id]"),
    ("M1234567K", "[id]"),
    ("fin m1234567k ok", "fin [id] ok"),
    ("HKID A123456(3)", "HKID [id]"),
    ("A123456789", "[id]"),
]
KEPT = [
    "4111 1111 1111 1112",
    "110105194912310021",
    "000-12-3456",
    "2341 2341 2347",
    "BG123456C",
    "S1234567A",
    "M1234567A",
    "A123456(4)",
    "A123456788",
    "pay 1,500.00 on 5/6",
    "call 212-555-0100",
    "13800138000",
    "+44 7700 900123",
]


@pytest.mark.parametrize(("text", "stored"), TAKEN)
def test_number_is_taken_out(text: str, stored: str) -> None:
    redacted = redact(text)
    assert redacted.text == stored
    assert len(redacted.found) == 1


@pytest.mark.parametrize("text", KEPT)
def test_near_miss_stays(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).found == ()
