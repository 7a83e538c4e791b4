"""Is this offer what its certificate says? A checker that shares no code with what computed it. Pure.

From the record, the policy text of that day and the bounds of the law recorded with it: each plan is recomputed row
by row, held against capacity, policy and law, and against every other plan the policy allowed. What it takes on trust
are the facts themselves (balance, rate, lateness), the bounds, and that the expected values order the companions as
they say.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any, Final

from parley.run.checking.offer_plans import Allowed, Facts, Plan, allowed_plans, month_after
from parley.run.checking.offer_words import Finding, Flaw

FORM: Final = 3
_BPS: Final = 10_000
_MOST_OPTIONS: Final = 3
# Where a policy does not say how a plan is agreed to, and in certificates of before that could be said.
_BY_REPLY: Final = "reply"
_LEVERS: Final = ("payments", "rate_bps", "forgiven_minor", "deferred", "down_minor")
_BROKEN: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, AssertionError, ZeroDivisionError)


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """An offer as it is stored. `policy_text`: what is kept under the hash it names; None: nothing is."""

    on: date
    currency: str
    capacity_minor: int
    plans: Sequence[Mapping[str, Any]]
    certificate: Mapping[str, Any]
    policy_text: str | None
    is_rulebook_known: bool


def check_offer(record: Record) -> list[Finding]:
    """Return everything that is wrong with *record*; nothing: it is sound."""
    try:
        return list(_findings(record))
    except _BROKEN:
        return [Finding(Flaw.UNREADABLE)]


def _findings(record: Record) -> Iterator[Finding]:
    told = record.certificate
    assert told["form"] == FORM
    facts = Facts.read(told["facts"])
    if _digest(_canonical(told["facts"])) != told["input_hash"]:
        yield Finding(Flaw.FACTS_ALTERED)
    is_near = facts.offered_on is None or abs(record.on - facts.offered_on) <= timedelta(days=1)
    if (record.currency, record.capacity_minor) != (facts.currency, facts.capacity) or not is_near:
        yield Finding(Flaw.RECORD_DIFFERS)
    if not facts.follows_pay_day:
        yield Finding(Flaw.PAY_DAY)
    if not record.is_rulebook_known:
        yield Finding(Flaw.RULEBOOK_UNKNOWN)
    yield from _arithmetic(record, facts)
    if record.policy_text is None:
        yield Finding(Flaw.POLICY_MISSING)
        return
    if _digest(record.policy_text) != told["policy_hash"]:
        yield Finding(Flaw.POLICY_ALTERED)
        return
    policy = tomllib.loads(record.policy_text.removeprefix("\ufeff"))
    if policy["id"] != told["policy"] or facts.agreed_before >= policy["arrangements"]["most"]:
        yield Finding(Flaw.OUTSIDE_POLICY)
    if told.get("confirm", _BY_REPLY) != policy.get("confirm", _BY_REPLY):
        yield Finding(Flaw.CONFIRMATION)
    yield from _against_policy(record, facts, policy)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, separators=(",", ":"), sort_keys=True)


def _arithmetic(record: Record, facts: Facts) -> Iterator[Finding]:
    """Look at each plan by itself: it repays what is owed to the minor unit, on its days, within the capacity."""
    options = record.certificate["options"]
    if not 1 <= len(record.plans) <= _MOST_OPTIONS or len(options) != len(record.plans):
        yield Finding(Flaw.NUMBER_OF_OPTIONS)
    for number, (plan, option) in enumerate(zip(record.plans, options, strict=False), start=1):
        if not _adds_up(plan, option, facts):
            yield Finding(Flaw.PLAN_SUM, number)
        first, *others = [row["payment_minor"] for row in plan["rows"]]
        if (
            first > (facts.at_once if option["down_minor"] else facts.capacity)
            or max(others, default=0) > facts.capacity
        ):
            yield Finding(Flaw.ABOVE_CAPACITY, number)
    totals = [plan["total_minor"] for plan in record.plans]
    if totals != sorted(totals):
        yield Finding(Flaw.ORDER)


def _adds_up(plan: Mapping[str, Any], option: Mapping[str, Any], facts: Facts) -> bool:
    rows, left = plan["rows"], facts.balance - option["forgiven_minor"]
    for place, row in enumerate(rows):
        left -= row["principal_minor"]
        is_whole = row["principal_minor"] + row["interest_minor"] == row["payment_minor"]
        is_next = row["number"] == place + 1 and row["due_on"] == month_after(facts.first_on, place).isoformat()
        if not (is_whole and is_next and row["balance_minor"] == left):
            return False
    total = sum(row["payment_minor"] for row in rows)
    heads = (plan["total_minor"], plan["forgiven_minor"], plan["deferred"], plan["annual_rate_bps"], plan["currency"])
    told = (option["total_minor"], option["forgiven_minor"], option["deferred"], option["rate_bps"], facts.currency)
    return left == 0 and total == plan["total_minor"] and heads == told


def _against_policy(record: Record, facts: Facts, policy: Mapping[str, Any]) -> Iterator[Finding]:
    """Hold the menu against every plan the policy allowed."""
    told, steps = record.certificate, len(policy["floor"])
    law, step = told["law"], told["floor_step"]
    assert type(step) is int and 0 <= step <= steps
    tried = [allowed_plans(policy, facts, number) for number in range(step + 1)]
    # Nothing that comes before the step offered has a plan, and the step has one.
    before, allowed = tried[:-1], tried[-1]
    fitting = _feasible(allowed, facts, law)
    if any(_feasible(one, facts, law) for one in before) or not fitting:
        yield Finding(Flaw.FLOOR)
    candidates = sum(len(one.plans) for one in tried)
    if (told["candidates"], told["feasible"]) != (candidates, len(fitting)):
        yield Finding(Flaw.COUNTS)
    chosen = [_known(option, allowed) for option in told["options"]]
    for number, (plan, kept, option) in enumerate(zip(chosen, record.plans, told["options"], strict=False), start=1):
        yield from (Finding(flaw, number) for flaw in _flaws(plan, kept, option, allowed, fitting, facts, law))
    yield from _together([plan for plan in chosen if plan is not None], fitting)
    yield from _slack(chosen, allowed, facts, told)
    yield from _runner_up(told["runner_up"], chosen, allowed, fitting)


def _feasible(allowed: Allowed, facts: Facts, law: Sequence[Mapping[str, Any]]) -> list[Plan]:
    return [plan for plan in allowed.plans if allowed.fits(plan, facts) and _is_lawful(plan, facts, law)]


def _known(option: Mapping[str, Any], allowed: Allowed) -> Plan | None:
    """Return the plan of the policy with the levers of *option*; None: the policy has no such plan."""
    levers = tuple(option[name] for name in _LEVERS)
    return next((plan for plan in allowed.plans if plan.levers == levers), None)


def _is_lawful(plan: Plan, facts: Facts, law: Sequence[Mapping[str, Any]]) -> bool:
    capitalises = facts.penalty > 0 and plan.rate > 0 and plan.forgiven < facts.charges
    for bound in law:
        highest = _highest(bound, facts.balance - plan.forgiven)
        if bound["max_months"] is not None and plan.length > bound["max_months"]:
            return False
        if (highest is not None and Fraction(plan.rate, _BPS) > highest) or (
            bound["forbids_capitalising"] and capitalises
        ):
            return False
    return True


def _highest(bound: Mapping[str, Any], principal: int) -> Fraction | None:
    bands = [band for band in bound["rates"] if band["below_minor"] is None or principal < band["below_minor"]]
    return Fraction(bands[0]["highest"]) if bands else None


def _flaws(
    plan: Plan | None,
    kept: Mapping[str, Any],
    option: Mapping[str, Any],
    allowed: Allowed,
    fitting: Sequence[Plan],
    facts: Facts,
    law: Sequence[Mapping[str, Any]],
) -> Iterator[Flaw]:
    """Give what is wrong with one plan of the menu."""
    if plan is None:
        yield Flaw.OUTSIDE_POLICY
        return
    rows = tuple((row["payment_minor"], row["principal_minor"], row["interest_minor"]) for row in kept["rows"])
    told = (option["total_minor"], option["largest_minor"], option["worth_minor"])
    if rows != plan.rows or told != (plan.total, plan.largest, plan.worth):
        yield Flaw.PLAN_SUM
    if not _is_lawful(plan, facts, law):
        yield Flaw.OUTSIDE_LAW
    elif not allowed.fits(plan, facts):
        yield Flaw.OUTSIDE_POLICY
    own = plan.merits(facts)
    if any(other.merits(facts) != own and _is_no_worse(other.merits(facts), own) for other in fitting):
        yield Flaw.DOMINATED


def _is_no_worse(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(mine <= theirs for mine, theirs in zip(one, other, strict=True))


def _together(chosen: Sequence[Plan], fitting: Sequence[Plan]) -> Iterator[Finding]:
    if any(one.order >= other.order for one, other in pairwise(chosen)):
        yield Finding(Flaw.ORDER)
    cheapest = min((plan.total for plan in fitting), default=None)
    if cheapest is not None and cheapest not in {plan.total for plan in chosen}:
        yield Finding(Flaw.NOT_CHEAPEST)


def _slack(chosen: Sequence[Plan | None], allowed: Allowed, facts: Facts, told: Mapping[str, Any]) -> Iterator[Finding]:
    slack = told["slack"]
    if len(slack) != len(chosen):
        yield Finding(Flaw.SLACK)
    for number, (plan, kept) in enumerate(zip(chosen, slack, strict=False), start=1):
        if plan is not None and (kept != _room(plan, allowed, facts, told["law"]) or min(kept.values()) < 0):
            yield Finding(Flaw.SLACK, number)


def _room(plan: Plan, allowed: Allowed, facts: Facts, law: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    room = {
        "capacity_minor": allowed.askable - plan.largest,
        "at_once_minor": facts.at_once - (plan.down or plan.level),
        "payments": allowed.most - len(plan.rows),
        "instalment_minor": plan.level - allowed.least(plan, facts),
        "worth_minor": plan.worth - facts.balance * allowed.lowest_worth // _BPS,
        "rate_bps": facts.contract_rate - plan.rate,
    }
    months = [bound["max_months"] - plan.length for bound in law if bound["max_months"] is not None]
    rates = [highest for bound in law if (highest := _highest(bound, facts.balance - plan.forgiven)) is not None]
    if months:
        room["law_months"] = min(months)
    if rates:
        room["law_rate_bps"] = floor(min(rates) * _BPS) - plan.rate
    return room


def _runner_up(
    told: Mapping[str, Any] | None, chosen: Sequence[Plan | None], allowed: Allowed, fitting: Sequence[Plan]
) -> Iterator[Finding]:
    if told is None:
        return
    plan = _known(told, allowed)
    if plan is None or plan not in fitting or plan in chosen:
        yield Finding(Flaw.RUNNER_UP)
