"""What does a reply put us on notice of, by its words alone? A lawyer, a bankruptcy, a death, times that do not suit.

What is found here takes effect with the reply itself, before any model and before any answer; like STOP it is never
overruled downward.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from parley.nlu.days import Today
from parley.nlu.lexicon import Lexicon, Match
from parley.nlu.times import Times, named_times
from parley.nlu.when import month_first


class Notice(StrEnum):
    """What a reply tells us."""

    REPRESENTED = "represented"
    DEBT_ADVISER = "debt_adviser"
    INSOLVENCY = "insolvency"
    BREATHING_SPACE = "breathing_space"
    DECEASED = "deceased"
    DISPUTE = "dispute"
    CEASE = "cease"
    NO_CALLS = "no_calls"
    EMPLOYER_PROHIBITS = "employer_prohibits"
    REFUSES_TO_PAY = "refuses_to_pay"
    CONSENT = "consent"
    RESUME = "resume"
    ASKS_PLAN = "asks_plan"
    HARDSHIP = "hardship"


# Intents whose own phrases are telling enough to act on.
_OF_INTENTS: Final = {"dispute": Notice.DISPUTE, "ask_plan": Notice.ASKS_PLAN, "cannot_pay": Notice.HARDSHIP}
_LEAST_WEIGHT: Final = 0.8


@dataclass(frozen=True, slots=True)
class Notices:
    """Everything a reply puts us on notice of. `times`: when it suits and when not."""

    found: frozenset[Notice] = frozenset()
    times: Times | None = None


def notices(text: str, told_on: date, locale: str, lexicon: Lexicon) -> Notices:
    """Return what any *text* tells us; never raises. *told_on* is the writer's day, to which "until Friday" refers."""
    normal = lexicon.prepare(text)
    found = {notice for match in lexicon.matches(normal, None) if (notice := _notice(match)) is not None}
    times = named_times(normal.text, Today(told_on, month_first(locale)), lexicon)
    return Notices(frozenset(found), times)


def _notice(match: Match) -> Notice | None:
    rule = match.rule
    if rule.kind == "notice":
        return Notice(rule.label)
    if rule.kind == "intent" and rule.weight >= _LEAST_WEIGHT:
        return _OF_INTENTS.get(rule.label)
    return None
