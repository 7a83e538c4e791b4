"""What is the annual percentage rate of charge in the European Union, and the APR of the United Kingdom? Effective.

Σ C·(1 + X)^(−t) over the drawdowns equals the same over the payments, times in years from the first drawdown.
Times: whole weeks (1/52), months (1/12) or years back from the payment, then days ÷ 365, or ÷ 366 where the year back
from where the days end holds a 29 February; the first of these days is not counted, the last is. Curo reads "the last
day" so too; counted from the due date instead, the Commission's one example with 366 days comes out the same.
Source: Directive 2008/48/EC Annex I, 2014/17/EU Annex I, (EU) 2023/2225 Annex III and FCA CONC App 1.2, from memory;
figures: European Commission, Examples for the calculation of the APRC, 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from parley.dates import add_months
from parley.servicing.periods import Unit
from parley.servicing.rates.annual import AnnualRate, Convention, NoRate
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated, anchor_of, first_day, months_back, refuse_backwards
from parley.servicing.rates.solve import solve

_WEEK: Final = 7
_WEEKS: Final = 52
_MONTHS: Final = 12


def aprc(flows: Sequence[Flow], convention: Convention = Convention.EU_ANNEX_I) -> AnnualRate | NoRate:
    """Return the APRC of *flows*, whose times are years. Refuses with NoRate where there is none."""
    assert convention in {Convention.EU_ANNEX_I, Convention.UK_CONC_APP1}, "the two that share this equation"
    return solve(flows, 1, convention)


def aprc_of_dates(
    flows: Sequence[Dated], convention: Convention = Convention.EU_ANNEX_I, unit: Unit = Unit.MONTH
) -> AnnualRate | NoRate:
    """Return the APRC of dated drawdowns and payments, counted in weeks, months or years (*unit*) and days.

    Raises BadInput where a payment lies before the first drawdown.
    """
    start = first_day(flows)
    anchors = {sign: _anchor(flows, is_payment=sign) for sign in (True, False)}
    counted = [Flow(amount, years_between(start, day, unit, anchors[amount > 0])) for day, amount in sorted(flows)]
    return aprc(counted, convention)


def _anchor(flows: Sequence[Dated], *, is_payment: bool) -> int | None:
    days = [flow.day for flow in flows if (flow.amount_minor > 0) == is_payment]
    return anchor_of(days) if days else None


def years_between(start: date, end: date, unit: Unit = Unit.MONTH, anchor_day: int | None = None) -> Fraction:
    """Return the time from *start* to *end* in years: whole weeks, months or years (*unit*), then days.

    *anchor_day* (1–31) is the day of month the payments are due on. Raises BadInput where *end* is earlier.
    """
    refuse_backwards(start, end)
    if unit is Unit.WEEK:
        weeks, days = divmod((end - start).days, _WEEK)
        reached = date.fromordinal(end.toordinal() - weeks * _WEEK)
        whole = Fraction(weeks, _WEEKS)
        return whole + _of_days(days, reached) if days else whole
    assert unit in {Unit.MONTH, Unit.YEAR}, "the directive counts in weeks, months and years"
    months, days, reached = months_back(start, end, anchor_day)
    if unit is Unit.YEAR and months % _MONTHS + days:
        months -= months % _MONTHS
        reached = add_months(end, -months, anchor_day)
        days = (reached - start).days
    whole = Fraction(months, _MONTHS)
    return whole + _of_days(days, reached) if days else whole


def _of_days(days: int, last: date) -> Fraction:
    return Fraction(days, (last - add_months(last, -_MONTHS)).days)
