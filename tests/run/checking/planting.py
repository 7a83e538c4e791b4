"""The table of planted violations: each breaks one promise of a clean world."""

from __future__ import annotations

from collections.abc import Callable

from parley.run.checking import Kind
from tests.run.checking.world import World

Plant = Callable[[World], None]
PLANTS: dict[str, tuple[Kind, Plant]] = {}


def breaks(kind: Kind) -> Callable[[Plant], Plant]:
    """Enter a plant in the table as one that breaks *kind*."""

    def register(plant: Plant) -> Plant:
        assert plant.__name__ not in PLANTS, "two plants of one name"
        PLANTS[plant.__name__] = (kind, plant)
        return plant

    return register
