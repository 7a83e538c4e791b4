"""Two arms compared: what the difference is, and whether chance explains it. Never more than the figures say."""

from __future__ import annotations

from parley.locale import Language
from parley.web.charts.interval import difference_interval, share_interval
from parley.web.charts.table import PERCENT, Number

Counted = tuple[int, int]
"""A part, and the whole it is of."""


def compared(one: Counted, other: Counted, language: Language) -> tuple[str, dict[str, str]]:
    """Return a verdict (no_comparison, maybe_chance, more_than_chance) and the points to say it with.

    The values are `difference`, `low` and `high`, in percentage points with their sign.
    """
    if not one[1] or not other[1]:
        return "no_comparison", {}
    difference, low, high = difference_interval(*one, *other)
    values = {"difference": difference, "low": low, "high": high}
    verdict = "maybe_chance" if low <= 0 <= high else "more_than_chance"
    return verdict, {name: _points(tenths, language) for name, tenths in values.items()}


def within(part: int, whole: int) -> tuple[Number | None, Number | None]:
    """Return the edges of the interval of a share as figures; none of nothing."""
    if not whole:
        return None, None
    low, high = share_interval(part, whole)
    return Number(low, 1, PERCENT), Number(high, 1, PERCENT)


def _points(tenths: int, language: Language) -> str:
    sign = "+" if tenths > 0 else "−" if tenths < 0 else ""
    return sign + Number(abs(tenths), 1).shown(language)
