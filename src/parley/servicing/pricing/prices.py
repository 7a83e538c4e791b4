"""What does each of many plans cost? Columns of int64, period by period, equal to the schedule of each plan.

Every product stays below 2⁶³. Let *ceiling* be the largest balance for which 2 × balance × rate × days + year < 2⁶³,
with the largest rate and number of days of the block; then the interest of any balance up to it can be computed. Until
the second payment every balance is compared with the ceiling before it is multiplied. From then on none grows: where
the instalment covers the interest of the second payment, the next balance is not larger, so its interest, rounded the
same way, is not larger either, and is covered too. Where it does not, the plan is priced singly, and so is every plan
that this file cannot prove: an instalment too near a half, a balance above the ceiling, a plan that ends early.
The ceiling is also half the largest debt: interest that fits is below 2⁶³ ÷ (2 × year) < 1.3 × 10¹², so what falls due
stays below the largest debt (such a plan need not be refused), and the sum of 600 payments far below 2⁶³.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parley.money import LARGEST_MINOR
from parley.servicing.interest import WHOLE_BPS
from parley.servicing.pricing.instalments import instalments
from parley.servicing.pricing.plans import CLOCKS, MODES, Clock, Column, Flags, Plans, Terms
from parley.servicing.pricing.singly import Plan, price_singly
from parley.servicing.products.terms import UnpaidInterest

# Large enough that a call costs little beside its work, small enough for a core's cache. Measured 2026-11 on plans of 2
# to 60 payments: 2.3, 2.8, 3.0, 2.4 million a second of one core by 8, 32, 64, 256 thousand.
_BLOCK: Final = 32_768
_LARGEST_INT: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Prices:
    """What each plan costs. Shape: int64 columns, one place per plan; amounts in minor units.

    *instalment_minor*: every payment that is made but the last; the last where there is no other.
    *last_minor*: the last payment, with the balloon and what was held. *largest_minor*: the largest payment.
    *count*: of the finished schedule, deferred payments among them; *payments*: those that are made, as a borrower is
    told them.
    *total_minor*: all payments; *interest_minor*: what of them is not the debt; *forgiven_minor*: what is not repaid.
    *is_growing*: some payment that is made does not cover its interest, and the debt grows with it.
    """

    instalment_minor: Column
    last_minor: Column
    largest_minor: Column
    count: Column
    payments: Column
    total_minor: Column
    interest_minor: Column
    forgiven_minor: Column
    is_growing: Flags

    def __len__(self) -> int:
        return len(self.count)

    def __repr__(self) -> str:
        return f"Prices({len(self)})"


def price(plans: Plans) -> Prices:
    """Return what each of *plans* costs, exactly to the minor unit.

    Rounding: interest half up every period; the instalment half up once; the last payment takes the difference.
    Raises BadInput where a debt would grow beyond any consumer's.
    """
    terms, clock = plans.terms, CLOCKS[plans.frequency]
    instalment, last, count, total = (np.empty_like(terms.amount) for _ in range(4))
    is_growing = np.zeros(len(plans), np.bool_)
    for places in _blocks(terms.paying):
        priced = _priced(Terms(*[column[places] for column in terms]), clock)
        instalment[places], last[places], count[places], total[places], is_growing[places] = priced
    return Prices(
        instalment_minor=instalment,
        last_minor=last,
        largest_minor=np.maximum(instalment, last),
        count=count,
        payments=count - terms.deferred,
        total_minor=total,
        interest_minor=total - terms.amount,
        forgiven_minor=plans.forgiven_minor,
        is_growing=is_growing,
    )


def _blocks(paying: Column) -> Iterator[NDArray[np.intp]]:
    """Give the places of the plans in blocks, most payments first: those still running are then a prefix."""
    # 16 bits are enough for 600 payments, and are sorted by radix.
    order = np.argsort(-paying.astype(np.int16), kind="stable")
    return (order[start : start + _BLOCK] for start in range(0, len(order), _BLOCK))


class _Priced(NamedTuple):
    """Columns in the order of `singly.Price`."""

    instalment: Column
    last: Column
    payments: Column
    total: Column
    is_growing: Flags


def _priced(terms: Terms, clock: Clock) -> _Priced:
    paying = terms.paying
    level, is_proven = instalments(terms, clock)
    ceiling = _ceiling(terms, clock)
    balance, held, is_small = _after_deferral(terms, ceiling, clock)
    is_proven &= is_small
    balance[~is_proven] = 0

    days = np.where(terms.deferred == 0, terms.first_days, clock.period_days)
    interest = _interest(balance, terms.rate_bps * days, WHOLE_BPS * clock.year_days)
    more = int(np.searchsorted(-paying, -1))  # plans with a second payment
    is_growing = (level < interest) & (paying > 1)  # the last payment asks for all there is
    balance[:more] = np.maximum((balance + interest - level)[:more], 0)
    is_proven &= balance <= ceiling
    balance[~is_proven] = 0
    interest[:more] = _interest(balance[:more], terms.rate_bps[:more], clock.whole)
    is_proven &= (paying == 1) | (level >= interest)
    balance[~is_proven] = 0

    _pay_down(balance, level, paying, terms.rate_bps, clock.whole)
    interest[:more] = _interest(balance[:more], terms.rate_bps[:more], clock.whole)
    last = balance + interest + held
    priced = _Priced(
        np.where(paying > 1, level, last), last, terms.payments.copy(), level * (paying - 1) + last, is_growing
    )
    # A balance of nothing before the last payment: rounding ended the plan early.
    for place in np.flatnonzero(~is_proven | (balance == 0)):
        _put_singly(priced, terms, int(place), clock)
    return priced


def _ceiling(terms: Terms, clock: Clock) -> int:
    days = max(clock.period_days, int(terms.first_days.max()))
    factor = 2 * max(1, int(terms.rate_bps.max())) * days
    return min(LARGEST_MINOR // 2, (_LARGEST_INT - WHOLE_BPS * clock.year_days) // factor)


def _interest(balance: Column, rate: Column, whole: int) -> Column:
    """Return balance × rate ÷ whole, rounded half up."""
    twice = balance * (2 * rate)
    twice += whole
    twice //= 2 * whole  # by a constant, which NumPy turns into multiplications
    return twice


def _after_deferral(terms: Terms, ceiling: int, clock: Clock) -> tuple[Column, Column, Flags]:
    """Return balance and interest held when payments begin, and where both together stayed within *ceiling*."""
    balance, held = terms.amount.copy(), np.zeros_like(terms.amount)
    is_small = balance <= ceiling
    for number in range(1, int(terms.deferred.max()) + 1):
        places = np.flatnonzero((terms.deferred >= number) & is_small)
        days = terms.first_days[places] if number == 1 else clock.period_days
        interest = _interest(balance[places], terms.rate_bps[places] * days, WHOLE_BPS * clock.year_days)
        joins = terms.unpaid_interest[places] == MODES.index(UnpaidInterest.CAPITALISED)
        balance[places] += np.where(joins, interest, 0)
        held[places] += np.where(joins, 0, interest)
        once = (terms.unpaid_interest == MODES.index(UnpaidInterest.ADDED_ONCE)) & (terms.deferred == number)
        balance[once] += held[once]
        held[once] = 0
        is_small &= balance + held <= ceiling
    return balance, held, is_small


def _pay_down(balance: Column, level: Column, paying: Column, rate: Column, whole: int) -> None:
    """Change *balance* from after the first payment to before the last one; nothing once it is paid off."""
    twice_rate, change = 2 * rate, np.empty_like(balance)
    most = int(paying[0])
    running = np.searchsorted(-paying, -np.arange(most))
    for number in range(2, most):
        some = slice(running[number])
        np.multiply(balance[some], twice_rate[some], out=change[some])
        change[some] += whole
        change[some] //= 2 * whole
        change[some] -= level[some]
        balance[some] += change[some]
        np.maximum(balance[some], 0, out=balance[some])


def _put_singly(priced: _Priced, terms: Terms, place: int, clock: Clock) -> None:
    amount, payments, rate, deferred, mode, first_days, balloon = (int(column[place]) for column in terms)
    plan = Plan(amount, payments, rate, deferred, MODES[mode], first_days, balloon)
    for column, figure in zip(priced, price_singly(plan, clock), strict=True):
        column[place] = figure
