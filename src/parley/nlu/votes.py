"""The reasons a reply gives for each intent: the phrases that hold, and what only the question before it makes plain.

It weighs nothing against anything: that is `settle`. A weight is that of the rule, or one of the scale in `reading`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon
from parley.nlu.reading import EXACT, PATTERN, WEAK, Intent, ReadingContext
from parley.nlu.slots import Facts
from parley.nlu.urgent import Urgent

# Our messages that put something to choose or agree to; a sum in answer is another offer.
MENU_CONTEXTS: Final = frozenset({"offer", "plan_confirm", "promise_confirm"})
# Our messages that a bare sum or day does not answer with a promise.
_NO_PROMISE_CONTEXTS: Final = frozenset({"identity", "capacity", "risk_alert"})
# Weights between the points of the scale.
_CERTAIN: Final = 1.0
_SUM_AFTER_OFFER: Final = 0.83
_TERMS_AFTER_OFFER: Final = 0.7
_BARE_DAY: Final = 0.7
_BARE_HARDSHIP: Final = 0.72
_BARE_INCOME_EVENT: Final = 0.66
# A phrase at or above this explains the sum or day beside it.
_EXPLAINS: Final = WEAK + 0.1
_KINDS: Final = {intent.value: intent for intent in Intent}


@dataclass(frozen=True, slots=True)
class Vote:
    """One reason for one intent."""

    intent: Intent
    weight: float
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The option of the menu that the reply takes, and whether it says nothing else."""

    option: str | None = None
    is_all: bool = False


def collect(text: str, facts: Facts, urgent: Urgent, context: ReadingContext, choice: Choice) -> list[Vote]:
    """Return every vote; *text* is the reading form."""
    votes = _urgent_votes(len(text), urgent)
    votes += [
        Vote(_KINDS[m.rule.label], m.rule.weight, m.start, m.end, m.rule.why)
        for m in facts.matches
        if m.rule.kind == "intent"
    ]
    votes += _answers(len(text), facts, context, choice)
    votes += _bare_terms(facts, context)
    votes += _bare_payment(facts, context, votes)
    votes += _bare_reason(facts, context)
    return votes


def is_code(text: str, lexicon: Lexicon) -> bool:
    """Say whether the reading form is a bare code: a postcode or the last digits of a contract."""
    return bool(_code(lexicon).match(text))


@lru_cache(maxsize=8)
def _code(lexicon: Lexicon) -> re.Pattern[str]:
    beside = rf"(?:(?:{lexicon.lists['beside_code']})[\W_]{{0,3}}){{0,6}}"
    return re.compile(rf"\A[\W_]{{0,3}}{beside}([a-z]{{0,2}}\d[a-z\d]{{0,5}}(?:[ -]?[a-z\d]{{2,5}})?)[\W_]{{0,3}}\Z")


def _urgent_votes(length: int, urgent: Urgent) -> list[Vote]:
    hits = ((Intent.RISK, urgent.risk), (Intent.LEGAL, urgent.legal), (Intent.STOP, urgent.stop))
    return [Vote(intent, EXACT, 0, length, hit.why) for intent, hit in hits if hit is not None]


def _answers(length: int, facts: Facts, context: ReadingContext, choice: Choice) -> list[Vote]:
    """Read what only the question before it makes plain: a code, a sum, a choice."""
    if context.last_message == "identity" and facts.is_code:
        return [Vote(Intent.IDENTITY_ANSWER, EXACT, 0, length, "a bare code after we asked for one")]
    if context.last_message == "capacity":
        if facts.labels("nothing"):
            return [Vote(Intent.CAPACITY_ANSWER, EXACT, 0, length, "nothing can be paid")]
        if facts.open_sums() and not facts.labels("done"):
            return [Vote(Intent.CAPACITY_ANSWER, EXACT, 0, length, "a sum after we asked for one")]
    if choice.option and (not context.options or choice.option in context.options):
        return [Vote(Intent.ACCEPT, _CERTAIN if choice.is_all else PATTERN, 0, length, "a choice of the menu")]
    return []


def _bare_terms(facts: Facts, context: ReadingContext) -> list[Vote]:
    """Read a sum, a rhythm or a number of payments after an offer as other terms."""
    sums = facts.open_sums()
    if context.last_message in MENU_CONTEXTS and sums:
        place = sums[0]
        return [Vote(Intent.COUNTER_OFFER, _SUM_AFTER_OFFER, place.start, place.end, "a sum after an offer")]
    if context.last_message == "offer" and (facts.labels("frequency") or facts.count):
        why = "a rhythm or a number of payments after an offer"
        return [Vote(Intent.COUNTER_OFFER, _TERMS_AFTER_OFFER, 0, 1, why)]
    return []


def _bare_payment(facts: Facts, context: ReadingContext, votes: list[Vote]) -> list[Vote]:
    """Read a sum or a day that no phrase explains: after an offer a counter-offer, else a promise."""
    if context.last_message in _NO_PROMISE_CONTEXTS or any(vote.weight >= _EXPLAINS for vote in votes):
        return []
    sums = facts.open_sums()
    places = [(s.start, s.end) for s in sums] or [(d.start, d.end) for d in facts.open_days(past=False)]
    if not places:
        return []
    intent = Intent.COUNTER_OFFER if context.last_message == "offer" else Intent.PROMISE_TO_PAY
    weight = PATTERN if sums else _BARE_DAY
    return [Vote(intent, weight, *places[0], "a sum or a day with nothing else said")]


def _bare_reason(facts: Facts, context: ReadingContext) -> list[Vote]:
    """Read a hardship with nothing else said as not able to pay, an income event as a promise."""
    if context.last_message == "risk_alert":
        return []
    for kind, intent, weight in (
        ("hardship", Intent.CANNOT_PAY, _BARE_HARDSHIP),
        ("anchor", Intent.PROMISE_TO_PAY, _BARE_INCOME_EVENT),
    ):
        match = next((m for m in facts.matches if m.rule.kind == kind), None)
        if match is not None:
            return [Vote(intent, weight, match.start, match.end, match.rule.why)]
    return []
