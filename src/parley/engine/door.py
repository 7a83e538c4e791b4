"""Say what must be known of a reply before it is stored: a STOP, a crisis, and what in it must not be kept.

Runs at the door, in the transaction of the inbox row, so that STOP and crisis hold while every worker is down.
"""

from __future__ import annotations

from dataclasses import dataclass

from parley.engine.case import Party
from parley.engine.identity import compare
from parley.nlu.lexicon import Lexicon
from parley.nlu.read import read
from parley.nlu.reading import Intent, ReadingContext
from parley.nlu.redact import redact
from parley.nlu.urgent import scan


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """A reply as it may be stored.

    `stops`: "all", "promotions" or "". `is_crisis`: danger to life. `identity_answer`: match, mismatch or "".
    """

    text: str
    stops: str
    is_crisis: bool
    identity_answer: str
    was_redacted: bool


def admit(text: str, party: Party | None, context: ReadingContext | None, lexicon: Lexicon) -> Admitted:
    """Return what may be stored of *text*. *party* and *context* are None where the writer's identity is not asked."""
    urgent = scan(text, lexicon)
    cleared = redact(text)
    found, kept = "", cleared.text
    if party is not None and context is not None:
        is_answer = read(text, context, lexicon).intent is Intent.IDENTITY_ANSWER
        compared = compare(cleared.text, party, is_answer=is_answer)
        found, kept = compared.found, compared.stored
    return Admitted(
        text=kept,
        stops=urgent.stop_scope if urgent.stop is not None else "",
        is_crisis=urgent.risk is not None,
        identity_answer=found,
        was_redacted=bool(cleared.found),
    )
