"""What is forgiven of a debt? Charges and other amounts that are due (waiver), or principal to come (write-down)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley.errors import BadInput
from parley.money import Money
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Debt
from parley.servicing.changes.keep import Keep, repriced
from parley.servicing.products.terms import refuse_mixed


@dataclass(frozen=True, slots=True, repr=False)
class Waiver:
    """Waive *amount* of what is due of a *component*; all of it where no amount is given."""

    component: Component
    amount: Money | None = None

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput for more than is due of the component."""
        due: int = getattr(debt.due_now, self.component.value)
        waived = due
        if self.amount is not None:
            refuse_mixed(debt.currency, (self.amount,))
            waived = self.amount.minor
        if not 1 <= waived <= due:
            raise BadInput(
                f"More of the {self.component} is to be waived than is due, or nothing; check the amount.",
                f"减免的{_NAMES[self.component]}超出应还金额或为零，请核对金额。",
            )
        return replace(debt, due_now=replace(debt.due_now, **{self.component.value: due - waived}))


_NAMES = {
    Component.COST: "费用",
    Component.FEE: "手续费",
    Component.PENALTY_INTEREST: "罚息",
    Component.INTEREST: "利息",
    Component.PRINCIPAL: "逾期本金",
}


@dataclass(frozen=True, slots=True, repr=False)
class WriteDown:
    """Forgive *amount* of the principal that is not due yet."""

    amount: Money
    keep: Keep = Keep.TERM

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput unless something is forgiven and something left to repay."""
        refuse_mixed(debt.currency, (self.amount,))
        if not 1 <= self.amount.minor < debt.terms.principal.minor:
            raise BadInput(
                "A write-down forgives a part of the principal that is not due yet, not all of it; to end the debt for "
                "less than is owed, agree a settlement.",
                "本金减免须大于零且小于未到期本金；如以低于欠款的金额了结债务，请采用减免结清。",
            )
        changed = replace(debt, terms=replace(debt.terms, principal=debt.terms.principal - self.amount))
        return repriced(debt, changed, self.keep)
