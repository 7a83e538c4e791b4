from __future__ import annotations

import pytest

from parley.messaging.alphabet import DEFAULT, ESCAPE, EXTENSION, SEPTETS, fits_gsm7, forces_ucs2


def test_default_table_holds_127_characters_and_the_escape() -> None:
    assert len(DEFAULT) == 127
    assert set(DEFAULT.values()) == set(range(128)) - {ESCAPE}


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("@", 0x00),
        ("£", 0x01),
        ("Ç", 0x09),
        ("Δ", 0x10),
        (" ", 0x20),
        ("¡", 0x40),
        ("A", 0x41),
        ("¿", 0x60),
        ("à", 0x7F),
    ],
)
def test_default_table_has_the_codes_of_the_standard(char: str, code: int) -> None:
    assert DEFAULT[char] == code


def test_extension_table_is_that_of_the_standard() -> None:
    assert {char: hex(code) for char, code in EXTENSION.items()} == {
        "\f": "0xa", "^": "0x14", "{": "0x28", "}": "0x29", "\\": "0x2f", "[": "0x3c", "~": "0x3d", "]": "0x3e",
        "|": "0x40", "€": "0x65",
    }  # fmt: skip


def test_where_counters_disagree_the_standard_decides() -> None:
    # 3GPP TS 23.038: no back-tick, no small c with cedilla; the form feed is in the extension table.
    assert not fits_gsm7("`")
    assert not fits_gsm7("ç")
    assert SEPTETS["\f"] == 2
    assert "\x1b" not in SEPTETS


def test_what_forces_ucs2_is_named_once_in_order() -> None:
    assert forces_ucs2("a ₹ b 元 ₹") == ("₹", "元")
