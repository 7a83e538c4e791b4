"""May this plan be offered at all? The bounds law sets to a computed plan, whoever computed it and however it is sent.

Negotiation hands in the plan it computed before it offers it; the gate judges the message that proposes it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from fractions import Fraction

from parley.contact.facts import ContactFacts, Flag, PlanTerms
from parley.contact.gate import GateSettings
from parley.contact.prepare import prepare
from parley.dates import zone
from parley.errors import Refusal
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.evaluate import concerns, evaluate
from parley.rulebook.plan import exceeded
from parley.rulebook.prepared import Prepared
from parley.rulebook.rule import PlanParams, Rule
from parley.rulebook.terms import LAYER_ORDER, PRECEDENCE

# How many months one period of a plan is; a year has 52 weeks, as instalment plans count it.
PERIOD_MONTHS: Mapping[str, Fraction] = {
    "week": Fraction(12, 52),
    "two_weeks": Fraction(24, 52),
    "month": Fraction(1),
    "quarter": Fraction(3),
    "year": Fraction(12),
}


@dataclass(frozen=True, slots=True)
class PlanRules:
    """The rules that bound plans in one situation: chosen once, asked of every plan of a menu."""

    rules: tuple[Rule, ...]
    prepared: Prepared

    def refusals(self, plan: PlanTerms) -> tuple[Refusal, ...]:
        """Return every rule whose bounds *plan* passes, the gravest first; none: it may be offered."""
        asked = replace(self.prepared, plan=plan)
        refusals = [
            Refusal(code.value, rule.id, rule.source, rule.layer.value)
            for rule in self.rules
            if (code := evaluate(rule, asked)) is not None
        ]
        return tuple(
            sorted(refusals, key=lambda one: (PRECEDENCE[one.reason_code], LAYER_ORDER[one.layer], one.rule_id))
        )

    def allow(self, plan: PlanTerms) -> bool:
        """Say whether *plan*, of which no text is known, keeps within every bound: `refusals` would be empty."""
        return not any(exceeded(rule.params, plan) for rule in self.rules if isinstance(rule.params, PlanParams))


def plan_rules(
    rulebook: Rulebook,
    settings: GateSettings,
    *,
    jurisdiction: str,
    actor: Actor,
    product: str,
    on: date,
    flags: frozenset[Flag] = frozenset(),
    contract_on: date | None = None,
) -> PlanRules:
    """Return the rules that bound a plan offered on the day *on*.

    *flags* are what is known of the borrower (over-indebtedness procedure, …).
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
    )
    case = prepare(facts, rulebook, settings)
    rules = (rule for rule in case.selection.rules if isinstance(rule.params, PlanParams))
    return PlanRules(tuple(rule for rule in rules if concerns(rule, case.prepared)), case.prepared)


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
    """Return every rule whose bounds *plan* passes, the gravest first; none: it may be offered. See `plan_rules`."""
    rules = plan_rules(
        rulebook,
        settings,
        jurisdiction=jurisdiction,
        actor=actor,
        product=product,
        on=on,
        flags=flags,
        contract_on=contract_on,
    )
    return rules.refusals(plan)
