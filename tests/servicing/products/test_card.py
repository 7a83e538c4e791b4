"""Cards that run off: hand computation, an own naive loop by days, properties, refusals."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from importlib import resources
from random import Random

import pytest

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.card_order import CardBalance, CardOrder, choose_card_order, load_card_orders
from parley.servicing.daycount import DayCount
from parley.servicing.minimum import MinimumTerms
from parley.servicing.products.card import CardSchedule, CardTerms, fixed_schedule, minimum_schedule
from parley.servicing.schedule import TooSmall

RAW = (resources.files("parley.servicing") / "data" / "card_order.toml").read_bytes()
GB: CardOrder = choose_card_order(load_card_orders(RAW), "GB")
FIRST = date(2026, 12, 1)


def _terms(
    percent_bps: int = 200, floor: int = 2_500, currency: str = "GBP", day_count: DayCount = DayCount.ACTUAL_365F
) -> CardTerms:
    return CardTerms(currency, MinimumTerms(percent_bps, floor), GB, FIRST, 20, day_count=day_count)


def _one(amount: int, bps: int) -> list[CardBalance]:
    return [CardBalance("purchases", amount, bps)]


def test_two_statements_by_hand() -> None:
    # 1,000.00 at 18.25 %: 0.05 % a day. Minimum 2 % = 20.00, the floor of 25.00 holds. 20 days on 1,000.00 are 10.00,
    # 11 days on 975.00 are 5.3625: 15.36 is billed on 1 January. Then 2 % of 975.00 = 19.50 and 15.36 are 34.86.
    schedule = minimum_schedule(_terms(), _one(100_000, 1_825))
    first, second = schedule.rows[:2]
    assert (first.statement_minor, first.minimum_minor, first.payment_minor) == (100_000, 2_500, 2_500)
    assert (first.statement_on, first.due_on, first.balance_minor) == (FIRST, date(2026, 12, 21), 97_500)
    assert (second.statement_on, second.statement_minor, second.interest_minor) == (date(2027, 1, 1), 99_036, 1_536)
    assert second.payment_minor == 1_950 + 1_536


def test_interest_of_the_days_before_the_last_payment_is_billed_after_it() -> None:
    # 100.00 paid at once on 21 December: 20 days at 0.05 % are 1.00, billed in January; 20 days on that are 0.01.
    schedule = fixed_schedule(_terms(), _one(10_000, 1_825), Money(10_000, "GBP"))
    assert isinstance(schedule, CardSchedule)
    assert [row.payment_minor for row in schedule.rows] == [10_000, 100, 1]
    assert schedule.interest_minor == 101


def test_balances_bear_their_own_rates_and_the_dearest_is_paid_first() -> None:
    # A year of 365 days: 0.05 % a day on cash, nothing on the transfer. 300.00 pays the cash off and 100.00 of it.
    balances = [CardBalance("transfer", 50_000, 0), CardBalance("cash", 20_000, 1_825)]
    schedule = fixed_schedule(_terms(), balances, Money(30_000, "GBP"))
    assert isinstance(schedule, CardSchedule)
    # 20 days on 200.00 are 2.00; next payment 300.00: 2.00 of cash and 298.00 of the 400.00; 20 days on 2.00 are 0.02.
    assert [row.statement_minor for row in schedule.rows] == [70_000, 40_200, 10_202]
    assert [row.interest_minor for row in schedule.rows] == [0, 200, 2]
    assert schedule.total_minor == 70_000 + 202


@pytest.mark.parametrize("currency", ["JPY", "KWD", "USD"])
def test_any_currency_and_day_count(currency: str) -> None:
    schedule = minimum_schedule(_terms(currency=currency, day_count=DayCount.ACTUAL_360), _one(100_000, 1_800))
    # 0.05 % a day again.
    assert schedule.rows[1].interest_minor == 1_536


def test_fixed_amount_below_a_minimum_is_refused_with_what_would_do() -> None:
    answer = fixed_schedule(_terms(), _one(100_000, 1_825), Money(2_499, "GBP"))
    assert isinstance(answer, TooSmall)
    # 31 days at 0.05 % on 1,000.00.
    assert answer.first_interest_minor == 1_550
    enough = fixed_schedule(_terms(), _one(100_000, 1_825), Money(answer.needed_minor, "GBP"))
    assert isinstance(enough, CardSchedule)
    assert isinstance(fixed_schedule(_terms(), _one(100_000, 1_825), Money(answer.needed_minor - 1, "GBP")), TooSmall)
    assert max(row.minimum_minor for row in enough.rows) == answer.needed_minor


def _by_days(terms: CardTerms, balance: int, bps: int) -> list[tuple[int, int]]:
    """Follow one balance day by day, with the minimum paid; (interest, payment) per statement. Shares no code."""
    rows: list[tuple[int, int]] = []
    interest = 0
    day, owed, accrued = FIRST, balance, Fraction(0)
    due = None
    while True:
        if day.day == 1:
            interest = int(accrued + Fraction(1, 2)) if day != FIRST else 0
            owed, accrued = owed + interest, Fraction(0)
            if not owed:
                return rows
            share = int(Fraction((owed - interest) * terms.minimum.percent_bps, 10_000) + Fraction(1, 2))
            payment = min(max(share + interest, terms.minimum.floor_minor), owed)
            rows.append((interest, payment))
            due = day + timedelta(days=terms.due_after_days)
        if day == due:
            owed -= rows[-1][1]
        accrued += Fraction(owed * bps, 10_000 * 365)
        day += timedelta(days=1)


def test_minimum_payments_agree_with_a_count_day_by_day(full_size: bool) -> None:
    for number in range(10_000 if full_size else 60):
        random = Random(number)
        terms = _terms(random.randint(100, 1_000), random.randint(500, 5_000))
        balance, bps = random.randint(100, 300_000), random.randint(0, 4_000)
        schedule = minimum_schedule(terms, _one(balance, bps))
        assert [(row.interest_minor, row.payment_minor) for row in schedule.rows] == _by_days(terms, balance, bps)


def test_payments_are_the_balance_and_its_interest(full_size: bool) -> None:
    for number in range(20_000 if full_size else 150):
        random = Random(number)
        balances = [
            CardBalance(str(k), random.randint(1, 500_000), random.randint(0, 4_000))
            for k in range(random.randint(1, 4))
        ]
        owed = sum(balance.amount_minor for balance in balances)
        billed = random.randint(0, owed // 50)
        minimum = minimum_schedule(_terms(random.randint(200, 500)), balances, billed)
        fixed = fixed_schedule(_terms(), balances, Money(random.randint(owed // 10, owed), "GBP"), billed)
        for schedule in (minimum, fixed):
            if isinstance(schedule, CardSchedule):
                assert schedule.total_minor == owed + schedule.interest_minor
                assert schedule.rows[-1].balance_minor == 0
                assert all(row.minimum_minor <= row.payment_minor <= row.statement_minor for row in schedule.rows)


def test_minimum_that_never_repays_is_refused() -> None:
    with pytest.raises(BadInput, match="hundred years") as refused:
        minimum_schedule(_terms(percent_bps=0, floor=0), _one(100_000, 1_800))
    assert "一百年" in refused.value.zh


@pytest.mark.parametrize(("amount", "billed"), [(0, 0), (LARGEST_MINOR + 1, 0), (100, 101), (100, -1)])
def test_impossible_balance_is_refused(amount: int, billed: int) -> None:
    with pytest.raises(BadInput, match="above zero") as refused:
        minimum_schedule(_terms(), _one(amount, 1_800), billed)
    assert "大于零" in refused.value.zh


def test_other_currency_and_late_due_day_are_refused() -> None:
    with pytest.raises(BadInput, match="one currency"):
        fixed_schedule(_terms(), _one(10_000, 1_800), Money(1_000, "EUR"))
    with pytest.raises(BadInput, match="before the next one"):
        CardTerms("GBP", MinimumTerms(200, 500), GB, FIRST, 28)
