"""Can the due date follow pay-day? The due day of the month moves; the days between bear interest like all others."""

from __future__ import annotations

from dataclasses import dataclass, replace

from parley.dates import add_months
from parley.errors import BadInput
from parley.servicing.changes.debt import Debt
from parley.servicing.periods import LAST_OF_MONTH, Unit
from parley.servicing.products.due import regular_days


@dataclass(frozen=True, slots=True)
class MoveDueDay:
    """Let payments fall due on *day* of the month (31 is its last), from the first such day after the next due day.

    As many payments as before. The first period is longer; by equal steps its odd days count as `LoanTerms` says.
    """

    day: int

    def applied(self, debt: Debt) -> Debt:
        """Return *debt* after it. Raises BadInput where payments are not monthly, or lie on that day already."""
        due = debt.terms.due
        if not 1 <= self.day <= LAST_OF_MONTH:
            raise BadInput(
                f"A day of the month is 1 to {LAST_OF_MONTH}, not {self.day}; {LAST_OF_MONTH} means the last one.",
                f"每月还款日须为 1 至 {LAST_OF_MONTH}，不能是 {self.day}；{LAST_OF_MONTH} 表示每月最后一日。",
            )
        if due.every is None or due.every.unit not in {Unit.MONTH, Unit.YEAR}:
            raise BadInput(
                "Only payments at steps of whole months have a day of the month; these have not.",
                "只有按整月间隔的还款才有每月还款日，该债务不适用。",
            )
        if self.day == (due.anchor_day or due.regular_on[0].day):
            raise BadInput(
                f"Payments fall due on day {self.day} already; give another day.",
                f"还款日已是每月 {self.day} 日，请填写其他日期。",
            )
        next_due = due.regular_on[0]
        moved = add_months(next_due, 0, self.day)
        # Earlier in the month would take days from the borrower; the next month gives them, with their interest.
        first = moved if moved >= next_due else add_months(next_due, 1, self.day)
        shift, closed, rest_days = due.closing
        days = regular_days(
            first,
            due.every,
            due.count,
            anchor_day=self.day,
            shift=shift,
            closed=closed,
            rest_days=rest_days,
            interest_runs=due.interest_runs,
        )
        return replace(debt, terms=replace(debt.terms, due=days), given=())
