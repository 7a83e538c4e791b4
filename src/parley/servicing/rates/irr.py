"""At which rate is a row of amounts worth nothing? The internal rate of return, of one period or of a year of days."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.servicing.rates.annual import AnnualRate, Convention, NoRate
from parley.servicing.rates.flow import Flow
from parley.servicing.rates.intervals import Dated, first_day
from parley.servicing.rates.solve import solve

_YEAR: Final = 365


def rate_of_return(amounts: Sequence[int | Fraction]) -> AnnualRate | NoRate:
    """Return the rate of one period for *amounts* at its ends, the first one now.

    Refuses with NoRate where there is none. Of several the lowest that is not negative is given, and all others.
    """
    if not any(amounts):
        raise BadInput(
            "A rate of return needs amounts that are not all zero; give the flows.",
            "计算收益率须有不全为零的金额，请填写现金流。",
        )
    flows = [Flow(amount, period) for period, amount in enumerate(amounts)]
    return solve(flows, 1, Convention.RATE_OF_RETURN)


def rate_of_return_of_dates(flows: Sequence[Dated]) -> AnnualRate | NoRate:
    """Return the effective rate of a year of 365 days, every day counted: what spreadsheets call XIRR."""
    start = min(first_day(flows), *(flow.day for flow in flows))
    counted = [Flow(amount, Fraction((day - start).days, _YEAR)) for day, amount in sorted(flows)]
    return solve(counted, 1, Convention.RATE_OF_RETURN_365F)
