"""What binds where: the rules of a place and those around it, as a reader looks at them rather than the gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from parley.purpose import Purpose
from parley.rulebook.book import EVERYWHERE, NOWHERE, Jurisdiction, Rulebook
from parley.rulebook.rule import Rule
from parley.rulebook.terms import Confidence


@dataclass(frozen=True, slots=True)
class Place:
    """A territory, how many others lie around it, and the rules that bind there without the lender's own policy."""

    jurisdiction: Jurisdiction
    depth: int
    rules: tuple[Rule, ...]

    def binding(self, purpose: Purpose) -> tuple[Rule, ...]:
        """Return those that bind contacts of this purpose."""
        return tuple(rule for rule in self.rules if purpose in rule.purposes)


def places(rulebook: Rulebook, on: date) -> list[Place]:
    """Return every territory with the rules in force there on *on*; territories of a country follow it.

    The lender's policy is a place of its own, the first, and part of no other.
    """
    return [_place(rulebook, one, on) for one in rulebook.jurisdictions.values()]


def _place(rulebook: Rulebook, one: Jurisdiction, on: date) -> Place:
    chain = around(rulebook, one.code)
    return Place(one, len(chain) - 1, tuple(rule for rule in rules_of(rulebook, chain) if rule.binds_on(on)))


def around(rulebook: Rulebook, code: str) -> tuple[str, ...]:
    """Return a listed territory and those around it, innermost first; the lender's policy only for itself."""
    if code in {EVERYWHERE, NOWHERE}:
        return (code,)
    return tuple(one for one in rulebook.chain(code) if one != EVERYWHERE)


def rules_of(rulebook: Rulebook, codes: Iterable[str]) -> list[Rule]:
    """Return the rules of these territories, in the order of *codes*, then by kind and id."""
    order = {code: place for place, code in enumerate(codes)}
    own = [rule for rule in rulebook.rules if rule.jurisdiction in order]
    return sorted(own, key=lambda rule: (order[rule.jurisdiction], rule.kind, rule.id))


def is_read(rule: Rule) -> bool:
    """Say whether somebody read the rule in its source."""
    return rule.confidence is Confidence.PRIMARY
