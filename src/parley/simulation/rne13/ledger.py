"""What is paid, day by day, and what is left in the borrower's hands: all cases at once, in whole minor units.

A ← max(0, A + income − spending); a payment that is due is made where A holds it, else missed; the second miss breaks
the plan. No payment is made up later. Shape: every array has one row for each case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from parley.money import divide_down
from parley.simulation.chance import Dice
from parley.simulation.rne13.agreement import Agreement
from parley.simulation.rne13.card import Parameters
from parley.simulation.rne13.case import WHOLE_BPS, BorrowerCase, IncomeEvery, Shock

Whole = npt.NDArray[np.int64]
Ratio = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]

_MONTHS_A_YEAR: Final = 12
_DAYS_A_YEAR: Final = 365
_MONTH_DAYS: Final = 30
_WEEK_DAYS: Final = 7
_NO_SHOCK: Final = Shock(start_day=0, days=0, income_bps=WHOLE_BPS)
NEVER: Final = np.iinfo(np.int64).max
_QUARTERS: Final = 4
QUARTERS: Final = (1, 2, _QUARTERS)


@dataclass(frozen=True, slots=True)
class Books:
    """What the days brought. Units: minor units, days; `variance` in (months of essentials)².

    `reached[q]`: the first day on which q quarters of the payable sum were paid, `NEVER` where it is not. `worth` is
    what was paid, each payment discounted at the lender's rate, as a share of the balance.
    """

    paid: Whole
    reached: dict[int, Whole]
    broken: Truth
    low_days: Whole
    very_low_days: Whole
    variance: Ratio
    worth: Ratio

    def part(self, rows: slice) -> Books:
        """Return the books of *rows*."""
        return Books(
            paid=self.paid[rows],
            reached={quarters: first[rows] for quarters, first in self.reached.items()},
            broken=self.broken[rows],
            low_days=self.low_days[rows],
            very_low_days=self.very_low_days[rows],
            variance=self.variance[rows],
            worth=self.worth[rows],
        )


class Households:
    """The income and spending of all cases, day by day; the same under every negotiator."""

    def __init__(self, cases: Sequence[BorrowerCase], parameters: Parameters, seed: int) -> None:
        self.cases, self.parameters, self.seed = cases, parameters, seed
        self.balance = _column(cases, "balance_minor")
        self.assets = _column(cases, "assets_minor")
        self.essential = _column(cases, "essential_minor")
        shocks = [case.shock or _NO_SHOCK for case in cases]
        self._shock_from = np.array([shock.start_day for shock in shocks], dtype=np.int64)
        self._shock_to = np.array([shock.start_day + shock.days for shock in shocks], dtype=np.int64)
        self._shock_bps = np.array([shock.income_bps for shock in shocks], dtype=np.int64)
        self._slips = [Dice(seed, "rne13", "slip", case.id) for case in cases]
        self._slip_draws: list[list[int]] = [[] for _ in cases]
        self.flow = self._flows()

    def _flows(self) -> Whole:
        """Return income less spending of each day. Shape: (days, cases). Rounding: a year comes out whole."""
        days = self.parameters.horizon_days
        income = _column(self.cases, "income_minor")
        spent = self.essential + _column(self.cases, "other_debt_minor")
        flow = np.empty((days + 1, len(self.cases)), dtype=np.int64)
        percent = self._month_percent()
        for day in range(days + 1):
            earned = _of_day(income, day)
            if percent is not None:
                earned = earned * percent[day // _MONTH_DAYS] // 100
            flow[day] = earned * self._left_bps(day) // WHOLE_BPS - _of_day(spent, day)
        return flow

    def _month_percent(self) -> Whole | None:
        """Return what irregular incomes bring each month, of their mean. Shape: (months, cases)."""
        if not any(case.income_every is IncomeEvery.IRREGULAR for case in self.cases):
            return None
        months = self.parameters.horizon_days // _MONTH_DAYS + 1
        percent = np.full((months, len(self.cases)), 100, dtype=np.int64)
        for column, case in enumerate(self.cases):
            if case.income_every is IncomeEvery.IRREGULAR:
                dice = Dice(self.seed, "rne13", "months", case.id)
                percent[:, column] = [dice.pick(self.parameters.irregular_percent) for _ in range(months)]
        return percent

    def _left_bps(self, day: int) -> Whole:
        """Return what a shock leaves of the income on *day*, in basis points."""
        return np.where((self._shock_from <= day) & (day < self._shock_to), self._shock_bps, WHOLE_BPS)

    def slip_draws(self, column: int, count: int) -> list[int]:
        """Return the draws of the first *count* payments of a case: below the chance means missed all the same."""
        drawn = self._slip_draws[column]
        while len(drawn) < count:
            drawn.append(self._slips[column].below(WHOLE_BPS))
        return drawn[:count]


def _column(cases: Sequence[BorrowerCase], name: str) -> Whole:
    return np.array([getattr(case, name) for case in cases], dtype=np.int64)


def _of_day(month: Whole, day: int) -> Whole:
    """Return a day's share of a monthly sum, so that the days of a year sum to twelve months."""
    whole = month * _MONTHS_A_YEAR
    return whole * (day + 1) // _DAYS_A_YEAR - whole * day // _DAYS_A_YEAR


