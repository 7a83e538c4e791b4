"""Which scenarios are decided as their source says? The others are shown with the rules that decided them.

Every rule binds, also exceptions nobody signed: a scenario asks what the law says, not what this home dares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parley.contact.content import Words
from parley.contact.explain import word_of
from parley.contact.gate import Decision, GateSettings, Refused, decide
from parley.contact.scenario import facts_of
from parley.contact.scenario_file import OK, Scenario
from parley.dates import Instant
from parley.errors import BadInput
from parley.rulebook.book import EVERYWHERE, NOWHERE, Rulebook

_BINDING = GateSettings(unsigned_exceptions_bind=True)


@dataclass(frozen=True, slots=True)
class Difference:
    """One scenario that is not decided as expected. `rules`: id, citation, layer and confidence of what decided."""

    scenario_id: str
    source: str
    expected: str
    got: str
    rules: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The difference for a terminal."""
        head = f"{self.scenario_id}: expected {self.expected}, got {self.got}"
        return (head, f"    the case rests on {self.source}", *(f"    decided by {rule}" for rule in self.rules))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many scenarios passed, and the others in the order of the file."""

    passed: int
    differences: tuple[Difference, ...]

    @property
    def failed(self) -> int:
        """How many did not pass."""
        return len(self.differences)


def run_scenarios(scenarios: Sequence[Scenario], rulebook: Rulebook, words: Words) -> Outcome:
    """Judge every scenario; one that cannot be judged fails in words.

    *rulebook* is handed in without the lender's own policy, which would refuse more than the law does.
    """
    differences = tuple(found for one in scenarios if (found := run_scenario(one, rulebook, words)) is not None)
    return Outcome(len(scenarios) - len(differences), differences)


def run_scenario(scenario: Scenario, rulebook: Rulebook, words: Words) -> Difference | None:
    """Return how the decision differs from what the scenario expects, or None where it does not."""
    expect = scenario.expect
    source = f"{scenario.citation} ({scenario.confidence})"
    expected = _shown(expect.decision, expect.reason_code, expect.not_before)
    try:
        _check_place(scenario.jurisdiction, rulebook)
        decision = decide(facts_of(scenario.jurisdiction, scenario.given, rulebook, words), rulebook, _BINDING)
    except BadInput as fault:
        return Difference(scenario.id, source, expected, f"no judgement: {fault.en}", ())
    word, reason = word_of(decision), _reason(decision)
    at = decision.retry_at if isinstance(decision, Refused) else None
    agrees = (
        word == expect.decision
        and expect.reason_code in {None, reason}
        and (expect.not_before is None or at == expect.not_before)
    )
    if agrees:
        return None
    return Difference(scenario.id, source, expected, _shown(word, reason, at), tuple(_deciding(decision, rulebook)))


def _check_place(code: str, rulebook: Rulebook) -> None:
    if not rulebook.describes(code):
        known = ", ".join(sorted(rulebook.jurisdictions.keys() - {EVERYWHERE, NOWHERE}))
        raise BadInput(
            f"no rules for the jurisdiction {code!r}; there are rules for: {known}",
            f"没有法域 {code!r} 的规则；已有：{known}",
        )


def _reason(decision: Decision) -> str:
    return decision.primary.reason_code if isinstance(decision, Refused) else OK


def _deciding(decision: Decision, rulebook: Rulebook) -> Iterator[str]:
    """Yield what refused; where nothing did, what was lifted and why, or that every rule let it pass."""
    if isinstance(decision, Refused):
        for one in decision.refusals:
            yield f"{_rule(one.rule_id, rulebook)}: {one.reason_code}"
        return
    for lifted, lifter in decision.lifted:
        yield f"{_rule(lifter, rulebook)}: lifts {lifted}"
    asked = ", ".join(f"{rule} ({_confidence(rule, rulebook)})" for rule in decision.rules)
    yield f"no refusal of: {asked or 'no rule'}"


def _rule(rule_id: str, rulebook: Rulebook) -> str:
    rule = rulebook.rule(rule_id)
    return f"{rule.id} [{rule.source}; {rule.layer}, {_confidence(rule_id, rulebook)}]"


def _confidence(rule_id: str, rulebook: Rulebook) -> str:
    confidence = rulebook.rule(rule_id).confidence
    return confidence.value if confidence is not None else "a reason, no source"


def _shown(word: str, reason: str | None, at: Instant | None) -> str:
    until = f" not before {at.isoformat()}" if at is not None else ""
    return f"{word}{until} ({reason})" if reason is not None else f"{word}{until}"
