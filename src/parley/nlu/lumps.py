"""Which sum of a reply is one payment, not a month's? The words around it say so, by a list.

A sum with a rhythm of its own ("a month", 每月) is never one. What may be either is not sure, unless something is said
of the rest. Places are those of the reading form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from parley.nlu.amounts import Sum
from parley.nlu.evidence import evidence_of
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.reading import ReadingContext

_KIND: Final = "lump"
_SURE, _MAYBE, _REST, _ALL = "sure", "maybe", "rest", "all"
# How far from its sum a word may stand: one that can mean nothing else, and one that may.
_REACH: Final = {_SURE: 16, _MAYBE: 4}
# A sum that other words make the borrower's own, such as what is left, must stand right there.
_BESIDE: Final = 1
_SENTENCE_END: Final = re.compile(r"[!?;\n。！？；]|(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True, repr=False)
class Lump:
    """One payment that a reply names. Units: major units.

    `amount` None: all that is owed. `rest`: what the same reply names for after it, at the rhythm `every`. `is_sure`:
    it can be nothing else. `is_later`: the reply names a day to come.
    """

    amount: Decimal | None
    is_sure: bool
    rest: Decimal | None = None
    every: str | None = None
    is_later: bool = False


def lump_in(text: str, context: ReadingContext, lexicon: Lexicon) -> Lump | None:
    """Return the one payment that *text* names; None where it names none; never raises."""
    seen = evidence_of(text, context, lexicon)
    words = [match for match in seen.facts.matches if match.rule.kind == _KIND]
    if not words:
        return None
    facts, form = seen.facts, seen.normal.text
    open_sums = facts.open_sums()
    days = [day for when in facts.open_days(past=False) for day in when.dates]
    is_later = any(day > facts.today for day in days)
    # Beside these words a sum is not what is owed or left, whatever its own words make of it: 首付2000, 剩下每月500.
    told = [one for one in facts.sums if one in open_sums or (one.own and not facts.is_denied(one.start, one.end))]
    single = [one for one in told if one.rate is None and one.other is None]
    label, found = _nearest(form, single, words)
    after = [one for one in told if one.rate is not None and (not one.own or _follows(form, one, words))]
    rated = after[0] if after else None
    if found is None:
        says_all = not open_sums and any(word.rule.label == _ALL for word in words)
        return Lump(None, is_sure=True, is_later=is_later) if says_all else None
    is_sure = label == _SURE or rated is not None or any(word.rule.label == _REST for word in words)
    rest, every = (rated.value, rated.rate) if rated is not None else (None, None)
    return Lump(found.value, is_sure, rest, every, is_later)


def _nearest(form: str, sums: Sequence[Sum], words: Sequence[Match]) -> tuple[str, Sum | None]:
    """Return the sum that a word makes one payment, and which kind of word: a sure one before one that may be."""
    for label, reach in _REACH.items():
        found = [
            (gap, one.start, one)
            for one in sums
            for word in words
            if word.rule.label == label
            and (gap := _gap(form, one, word)) is not None
            and gap <= reach
            and not (one.own and (label != _SURE or word.start > one.start or gap > _BESIDE))
        ]
        if found:
            return label, min(found, key=lambda each: each[:2])[2]
    return "", None


def _follows(form: str, one: Sum, words: Sequence[Match]) -> bool:
    """Say whether a word of the rest stands right before a sum."""
    before = (word for word in words if word.rule.label == _REST and word.start < one.start)
    return any((gap := _gap(form, one, word)) is not None and gap <= _REACH[_MAYBE] for word in before)


def _gap(form: str, one: Sum, word: Match) -> int | None:
    """Return how many signs lie between a sum and a word; None where a sentence ends there."""
    start, end = (one.end, word.start) if one.end <= word.start else (word.end, one.start)
    return None if _SENTENCE_END.search(form, start, max(start, end)) else max(0, end - start)
