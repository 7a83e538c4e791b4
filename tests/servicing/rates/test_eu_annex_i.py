"""Times of the APRC in years, by hand and beside curo; what the unit of counting changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import pandas as pd
import pytest
from curo.daycount.eu_2008_48 import EU200848EC

from parley.errors import BadInput
from parley.servicing.periods import MONTHLY, Unit, days_from, is_month_end
from parley.servicing.rates.annual import AnnualRate, Convention
from parley.servicing.rates.eu_annex_i import aprc_of_dates, years_between
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.irr import rate_of_return_of_dates

# (start, end, unit, years) by hand
COUNTED = [
    # Agreement 12 January 2013, first payment 15 February: a month, and 3 days of a year that holds 29 February 2012.
    (date(2013, 1, 12), date(2013, 2, 15), Unit.MONTH, Fraction(67, 732)),
    # The days end on 25 February 2012: the year back from there holds no 29 February, that from 25 March does.
    (date(2012, 2, 20), date(2012, 3, 25), Unit.MONTH, Fraction(1, 12) + Fraction(5, 365)),
    (date(2014, 1, 12), date(2014, 2, 15), Unit.MONTH, Fraction(1, 12) + Fraction(3, 365)),
    (date(2026, 1, 1), date(2026, 1, 15), Unit.MONTH, Fraction(14, 365)),
    (date(2024, 2, 20), date(2024, 3, 5), Unit.MONTH, Fraction(14, 366)),
    (date(2025, 1, 31), date(2025, 2, 28), Unit.MONTH, Fraction(1, 12)),
    (date(2025, 1, 30), date(2026, 2, 28), Unit.MONTH, 1 + Fraction(29, 366)),
    (date(2025, 1, 1), date(2025, 1, 29), Unit.WEEK, Fraction(4, 52)),
    (date(2026, 1, 1), date(2026, 1, 31), Unit.WEEK, Fraction(4, 52) + Fraction(2, 365)),
    (date(2025, 1, 1), date(2027, 3, 1), Unit.YEAR, 2 + Fraction(59, 365)),
    (date(2012, 10, 10), date(2012, 12, 10), Unit.MONTH, Fraction(2, 12)),
]


@pytest.mark.parametrize(("start", "end", "unit", "years"), COUNTED)
def test_times_are_whole_periods_and_days(start: date, end: date, unit: Unit, years: Fraction) -> None:
    assert years_between(start, end, unit) == years


def test_a_day_of_the_month_that_a_short_month_lacks_is_its_last() -> None:
    assert years_between(date(2025, 1, 30), date(2025, 2, 28), anchor_day=30) == Fraction(1, 12)


def test_curo_counts_the_same_times() -> None:
    seed = Random(4)
    theirs = EU200848EC()
    for _ in range(150):
        start = date(2020, 1, 1) + timedelta(days=seed.randrange(2_000))
        end = start + timedelta(days=seed.randrange(1, 800))
        if end.day > 28 or is_month_end(start):
            # curo rolls 30 March back to 28 February and on to 28 January; the directive knows no such drift.
            continue
        factor = theirs.compute_factor(pd.Timestamp(start), pd.Timestamp(end)).primary_period_fraction
        assert abs(Fraction(factor) - years_between(start, end)) < Fraction(1, 10**12)


def test_months_of_an_agreement_count_alike_where_days_would_not() -> None:
    # simontreanor/FSharp.Finance.Personal asserts 84.63 for these flows: it counts 31/365 and 61/365.
    flows = [Dated(date(2012, 10, 10), -500_00), Dated(date(2012, 11, 10), 270_00), Dated(date(2012, 12, 10), 270_00)]
    by_months, by_days = aprc_of_dates(flows, Convention.UK_CONC_APP1), rate_of_return_of_dates(flows)
    assert isinstance(by_months, AnnualRate) and isinstance(by_days, AnnualRate)
    assert (by_months.rounded(6), by_days.rounded(2)) == (Decimal("85.585078"), Decimal("84.63"))


def test_payments_on_the_31st_are_whole_months_apart() -> None:
    start = date(2025, 1, 31)
    flows = [Dated(start, -120_000), *(Dated(day, 10_500) for day in days_from(start, MONTHLY, 13, 31)[1:])]
    shifted = [Dated(day - timedelta(days=day.day - 1), amount) for day, amount in flows]
    ends, firsts = aprc_of_dates(flows), aprc_of_dates(shifted)
    assert ends == firsts


def test_a_payment_before_the_first_drawdown_is_refused() -> None:
    with pytest.raises(BadInput):
        aprc_of_dates([Dated(date(2025, 1, 1), -100), Dated(date(2024, 1, 1), 110)])
    with pytest.raises(BadInput):
        aprc_of_dates([])
