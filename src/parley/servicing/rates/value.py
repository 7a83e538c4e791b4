"""What are payments worth at a rate? Both sides apart, with so many digits that which is larger is certain.

The value of an amount is amount ÷ ((1 + part·i)·(1 + i)^whole), with i the rate of one unit of time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from parley.servicing.rates.flow import Flow, refuse_too_many

# Digits carried, and how far the two sides must lie apart, relative to their sum, to say which is larger. A stream
# near a rate of zero loses 12 of its digits, ten thousand amounts lose 4; what is left is far more than is asked.
_PRECISIONS: Final = ((60, Decimal("1e-36")), (160, Decimal("1e-120")))


class Stream(NamedTuple):
    """A flow in whole numbers: times in steps of 1 ÷ `Ledger.per_unit`, amounts in units all divide by."""

    amount: int
    first: int
    times: int
    step: int
    part: int | Fraction


@dataclass(frozen=True, slots=True, repr=False)
class Ledger:
    """Flows made whole: what they were is multiplied by one number, which moves no rate."""

    streams: tuple[Stream, ...]
    per_unit: int

    def __repr__(self) -> str:
        return f"Ledger({len(self.streams)} streams, …)"


class Sides(NamedTuple):
    """Present values of what the borrower pays and of what the borrower receives; neither is negative."""

    paid: Decimal
    received: Decimal


def ledger(flows: Sequence[Flow]) -> Ledger:
    """Return *flows* in whole numbers, equal amounts joined. Raises BadInput for none or far too many."""
    refuse_too_many(flows)
    kept = [flow for flow in flows if flow.amount]
    times = {flow.first.denominator for flow in kept} | {flow.step.denominator for flow in kept if flow.count > 1}
    per_unit = math.lcm(*times)
    whole = math.lcm(*{flow.amount.denominator for flow in kept})
    streams = [
        Stream(
            _whole(flow.amount, whole),
            _whole(flow.first, per_unit),
            flow.count,
            _whole(flow.step, per_unit) if flow.count > 1 else 0,
            flow.part,
        )
        for flow in kept
    ]
    return Ledger(tuple(_joined(streams)), per_unit)


def _joined(streams: Sequence[Stream]) -> list[Stream]:
    """Return equal amounts at equal steps as one stream: it is valued as quickly as one amount."""
    found: list[Stream] = []
    for stream in streams:
        amount, first, times, step, part = found[-1] if found else stream
        gap = stream.first - (first + step * (times - 1))
        is_next = gap > 0 and stream.times == 1 and (stream.amount, stream.part) == (amount, part)
        if is_next and (times == 1 or gap == step):
            found[-1] = Stream(amount, first, times + 1, gap, part)
        else:
            found.append(stream)
    return found


def _whole(value: int | Fraction, times: int) -> int:
    return value * times if type(value) is int else value.numerator * (times // value.denominator)


def context(precision: int) -> Context:
    """Return a decimal context of *precision* digits, without bounds to the exponent that matter."""
    return Context(prec=precision, Emax=MAX_EMAX, Emin=MIN_EMIN)


def sides(of: Ledger, rate: Fraction, precision: int = _PRECISIONS[0][0]) -> Sides:
    """Return both sides' present values at *rate* a unit of time (above −1), in the units of the ledger."""
    ctx = context(precision)
    paid = received = Decimal(0)
    power = _powers(rate, of.per_unit, ctx)
    at, discount = 0, Decimal(1)
    for amount, first, times, step, part in of.streams:
        if first != at:
            discount = ctx.multiply(discount, power(first - at))
            at = first
        value = ctx.multiply(abs(amount), discount)
        if times > 1:
            value = ctx.multiply(value, _series(power(step), times, ctx))
        if part:
            value = ctx.divide(value, _decimal(1 + part * rate, ctx))
        if amount > 0:
            paid = ctx.add(paid, value)
        else:
            received = ctx.add(received, value)
    return Sides(paid, received)


def larger_side(of: Ledger, rate: Fraction) -> int:
    """Return 1 where at *rate* more is paid than received in value, −1 where less, 0 where both are the same."""
    if rate == 0:
        total = sum(stream.amount * stream.times for stream in of.streams)
        return (total > 0) - (total < 0)
    for precision, doubt in _PRECISIONS:
        paid, received = sides(of, rate, precision)
        if abs(paid - received) > doubt * (paid + received):
            return 1 if paid > received else -1
    return 0


class _Powers:
    """Discount factors of whole numbers of steps of time, each computed once: few gaps occur, and often."""

    def __init__(self, base: Decimal, ctx: Context) -> None:
        self._base, self._ctx = base, ctx
        self._known: dict[int, Decimal] = {}

    def __call__(self, steps: int) -> Decimal:
        if steps not in self._known:
            self._known[steps] = self._ctx.power(self._base, steps)
        return self._known[steps]


def _powers(rate: Fraction, per_unit: int, ctx: Context) -> _Powers:
    growth = _decimal(1 + rate, ctx)
    return _Powers(ctx.power(growth, ctx.divide(-1, per_unit)), ctx)


def _series(step: Decimal, count: int, ctx: Context) -> Decimal:
    """Return 1 + step + step² + … of *count* members: the length of a stream costs nothing."""
    if step == 1:
        return Decimal(count)
    return ctx.divide(ctx.subtract(1, ctx.power(step, count)), ctx.subtract(1, step))


def _decimal(value: int | Fraction, ctx: Context) -> Decimal:
    return ctx.divide(value.numerator, value.denominator)
