"""Which plans may be offered? Policy × law × capacity → at most three plans, each with its certificate.

Same facts, same menu: nothing here sees a word the borrower wrote. Every plan of the lattice is priced to the minor
unit (`lattice`), every constraint is asked of it, the best menu is chosen (`choose`), and what is chosen is scheduled
row by row and tested again. Order: cheapest total first. None is dominated, and the cheapest is always among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parley.negotiation.choose import Choice, Ranked, choose
from parley.negotiation.facts import Facts
from parley.negotiation.lattice import Candidate, Reach, floors_of, lattice, reach_of, schedule_of
from parley.negotiation.law import LawBound, law_slack
from parley.negotiation.levers import WHOLE_BPS, Policy
from parley.servicing.schedule import PlanFigures, Schedule

__all__ = ["Facts", "Menu", "NoPlan", "Why", "build_menu"]

CERTIFICATE_FORM = 3

IsLawful = Callable[[PlanFigures], bool]


@dataclass(frozen=True, slots=True)
class Menu:
    """One to three plans, cheapest total first, and how they were found."""

    plans: tuple[Schedule, ...]
    candidates: int
    feasible: int
    is_floor: bool
    certificate: dict[str, object]


class Why(StrEnum):
    """Why there is no plan."""

    CAPACITY = "capacity"  # none asks for so little
    COUNT = "count"  # as many as the policy allows in its period have been agreed
    START = "start"  # none begins so late


@dataclass(frozen=True, slots=True, repr=False)
class NoPlan:
    """Nothing fits: `needed_minor` is the smallest monthly instalment any allowed plan asks for.

    That is the smallest relaxation. Where no plan is allowed at any capacity, it is the whole debt.
    """

    needed_minor: int
    candidates: int
    why: Why = Why.CAPACITY


def build_menu(
    facts: Facts, policy: Policy, rulebook_hash: str, is_lawful: IsLawful, law: Sequence[LawBound] = ()
) -> Menu | NoPlan:
    """Return the menu for *facts*, or what is missing. No plan stands on it that is not lawful.

    The levers of the bucket come first; the documented floor is tried, step by step, only when no plan of theirs fits.
    *law*: the bounds that *is_lawful* asks by, for the certificate. A capacity of nothing, or below, has no plan.
    """
    assert facts.balance_minor > 0, "a plan repays a debt"
    tried: list[Candidate] = []
    for step, reach in enumerate([reach_of(facts, policy), *floors_of(facts, policy)]):
        plans = lattice(facts, policy, reach)
        tried += plans
        worthy = _worthy(plans, facts, policy, reach.lowest_worth_bps)
        fitting = [plan for plan in _affordable(worthy, facts, policy) if is_lawful(plan)]
        if fitting and facts.agreed_before < policy.arrangements.most:
            choice = choose(fitting, facts, policy.odds)
            schedules = tuple(_final(one.plan, facts, is_lawful) for one in choice.plans)
            found = _Found(reach, choice, len(tried), len(fitting), step)
            certificate = _certificate(facts, policy, rulebook_hash, law, found)
            return Menu(schedules, len(tried), len(fitting), step > 0, certificate)
    return _nothing(facts, policy, is_lawful, tried)


def _worthy(plans: Sequence[Candidate], facts: Facts, policy: Policy, lowest_worth_bps: int) -> list[Candidate]:
    """Keep the plans that are worth enough of what is owed, by instalments worth collecting."""
    least, smallest, owed = (
        facts.balance_minor * lowest_worth_bps,
        policy.smallest_minor(facts.currency),
        facts.balance_minor,
    )
    return [
        plan
        for plan in plans
        if plan.worth_minor * WHOLE_BPS >= least and plan.level_minor >= min(smallest, owed - plan.forgiven_minor)
    ]


def _affordable(plans: Sequence[Candidate], facts: Facts, policy: Policy) -> list[Candidate]:
    """Keep the plans of which no payment is above what may be asked for."""
    capacity, at_once = policy.askable_minor(facts.capacity_minor), facts.at_once_minor
    return [plan for plan in plans if plan.largest_minor <= capacity and plan.down_minor <= at_once]


def _smallest(plan: Candidate, facts: Facts, policy: Policy) -> int:
    return min(policy.smallest_minor(facts.currency), facts.balance_minor - plan.forgiven_minor)


def _final(plan: Candidate, facts: Facts, is_lawful: IsLawful) -> Schedule:
    """Schedule what was chosen, and test the schedule itself."""
    schedule = schedule_of(plan, facts)
    monthly = schedule.rows[1:] if plan.down_minor else schedule.rows
    assert all(row.payment_minor <= facts.capacity_minor for row in monthly), "no payment above the capacity"
    assert schedule.rows[0].payment_minor <= facts.at_once_minor, "no first payment above what can be paid at once"
    assert schedule.rows[-1].balance_minor == 0, "a plan ends at zero"
    assert is_lawful(schedule), "a plan is as lawful as its figures"
    return schedule


def _nothing(facts: Facts, policy: Policy, is_lawful: IsLawful, tried: list[Candidate]) -> NoPlan:
    """Say what is missing: the least that a lawful plan of the policy asks for a month, whatever the capacity."""
    lowest = min(policy.bands[facts.role].lowest_worth_bps, *(floor.lowest_worth_bps for floor in policy.floors))
    monthly = [plan for plan in tried if not plan.down_minor]
    worthy = sorted(_worthy(monthly, facts, policy, lowest), key=lambda plan: plan.largest_minor)
    needed = next((plan.largest_minor for plan in worthy if is_lawful(plan)), facts.balance_minor)
    why = Why.CAPACITY if tried else Why.START
    if facts.agreed_before >= policy.arrangements.most:
        why = Why.COUNT
    return NoPlan(needed, len(tried), why)


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    """What a search came to."""

    reach: Reach
    choice: Choice
    candidates: int
    feasible: int
    step: int


def _certificate(
    facts: Facts, policy: Policy, rulebook_hash: str, law: Sequence[LawBound], found: _Found
) -> dict[str, object]:
    """Return what a checker needs to find the menu sound without the optimiser. No float: it is part of the audit."""
    choice = found.choice
    return {
        "form": CERTIFICATE_FORM,
        "policy": policy.id,
        "policy_hash": policy.hash,
        "confirm": policy.confirm.value,
        "rulebook_hash": rulebook_hash,
        "input_hash": facts.hash,
        "facts": dict(facts.to_json()),
        "law": [bound.to_json() for bound in law],
        # 0: by the levers; from 1: by which step of the floor.
        "floor_step": found.step,
        "candidates": found.candidates,
        "feasible": found.feasible,
        "frontier": choice.frontier,
        "options": [_option(one) for one in choice.plans],
        "slack": [_slack(one.plan, facts, policy, found.reach, law) for one in choice.plans],
        "value": choice.value,
        "runner_up": _option(choice.runner_up) if choice.runner_up is not None else None,
    }


def _option(one: Ranked) -> dict[str, object]:
    """Return the levers of a plan and what it comes to."""
    plan = one.plan
    return {
        "payments": plan.asked,
        "rate_bps": plan.annual_rate_bps,
        "forgiven_minor": plan.forgiven_minor,
        "deferred": plan.deferred,
        "down_minor": plan.down_minor,
        "total_minor": plan.total_minor,
        "largest_minor": plan.largest_minor,
        "worth_minor": plan.worth_minor,
        "expected_minor": one.expected,
    }


def _slack(plan: Candidate, facts: Facts, policy: Policy, reach: Reach, law: Sequence[LawBound]) -> dict[str, int]:
    """Return the room a plan leaves under each constraint; none is below nothing."""
    return {
        "capacity_minor": policy.askable_minor(facts.capacity_minor) - plan.largest_minor,
        "at_once_minor": facts.at_once_minor - (plan.down_minor or plan.level_minor),
        "payments": policy.grids[facts.product].most - plan.count,
        "instalment_minor": plan.level_minor - _smallest(plan, facts, policy),
        "worth_minor": plan.worth_minor - facts.balance_minor * reach.lowest_worth_bps // WHOLE_BPS,
        "rate_bps": facts.contract_rate_bps - plan.annual_rate_bps,
        **law_slack(plan, facts.balance_minor - plan.forgiven_minor, law),
    }
