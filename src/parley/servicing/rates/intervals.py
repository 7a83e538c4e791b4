"""How many whole months lie between two days, and how many days are left? Counted back from the later day.

A month goes from a day of one month to the same day of another. Where that day does not exist the month's last day
stands for it; between last days of months, months go from last day to last day.
Source: 12 CFR 1026 Appendix J (b)(3), (b)(5); Directive 2014/17/EU Annex I, remark (c) as amended by 2011/90/EU, both
from memory, as quoted by the authors of other implementations.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from parley.dates import add_months
from parley.errors import BadInput
from parley.servicing.periods import LAST_OF_MONTH, is_month_end

_MONTHS_OF_YEAR: Final = 12


class Dated(NamedTuple):
    """An amount on a day, in minor units; above zero what the borrower pays, below zero what the borrower receives."""

    day: date
    amount_minor: int


class Interval(NamedTuple):
    """Whole months back from the later day to `reached`, and the days from the earlier day to there."""

    months: int
    days: int
    reached: date


def months_back(start: date, end: date, anchor_day: int | None = None) -> Interval:
    """Return the interval from *start* to *end*.

    *anchor_day* (1–31) is the day of month the payments are due on, where *end* lies in a short month. Raises
    BadInput where *end* lies before *start*.
    """
    refuse_backwards(start, end)
    anchor = anchor_day or (LAST_OF_MONTH if is_month_end(start) and is_month_end(end) else end.day)
    months = _MONTHS_OF_YEAR * (end.year - start.year) + end.month - start.month
    reached = add_months(end, -months, anchor)
    if reached < start:
        months -= 1
        reached = add_months(end, -months, anchor)
    return Interval(months, (reached - start).days, reached)


def anchor_of(days: Sequence[date]) -> int | None:
    """Return the day of month all *days* are due on, 31 for the last one; None where they have no one day."""
    if all(is_month_end(day) for day in days):
        return LAST_OF_MONTH
    anchor = max(day.day for day in days)
    return anchor if all(day.day == min(anchor, _length(day)) for day in days) else None


def _length(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def first_day(flows: Sequence[Dated]) -> date:
    """Return the day of the first advance, of the first amount where there is none. Raises BadInput for no flows."""
    if not flows:
        raise BadInput(
            "A rate needs dated amounts: advances below zero, payments above; give them.",
            "计算利率须有带日期的金额：放款为负数，还款为正数，请填写。",
        )
    advances = [flow.day for flow in flows if flow.amount_minor < 0]
    return min(advances or [flow.day for flow in flows])


def refuse_backwards(start: date, end: date) -> None:
    """Raise BadInput where *end* lies before *start*."""
    if end < start:
        raise BadInput(
            f"A payment on {end} lies before the first advance on {start}; check the dates.",
            f"还款日 {end} 早于首次放款日 {start}，请核对日期。",
        )
