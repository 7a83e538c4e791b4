"""Is a stored decision still what its facts lead to, and what would another rulebook have said? Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from parley.contact.explain import explain
from parley.contact.facts_json import facts_from_json
from parley.contact.gate import decide
from parley.rulebook.book import Rulebook

# What a decision decides; the rest of a trace says on what.
_VERDICT: Final = ("decision", "decided_at", "retry_at", "rulebook", "refusals")


class Again(StrEnum):
    """How a decision made again compares with the one that is stored."""

    SAME = "same"
    # The verdict and the rules that say no are the same; another version wrote down more, or less, of the facts.
    SAME_VERDICT = "same_verdict"
    DIFFERENT = "different"


def decide_again(facts: Mapping[str, Any], rulebook: Rulebook) -> dict[str, Any]:
    """Return what `explain` says of a decision on stored *facts* by *rulebook*, as a database gives it back.

    Raises HomeUnusable where the facts cannot be read.
    """
    kept, settings = facts_from_json(facts)
    found: dict[str, Any] = json.loads(json.dumps(explain(decide(kept, rulebook, settings))))
    return found


def compare(trace: Mapping[str, Any], again: Mapping[str, Any]) -> Again:
    """Return whether *again* is the stored *trace* to the byte."""
    if _bytes(trace) == _bytes(again):
        return Again.SAME
    is_same = all(_bytes(trace.get(name)) == _bytes(again.get(name)) for name in _VERDICT)
    return Again.SAME_VERDICT if is_same else Again.DIFFERENT


def _bytes(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Change(StrEnum):
    """What another rulebook makes of a decision: the other verdict, or the same for other rules or another time."""

    SAME = "same"
    ALLOWED = "allowed"
    DEFERRED = "deferred"
    REFUSED = "refused"
    OTHERWISE = "otherwise"


_NOW: Final = {"allow": Change.ALLOWED, "defer": Change.DEFERRED, "block": Change.REFUSED}


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stored decision beside what another rulebook says: verdict, the rule that names it, when it may be tried again.

    `rule_id` is the rule the change is counted under: the one that now says no, or the one that no longer does.
    """

    jurisdiction: str
    purpose: str
    change: Change
    rule_id: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict in short. `rule_id` is empty where it is allowed; `retry_at` where no time helps."""

    word: str
    rule_id: str
    retry_at: str


def replay(trace: Mapping[str, Any], facts: Mapping[str, Any], rulebook: Rulebook) -> Replayed:
    """Return what *rulebook* makes of the stored *facts*, beside the stored *trace*.

    Raises HomeUnusable where the facts cannot be read.
    """
    again = decide_again(facts, rulebook)
    before, after = _verdict(trace), _verdict(again)
    if before.word != after.word:
        change = _NOW[after.word]
    else:
        change = Change.SAME if _nos(trace) == _nos(again) else Change.OTHERWISE
    asked = trace["facts"]
    rule_id = after.rule_id or before.rule_id
    return Replayed(asked["jurisdiction"], asked["purpose"], change, rule_id, before, after)


def _verdict(trace: Mapping[str, Any]) -> Verdict:
    primary = trace["refusals"][0]["rule"] if trace["refusals"] else ""
    return Verdict(trace["decision"], primary, trace["retry_at"] or "")


def _nos(trace: Mapping[str, Any]) -> tuple[object, ...]:
    """Return which rules say no, and when there is a yes."""
    return trace["retry_at"], sorted(one["rule"] for one in trace["refusals"])


@dataclass(slots=True)
class Tally:
    """Changes counted by jurisdiction and rule, and verdicts by what they were and became."""

    decisions: int = 0
    without_facts: int = 0
    changes: Counter[tuple[str, str, Change]] = field(default_factory=Counter)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, one: Replayed) -> None:
        """Count one decision."""
        self.decisions += 1
        self.verdicts[one.before.word, one.after.word] += 1
        if one.change is not Change.SAME:
            self.changes[one.jurisdiction, one.rule_id, one.change] += 1

    @property
    def changed(self) -> int:
        """How many decisions the other rulebook makes otherwise."""
        return self.changes.total()

    def rows(self) -> list[tuple[str, str, dict[Change, int]]]:
        """Return jurisdiction, rule and its counts by change; by jurisdiction, the most changes first."""
        found: dict[tuple[str, str], dict[Change, int]] = {}
        for (place, rule_id, change), count in self.changes.items():
            found.setdefault((place, rule_id), {})[change] = count
        order = sorted(found, key=lambda one: (one[0], -sum(found[one].values()), one[1]))
        return [(place, rule_id, found[place, rule_id]) for place, rule_id in order]
