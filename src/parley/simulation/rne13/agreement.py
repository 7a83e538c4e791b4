"""What is agreed, in days and minor units: the payments of a plan, and how much of the balance it gives up.

Every negotiator writes plans at the annual rate the lender gives the case, so that none is judged by the price of its
money; what it chooses is the discount, the down-payment and the number of payments.
"""

from __future__ import annotations

from dataclasses import dataclass

from parley.money import divide_down, divide_half_up
from parley.servicing.interest import Frequency, level_instalment, period_interest

_WHOLE_BPS = 10_000
STEP_DAYS = 30
FIRST_DAY = 14


@dataclass(frozen=True, slots=True, repr=False)
class Agreement:
    """A plan. Units: days from the start of the case, minor units, basis points a year.

    `principal_minor` is how much of the balance the payments repay; what they bring above it is interest. `down_count`:
    how many of the first payments are a down-payment.
    """

    days: tuple[int, ...]
    payments_minor: tuple[int, ...]
    principal_minor: int
    rate_bps: int = 0
    down_count: int = 0

    def __post_init__(self) -> None:
        assert len(self.days) == len(self.payments_minor) > 0, "each payment has a day"
        assert list(self.days) == sorted(set(self.days)), "payments fall due one after the other"
        assert min(self.payments_minor) > 0, "a payment is of something"

    @property
    def total_minor(self) -> int:
        """The sum of all payments: what must be paid for the case to count as recovered."""
        return sum(self.payments_minor)

    @property
    def largest_minor(self) -> int:
        """The largest instalment, a down-payment apart."""
        return max(self.payments_minor[self.down_count :], default=0)

    @property
    def down_minor(self) -> int:
        """The down-payment."""
        return sum(self.payments_minor[: self.down_count])

    def discount_bps(self, balance_minor: int) -> int:
        """Return how much of the balance is given up, in basis points, rounded down."""
        return max(0, divide_down((balance_minor - self.principal_minor) * _WHOLE_BPS, balance_minor))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a negotiator chooses. Units: basis points of the balance, number of monthly payments."""

    discount_bps: int = 0
    down_bps: int = 0
    payments: int = 24


def write(balance_minor: int, rate_bps: int, terms: Terms, first_day: int) -> Agreement:
    """Return the plan of *terms*: the down-payment on *first_day*, level payments after it; the last takes the residue.

    Rounding: the discount to the borrower's favour by half a minor unit at most; interest half up each month.
    """
    discount_minor = divide_half_up(balance_minor * terms.discount_bps, _WHOLE_BPS)
    principal_minor = max(1, balance_minor - discount_minor)
    down_minor = divide_half_up(principal_minor * terms.down_bps, _WHOLE_BPS)
    rest_minor = principal_minor - down_minor
    days, payments = [], []
    if down_minor:
        days.append(first_day)
        payments.append(down_minor)
        first_day += STEP_DAYS
    if rest_minor:
        level = _level(rest_minor, rate_bps, terms.payments)
        days += [first_day + STEP_DAYS * number for number in range(len(level))]
        payments += level
    return Agreement(tuple(days), tuple(payments), principal_minor, rate_bps, down_count=1 if down_minor else 0)


def _level(principal_minor: int, rate_bps: int, payments: int) -> list[int]:
    instalment = level_instalment(principal_minor, rate_bps, payments, Frequency.MONTHLY)
    left, parts = principal_minor, []
    for number in range(payments):
        owed = left + period_interest(left, rate_bps, Frequency.MONTHLY)
        pays = owed if number == payments - 1 else min(instalment, owed)
        parts.append(pays)
        left = owed - pays
        if not left:
            break
    return parts
