"""Is this reply the answer to our identity question? Compared with what the lender holds; never kept.

The answer is a postcode or the last four characters of the contract number; never a birth date, identity or card
number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from parley.engine.case import Party

# What stands in the record in place of the answer.
ANSWER: Final = "[identity answer]"
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9]")
# What may stand between the characters of a code.
_BETWEEN: Final = str.maketrans("", "", " -")
# Fewer characters would be guessed too easily.
SHORTEST_ANSWER: Final = 4


# What came of an answer where several borrowers have the number: it is that of one; of more than one; of none; or the
# reply is no answer. In the last three it is not known who writes.
ONE: Final = "one"
SEVERAL: Final = "several"
NOBODY: Final = "nobody"
UNSURE: Final = "unsure"
NOT_KNOWN: Final = frozenset({SEVERAL, NOBODY, UNSURE})
# How long a proof of identity says who writes, on a number of several borrowers.
_SITTING: Final = timedelta(hours=24)


def is_sitting(proven_at: datetime | None, now: datetime) -> bool:
    """Say whether who proved identity at *proven_at*, on a number of several borrowers, still is who writes."""
    return proven_at is not None and proven_at <= now <= proven_at + _SITTING


@dataclass(frozen=True, slots=True, repr=False)
class Compared:
    """`found` is "match", "mismatch" or "" (nothing of the kind); `stored` the text without the answer in it.

    On a number of several borrowers `found` is one, several, nobody or unsure; `matched`: whose answer it is, by place.
    """

    found: str
    stored: str
    matched: int | None = None


def compare(text: str, party: Party, *, is_answer: bool) -> Compared:
    """Compare *text* with what the lender holds.

    *is_answer* says whether the reader took the reply for an answer; only then can a wrong code be a mismatch. A match
    needs the whole code as words of its own, so that "97" inside an amount proves nothing.
    """
    folded = unicodedata.normalize("NFKC", text)
    for fact in (party.postcode, party.contract_tail):
        if not _may_hold(folded, fact):
            continue
        pattern = _pattern(fact)
        if pattern is not None and pattern.search(folded):
            return Compared("match", pattern.sub(ANSWER, folded))
    if is_answer:
        return Compared("mismatch", ANSWER)
    return Compared("", text)


def compare_all(text: str, parties: Sequence[Party], *, is_answer: bool) -> Compared:
    """Compare *text* with what the lender holds of each of *parties*, who share the number; nobody is guessed."""
    if len(parties) == 1:
        return compare(text, parties[0], is_answer=is_answer)
    matched = [place for place, party in enumerate(parties) if compare(text, party, is_answer=False).found == "match"]
    stored = text
    for place in matched:
        stored = compare(stored, parties[place], is_answer=False).stored
    if matched:
        return Compared(ONE, stored, matched[0]) if len(matched) == 1 else Compared(SEVERAL, stored)
    return Compared(NOBODY, ANSWER) if is_answer else Compared(UNSURE, text)


def _may_hold(text: str, fact: str) -> bool:
    """Say whether *text* can match: a pattern for each borrower's code is costly to make, and most replies are none."""
    squeezed = text.translate(_BETWEEN).lower()
    return "".join(_CHARACTERS.findall(fact)).lower() in squeezed


def _pattern(fact: str) -> re.Pattern[str] | None:
    """Match the characters of *fact* in order, spaces or dashes between them allowed, as words of their own."""
    characters = _CHARACTERS.findall(fact)
    if len(characters) < SHORTEST_ANSWER:
        return None
    body = r"[ \-]?".join(map(re.escape, characters))
    return re.compile(rf"(?<![A-Za-z0-9.,]){body}(?![A-Za-z0-9]|[.,]\d)", re.IGNORECASE)
