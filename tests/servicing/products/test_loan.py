"""Loan schedules: published figures and hand computation, shape by shape."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from parley.money import Money
from parley.servicing.daycount import DayCount
from parley.servicing.periods import FORTNIGHTLY, MONTHLY, Every
from parley.servicing.products.due import given_days, regular_days
from parley.servicing.products.loan import LoanSchedule, instalment_schedule, loan_schedule
from parley.servicing.products.shapes import (
    AmortisedOver,
    Balloon,
    EqualPrincipal,
    FirstGiven,
    InterestOnly,
    InterestPlus,
    InterestPlusShare,
    Level,
    Shape,
    ShareOfBalance,
    StepAmount,
    StepFactor,
)
from parley.servicing.products.terms import Ledger, LoanRounding, LoanTerms, UnpaidInterest
from parley.servicing.rate import Rate
from parley.servicing.rounding import Rounding
from parley.servicing.schedule import TooSmall

PAID_OUT = date(2026, 1, 1)
FIRST = date(2026, 2, 1)
EXACT = LoanRounding(ledger=Ledger.EXACT)
HALF_EVEN = LoanRounding(Rounding.HALF_EVEN, Rounding.HALF_EVEN)
SHARE_OF_2 = InterestPlusShare(Fraction(2, 100), Money(10_000, "EUR"))


def _terms(
    principal_minor: int,
    percent: str,
    count: int,
    currency: str = "EUR",
    accrual: Every | DayCount = MONTHLY,
    rounding: LoanRounding | None = None,
    skipped: frozenset[int] = frozenset(),
    unpaid: UnpaidInterest = UnpaidInterest.CAPITALISED,
) -> LoanTerms:
    return LoanTerms(
        Money(principal_minor, currency),
        Rate.of_percent(Decimal(percent)),
        PAID_OUT,
        regular_days(FIRST, MONTHLY, count),
        accrual,
        rounding or LoanRounding(),
        skipped,
        unpaid,
    )


def _payments(schedule: LoanSchedule) -> list[int]:
    return [row.payment_minor for row in schedule.rows]


def _interest(schedule: LoanSchedule) -> list[int]:
    return [row.interest_minor for row in schedule.rows]


def _eur(minor: int) -> Money:
    return Money(minor, "EUR")


# European Commission, DG FISMA, "Examples for the calculation of the APRC", G. Soto, January 2015, as quoted by the
# cases of the same name in plan-maths.yaml: 200,000.00 at 6 %, instalments unrounded, each payment rounded to cents.
# (case, payments at most, shape, payments made, first, second, last but one, last)
COMMISSION_RULES: list[tuple[str, int, Shape, int, int, int, int, int]] = [
    ("ec-07, 360 months cut at 180", 180, AmortisedOver(360), 180, 119_910, 119_910, 119_910, 119_910 + 14_209_769),
    ("ec-12-interest-plus-900", 600, InterestPlus(_eur(90_000)), 223, 190_000, 189_550, 90_550, 20_100),
    ("ec-14-min-2pct-capital", 600, SHARE_OF_2, 233, 500_000, 490_000, 10_080, 5_938),
    ("ec-17-min-2pct-15y", 180, SHARE_OF_2, 180, 500_000, 490_000, 13_715, 540_336),
]


@pytest.mark.parametrize(
    ("count", "shape", "made", "first", "second", "last_but_one", "last"),
    [row[1:] for row in COMMISSION_RULES],
    ids=[row[0] for row in COMMISSION_RULES],
)
def test_commission_repayment_rules(
    count: int, shape: Shape, made: int, first: int, second: int, last_but_one: int, last: int
) -> None:
    schedule = loan_schedule(_terms(20_000_000, "6", count, rounding=EXACT), shape)
    payments = _payments(schedule)
    assert schedule.count == made
    assert (*payments[:2], *payments[-2:]) == (first, second, last_but_one, last)


def test_commission_step_down_of_3_percent_a_year() -> None:
    # Case ec-10-step-down-3pct: twenty printed instalments, each paid twelve times.
    printed = [
        177_858, 172_522, 167_347, 162_326, 157_456, 152_733, 148_151, 143_706, 139_395, 135_213,
        131_157, 127_222, 123_405, 119_703, 116_112, 112_629, 109_250, 105_972, 102_793, 99_709,
    ]  # fmt: skip
    schedule = loan_schedule(_terms(20_000_000, "6", 240, rounding=EXACT), StepFactor.of_percent(12, -3))
    assert _payments(schedule)[::12] == printed
    assert _payments(schedule)[11::12] == printed


def test_commission_bridge_loan_rolls_its_interest_up() -> None:
    # Case ec-40-bridge-rolled-up: 207,618.17 after six months. 200,000 × 1.00625⁶ = 207,618.17: the rate is 7.5 %.
    schedule = loan_schedule(_terms(20_000_000, "7.5", 6, rounding=EXACT, skipped=frozenset(range(1, 6))), Level())
    assert _payments(schedule) == [0, 0, 0, 0, 0, 20_761_817]
    assert schedule.growing == (1, 2, 3, 4, 5)


def test_commission_bridge_loan_pays_its_interest() -> None:
    # Case ec-42-bridge-serviced: 1,250.00 a month and 200,000.00 after a year.
    schedule = loan_schedule(_terms(20_000_000, "7.5", 12), InterestOnly())
    assert _payments(schedule) == [125_000] * 11 + [20_125_000]
    assert schedule.growing == ()


# The printed APRC of the same report, with 4,000.00 of costs at the start, proves every payment of a stream. Examples
# 9, 13, 15: as read in the tests of rimas-kudelis/php-apr-calculator. (example, payments at most, shape, first, APRC)
COMMISSION_RATES: list[tuple[str, int, Shape, int, float]] = [
    ("9, rising by 3 % a year", 240, StepFactor.of_percent(12, 3), 113_033, 6.406400),
    ("10, falling by 3 % a year", 240, StepFactor.of_percent(12, -3), 177_858, 6.468360),
    ("12, interest plus 900.00", 600, InterestPlus(_eur(90_000)), 190_000, 6.492533),
    ("13, equal principal", 240, EqualPrincipal(), 183_333, 6.476009),
    ("14, interest plus 2 %, at least 100.00", 600, SHARE_OF_2, 500_000, 6.818859),
    ("15, 2 % of all, at least 300.00", 600, ShareOfBalance(Fraction(2, 100), _eur(30_000)), 402_000, 6.695965),
    ("17, as 14, within 15 years", 180, SHARE_OF_2, 500_000, 6.822923),
]


@pytest.mark.parametrize(
    ("count", "shape", "first", "aprc"), [row[1:] for row in COMMISSION_RATES], ids=[row[0] for row in COMMISSION_RATES]
)
def test_commission_payments_have_the_printed_rate(count: int, shape: Shape, first: int, aprc: float) -> None:
    payments = _payments(loan_schedule(_terms(20_000_000, "6", count, rounding=EXACT), shape))
    assert payments[0] == first
    assert _aprc_percent(19_600_000, payments) == pytest.approx(aprc, abs=2e-6)


def _aprc_percent(advance: int, monthly: list[int]) -> float:
    """Solve Σ payment × (1 + x)^(−month / 12) = advance by bisection."""
    low, high = 0.0, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        worth = sum(payment * (1 + rate) ** (-month / 12) for month, payment in enumerate(monthly, 1))
        low, high = (rate, high) if worth > advance else (low, rate)
    return 100 * low


def test_commission_fixed_payment_until_paid() -> None:
    # Example 11: 1,500.00 for 220 months and 407.70, as read in the tests of rimas-kudelis/php-apr-calculator.
    schedule = instalment_schedule(_terms(20_000_000, "6", 600, rounding=EXACT), _eur(150_000))
    assert isinstance(schedule, LoanSchedule)
    assert _payments(schedule) == [150_000] * 220 + [40_770]


def test_interest_only_first_then_level() -> None:
    # 0.5 % of 1,000.00 twice; then 1,000.00 in two level payments at 0.5 %: 1000 × 0.005 / (1 − 1.005⁻²) = 503.753.
    schedule = loan_schedule(_terms(100_000, "6", 4), InterestOnly(first=2))
    assert _payments(schedule) == [500, 500, 50_375, 50_376]
    assert _interest(schedule) == [500, 500, 500, 251]


def test_level_by_days_is_moved_towards_the_last_payment() -> None:
    # Case fin-act-365.
    terms = LoanTerms(
        Money(10_000, "EUR"),
        Rate.of_percent(Decimal("15.678")),
        date(2024, 1, 1),
        given_days([date(2024, month, 1) for month in range(2, 8)]),
        DayCount.ACTUAL_365F,
        HALF_EVEN,
    )
    schedule = loan_schedule(terms, Level(smoothed=True))
    assert _payments(schedule) == [1_743, 1_743, 1_743, 1_743, 1_743, 1_747]
    assert _interest(schedule) == [133, 105, 90, 66, 46, 22]
    assert schedule.total_minor == 10_462


@pytest.mark.parametrize("accrual", [DayCount.ACTUAL_364, FORTNIGHTLY])
def test_level_by_fortnights(accrual: Every | DayCount) -> None:
    # Case fin-364-fortnight; a fortnight is 14/364 of a year, so both accruals are one.
    terms = LoanTerms(
        Money(10_000, "EUR"),
        Rate.of_percent(Decimal("9.4822")),
        date(2024, 1, 1),
        regular_days(date(2024, 1, 15), FORTNIGHTLY, 3),
        accrual,
        HALF_EVEN,
    )
    schedule = loan_schedule(terms, Level(smoothed=True))
    assert _payments(schedule) == [3_357, 3_357, 3_358]
    assert _interest(schedule) == [36, 24, 12]
    assert schedule.total_minor == 10_072


# Cases of the same name in plan-maths.yaml. (case, principal, percent, payments, shape, payment, last)
LEVEL_FIGURES: list[tuple[str, int, str, int, Shape, int, int]] = [
    ("plan-balloon-24", 1_000_000, "12", 24, Balloon(_eur(400_000)), 32_244, 432_247),
    ("plan-extend-12-to-24", 1_200_000, "18", 24, Level(), 59_909, 59_907),
    ("frappe-130-tenure", 13_000, "20", 12, Level(), 1_204, 1_207),
    ("plan-rate-0-7ways", 100_000, "0", 7, Level(), 14_286, 14_284),
]


@pytest.mark.parametrize(
    ("principal", "percent", "count", "shape", "payment", "last"),
    [row[1:] for row in LEVEL_FIGURES],
    ids=[row[0] for row in LEVEL_FIGURES],
)
def test_level_figures(principal: int, percent: str, count: int, shape: Shape, payment: int, last: int) -> None:
    assert _payments(loan_schedule(_terms(principal, percent, count), shape)) == [payment] * (count - 1) + [last]


# Cases plan-holiday-3-monthly and plan-holiday-3-deferred; "added once" by hand: 5,000.00 × 2 % × 3 = 300.00 joins the
# balance, 5,300.00 in twelve at 2 %: 5300 × 0.02 / (1 − 1.02⁻¹²) = 501.166.
@pytest.mark.parametrize(
    ("unpaid", "after_holiday", "payment", "last"),
    [
        (UnpaidInterest.CAPITALISED, 530_604, 50_174, 50_171),
        (UnpaidInterest.ADDED_ONCE, 530_000, 50_117, None),
        (UnpaidInterest.HELD, 500_000, 47_280, 77_278),
    ],
)
def test_skipped_payments(unpaid: UnpaidInterest, after_holiday: int, payment: int, last: int | None) -> None:
    terms = _terms(500_000, "24", 15, skipped=frozenset({1, 2, 3}), unpaid=unpaid)
    schedule = loan_schedule(terms, Level())
    assert _payments(schedule)[:-1] == [0] * 3 + [payment] * 11
    assert last in {None, schedule.last_minor}
    assert schedule.rows[2].balance_minor == after_holiday
    assert schedule.growing == (1, 2, 3)


def test_smoothing_does_not_spread_interest_that_is_held_for_the_last_payment() -> None:
    # 1,000.00 at 12 %, two skipped: 20.00 is held. Then 340.02 a month by formula; 340.02 × 2 leaves 336.66 and 3.37.
    terms = _terms(100_000, "12", 5, skipped=frozenset({1, 2}), unpaid=UnpaidInterest.HELD)
    assert _payments(loan_schedule(terms, Level(smoothed=True))) == [0, 0, 34_002, 34_002, 34_003 + 2_000]


def test_instalment_rounded_up_to_a_whole_unit_ends_the_loan_early_and_the_count_says_so() -> None:
    # 100.00 at 0 % in thirty: 3.33 rounded up to 4.00 is twenty-five payments. (How frappe/lending closed a plan early,
    # its issue #1449.)
    whole = LoanRounding(instalment=Rounding.UP, unit_minor=100)
    schedule = loan_schedule(_terms(10_000, "0", 30, rounding=whole), Level())
    assert schedule.payments == schedule.count == 25
    assert set(_payments(schedule)) == {400}


def test_skipped_payments_are_not_counted_as_payments() -> None:
    schedule = loan_schedule(_terms(500_000, "24", 15, skipped=frozenset({1, 2, 3})), Level())
    assert (schedule.count, schedule.payments) == (15, 12)


def test_equal_principal() -> None:
    # 100.00 in three at 1 % a month: 33.33 twice and 33.34, with 1.00, 0.67 and 0.33 of interest.
    schedule = loan_schedule(_terms(10_000, "12", 3), EqualPrincipal())
    assert [row.principal_minor for row in schedule.rows] == [3_333, 3_333, 3_334]
    assert _interest(schedule) == [100, 67, 33]


def test_equal_principal_after_interest_only() -> None:
    schedule = loan_schedule(_terms(10_000, "12", 4), EqualPrincipal(interest_only=2))
    assert [row.principal_minor for row in schedule.rows] == [0, 0, 5_000, 5_000]
    assert _interest(schedule) == [100, 100, 100, 50]


def test_equal_principal_divides_what_a_skipped_payment_left() -> None:
    # 100.00 grows to 101.00 in the first month; three parts of 33.67, 33.67 and 33.66 remain.
    schedule = loan_schedule(_terms(10_000, "12", 4, skipped=frozenset({1})), EqualPrincipal())
    assert [row.principal_minor for row in schedule.rows] == [0, 3_367, 3_367, 3_366]
    assert schedule.rows[0].capitalised_minor == 100


def test_step_up_by_an_amount() -> None:
    # 300.00 at 0 %: x, x, x + 10, x + 10 = 300 → x = 70.
    schedule = loan_schedule(_terms(30_000, "0", 4), StepAmount(2, _eur(1_000)))
    assert _payments(schedule) == [7_000, 7_000, 8_000, 8_000]


def test_first_payments_given_then_level() -> None:
    # 100.00 at 1 % a month: 0.40 leaves 100.60, of which 1.01 interest; 0.60 more is capitalised, and the row says so.
    schedule = loan_schedule(_terms(10_000, "12", 3), FirstGiven((_eur(40),)))
    first = schedule.rows[0]
    assert (first.payment_minor, first.principal_minor, first.interest_minor) == (40, 0, 40)
    assert (first.capitalised_minor, first.balance_minor) == (60, 10_060)
    # 100.60 × 0.01 / (1 − 1.01⁻²) = 51.0557; 100.60 + 1.01 − 51.06 = 50.55, and 0.51 of interest on it.
    assert _payments(schedule) == [40, 5_106, 5_055 + 51]
    assert schedule.growing == (1,)


def test_share_of_the_balance() -> None:
    # 10 % of (1,000.00 + 10.00) = 101.00; 10 % of (909.00 + 9.09) = 91.809; the floor of 95.00 holds then.
    schedule = loan_schedule(_terms(100_000, "12", 3), ShareOfBalance(Fraction(1, 10), _eur(9_500)))
    assert _payments(schedule)[:2] == [10_100, 9_500]
    assert schedule.rows[1].balance_minor == 90_900 + 909 - 9_500


# Cases pay-afford-300, pay-afford-1234. (principal, percent, affordable, payments made, last)
@pytest.mark.parametrize(
    ("principal", "percent", "instalment", "made", "last"),
    [(800_000, "21.9", 30_000, 37, 26_163), (2_000_000, "35.9", 123_400, 23, 62_527)],
)
def test_affordable_instalment(principal: int, percent: str, instalment: int, made: int, last: int) -> None:
    schedule = instalment_schedule(_terms(principal, percent, 600), _eur(instalment))
    assert isinstance(schedule, LoanSchedule)
    assert _payments(schedule) == [instalment] * (made - 1) + [last]


@pytest.mark.parametrize("instalment", [1, 2_479, 2_480, 3_567])
def test_too_small_an_instalment_is_refused_with_what_would_do(instalment: int) -> None:
    # 1,240.00 at 24 % costs 24.80 a month; 35.68 repays it in 60 payments.
    answer = instalment_schedule(_terms(124_000, "24", 60), _eur(instalment))
    assert answer == TooSmall(first_interest_minor=2_480, needed_minor=3_568)
    assert isinstance(instalment_schedule(_terms(124_000, "24", 60), _eur(3_568)), LoanSchedule)
