"""Every plan that a policy text allows for some facts, worked out by arithmetic of its own. Pure.

Written from `docs/policy.md`, not from the optimiser: it shares no line with negotiation, pricing or schedules, so
that a fault of theirs cannot hide itself. Slow and plain.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any, Final

_BPS: Final = 10_000
_AFTER_PAY_DAY: Final = timedelta(days=3)
_YEAR: Final = 12 * _BPS
_ROLES: Final = ("machine", "agent", "lead")


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, a half up."""
    return floor(value + Fraction(1, 2))


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """What the certificate says the menu depended on. Raises for what is missing or of the wrong form."""

    product: str
    currency: str
    balance: int
    charges: int
    penalty: int
    contract_rate: int
    late: int
    capacity: int
    lump: int
    first_on: date
    offered_on: date | None
    agreed_before: int
    pay_day: date | None
    role: str

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Facts:
        """Read the facts of a certificate."""
        assert kept["role"] in _ROLES
        numbers = (
            *("balance_minor", "charges_minor", "penalty_minor", "contract_rate_bps", "days_past_due"),
            *("capacity_minor", "lump_minor", "agreed_before"),
        )
        assert all(type(kept[name]) is int for name in numbers)
        offered = kept["offered_on"]
        return cls(
            product=kept["product"],
            currency=kept["currency"],
            balance=kept["balance_minor"],
            charges=kept["charges_minor"],
            penalty=kept["penalty_minor"],
            contract_rate=kept["contract_rate_bps"],
            late=kept["days_past_due"],
            capacity=kept["capacity_minor"],
            lump=kept["lump_minor"],
            first_on=date.fromisoformat(kept["first_due_on"]),
            offered_on=date.fromisoformat(offered) if offered is not None else None,
            agreed_before=kept["agreed_before"],
            # Certificates from before pay-days were kept have none.
            pay_day=date.fromisoformat(kept["pay_day"]) if kept.get("pay_day") is not None else None,
            role=kept["role"],
        )

    @property
    def follows_pay_day(self) -> bool:
        """Whether the first payment falls due on the pay-day it was set by, or within three days after it."""
        return self.pay_day is None or timedelta(0) <= self.first_on - self.pay_day <= _AFTER_PAY_DAY

    @property
    def at_once(self) -> int:
        """What can be paid on the first day."""
        return max(self.capacity, self.lump)


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """One plan: its levers, and its rows as (payment, principal, interest)."""

    asked: int
    rate: int
    forgiven: int
    deferred: int
    down: int
    rows: tuple[tuple[int, int, int], ...]
    worth: int

    @property
    def levers(self) -> tuple[int, int, int, int, int]:
        """What names the plan."""
        return self.asked, self.rate, self.forgiven, self.deferred, self.down

    @property
    def monthly(self) -> list[int]:
        """The payments but the down payment."""
        return [payment for payment, _, _ in self.rows[1 if self.down else 0 :]]

    @property
    def largest(self) -> int:
        """The largest monthly payment; nothing where all is paid at once."""
        return max(self.monthly, default=0)

    @property
    def level(self) -> int:
        """The instalment worth collecting."""
        return self.monthly[0] if self.monthly else self.down

    @property
    def total(self) -> int:
        """All payments."""
        return sum(payment for payment, _, _ in self.rows)

    @property
    def length(self) -> int:
        """How many months it lasts."""
        return len(self.rows) + self.deferred

    def merits(self, facts: Facts) -> tuple[int, int, int]:
        """Total, load and length: what makes one plan better for the borrower than another."""
        return self.total, max(self.largest * facts.at_once, self.down * facts.capacity), self.length

    @property
    def order(self) -> tuple[int, ...]:
        """The place in the order of plans."""
        return self.total, self.length, self.largest, self.down, self.rate, self.forgiven, self.asked


@dataclass(frozen=True, slots=True, repr=False)
class Allowed:
    """What the policy leaves to a role: every plan, and the least a plan must be worth of what is owed."""

    plans: tuple[Plan, ...]
    lowest_worth: int
    most: int
    smallest: int
    askable: int

    def fits(self, plan: Plan, facts: Facts) -> bool:
        """Whether capacity and policy hold."""
        is_affordable = plan.largest <= self.askable and plan.down <= facts.at_once
        is_enough = plan.worth * _BPS >= facts.balance * self.lowest_worth
        return is_affordable and is_enough and plan.level >= self.least(plan, facts)

    def least(self, plan: Plan, facts: Facts) -> int:
        """Return the least instalment worth collecting of this plan."""
        return min(self.smallest, facts.balance - plan.forgiven)


