"""One broken promise at a time in a clean world: it is counted, once, and nothing else is."""

from __future__ import annotations

import pytest

from parley.run.checking import Kind

# Reading the two modules of plants fills the table.
from tests.run.checking import plants_contact, plants_content  # noqa: F401
from tests.run.checking.planting import PLANTS
from tests.run.checking.world import World, day


@pytest.mark.parametrize("name", PLANTS)
def test_planted_violation_is_counted_once_and_alone(world: World, name: str) -> None:
    kind, plant = PLANTS[name]
    plant(world)
    counts = world.check().counts
    assert {found: count for found, count in counts.items() if count} == {kind: 1}


def test_each_kind_is_planted() -> None:
    assert {kind for kind, _ in PLANTS.values()} == set(Kind)


@pytest.mark.parametrize(("calls", "kinds"), [(2, set()), (3, {Kind.CAP_LAW, Kind.CAP_WEEK})])
def test_new_york_city_counts_calls_about_the_account(world: World, calls: int, kinds: set[Kind]) -> None:
    # Where the law's figure is the lender's own, one contact too many breaks both.
    who = world.person("US-NYC")
    for number in range(calls):
        world.call(who, day(8 - number, 17))
    world.send(who, day(9))
    assert {kind for kind, count in world.check().counts.items() if count} == kinds


def test_several_are_counted_together(world: World) -> None:
    for name in ("before_eight", "no_telephone", "wrong_number_written_to_again", "zone_not_known"):
        PLANTS[name][1](world)
    counts = world.check().counts
    assert counts[Kind.QUIET_HOURS] == 2
    assert counts[Kind.MISSING_IDENTITY_LINES] == counts[Kind.THIRD_PARTY] == 1
