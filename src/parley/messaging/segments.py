"""How many segments a text takes on the air, and where it is cut. Knows nothing of prices or templates.

A text goes as GSM 7-bit when all its characters allow it and the route takes that, else as UCS-2 (UTF-16 code units).
Where a route takes national shift tables, they are used only when they make fewer segments. What belongs together
stays together: an escape pair, a surrogate pair, a letter with its combining marks, an emoji with its modifiers and
joiners. Only a cluster longer than a whole part is cut, and then between code points.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parley.messaging.alphabet import GSM7, Alphabet, alphabets_of
from parley.messaging.carriage import STANDARD, Carriage


class Encoding(StrEnum):
    """How a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ZERO_WIDTH_JOINER: Final = "\u200d"
# Canonical combining class of the sign that joins two consonants of an Indic script.
_VIRAMA_CLASS: Final = 9


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text: `units` septets (gsm7) or 16-bit code units (ucs2) in `count` segments.

    `alphabet` is set where a national shift table is used.
    """

    encoding: Encoding
    units: int
    count: int
    alphabet: Alphabet | None = None


@dataclass(frozen=True, slots=True)
class _Writing:
    """One way to write a text on a route: its alphabet (None: UCS-2), and the units a part holds alone and joined."""

    alphabet: Alphabet | None
    single: int
    joined: int

    def units(self, text: str) -> int:
        if self.alphabet is None:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return sum(map(self.alphabet.septets.__getitem__, text))


def measure(text: str, carriage: Carriage = STANDARD) -> Segments:
    """Return encoding, units and number of segments of *text*; the empty text takes one."""
    return _measured(text, carriage)[0]


def parts_of(text: str, carriage: Carriage = STANDARD) -> tuple[str, ...]:
    """Return the texts of the segments, in order; joined they are *text*."""
    return _measured(text, carriage)[1]


def _measured(text: str, carriage: Carriage) -> tuple[Segments, tuple[str, ...]]:
    """Return size and parts, written in the plainest of the ways that need the fewest segments."""
    best: tuple[Segments, tuple[str, ...]] | None = None
    for writing in _writings(text, carriage):
        units = writing.units(text)
        parts = (text,) if units <= writing.single else tuple(_packed(text, writing))
        if best is None or len(parts) < best[0].count:
            encoding = Encoding.UCS2 if writing.alphabet is None else Encoding.GSM7
            national = writing.alphabet if writing.alphabet is not None and writing.alphabet.shifts else None
            best = Segments(encoding, units, len(parts), national), parts
        if best[0].count == 1:
            break
    assert best is not None, "UCS-2 writes every text"
    return best


def _writings(text: str, carriage: Carriage) -> Iterator[_Writing]:
    """Yield the ways to write *text*, plainest first; where the default alphabet does, there is no other."""
    if carriage.takes_gsm7 and GSM7.fits(text):
        yield _in(GSM7, carriage)
        return
    for language in carriage.national:
        yield from (_in(each, carriage) for each in alphabets_of(language) if each.fits(text))
    yield _Writing(None, carriage.units16(joined=False), carriage.units16(joined=True))


def _in(alphabet: Alphabet, carriage: Carriage) -> _Writing:
    shifts = alphabet.shifts
    return _Writing(alphabet, carriage.septets(shifts, joined=False), carriage.septets(shifts, joined=True))


def _packed(text: str, writing: _Writing) -> Iterator[str]:
    """Yield the parts of a joined message: each as full as it can be without cutting what belongs together."""
    start = 0
    while start < len(text):
        end = _reach(text, start, writing)
        if writing.alphabet is not GSM7:
            end = _boundary(text, start, end)
        yield text[start:end]
        start = end


def _reach(text: str, start: int, writing: _Writing) -> int:
    """Return the end of the longest run of whole characters from *start* that one part holds."""
    room = writing.joined
    end = min(start + room, len(text))
    excess = writing.units(text[start:end]) - room
    while excess > 0:
        end -= 1
        excess -= writing.units(text[end])
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
