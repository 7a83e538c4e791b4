"""The form of a reply that patterns read: one width, one case, no invisible characters. The stored text never changes.

Every character of the reading form knows which characters of the reply it came from, so that a hit can be shown in
the borrower's own words. Nothing here knows a language or a word list; respelling and script folding are in `lexicon`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# A reply of ten joined UCS-2 parts is 670 characters; what lies beyond is kept in the store and not read.
READ_LIMIT_CHARS: Final = 700

# Letters that look Latin and are not (Unicode confusables, single letters only), and letters NFKD does not split.
_LOOK_ALIKE: Final = dict(
    zip("авекмнорстухіјѕԁɡοαερτυνκιđøłıŀħŧß", "abekmhopctyxijsdgoaeptuvkidolilhts", strict=True),
)
_APOSTROPHES: Final = frozenset("'\u2019\u2018`\u00b4\u02bc\u2032")
# Repeats of a letter up to this many are spelling; more is emphasis ("stoooop", "plzzz") and is read as one.
_LONGEST_SPELT_RUN: Final = 2
# Controls, lone surrogates, private use, unassigned (Unicode general categories). One or two are a telephone's slips.
_UNTYPED: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_LEAST_UNTYPED: Final = 4


@dataclass(frozen=True, slots=True, repr=False)
class Normal:
    """The reading form. Character *i* came from `[starts[i], ends[i])` of the reply."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __repr__(self) -> str:
        """Hide the words: a reply is personal data."""
        return f"Normal(… {len(self.text)} characters)"

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the reply behind `[start, end)` of the reading form."""
        if start >= end or not self.text:
            return (0, 0)
        return (self.starts[start], self.ends[end - 1])


def is_binary(text: str) -> bool:
    """Say whether *text* is no writing: of what is read, an eighth or more is no character that anybody types."""
    read = text[:READ_LIMIT_CHARS]
    untyped = sum(
        char == "\ufffd" or (unicodedata.category(char) in _UNTYPED and char not in "\t\n\r") for char in read
    )
    return untyped >= _LEAST_UNTYPED and untyped * 8 >= len(read)


def normalise(text: str) -> Normal:
    """Return the reading form of any *text*; never raises.

    Reads at most READ_LIMIT_CHARS characters. Lone surrogates, controls, bidi marks, zero-width characters, variation
    selectors and combining marks are dropped.
    """
    letters: list[str] = []
    origins: list[int] = []
    for position, char in enumerate(text[:READ_LIMIT_CHARS]):
        for folded in fold_char(char):
            letters.append(folded)
            origins.append(position)
    keep = _kept(letters)
    out = "".join(letters[i] for i in keep)
    starts = tuple(origins[i] for i in keep)
    return Normal(out, starts, tuple(start + 1 for start in starts))


@lru_cache(maxsize=8192)
def fold_char(char: str) -> str:
    """Return what one character is read as; nothing for one that says nothing."""
    if "!" <= char <= "~" and char not in _APOSTROPHES:
        return char.lower()
    if char in _APOSTROPHES:
        return "'"
    if char.isspace():
        return "\n" if char in "\n\r\u2028\u2029" else " "
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Mn", "Me", "Sk", "Co", "Cn"}:
        return ""
    wide = unicodedata.normalize("NFKC", char).casefold()
    return "".join(_plain_letter(c) for c in wide if not unicodedata.category(c).startswith(("M", "C")))


def _plain_letter(char: str) -> str:
    if char in _LOOK_ALIKE:
        return _LOOK_ALIKE[char]
    base = unicodedata.normalize("NFD", char)[0]
    return base if "a" <= base <= "z" else char


def _kept(letters: list[str]) -> list[int]:
    """Return the positions that stay: no apostrophe, no second blank, no emphasis by repeated letters."""
    keep: list[int] = []
    i, n = 0, len(letters)
    while i < n:
        char = letters[i]
        run = i + 1
        while run < n and letters[run] == char:
            run += 1
        if char == "'" or (char.isspace() and (not keep or letters[keep[-1]].isspace())):
            pass
        elif "a" <= char <= "z" and run - i > _LONGEST_SPELT_RUN:
            keep.append(i)
        elif "a" <= char <= "z" or "0" <= char <= "9":
            keep.extend(range(i, run))
        else:
            keep.extend(range(i, min(run, i + 3)))
        i = run
    while keep and letters[keep[-1]].isspace():
        keep.pop()
    return keep


def printable(text: str) -> str:
    """Return *text* as a terminal may be shown it: what does not print (controls, bidi marks) stands as its code."""
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in text)
