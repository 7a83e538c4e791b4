"""The collected regulatory scenarios, judged by law alone with all rules binding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parley.contact.scenario_file import Scenario, scenarios_of
from parley.contact.scenario_run import run_scenario
from parley.rulebook.book import Rulebook
from parley.run.library import build_words
from parley.run.scenario_files import law

WORDS = build_words()
SCENARIOS = scenarios_of(json.loads((Path(__file__).parent / "scenarios.json").read_text(encoding="utf-8")))
# Decided by the words of an inbound message.
NEEDS_WORDS: set[str] = set()


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return law()


@pytest.mark.parametrize("scenario", [pytest.param(one, id=one.id) for one in SCENARIOS if one.id not in NEEDS_WORDS])
def test_scenario_is_decided_as_its_source_says(rulebook: Rulebook, scenario: Scenario) -> None:
    difference = run_scenario(scenario, rulebook, WORDS)
    assert difference is None, "\n".join(difference.lines)
