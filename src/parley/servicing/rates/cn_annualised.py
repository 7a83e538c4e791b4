"""What is the annualised rate of a loan in China? The rate of return of a period, made a year's in two ways.

Simple: rate × periods of a year. Compound: (1 + rate) to the periods of a year, less 1. The lender says which it is.
Source: People's Bank of China, Announcement 2021 No. 3 (loan products state an annualised rate; simple or compound,
computed from the loan and all payments on it), from memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from parley.servicing.rates.annual import AnnualRate, Convention, NoRate
from parley.servicing.rates.flow import Flow, refuse_no_periods
from parley.servicing.rates.solve import solve

MONTHS_OF_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Annualised:
    """The same payments under both conventions; they are never shown without their names."""

    simple: AnnualRate
    compound: AnnualRate


def annualised(flows: Sequence[Flow], periods_per_year: int | Fraction = MONTHS_OF_YEAR) -> Annualised | NoRate:
    """Return both annualised rates of *flows*, whose times count periods.

    Refuses with NoRate where there is none. Raises BadInput for no flows or a year without periods.
    """
    refuse_no_periods(periods_per_year)
    simple = solve(flows, periods_per_year, Convention.CN_SIMPLE)
    year = Fraction(periods_per_year)
    in_years = [replace(flow, first=flow.first / year, step=flow.step / year) for flow in flows]
    compound = solve(in_years, 1, Convention.CN_COMPOUND)
    if isinstance(simple, NoRate):
        return simple
    # Twelve times a rate may lie within bounds that its twelfth power leaves.
    return Annualised(simple, compound) if isinstance(compound, AnnualRate) else compound
