"""How long must records be kept, and which duties stand beside the messages? Read from the rules, refused to nobody."""

from __future__ import annotations

from datetime import date

from parley.dates import add_months
from parley.purpose import Actor
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import ProcessParams, RecordParams, Rule
from parley.rulebook.terms import Duty, Kept


def keep_until(
    rulebook: Rulebook, jurisdiction: str, actor: Actor, keeps: Kept, started_on: date, as_of: date
) -> date | None:
    """Return the last day records of this kind must be kept, the longest rule deciding; None: no rule asks for it.

    *started_on*: the day the rule's clock starts (last activity, or creation); *as_of*: the rules in force then.
    """
    found = [
        add_months(started_on, rule.params.months)
        for rule in _standing(rulebook, jurisdiction, actor, as_of)
        if isinstance(rule.params, RecordParams) and rule.params.keeps is keeps
    ]
    return max(found, default=None)


def duties(rulebook: Rulebook, jurisdiction: str, actor: Actor, as_of: date) -> frozenset[Duty]:
    """Return the duties rules put on this actor here that no single message shows."""
    return frozenset(
        duty
        for rule in _standing(rulebook, jurisdiction, actor, as_of)
        if isinstance(rule.params, ProcessParams)
        for duty in rule.params.duties
    )


def _standing(rulebook: Rulebook, jurisdiction: str, actor: Actor, as_of: date) -> list[Rule]:
    here = rulebook.chain(jurisdiction)
    return [
        rule for rule in rulebook.rules if rule.jurisdiction in here and actor in rule.actors and rule.binds_on(as_of)
    ]
