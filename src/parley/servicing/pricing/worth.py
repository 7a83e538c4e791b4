"""What is each plan worth to the lender, and so what does it concede? At a rate of discount, rounded once.

Discount accrues as interest does, period by period, the first one by its days. With q = 1 + discount of a period, d
payments deferred and c made: (instalment × q × (1 + … + q^(c−2)) + last) / (first period × q^(d+c−1)).

Found in float64 and proven as in `instalments`: all terms are positive, the relative error of the numerator is 3c − 2,
that of the denominator 2(d + c) − 1, with the quotient below 5n of the 10n + 12 used. What is not proven is computed in
whole numbers of any size.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from parley.errors import BadInput
from parley.servicing.interest import HIGHEST_RATE_BPS, WHOLE_BPS
from parley.servicing.pricing.instalments import UNIT_ROUNDOFF, powers, round_where_proven
from parley.servicing.pricing.plans import CLOCKS, Clock, Column, Plans
from parley.servicing.pricing.prices import Prices
from parley.servicing.rates.npv import present_value


def worth_minor(plans: Plans, prices: Prices, discount_bps: int) -> Column:
    """Return what each plan is worth on the day interest is settled to, at a nominal annual rate of discount.

    The concession of a plan is what the debt is worth as it stands, priced as a plan of its own, less this.
    Units: minor units; basis points a year. Rounding: half up, once. Raises BadInput for a rate that cannot be.
    """
    if not 0 <= discount_bps <= HIGHEST_RATE_BPS:
        raise BadInput(
            "A rate of discount lies between 0 % and 10,000 %; give it in basis points (12.50 % is 1250).",
            "贴现率须在 0% 至 10,000% 之间，请以基点填写（12.50% 即 1250）。",
        )
    clock = CLOCKS[plans.frequency]
    year, before_last = WHOLE_BPS * clock.year_days, prices.count - plans.deferred - 1
    with np.errstate(over="ignore", invalid="ignore"):
        base = np.full(len(plans), (clock.whole + discount_bps) / np.float64(clock.whole))
        power, series = powers(base, before_last)
        first = (year + discount_bps * plans.first_period_days) / np.float64(year)
        over = first * power * powers(base, plans.deferred)[0]
        # The one quotient here that is of money and in float64: no figure of it leaves without proof.
        approximate = np.divide(prices.instalment_minor * base * series + prices.last_minor, over)
        error = approximate * ((10 * plans.payments + 12) * UNIT_ROUNDOFF)
        worth, is_proven = round_where_proven(approximate, error)
    for place in np.flatnonzero(~is_proven):
        worth[place] = _worth_singly(plans, prices, int(place), discount_bps, clock)
    return worth


def _worth_singly(plans: Plans, prices: Prices, place: int, discount_bps: int, clock: Clock) -> int:
    count, deferred = int(prices.count[place]), int(plans.deferred[place])
    level = [int(prices.instalment_minor[place])] * (count - deferred - 1)
    year = WHOLE_BPS * clock.year_days
    first = Fraction(discount_bps * int(plans.first_period_days[place]), year)
    rates = [first, *[Fraction(discount_bps, clock.whole)] * (count - 1)]
    return present_value([*[0] * deferred, *level, int(prices.last_minor[place])], rates)
