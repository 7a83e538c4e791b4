"""What is the annual percentage rate in the United States? The actuarial method of 12 CFR 1026 Appendix J.

Σ A ÷ ((1 + f·i)(1 + i)^t) over the advances equals the same over the payments; t counts whole unit-periods from the
first advance, f is the part of one; the APR is i × unit-periods of a year. Nominal. Source: (b)(1), (b)(8).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from parley.errors import BadInput
from parley.servicing.rates.annual import AnnualRate, Convention, NoRate
from parley.servicing.rates.flow import Flow, refuse_no_periods
from parley.servicing.rates.intervals import Dated, anchor_of
from parley.servicing.rates.solve import solve
from parley.servicing.rates.unit_period import per_year, unit_period, unit_periods


def apr(flows: Sequence[Flow], unit_periods_per_year: int | Fraction) -> AnnualRate | NoRate:
    """Return the APR of *flows*; `Flow.first` counts whole unit-periods, `Flow.part` the part of one.

    Refuses with NoRate where there is none. Raises BadInput for no flows or a year without unit-periods.
    """
    refuse_no_periods(unit_periods_per_year)
    return solve(flows, unit_periods_per_year, Convention.US_APPENDIX_J)


def apr_of_dates(flows: Sequence[Dated]) -> AnnualRate | NoRate:
    """Return the APR of dated advances and payments; the unit-period and its parts follow from the dates."""
    counted, year = counted_by_dates(flows)
    return apr(counted, year)


def counted_by_dates(flows: Sequence[Dated]) -> tuple[list[Flow], Fraction]:
    """Return dated amounts counted in unit-periods from the first advance, and the unit-periods of a year.

    Raises BadInput where there are no advances, no payments, or a payment before the first advance.
    """
    ordered = sorted(flows)
    advances = sorted({flow.day for flow in ordered if flow.amount_minor < 0})
    payments = sorted({flow.day for flow in ordered if flow.amount_minor > 0})
    if not advances or not payments:
        raise BadInput(
            "An APR needs an advance, below zero, and a payment, above zero; give both with their dates.",
            "计算年利率须有放款（负数）和还款（正数），请连同日期一并填写。",
        )
    start = advances[0]
    every = unit_period(start, advances, payments)
    anchors = {True: anchor_of(payments), False: anchor_of(advances)}
    counted = []
    for day, amount in ordered:
        whole, part = unit_periods(start, day, every, anchors[amount > 0])
        counted.append(Flow(amount, whole, part=part))
    return counted, per_year(every)
