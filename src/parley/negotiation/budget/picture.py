"""Where does the money go, and what would a change free? A picture of a budget: facts, no advice.

What is more than usual comes first, then the largest. Only what the borrower told, and only living costs: what is owed
to others is theirs to decide, and what nobody told is no figure of theirs. Source: `rne13.md`, section 4, class A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.money import divide_down
from parley.negotiation.budget.reference import Part
from parley.negotiation.budget.work_out import Budget, Flag, Line

MOST_SHOWN: Final = 3
# By how much a change is shown where the amount is not above what is usual: a tenth of it.
_TENTH: Final = 10
_LIVING: Final = frozenset({Part.HOUSING, Part.ESSENTIALS})
_TOLD: Final = frozenset({Flag.DECLARED, Flag.ABOVE_GUIDELINE})


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One line of the picture. Units: minor units a month.

    Were the line `less_minor` lower, so much more would be left. `is_above`: it is more than usual here.
    """

    id: str
    amount_minor: int
    less_minor: int
    is_above: bool


def picture_of(budget: Budget) -> tuple[Change, ...]:
    """Return the lines that matter most, at most three; none where it is not known what is left.

    A line above what is usual is shown down to it, any other less a tenth. Rounding: the tenth down.
    """
    if budget.disposable_income_minor is None:
        return ()
    told = [_change(one) for one in budget.lines if one.part in _LIVING and one.flag in _TOLD]
    told.sort(key=lambda one: (-one.less_minor if one.is_above else 0, -one.amount_minor, one.id))
    return tuple(one for one in told if one.less_minor)[:MOST_SHOWN]


def _change(line: Line) -> Change:
    assert line.amount_minor is not None, "what was told has an amount"
    above = line.amount_minor - line.guideline_minor if line.guideline_minor is not None else 0
    less = above if above > 0 else divide_down(line.amount_minor, _TENTH)
    return Change(line.id, line.amount_minor, less, above > 0)
