"""What does a reply ask for that no intent of the reader names? Found by words alone, beside the intent.

The tables lie under data/wishes, apart from those the trained reader is made with.
"""

from __future__ import annotations

from enum import StrEnum

from parley.nlu.lexicon import Lexicon

_KIND = "wish"


class Wish(StrEnum):
    """A wish that is passed on."""

    LIMIT_RISE = "limit_rise"


def wishes(text: str, lexicon: Lexicon) -> frozenset[Wish]:
    """Return what *text* asks for; any length, any script; never raises."""
    matches = lexicon.matches(lexicon.prepare(text), None)
    return frozenset(Wish(match.rule.label) for match in matches if match.rule.kind == _KIND)
