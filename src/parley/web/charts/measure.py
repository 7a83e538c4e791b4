"""How wide is a text, and where does it break? Estimated without a font, on the wide side, so that nothing overlaps.

SVG neither measures nor wraps. The widths, in hundredths of the font size, are on the wide side of what common
sans-serif faces have for each group of characters; a Chinese character is as wide as it is high.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]{}-/\\ ")
_BROAD: Final = frozenset("mwMW@%&…—")
_NARROW_WIDTH, _BROAD_WIDTH, _CAPITAL_WIDTH, _USUAL_WIDTH, _FULL_WIDTH = 39, 98, 70, 60, 100
# These do not begin a line in Chinese typesetting (GB/T 15834, CLREQ 3.1.3).
_NOT_FIRST: Final = frozenset("，。、；：？！）》」』】…—·%％)")
_PIECES: Final = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef-]+-?|\s+|-"
)
_ELLIPSIS: Final = "…"


def width(text: str, size: int) -> int:
    """Return the width of *text* in pixels at font *size*, rounded up."""
    return -(-sum(map(_of, text)) * size // 100)


def _of(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return _FULL_WIDTH
    if unicodedata.combining(char):
        return 0
    if char in _NARROW:
        return _NARROW_WIDTH
    if char in _BROAD:
        return _BROAD_WIDTH
    return _CAPITAL_WIDTH if char.isupper() else _USUAL_WIDTH


def lines(text: str, size: int, room: int, most: int) -> tuple[str, ...]:
    """Break *text* into at most *most* lines that fit *room* pixels; what does not fit ends with an ellipsis.

    Latin breaks at spaces and after hyphens, Chinese between any two characters but before closing marks.
    """
    found: list[str] = [""]
    for piece in _pieces(text, size, room):
        if found[-1] and width((found[-1] + piece).rstrip(), size) > room:
            found.append(piece.lstrip())
        else:
            found[-1] += piece
    if len(found) > most:
        found = [*found[: most - 1], _cut("".join(found[most - 1 :]), size, room)]
    return tuple(line.rstrip() for line in found)


def _pieces(text: str, size: int, room: int) -> list[str]:
    """Return the unbreakable pieces; one that is wider than *room* is broken anywhere."""
    found: list[str] = []
    for piece in _PIECES.findall(" ".join(text.split())):
        if found and piece[0] in _NOT_FIRST and width(found[-1] + piece, size) <= room:
            found[-1] += piece
        elif width(piece, size) > room:
            found.extend(piece)
        else:
            found.append(piece)
    return found


def _cut(text: str, size: int, room: int) -> str:
    while text and width(text + _ELLIPSIS, size) > room:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS
