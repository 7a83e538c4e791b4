"""What speaks for each intent in a reply: the facts, the urgent matters, the menu choice, the votes of the word lists.

It weighs nothing: `read` does, with what the model has learnt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from parley.dates import local_date
from parley.nlu.amounts import Place
from parley.nlu.counts import find_option
from parley.nlu.days import Today
from parley.nlu.languages import foreign_language
from parley.nlu.lexicon import Lexicon
from parley.nlu.normalise import Normal
from parley.nlu.reading import Intent, ReadingContext
from parley.nlu.settle import FIRST, RANK, Ballot, settle
from parley.nlu.slots import Facts, gather
from parley.nlu.urgent import Urgent, scan_prepared
from parley.nlu.votes import MENU_CONTEXTS, Choice, Vote, collect, is_code
from parley.nlu.when import month_first

# Letters that may stand beside a bare sum or day: "on", "by".
_LEFT_BESIDE: Final = 3


@dataclass(frozen=True, slots=True, repr=False)
class Evidence:
    """All that was found in one reply. `votes`: every one; `ballot`: what stands of them by the guide.

    `foreign`: code of the language it is surely and wholly in, where that is neither English nor Chinese.
    """

    normal: Normal
    facts: Facts
    urgent: Urgent
    choice: Choice
    votes: tuple[Vote, ...]
    ballot: Ballot
    foreign: str | None

    @property
    def first(self) -> Vote | None:
        """The vote that the word lists alone would follow."""
        return min(self.ballot.best.values(), key=order, default=None)


def is_bare(seen: Evidence) -> bool:
    """Say whether the reply is nothing but a number, sums, days, a count or a rhythm: "on the 5th", 每月500."""
    facts, left = seen.facts, list(seen.normal.text)
    found = [(day.start, day.end) for day in facts.days]
    found += [(each.start, each.end) for each in facts.sums]
    found += [(m.start, m.end) for m in facts.matches if m.rule.kind == "frequency"]
    if facts.count is not None:
        found.append((facts.count.start, facts.count.end))
    for start, end in found:
        left[start:end] = " " * (end - start)
    return sum(char.isalpha() for char in left) <= (_LEFT_BESIDE if found else 0)


def order(vote: Vote) -> tuple[bool, float, int]:
    """Put the guide's first five by rank, then the rest by weight, equals by rank."""
    is_first = vote.intent in FIRST
    return (not is_first, 0.0 if is_first else -vote.weight, RANK[vote.intent])


def evidence_of(text: str, context: ReadingContext, lexicon: Lexicon) -> Evidence:
    """Return what speaks in any *text*; never raises for what a borrower may write."""
    normal = lexicon.prepare(text)
    matches = lexicon.matches(normal, context.last_message)
    urgent = scan_prepared(lexicon.unrespelt(text), normal, matches, lexicon)
    today = Today(local_date(context.now, context.zone), month_first(context.locale))
    place = Place(context.locale, context.currency)
    facts = gather(normal.text, matches, today, place, lexicon, context.last_message)
    if context.last_message == "identity" and is_code(normal.text, lexicon):
        facts = replace(facts, is_code=True)
    choice = Choice()
    if context.last_message in MENU_CONTEXTS:
        choice = Choice(*find_option(normal.text, context.options, lexicon))
    votes = collect(normal.text, facts, urgent, context, choice)
    ballot = settle(votes, facts, context)
    return Evidence(normal, facts, urgent, choice, tuple(votes), ballot, foreign_language(text, lexicon))


def answers_identity(text: str, context: ReadingContext, lexicon: Lexicon) -> bool:
    """Say whether *text* is the code that our last message asked for."""
    first = evidence_of(text, context, lexicon).first
    return first is not None and first.intent is Intent.IDENTITY_ANSWER
