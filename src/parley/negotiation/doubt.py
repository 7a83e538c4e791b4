"""What is done with a reply that may mean more than one thing? Of two we ask which; the rest is for a person."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from parley.nlu.reading import Intent, Reading

# What a text may ask about; anything else is for a person.
ASKED_ABOUT: Final = frozenset(
    {
        *(Intent.PROMISE_TO_PAY, Intent.ASK_PLAN, Intent.ACCEPT, Intent.DECLINE, Intent.COUNTER_OFFER),
        *(Intent.CANNOT_PAY, Intent.ALREADY_PAID, Intent.DISPUTE, Intent.ASK_INFO, Intent.ASK_HUMAN),
        *(Intent.CALL_TIME, Intent.COMPLAINT),
    }
)
_URGENT: Final = frozenset({Intent.RISK, Intent.LEGAL, Intent.STOP})
_MOST_ASKED: Final = 2


def asked_between(reading: Reading) -> tuple[str, ...]:
    """Return the two things a text may ask between; nothing where the reply may not mean two such."""
    pair = reading.alternatives
    return tuple(map(str, pair)) if len(pair) == _MOST_ASKED and ASKED_ABOUT.issuperset(pair) else ()


def is_beyond(reading: Reading, for_a_person: Container[Intent]) -> bool:
    """Say whether a person must read it: more than two meanings, an urgent one, or one that a person gets anyway."""
    between = reading.alternatives
    return len(between) > _MOST_ASKED or bool(_URGENT.intersection(between)) or reading.intent in for_a_person
