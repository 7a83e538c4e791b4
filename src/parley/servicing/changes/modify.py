"""What do changes of a debt come to? Its new schedule, its cost to the borrower, its concession by the lender.

Several changes are applied in one order, whatever order they are given in; a later one works on what the earlier left:

| | change | why here |
| --- | --- | --- |
| 1 | waivers | what is not owed is not rolled in |
| 2 | write-down | nor repriced |
| 3 | re-age | then the schedule holds all there is |
| 4 | due day | days first, |
| 5 | term extension | and how many, |
| 6, 7 | rate cut, interest freeze | then what they cost; a freeze goes over a cut |
| 8 | deferral or holiday | which of them are left out |
| 9 | new instalment, rest with the last, step-up, balloon | last, how the rest is paid |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from parley.errors import BadInput
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Course, Debt
from parley.servicing.changes.forgiveness import Waiver, WriteDown
from parley.servicing.changes.notices import Notice, notices_of
from parley.servicing.changes.pauses import Deferral, PaymentHoliday
from parley.servicing.changes.pay_day import MoveDueDay
from parley.servicing.changes.rate_relief import InterestFreeze, RateCut
from parley.servicing.changes.re_age import ReAge, Refused
from parley.servicing.changes.repayment import NewInstalment, RestWithLast, StepUp, TermExtension, WithBalloon
from parley.servicing.changes.settlement import Settlement
from parley.servicing.changes.worth import worth_minor
from parley.servicing.rate import Rate
from parley.servicing.rounding import Rounding
from parley.servicing.schedule import TooSmall

Change = (
    Waiver
    | WriteDown
    | ReAge
    | MoveDueDay
    | TermExtension
    | RateCut
    | InterestFreeze
    | Deferral
    | PaymentHoliday
    | NewInstalment
    | RestWithLast
    | StepUp
    | WithBalloon
)

_PLACES: Final[dict[type, int]] = {
    Waiver: 1,
    WriteDown: 2,
    ReAge: 3,
    MoveDueDay: 4,
    TermExtension: 5,
    RateCut: 6,
    InterestFreeze: 7,
    Deferral: 8,
    PaymentHoliday: 8,
    NewInstalment: 9,
    RestWithLast: 9,
    StepUp: 9,
    WithBalloon: 9,
}


@dataclass(frozen=True, repr=False)
class Modification:
    """What changes of a debt come to. Units: minor units of the debt's currency.

    `debt` is the debt after them, ready for the next change; None after a settlement. `forgiven` is by component.
    `npv_before_minor` and `npv_after_minor` are what the lender has on the day, each rounded once.
    """

    changes: tuple[Change | Settlement, ...]
    before: Course
    after: Course
    debt: Debt | None
    forgiven: Balance
    npv_before_minor: int
    npv_after_minor: int
    notices: tuple[Notice, ...]

    @property
    def concession_minor(self) -> int:
        """What the lender gives up; below zero what it gains."""
        return self.npv_before_minor - self.npv_after_minor

    @property
    def total_change_minor(self) -> int:
        """What the borrower pays more in all; below zero what is saved. Interest more, less what is forgiven."""
        return self.after.total_minor - self.before.total_minor

    @property
    def interest_change_minor(self) -> int:
        """What interest to come is more; below zero what is saved."""
        return self.after.interest_minor - self.before.interest_minor

    def __repr__(self) -> str:
        return f"Modification({len(self.changes)} changes, …)"


def modify(
    debt: Debt, changes: Sequence[Change], discount: Rate | None = None, rounding: Rounding = Rounding.HALF_UP
) -> Modification | TooSmall | Refused:
    """Return what *changes* of *debt* come to, whatever order they are given in.

    *discount* is the lender's nominal annual rate; the contract rate where none is given. *rounding*: of both values.
    Refuses with TooSmall (an instalment that would not repay) and Refused (a re-age beyond its limits).
    Raises BadInput for a change the debt cannot have, and for two that exclude each other.
    """
    ordered = _in_place(changes)
    after, forgiven = debt, Balance()
    for change in ordered:
        result = change.applied(after)
        if not isinstance(result, Debt):
            return result
        if isinstance(change, Waiver | WriteDown):
            forgiven = _more(forgiven, after.balance, result.balance)
        after = result
    re_aged = any(isinstance(change, ReAge) for change in ordered)
    notices = notices_of(debt.course, after.course, forgiven.total, re_aged=re_aged)
    return _modification(debt, ordered, after.course, after, forgiven, notices, discount, rounding)


def settle(
    debt: Debt, settlement: Settlement, discount: Rate | None = None, rounding: Rounding = Rounding.HALF_UP
) -> Modification:
    """Return what a *settlement* of *debt* comes to; as `modify`."""
    course, waived = settlement.course(debt), settlement.waived(debt)
    notices = notices_of(debt.course, course, waived.total)
    return _modification(debt, (settlement,), course, None, waived, notices, discount, rounding)


def _modification(
    debt: Debt,
    changes: tuple[Change | Settlement, ...],
    course: Course,
    after: Debt | None,
    forgiven: Balance,
    notices: tuple[Notice, ...],
    discount: Rate | None,
    rounding: Rounding,
) -> Modification:
    before, rate = debt.course, discount or debt.terms.last_rate
    was = worth_minor(before, debt.terms, rate, rounding)
    now = worth_minor(course, debt.terms, rate, rounding)
    return Modification(changes, before, course, after, forgiven, was, now, notices)


def _in_place(changes: Sequence[Change]) -> tuple[Change, ...]:
    if not changes:
        raise BadInput("No change was given; name at least one.", "未给出任何变更，请至少填写一项。")
    places = Counter([_PLACES[type(change)] for change in changes if not isinstance(change, Waiver)])
    waived = Counter([change.component for change in changes if isinstance(change, Waiver)])
    if any(times > 1 for times in (*places.values(), *waived.values())):
        raise BadInput(
            "Two of the changes exclude each other (two of one kind, a deferral and a holiday, two ways to repay the "
            "rest); keep one of them.",
            "有两项变更互相排斥（同类两项、延期与还款假期并用，或两种剩余还款方式），请只保留一项。",
        )
    return tuple(sorted(changes, key=_place))


def _place(change: Change) -> tuple[int, str]:
    return _PLACES[type(change)], change.component.value if isinstance(change, Waiver) else ""


def _more(forgiven: Balance, before: Balance, after: Balance) -> Balance:
    parts = {
        component.value: getattr(forgiven, component.value)
        + getattr(before, component.value)
        - getattr(after, component.value)
        for component in Component
    }
    return Balance(**parts)
