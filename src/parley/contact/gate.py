"""The gate: permit, not before an instant, or no. It names every rule that says no and writes nothing.

Asked at night as advice and again at dispatch, in the transaction that writes the send intent. Same rulebook, facts
and settings give the same decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Final, TypeAlias

from parley.contact.facts import ContactFacts
from parley.contact.frequency import next_room
from parley.contact.hours import next_open, next_suitable
from parley.contact.prepare import Case, GateSettings, prepare
from parley.dates import Instant
from parley.errors import Refusal
from parley.rulebook.book import Rulebook
from parley.rulebook.evaluate import blocks, cap_lifted, carried, concerns, evaluate, hours_lifted, overridden
from parley.rulebook.rule import ALL_KNOWN, CapParams, DesignatedParams, HoursParams, Rule
from parley.rulebook.terms import LAYER_ORDER, PRECEDENCE, Layer, ReasonCode

__all__ = ["Decision", "GateSettings", "Permit", "Refused", "decide"]

# Hours, caps and designated times settle within a few rounds; a borrower whose times never meet stops here.
_ROUNDS: Final = 200
_ZONE_UNKNOWN: Final = "no time zone of the borrower is known, so no hour is open"


@dataclass(frozen=True, slots=True)
class Permit:
    """Allowed at `decided_at`. `rules`: ids judged, widest law first; `lifted`: rule id → exception that lifted it."""

    decided_at: Instant
    rulebook_hash: str
    rules: tuple[str, ...]
    lifted: tuple[tuple[str, str], ...]
    case: Case


@dataclass(frozen=True, slots=True)
class Refused:
    """Refused at `decided_at`. `refusals`: every rule that says no, the primary one first.

    `retry_at`: the first instant at which all hours, caps and designated times allow it together (defer), or None
    where no waiting helps (block).
    """

    decided_at: Instant
    rulebook_hash: str
    rules: tuple[str, ...]
    lifted: tuple[tuple[str, str], ...]
    refusals: tuple[Refusal, ...]
    retry_at: Instant | None
    case: Case

    @property
    def primary(self) -> Refusal:
        """The refusal that names the decision."""
        return self.refusals[0]


Decision: TypeAlias = Permit | Refused


def decide(facts: ContactFacts, rulebook: Rulebook, settings: GateSettings) -> Decision:
    """Return whether this contact may be made now.

    Refuses with every failing rule; `retry_at` is computed over all time rules, not only over those that fail now.
    """
    case = prepare(facts, rulebook, settings)
    lifted = overridden(case.selection.exceptions, case.prepared)
    judged = tuple(rule for rule in case.selection.rules if rule.id not in lifted)
    failing = [(rule, code) for rule in judged if (code := evaluate(rule, case.prepared)) is not None]
    ids = tuple(rule.id for rule in judged)
    pairs = tuple(sorted(lifted.items()))
    if not failing:
        return Permit(facts.now, rulebook.hash, ids, pairs, case)
    refusals = tuple(sorted((_refusal(rule, code, case, facts) for rule, code in failing), key=_precedence))
    retry_at = None
    if all(refusal.retry_at is not None for refusal in refusals):
        retry_at = _first_common(case, facts)
    if retry_at is None and refusals[0].retry_at is not None:
        # Each would pass alone, but never together: no promise of a time may stand.
        refusals = tuple(
            Refusal(one.reason_code, one.rule_id, one.citation, one.layer) if one.retry_at else one for one in refusals
        )
    return Refused(facts.now, rulebook.hash, ids, pairs, refusals, retry_at, case)


def _precedence(refusal: Refusal) -> tuple[bool, int, int, str]:
    """Order refusals: what waiting does not mend first, then reason, layer, id."""
    return (
        refusal.retry_at is not None,
        PRECEDENCE[refusal.reason_code],
        LAYER_ORDER[refusal.layer],
        refusal.rule_id,
    )


def _refusal(rule: Rule, code: ReasonCode, case: Case, facts: ContactFacts) -> Refusal:
    retry_at = _next_allowed(rule, case, facts, facts.now)
    if isinstance(rule.params, HoursParams) and rule.params.zone == ALL_KNOWN and not facts.zones:
        # The law has hours; that they are closed where nobody knows the zone is ours.
        return Refusal(code.value, rule.id, _ZONE_UNKNOWN, Layer.POLICY.value)
    return Refusal(code.value, rule.id, rule.source, rule.layer.value, retry_at)


def _first_common(case: Case, facts: ContactFacts) -> Instant | None:
    """Return the first instant from now on at which every time rule allows the contact.

    Rules lifted for an answer take part: the answer may be late by then.
    """
    return _settle([partial(_next_allowed, rule, case, facts) for rule in case.selection.timed], facts.now)


def _next_allowed(rule: Rule, case: Case, facts: ContactFacts, after: Instant) -> Instant | None:
    """Return the first instant not before *after* at which this rule allows the contact; None if waiting is no help."""
    if not concerns(rule, case.prepared):
        return after
    match rule.params:
        case HoursParams() as params:
            if hours_lifted(rule, params, case.prepared):
                return after
            zones = _zones(params.zone, facts)
            # No known zone is no open zone, and waiting does not find one.
            closed = case.prepared.calendars[params.holidays].days if params.holidays else frozenset()
            steps = [partial(next_open, params.open, zone, closed=closed) for zone in zones]
            return _settle(steps, after) if zones else None
        case DesignatedParams() as params:
            pairs = product(carried(rule, params, case.prepared), _zones(params.zone, facts))
            return _settle([partial(next_suitable, named, zone) for named, zone in pairs], after)
        case CapParams() as params:
            if cap_lifted(rule, params, case.prepared):
                return after
            if blocks(params, case.prepared.counts[rule.id]):
                return None
            return next_room(params, case.counted_at[rule.id], after, facts.zones)
        case _:
            return None


def _zones(zone: str, facts: ContactFacts) -> tuple[str, ...]:
    return facts.zones if zone == ALL_KNOWN else (zone,)


def _settle(steps: Sequence[Callable[[Instant], Instant | None]], after: Instant) -> Instant | None:
    """Return the first instant that every step leaves where it is.

    Each step returns its own first allowed instant not before the one given, so every move is forced and nothing
    earlier is skipped. None: one step never allows it, or they never meet.
    """
    at = after
    for _ in range(_ROUNDS):
        before = at
        for step in steps:
            later = step(at)
            if later is None:
                return None
            at = later
        if at == before:
            return at
    return None
