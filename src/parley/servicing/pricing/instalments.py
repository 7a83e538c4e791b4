"""Which instalment repays each plan, and where is its rounding proven? Found in float64, claimed within a bound.

The bound. u = 2⁻⁵³; every +, −, ×, ÷ of float64 is rounded correctly (IEEE 754), so each adds at most u to the relative
error; errors are counted in u. Whole numbers that go in are below 2⁵³, hence exact. No quantity but the balloon is
subtracted, so nothing else cancels.

    g = (whole + rate) / whole                                          1
    gᵏ      by squaring: 2·E(k) + 1, by one factor: E(k) + 2            2k − 1
    sₖ = 1 + g + … + gᵏ⁻¹: s₂ₖ = sₖ·(gᵏ + 1), sₖ₊₁ = sₖ·g + 1           3k − 3
    growth until one period before the first payment (d deferred)       2d + 3
    x = amount × growth × gᵐ, m = n − d payments that are made          2d + 2m + 4
    instalment = (x − balloon) / sₘ, relative to x / sₘ                 2d + 5m + 3  ≤  5n + 3

With n ≤ 600 terms of second order are below a billionth of this; the bound used, 10n + 12, is twice it. A rounding is
proven where the instalment lies further than the bound from a half; elsewhere, and where a power overflowed, nothing is
claimed. No other function is trusted: `pow`, `exp` and `log` are not rounded correctly everywhere.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from parley.servicing.interest import WHOLE_BPS
from parley.servicing.pricing.plans import MODES, Clock, Column, Flags, Terms
from parley.servicing.products.terms import UnpaidInterest

_Floats = NDArray[np.float64]
UNIT_ROUNDOFF: Final = 2.0**-53


def round_where_proven(value: _Floats, error: _Floats) -> tuple[Column, Flags]:
    """Return *value* ≥ 0 rounded half up, and where that is proven given its largest *error*; 0 where it is not."""
    whole = np.floor(value)
    over = value - whole - 0.5  # exact: a float64 less its floor, and less a half, lose no digit below 2**52
    is_proven = np.abs(over) > error  # never for a NaN, nor for an infinite value
    return np.where(is_proven, whole + (over > 0), 0.0).astype(np.int64), is_proven


def powers(base: _Floats, exponents: Column) -> tuple[_Floats, _Floats]:
    """Return base^k and 1 + base + … + base^(k−1) for each exponent k ≥ 0; for 0 that is 1 and 0, exactly."""
    power, series = np.ones_like(base), np.zeros_like(base)
    for place in reversed(range(int(exponents.max(initial=0)).bit_length())):
        bit = (exponents >> place) & 1
        factor = np.where(bit, base, 1.0)
        series *= power + 1.0
        power *= power
        series *= factor
        series += bit
        power *= factor
    return power, series


def instalments(terms: Terms, clock: Clock) -> tuple[Column, Flags]:
    """Return the instalment of each plan and where it is proven. Rounding: half up, never to nothing."""
    with np.errstate(over="ignore", invalid="ignore"):
        level, is_proven = round_where_proven(*approximate(terms, clock))
    return np.maximum(level, 1), is_proven


def approximate(terms: Terms, clock: Clock) -> tuple[_Floats, _Floats]:
    """Return the instalment of each plan before rounding, and a bound of its error."""
    base = (clock.whole + terms.rate_bps) / np.float64(clock.whole)
    power, series = powers(base, terms.paying)
    grown = terms.amount * _growth(terms, base, clock) * power
    return (grown - terms.balloon) / series, grown / series * ((10 * terms.payments + 12) * UNIT_ROUNDOFF)


def _growth(terms: Terms, base: _Floats, clock: Clock) -> _Floats:
    """Return `singly.growth` of each plan."""
    year = WHOLE_BPS * clock.year_days
    first: _Floats = (year + terms.rate_bps * terms.first_days) / np.float64(year)
    growth = first / base
    if not terms.deferred.any():
        return growth
    later = np.maximum(terms.deferred - 1, 0)
    capitalised = first * powers(base, later)[0]
    added: _Floats = (year + terms.rate_bps * (terms.first_days + later * clock.period_days)) / np.float64(year)
    by_mode = {UnpaidInterest.CAPITALISED: capitalised, UnpaidInterest.ADDED_ONCE: added}
    kept = np.choose(terms.unpaid_interest, [by_mode.get(mode, np.ones_like(base)) for mode in MODES])
    return np.where(terms.deferred, kept, growth)
