"""What is wrong with a rulebook that loads? Conflicts, missing cases, boundaries nobody tried.

A file with a typo never comes this far: the loader refuses it with its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, Final

from parley.contact.content import Words
from parley.contact.lint_needs import about, needs
from parley.contact.rule_cases import SIDES, Judged, RuleCase, judge_rule_case
from parley.errors import BadInput
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import BasisParams, CapParams, ConsentParams, HoursParams, PauseParams, RecordParams, Rule
from parley.rulebook.terms import Status

# The first word of each pair: the rule does something.
DOES: Final = frozenset({"refuse", "lift", "import", "judged", "keep", "duty"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, the rule it is wrong with, and the rule's file and line where known."""

    rule_id: str
    place: str
    en: str
    zh: str


def lint(
    rulebook: Rulebook, places: Mapping[str, str], cases: Sequence[RuleCase] | None, words: Words
) -> tuple[Finding, ...]:
    """Return everything that is wrong, by place. *places*: rule id → file and line. *cases* None: not checked.

    *words* understand the texts of cases.
    """
    found = [*conflicts(rulebook.rules, places)]
    if cases is not None:
        found += _cases(rulebook, places, cases, words)
    return tuple(sorted(found, key=lambda one: (one.place, one.rule_id, one.en)))


def places_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return file and line of each rule of *files*, as the loader would name them."""
    found: dict[str, str] = {}
    for path in sorted(files):
        for number, line in enumerate(files[path].decode("utf-8", "replace").splitlines(), 1):
            key, _, value = line.partition("=")
            if key.strip() == "id":
                found.setdefault(value.strip().strip('"'), f"{path}, line {number}")
    return found


def conflicts(rules: Sequence[Rule], places: Mapping[str, str]) -> Iterator[Finding]:
    """Yield rules of one layer and place that say different things of one matter, neither coming before the other.

    Layers come before one another, an inner territory adds to an outer, a rule before the one it supersedes: none of
    these is a conflict. Two figures for the same hours, window, consent, pause or record are.
    """
    for one, other in combinations(rules, 2):
        if _together(one, other) and _contradict(one.params, other.params):
            yield Finding(
                other.id,
                places.get(other.id, ""),
                f"{other.id} and {one.id} bind the same contacts in one layer and differ; say which supersedes which",
                f"{other.id} 与 {one.id} 在同一层级约束同样的联系而内容不同；须写明何者取代何者",
            )


def _together(one: Rule, other: Rule) -> bool:
    return (
        _where(one) == _where(other)
        and one.status is other.status is Status.IN_FORCE
        and bool(one.actors & other.actors and one.purposes & other.purposes and one.channels & other.channels)
        and _may_meet(one.products, other.products)
        and _may_meet(one.providers, other.providers)
        and _overlap(one.valid_from, one.valid_to, other.valid_from, other.valid_to)
        and _overlap(one.contract_from, one.contract_to, other.contract_from, other.contract_to)
    )


def _may_meet(some: frozenset[str], others: frozenset[str]) -> bool:
    """Say whether something is of both; an empty set is everything."""
    return not some or not others or bool(some & others)


def _where(rule: Rule) -> tuple[object, ...]:
    return (rule.kind, rule.jurisdiction, rule.layer, rule.requires)


def _overlap(from_a: date | None, to_a: date | None, from_b: date | None, to_b: date | None) -> bool:
    return not (to_a is not None and from_b is not None and to_a < from_b) and not (
        to_b is not None and from_a is not None and to_b < from_a
    )


def _contradict(one: object, other: object) -> bool:
    match one, other:
        case HoursParams(), HoursParams():
            return one != other
        case CapParams(), CapParams():
            return _matter(one) == _matter(other) and one != other
        case (ConsentParams() | BasisParams(), ConsentParams() | BasisParams()):
            return one != other
        case PauseParams(), PauseParams():
            return one.trigger == other.trigger and one != other
        case RecordParams(), RecordParams():
            return (one.keeps, one.start) == (other.keeps, other.start) and one != other
        case _:
            return False


def _matter(cap: CapParams) -> tuple[object, ...]:
    window = (cap.window_hours, cap.window_days, cap.window_calendar)
    return (*window, cap.per, cap.count, cap.inbound_counts, cap.counts_channels, cap.counts_purposes)


def _cases(rulebook: Rulebook, places: Mapping[str, str], cases: Sequence[RuleCase], words: Words) -> Iterator[Finding]:
    known = {rule.id for rule in rulebook.rules}
    judged: dict[str, list[tuple[RuleCase, Judged]]] = {}
    for case in cases:
        if case.rule_id not in known:
            yield _finding(case.rule_id, case.path, "is no rule of this rulebook", "不是本规则库的规则")
            continue
        try:
            word = judge_rule_case(case, rulebook, words)
        except (BadInput, KeyError, ValueError) as fault:
            said = fault.en if isinstance(fault, BadInput) else str(fault)
            en = f"case {case.name!r} is not understood: {said}"
            yield _finding(case.rule_id, case.path, en, f"无法理解案例 {case.name!r}")
            continue
        judged.setdefault(case.rule_id, []).append((case, word))
        if word.word != case.expect:
            en = f"case {case.name!r} expects {case.expect}, the rule does {word.word}"
            yield _finding(case.rule_id, places.get(case.rule_id, ""), en, f"案例 {case.name!r} 与规则结果不符")
    for rule in rulebook.rules:
        for en, zh in _lacks(rule, judged.get(rule.id, [])):
            yield _finding(rule.id, places.get(rule.id, ""), en, zh)


def _finding(rule_id: str, place: str, en: str, zh: str) -> Finding:
    return Finding(rule_id, place, f"{rule_id}: {en}", f"{rule_id}：{zh}")


def _lacks(rule: Rule, judged: Sequence[tuple[RuleCase, Judged]]) -> Iterator[tuple[str, str]]:
    """Yield what the cases of one rule do not show."""
    if not judged:
        yield "it has no case", "没有案例"
        return
    if rule.status is not Status.IN_FORCE:
        if any(case.expect in DOES for case, _ in judged):
            yield f"it is {rule.status} and a case expects it to bind", "未生效的规则不应有生效的案例"
        return
    if frozenset(case.expect for case, _ in judged) not in SIDES:
        yield "it needs cases on both sides (refuse and allow, lift and no lift, …)", "案例须覆盖正反两面"
        return
    if not _differ_in_the_fact(rule, [case for case, _ in judged]):
        facts = ", ".join(sorted(about(rule)))
        en = f"no two cases on either side differ in what the rule is about alone ({facts})"
        yield en, f"没有仅在规则所涉事实（{facts}）上不同的正反案例"
    for need in needs(rule):
        if not any((case.expect in DOES) is need.does and need.met(case, one) for case, one in judged):
            yield f"no case tries {need.what}", f"缺少边界案例：{need.what}"


def _differ_in_the_fact(rule: Rule, cases: Sequence[RuleCase]) -> bool:
    does = [case.given for case in cases if case.expect in DOES]
    does_not = [case.given for case in cases if case.expect not in DOES]
    return any(_differing(one, other) <= about(rule) for one in does for other in does_not)


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
