"""What are payments to come worth today? At a nominal rate of discount, exactly, rounded once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from parley.servicing.rate import Rate
from parley.servicing.rates.flow import refuse_no_periods
from parley.servicing.rounding import Rounding, divide


def net_present_value(
    payments_minor: Sequence[int],
    discount: Rate,
    periods_per_year: int | Fraction = 12,
    rounding: Rounding = Rounding.HALF_UP,
) -> int:
    """Return the value today of *payments_minor*, the first due after one period, in minor units.

    A period's discount is the annual rate ÷ *periods_per_year*. Rounding: once, by its name, the sum. Raises BadInput
    for a year without periods.
    """
    refuse_no_periods(periods_per_year)
    rate = discount.per_year / periods_per_year
    return present_value(payments_minor, [rate] * len(payments_minor), rounding)


def present_value(
    payments_minor: Sequence[int], period_rates: Sequence[Fraction], rounding: Rounding = Rounding.HALF_UP
) -> int:
    """Return the value today of *payments_minor*, each at the end of a period with a rate of its own, in minor units.

    Rounding: once, by its name, the sum.
    """
    worth, over = 0, 1
    # Horner's rule from the last payment back, numerator and denominator apart: no fraction is made on the way.
    for payment, rate in zip(reversed(payments_minor), reversed(period_rates), strict=True):
        worth = (worth + payment * over) * rate.denominator
        over *= rate.numerator + rate.denominator
    return divide(worth, over, rounding)
