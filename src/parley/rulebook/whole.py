"""Do the rules of a rulebook hold together? What no single rule shows: ids, references, supersession.

Each mistake is refused with file and line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from parley.errors import BadInput
from parley.rulebook.fields import Fields
from parley.rulebook.rule import ExceptionParams, HoursParams, ImportParams, Rule
from parley.rulebook.terms import Kind, Layer, Status

LARGEST_RULEBOOK: Final = 10_000
Placed: TypeAlias = Sequence[tuple[Rule, Fields]]


def check_whole(placed: Placed, calendars: frozenset[str], providers: frozenset[str]) -> None:
    """Refuse a rulebook in which an id stands twice, a reference meets nothing, or supersession runs in a circle."""
    if len(placed) > LARGEST_RULEBOOK:
        raise BadInput(f"more than {LARGEST_RULEBOOK} rules", f"规则超过 {LARGEST_RULEBOOK} 条")
    by_id: dict[str, Rule] = {}
    for rule, fields in placed:
        if rule.id in by_id:
            fields.fail("id", f"rule id {rule.id!r} is given twice", f"规则编号 {rule.id!r} 重复")
        by_id[rule.id] = rule
    for rule, fields in placed:
        _check_references(rule, fields, by_id)
        _check_calendar(rule, fields, calendars)
        _check_providers(rule, fields, providers)
        _check_supersession(rule, fields, by_id)


def _check_references(rule: Rule, fields: Fields, by_id: Mapping[str, Rule]) -> None:
    for name in sorted(_references(rule) | rule.supersedes):
        other = by_id.get(name)
        if other is None:
            fields.fail(name, f"{rule.id} names the unknown rule {name!r}", f"{rule.id} 引用了不存在的规则 {name!r}")
        if rule.kind is Kind.EXCEPTION and rule.layer is Layer.POLICY and other.layer is not Layer.POLICY:
            fields.fail(
                "id", f"policy {rule.id} cannot lift {name}, which is law", f"政策 {rule.id} 不得豁免法规 {name}"
            )


def _check_calendar(rule: Rule, fields: Fields, calendars: frozenset[str]) -> None:
    name = rule.params.holidays if isinstance(rule.params, HoursParams) else None
    if name is not None and name not in calendars:
        allowed = ", ".join(sorted(calendars))
        fields.fail("holidays", f"no calendar {name!r}; allowed: {allowed}", f"没有日历 {name!r}；允许：{allowed}")


def _check_providers(rule: Rule, fields: Fields, providers: frozenset[str]) -> None:
    for name in sorted(rule.providers - providers):
        allowed = ", ".join(sorted(providers)) or "none is listed in providers.toml"
        fields.fail("providers", f"no provider {name!r}; allowed: {allowed}", f"没有通道 {name!r}；允许：{allowed}")


def _check_supersession(rule: Rule, fields: Fields, by_id: Mapping[str, Rule]) -> None:
    for name in sorted(rule.supersedes):
        if by_id[name].status is not Status.SUPERSEDED:
            fields.fail(
                "supersedes",
                f"{rule.id} supersedes {name}, whose status is not superseded",
                f"{rule.id} 取代 {name}，但后者状态不是 superseded",
            )
    seen: set[str] = set()
    coming = set(rule.supersedes)
    while coming:
        if rule.id in coming:
            fields.fail("supersedes", f"{rule.id} supersedes itself in a circle", f"{rule.id} 的取代关系成环")
        seen |= coming
        coming = {older for name in coming if name in by_id for older in by_id[name].supersedes} - seen


def _references(rule: Rule) -> frozenset[str]:
    match rule.params:
        case ExceptionParams(overrides=names) | ImportParams(rules=names):
            return names
        case _:
            return frozenset()
