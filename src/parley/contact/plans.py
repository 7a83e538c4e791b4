"""May this plan be offered at all? The bounds law sets to a computed plan, whoever computed it and however it is sent.

Negotiation hands in the plan it computed before it offers it; the gate judges the message that proposes it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from fractions import Fraction

from parley.contact.facts import ContactFacts, Flag, PlanTerms
from parley.contact.gate import GateSettings
from parley.contact.prepare import prepare
from parley.dates import zone
from parley.errors import Refusal
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.evaluate import evaluate
from parley.rulebook.rule import PlanParams
from parley.rulebook.terms import LAYER_ORDER, PRECEDENCE

# How many months one period of a plan is; a year has 52 weeks, as instalment plans count it.
PERIOD_MONTHS: Mapping[str, Fraction] = {
    "week": Fraction(12, 52),
    "two_weeks": Fraction(24, 52),
    "month": Fraction(1),
    "quarter": Fraction(3),
    "year": Fraction(12),
}


def plan_refusals(
    plan: PlanTerms,
    rulebook: Rulebook,
    settings: GateSettings,
    *,
    jurisdiction: str,
    actor: Actor,
    product: str,
    on: date,
    flags: frozenset[Flag] = frozenset(),
    contract_on: date | None = None,
) -> tuple[Refusal, ...]:
    """Return every rule whose bounds *plan* passes, the gravest first; none: it may be offered.

    *on* is the day the plan is offered; *flags* are what is known of the borrower (over-indebtedness procedure, …).
    """
    # Any zone will do: a plan has no hour.
    now = datetime.combine(on, time(12), tzinfo=zone("UTC"))
    facts = ContactFacts(
        now=now,
        jurisdiction=jurisdiction,
        zones=("UTC",),
        purpose=Purpose.PLAN_OFFER,
        channel=Channel.POST,
        actor=actor,
        product=product,
        flags=flags,
        contract_on=contract_on,
        plan=plan,
    )
    case = prepare(facts, rulebook, settings)
    refusals = [
        Refusal(code.value, rule.id, rule.source, rule.layer.value)
        for rule in case.selection.rules
        if isinstance(rule.params, PlanParams) and (code := evaluate(rule, case.prepared)) is not None
    ]
    return tuple(sorted(refusals, key=lambda one: (PRECEDENCE[one.reason_code], LAYER_ORDER[one.layer], one.rule_id)))
