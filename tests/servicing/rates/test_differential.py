"""The same rates by other hands: curo (binary floating point, from dates) and QuantLib (yield of a leg of flows)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 - the name its own documents use
from curo.calculator import Calculator
from curo.daycount.eu_2008_48 import EU200848EC
from curo.daycount.us_appendix_j import USAppendixJ
from curo.series import SeriesAdvance, SeriesPayment

from parley.servicing.periods import MONTHLY, days_from
from parley.servicing.rates.annual import AnnualRate
from parley.servicing.rates.eu_annex_i import aprc_of_dates
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated
from parley.servicing.rates.us_appendix_j import apr, apr_of_dates
from tests.conftest import FULL_SIZE


@pytest.mark.parametrize("count", [6, 24])
def test_curo_finds_the_same_rates_from_the_same_dates(count: int) -> None:
    drawn, first = date(2026, 1, 10), date(2026, 2, 25)
    dates = days_from(first, MONTHLY, count)
    flows = [Dated(drawn, -10_000_00), *(Dated(day, 11_500_00 // count) for day in dates)]
    theirs = Calculator(precision=2)
    theirs.add(SeriesAdvance(amount=10_000.0, post_date_from=pd.Timestamp(drawn)))
    theirs.add(
        SeriesPayment(number_of=count, amount=11_500_00 // count / 100, post_date_from=pd.Timestamp(first)),
    )
    for ours, convention in ((apr_of_dates(flows), USAppendixJ()), (aprc_of_dates(flows), EU200848EC())):
        assert isinstance(ours, AnnualRate)
        # curo stops at an error of the equation, not of the rate: seven digits agree.
        assert theirs.solve_rate(convention, pd.Timestamp(drawn)) == pytest.approx(float(ours.percent) / 100, rel=1e-6)


def test_quantlib_yields_the_same_nominal_rate_of_level_months() -> None:
    seed = Random(53)
    start = ql.Date(1, 1, 2026)
    for _ in range(2_000 if FULL_SIZE else 100):
        count, amount = seed.randrange(2, 120), seed.randrange(10_00, 5_000_00)
        advance = seed.randrange(amount, amount * count)
        leg = [ql.SimpleCashFlow(float(amount), start + ql.Period(k, ql.Months)) for k in range(1, count + 1)]
        theirs = ql.CashFlows.yieldRate(
            leg,
            float(advance),
            ql.Thirty360(ql.Thirty360.BondBasis),
            ql.Compounded,
            ql.Monthly,
            False,
            start,
            start,
            1e-12,
            500,
            0.2,
        )
        ours = apr([Flow(-advance, 0), Flow(amount, 1, count)], 12)
        assert isinstance(ours, AnnualRate)
        assert abs(Decimal(theirs) * 100 - ours.percent) < Decimal("1e-6") * (1 + ours.percent)
