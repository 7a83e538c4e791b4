"""For how much less is a debt settled, in which payments, and what is waived? Paid and waived are all there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from parley.errors import BadInput
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Course, Debt, Payment
from parley.servicing.periods import MOST_DATES

# What a lender gives up first: what was added because of the delinquency, then what credit costs, then what was lent.
CHARGES_FIRST: Final = (
    Component.PENALTY_INTEREST,
    Component.FEE,
    Component.INTEREST,
    Component.COST,
    Component.PRINCIPAL,
)


@dataclass(frozen=True, slots=True, repr=False)
class Settlement:
    """Settle the debt with *payments*; no interest runs while they are kept.

    *waive*: the order in which what they leave unpaid is waived, every component once.
    """

    payments: tuple[Payment, ...]
    waive: tuple[Component, ...] = CHARGES_FIRST

    def course(self, debt: Debt) -> Course:
        """Return how the debt will be paid. Raises BadInput for payments or an order that cannot be."""
        _refuse_payments(debt, self.payments)
        if sorted(self.waive) != sorted(Component):
            raise BadInput(
                "The order of a waiver names every component once: cost, fee, penalty_interest, interest, principal.",
                "减免顺序须将 cost、fee、penalty_interest、interest、principal 各列一次。",
            )
        return Course(debt.day, 0, self.payments)

    def waived(self, debt: Debt) -> Balance:
        """Return what is waived, by component; with what is paid it is all that is owed."""
        left = debt.owed_minor - sum(payment.amount_minor for payment in self.payments)
        return waived_of(debt.balance, left, self.waive)


def waived_of(balance: Balance, amount_minor: int, order: Sequence[Component] = CHARGES_FIRST) -> Balance:
    """Return what is waived of *balance*, by component, where *amount_minor* of it is: in *order*, at most all of it.

    Rounding: none, whole minor units are taken from whole minor units.
    """
    parts, left = {}, amount_minor
    for component in order:
        owed: int = getattr(balance, component.value)
        parts[component.value] = min(owed, left)
        left -= parts[component.value]
    return Balance(**parts)


def _refuse_payments(debt: Debt, payments: Sequence[Payment]) -> None:
    days = [payment.due_on for payment in payments]
    if not 1 <= len(days) <= MOST_DATES or days[0] < debt.day or any(b <= a for a, b in pairwise(days)):
        raise BadInput(
            f"A settlement has 1 to {MOST_DATES:,} payments, in order, one a day, none before {debt.day}; check them.",
            f"减免结清须有 1 至 {MOST_DATES:,} 笔付款，按先后排列、每日一笔，且不早于 {debt.day}，请核对日期。",
        )
    amounts = [payment.amount_minor for payment in payments]
    if min(amounts) < 1 or sum(amounts) > debt.owed_minor:
        raise BadInput(
            "Payments of a settlement are above zero, and together no more than is owed; check the amounts.",
            "减免结清的各笔付款须大于零，且合计不超过欠款总额，请核对金额。",
        )
