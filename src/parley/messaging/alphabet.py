"""Which characters fit the GSM 7-bit alphabet, and at which code. Knows nothing of messages or segments.

Source: 3GPP TS 23.038, section 6.2.1 (default alphabet) and 6.2.1.1 (extension table). Where well-known counters
differ we follow the standard: the back-tick and the small c with cedilla are *not* GSM 7-bit; the form feed is, at
the price of two septets. The tables stand here and not in a file because the standard does not change.
"""

from __future__ import annotations

from typing import Final

ESCAPE: Final = 0x1B

# Codes 0x00–0x7F in order, 16 to a row; 0x1B is the escape to the extension table and stands for no character.
_DEFAULT_ROWS: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)

DEFAULT: Final[dict[str, int]] = {char: code for code, char in enumerate("".join(_DEFAULT_ROWS)) if code != ESCAPE}
"""Character → septet, for the characters that cost one."""

EXTENSION: Final[dict[str, int]] = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
"""Character → septet after the escape, for the characters that cost two."""

SEPTETS: Final[dict[str, int]] = dict.fromkeys(DEFAULT, 1) | dict.fromkeys(EXTENSION, 2)
"""Character → its price in septets; a character that is not here forces UCS-2."""


def fits_gsm7(text: str) -> bool:
    """Return whether every character of *text* is in the default alphabet or its extension table."""
    return SEPTETS.keys() >= set(text)


def forces_ucs2(text: str) -> tuple[str, ...]:
    """Return the characters of *text* that are not GSM 7-bit, each once, in order of appearance."""
    return tuple(dict.fromkeys(char for char in text if char not in SEPTETS))
