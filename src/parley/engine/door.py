"""Say what must be known of a reply before it is stored: what takes effect at once, and what in it must not be kept.

Runs at the door, in the transaction of the inbox row, so that a STOP, a crisis, a lawyer, a bankruptcy, a death or a
time that does not suit hold while every worker is down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parley.contact.heard import Heard, heard
from parley.engine.case import Party
from parley.engine.identity import Compared, compare_all
from parley.nlu.evidence import answers_identity
from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import ReadingContext
from parley.nlu.redact import redact
from parley.nlu.resume import asks_again
from parley.nlu.urgent import scan


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """A reply as it may be stored.

    `stops`: "all", "promotions" or "". `is_crisis`: danger to life. `identity_answer`: match, mismatch or ""; of
    several borrowers what `identity.compare_all` found, and in `matched` whose answer it is. `heard`: what holds from
    now on. `asks_again`: wishes for texts again, where all were refused.
    """

    text: str
    stops: str
    is_crisis: bool
    identity_answer: str
    was_redacted: bool
    heard: Heard
    asks_again: bool = False
    matched: int | None = None


def admit(
    text: str,
    parties: Sequence[Party],
    context: ReadingContext | None,
    lexicon: Lexicon,
    *,
    told_on: date,
    locale: str,
    resume_words: frozenset[str] = frozenset(),
) -> Admitted:
    """Return what may be stored of *text*, written on the writer's day *told_on* in *locale*.

    *parties*: who may write; none, and no *context*, where the writer's identity is not asked. *resume_words*: the bare
    words that ask for texts again where the writer lives.
    """
    urgent = scan(text, lexicon)
    cleared = redact(text)
    compared = Compared("", cleared.text)
    if parties and context is not None:
        is_answer = answers_identity(text, context, lexicon)
        compared = compare_all(cleared.text, parties, is_answer=is_answer)
    return Admitted(
        text=compared.stored,
        stops=urgent.stop_scope if urgent.stop is not None else "",
        is_crisis=urgent.risk is not None,
        identity_answer=compared.found,
        was_redacted=bool(cleared.found),
        heard=heard(text, told_on, locale, lexicon),
        # Whoever stops and starts in one breath has stopped; in danger a person decides.
        asks_again=urgent.stop is None and urgent.risk is None and asks_again(text, resume_words, lexicon),
        matched=compared.matched,
    )
