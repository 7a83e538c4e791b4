"""How long does the annual rate of one loan take? Beside curo, which finds it from dates in a data frame.

By the EU's convention: with Appendix J, curo 1.0 divides by zero where there are 240 payments.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
from curo.calculator import Calculator
from curo.daycount.eu_2008_48 import EU200848EC
from curo.series import SeriesAdvance, SeriesPayment

from parley.servicing.periods import MONTHLY, days_from
from parley.servicing.rates.annual import AnnualRate
from parley.servicing.rates.eu_annex_i import aprc, aprc_of_dates
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.us_appendix_j import apr
from tools.bench.figures import Figure
from tools.bench.stage import Size

_MONTHS = 240
_MONTH = Fraction(1, 12)
_START = date(2026, 1, 10)


def rates(size: Size, _folder: Path, _database_url: str) -> list[Figure]:
    """Find the rate of 240 monthly payments: as a stream, one by one and unequal, from dates; and by curo."""
    level = [Flow(-20_000_000, 0), Flow(143_286, 1, _MONTHS)]
    in_years = [Flow(flow.amount, flow.first * _MONTH, flow.count, _MONTH) for flow in level]
    unequal = [Flow(-20_000_000, 0), *(Flow(143_286 - 97 * k % 701, k) for k in range(1, _MONTHS + 1))]
    days = days_from(_START, MONTHLY, _MONTHS + 1)
    dated = [Dated(_START, -20_000_000), *(Dated(day, 143_286) for day in days[1:])]
    ours, theirs = aprc_of_dates(dated), _curo()
    assert isinstance(ours, AnnualRate) and round(theirs * 100, 4) == round(float(ours.percent), 4), "one rate by both"
    times = size.singly
    return [
        Figure("rates: APR of 240 level payments", _each(lambda: apr(level, 12), times), "ms", 1, is_ceiling=True),
        Figure("rates: APRC of 240 level payments", _each(lambda: aprc(in_years), times), "ms", 1, is_ceiling=True),
        Figure("rates: APR of 240 unequal payments", _each(lambda: apr(unequal, 12), times), "ms"),
        Figure("rates: APRC of 240 payments, from dates", _each(lambda: aprc_of_dates(dated), times), "ms"),
        Figure("rates: baseline, curo, from dates", _each(_curo, 2), "ms"),
    ]


def _each(run: Callable[[], object], times: int) -> float:
    """Return the milliseconds of one run, the mean of *times* after one to warm up."""
    run()
    started = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - started) / times * 1_000


def _curo() -> float:
    calculator = Calculator(precision=2)
    calculator.add(SeriesAdvance(amount=200_000.0, post_date_from=pd.Timestamp(_START)))
    first = pd.Timestamp(date(2026, 2, 10))
    calculator.add(SeriesPayment(number_of=_MONTHS, amount=1_432.86, post_date_from=first))
    return float(calculator.solve_rate(EU200848EC(), pd.Timestamp(_START)))
