"""Every rule of the shipped rulebook against its cases: the tree here mirrors the tree of the rule files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from parley.contact.facts import Consent, ContactFacts, Discloses
from parley.contact.gate import GateSettings, Refused, decide
from parley.contact.scenario import facts_of
from parley.rulebook.book import Rulebook
from parley.rulebook.load import JURISDICTIONS, load_rulebook

HERE = Path(__file__).parent
DATA = Path(str(files("parley.rulebook"))) / "data"
BINDING = GateSettings(unsigned_exceptions_bind=True)


def shipped() -> dict[str, bytes]:
    return {path.relative_to(DATA).as_posix(): path.read_bytes() for path in DATA.rglob("*.toml")}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook(shipped())


def case_files() -> list[Path]:
    return sorted(HERE.rglob("*.toml"))


def cases() -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    for path in case_files():
        for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rule"]:
            for case in rule["case"]:
                yield rule["id"], case["name"], case["expect"], {**rule["given"], **case["given"]}


def facts_for(given: Mapping[str, Any], rulebook: Rulebook) -> ContactFacts:
    facts = facts_of(given["jurisdiction"], given, rulebook)
    return replace(
        facts,
        identity_proven=given.get("identity_proven", facts.identity_proven),
        discloses=Discloses(given.get("discloses", facts.discloses)),
        consents=frozenset(map(Consent, given["consents"])) if "consents" in given else facts.consents,
    )


@pytest.mark.parametrize(
    ("rule_id", "expect", "given"),
    [pytest.param(rule_id, expect, given, id=f"{rule_id}: {name}") for rule_id, name, expect, given in cases()],
)
def test_rule_decides_its_case(rulebook: Rulebook, rule_id: str, expect: str, given: Mapping[str, Any]) -> None:
    decision = decide(facts_for(given, rulebook), rulebook, BINDING)
    refusing = {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()
    lifting = {lifter for _, lifter in decision.lifted}
    judged_or_lifted = set(decision.rules) | {lifted for lifted, _ in decision.lifted}
    match expect:
        case "refuse":
            assert rule_id in refusing
        case "allow":
            assert rule_id not in refusing
        case "lift":
            assert rule_id in lifting
        case "no lift":
            assert rule_id not in lifting
        case "import":
            assert judged_or_lifted & set(given["rules"])
        case "no import":
            assert not judged_or_lifted & set(given["rules"])
        case other:
            pytest.fail(f"no such expectation: {other}")


def test_every_rule_has_a_case_on_either_side(rulebook: Rulebook) -> None:
    seen: dict[str, set[str]] = {}
    for rule_id, _, expect, _ in cases():
        seen.setdefault(rule_id, set()).add(expect)
    assert seen.keys() == {rule.id for rule in rulebook.rules}
    sides = ({"refuse", "allow"}, {"lift", "no lift"}, {"import", "no import"})
    assert {rule_id for rule_id, found in seen.items() if found not in sides} == set()


def test_case_files_mirror_rule_files() -> None:
    rule_files = shipped().keys() - {JURISDICTIONS}
    assert {path.relative_to(HERE).as_posix() for path in case_files()} == rule_files
    for path in sorted(rule_files):
        ours = [rule["id"] for rule in tomllib.loads((HERE / path).read_text(encoding="utf-8"))["rule"]]
        theirs = [rule["id"] for rule in tomllib.loads((DATA / path).read_text(encoding="utf-8"))["rule"]]
        assert ours == theirs
