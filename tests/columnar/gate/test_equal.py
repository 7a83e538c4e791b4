"""The column form of the gate says what the scalar form says: on every scenario, every case of a rule, at random."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from parley.contact.explain import word_of
from parley.contact.facts import Contact, ContactFacts, Flag
from parley.contact.gate import Decision, GateSettings, Refused, decide
from parley.contact.rule_cases import read_rule_cases, rule_case_facts
from parley.contact.scenario import facts_of
from parley.contact.window import send_window
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook import compile as rows_of_rules
from parley.rulebook.book import Rulebook
from parley.rulebook.compile import tellings
from parley.rulebook.load import load_rulebook
from parley.rulebook.rule import ConsentParams
from parley.rulebook.terms import Status
from parley.run.library import build_words
from parley.servicing.delinquency import bucket_of
from tests.columnar.gate.at_hand import ColumnDecision, decide_all
from tests.columnar.gate.draws import batch

DATA = Path(str(files("parley.rulebook"))) / "data"
RULES = Path(__file__).parents[2] / "rules"
SCENARIOS = json.loads((RULES / "scenarios.json").read_text(encoding="utf-8"))
WORDS = build_words()
TODAY = date(2026, 11, 23)
BINDING = GateSettings(unsigned_exceptions_bind=True)
IN_PRODUCTION = GateSettings()
CONTACTS_A_BATCH = 4_000
BATCHES = 5


def load(*, with_lender: bool) -> Rulebook:
    paths = (path for path in DATA.rglob("*.toml") if with_lender or "lender" not in path.relative_to(DATA).parts)
    return load_rulebook({path.relative_to(DATA).as_posix(): path.read_bytes() for path in paths})


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load(with_lender=True)


@pytest.fixture(scope="module")
def law() -> Rulebook:
    return load(with_lender=False)


def case_facts(rulebook: Rulebook) -> list[ContactFacts]:
    files = {path.relative_to(RULES).as_posix(): path.read_bytes() for path in RULES.rglob("*.toml")}
    # Duties and records are asked of no contact.
    cases = [case for case in read_rule_cases(files) if "now" in case.given]
    return [rule_case_facts(case.given, rulebook, WORDS) for case in cases]


Answer = tuple[str, tuple[tuple[str, str, str], ...], object, int, str]


def scalar(facts: ContactFacts, decision: Decision) -> Answer:
    rules = (
        tuple((one.rule_id, one.reason_code, one.layer) for one in decision.refusals)
        if isinstance(decision, Refused)
        else ()
    )
    retry_at = decision.retry_at if isinstance(decision, Refused) else None
    bucket = bucket_of(max(0, facts.days_past_due)).value
    return (word_of(decision), rules, retry_at, facts.days_past_due, bucket)


def column(decision: ColumnDecision) -> Answer:
    return (decision.verdict, decision.refusals, decision.retry_at, decision.days, decision.bucket)


def compare(asked: Sequence[ContactFacts], rulebook: Rulebook, settings: GateSettings) -> Counter[str]:
    """Judge all by both forms. Returns how often the column form gave each verdict, and how often each rule refused."""
    found: Counter[str] = Counter()
    for facts, ours in zip(asked, decide_all(asked, TODAY, rulebook, settings), strict=True):
        found[ours.verdict] += 1
        if ours.verdict != "ask":
            assert column(ours) == scalar(facts, decide(facts, rulebook, settings)), facts
            found.update(rule_id for rule_id, _, _ in ours.refusals)
    return found


@pytest.mark.parametrize("with_lender", [True, False])
@pytest.mark.parametrize("settings", [BINDING, IN_PRODUCTION], ids=["binding", "production"])
def test_every_scenario_is_decided_as_by_the_scalar_form(
    rulebook: Rulebook, law: Rulebook, with_lender: bool, settings: GateSettings
) -> None:
    asked = [facts_of(one["jurisdiction"], one["given"], law, WORDS) for one in SCENARIOS]
    assert compare(asked, rulebook if with_lender else law, settings)["ask"] == 0


def test_every_case_of_a_rule_is_decided_as_by_the_scalar_form(rulebook: Rulebook) -> None:
    asked = case_facts(rulebook)
    found = compare(asked, rulebook, BINDING)
    assert found["ask"] == 0
    refusing = {one.rule.id for one in tellings(rulebook.rules) if one.rule.status is Status.IN_FORCE}
    assert refusing - found.keys() == set()


@pytest.mark.slow
def test_random_contacts_are_decided_as_by_the_scalar_form(rulebook: Rulebook, law: Rulebook, full_size: bool) -> None:
    """20,000 pairs of account and instant; more than a million where PARLEY_TORTURE is set."""
    found: Counter[str] = Counter()
    for seed in range(260 if full_size else BATCHES):
        book = law if seed % 3 == 1 else rulebook
        asked = batch(seed, CONTACTS_A_BATCH, rulebook)
        found += compare(asked, book, IN_PRODUCTION if seed % 3 == 2 else BINDING)
    asked_in_all = sum(found[verdict] for verdict in ("allow", "defer", "block", "ask"))
    assert found["ask"] < asked_in_all // 50
    assert min(found["allow"], found["defer"], found["block"]) > asked_in_all // 10


def test_when_it_says_that_a_deferral_lasts_the_gate_permits_then(rulebook: Rulebook) -> None:
    asked = batch(77, 2_000, rulebook)
    deferred = [
        (facts, ours)
        for facts, ours in zip(asked, decide_all(asked, TODAY, rulebook, BINDING), strict=True)
        if ours.verdict == "defer" and ours.is_lasting
    ]
    assert len(deferred) > 100
    for facts, ours in deferred:
        assert send_window(facts, rulebook, BINDING) == ours.retry_at


def test_the_same_question_has_the_same_answer_and_nothing_has_none(rulebook: Rulebook) -> None:
    asked = batch(5, 300, rulebook)
    once = decide_all(asked, TODAY, rulebook, BINDING)
    assert decide_all(asked, TODAY, rulebook, BINDING) == once
    assert decide_all(asked[::-1], TODAY, rulebook, BINDING) == once[::-1]
    assert decide_all([], TODAY, rulebook, BINDING) == []


def test_what_waiting_does_not_mend_is_told_first(rulebook: Rulebook) -> None:
    """Twelve texts of a collector in three days are more than any waiting mends; that it is night mends itself."""
    night = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    texts = (Contact(at=night - timedelta(hours=5 * n), channel=Channel.SMS) for n in range(1, 13))
    facts = ContactFacts(
        now=night,
        jurisdiction="US",
        zones=("America/Chicago",),
        purpose=Purpose.COLLECTION,
        channel=Channel.SMS,
        actor=Actor.THIRD_PARTY_COLLECTOR,
        identity_proven=True,
        history=tuple(texts),
    )
    (ours,) = decide_all([facts], TODAY, rulebook, BINDING)
    assert column(ours) == scalar(facts, decide(facts, rulebook, BINDING))
    assert (ours.verdict, ours.refusals[0][0]) == ("block", "us-text-harassment")
    assert {"us-hours", "lender-hours"} & {rule for rule, _, _ in ours.refusals[1:]}


def test_a_rule_without_a_column_form_is_left_to_the_scalar_form(
    rulebook: Rulebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = batch(9, 600, rulebook)
    monkeypatch.delitem(rows_of_rules._COMPILERS, ConsentParams)
    judged = [decide(facts, rulebook, BINDING).case.selection.rules for facts in asked]
    bound = [any(isinstance(rule.params, ConsentParams) for rule in rules) for rules in judged]
    found = [ours.verdict for ours in decide_all(asked, TODAY, rulebook, BINDING)]
    assert 50 < sum(bound) < len(asked) - 50
    assert {verdict for verdict, is_bound in zip(found, bound, strict=True) if is_bound} == {"ask"}
    assert compare(asked, rulebook, BINDING)["ask"] < sum(bound) + 20


def test_every_set_of_flags_fits_into_a_column() -> None:
    assert len(Flag) < 127
