"""The collected regulatory scenarios that fall into the jurisdictions and kinds of rule carried so far.

Judged by law alone, with all rules binding. What is left out needs a reading of texts or a plan, and says so here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from parley.contact.explain import word_of
from parley.contact.gate import GateSettings, Refused, decide
from parley.contact.scenario import facts_of
from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook

DATA = Path(str(files("parley.rulebook"))) / "data"
SCENARIOS = json.loads((Path(__file__).parent / "scenarios.json").read_text(encoding="utf-8"))["scenarios"]
CARRIED = {"US", "US-FL", "US-CA", "US-NYC", "US-MA", "GB", "CN", "IN", "PH"}
# Decided by the words of the message, by the words of an inbound message, or by the terms of a plan.
NEEDS_WORDS_OR_PLAN = {
    *("cn-20", "cn-22", "cn-26", "cn-27", "cn-28", "ph-09", "us-33", "us-69", "us-71"),
    "us-37",
    *("cn-30", "in-12"),
}
OURS = [one for one in SCENARIOS if one["jurisdiction"] in CARRIED and one["id"] not in NEEDS_WORDS_OR_PLAN]


@pytest.fixture(scope="module")
def law() -> Rulebook:
    paths = (path for path in DATA.rglob("*.toml") if "lender" not in path.relative_to(DATA).parts)
    return load_rulebook({path.relative_to(DATA).as_posix(): path.read_bytes() for path in paths})


@pytest.mark.parametrize("scenario", [pytest.param(one, id=one["id"]) for one in OURS])
def test_scenario_is_decided_as_its_source_says(law: Rulebook, scenario: Mapping[str, Any]) -> None:
    facts = facts_of(scenario["jurisdiction"], scenario["given"], law)
    decision = decide(facts, law, GateSettings(unsigned_exceptions_bind=True))
    expected = scenario["expect"]
    reason = decision.primary.reason_code if isinstance(decision, Refused) else "ok"
    assert (word_of(decision), reason) == (expected["decision"], expected["reason_code"])
    if "not_before" in expected:
        assert isinstance(decision, Refused)
        assert decision.retry_at == datetime.fromisoformat(expected["not_before"])


def test_nothing_is_left_out_in_silence() -> None:
    assert len(OURS) + len(NEEDS_WORDS_OR_PLAN) == sum(1 for one in SCENARIOS if one["jurisdiction"] in CARRIED)
