"""How much interest does a period cost, and which equal instalment repays a balance? Whole minor units, no rows.

Interest of a period = balance × annual rate ÷ periods of a year, rounded half up to the minor unit; every period has
the same length. That is day count 30/360 for months and actual/364 for weeks and fortnights. No float: the annuity
formula is a quotient of whole numbers, rounded once.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache
from math import gcd
from typing import Final

from parley.dates import add_days, add_months
from parley.errors import BadInput
from parley.money import LARGEST_MINOR, divide_half_up

# Fifty years of months: more than any consumer plan, little enough that a bad term cannot stall the nightly run.
MOST_PAYMENTS: Final = 600
# 10,000 % a year. Above it the number was meant in another unit.
HIGHEST_RATE_BPS: Final = 1_000_000
WHOLE_BPS: Final = 10_000


class Frequency(StrEnum):
    """How often an instalment falls due."""

    MONTHLY = "monthly"
    BIWEEKLY = "biweekly"
    WEEKLY = "weekly"

    @property
    def periods_per_year(self) -> int:
        """Periods the nominal annual rate is divided by."""
        return _CALENDAR[self][0]

    @property
    def rate_convention(self) -> str:
        """The day count that dividing by `periods_per_year` amounts to, by its market name."""
        return _CALENDAR[self][2]


# Periods a year, days between payments (None: calendar months), day count. 7/364 = 1/52 and 14/364 = 1/26 exactly.
_CALENDAR: Final[dict[Frequency, tuple[int, int | None, str]]] = {
    Frequency.MONTHLY: (12, None, "30/360"),
    Frequency.BIWEEKLY: (26, 14, "actual/364"),
    Frequency.WEEKLY: (52, 7, "actual/364"),
}


# A menu prices hundreds of plans that start on the same few days.
@lru_cache(maxsize=2048)
def due_dates(first_due_on: date, frequency: Frequency, count: int, anchor_day: int | None = None) -> tuple[date, ...]:
    """Return the *count* due dates from *first_due_on*; day 31 falls on a short month's last day.

    *anchor_day* (1–31) is the day of month to come back to where *first_due_on* itself falls in a short month.
    """
    step_days = _CALENDAR[frequency][1]
    if step_days is not None:
        return tuple(add_days(first_due_on, step_days * k) for k in range(count))
    anchor = anchor_day or first_due_on.day
    assert add_months(first_due_on, 0, anchor) == first_due_on, "the first due date lies on the anchor day"
    return tuple(add_months(first_due_on, k, anchor) for k in range(count))


def period_interest(balance_minor: int, annual_rate_bps: int, frequency: Frequency = Frequency.MONTHLY) -> int:
    """Return the interest of one period on a balance. Units: minor units. Rounding: half up."""
    return divide_half_up(balance_minor * annual_rate_bps, WHOLE_BPS * frequency.periods_per_year)


def level_instalment(
    principal_minor: int, annual_rate_bps: int, payments: int, frequency: Frequency = Frequency.MONTHLY
) -> int:
    """Return the equal instalment that repays *principal_minor* in *payments* payments, without building rows.

    Units: minor units; basis points a year. Rounding: half up, once, and never to nothing.
    Source: annuity formula P·i / (1 − (1+i)⁻ⁿ).
    """
    refuse_impossible(principal_minor, annual_rate_bps, payments)
    numerator, denominator = _annuity_factor(annual_rate_bps, frequency, payments)
    return max(1, divide_half_up(principal_minor * numerator, denominator))


@lru_cache(maxsize=4096)
def _annuity_factor(annual_rate_bps: int, frequency: Frequency, payments: int) -> tuple[int, int]:
    """Return the instalment per unit of principal as a fraction of whole numbers.

    With i = r/d in lowest terms, i / (1 − (1+i)⁻ⁿ) = r·(d+r)ⁿ / (d·((d+r)ⁿ − dⁿ)).
    """
    if annual_rate_bps == 0:
        return 1, payments
    whole = WHOLE_BPS * frequency.periods_per_year
    shared = gcd(annual_rate_bps, whole)
    r, d = annual_rate_bps // shared, whole // shared
    grown = (d + r) ** payments
    return r * grown, d * (grown - d**payments)


def refuse_impossible(balance_minor: int, annual_rate_bps: int, payments: int) -> None:
    """Raise BadInput for a balance, rate or number of payments that no plan can have."""
    if not 1 <= balance_minor <= LARGEST_MINOR:
        raise BadInput(
            "A plan needs a balance above zero and within a consumer's debt; check the amount and its currency.",
            "还款计划的余额必须大于零且在个人债务范围内，请核对金额和币种。",
        )
    if not 0 <= annual_rate_bps <= HIGHEST_RATE_BPS:
        raise BadInput(
            "A plan needs an annual rate from 0 % to 10,000 %; give it in basis points (12.50 % is 1250).",
            "年利率须在 0% 至 10,000% 之间，请以基点填写（12.50% 即 1250）。",
        )
    if not 1 <= payments <= MOST_PAYMENTS:
        raise BadInput(
            f"A plan has 1 to {MOST_PAYMENTS} payments; give a number in that range.",
            f"还款计划的期数须为 1 至 {MOST_PAYMENTS} 期，请在此范围内填写。",
        )
