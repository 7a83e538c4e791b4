"""A scenario file is refused with its place; a scenario that is not understood fails in words and never passes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from parley.contact.scenario_file import scenarios_of
from parley.contact.scenario_run import run_scenarios
from parley.errors import BadInput
from parley.run.library import build_words
from parley.run.scenario_files import law

NIGHT: dict[str, Any] = {
    "id": "night",
    "jurisdiction": "US",
    "citation": "12 CFR 1006.6(b)(1)(i)",
    "confidence": "primary",
    "given": {
        "actor": "third_party_collector",
        "purpose": "collection",
        "channel": "email",
        "debtor": {"timezones": ["America/New_York"], "language": "en", "flags": []},
        "history": [],
        "now": "2026-11-23T21:03-05:00",
    },
    "expect": {"decision": "defer", "not_before": "2026-11-24T13:00+00:00", "reason_code": "quiet_hours", "note": "n"},
}


def _changed(**parts: dict[str, Any]) -> dict[str, Any]:
    scenario = deepcopy(NIGHT)
    for part, fields in parts.items():
        scenario[part] = {**scenario[part], **fields}
    return scenario


def test_a_decision_is_compared_by_word_reason_and_instant() -> None:
    outcome = run_scenarios(scenarios_of([NIGHT]), law(), build_words())
    assert (outcome.passed, outcome.failed) == (1, 0)


@pytest.mark.parametrize(
    "expect",
    [
        {"decision": "block", "not_before": None},
        {"reason_code": "holiday"},
        {"not_before": "2026-11-24T08:01-05:00"},
        {"decision": "allow", "reason_code": "ok", "not_before": None},
    ],
)
def test_a_difference_names_the_rule_that_decided_and_how_it_was_read(expect: dict[str, Any]) -> None:
    (difference,) = run_scenarios(scenarios_of([_changed(expect=expect)]), law(), build_words()).differences
    text = "\n".join(difference.lines)
    assert "got defer not before 2026-11-24T13:00:00+00:00 (quiet_hours)" in text
    assert "us-hours-collection [12 CFR 1006.6(b)(1)(i); 15 USC 1692c(a)(1); law, primary]" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"colour": "red"}, "'colour' is not understood"),
        ({"purpose": "greeting"}, "'greeting' is not understood; allowed: reminder"),
        ({"channel": "pigeon"}, "'pigeon' is not understood; allowed: sms"),
        ({"now": "2026-11-23T21:03"}, "ISO 8601 instant with its offset"),
        ({"days_past_due": "many"}, "a whole number"),
        ({"debtor": {"timezones": ["Atlantis/Main"], "flags": []}}, "Asia/Manila"),
        ({"debtor": {"timezones": [], "flags": ["asleep"]}}, "'asleep' is not understood"),
        ({"history": [{"at": "2026-11-23T21:04-05:00"}]}, "history 1, channel"),
        (
            {
                "history": [
                    {"at": "2026-11-23T21:04-05:00", "channel": "sms", "direction": "in", "purpose": "collection"}
                ]
            },
            "an entry after now",
        ),
    ],
)
def test_what_is_not_understood_fails_in_words(given: dict[str, Any], words: str) -> None:
    (difference,) = run_scenarios(scenarios_of([_changed(given=given)]), law(), build_words()).differences
    assert difference.got.startswith("no judgement: ")
    assert words in difference.got


def test_a_jurisdiction_without_rules_fails_and_names_those_with_rules() -> None:
    (difference,) = run_scenarios(scenarios_of([{**NIGHT, "jurisdiction": "XX"}]), law(), build_words()).differences
    assert "no rules for the jurisdiction 'XX'; there are rules for: " in difference.got


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "the file"),
        ([], "the file"),
        ([NIGHT, NIGHT], "case 2: the id 'night' occurs twice"),
        ([{**NIGHT, "colour": 1}], "case 1: unknown field 'colour'"),
        ([{**NIGHT, "citation": " "}], "case 1 (night): citation"),
        ([{**NIGHT, "confidence": "sure"}], "confidence is 'sure'; allowed: primary, secondary, memory"),
        ([{**NIGHT, "given": []}], "case 1 (night), given"),
        ([_changed(expect={"decision": "maybe"})], "decision is 'maybe'; allowed: allow, defer, block"),
        ([_changed(expect={"reason_code": "mood"})], "reason_code is 'mood'"),
        ([_changed(expect={"not_before": "tomorrow"})], "not_before is no instant"),
    ],
)
def test_a_file_that_leaves_the_schema_is_refused_with_its_place(document: object, place: str) -> None:
    with pytest.raises(BadInput) as fault:
        scenarios_of(document)
    assert place in fault.value.en
