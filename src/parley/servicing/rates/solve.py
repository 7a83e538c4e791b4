"""At which rate are advances and payments worth the same? The answer is right to its last digit.

A start in binary floating point finds the rate nearly; then both sides are valued exactly enough, half a unit of the
last digit below and above, until the two values differ in sign. A poor start costs time, never a digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from parley.servicing.rates.annual import AnnualRate, Convention, NoRate, NoRateReason
from parley.servicing.rates.flow import Flow, sign_changes, terms_of
from parley.servicing.rates.roots import all_roots
from parley.servicing.rates.value import Ledger, Stream, context, larger_side, ledger, sides

# The last digit: ten decimals of a per cent, as a fraction of one.
_UNIT: Final = Fraction(1, 10**12)
_DECIMALS: Final = 10
_ROUNDS: Final = 60
# A secant that moves less than this, relatively, has found all that floating point holds.
_NEAR: Final = 1e-10
# 10^20 per cent. Above it amounts or times are wrong.
_HIGHEST: Final = 10**30


def solve(flows: Sequence[Flow], per_year: int | Fraction, convention: Convention) -> AnnualRate | NoRate:
    """Return the rate a year at which *flows* balance: the rate of one unit of time × *per_year*.

    Refuses with NoRate where there is none. Raises BadInput for no flows or far too many.
    """
    whole = ledger(flows)
    scale = Fraction(per_year)
    missing = _one_sided(whole)
    if missing:
        return NoRate(missing, convention)
    falling = _order(whole)
    if falling:
        found = _only_root(whole, scale, falling)
        return AnnualRate(_percent(found), convention) if found is not None else _beyond(convention)
    return _of_several(flows, whole, scale, convention)


def _beyond(convention: Convention) -> NoRate:
    return NoRate(NoRateReason.BEYOND_ALL_BOUNDS, convention)


def _one_sided(of: Ledger) -> NoRateReason | None:
    if all(stream.amount > 0 for stream in of.streams):
        return NoRateReason.NOTHING_RECEIVED
    if all(stream.amount < 0 for stream in of.streams):
        return NoRateReason.NOTHING_PAID
    return None


def _order(of: Ledger) -> int:
    """Return 1 where all is received before anything is paid, −1 for the reverse, 0 where the two are mixed.

    Unmixed flows have one change of sign in time, and so one rate (rule of Descartes, for real exponents too). A fee
    at the time of the last advance is netted with it.
    """
    received = [_span(stream, of.per_unit) for stream in of.streams if stream.amount < 0]
    paid = [_span(stream, of.per_unit) for stream in of.streams if stream.amount > 0]
    for sign, early, late in ((1, received, paid), (-1, paid, received)):
        border, start = max([last for _, last in early]), min([first for first, _ in late])
        if border < start:
            return sign
        if border == start < max([last for _, last in late]) and sign * _net_at(of, border) < 0:
            return sign
    return 0


def _net_at(of: Ledger, border: Fraction | int) -> int:
    """Return the sum of all at *border*, where the streams of one side end and those of the other begin."""
    return sum(stream.amount for stream in of.streams if border in _span(stream, of.per_unit))


def _span(stream: Stream, per_unit: int) -> tuple[Fraction | int, Fraction | int]:
    _, first, times, step, part = stream
    shift = part and part * per_unit
    return first + shift, first + step * (times - 1) + shift


def _of_several(flows: Sequence[Flow], of: Ledger, scale: Fraction, convention: Convention) -> AnnualRate | NoRate:
    """Answer where amounts received and paid are mixed: net them by time, and look for every rate if need be."""
    terms = terms_of(flows)
    changes = sign_changes([term.amount for term in terms])
    if changes == 0:
        return NoRate(NoRateReason.NEVER_EQUAL, convention)
    if changes == 1:
        found = _only_root(of, scale, 1 if terms[0].amount < 0 else -1)
        return AnnualRate(_percent(found), convention) if found is not None else _beyond(convention)
    rates = sorted({_nearest(scale, growth) for growth in all_roots(terms)})
    if not rates:
        return NoRate(NoRateReason.NEVER_EQUAL, convention)
    chosen = min((units for units in rates if units >= 0), default=rates[-1])
    others = tuple(_percent(units) for units in rates if units != chosen)
    return AnnualRate(_percent(chosen), convention, others)


def _nearest(scale: Fraction, growth: Decimal) -> int:
    """Return a rate given as growth of a unit of time, in units of the last digit."""
    return round((Fraction(growth) - 1) * scale / _UNIT)


def _percent(units: int) -> Decimal:
    return Decimal(units).scaleb(-_DECIMALS)


@dataclass(frozen=True, slots=True, repr=False)
class _Search:
    """The search for the one rate, in units of its last digit. `falling`: the sign of paid less received below it."""

    of: Ledger
    scale: Fraction
    falling: int

    def rate(self, half_units: int) -> Fraction:
        """Return the rate of a unit of time at an edge between two last digits."""
        return half_units * _UNIT / (2 * self.scale)

    def is_below(self, half_units: int) -> int:
        """Return 1 where the edge lies below the rate sought, −1 where above, 0 where it is the rate."""
        rate = self.rate(half_units)
        return self.falling * larger_side(self.of, rate) if rate > -1 else 1

    def holds(self, units: int) -> bool:
        """Whether the rate sought rounds to *units*. A half goes away from zero."""
        below, above = self.is_below(2 * units - 1), self.is_below(2 * units + 1)
        # On the edge nearer to zero lies a half that belongs to these units, on the other one that does not.
        return below >= (units <= 0) and above <= -(units >= 0)

    def closer(self, units: int) -> int:
        """Return where the straight line through the edges of *units* meets zero: the logarithm is nearly straight."""
        ctx = context(60)
        low, high = (self._distance(2 * units + edge, ctx) for edge in (-1, 1))
        if low == high:
            return units
        return units + math.floor(ctx.divide(low, low - high))

    def _distance(self, half_units: int, ctx: Context) -> Decimal:
        paid, received = sides(self.of, self.rate(half_units))
        return ctx.subtract(ctx.ln(paid), ctx.ln(received))


def _only_root(of: Ledger, scale: Fraction, falling: int) -> int | None:
    """Return the one rate in units of its last digit; None beyond all bounds."""
    search = _Search(of, scale, falling)
    at_zero = search.is_below(0)
    if at_zero == 0:
        return 0
    units = _start(of, scale)
    lowest = math.floor(-scale / _UNIT) + 1
    for _ in range(_ROUNDS):
        if not lowest < units < _HIGHEST:
            break
        if search.holds(units):
            return units
        units = search.closer(units)
    return _by_halves(search, lowest) if at_zero < 0 else _by_doubling(search)


def _by_doubling(search: _Search) -> int | None:
    high = round(1 / _UNIT)
    while search.is_below(2 * high + 1) >= 0:
        high *= 1024
        if high > _HIGHEST:
            return None
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if search.is_below(2 * middle + 1) >= 0 else (low, middle)
    return high


def _by_halves(search: _Search, lowest: int) -> int:
    low, high = lowest - 1, 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if search.is_below(2 * middle - 1) > 0 else (low, middle)
    return low


def _start(of: Ledger, scale: Fraction) -> int:
    """Return the rate in floating point, in units of the last digit; 0 where floating point cannot hold it.

    Sought is the zero of the logarithm of paid ÷ received over u, the logarithm of growth in one step of time: nearly
    a straight line, whatever the rate. Only a start: no digit of the answer comes from here.
    """
    largest = max(abs(stream.amount) for stream in of.streams)
    quick = [
        (amount / largest, first, times, step, float(part) if part else 0.0)
        for amount, first, times, step, part in of.streams
    ]
    try:
        before, u = 0.0, _line(quick, of.per_unit)
        height = _height(quick, before, of.per_unit)
        for _ in range(_ROUNDS):
            now = _height(quick, u, of.per_unit)
            if now == height or abs(u - before) < _NEAR * abs(u):
                break
            before, height, u = u, now, u - now * (u - before) / (now - height)
        return round(Fraction(math.expm1(u * of.per_unit)) * scale / _UNIT)
    except (OverflowError, ValueError, ZeroDivisionError):
        return 0


_Quick = list[tuple[float, int, int, int, float]]


def _height(quick: _Quick, u: float, per_unit: int) -> float:
    """Return the logarithm of paid ÷ received at growth e^u a step."""
    paid = received = 0.0
    rate = math.expm1(u * per_unit)
    at, discount = 0, 1.0
    powers: dict[int, float] = {}
    for amount, first, times, step, part in quick:
        gap = first - at
        if gap:
            if gap not in powers:
                powers[gap] = math.exp(-u * gap)
            discount *= powers[gap]
            at = first
        value = amount * discount
        if times > 1 and u:
            value *= math.expm1(-u * step * times) / math.expm1(-u * step)
        elif times > 1:
            value *= times
        if part:
            value /= 1 + part * rate
        if value > 0:
            paid += value
        else:
            received -= value
    return math.log(paid / received)


def _line(quick: _Quick, per_unit: int) -> float:
    """Return where the tangent at no growth meets zero: logarithm of the totals ÷ mean time from advance to payment."""
    sums = {True: 0.0, False: 0.0}
    moments = {True: 0.0, False: 0.0}
    for amount, first, times, step, part in quick:
        total = amount * times
        sums[amount > 0] += total
        moments[amount > 0] += total * (first + part * per_unit + step * (times - 1) / 2)
    return math.log(-sums[True] / sums[False]) / (moments[True] / sums[True] - moments[False] / sums[False])
