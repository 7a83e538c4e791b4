"""What is a debt worth to the lender today, if it is paid as a course says? At a rate of discount, rounded once.

Discount accrues as interest does: by the same steps or day count, period by period. So a schedule at the contract rate
is worth its principal at that rate, whatever its length, but for the rounding of its payments.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from parley.servicing.changes.debt import Course
from parley.servicing.daycount import year_fraction
from parley.servicing.products.terms import LoanTerms, days_counted_by, period_rates
from parley.servicing.rate import Rate
from parley.servicing.rates.npv import present_value
from parley.servicing.rounding import Rounding


def worth_minor(course: Course, terms: LoanTerms, discount: Rate, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return the value of *course* on its day, in minor units; *terms* say how time counts where it has no schedule.

    There discount is simple from one payment to the next.
    Rounding: once, by its name, the sum.
    """
    amounts = [payment.amount_minor for payment in course.payments]
    if course.schedule:
        amounts = [row.payment_minor for row in course.schedule.rows]
        amounts[-1] += course.held_minor
        rates = period_rates(replace(course.schedule.terms, rate=discount, rate_changes=()))
    else:
        days = (course.day, *[payment.due_on for payment in course.payments])
        counted_by = days_counted_by(terms.accrual)
        rates = tuple([discount.per_year * year_fraction(start, end, counted_by) for start, end in pairwise(days)])
    return course.due_now_minor + present_value(amounts, rates[: len(amounts)], rounding)
