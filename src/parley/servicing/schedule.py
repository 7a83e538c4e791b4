"""Which payments repay a balance, and what does each consist of? Level plans in whole minor units, row by row.

The convention of interest and its rounding is that of `interest`. The last payment takes the difference of all
roundings, so a plan always ends at zero. A borrower is told the count of the finished schedule, never the one asked
for: rounding may pay off a very small balance early.

This is the fast path of `products.loan`, for the one case a menu prices by the hundred: equal steps, basis points,
nothing skipped. It takes a fifth to a tenth of the time; a test holds both to the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol

from parley.errors import BadInput
from parley.money import MINOR_DIGITS, split
from parley.servicing.interest import (
    WHOLE_BPS,
    Frequency,
    due_dates,
    level_instalment,
    period_interest,
    refuse_impossible,
)

__all__ = [
    "Frequency",
    "PlanFigures",
    "PlanRow",
    "Schedule",
    "TooSmall",
    "begun_schedule",
    "deferred_schedule",
    "level_instalment",
    "level_schedule",
    "schedule_for_instalment",
    "settled_schedule",
]


class PlanRow(NamedTuple):
    """One payment of a plan; `balance_minor` is what is left after it.

    A named tuple, unlike the other types here: a menu builds thousands of rows, and a frozen dataclass takes several
    times as long to make.
    """

    number: int
    due_on: date
    payment_minor: int
    principal_minor: int
    interest_minor: int
    balance_minor: int

    def __repr__(self) -> str:
        return f"PlanRow({self.number}, {self.due_on}, …)"


class PlanFigures(Protocol):
    """What the law asks of a plan: known of a priced candidate before its rows are. As in `Schedule`."""

    @property
    def count(self) -> int:
        """The number of payments."""

    @property
    def annual_rate_bps(self) -> int:
        """Nominal annual rate in basis points."""

    @property
    def frequency(self) -> Frequency:
        """How often a payment falls due."""

    @property
    def interest_minor(self) -> int:
        """The sum of all interest."""

    @property
    def forgiven_minor(self) -> int:
        """What of the debt is not repaid."""

    @property
    def deferred(self) -> int:
        """The payments left out before the first one."""


@dataclass(frozen=True, slots=True, repr=False)
class Schedule:
    """A plan that ends at zero. Units: minor units of `currency`; nominal annual rate in basis points.

    `forgiven_minor` of the debt is not repaid. `deferred` payments are left out before the first one.
    `has_down_payment`: the first payment is another sum than the instalments after it.
    """

    rows: tuple[PlanRow, ...]
    currency: str
    annual_rate_bps: int
    frequency: Frequency = Frequency.MONTHLY
    forgiven_minor: int = 0
    deferred: int = 0
    has_down_payment: bool = False

    @property
    def count(self) -> int:
        """The number of payments, as a borrower is told it."""
        return len(self.rows)

    @property
    def level_minor(self) -> int:
        """The instalment of every payment but the last, and but the down payment, where there is one."""
        return self.rows[1 if self.has_down_payment and len(self.rows) > 1 else 0].payment_minor

    @property
    def level_count(self) -> int:
        """How many payments there are but the down payment."""
        return self.count - self.has_down_payment

    @property
    def last_minor(self) -> int:
        """The last payment."""
        return self.rows[-1].payment_minor

    @property
    def total_minor(self) -> int:
        """The sum of all payments."""
        return sum([row.payment_minor for row in self.rows])

    @property
    def interest_minor(self) -> int:
        """The sum of all interest."""
        return sum([row.interest_minor for row in self.rows])

    def __repr__(self) -> str:
        return f"Schedule({self.count} rows, {self.frequency}, {self.currency}, …)"


@dataclass(frozen=True, slots=True, repr=False)
class TooSmall:
    """The instalment does not repay the balance in the payments allowed.

    `first_interest_minor` is the interest of the first period; `needed_minor` the smallest instalment that would do.
    """

    first_interest_minor: int
    needed_minor: int

    def __repr__(self) -> str:
        return "TooSmall(…)"


def level_schedule(
    balance_minor: int,
    annual_rate_bps: int,
    payments: int,
    first_due_on: date,
    currency: str,
    frequency: Frequency = Frequency.MONTHLY,
    *,
    anchor_day: int | None = None,
    forgiven_minor: int = 0,
) -> Schedule:
    """Return the level plan of *payments* payments; the last takes the difference.

    *anchor_day* (1–31) is the day of month to come back to where *first_due_on* falls in a short month.
    """
    _refuse_currency(currency)
    level = level_instalment(balance_minor, annual_rate_bps, payments, frequency)
    parts = _pay_down(balance_minor, annual_rate_bps, frequency, level, payments)
    dates = due_dates(first_due_on, frequency, payments, anchor_day)
    return Schedule(_rows(parts, dates), currency, annual_rate_bps, frequency, forgiven_minor)


def deferred_schedule(plain: Schedule, deferred: int) -> Schedule:
    """Return *plain* with *deferred* payments left out before its first one, which keeps its due date.

    The interest of the months left out bears none itself and is paid with the last payment.
    """
    if deferred == 0:
        return plain
    amount = plain.rows[0].balance_minor + plain.rows[0].principal_minor
    held = deferred * period_interest(amount, plain.annual_rate_bps, plain.frequency)
    *before, last = plain.rows
    late = last._replace(payment_minor=last.payment_minor + held, interest_minor=last.interest_minor + held)
    return replace(plain, rows=(*before, late), deferred=deferred)


def settled_schedule(
    amount_minor: int, down_minor: int, payments: int, first_due_on: date, currency: str, forgiven_minor: int
) -> Schedule:
    """Return the plan that pays *down_minor* of *amount_minor* first, the rest in *payments* months, without interest.

    Rounding: largest remainder, the larger parts first.
    """
    assert 0 < down_minor <= amount_minor, "a settlement begins with a payment"
    rest = amount_minor - down_minor
    parts = [down_minor, *(split(rest, (1,) * min(payments, rest)) if rest else ())]
    rows, left = [], amount_minor
    for number, (part, due_on) in enumerate(
        zip(parts, due_dates(first_due_on, Frequency.MONTHLY, len(parts)), strict=True), 1
    ):
        left -= part
        rows.append(PlanRow(number, due_on, part, part, 0, left))
    return Schedule(tuple(rows), currency, 0, forgiven_minor=forgiven_minor, has_down_payment=len(rows) > 1)


def begun_schedule(
    amount_minor: int,
    annual_rate_bps: int,
    first_minor: int,
    payments: int,
    first_due_on: date,
    currency: str,
    forgiven_minor: int = 0,
) -> Schedule:
    """Return the plan that begins with *first_minor* and repays the rest in *payments* level ones from a month later.

    The first payment holds the interest of the first month, which is a whole one.
    """
    interest = period_interest(amount_minor, annual_rate_bps)
    rest = amount_minor + interest - first_minor
    assert interest < first_minor and rest > 0, "a first payment repays some of the debt, and not all of it"
    second_on = due_dates(first_due_on, Frequency.MONTHLY, 2)[1]
    later = level_schedule(rest, annual_rate_bps, payments, second_on, currency, anchor_day=first_due_on.day)
    first = PlanRow(1, first_due_on, first_minor, first_minor - interest, interest, rest)
    rows = (first, *(row._replace(number=row.number + 1) for row in later.rows))
    return replace(later, rows=rows, forgiven_minor=forgiven_minor, has_down_payment=True)


def schedule_for_instalment(
    balance_minor: int,
    annual_rate_bps: int,
    instalment_minor: int,
    first_due_on: date,
    currency: str,
    max_payments: int,
    frequency: Frequency = Frequency.MONTHLY,
    *,
    anchor_day: int | None = None,
) -> Schedule | TooSmall:
    """Return the plan of payments of exactly *instalment_minor* until all is paid; the last one may be smaller.

    Refuses with TooSmall where *max_payments* would not be enough, or no number would be: the debt would not fall.
    """
    refuse_impossible(balance_minor, annual_rate_bps, max_payments)
    _refuse_currency(currency)
    if instalment_minor < 1:
        raise BadInput(
            "An instalment must be above zero; give the amount of one payment.",
            "每期还款金额必须大于零，请填写每期金额。",
        )
    parts = _pay_down(balance_minor, annual_rate_bps, frequency, instalment_minor, max_payments)
    if parts[-1][0] > instalment_minor:
        needed = _smallest_instalment(balance_minor, annual_rate_bps, frequency, max_payments)
        return TooSmall(period_interest(balance_minor, annual_rate_bps, frequency), needed)
    dates = due_dates(first_due_on, frequency, len(parts), anchor_day)
    return Schedule(_rows(parts, dates), currency, annual_rate_bps, frequency)


# (payment, principal, interest, balance after)
_Parts = tuple[int, int, int, int]


def _pay_down(balance: int, rate_bps: int, frequency: Frequency, instalment: int, payments: int) -> list[_Parts]:
    """Pay *instalment* until the balance is nil; payment number *payments* clears whatever is left."""
    whole = WHOLE_BPS * frequency.periods_per_year
    twice_rate, twice_whole = 2 * rate_bps, 2 * whole
    parts = []
    for _ in range(payments - 1):
        interest = (balance * twice_rate + whole) // twice_whole  # period_interest, without its call: the inner loop
        principal = instalment - interest
        if principal >= balance:
            break
        balance -= principal
        parts.append((instalment, principal, interest, balance))
    interest = (balance * twice_rate + whole) // twice_whole
    parts.append((balance + interest, balance, interest, 0))
    return parts


def _rows(parts: list[_Parts], dates: tuple[date, ...]) -> tuple[PlanRow, ...]:
    numbered = zip(parts, dates, strict=False)  # more dates than rows where rounding ended the plan early
    return tuple([PlanRow(number, due_on, *part) for number, (part, due_on) in enumerate(numbered, 1)])


def _smallest_instalment(balance: int, rate_bps: int, frequency: Frequency, payments: int) -> int:
    """Return the least instalment that clears the balance in *payments* periods.

    Rounding interest moves the exact annuity by half a minor unit at most, so the answer lies within two units of
    the level instalment, and one below it is a safe start.
    """
    needed = max(1, level_instalment(balance, rate_bps, payments, frequency) - 1)
    while _pay_down(balance, rate_bps, frequency, needed, payments)[-1][0] > needed:
        needed += 1
    return needed


def _refuse_currency(currency: str) -> None:
    if currency not in MINOR_DIGITS:
        raise BadInput(
            "A plan needs a currency Parley knows; give its ISO 4217 code, for example USD.",
            "无法识别该币种，请填写 ISO 4217 币种代码，例如 CNY。",
        )
