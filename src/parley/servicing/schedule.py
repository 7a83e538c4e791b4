"""Which payments repay a balance, and what does each consist of? Level plans in whole minor units, row by row.

The convention of interest and its rounding is that of `interest`. The last payment takes the difference of all
roundings, so a plan always ends at zero. A borrower is told the count of the finished schedule, never the one asked
for: rounding may pay off a very small balance early.

This is the fast path of `products.loan`, for the one case a menu prices by the hundred: equal steps, basis points,
nothing skipped. It takes a fifth to a tenth of the time; a test holds both to the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from parley.errors import BadInput
from parley.money import MINOR_DIGITS
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
    "PlanRow",
    "Schedule",
    "TooSmall",
    "level_instalment",
    "level_schedule",
    "schedule_for_instalment",
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


@dataclass(frozen=True, slots=True, repr=False)
class Schedule:
    """A plan that ends at zero. Units: minor units of `currency`; nominal annual rate in basis points."""

    rows: tuple[PlanRow, ...]
    currency: str
    annual_rate_bps: int
    frequency: Frequency = Frequency.MONTHLY

    @property
    def count(self) -> int:
        """The number of payments, as a borrower is told it."""
        return len(self.rows)

    @property
    def level_minor(self) -> int:
        """The instalment of every payment but the last."""
        return self.rows[0].payment_minor

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
) -> Schedule:
    """Return the level plan of *payments* payments; the last takes the difference.

    *anchor_day* (1–31) is the day of month to come back to where *first_due_on* falls in a short month.
    """
    _refuse_currency(currency)
    level = level_instalment(balance_minor, annual_rate_bps, payments, frequency)
    parts = _pay_down(balance_minor, annual_rate_bps, frequency, level, payments)
    dates = due_dates(first_due_on, frequency, payments, anchor_day)
    return Schedule(_rows(parts, dates), currency, annual_rate_bps, frequency)


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
