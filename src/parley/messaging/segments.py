"""How many segments a text takes on the air, and where it is cut. Knows nothing of routes, prices or templates.

A text goes as GSM 7-bit when all its characters allow it, else as UCS-2 (UTF-16 code units). Alone it holds 160
septets or 70 units; joined by an 8-bit reference the header takes 6 octets of each part and leaves 153 or 67
(3GPP TS 23.040, section 9.2.3.24.1). What belongs together stays together: an escape pair, a surrogate pair, a
letter with its combining marks, an emoji with its modifiers and joiners. Only a cluster longer than a whole part is
cut, and then between code points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parley.messaging.alphabet import SEPTETS, fits_gsm7


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


SINGLE_UNITS: Final = {Encoding.GSM7: 160, Encoding.UCS2: 70}
JOINED_UNITS: Final = {Encoding.GSM7: 153, Encoding.UCS2: 67}

_ZERO_WIDTH_JOINER: Final = "\u200d"
# Canonical combining class of the sign that joins two consonants of an Indic script.
_VIRAMA_CLASS: Final = 9


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text: `units` septets (gsm7) or 16-bit code units (ucs2) in `count` segments."""

    encoding: Encoding
    units: int
    count: int


def measure(text: str) -> Segments:
    """Return encoding, units and number of segments of *text*; the empty text takes one."""
    encoding = encoding_of(text)
    units = units_of(text, encoding)
    count = 1 if units <= SINGLE_UNITS[encoding] else sum(1 for _ in _packed(text, encoding))
    return Segments(encoding, units, count)


def parts_of(text: str) -> tuple[str, ...]:
    """Return the texts of the segments, in order; joined they are *text*."""
    encoding = encoding_of(text)
    if units_of(text, encoding) <= SINGLE_UNITS[encoding]:
        return (text,)
    return tuple(_packed(text, encoding))


def encoding_of(text: str) -> Encoding:
    """Return GSM 7-bit where every character allows it, else UCS-2."""
    return Encoding.GSM7 if fits_gsm7(text) else Encoding.UCS2


def units_of(text: str, encoding: Encoding) -> int:
    """Return the length of *text* in septets or in UTF-16 code units."""
    if encoding is Encoding.GSM7:
        return sum(map(SEPTETS.__getitem__, text))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _packed(text: str, encoding: Encoding) -> Iterator[str]:
    """Yield the parts of a joined message: each as full as it can be without cutting what belongs together."""
    start = 0
    while start < len(text):
        end = _reach(text, start, encoding)
        if encoding is Encoding.UCS2:
            end = _boundary(text, start, end)
        yield text[start:end]
        start = end


def _reach(text: str, start: int, encoding: Encoding) -> int:
    """Return the end of the longest run of whole characters from *start* that one part holds."""
    room = JOINED_UNITS[encoding]
    end = min(start + room, len(text))
    excess = units_of(text[start:end], encoding) - room
    while excess > 0:
        end -= 1
        excess -= units_of(text[end], encoding)
    return end


def _boundary(text: str, start: int, end: int) -> int:
    """Return *end*, moved back out of a cluster where the cluster does not fill the part alone."""
    cut = end
    while start < cut < len(text) and _continues(text, start, cut):
        cut -= 1
    return cut if cut > start else end


def _continues(text: str, start: int, at: int) -> bool:
    """Return whether the character *at* belongs to the one before it.

    Source: a part of Unicode UAX #29: extending marks, joiners, emoji modifiers, tags, pairs of regional indicators,
    conjoining Hangul vowels and finals, Indic conjuncts, CR LF.
    """
    last, char = text[at - 1], text[at]
    return (
        _extends(char)
        or last == _ZERO_WIDTH_JOINER
        or (unicodedata.combining(last) == _VIRAMA_CLASS and unicodedata.category(char) == "Lo")
        or (_is_regional(char) and _regionals_before(text, start, at) % 2 == 1)
        or (last == "\r" and char == "\n")
    )


def _extends(char: str) -> bool:
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char == _ZERO_WIDTH_JOINER
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags of sub-national flags
        or "\u1160" <= char <= "\u11ff"  # conjoining Hangul vowels and finals
    )


def _regionals_before(text: str, start: int, at: int) -> int:
    """Return how many regional indicators stand in a row just before *at*: flags are pairs, counted from the first."""
    first = at
    while first > start and _is_regional(text[first - 1]):
        first -= 1
    return at - first


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
