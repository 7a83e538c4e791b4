"""What can be done with an instalment a borrower can afford? A plan, or the least relaxation that makes one possible.

Bounds are arguments; whose they are is not asked here. Every answer is a finished modification, with its schedule.
What is held without interest comes beside the last instalment, as the notices say.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import Final, assert_never

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.changes.debt import Debt, with_days
from parley.servicing.changes.forgiveness import WriteDown
from parley.servicing.changes.modify import Change, Modification, modify
from parley.servicing.changes.rate_relief import RateCut
from parley.servicing.changes.repayment import NewInstalment, RestWithLast
from parley.servicing.periods import MOST_DATES
from parley.servicing.products.due import days_to
from parley.servicing.products.loan import LoanSchedule, instalment_schedule, last_payment_minor, repays
from parley.servicing.products.terms import LoanTerms, rates_in_force, refuse_mixed
from parley.servicing.rate import Rate
from parley.servicing.schedule import TooSmall

_BPS: Final = 10_000


class Lever(StrEnum):
    """What is relaxed. Each alone; its least is in whole payments, basis points a year or minor units."""

    TERM_EXTENSION = "term_extension"
    LOWER_RATE = "lower_rate"
    WRITE_DOWN = "write_down"
    REST_WITH_LAST = "rest_with_last"
    """An amount deferred to the last payment, bearing interest until then."""


@dataclass(frozen=True, slots=True, repr=False)
class Bounds:
    """How far each lever may go; *most_payments* is the term in which the instalment should do."""

    most_payments: int
    longest_payments: int
    lowest_rate: Rate
    largest_write_down: Money
    largest_rest: Money


@dataclass(frozen=True, repr=False)
class Relaxation:
    """The least of one lever that makes the instalment do; *within* tells whether its bound allows it.

    *least*: the number of payments, the rate in basis points, or the amount in minor units. One unit less would not do:
    one payment fewer, a basis point more, a minor unit less.
    """

    lever: Lever
    least: int
    within: bool
    modification: Modification

    def __repr__(self) -> str:
        return f"Relaxation({self.lever}, within={self.within}, …)"


@dataclass(frozen=True, repr=False)
class Shortfall:
    """The instalment does not do: what would, and what each lever had to give; levers that cannot are missing."""

    too_small: TooSmall
    relaxations: tuple[Relaxation, ...]

    def __repr__(self) -> str:
        return f"Shortfall({len(self.relaxations)} relaxations, …)"


def what_can_be_done(
    debt: Debt, instalment: Money, bounds: Bounds, discount: Rate | None = None
) -> Modification | Shortfall:
    """Return the plan of *instalment*, or what is missing. Units, *discount*: as `modify`."""
    _refuse_bounds(debt, bounds)
    plan = NewInstalment(instalment, bounds.most_payments)
    possible = modify(debt, (plan,), discount)
    if isinstance(possible, Modification):
        return possible
    assert isinstance(possible, TooSmall), "a new instalment is refused in one way"
    terms = with_days(debt.terms, days_to(debt.terms.due, bounds.most_payments))
    least_of = {
        Lever.TERM_EXTENSION: _least_payments(debt.terms, terms, instalment),
        Lever.LOWER_RATE: _highest_rate_bps(replace(debt, terms=terms), instalment),
        Lever.WRITE_DOWN: _least_write_down(terms, instalment),
        Lever.REST_WITH_LAST: _least_rest(terms, instalment),
    }
    found = [
        _relaxation(debt, instalment, bounds, lever, least, discount)
        for lever, least in least_of.items()
        if least is not None
    ]
    return Shortfall(possible, tuple(found))


def _least_payments(whole: LoanTerms, terms: LoanTerms, instalment: Money) -> int | None:
    if terms.due.every is None or last_payment_minor(terms, instalment) is None:
        return None
    count = terms.due.count
    while count < MOST_DATES:
        # Twice as many each time: most answers are near, and three thousand dates take a while to make.
        count = min(2 * count, MOST_DATES)
        longer = with_days(whole, days_to(whole.due, count))
        if repays(longer, instalment):
            found = instalment_schedule(longer, instalment)
            assert isinstance(found, LoanSchedule), "what repays has a schedule"
            return found.count
    return None


def _highest_rate_bps(debt: Debt, instalment: Money) -> int | None:
    highest = max(rates_in_force(debt.terms))
    rates = range(ceil(highest * _BPS))

    def too_high(bps: int) -> bool:
        return not repays(RateCut(Rate.of_bps(bps)).applied(debt).terms, instalment)

    least_too_high = bisect_left(rates, 1, key=too_high)
    return least_too_high - 1 if least_too_high else None


def _least_write_down(terms: LoanTerms, instalment: Money) -> int | None:
    amounts = range(1, terms.principal.minor)

    def does(amount_minor: int) -> bool:
        left = replace(terms.principal, minor=terms.principal.minor - amount_minor)
        return repays(replace(terms, principal=left), instalment)

    place = bisect_left(amounts, 1, key=does)
    return amounts[place] if place < len(amounts) else None


def _least_rest(terms: LoanTerms, instalment: Money) -> int | None:
    last_minor = last_payment_minor(terms, instalment)
    return None if last_minor is None else last_minor - instalment.minor


def _relaxation(
    debt: Debt, instalment: Money, bounds: Bounds, lever: Lever, least: int, discount: Rate | None
) -> Relaxation:
    plan = NewInstalment(instalment, bounds.most_payments)
    changes: tuple[Change, ...]
    match lever:
        case Lever.TERM_EXTENSION:
            changes, within = (NewInstalment(instalment, least),), least <= bounds.longest_payments
        case Lever.LOWER_RATE:
            rate = Rate.of_bps(least)
            changes, within = (RateCut(rate), plan), rate >= bounds.lowest_rate
        case Lever.WRITE_DOWN:
            changes = (WriteDown(Money(least, debt.currency)), plan)
            within = least <= bounds.largest_write_down.minor
        case Lever.REST_WITH_LAST:
            changes = (RestWithLast(instalment, bounds.most_payments),)
            within = least <= bounds.largest_rest.minor
        case _:
            assert_never(lever)
    modification = modify(debt, changes, discount)
    assert isinstance(modification, Modification), "the least that does, does"
    return Relaxation(lever, least, within, modification)


def _refuse_bounds(debt: Debt, bounds: Bounds) -> None:
    largest = (bounds.largest_write_down, bounds.largest_rest)
    refuse_mixed(debt.currency, largest)
    if min(amount.minor for amount in largest) < 0:
        raise BadInput(
            "The most that may be written down or left for the last payment is not below zero; check both amounts.",
            "减免本金上限和留待最后一期的上限均不得为负，请核对。",
        )
    if not 1 <= bounds.most_payments <= bounds.longest_payments <= MOST_DATES:
        raise BadInput(
            f"The term in which the instalment should do is 1 to {MOST_DATES:,} payments, and no more than the "
            "longest; check both.",
            f"期望期数须为 1 至 {MOST_DATES:,}，且不超过最长期数，请核对两者。",
        )
