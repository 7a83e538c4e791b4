"""How is an amount divided into equal parts, and which part takes the remainder? By a rule with a name."""

from __future__ import annotations

from enum import StrEnum

from parley.errors import BadInput
from parley.money import split
from parley.servicing.periods import MOST_DATES


class Remainder(StrEnum):
    """Where what does not divide goes; the other parts are rounded down to the unit."""

    WITH_FIRST = "with_first"
    WITH_LAST = "with_last"
    ONE_EACH = "one_each"
    """One unit more for the earlier parts until nothing is left."""


def equal_parts(amount_minor: int, count: int, remainder: Remainder, unit_minor: int = 1) -> tuple[int, ...]:
    """Return *count* parts that sum to *amount_minor*. Raises BadInput where there is not a unit for each.

    Units: minor units; parts are multiples of *unit_minor*, but for the one that takes what is below a unit: the last,
    or the first by `WITH_FIRST`.
    """
    if not 1 <= count <= MOST_DATES:
        raise BadInput(
            f"An amount is paid in 1 to {MOST_DATES:,} parts, not in {count:,}; give a number in that range.",
            f"分期数须为 1 至 {MOST_DATES:,}，不能是 {count:,}，请在此范围内填写。",
        )
    units, below = divmod(amount_minor, unit_minor)
    if units < count:
        raise BadInput(
            f"The amount is too small for {count:,} parts; ask for fewer.",
            f"金额过小，无法分为 {count:,} 期，请减少期数。",
        )
    part, left = divmod(units, count)
    if remainder is Remainder.ONE_EACH:
        parts = list(split(units, (1,) * count))
    else:
        parts = [part] * count
        parts[_place(remainder)] += left
    whole = [units_of_part * unit_minor for units_of_part in parts]
    whole[_place(remainder)] += below
    return tuple(whole)


def _place(remainder: Remainder) -> int:
    return 0 if remainder is Remainder.WITH_FIRST else -1