def _slip_bps(case: BorrowerCase, payment: int, parameters: Parameters) -> int:
    """Return the chance that an instalment is missed though the money is there: less where it weighs less."""
    surplus = max(1, case.surplus_minor)
    heavier_percent = divide_down(100 * (payment - surplus), surplus)
    percent = max(0, 100 + divide_down(parameters.slip_elasticity_percent * heavier_percent, 100))
    return min(WHOLE_BPS, divide_down(parameters.slip_bps * percent, 100))


@dataclass(frozen=True, slots=True)
class _Plans:
    """The plans of all cases, side by side. Shape: (cases, payments), padded with a day that never comes."""

    days: Whole
    payments: Whole
    slips: Truth
    payable: Whole

    def thresholds(self) -> dict[int, Whole]:
        """Return q quarters of what is payable, rounded up, by q; `NEVER` where nothing is."""
        return {
            quarters: np.where(self.payable > 0, (self.payable * quarters + _QUARTERS - 1) // _QUARTERS, NEVER)
            for quarters in QUARTERS
        }


def _side_by_side(households: Households, agreements: Sequence[Agreement | None]) -> _Plans:
    """Return the plans in rows: all cases under one negotiator, then all under the next."""
    most = 1 + max((len(each.days) for each in agreements if each is not None), default=0)
    shape = (len(agreements), most)
    days, payments = np.full(shape, NEVER, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    slips, payable = np.zeros(shape, dtype=np.bool_), np.zeros(shape[0], dtype=np.int64)
    for row, agreement in enumerate(agreements):
        if agreement is None:
            continue
        count, column = len(agreement.days), row % len(households.cases)
        days[row, :count], payments[row, :count] = agreement.days, agreement.payments_minor
        payable[row] = agreement.total_minor
        draws, case = households.slip_draws(column, count), households.cases[column]
        chances = {each: _slip_bps(case, each, households.parameters) for each in set(agreement.payments_minor)}
        slips[row, :count] = [draw < chances[each] for draw, each in zip(draws, agreement.payments_minor, strict=True)]
    return _Plans(days, payments, slips, payable)


class _Hands:
    """What lies in the borrowers' hands, counted day by day. A day's essentials are 12/365 of a month's."""

    def __init__(self, essential: Whole) -> None:
        self._of_day = essential * _MONTHS_A_YEAR
        # Nobody lives on nothing; the ratio needs a measure.
        self._of_month = np.maximum(self._of_day * _MONTH_DAYS, 1)
        self.low, self.very_low = np.zeros_like(essential), np.zeros_like(essential)
        self._months, self._squares, self._days = np.zeros(len(essential)), np.zeros(len(essential)), 0

    def count(self, held: Whole) -> None:
        """Count a day on which *held* is left."""
        scaled = held * _DAYS_A_YEAR
        self.low += scaled < self._of_day * _MONTH_DAYS
        self.very_low += scaled < self._of_day * _WEEK_DAYS
        months = scaled / self._of_month
        self._months += months
        self._squares += months**2
        self._days += 1

    @property
    def variance(self) -> Ratio:
        """The variance over the days of what was held, in months of essentials, squared."""
        spread: Ratio = self._squares / self._days - (self._months / self._days) ** 2
        return np.maximum(spread, 0)


def live(households: Households, held: Sequence[Sequence[Agreement | None]]) -> list[Books]:
    """Return what the days of the horizon bring, books for each row of *held*: an agreement or None for each case.

    All are lived at once: a day costs the same for one negotiator and for ten.
    """
    plans = _side_by_side(households, [each for row in held for each in row])
    books = _lived(households, plans, len(held))
    cases = len(households.cases)
    return [books.part(slice(number * cases, (number + 1) * cases)) for number in range(len(held))]


def _lived(households: Households, plans: _Plans, times: int) -> Books:
    parameters, count = households.parameters, len(plans.payable)
    balance, held = np.tile(households.balance, times), np.tile(households.assets, times)
    rows, at = np.arange(count), np.zeros(count, dtype=np.int64)
    paid, missed, worth = np.zeros_like(at), np.zeros_like(at), np.zeros(count)
    thresholds, hands = plans.thresholds(), _Hands(np.tile(households.essential, times))
    reached = {quarters: np.full(count, NEVER, dtype=np.int64) for quarters in QUARTERS}
    for day in range(parameters.horizon_days + 1):
        held = np.maximum(held + np.tile(households.flow[day], times), 0)
        is_due = (plans.days[rows, at] == day) & (missed < parameters.misses_break)
        if is_due.any():
            due = np.where(is_due, plans.payments[rows, at], 0)
            pays = is_due & (held >= due) & ~plans.slips[rows, at]
            now = np.where(pays, due, 0)
            held, paid = held - now, paid + now
            missed += is_due & ~pays
            at += is_due
            worth += now / balance / (1 + parameters.lender_rate_bps / WHOLE_BPS) ** (day / _DAYS_A_YEAR)
            for quarters, first in reached.items():
                first[(first == NEVER) & (paid >= thresholds[quarters])] = day
        hands.count(held)
    broken = missed >= parameters.misses_break
    return Books(paid, reached, broken, hands.low, hands.very_low, hands.variance, worth)
