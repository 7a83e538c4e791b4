"""Which rules object to the text itself, whoever it goes to: to what it says, and to how it would be carried. Pure.

Hours, caps, consents and holds belong to a borrower and are asked at dispatch; these are asked when a text is approved,
and at dispatch again.
"""

from __future__ import annotations

from typing import Final

from parley.contact.facts import ContactFacts
from parley.contact.prepare import GateSettings, prepare
from parley.rulebook.book import Rulebook
from parley.rulebook.content import ContentForbiddenParams, ContentRequiredParams
from parley.rulebook.evaluate import evaluate, overridden
from parley.rulebook.rule import PauseParams, Rule, SenderParams
from parley.rulebook.terms import LAYER_ORDER, PRECEDENCE, Flag, ReasonCode

_OF_THE_TEXT: Final = (ContentRequiredParams, ContentForbiddenParams, SenderParams)
# What is known of the text itself and stands among the flags.
_SAID_BY_THE_TEXT: Final = frozenset({Flag.CONTENT_CLASS_BARRED, Flag.RECOMMENDATION_BARRED})


def _is_of_the_text(rule: Rule) -> bool:
    if isinstance(rule.params, PauseParams):
        return not rule.params.trigger.isdisjoint(_SAID_BY_THE_TEXT)
    return isinstance(rule.params, _OF_THE_TEXT)


def objecting(facts: ContactFacts, rulebook: Rulebook, settings: GateSettings) -> tuple[tuple[Rule, ReasonCode], ...]:
    """Return every rule about content, guidance or carriage that says no to *facts*, and why, the gravest first."""
    case = prepare(facts, rulebook, settings)
    lifted = overridden(case.selection.exceptions, case.prepared)
    found = [
        (rule, code)
        for rule in case.selection.rules
        if _is_of_the_text(rule) and rule.id not in lifted and (code := evaluate(rule, case.prepared)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (PRECEDENCE[one[1]], LAYER_ORDER[one[0].layer], one[0].id)))
