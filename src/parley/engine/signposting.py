"""When must an answer carry the line of independent advice? On these triggers, wherever the country has such advice.

| trigger | seen in |
|---|---|
| nothing to spare, nothing fits | the reason of the hand-over, or a capacity of nothing said before |
| broken plans | two or more arrangements of the account that were broken |
| other debts | words of the reply, by the table `guidance.toml`; payments to others in the budget |
| crisis, vulnerable | the hold this reply lays on, or one that stands |

What the reply itself brings up is answered with the line each time; what stands already, once in a thread.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from parley.contact.facts import Hold
from parley.engine.case import Case
from parley.engine.lender import Lender
from parley.messaging.phrases import GuidanceWords
from parley.negotiation.at_budget import statement_of
from parley.negotiation.moves import Memory, Move

# So many broken plans are no accident.
BROKEN_PLANS: Final = 2
_NOTHING_LEFT: Final = frozenset({"nothing_to_spare", "nothing_fits"})
_HOLDS: Final = {Hold.CRISIS: "crisis", Hold.VULNERABLE: "vulnerable"}


class Trigger(StrEnum):
    """Why a borrower must be told where independent advice is found."""

    NOTHING_LEFT = "nothing_left"
    BROKEN_PLANS = "broken_plans"
    OTHER_DEBTS = "other_debts"
    CRISIS = "crisis"
    VULNERABLE = "vulnerable"


def brought_up(reply: str, move: Move, words: GuidanceWords) -> frozenset[Trigger]:
    """Return the triggers in what a *reply* says and in the *move* that answers it."""
    found = {Trigger(hold) for hold in _HOLDS.values() if move.hold == hold}
    if move.person in _NOTHING_LEFT:
        found.add(Trigger.NOTHING_LEFT)
    if words.other_debts.found_in(reply):
        found.add(Trigger.OTHER_DEBTS)
    return frozenset(found)


def standing(case: Case, memory: Memory) -> frozenset[Trigger]:
    """Return the triggers that stand by the case and what the talk established; none once the thread told of advice."""
    if memory.advised:
        return frozenset()
    held = {one.kind for one in case.record.holds}
    found = {Trigger(name) for hold, name in _HOLDS.items() if hold in held}
    if case.broken_plans >= BROKEN_PLANS:
        found.add(Trigger.BROKEN_PLANS)
    if memory.capacity_minor == 0:
        found.add(Trigger.NOTHING_LEFT)
    if _owes_others(memory):
        found.add(Trigger.OTHER_DEBTS)
    return frozenset(found)


def _owes_others(memory: Memory) -> bool:
    """Say whether payments to others were told in the budget."""
    statement = statement_of(memory)
    if statement is None:
        return False
    others = statement.other_debts
    return bool(statement.listed_debts_minor) or (others is not None and others.amount_minor > 0)


def tells_of_advice(text: str, case: Case, lender: Lender) -> bool:
    """Say whether *text* names the advice of the borrower's country."""
    advice = lender.words(case.party.jurisdiction, case.party.language)["advice"]
    return bool(advice) and advice in text
