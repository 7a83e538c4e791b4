"""Does each rule decide its own cases? Case files mirror the rule files, one list of cases per rule.

A case says what it is about to the rule alone: whether *this* rule refuses, lifts, imports, is asked, or keeps records,
whatever the others do.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from parley.contact.content import Words
from parley.contact.facts import Carriage, Consent, ContactFacts, Discloses
from parley.contact.gate import Decision, GateSettings, Refused, decide
from parley.contact.keeping import duties, keep_until
from parley.contact.scenario import facts_of
from parley.contact.scenario_fields import not_understood, read_list, read_table, read_word
from parley.errors import BadInput
from parley.purpose import Actor
from parley.rulebook.book import Rulebook
from parley.rulebook.terms import Kept, Registered, SenderForm

BINDING: Final = GateSettings(unsigned_exceptions_bind=True)
# What a rule's case may say beyond the schema of scenarios.
_BEYOND: Final = frozenset({"jurisdiction", "identity_proven", "discloses", "consents", "rules", "carriage"})
_CARRIAGE: Final = frozenset({"provider", "form", "registered"})
# Expectations that come in pairs: a rule shows both of its own pair.
SIDES: Final = (
    frozenset({"refuse", "allow"}),
    frozenset({"lift", "no lift"}),
    frozenset({"import", "no import"}),
    frozenset({"judged", "not judged"}),
    frozenset({"keep", "no keep"}),
    frozenset({"duty", "no duty"}),
)
EXPECTATIONS: Final = frozenset().union(*SIDES)


@dataclass(frozen=True, slots=True, repr=False)
class RuleCase:
    """One case of one rule. `given`: what the rule's cases have in common, and what is of this one."""

    path: str
    rule_id: str
    name: str
    expect: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a case: the word that describes it, and the decision where the gate was asked."""

    word: str
    decision: Decision | None


def read_rule_cases(files: Mapping[str, bytes]) -> list[RuleCase]:
    """Return the cases of *files* (path → content). Raises BadInput with the file and what is wrong."""
    return [case for path in sorted(files) for case in _cases_of(path, files[path])]


def _cases_of(path: str, content: bytes) -> list[RuleCase]:
    try:
        document = tomllib.loads(content.decode("utf-8"))
        cases = [
            RuleCase(path, rule["id"], case["name"], case["expect"], {**rule["given"], **case["given"]})
            for rule in document["rule"]
            for case in rule["case"]
        ]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadInput(f"{path}: not TOML in UTF-8: {fault}", f"{path}：不是 UTF-8 编码的 TOML：{fault}") from None
    except (KeyError, TypeError) as fault:
        raise BadInput(
            f"{path}: a rule has id, given and [[rule.case]]s of name, expect and given; missing: {fault}",
            f"{path}：每条规则须有 id、given 与含 name、expect、given 的 [[rule.case]]；缺少：{fault}",
        ) from None
    for case in cases:
        if case.expect not in EXPECTATIONS:
            allowed = ", ".join(sorted(EXPECTATIONS))
            raise BadInput(
                f"{path}, {case.rule_id}, {case.name}: expect {case.expect!r}; allowed: {allowed}",
                f"{path}，{case.rule_id}，{case.name}：expect 为 {case.expect!r}；允许：{allowed}",
            )
    return cases


def judge_rule_case(case: RuleCase, rulebook: Rulebook, words: Words) -> Judged:
    """Return what the rule does in its case. Raises BadInput where the case is not understood."""
    given = case.given
    if case.expect in {"keep", "no keep"}:
        return Judged("keep" if _keeps(given, rulebook) else "no keep", None)
    if case.expect in {"duty", "no duty"}:
        found = duties(rulebook, given["jurisdiction"], Actor(given["actor"]), given["as_of"])
        return Judged("duty" if set(given["duties"]) <= found else "no duty", None)
    decision = decide(rule_case_facts(case.given, rulebook, words), rulebook, BINDING)
    return Judged(_word(case, decision), decision)


def rule_case_facts(given: Mapping[str, Any], rulebook: Rulebook, words: Words) -> ContactFacts:
    """Return the facts of a contact that a rule's case gives, its texts understood by *words*."""
    facts = facts_of(given["jurisdiction"], {key: given[key] for key in given.keys() - _BEYOND}, rulebook, words)
    return replace(
        facts,
        identity_proven=given.get("identity_proven", facts.identity_proven),
        discloses=Discloses(given.get("discloses", facts.discloses)),
        consents=frozenset(map(Consent, given["consents"])) if "consents" in given else facts.consents,
        carriage=_carriage(given["carriage"], rulebook) if "carriage" in given else None,
    )


def _carriage(raw: object, rulebook: Rulebook) -> Carriage:
    table = read_table(raw, "carriage", _CARRIAGE)
    provider = str(table.get("provider", ""))
    if provider not in rulebook.carriers:
        raise not_understood("carriage, provider", provider, ", ".join(sorted(rulebook.carriers)))
    return Carriage(
        provider,
        read_word(table["form"], SenderForm, "carriage, form") if "form" in table else None,
        frozenset(
            read_word(one, Registered, "carriage, registered")
            for one in read_list(table.get("registered", ()), "carriage, registered")
        ),
    )


def _keeps(given: Mapping[str, Any], rulebook: Rulebook) -> bool:
    until: date | None = keep_until(
        rulebook,
        given["jurisdiction"],
        Actor(given["actor"]),
        Kept(given["keeps"]),
        given["started_on"],
        given["as_of"],
    )
    wanted: date = given["until"]
    return until == wanted


def _word(case: RuleCase, decision: Decision) -> str:
    refusing = {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()
    lifting = {lifter for _, lifter in decision.lifted}
    asked = set(decision.rules) | {lifted for lifted, _ in decision.lifted}
    match case.expect:
        case "lift" | "no lift":
            return "lift" if case.rule_id in lifting else "no lift"
        case "import" | "no import":
            return "import" if asked & set(case.given["rules"]) else "no import"
        case "judged" | "not judged":
            return "judged" if case.rule_id in asked else "not judged"
        case _:
            return "refuse" if case.rule_id in refusing else "allow"
