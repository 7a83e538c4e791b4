"""A lattice gives the figures of `modify` for the same changes of the same debt, the lender's value among them."""

from __future__ import annotations

from datetime import date

from parley.money import Money
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.forgiveness import Waiver, WriteDown
from parley.servicing.changes.modify import Change, Modification, modify
from parley.servicing.changes.pauses import PaymentHoliday
from parley.servicing.changes.pay_day import MoveDueDay
from parley.servicing.changes.rate_relief import RateCut
from parley.servicing.changes.re_age import Charges, ReAge
from parley.servicing.changes.re_age_limits import AccountHistory, ReAgeLimits
from parley.servicing.changes.repayment import TermExtension, WithBalloon
from parley.servicing.periods import MONTHLY
from parley.servicing.pricing.plans import MODES, Deferral, Levers, Plans, lattice
from parley.servicing.pricing.prices import price
from parley.servicing.pricing.worth import worth_minor
from parley.servicing.products.due import regular_days
from parley.servicing.products.terms import LoanTerms, UnpaidInterest
from parley.servicing.rate import Rate
from parley.servicing.table import Grounds, Layer

DAY = date(2026, 11, 5)
# 4,200.00 at 18 % in 10 payments from 5 December, and 65.00 of fees due.
TERMS = LoanTerms(Money(420_000, "USD"), Rate.of_bps(1_800), DAY, regular_days(date(2026, 12, 5), MONTHLY, 10), MONTHLY)
DEBT = Debt(TERMS, due_now=Balance(fee=6_500))
RE_AGE = ReAge(
    AccountHistory(date(2020, 1, 1), (), 99),
    ReAgeLimits("none", 0, 0, 9, 9, Grounds(("*",), Layer.POLICY, "x", "x")),
    "UTC",
    Charges.CAPITALISED,
)
LEVERS = Levers(
    payments=(10, 18, 36),
    annual_rate_bps=(1_800, 790, 0),
    first_period_days=(30, 50),  # from the 5th to the 5th, or to the 25th of the month after
    write_down_minor=(0, 55_555),
    waiver_minor=(0, 4_000, 6_500),
    deferrals=(Deferral(0), *[Deferral(3, mode) for mode in UnpaidInterest]),
    balloon_minor=(0, 77_777),
)
DISCOUNT_BPS = 950


def test_the_lattice_of_a_debt_equals_each_modification_of_it() -> None:
    plans = lattice(420_000, 6_500, LEVERS)
    prices = price(plans)
    worth = worth_minor(plans, prices, DISCOUNT_BPS).tolist()
    for place in range(len(plans)):
        told = modify(DEBT, _changes(plans, place), Rate.of_bps(DISCOUNT_BPS))
        assert isinstance(told, Modification)
        after = told.after
        assert after.schedule and after.due_now_minor == 0
        assert prices.last_minor[place] == after.last_minor
        assert prices.largest_minor[place] == max(payment.amount_minor for payment in after.payments)
        assert prices.payments[place] == after.count
        assert prices.count[place] == after.schedule.count
        assert prices.total_minor[place] == after.total_minor
        assert prices.forgiven_minor[place] == told.forgiven.total
        assert worth[place] == told.npv_after_minor


def _changes(plans: Plans, place: int) -> list[Change]:
    """Say the levers of one plan as changes; a lever left alone is none. Charges are always waived or rolled in."""
    changes: list[Change] = []
    waived, written_down = int(plans.waiver_minor[place]), int(plans.write_down_minor[place])
    if waived:
        changes.append(Waiver(Component.FEE, Money(waived, "USD")))
    if waived < DEBT.due_now.fee:
        changes.append(RE_AGE)
    if written_down:
        changes.append(WriteDown(Money(written_down, "USD")))
    if plans.payments[place] > TERMS.due.count:
        changes.append(TermExtension(int(plans.payments[place])))
    if plans.annual_rate_bps[place] < 1_800:
        changes.append(RateCut(Rate.of_bps(int(plans.annual_rate_bps[place]))))
    if plans.first_period_days[place] > 30:
        changes.append(MoveDueDay(25))
    if plans.deferred[place]:
        changes.append(PaymentHoliday(int(plans.deferred[place]), MODES[plans.unpaid_interest[place]]))
    if plans.balloon_minor[place]:
        changes.append(WithBalloon(Money(int(plans.balloon_minor[place]), "USD")))
    return changes
