"""Which unit-period does a transaction have, and how many of them lie between two days? By Appendix J (b)(3) to (b)(5).

| transaction | unit-period |
| --- | --- |
| one advance, one payment | the term, in months where it is whole months, else in days; a year where it is longer |
| any other | the interval that occurs most often; of several the shortest; at most a year |
| no interval occurs twice | the average interval, at the nearest day, week, half month, month or multiple |

Source: 12 CFR 1026 Appendix J, from memory; (b)(5) as quoted in simontreanor/FSharp.Finance.Personal, src/Apr.fs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from parley.dates import add_months
from parley.errors import BadInput
from parley.servicing.periods import HALF_MONTH_DAYS, MONTHLY, SEMI_MONTHLY, YEARLY, Every, Unit
from parley.servicing.rates.intervals import anchor_of, months_back

_WEEK: Final = 7
_MONTH: Final = 30
_MONTHS: Final = 12
_YEAR: Final = 365
# Days from the 1st to the 16th, the 15th to the last of a month, and back.
_HALF_MONTH_GAPS: Final = range(13, 18)

_STANDARD: Final = (
    Every(1, Unit.DAY),
    *(Every(weeks, Unit.WEEK) for weeks in range(1, 53)),
    SEMI_MONTHLY,
    *(Every(months, Unit.MONTH) for months in range(1, 12)),
    YEARLY,
)


class UnitPeriods(NamedTuple):
    """A length of time: `whole` unit-periods and a `part` of one."""

    whole: int
    part: Fraction


def unit_period(start: date, advances: Sequence[date], payments: Sequence[date]) -> Every:
    """Return the unit-period of a transaction that begins on *start*. Shape: both ordered, at least one each."""
    if len(advances) == len(payments) == 1:
        return _of_term(start, payments[0])
    chains = [_chain(start, payments), _chain(start, advances)]
    common = {every: times for every, times in _counted(chains).items() if times > 1 and _days(every) <= _YEAR}
    if common:
        most = max(common.values())
        return min((every for every, times in common.items() if times == most), key=_days)
    spans = [(end - begin).days for chain in chains for begin, end in pairwise(chain)]
    average = Fraction(sum(spans), len(spans))
    return min(_STANDARD, key=lambda every: (abs(_days(every) - average), _days(every)))


def _chain(start: date, days: Sequence[date]) -> list[date]:
    return [start, *days] if days[0] > start else [*days]


def per_year(every: Every) -> Fraction:
    """Return how many of the unit-period a year has."""
    return Fraction(*every.per_year)


def unit_periods(start: date, end: date, every: Every, anchor_day: int | None = None) -> UnitPeriods:
    """Return the unit-periods from *start* to *end*: whole ones back from the end, then the days that are left."""
    if every.unit in {Unit.DAY, Unit.WEEK}:
        length = every.count * (_WEEK if every.unit is Unit.WEEK else 1)
        return _divided((end - start).days, length)
    months, days, _ = months_back(start, end, anchor_day)
    if every.unit is Unit.YEAR:
        return _years(start, end, months, days, anchor_day)
    if every == MONTHLY:
        return UnitPeriods(months, Fraction(days, _MONTH))
    length = HALF_MONTH_DAYS if every.unit is Unit.SEMIMONTH else _MONTH * every.count
    return _divided(_MONTH * months + days, length)


def _years(start: date, end: date, months: int, days: int, anchor_day: int | None) -> UnitPeriods:
    """(b)(5)(v): a rest of whole months counts in twelfths, any other in days of 365."""
    years, rest = divmod(months, _MONTHS)
    if days == 0:
        return UnitPeriods(years, Fraction(rest, _MONTHS))
    reached = add_months(end, -_MONTHS * years, anchor_day)
    return UnitPeriods(years, Fraction((reached - start).days, _YEAR))


def _divided(days: int, length: int) -> UnitPeriods:
    whole, rest = divmod(days, length)
    return UnitPeriods(whole, Fraction(rest, length))


def _of_term(start: date, end: date) -> Every:
    months, days, _ = months_back(start, end)
    if months >= _MONTHS:
        return YEARLY
    if days == 0 and months:
        return Every(months, Unit.MONTH)
    if end == start:
        raise BadInput(
            "The payment falls on the day of the advance, so the credit has no term; check the dates.",
            "还款日与放款日为同一天，贷款没有期限，请核对日期。",
        )
    return Every((end - start).days, Unit.DAY)


def _counted(chains: Iterable[Sequence[date]]) -> Counter[Every]:
    """Count every name of every interval: four weeks of February are a month as well."""
    spans: Counter[tuple[int, int]] = Counter()
    found: Counter[Every] = Counter()
    for chain in chains:
        anchor = anchor_of(chain[1:])
        spans.update(_span(begin, end, anchor) for begin, end in pairwise(chain))
        halves = [_is_month_of_halves(*three, anchor) for three in zip(chain, chain[1:], chain[2:], strict=False)]
        found[SEMI_MONTHLY] += sum(a or b for a, b in pairwise([False, *halves, False]))
    for (months, days), times in spans.items():
        for every in _names(months, days):
            found[every] += times
    return found


def _span(begin: date, end: date, anchor: int | None) -> tuple[int, int]:
    """Return the whole months of an interval, none where days are left, and its days."""
    months, days, _ = months_back(begin, end, anchor)
    return (0 if days else months), (end - begin).days


def _names(months: int, days: int) -> list[Every]:
    names = [Every(months, Unit.MONTH) if months != _MONTHS else YEARLY] if months else []
    if days and days % _WEEK == 0:
        names.append(Every(days // _WEEK, Unit.WEEK))
    return names or [Every(max(days, 1), Unit.DAY)]


def _is_month_of_halves(begin: date, middle: date, end: date, anchor: int | None) -> bool:
    gaps = ((middle - begin).days, (end - middle).days)
    return all(gap in _HALF_MONTH_GAPS for gap in gaps) and months_back(begin, end, anchor)[:2] == (1, 0)


def _days(every: Every) -> int:
    if every.unit is Unit.YEAR:
        return _YEAR
    lengths = {Unit.DAY: 1, Unit.WEEK: _WEEK, Unit.SEMIMONTH: HALF_MONTH_DAYS, Unit.MONTH: _MONTH}
    return lengths[every.unit] * every.count
