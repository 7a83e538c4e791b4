"""Does a reply ask for texts again, after all were refused? A sentence says so anywhere; a bare word where it may.

Narrow on purpose: whatever denies, asks, sets a condition or speaks of offers is no consent, and a person reads it.
Whether anything was refused is not known here.
"""

from __future__ import annotations

import re

from parley.nlu.lexicon import Lexicon
from parley.nlu.notices import Notice

_WORD = re.compile(r"[^\W_]+")


def asks_again(text: str, words: frozenset[str], lexicon: Lexicon) -> bool:
    """Say whether *text* asks for texts again; *words* are the bare words that do, in lower case. Never raises."""
    if _only_words(text, lexicon) in words:
        return True
    matches = lexicon.matches(lexicon.prepare(text), None)
    return any(match.rule.kind == "notice" and match.rule.label == Notice.RESUME for match in matches)


def _only_words(text: str, lexicon: Lexicon) -> str:
    """Return the words of *text* before respelling, politeness left out."""
    polite = lexicon.keywords.get("resume_polite", frozenset())
    return " ".join(word for word in _WORD.findall(lexicon.unrespelt(text).text) if word not in polite)
