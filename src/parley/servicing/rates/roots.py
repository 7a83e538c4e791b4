"""Which rates are there at all, where amounts received and paid are mixed? Every one of them, or proof of none.

With growth g of one unit of time, the value of the flows is Σ aₖ·g^(−tₖ). Multiplied by g^τ with τ between two times
where the sign of the amounts changes, its derivative has the same form and one change of sign fewer (aₖ·(τ − tₖ)).
So the zeros of the derivative are found first, by the same means, and between two of them lies one rate or none: the
ends decide. With no change of sign there is no zero (Descartes).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from parley.errors import BadInput
from parley.servicing.rates.flow import Term, sign_changes
from parley.servicing.rates.value import context

_DIGITS: Final = 80
# Two sides closer than this, relative to their sum, are one: a rate at which the values touch without crossing.
_TOUCH: Final = Decimal("1e-40")
_NARROW: Final = Decimal("1e-45")
_HALF: Final = Decimal("0.5")
# An end that stays put so often means the curve is far from straight.
_STUCK: Final = 6
# So many turns from paying to receiving are no credit, and each costs a search of its own.
_MOST_CHANGES: Final = 60
_MOST_PARTS: Final = 60

# (time, amount), in the order of time; times in whole steps once parts are gone
_Sum = list[tuple[int, Fraction]]
_Decimals = list[tuple[int, Decimal]]


def all_roots(terms: Sequence[Term]) -> list[Decimal]:
    """Return the growth of one unit of time at every rate above −100 % at which *terms* sum to zero, lowest first.

    Raises BadInput where the sign changes more than sixty times.
    """
    ctx = context(_DIGITS)
    whole = _without_parts(terms)
    per_unit = math.lcm(*(at.denominator for at, _ in whole))
    steps = [(int(at * per_unit), amount) for at, amount in whole]
    return [ctx.exp(ctx.multiply(root, per_unit)) for root in _zeros(steps, ctx)]


def _without_parts(terms: Sequence[Term]) -> list[tuple[Fraction, Fraction]]:
    """Return a sum with the same zeros and no simple interest: multiplied by every (1 + part·i), with i = g − 1."""
    parts = sorted({term.part for term in terms if term.part})
    _refuse_beyond(len(parts), _MOST_PARTS)
    sums: dict[Fraction, Fraction] = {}
    for whole, part, amount in terms:
        factors = [other for other in parts if other != part]
        for power, coefficient in enumerate(_product(factors)):
            sums[whole - power] = sums.get(whole - power, Fraction(0)) + amount * coefficient
    return sorted((at, amount) for at, amount in sums.items() if amount)


def _product(parts: Sequence[Fraction]) -> list[Fraction]:
    """Return the coefficients by powers of g of the product of (1 − part + part·g)."""
    found = [Fraction(1)]
    for part in parts:
        found = [a * (1 - part) + b * part for a, b in zip([*found, Fraction(0)], [Fraction(0), *found], strict=True)]
    return found


def _zeros(terms: _Sum, ctx: Context) -> list[Decimal]:
    """Return every u, the logarithm of growth in one step, at which the sum is zero, lowest first."""
    amounts = [amount for _, amount in terms]
    changes = sign_changes(amounts)
    _refuse_beyond(changes, _MOST_CHANGES)
    if changes == 0:
        return []
    turn = next(k for k in range(1, len(amounts)) if (amounts[k] > 0) != (amounts[k - 1] > 0))
    middle = terms[turn - 1][0] + terms[turn][0]
    turns = _zeros([(at, amount * (middle - 2 * at)) for at, amount in terms], ctx)
    decimals = [(at, ctx.divide(amount.numerator, amount.denominator)) for at, amount in terms]
    return _between(decimals, turns, ctx)


def _between(terms: _Decimals, turns: list[Decimal], ctx: Context) -> list[Decimal]:
    # Towards −∞ the last amount outweighs all others, towards +∞ the first one.
    found = []
    before, sign = None, _sign(terms[-1][1])
    for turn in [*turns, None]:
        next_sign = _sign(terms[0][1]) if turn is None else _side(terms, turn, ctx)
        if next_sign == 0 and turn is not None:
            found.append(turn)
        elif sign * next_sign < 0:
            found.append(_cross(terms, before, turn, sign, ctx))
        before, sign = turn, next_sign
    return found


def _cross(terms: _Decimals, low: Decimal | None, high: Decimal | None, sign: int, ctx: Context) -> Decimal:
    """Return the zero between two turns, None for none on that side. *sign* is that of the sum at the low end."""
    reach = Decimal(1)
    if low is None:
        low = (Decimal(0) if high is None else high) - reach
        while _side(terms, low, ctx) != sign:
            reach *= 2
            low -= reach
    reach = Decimal(1)
    if high is None:
        high = low + reach
        while _side(terms, high, ctx) == sign:
            reach *= 2
            high += reach
    return _narrowed(terms, low, high, sign, ctx)


def _narrowed(terms: _Decimals, low: Decimal, high: Decimal, sign: int, ctx: Context) -> Decimal:
    """Return the one zero between *low* and *high*: secants, the end that stays put halved (Illinois), or halves."""
    heights = [_balance(terms, low, ctx), _balance(terms, high, ctx)]
    kept = 0
    while high - low > _NARROW * (1 + abs(low)):
        share = ctx.divide(heights[0], ctx.subtract(heights[0], heights[1]))
        at = ctx.add(low, ctx.multiply(high - low, share if abs(kept) < _STUCK else _HALF))
        height = _balance(terms, at, ctx)
        if height == 0 or not low < at < high:
            return at
        if (height > 0) == (sign > 0):
            low, heights[0], kept = at, height, max(kept, 0) + 1
            heights[1] = ctx.divide(heights[1], 2) if kept > 1 else heights[1]
        else:
            high, heights[1], kept = at, height, min(kept, 0) - 1
            heights[0] = ctx.divide(heights[0], 2) if kept < -1 else heights[0]
    return low


def _side(terms: _Decimals, u: Decimal, ctx: Context) -> int:
    balance = _balance(terms, u, ctx)
    return (balance > 0) - (balance < 0)


def _balance(terms: _Decimals, u: Decimal, ctx: Context) -> Decimal:
    """Return the sum at u, relative to the sum of all values without signs; zero where that is next to nothing."""
    above = below = Decimal(0)
    powers: dict[int, Decimal] = {}
    before, growth = 0, Decimal(1)
    for at, amount in terms:
        gap = at - before
        if gap not in powers:
            powers[gap] = ctx.exp(ctx.multiply(u, -gap))
        before, growth = at, ctx.multiply(growth, powers[gap])
        value = ctx.multiply(amount, growth)
        if value > 0:
            above = ctx.add(above, value)
        else:
            below = ctx.subtract(below, value)
    balance = ctx.divide(ctx.subtract(above, below), ctx.add(above, below))
    return Decimal(0) if abs(balance) <= _TOUCH else balance


def _sign(value: Decimal) -> int:
    return 1 if value > 0 else -1


def _refuse_beyond(count: int, most: int) -> None:
    if count > most:
        raise BadInput(
            f"Advances and payments alternate more than {most} times; no credit does. Check signs and times.",
            f"放款与还款交替超过 {most} 次，不是正常的信贷，请核对正负号与时间。",
        )
