"""Which characters fit a GSM 7-bit alphabet, and at which code. Knows nothing of messages, routes or segments.

Source: 3GPP TS 23.038, section 6.2.1 (default alphabet), 6.2.1.1 (extension table), 6.2.1.2 and annex A (national
language shift tables, in `shift_tables`). Where well-known counters differ we follow the standard: the back-tick and
the small c with cedilla are *not* GSM 7-bit; the form feed is, at the price of two septets. The tables stand in Python
and not in a file because the standard does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from parley.messaging.shift_tables import ESCAPE_MARK, LANGUAGES, LOCKING, NO_CHARACTER, SINGLE

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


def _codes(rows: tuple[str, ...]) -> dict[str, int]:
    """Return character → septet; of a character that stands twice, the first."""
    table: dict[str, int] = {}
    for code, char in enumerate("".join(rows)):
        if char not in {NO_CHARACTER, ESCAPE_MARK}:
            table.setdefault(char, code)
    return table


DEFAULT: Final[dict[str, int]] = _codes(_DEFAULT_ROWS)
"""Character → septet, for the characters that cost one."""

EXTENSION: Final[dict[str, int]] = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
"""Character → septet after the escape, for the characters that cost two."""

SEPTETS: Final[dict[str, int]] = dict.fromkeys(EXTENSION, 2) | dict.fromkeys(DEFAULT, 1)
"""Character → its price in septets; a character that is not here forces UCS-2."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """A pair of tables a message is written in, by national language identifiers; 0 is the default of either.

    `septets`: character → its price (1 in the main table, 2 after the escape).
    """

    locking: int
    single: int
    main: Mapping[str, int]
    escaped: Mapping[str, int]
    septets: Mapping[str, int]

    @property
    def shifts(self) -> int:
        """How many of the two tables a header must name."""
        return bool(self.locking) + bool(self.single)

    def fits(self, text: str) -> bool:
        """Return whether every character of *text* is in one of the two tables."""
        return self.septets.keys() >= set(text)

    def codes(self, text: str) -> bytes:
        """Return *text* as septets, one to an octet, not packed. A character outside the tables is a defect."""
        out = bytearray()
        for char in text:
            code = self.main.get(char)
            if code is None:
                out.append(ESCAPE)
                code = self.escaped[char]
            out.append(code)
        return bytes(out)


GSM7: Final = Alphabet(0, 0, DEFAULT, EXTENSION, SEPTETS)
"""The default alphabet and its extension table: what every telephone has."""


@cache
def alphabet(locking: int, single: int) -> Alphabet:
    """Return the alphabet of two national language identifiers; 0 for the default table. An unknown one is a defect."""
    if not locking and not single:
        return GSM7
    main = _codes(LOCKING[locking]) if locking else DEFAULT
    escaped = {char: code for code, char in reversed(SINGLE[single].items())} if single else EXTENSION
    return Alphabet(locking, single, main, escaped, dict.fromkeys(escaped, 2) | dict.fromkeys(main, 1))


@cache
def alphabets_of(language: str) -> tuple[Alphabet, ...]:
    """Return the alphabets of a national *language* ('turkish', …), the least header first; an unknown is a defect."""
    number = next(number for number, name in LANGUAGES.items() if name == language)
    single = (alphabet(0, number),)
    return (*single, alphabet(number, 0), alphabet(number, number)) if number in LOCKING else single


def fits_gsm7(text: str) -> bool:
    """Return whether every character of *text* is in the default alphabet or its extension table."""
    return SEPTETS.keys() >= set(text)


def forces_ucs2(text: str) -> tuple[str, ...]:
    """Return the characters of *text* that are not GSM 7-bit, each once, in order of appearance."""
    return tuple(dict.fromkeys(char for char in text if char not in SEPTETS))
