"""Which payments are left out, and when is the rest paid? A deferral moves them to the end, a holiday spreads them.

| | payments left out | last payment | payments after it |
| --- | --- | --- | --- |
| deferral | the next few | as many periods later | as many as there were |
| payment holiday | the next few | on its day | fewer, and larger |

Interest runs on. Where it goes is `UnpaidInterest`: into the balance each period, once, or held without interest on it
until the last payment. With an interest freeze for as many payments there is none. The steps of a debt that has some go
on with its periods.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.changes.debt import Debt
from parley.servicing.products.due import days_to
from parley.servicing.products.shapes import AmortisedOver, EqualPrincipal, FirstGiven, InterestOnly, Shape
from parley.servicing.products.terms import LoanTerms, UnpaidInterest


@dataclass(frozen=True, slots=True)
class Deferral:
    """Defer the next *payments*: the debt ends as many periods later."""

    payments: int
    unpaid_interest: UnpaidInterest

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput where payments are skipped already, or days cannot be added."""
        _refuse_pause(debt.terms, self.payments)
        longer = replace(debt.terms, due=days_to(debt.terms.due, debt.terms.due.count + self.payments))
        shape = _shape_later(debt.shape, self.payments, debt.currency)
        return _paused(replace(debt, terms=longer, shape=shape), self.payments, self.unpaid_interest)


@dataclass(frozen=True, slots=True)
class PaymentHoliday:
    """Leave out the next *payments*: the debt ends on its day, and the other payments repay it."""

    payments: int
    unpaid_interest: UnpaidInterest

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for a holiday as long as the plan."""
        _refuse_pause(debt.terms, self.payments)
        return _paused(debt, self.payments, self.unpaid_interest)


def _paused(debt: Debt, payments: int, unpaid_interest: UnpaidInterest) -> Debt:
    # One more than can be left out is refused by the terms; a billion would fill the memory first.
    skipped = debt.terms.skipped | frozenset(range(1, min(payments, debt.terms.due.count) + 1))
    return replace(debt, terms=replace(debt.terms, skipped=skipped, unpaid_interest=unpaid_interest), given=())


def _refuse_pause(terms: LoanTerms, payments: int) -> None:
    if payments < 1:
        raise BadInput(
            "At least one payment is left out; give a number from 1.",
            "至少须跳过一期，请填写不小于 1 的期数。",
        )
    if terms.skipped:
        raise BadInput(
            "Payments of this debt are skipped already; change it when they are over.",
            "该债务已有跳过的期数，请在其结束后再变更。",
        )


def _shape_later(shape: Shape, payments: int, currency: str) -> Shape:
    """Return *shape* as it is when it begins after *payments* skipped ones."""
    match shape:
        case FirstGiven(amounts):
            return FirstGiven((Money(0, currency),) * payments + amounts)
        case InterestOnly(int(first)):
            return InterestOnly(first + payments)
        case EqualPrincipal(interest_only):
            return EqualPrincipal(interest_only + payments) if interest_only else shape
        case AmortisedOver(over):
            return AmortisedOver(over + payments)
        case _:
            return shape
