"""Which plans stand on the menu? At most three that none betters, chosen by what the menu is expected to bring.

*Dominated*: another plan costs no more in total, asks no more of what the borrower can pay, and lasts no longer, and
is better in one of these. No dominated plan is shown. The cheapest plan always is; its companions are chosen for
those who turn out to bear only a share of what they said (`comfort_bps` of the policy): a borrower takes the first
plan in the order that they can bear.

No triple need be tried. What a plan adds depends on how many of these shares it serves, on its place in the order and
on its expected value: of two that serve the same shares at most one is on the best menu, and for each two groups of
plans the best pair is found in one pass over both.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from parley.negotiation.facts import Facts
from parley.negotiation.lattice import Candidate
from parley.negotiation.levers import WHOLE_BPS, Odds
from parley.negotiation.odds import expected_minor


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """The plans of a menu in their order. `value`: weights in basis points × minor units; it orders menus, no more.

    `frontier`: how many plans nobody could better. `runner_up`: of those left off the menu the one that is expected to
    bring most; None where nothing was left off.
    """

    plans: tuple[Ranked, ...]
    value: int
    frontier: int
    runner_up: Ranked | None


def load_of(plan: Candidate, facts: Facts) -> int:
    """Return how much of what the borrower can pay *plan* asks for: the larger of its monthly and its first part.

    As a whole number, to compare without rounding: capacity × what can be paid at once is all of it.
    """
    return max(plan.largest_minor * facts.at_once_minor, plan.down_minor * facts.capacity_minor)


def is_dominated(plan: Candidate, by: Candidate, facts: Facts) -> bool:
    """Say whether *by* is as good as *plan* for the borrower in every way, and better in one."""
    one, other = _merits(plan, facts), _merits(by, facts)
    return one != other and all(theirs <= own for own, theirs in zip(one, other, strict=True))


def _merits(plan: Candidate, facts: Facts) -> tuple[int, int, int]:
    return plan.total_minor, load_of(plan, facts), plan.count + plan.deferred


def frontier_of(plans: Sequence[Candidate], facts: Facts) -> list[Candidate]:
    """Return the plans that no other dominates, in their order; of equals the first.

    The order goes by total, so a plan is dominated where one before it lasts no longer and has no larger load. Of those
    before it a staircase is kept: the longer, the smaller the load.
    """
    kept: list[Candidate] = []
    lengths: list[int] = []
    loads: list[int] = []
    for plan in sorted(plans, key=lambda one: _by_merit(one, facts)):
        _, load, length = _merits(plan, facts)
        place = bisect_right(lengths, length)
        if place and loads[place - 1] <= load:
            continue
        kept.append(plan)
        # No plan of this length or longer with a load as large has anything more to say.
        start = place = bisect_left(lengths, length)
        while place < len(loads) and loads[place] >= load:
            place += 1
        lengths[start:place], loads[start:place] = [length], [load]
    return kept


def _by_merit(plan: Candidate, facts: Facts) -> tuple[int, ...]:
    """Order as `order` does, but of one total and one length the lightest load first: a first payment weighs too."""
    total, load, length = _merits(plan, facts)
    return total, length, load, *plan.order


def choose(plans: Sequence[Candidate], facts: Facts, odds: Odds) -> Choice:
    """Return the best menu of the feasible *plans*, of which there is at least one."""
    assert plans, "a menu needs a plan"
    ranked = [Ranked.of(place, plan, facts, odds) for place, plan in enumerate(frontier_of(plans, facts))]
    best = min(_menus(ranked, odds), key=lambda menu: _rank(menu, odds))
    left = [one for one in ranked if one not in best]
    return Choice(
        plans=best,
        value=menu_value(best, odds),
        frontier=len(ranked),
        runner_up=max(left, key=lambda one: (one.expected, -one.place), default=None),
    )


@dataclass(frozen=True, slots=True, repr=False)
class Ranked:
    """A plan of the frontier: its place in the order, how many shares of the capacity it serves, what it brings."""

    place: int
    served: int
    expected: int
    plan: Candidate

    @classmethod
    def of(cls, place: int, plan: Candidate, facts: Facts, odds: Odds) -> Ranked:
        """Return *plan* ranked at *place*."""
        whole = facts.capacity_minor * facts.at_once_minor
        load = load_of(plan, facts) * WHOLE_BPS
        served = sum(load <= share * whole for share, _ in odds.comfort)
        return cls(place, served, expected_minor(plan, facts, odds), plan)


def menu_value(menu: Sequence[Ranked], odds: Odds) -> int:
    """Return what a menu is expected to bring: each share of the capacity takes the first plan it serves."""
    value = 0
    for place, (_, weight) in enumerate(odds.comfort):
        value += weight * next((one.expected for one in menu if one.served > place), 0)
    return value


def _rank(menu: Sequence[Ranked], odds: Odds) -> tuple[object, ...]:
    """Order menus: the highest value, then the fewest plans, then those that come first in the order of plans."""
    return -menu_value(menu, odds), len(menu), tuple(one.place for one in menu)


def _menus(ranked: Sequence[Ranked], odds: Odds) -> Iterator[tuple[Ranked, ...]]:
    """Give the menus among which the best one is: the cheapest plan, and companions that serve more and more."""
    first = ranked[0]
    yield (first,)
    groups = [
        [one for one in ranked[1:] if one.served == served] for served in range(first.served + 1, len(odds.comfort) + 1)
    ]
    for number, group in enumerate(groups):
        if not group:
            continue
        yield first, max(group, key=lambda one: (one.expected, -one.place))
        for later in groups[number + 1 :]:
            if later and (pair := _best_pair(first, group, later, odds)) is not None:
                yield first, *pair


def _best_pair(
    first: Ranked, group: Sequence[Ranked], later: Sequence[Ranked], odds: Odds
) -> tuple[Ranked, Ranked] | None:
    """Return the best of *group* and of *later*, which serves more, in the order of plans: one pass over both."""
    weights = [weight for _, weight in odds.comfort]
    own = sum(weights[first.served : group[0].served])
    others = sum(weights[group[0].served : later[0].served])
    best: tuple[Ranked, Ranked] | None = None
    found, at = -1, 0
    leader: Ranked | None = None
    for other in later:
        while at < len(group) and group[at].place < other.place:
            if leader is None or group[at].expected > leader.expected:
                leader = group[at]
            at += 1
        if leader is not None and own * leader.expected + others * other.expected > found:
            best, found = (leader, other), own * leader.expected + others * other.expected
    return best


def is_ordered(plans: Sequence[Candidate]) -> bool:
    """Say whether *plans* stand in the total order, no two alike."""
    return all(one.order < other.order for one, other in pairwise(plans))