def allowed_plans(policy: Mapping[str, Any], facts: Facts, step: int) -> Allowed:
    """Return what *policy* (parsed TOML) allows for *facts*: by its levers (0), or by a step of its floor (from 1)."""
    rows = [
        row
        for row in policy["levers"]
        if facts.product in row.get("products", [facts.product]) and row["from_days"] <= facts.late
    ]
    row, band, is_floor = rows[-1], policy["authority"][facts.role], step > 0
    last = policy["floor"][max(step - 1, 0)]
    written_down = half_up(Fraction(facts.balance * last.get("write_down_bps", 0), _BPS)) if is_floor else 0
    grid, discount = policy["products"][facts.product], policy["odds"]["discount_bps"]
    deferred = _deferred(policy, facts)
    may_defer = deferred <= min(row.get("most_deferred", 0), band["most_deferred"])
    most = (
        grid["max_payments"] if is_floor else min(row.get("most_payments", grid["max_payments"]), grid["max_payments"])
    )
    counts = range(grid.get("min_payments", 1), most + 1, grid.get("step", 1))
    if is_floor:
        rates, waived, worth = [last["rate_bps"]], [last.get("charges_waived_bps", 0)], last["lowest_worth_bps"]
    else:
        rates = [rate for rate in row["rate_bps"] if rate >= band["lowest_rate_bps"]]
        waived = [share for share in row.get("charges_waived_bps", [0]) if share <= band["most_waived_bps"]]
        worth = band["lowest_worth_bps"]
    plans: list[Plan] = []
    if may_defer:
        forgiven = sorted({half_up(Fraction(facts.charges * share, _BPS)) + written_down for share in waived})
        kept = [
            _level(facts.balance - waiver, count, rate, waiver, deferred, discount)
            for waiver in forgiven
            if waiver < facts.balance
            for rate in sorted({min(rate, facts.contract_rate) for rate in rates})
            for count in counts
        ]
        plans += kept
        if deferred == 0 and row.get("larger_first", False) and facts.lump > facts.capacity:
            plans += (
                plan
                for waiver in forgiven
                if waiver < facts.balance
                for rate in sorted({min(rate, facts.contract_rate) for rate in rates})
                for count in counts[:-1]
                for plan in _begun(facts.balance - waiver, facts.lump, count, rate, waiver, discount)
            )
        if not is_floor and deferred == 0:
            plans += (plan for plan in _settled(row, band, facts, discount) if plan.asked < grid["max_payments"])
    smallest = policy["smallest_instalment_minor"].get(facts.currency, 1)
    askable = facts.capacity * policy["most_of_capacity_bps"] // _BPS
    return Allowed(tuple(plans), worth, grid["max_payments"], smallest, askable)


def _deferred(policy: Mapping[str, Any], facts: Facts) -> int:
    if facts.offered_on is None:
        return 0
    latest, months = facts.offered_on + timedelta(days=policy["latest_first_payment_days"]), 0
    while facts.first_on > month_after(latest, months):
        months += 1
    return months


def month_after(day: date, months: int) -> date:
    """Return *day* so many months later; day 31 falls on the last day of a short month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _level(amount: int, asked: int, rate: int, forgiven: int, deferred: int, discount: int) -> Plan:
    period = Fraction(rate, _YEAR)
    exact = amount * period / (1 - (1 + period) ** -asked) if rate else Fraction(amount, asked)
    level, left = max(1, half_up(exact)), amount
    rows: list[tuple[int, int, int]] = []
    for _ in range(asked - 1):
        interest = (2 * left * rate + _YEAR) // (2 * _YEAR)
        if level - interest >= left:
            break
        rows.append((level, level - interest, interest))
        left -= level - interest
    # What was left out at the start bears no interest of its own and comes with the last payment.
    last = (2 * left * rate + _YEAR) // (2 * _YEAR) + deferred * ((2 * amount * rate + _YEAR) // (2 * _YEAR))
    rows.append((left + last, left, last))
    payments = [*[0] * deferred, *(payment for payment, _, _ in rows)]
    return Plan(asked, rate, forgiven, deferred, 0, tuple(rows), _worth(payments, discount))


def _begun(amount: int, first: int, asked: int, rate: int, forgiven: int, discount: int) -> Iterator[Plan]:
    """Give the plan that begins with *first*, with *asked* level payments after it; none where nothing is left."""
    interest = half_up(Fraction(amount * rate, _YEAR))
    rest = amount + interest - first
    if interest < first and rest > 0:
        later = _level(rest, asked, rate, 0, 0, discount).rows
        rows = ((first, first - interest, interest), *later)
        yield Plan(asked, rate, forgiven, 0, first, rows, _worth([payment for payment, _, _ in rows], discount))


def _settled(row: Mapping[str, Any], band: Mapping[str, Any], facts: Facts, discount: int) -> Iterator[Plan]:
    for share in row.get("settlement_discount_bps", []):
        forgiven = half_up(Fraction(facts.balance * share, _BPS))
        amount = facts.balance - forgiven
        if share > band["most_discount_bps"] or forgiven == 0 or amount <= 0:
            continue
        for part in row["settlement_down_payment_bps"]:
            down = min(amount, max(1, half_up(Fraction(amount * part, _BPS))))
            for asked in row["settlement_payments"] if part < _BPS else [0]:
                payments = [down, *_parts(amount - down, asked)]
                rows = tuple((payment, payment, 0) for payment in payments)
                yield Plan(asked, 0, forgiven, 0, down, rows, _worth(payments, discount))


def _parts(rest: int, asked: int) -> list[int]:
    """Split *rest* in equal parts of at least one, the larger ones first."""
    count = min(asked, rest)
    return [rest // count + (1 if place < rest % count else 0) for place in range(count)]


def _worth(payments: list[int], discount: int) -> int:
    """Return what the payments are worth today, rounded once."""
    up, down = 0, 1
    for payment in reversed(payments):
        up, down = (up + payment * down) * _YEAR, down * (_YEAR + discount)
    return half_up(Fraction(up, down))
