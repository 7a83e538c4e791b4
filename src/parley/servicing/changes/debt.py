"""How does a running debt stand, and how will it be paid as things are? The start of every change.

A debt is seen from the day its interest is settled to (`terms.disbursed_on`, here `day`). Of what is owed then, a part
is due on that day (charges, and principal past due), a part may be held without interest until the last payment, and
the principal of `terms` is repaid by the schedule.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.account import Balance
from parley.servicing.products.due import DueDays, days_after, days_to
from parley.servicing.products.loan import LoanSchedule, loan_schedule
from parley.servicing.products.shapes import (
    AmortisedOver,
    EqualPrincipal,
    FirstGiven,
    InterestOnly,
    Level,
    Shape,
    StepAmount,
    StepFactor,
    amounts_of,
)
from parley.servicing.products.terms import LoanTerms, UnpaidInterest, period_rates, refuse_mixed
from parley.servicing.rate import Rate


class Payment(NamedTuple):
    """One payment to come."""

    due_on: date
    amount_minor: int

    def __repr__(self) -> str:
        return f"Payment({self.due_on}, …)"


@dataclass(frozen=True, repr=False)
class Course:
    """How a debt will be paid: *due_now_minor* on *day*, then *payments*.

    `payments` are those of `schedule` that ask for money, *held_minor* in the last one; a settlement has no schedule.
    """

    day: date
    due_now_minor: int
    payments: tuple[Payment, ...]
    schedule: LoanSchedule | None = None
    held_minor: int = 0

    @property
    def count(self) -> int:
        """The number of payments to come, those left out not among them, as a borrower is told it."""
        return len(self.payments)

    @property
    def last_minor(self) -> int:
        """The last payment."""
        return self.payments[-1].amount_minor

    @property
    def total_minor(self) -> int:
        """Everything still to be paid."""
        return self.due_now_minor + sum([payment.amount_minor for payment in self.payments])

    @property
    def interest_minor(self) -> int:
        """The interest still to come; what is owed already is not in it."""
        return self.schedule.interest_minor if self.schedule else 0

    def __repr__(self) -> str:
        return f"Course({self.day}, {self.count} payments, …)"


@dataclass(frozen=True, repr=False)
class Debt:
    """A running debt on the day it may be changed. Raises BadInput for one that cannot be.

    *terms*: what is left of the contract; its principal is what is not due yet, its days are those to come.
    *shape*: how the rest is priced anew where a change asks for it.
    *given*: the payments as agreed, all but the last, where they run already; empty where *shape* says them.
    *due_now*: what is due on the day itself, by component; its principal is the principal past due.
    *held_minor*: what bears no interest and is paid with the last payment.
    """

    terms: LoanTerms
    shape: Shape = field(default_factory=Level)
    given: tuple[Money, ...] = ()
    due_now: Balance = field(default_factory=Balance)
    held_minor: int = 0

    def __post_init__(self) -> None:
        refuse_mixed(self.terms.principal.currency, (*self.given, *amounts_of(self.shape)))
        if self.held_minor < 0 or self.owed_minor > LARGEST_MINOR:
            raise BadInput(
                "What is owed lies below zero or beyond any consumer's debt; check the amounts.",
                "欠款金额为负或超出个人债务的合理范围，请核对各项金额。",
            )

    @property
    def day(self) -> date:
        """The day of the change; interest is settled to it."""
        return self.terms.disbursed_on

    @property
    def currency(self) -> str:
        """The currency of the debt."""
        return self.terms.principal.currency

    @property
    def owed_minor(self) -> int:
        """Everything owed on the day."""
        return self.terms.principal.minor + self.due_now.total + self.held_minor

    @property
    def balance(self) -> Balance:
        """Everything owed on the day, by component; what is held is interest."""
        principal = self.terms.principal.minor + self.due_now.principal
        return replace(self.due_now, principal=principal, interest=self.due_now.interest + self.held_minor)

    @cached_property
    def schedule(self) -> LoanSchedule:
        """The schedule of the principal of the terms, as things are."""
        return loan_schedule(self.terms, FirstGiven(self.given) if self.given else self.shape)

    @property
    def course(self) -> Course:
        """How the debt will be paid, as things are."""
        rows = self.schedule.rows
        payments = [Payment(row.due_on, row.payment_minor) for row in rows[:-1] if row.payment_minor]
        last = Payment(rows[-1].due_on, rows[-1].payment_minor + self.held_minor)
        return Course(self.day, self.due_now.total, (*payments, last), self.schedule, self.held_minor)

    def __repr__(self) -> str:
        return f"Debt({self.day}, {self.currency}, {self.terms.due.count} payments, …)"


def debt_after(schedule: LoanSchedule, shape: Shape, made: int) -> Debt:
    """Return the debt after the first *made* payments of *schedule*, of *shape*; the others stand as they are."""
    if not 0 <= made < schedule.count:
        raise BadInput(
            f"Of {schedule.count} payments, 0 to {schedule.count - 1} can have been made for a debt to be left.",
            f"共 {schedule.count} 期；已还期数须为 0 至 {schedule.count - 1}，才有剩余债务。",
        )
    terms, rows = schedule.terms, schedule.rows
    if not made:
        return Debt(terms, shape)
    before = rows[made - 1]
    rest = replace(
        terms,
        principal=Money(before.balance_minor, terms.principal.currency),
        rate=_rate_at(terms, made + 1),
        disbursed_on=terms.due.accrues_to[made - 1],
        due=days_after(days_to(terms.due, schedule.count), made),
        skipped=frozenset(number - made for number in terms.skipped if made < number < schedule.count),
        rate_changes=tuple(
            (number - made, rate) for number, rate in terms.rate_changes if made + 1 < number <= schedule.count
        ),
    )
    if period_rates(rest) != period_rates(terms)[made : schedule.count]:
        raise BadInput(
            "The due dates do not lie one step apart, so the periods that are left cannot be told; give a day count.",
            "各应还日的间隔不等，无法确定剩余的计息期间；请改用计息基准。",
        )
    _refuse_within_pause(terms, before.held_minor)
    given = tuple([Money(row.payment_minor, terms.principal.currency) for row in rows[made:-1]])
    return Debt(rest, _shape_after(shape, made, given), given, held_minor=before.held_minor)


def with_days(terms: LoanTerms, due: DueDays) -> LoanTerms:
    """Return *terms* on other days; what was to happen with a payment that is no more falls away."""
    return replace(
        terms,
        due=due,
        skipped=frozenset(number for number in terms.skipped if number < due.count),
        rate_changes=tuple(change for change in terms.rate_changes if change[0] <= due.count),
    )


def _refuse_within_pause(terms: LoanTerms, held_minor: int) -> None:
    if held_minor and terms.unpaid_interest is UnpaidInterest.ADDED_ONCE:
        raise BadInput(
            "The interest of the skipped payments has not joined the balance yet; change the debt when they are over.",
            "跳过各期的利息尚未计入余额，请在其结束后再变更。",
        )


def _rate_at(terms: LoanTerms, number: int) -> Rate:
    return next((rate for first, rate in reversed(terms.rate_changes) if first <= number), terms.rate)


def _shape_after(shape: Shape, made: int, given: tuple[Money, ...]) -> Shape:
    """Return what is left of a shape; one that cannot begin in its middle is the payments as they were given."""
    match shape:
        case AmortisedOver(payments):
            return AmortisedOver(payments - made)
        case InterestOnly(int(first)):
            return InterestOnly(max(first - made, 0))
        case EqualPrincipal(interest_only):
            return EqualPrincipal(max(interest_only - made, 0))
        case FirstGiven(amounts):
            return FirstGiven(amounts[made:]) if amounts[made:] else Level()
        case StepFactor(each) | StepAmount(each):
            return shape if made % each == 0 else FirstGiven(given)
        case _:
            return shape
