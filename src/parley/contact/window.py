"""When may this contact first be made? For planning at night; the gate is asked again at dispatch."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from parley.contact.facts import ContactFacts
from parley.contact.gate import GateSettings, Permit, Refused, decide
from parley.dates import Instant
from parley.rulebook.book import Rulebook

# A rule may begin on the day of a retry and move it once more; more often than this the answer is "not in sight".
_ROUNDS: Final = 5


def send_window(facts: ContactFacts, rulebook: Rulebook, settings: GateSettings) -> Instant | Refused:
    """Return the first instant from `facts.now` on at which the gate permits, all other facts unchanged.

    Returns the refusal where no waiting helps.
    """
    decision = decide(facts, rulebook, settings)
    for _ in range(_ROUNDS):
        match decision:
            case Permit(decided_at=at):
                return at
            case Refused(retry_at=None):
                return decision
            case Refused(retry_at=at):
                assert at is not None, "the case before took None"
                decision = decide(replace(facts, now=at), rulebook, settings)
    return decision if isinstance(decision, Refused) else decision.decided_at
