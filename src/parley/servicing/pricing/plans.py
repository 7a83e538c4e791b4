"""Which plans are to be priced? Seven levers on a debt, one plan per place of the columns, or every combination.

| lever | as a change of one debt, `servicing.changes` |
| --- | --- |
| number of payments, rate | `TermExtension`, `RateCut` |
| write-down, waiver of charges | `WriteDown`, `Waiver`; charges that are left join the principal, as by `ReAge` |
| deferral, with a mode | `PaymentHoliday`; with as many payments more, `Deferral` |
| first period | `MoveDueDay` |
| balloon | `WithBalloon` |

A change explains itself and has dates; a plan here is a row of numbers. Both give the same cents.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parley.errors import BadInput
from parley.money import LARGEST_MINOR
from parley.servicing.interest import HIGHEST_RATE_BPS, MOST_PAYMENTS, WHOLE_BPS, Frequency
from parley.servicing.products.terms import UnpaidInterest

Column = NDArray[np.int64]
Flags = NDArray[np.bool_]

# The code of a mode of deferral is its place here.
MODES: Final = tuple(UnpaidInterest)
# More than a year to the first payment is a deferral, and said as one.
LONGEST_FIRST_DAYS: Final = 366
# A lattice beyond this was asked for by mistake; its columns would not fit a worker's memory.
MOST_PLANS: Final = 10_000_000


class Clock(NamedTuple):
    """The days of a period and of a year, as `products` counts an odd first period: 30/360, or actual/364 for weeks."""

    period_days: int
    year_days: int

    @property
    def whole(self) -> int:
        """What balance × rate in basis points is divided by for the interest of one period."""
        return WHOLE_BPS * self.year_days // self.period_days


CLOCKS: Final = {Frequency.MONTHLY: Clock(30, 360), Frequency.BIWEEKLY: Clock(14, 364), Frequency.WEEKLY: Clock(7, 364)}


class Terms(NamedTuple):
    """The columns that the payments of some plans follow from; `amount` is what is repaid, the others as in `Plans`."""

    amount: Column
    payments: Column
    rate_bps: Column
    deferred: Column
    unpaid_interest: Column
    first_days: Column
    balloon: Column

    @property
    def paying(self) -> Column:
        """The number of payments that are made."""
        return self.payments - self.deferred

    def __repr__(self) -> str:
        return f"Terms({len(self.payments)})"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Plans:
    """Plans side by side. Raises BadInput for columns of which one cannot be.

    Shape: int64 columns of one length; amounts in minor units of one currency, whichever it is.
    *principal_minor*, *charges_minor*: what is owed: principal, and fees and penalty interest.
    *payments*: number of payments, deferred ones among them (1–600). *annual_rate_bps*: nominal, in basis points.
    *write_down_minor* of the principal and *waiver_minor* of the charges are forgiven; the rest is repaid, with
    interest on all of it.
    *deferred*: so many payments are left out at the start; their interest goes where *unpaid_interest* says, a place
    in `MODES`.
    *first_period_days*: from the day interest is settled to, to the first due date: 30 of 360 days for a whole month,
    7 or 14 of 364 for weeks.
    *balloon_minor*: on top of the last payment; at most what is repaid, so that no instalment lies below the interest.
    """

    principal_minor: Column
    charges_minor: Column
    payments: Column
    annual_rate_bps: Column
    write_down_minor: Column
    waiver_minor: Column
    deferred: Column
    unpaid_interest: Column
    first_period_days: Column
    balloon_minor: Column
    frequency: Frequency = Frequency.MONTHLY

    def __post_init__(self) -> None:
        _refuse_shapes({field.name: getattr(self, field.name) for field in fields(self) if field.name != "frequency"})
        _refuse_amounts(self)
        _refuse_levers(self)

    def __len__(self) -> int:
        return len(self.payments)

    @property
    def repaid_minor(self) -> Column:
        """What each plan repays: what is owed less what is forgiven."""
        return self.principal_minor + self.charges_minor - self.forgiven_minor

    @property
    def forgiven_minor(self) -> Column:
        """What each plan forgives."""
        return self.write_down_minor + self.waiver_minor

    @property
    def terms(self) -> Terms:
        """What the payments follow from."""
        return Terms(
            self.repaid_minor,
            self.payments,
            self.annual_rate_bps,
            self.deferred,
            self.unpaid_interest,
            self.first_period_days,
            self.balloon_minor,
        )

    def __repr__(self) -> str:
        return f"Plans({len(self)}, {self.frequency})"


class Deferral(NamedTuple):
    """How many payments are left out at the start, and what becomes of their interest."""

    payments: int
    unpaid_interest: UnpaidInterest = UnpaidInterest.CAPITALISED


@dataclass(frozen=True, slots=True, repr=False)
class Levers:
    """What may be combined: the values of each lever, the first of each the plain one."""

    payments: tuple[int, ...]
    annual_rate_bps: tuple[int, ...]
    first_period_days: tuple[int, ...]
    write_down_minor: tuple[int, ...] = (0,)
    waiver_minor: tuple[int, ...] = (0,)
    deferrals: tuple[Deferral, ...] = (Deferral(0),)
    balloon_minor: tuple[int, ...] = (0,)

    def __repr__(self) -> str:
        return "Levers(…)"


def lattice(
    principal_minor: int, charges_minor: int, levers: Levers, frequency: Frequency = Frequency.MONTHLY
) -> Plans:
    """Return every combination of *levers* on one debt; the last lever of `Levers` changes fastest.

    Raises BadInput where a lever has no value, or a combination cannot be.
    """
    axes = [getattr(levers, field.name) for field in fields(levers)]
    sizes = [len(axis) for axis in axes]
    count = int(np.prod([1, *sizes], dtype=object))
    if not 1 <= count <= MOST_PLANS:
        raise BadInput(
            f"Levers need a value each and give at most {MOST_PLANS:,} plans together; add or leave out values.",
            f"每项调整须至少有一个取值，组合总数不得超过 {MOST_PLANS:,}，请增减取值。",
        )
    places = dict(zip((field.name for field in fields(levers)), np.unravel_index(np.arange(count), sizes), strict=True))

    def column(name: str, values: tuple[int, ...]) -> Column:
        return _whole(values)[places[name]]

    return Plans(
        principal_minor=np.full(count, _whole((principal_minor,))),
        charges_minor=np.full(count, _whole((charges_minor,))),
        payments=column("payments", levers.payments),
        annual_rate_bps=column("annual_rate_bps", levers.annual_rate_bps),
        write_down_minor=column("write_down_minor", levers.write_down_minor),
        waiver_minor=column("waiver_minor", levers.waiver_minor),
        deferred=column("deferrals", tuple([deferral.payments for deferral in levers.deferrals])),
        unpaid_interest=column(
            "deferrals", tuple([MODES.index(deferral.unpaid_interest) for deferral in levers.deferrals])
        ),
        first_period_days=column("first_period_days", levers.first_period_days),
        balloon_minor=column("balloon_minor", levers.balloon_minor),
        frequency=frequency,
    )


def _whole(values: tuple[int, ...]) -> Column:
    if any(type(value) is not int or abs(value) > LARGEST_MINOR for value in values):
        raise _no_column("a lever", "某项调整")
    return np.array(values, np.int64)


def _refuse_shapes(columns: dict[str, Column]) -> None:
    length = columns["payments"].shape
    for name, column in columns.items():
        if column.dtype != np.int64 or column.ndim != 1 or column.shape != length:
            raise _no_column(f"`{name}`", f"`{name}`")


def _no_column(en: str, zh: str) -> BadInput:
    return BadInput(
        f"Plans are priced from columns of whole 64-bit numbers, all of one length; {en} is not one.",
        f"批量计价须使用等长的 64 位整数列；{zh} 不符合要求。",
    )


def _refuse_amounts(plans: Plans) -> None:
    # Each is checked before it is added to another: the sums of two stay far below 2**63.
    for column in (plans.principal_minor, plans.charges_minor):
        _refuse_outside(column, 0, LARGEST_MINOR, _AMOUNT)
    _refuse_outside(plans.principal_minor + plans.charges_minor, 0, LARGEST_MINOR, _AMOUNT)
    _refuse_outside(plans.write_down_minor, 0, plans.principal_minor, _FORGIVEN)
    _refuse_outside(plans.waiver_minor, 0, plans.charges_minor, _FORGIVEN)
    _refuse_outside(plans.repaid_minor, 1, LARGEST_MINOR, _AMOUNT)
    _refuse_outside(plans.balloon_minor, 0, plans.repaid_minor, _BALLOON)


def _refuse_levers(plans: Plans) -> None:
    _refuse_outside(plans.payments, 1, MOST_PAYMENTS, _PAYMENTS)
    _refuse_outside(plans.annual_rate_bps, 0, HIGHEST_RATE_BPS, _RATE)
    _refuse_outside(plans.deferred, 0, plans.payments - 1, _DEFERRED)
    _refuse_outside(plans.unpaid_interest, 0, len(MODES) - 1, _MODE)
    _refuse_outside(plans.first_period_days, 1, LONGEST_FIRST_DAYS, _FIRST_DAYS)


def _refuse_outside(column: Column, least: int, most: int | Column, message: tuple[str, str]) -> None:
    if np.any(column < least) or np.any(column > most):
        raise BadInput(*message)


_AMOUNT: Final = (
    "A plan needs a balance above zero and within a consumer's debt; check the amounts and their currency.",
    "还款计划的余额必须大于零且在个人债务范围内，请核对各项金额和币种。",
)
_FORGIVEN: Final = (
    "No more can be forgiven than is owed: a write-down is part of the principal, a waiver part of the charges.",
    "减免不能超过欠款：本金减免以本金为限，费用减免以费用为限，请核对金额。",
)
_BALLOON: Final = (
    "A balloon lies between nothing and what the plan repays; a larger one would let the debt grow. Make it smaller.",
    "尾款须在零与计划偿还总额之间；过大会使债务增长，请调低。",
)
_PAYMENTS: Final = (
    f"A plan has 1 to {MOST_PAYMENTS} payments; give a number in that range.",
    f"还款计划的期数须为 1 至 {MOST_PAYMENTS} 期，请在此范围内填写。",
)
_RATE: Final = (
    "A plan needs an annual rate from 0 % to 10,000 %; give it in basis points (12.50 % is 1250).",
    "年利率须在 0% 至 10,000% 之间，请以基点填写（12.50% 即 1250）。",
)
_DEFERRED: Final = (
    "Payments can be deferred from the first on, but not the last one, which clears the debt; defer fewer.",
    "可自首期起延期，但最后一期须结清债务，不能延期；请减少延期期数。",
)
_MODE: Final = (
    f"What becomes of unpaid interest is a place in the list of {len(MODES)} modes, counted from 0.",
    f"未付利息的处理方式须为 {len(MODES)} 种方式列表中的序号（从 0 起）。",
)
_FIRST_DAYS: Final = (
    f"The first payment falls due after 1 to {LONGEST_FIRST_DAYS} days; beyond that, defer payments.",
    f"首期应还日须在 1 至 {LONGEST_FIRST_DAYS} 天之后；更晚请使用延期还款。",
)
