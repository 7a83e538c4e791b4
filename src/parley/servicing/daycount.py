"""What part of a year lies between two days? By a convention that always has its name.

The first day is not counted, the last one is. Answers are exact fractions; nothing is rounded here.

| name | days | year |
| --- | --- | --- |
| 30/360 bond | months of 30 days; a 31st is the 30th, at the end only where the start is one too | 360 |
| 30/360 US | the same, and the last day of February counts as the 30th at the start, and at the end if at both | 360 |
| 30E/360 | months of 30 days; every 31st is the 30th | 360 |
| actual/365F, actual/360, actual/364 | days as they are | 365, 360, 364 |
| actual/actual ISDA | days as they are, those of leap years apart | 366 in leap years, else 365 |
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from parley.errors import BadInput


class DayCount(StrEnum):
    """A day count convention, by its market name. Source: 2006 ISDA Definitions, section 4.16; US: SIA, 1993."""

    THIRTY_360_BOND = "30/360 bond"
    THIRTY_360_US = "30/360 US"
    THIRTY_E_360 = "30E/360"
    ACTUAL_365F = "actual/365F"
    ACTUAL_360 = "actual/360"
    ACTUAL_364 = "actual/364"
    ACTUAL_ACTUAL_ISDA = "actual/actual ISDA"


_ACTUAL_DAYS: Final = {DayCount.ACTUAL_365F: 365, DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}
_COMMERCIAL_YEAR: Final = 360
_COMMERCIAL_MONTH: Final = 30
_YEAR: Final = 365
_LEAP_YEAR: Final = 366
_FEBRUARY: Final = 2

# What contracts and other programs call them. "30/360" alone is the bond basis: 2006 ISDA Definitions, 4.16(f).
_OTHER_NAMES: Final = {
    "30/360": DayCount.THIRTY_360_BOND,
    "360/360": DayCount.THIRTY_360_BOND,
    "bond basis": DayCount.THIRTY_360_BOND,
    "30/360 bond basis": DayCount.THIRTY_360_BOND,
    "30/360 us bond basis": DayCount.THIRTY_360_BOND,
    "30u/360": DayCount.THIRTY_360_US,
    "30/360 usa": DayCount.THIRTY_360_US,
    "30/360 european": DayCount.THIRTY_E_360,
    "30/360 eurobond basis": DayCount.THIRTY_E_360,
    "30e/360 eurobond basis": DayCount.THIRTY_E_360,
    "eurobond basis": DayCount.THIRTY_E_360,
    "actual/365": DayCount.ACTUAL_365F,
    "actual/365 fixed": DayCount.ACTUAL_365F,
    "actual/365 f": DayCount.ACTUAL_365F,
    "actual/actual": DayCount.ACTUAL_ACTUAL_ISDA,
}
_BY_NAME: Final = {name.value.lower(): name for name in DayCount} | _OTHER_NAMES
_PUNCTUATION: Final = re.compile(r"[\s(),_-]+")


def day_count(name: str) -> DayCount:
    """Return the convention of a *name* as contracts write it. Raises BadInput for one Parley does not know."""
    plain = _PUNCTUATION.sub(" ", name.lower()).strip()
    found = _BY_NAME.get(re.sub(r"\bact\b", "actual", plain))
    if found is None:
        known = ", ".join(DayCount)
        raise BadInput(
            f"{name!r} is not a day count Parley knows; give one of {known}.",
            f"无法识别计息基准 {name!r}，可用的有：{known}。",
        )
    return found


def year_fraction(start: date, end: date, convention: DayCount) -> Fraction:
    """Return the part of a year from *start* to *end* as an exact fraction.

    Raises BadInput where *end* lies before *start*: interest does not run backwards.
    """
    if end < start:
        raise BadInput(
            f"A period cannot end before it starts ({start} to {end}); give the earlier date first.",
            f"期间的结束日不能早于开始日（{start} 至 {end}），请将较早的日期写在前面。",
        )
    if convention in _ACTUAL_DAYS:
        return Fraction((end - start).days, _ACTUAL_DAYS[convention])
    if convention is DayCount.ACTUAL_ACTUAL_ISDA:
        return _by_calendar_year(start, end)
    first, last = _commercial_days(start, end, convention)
    months = 12 * (end.year - start.year) + end.month - start.month
    return Fraction(_COMMERCIAL_MONTH * months + last - first, _COMMERCIAL_YEAR)


def _by_calendar_year(start: date, end: date) -> Fraction:
    # Whole years between the two ends are years, leap or not.
    total = Fraction(end.year - start.year)
    total += Fraction((end - date(end.year, 1, 1)).days, _days_in_year(end.year))
    return total - Fraction((start - date(start.year, 1, 1)).days, _days_in_year(start.year))


def _days_in_year(year: int) -> int:
    return _LEAP_YEAR if calendar.isleap(year) else _YEAR


def _commercial_days(start: date, end: date, convention: DayCount) -> tuple[int, int]:
    """Return the day of month of both ends, in months of thirty days."""
    first, last = start.day, end.day
    if convention is DayCount.THIRTY_E_360:
        return min(first, _COMMERCIAL_MONTH), min(last, _COMMERCIAL_MONTH)
    if convention is DayCount.THIRTY_360_US and _ends_february(start):
        if _ends_february(end):
            last = _COMMERCIAL_MONTH
        first = _COMMERCIAL_MONTH
    first = min(first, _COMMERCIAL_MONTH)
    if first == _COMMERCIAL_MONTH:
        last = min(last, _COMMERCIAL_MONTH)
    return first, last


def _ends_february(day: date) -> bool:
    return day.month == _FEBRUARY and day.day == calendar.monthrange(day.year, _FEBRUARY)[1]
