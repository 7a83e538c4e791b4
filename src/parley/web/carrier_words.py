"""What became of a message, in words: our own for what we say ourselves, else those of its carrier's table of codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from parley.locale import Language
from parley.providers.statuses import operator_words
from parley.web.words import knows, say

# Where our own words of a reason stand, the first that has some.
_OWN: Final = ("refusal.", "sending.reason.")


def reason_said(code: str, kinds: Iterable[str], language: Language) -> str:
    """Return what *code* says where carriers of *kinds* may have said it; the code where nobody wrote any words."""
    for start in _OWN:
        if knows(start + code):
            return say(start + code, language)
    found = (operator_words(kind, code) for kind in dict.fromkeys(kinds))
    words = next((one for one in found if one is not None), None)
    if words is None:
        return code
    return words.en if language is Language.EN else words.zh
