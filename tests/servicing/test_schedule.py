"""Level plans: published figures, properties, refusals."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.errors import BadInput
from parley.servicing.schedule import (
    Frequency,
    Schedule,
    TooSmall,
    level_instalment,
    level_schedule,
    schedule_for_instalment,
)

FIRST = date(2026, 12, 5)

_balances = st.integers(1, 100_000_000)
_rates = st.one_of(st.just(0), st.integers(1, 5_000), st.integers(1, 50_000))
_counts = st.integers(1, 120)
_frequencies = st.sampled_from(Frequency)


# Hand-copied; source of each row: the cases of the same name in plan-maths.yaml (kinds payment, plan), and the offers
# of the two golden transcripts in style-models.md, section 8.
# (case, balance, rate in bps, payments asked, level, last, payments made, total interest; None: not in the source)
LEVEL_FIGURES = [
    ("pay-us-100k-6", 10_000_000, 600, 360, 59_955, None, 360, None),
    ("pay-car-20k-5", 2_000_000, 500, 60, 37_742, None, 60, None),
    ("ec-pay-360-6", 20_000_000, 600, 360, 119_910, None, 360, None),
    ("ec-pay-guarantee", 3_000_000, 750, 120, 35_611, None, 120, None),
    ("npf-pmt-200k", 20_000_000, 750, 180, 185_402, None, 180, None),
    ("frappe-130-tenure", 13_000, 2_000, 12, 1_204, 1_207, 12, None),
    ("plan-extend-12-to-24", 1_200_000, 1_800, 24, 59_909, 59_907, 24, 237_814),
    ("plan-rate-0-7ways", 100_000, 0, 7, 14_286, 14_284, 7, 0),
    ("plan-holiday-3-monthly, after the holiday", 530_604, 2_400, 12, 50_174, 50_171, 12, None),
    ("npv-extend-same-rate, was", 1_000_000, 1_800, 12, 91_680, None, 12, None),
    ("npv-extend-same-rate, new", 1_000_000, 1_800, 24, 49_924, None, 24, None),
    ("npv-extend-and-cut, was", 750_000, 2_990, 18, 52_215, None, 18, None),
    ("npv-extend-and-cut, new", 750_000, 990, 48, 18_986, None, 48, None),
    ("transcript us, offer 1", 124_000, 790, 23, 5_827, None, 23, 134_032 - 124_000),
    ("transcript us, offer 2", 124_000, 1_200, 24, 5_837, None, 24, 140_091 - 124_000),
    ("transcript cn, offer 1", 1_000_000, 600, 22, 48_114, None, 22, 1_058_503 - 1_000_000),
    ("transcript cn, offer 2", 1_000_000, 1_200, 23, 48_886, None, 23, 1_124_374 - 1_000_000),
]


@pytest.mark.parametrize(
    ("balance", "rate_bps", "payments", "level", "last", "made", "interest"),
    [row[1:] for row in LEVEL_FIGURES],
    ids=[row[0] for row in LEVEL_FIGURES],
)
def test_level_plan_has_the_published_figures(
    balance: int, rate_bps: int, payments: int, level: int, last: int | None, made: int, interest: int | None
) -> None:
    plan = level_schedule(balance, rate_bps, payments, FIRST, "USD")
    assert level_instalment(balance, rate_bps, payments) == plan.level_minor == level
    assert plan.count == made
    assert last in {None, plan.last_minor}
    assert interest in {None, plan.interest_minor}


# (case, balance, rate in bps, affordable payment, payments made, last; None: not in the source)
INSTALMENT_FIGURES = [
    ("pay-afford-300", 800_000, 2_190, 30_000, 37, 26_163),
    ("pay-afford-1234", 2_000_000, 3_590, 123_400, 23, 62_527),
    ("npf-nper-8000", 800_000, 700, 15_000, 65, None),
]


@pytest.mark.parametrize(
    ("balance", "rate_bps", "instalment", "made", "last"),
    [row[1:] for row in INSTALMENT_FIGURES],
    ids=[row[0] for row in INSTALMENT_FIGURES],
)
def test_affordable_instalment_has_the_published_count(
    balance: int, rate_bps: int, instalment: int, made: int, last: int | None
) -> None:
    plan = _paid(schedule_for_instalment(balance, rate_bps, instalment, FIRST, "USD", 120))
    assert plan.count == made
    assert {row.payment_minor for row in plan.rows[:-1]} == {instalment}
    assert last in {None, plan.last_minor}


def test_instalment_not_above_the_first_interest_is_refused_with_what_would_do() -> None:
    # 1,240.00 at 24 % costs 24.80 a month; 35.68 repays it in 60 payments.
    for instalment in (1, 2_479, 2_480):
        answer = schedule_for_instalment(124_000, 2_400, instalment, FIRST, "USD", 60)
        assert answer == TooSmall(first_interest_minor=2_480, needed_minor=3_568)


def test_rounding_may_end_a_small_plan_early_and_the_count_says_so() -> None:
    # 0.11 in 7 payments is 0.0157 each: 0.02 × 5 and 0.01.
    plan = level_schedule(11, 0, 7, FIRST, "USD")
    assert plan.count == 6
    assert [row.payment_minor for row in plan.rows] == [2, 2, 2, 2, 2, 1]


def test_instalment_is_never_nothing() -> None:
    assert [row.payment_minor for row in level_schedule(3, 0, 7, FIRST, "JPY").rows] == [1, 1, 1]


def test_half_a_minor_unit_of_interest_rounds_up() -> None:
    # 50 × 12 % / 12 is 0.5.
    assert level_schedule(50, 1_200, 1, FIRST, "USD").rows[0].interest_minor == 1
    assert level_schedule(49, 1_200, 1, FIRST, "USD").rows[0].interest_minor == 0


def test_day_31_falls_on_the_last_of_short_months_and_comes_back() -> None:
    plan = level_schedule(40_000, 0, 4, date(2027, 1, 31), "USD")
    assert [row.due_on.isoformat() for row in plan.rows] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    anchored = level_schedule(40_000, 0, 3, date(2027, 2, 28), "USD", anchor_day=30)
    assert [row.due_on.isoformat() for row in anchored.rows] == ["2027-02-28", "2027-03-30", "2027-04-30"]


@pytest.mark.parametrize(
    ("frequency", "second", "interest", "convention"),
    [
        (Frequency.MONTHLY, date(2027, 1, 5), 100, "30/360"),
        (Frequency.BIWEEKLY, date(2026, 12, 19), 46, "actual/364"),  # 100.00 × 12 % / 26 = 0.4615
        (Frequency.WEEKLY, date(2026, 12, 12), 23, "actual/364"),  # 100.00 × 12 % / 52 = 0.2308
    ],
)
def test_each_frequency_has_its_dates_interest_and_named_convention(
    frequency: Frequency, second: date, interest: int, convention: str
) -> None:
    plan = level_schedule(10_000, 1_200, 10, FIRST, "USD", frequency)
    assert plan.rows[1].due_on == second
    assert plan.rows[0].interest_minor == interest
    assert plan.frequency.rate_convention == convention


@pytest.mark.parametrize(
    ("balance", "rate_bps", "payments", "currency"),
    [
        (0, 1_200, 12, "USD"), (-1, 1_200, 12, "USD"), (10**16, 1_200, 12, "USD"), (100, -1, 12, "USD"),
        (100, 1_000_001, 12, "USD"), (100, 1_200, 0, "USD"), (100, 1_200, 10_000, "USD"), (100, 1_200, 12, "XXX"),
    ],
)  # fmt: skip
def test_impossible_plan_is_refused_in_both_languages(
    balance: int, rate_bps: int, payments: int, currency: str
) -> None:
    with pytest.raises(BadInput) as level:
        level_schedule(balance, rate_bps, payments, FIRST, currency)
    with pytest.raises(BadInput) as by_instalment:
        schedule_for_instalment(balance, rate_bps, 50, FIRST, currency, payments)
    assert (level.value.en, level.value.zh) == (by_instalment.value.en, by_instalment.value.zh)


def test_instalment_of_nothing_is_refused() -> None:
    with pytest.raises(BadInput, match="above zero"):
        schedule_for_instalment(100, 0, 0, FIRST, "USD", 12)


def test_repr_shows_no_amount() -> None:
    plan = level_schedule(124_000, 790, 23, FIRST, "USD")
    shown = repr(plan) + repr(plan.rows[0]) + repr(TooSmall(2_480, 3_568))
    assert not any(figure in shown for figure in ("5827", "124000", "134032", "2480", "3568"))


@given(_balances, _rates, _counts, _frequencies)
def test_parts_sum_and_the_plan_ends_at_zero(balance: int, rate_bps: int, payments: int, frequency: Frequency) -> None:
    plan = level_schedule(balance, rate_bps, payments, FIRST, "USD", frequency)
    assert sum(row.principal_minor for row in plan.rows) == balance
    assert plan.total_minor == balance + plan.interest_minor
    assert plan.rows[-1].balance_minor == 0
    assert min(min(row.principal_minor, row.interest_minor) for row in plan.rows) >= 0
    assert 1 <= plan.count <= payments
    assert [row.number for row in plan.rows] == list(range(1, plan.count + 1))


@given(_balances, _rates, _counts, _frequencies)
def test_last_payment_is_near_the_level_one(balance: int, rate_bps: int, payments: int, frequency: Frequency) -> None:
    # Half a unit of level and half a unit of interest each period, carried to the end with interest.
    plan = level_schedule(balance, rate_bps, payments, FIRST, "USD", frequency)
    i = Fraction(rate_bps, 10_000 * frequency.periods_per_year)
    bound = ((1 + i) ** payments - 1) / i if i else Fraction(payments)
    assert abs(plan.last_minor - plan.level_minor) <= bound


@given(_balances, _rates, st.integers(1, 119), _frequencies)
def test_longer_term_never_raises_the_instalment_nor_lowers_the_total(
    balance: int, rate_bps: int, payments: int, frequency: Frequency
) -> None:
    shorter = level_schedule(balance, rate_bps, payments, FIRST, "USD", frequency)
    longer = level_schedule(balance, rate_bps, payments + 1, FIRST, "USD", frequency)
    assert longer.rows[0].payment_minor <= shorter.rows[0].payment_minor
    assert longer.total_minor >= shorter.total_minor


@given(_balances, _rates, st.integers(1, 200_000_000), _counts, _frequencies)
def test_instalment_plan_is_paid_in_time_or_the_needed_figure_is_the_least_that_does(
    balance: int, rate_bps: int, instalment: int, most: int, frequency: Frequency
) -> None:
    answer = schedule_for_instalment(balance, rate_bps, instalment, FIRST, "USD", most, frequency)
    if isinstance(answer, Schedule):
        assert answer.count <= most
        assert answer.last_minor <= instalment
        assert {row.payment_minor for row in answer.rows[:-1]} <= {instalment}
        return
    needed = answer.needed_minor
    assert needed > max(instalment, answer.first_interest_minor)
    _paid(schedule_for_instalment(balance, rate_bps, needed, FIRST, "USD", most, frequency))
    assert isinstance(schedule_for_instalment(balance, rate_bps, needed - 1, FIRST, "USD", most, frequency), TooSmall)


def _paid(answer: Schedule | TooSmall) -> Schedule:
    assert isinstance(answer, Schedule)
    return answer
