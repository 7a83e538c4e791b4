"""What does the text of a message make of it? What it contains, as facts, and what it is for besides its label.

A line of advertising makes any message a promotion; a demand for a late payment makes it collection. The rules of both
then bind, strictest first: a label lifts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.nlu.contents import contents
from parley.nlu.lexicon import Lexicon
from parley.purpose import Purpose
from parley.rulebook.content import Content

# A confirmation with an offer inside is barred as such; help in danger is never held up for a word.
_NEVER_PROMOTION: Final = frozenset({Purpose.PROMOTION, Purpose.OPT_OUT_CONFIRMATION, Purpose.CRISIS_REPLY})
# What may not carry a demand under a milder name; an answer to the borrower may speak of arrears.
_MILDER: Final = frozenset({Purpose.REMINDER, Purpose.SERVICING, Purpose.RISK_ALERT, Purpose.PROMOTION})


@dataclass(frozen=True, slots=True)
class Words:
    """The word tables by which texts are understood: `inbound` of borrowers, `outbound` of ours."""

    inbound: Lexicon
    outbound: Lexicon


def contents_of(text: str, outbound: Lexicon) -> frozenset[Content]:
    """Return what *text* contains, by the word tables *outbound*."""
    return frozenset(map(Content, contents(text, outbound)))


def also_for(purpose: Purpose, content: frozenset[Content] | None) -> tuple[Purpose, ...]:
    """Return what a message labelled *purpose* is for besides, judged from its text; empty where the label is all."""
    if not content:
        return ()
    also: list[Purpose] = []
    if Content.PROMOTIONAL in content and purpose not in _NEVER_PROMOTION:
        also.append(Purpose.PROMOTION)
    if Content.OVERDUE in content and purpose in _MILDER:
        also.append(Purpose.COLLECTION)
    return tuple(also)
