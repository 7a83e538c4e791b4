"""Is this reply the answer to our identity question? Compared with what the lender holds; never kept.

The answer is a postcode or the last four characters of the contract number; never a birth date, identity or card
number.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from parley.engine.case import Party

# What stands in the record in place of the answer.
ANSWER: Final = "[identity answer]"
# Fewer characters would be guessed too easily.
SHORTEST_ANSWER: Final = 4


@dataclass(frozen=True, slots=True, repr=False)
class Compared:
    """`found` is "match", "mismatch" or "" (nothing of the kind); `stored` the text without the answer in it."""

    found: str
    stored: str


def compare(text: str, party: Party, *, is_answer: bool) -> Compared:
    """Compare *text* with what the lender holds.

    *is_answer* says whether the reader took the reply for an answer; only then can a wrong code be a mismatch. A match
    needs the whole code as words of its own, so that "97" inside an amount proves nothing.
    """
    folded = unicodedata.normalize("NFKC", text)
    for fact in (party.postcode, party.contract_tail):
        pattern = _pattern(fact)
        if pattern is not None and pattern.search(folded):
            return Compared("match", pattern.sub(ANSWER, folded))
    if is_answer:
        return Compared("mismatch", ANSWER)
    return Compared("", text)


def _pattern(fact: str) -> re.Pattern[str] | None:
    """Match the characters of *fact* in order, spaces or dashes between them allowed, as words of their own."""
    characters = re.findall(r"[A-Za-z0-9]", fact)
    if len(characters) < SHORTEST_ANSWER:
        return None
    body = r"[ \-]?".join(map(re.escape, characters))
    return re.compile(rf"(?<![A-Za-z0-9.,]){body}(?![A-Za-z0-9]|[.,]\d)", re.IGNORECASE)
