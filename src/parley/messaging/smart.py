"""Characters that cost a text its cheap alphabet, and their plain twins: a diff that is shown and can be undone.

Nothing is changed silently. `plainer` proposes swaps of punctuation and spaces only; whoever writes the text sees them
and takes them or not. Never touched are the spans the caller names (values put into a template: names, amounts, links),
and in a text without such knowledge what may be one of those: links, runs with digits, and marks inside a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from parley.messaging.alphabet import SEPTETS
from parley.messaging.carriage import STANDARD, Carriage
from parley.messaging.segments import Segments, measure

# Typographic sign → what the default alphabet writes for it. Letters never change: a letter may be of a name.
TWINS: Final[dict[str, str]] = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u2032": "'", "`": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "-", "\u00b7": "-", "\u2026": "...", "\u201a": ",",
    "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ",
    "\t": " ",
}  # fmt: skip

# A link, or anything written in one run with a digit: an amount, a date, a reference.
_LIKELY_VALUE: Final = re.compile(r"\w+://\S+|(?:\w+\.)+\w{2,}/\S*|\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Swap:
    """At character `at` (from 0) of the text as written, `old` becomes `new`."""

    at: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Plainer:
    """A proposal: the text with its swaps, and what it would then measure."""

    text: str
    swaps: tuple[Swap, ...]
    segments: Segments


def plainer(text: str, kept: Iterable[range] | None = None, carriage: Carriage = STANDARD) -> Plainer | None:
    """Return *text* in plain punctuation where that makes fewer segments, else None.

    *kept*: the spans that are values, never to be touched; None where it is not known what the values are, then every
    run that may be one is left alone.
    """
    fixed = {at for span in (likely_values(text) if kept is None else kept) for at in span}
    swaps = tuple(
        Swap(at, char, TWINS[char])
        for at, char in enumerate(text)
        if char in TWINS and char not in SEPTETS and at not in fixed and (kept is not None or not _is_inside(text, at))
    )
    if not swaps:
        return None
    swapped = apply(text, swaps)
    after = measure(swapped, carriage)
    return Plainer(swapped, swaps, after) if after.count < measure(text, carriage).count else None


def apply(text: str, swaps: Iterable[Swap]) -> str:
    """Return *text* with *swaps* made, which stand in order."""
    out: list[str] = []
    at = 0
    for swap in swaps:
        assert text.startswith(swap.old, swap.at), "a swap is of the text it was found in"
        out += (text[at : swap.at], swap.new)
        at = swap.at + len(swap.old)
    return "".join((*out, text[at:]))


def restore(swapped: str, swaps: Iterable[Swap]) -> str:
    """Return the text from which *swaps* made *swapped*: the exact undoing of `apply`."""
    return apply(swapped, _undoing(swaps))


def _undoing(swaps: Iterable[Swap]) -> Iterator[Swap]:
    grown = 0
    for swap in swaps:
        yield Swap(swap.at + grown, swap.new, swap.old)
        grown += len(swap.new) - len(swap.old)


def likely_values(text: str) -> Iterator[range]:
    """Yield the spans of *text* that may be a link, an amount, a date or a reference."""
    return (range(*match.span()) for match in _LIKELY_VALUE.finditer(text))


def _is_inside(text: str, at: int) -> bool:
    """Return whether the sign at *at* may be of a name (a mark between letters) or an amount (between digits)."""
    if not 0 < at < len(text) - 1:
        return False
    around = text[at - 1] + text[at + 1]
    return around.isdigit() or (around.isalpha() and not text[at].isspace())
