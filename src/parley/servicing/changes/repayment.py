"""In which payments is the rest repaid? How many there are, how large, and in which shape."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.changes.debt import Debt, with_days
from parley.servicing.products.due import days_to
from parley.servicing.products.loan import instalment_schedule
from parley.servicing.products.shapes import Balloon, FirstGiven, Level, StepAmount, StepFactor
from parley.servicing.products.terms import refuse_mixed
from parley.servicing.schedule import TooSmall


@dataclass(frozen=True, slots=True)
class TermExtension:
    """Repay in *payments*, skipped ones among them, more than there are: a lower instalment and a later end."""

    payments: int

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for a term that is not longer."""
        count = debt.terms.due.count
        if self.payments <= count:
            raise BadInput(
                f"There are {count} payments to come, so a longer term has more than {count}; give a larger number.",
                f"剩余 {count} 期，延长后的期数须大于 {count}，请填写更大的期数。",
            )
        return replace(debt, terms=replace(debt.terms, due=days_to(debt.terms.due, self.payments)), given=())


@dataclass(frozen=True, slots=True, repr=False)
class NewInstalment:
    """Pay *instalment* until all is paid, the last one smaller, in *most_payments* at most, skipped ones among them."""

    instalment: Money
    most_payments: int

    def applied(self, debt: Debt) -> Debt | TooSmall:
        """Return *debt* after it. Refuses with TooSmall, which names the instalment that would do."""
        terms = with_days(debt.terms, days_to(debt.terms.due, _some(self.most_payments)))
        schedule = instalment_schedule(terms, self.instalment)
        if isinstance(schedule, TooSmall):
            return schedule
        given = (self.instalment,) * (schedule.count - 1)
        return replace(debt, terms=with_days(terms, days_to(terms.due, schedule.count)), shape=Level(), given=given)


@dataclass(frozen=True, slots=True, repr=False)
class RestWithLast:
    """Pay *instalment* with each of *payments*, skipped ones excepted, and whatever is left with the last.

    An instalment below the interest lets the balance grow; the schedule and the notices say so.
    """

    instalment: Money
    payments: int

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it."""
        refuse_mixed(debt.currency, (self.instalment,))
        terms = with_days(debt.terms, days_to(debt.terms.due, _some(self.payments)))
        return replace(debt, terms=terms, shape=FirstGiven((self.instalment,) * (self.payments - 1)), given=())


@dataclass(frozen=True, slots=True, repr=False)
class StepUp:
    """Repay in instalments that begin low and rise, in as many payments as there are.

    *steps*: by a factor or an amount after every so many payments, or the first ones as given and then level.
    """

    steps: StepFactor | StepAmount | FirstGiven

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for steps the debt cannot have."""
        return replace(debt, shape=self.steps, given=())


@dataclass(frozen=True, slots=True, repr=False)
class WithBalloon:
    """Repay in level instalments, and *amount* on top of the last one."""

    amount: Money

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for an amount that would leave instalments below zero."""
        if self.amount.minor < 1:
            raise BadInput(
                "A balloon is an amount above zero; give the amount that is left for the last payment.",
                "尾款须大于零，请填写留待最后一期支付的金额。",
            )
        return replace(debt, shape=Balloon(self.amount), given=())


def _some(payments: int) -> int:
    if payments < 1:
        raise BadInput(
            "A debt is repaid in at least one payment; give a number from 1.",
            "债务至少须以一期还清，请填写不小于 1 的期数。",
        )
    return payments
