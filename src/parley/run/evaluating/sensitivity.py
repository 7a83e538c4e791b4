"""Which assumption decides the ranking? One at a time to each end of its range, the rest as they are.

Where another negotiator leads at an end, the value at which it takes the lead is narrowed down by halving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from parley.run.evaluating.evaluate import PARLEY, Bench, evaluate
from parley.simulation.rne13.card import Range
from parley.simulation.rne13.metrics import Record, metrics_of
from parley.simulation.rne13.negotiators import BASELINES

HALVINGS: Final = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """The headline figure of Parley, and the best of those that see no hidden fact."""

    parley: float
    best: float
    best_name: str

    @property
    def leads(self) -> bool:
        """Whether Parley is first."""
        return self.parley > self.best


@dataclass(frozen=True, slots=True)
class Row:
    """One assumption: how it stands at both ends, and between which values the lead changes, if it does."""

    range: Range
    value: int
    low: Standing
    high: Standing
    flips_between: tuple[int, int] | None


def standing_of(records: dict[str, Record]) -> Standing:
    """Return who leads in CCI."""
    scores = {name: metrics_of(records[name])["CCI"] or 0.0 for name in (PARLEY, *(each.value for each in BASELINES))}
    others = {name: score for name, score in scores.items() if name != PARLEY}
    best = max(others, key=lambda name: (others[name], name))
    return Standing(scores[PARLEY], others[best], best)


def sensitivity(bench: Bench, base: Standing, progress: Callable[[str], None] | None = None) -> list[Row]:
    """Return a row for each assumption of the card."""
    return [_row(bench, base, each, progress) for each in bench.card.ranges]


def _row(bench: Bench, base: Standing, each: Range, progress: Callable[[str], None] | None) -> Row:
    def at(value: int) -> Standing:
        if value == own:
            return base
        found = standing_of(evaluate(bench.under(bench.card.parameters.but(each.name, value))))
        if progress is not None:
            progress(each.name)
        return found

    own: int = getattr(bench.card.parameters, each.name)
    low, high = at(each.low), at(each.high)
    ends = [(value, end) for value, end in ((each.low, low), (each.high, high)) if end.leads is not base.leads]
    flips = _flips(own, ends[0][0], base, at) if ends else None
    return Row(each, own, low, high, flips)


def _flips(own: int, end: int, base: Standing, at: Callable[[int], Standing]) -> tuple[int, int]:
    near, far = own, end
    for _ in range(HALVINGS):
        middle = (near + far) // 2
        if middle in {near, far}:
            break
        near, far = (middle, far) if at(middle).leads is base.leads else (near, middle)
    return (min(near, far), max(near, far))
