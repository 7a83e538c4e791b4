"""A loaded rulebook: which rules bind this kind of contact on this day, chosen once and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.carriers import Carrier
from parley.rulebook.holidays import HolidayCalendar
from parley.rulebook.rule import (
    ALL_KNOWN,
    CapParams,
    DesignatedParams,
    ExceptionParams,
    HoursParams,
    ImportParams,
    Rule,
    Text,
)
from parley.rulebook.terms import Status

EVERYWHERE = "*"
# What binds where a borrower lives in a place nobody described.
NOWHERE = "?"
# Kinds of contact asked about on one day are a few hundred; the bound only guards against a strange caller.
_REMEMBERED_SELECTIONS = 8192


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """A territory, its parent, the folder its rules lie in. `members`: codes of places that have no rules but these."""

    code: str
    parent: str | None
    folder: str
    name: Text
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """The part of a contact that decides which rules bind it.

    `earliest` and `latest` are the local days now in the zones the borrower may be in: a rule that begins or ends at
    midnight binds while any of them is inside. `known_on`: judge as known on this day (None: all that is known).
    `provider`: who would carry it; empty: not known, and no provider's rule binds.
    """

    jurisdiction: str
    actor: Actor
    purpose: Purpose
    channel: Channel
    product: str
    earliest: date
    latest: date
    known_on: date | None = None
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rules that bind, by what the gate does with them. `fixed_zones`: zones that rules name themselves."""

    rules: tuple[Rule, ...]
    exceptions: tuple[Rule, ...]
    caps: tuple[tuple[Rule, CapParams], ...]
    timed: tuple[Rule, ...]
    fixed_zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules of a set of files. `hash` (SHA-256, hex) names exactly these files."""

    rules: tuple[Rule, ...]
    jurisdictions: Mapping[str, Jurisdiction]
    hash: str
    calendars: Mapping[str, HolidayCalendar] = field(default_factory=dict)
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    # A pure cache: the answer depends on the question and the rules alone.
    _selections: dict[Question, Selection] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"Rulebook({len(self.rules)} rules, {self.hash[:12]}…)"

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of this id. Raises KeyError for an id the rulebook does not hold."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def chain(self, code: str) -> tuple[str, ...]:
        """Return *code* and the territories around it, innermost first, `*` last.

        An unknown part ("US-TX" without rules of its own) falls to the known part before it, a member to what it is a
        member of; a country nobody described to the strict policy for such places, `?`.
        """
        found: list[str] = []
        current = self.jurisdictions.get(self._described(code) or NOWHERE)
        while current is not None and current.code != EVERYWHERE:
            found.append(current.code)
            current = self.jurisdictions[current.parent] if current.parent else None
        return (*found, EVERYWHERE)

    def describes(self, code: str) -> bool:
        """Say whether anybody wrote rules for this place or one around it."""
        return self._described(code) is not None

    def _described(self, code: str) -> str | None:
        while code not in self.jurisdictions:
            for one in self.jurisdictions.values():
                if code in one.members:
                    return one.code
            if "-" not in code:
                return None
            code = code.rpartition("-")[0]
        return None if code in {EVERYWHERE, NOWHERE} else code

    def select(self, question: Question) -> Selection:
        """Return the rules that bind a contact of this kind."""
        selection = self._selections.get(question)
        if selection is None:
            if len(self._selections) >= _REMEMBERED_SELECTIONS:
                self._selections.clear()
            selection = self._selections[question] = self._choose(question)
        return selection

    def _choose(self, question: Question) -> Selection:
        places = {code: depth for depth, code in enumerate(self.chain(question.jurisdiction))}
        near = [rule for rule in self.rules if rule.jurisdiction in places and _in_force(rule, question)]
        imported = frozenset(
            rule_id
            for rule in near
            if isinstance(rule.params, ImportParams) and question.actor in rule.actors
            for rule_id in rule.params.rules
        )
        binding = [rule for rule in near if _binds(rule, question, imported)]
        # The widest territory first, then by id: an order that no file name or dict can change.
        binding.sort(key=lambda rule: (-places[rule.jurisdiction], rule.id))
        return _selection(binding)


def joined(labelled: Selection, found: Selection) -> Selection:
    """Return what binds a contact that is two things at once: every rule of either, only the exceptions of both."""
    exceptions = tuple(rule for rule in labelled.exceptions if rule in found.exceptions)
    binding = dict.fromkeys((*labelled.rules, *found.rules, *exceptions))
    return _selection(list(binding))


def _in_force(rule: Rule, question: Question) -> bool:
    if rule.status is not Status.IN_FORCE:
        return False
    if question.known_on is not None and rule.known_from > question.known_on:
        return False
    return rule.valid_from <= question.latest and (rule.valid_to is None or rule.valid_to >= question.earliest)


def _binds(rule: Rule, question: Question, imported: frozenset[str]) -> bool:
    return (
        (question.actor in rule.actors or rule.id in imported)
        and question.purpose in rule.purposes
        and question.channel in rule.channels
        and (not rule.products or question.product in rule.products)
        and (not rule.providers or question.provider in rule.providers)
        and not isinstance(rule.params, ImportParams)
    )


def _selection(binding: list[Rule]) -> Selection:
    zones = {
        rule.params.zone
        for rule in binding
        if isinstance(rule.params, HoursParams | DesignatedParams | CapParams) and rule.params.zone != ALL_KNOWN
    }
    return Selection(
        rules=tuple(rule for rule in binding if not isinstance(rule.params, ExceptionParams)),
        exceptions=tuple(rule for rule in binding if isinstance(rule.params, ExceptionParams)),
        caps=tuple((rule, rule.params) for rule in binding if isinstance(rule.params, CapParams)),
        timed=tuple(rule for rule in binding if isinstance(rule.params, HoursParams | DesignatedParams | CapParams)),
        fixed_zones=tuple(sorted(zones)),
    )
