"""Each change by itself: figures from published cases and by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.debt import Debt, debt_after
from parley.servicing.changes.forgiveness import Waiver, WriteDown
from parley.servicing.changes.keep import Keep
from parley.servicing.changes.modify import modify
from parley.servicing.changes.notices import Say
from parley.servicing.changes.pauses import Deferral, PaymentHoliday
from parley.servicing.changes.pay_day import MoveDueDay
from parley.servicing.changes.rate_relief import InterestFreeze, RateCut
from parley.servicing.changes.repayment import NewInstalment, RestWithLast, StepUp, TermExtension, WithBalloon
from parley.servicing.daycount import DayCount
from parley.servicing.periods import FORTNIGHTLY, MONTHLY, Shift
from parley.servicing.products.due import regular_days
from parley.servicing.products.loan import loan_schedule
from parley.servicing.products.shapes import FirstGiven, Level, StepAmount, StepFactor
from parley.servicing.products.terms import LoanRounding, LoanTerms, UnpaidInterest
from parley.servicing.rate import ZERO_RATE
from parley.servicing.rounding import Rounding
from parley.servicing.schedule import TooSmall
from tests.servicing.changes.build import changed, debt_of, eur, payments, percent, terms_of
from tests.servicing.changes.naive import monthly, run

HALF_EVEN = LoanRounding(Rounding.HALF_EVEN, Rounding.HALF_EVEN)


def test_rate_cut_after_a_payment_keeps_the_term() -> None:
    # Case fin-rate-cut: 100.00 at 7 % in 6; after payment 1 at 4 %.
    schedule = loan_schedule(terms_of(10_000, "7", 6, rounding=HALF_EVEN), Level())
    debt = debt_after(schedule, Level(), 1)
    modification = changed(debt, RateCut(percent("4")))
    assert [schedule.rows[0].payment_minor, *payments(modification)] == [1_701, 1_688, 1_688, 1_688, 1_688, 1_689]
    assert modification.after.schedule is not None
    assert [row.interest_minor for row in modification.after.schedule.rows] == [28, 22, 17, 11, 6]
    assert [payment.due_on.month for payment in modification.after.payments] == [3, 4, 5, 6, 7]
    # Before: four of 17.01 and one of 17.00; all 85.04 less 84.41.
    assert [payment.amount_minor for payment in modification.before.payments] == [1_701] * 4 + [1_700]
    assert modification.total_change_minor == modification.interest_change_minor == 8_441 - 8_504


def test_rate_cut_keeps_the_instalment_and_ends_earlier() -> None:
    # 1,200.00 at 24 % in 12: 113.47. At 0 % ten of 113.47 are 1,134.70, and 65.30 is left.
    modification = changed(debt_of(120_000, "24", 12), RateCut(ZERO_RATE, keep=Keep.INSTALMENT))
    assert payments(modification) == [11_347] * 10 + [6_530]
    assert modification.debt is not None
    assert modification.debt.terms.due.count == 11


def test_rate_cut_for_some_payments() -> None:
    # 300.00 at 12 %, three payments; the first two at 0 %: A with 300 − 2A grown by 1 % = A: 303 = 3.02 A, A = 100.33.
    modification = changed(debt_of(30_000, "12", 3), RateCut(ZERO_RATE, periods=2))
    assert payments(modification) == [10_033, 10_033, 10_033]
    assert modification.debt is not None
    assert modification.debt.terms.rate_changes == ((3, percent("12")),)


def test_relief_never_raises_a_rate_that_is_lower_already() -> None:
    frozen = changed(debt_of(30_000, "12", 3), InterestFreeze(periods=1)).debt
    assert frozen is not None
    cut = changed(frozen, RateCut(percent("6"))).debt
    assert cut is not None
    assert (cut.terms.rate, cut.terms.rate_changes) == (ZERO_RATE, ((2, percent("6")),))


def test_interest_freeze() -> None:
    # Case plan-rate-0-7ways: 1,000.00 in seven parts.
    modification = changed(debt_of(100_000, "18", 7), InterestFreeze())
    assert payments(modification) == [14_286] * 6 + [14_284]
    assert modification.after.interest_minor == 0


def test_longer_term_figures() -> None:
    # Case plan-extend-12-to-24.
    modification = changed(debt_of(1_200_000, "18", 12), TermExtension(24))
    assert payments(modification) == [59_909] * 23 + [59_907]
    assert modification.after.interest_minor == 237_814
    # 12,000.00 at 1.5 % in 12 is 1,100.16: the last takes what rounding left.
    assert modification.total_change_minor == 237_814 - modification.before.interest_minor > 0


def test_extension_at_the_contract_rate_concedes_roundings_only() -> None:
    # Case npv-extend-same-rate.
    modification = changed(debt_of(1_000_000, "18", 12), TermExtension(24))
    assert (modification.before.payments[0].amount_minor, payments(modification)[0]) == (91_680, 49_924)
    assert (modification.npv_before_minor, modification.npv_after_minor) == (1_000_001, 999_999)
    assert modification.concession_minor == 2


def test_extension_with_a_rate_cut_concedes_what_discounting_says() -> None:
    # Case npv-extend-and-cut, discounted at 10 %.
    modification = changed(
        debt_of(750_000, "29.9", 18), TermExtension(48), RateCut(percent("9.9")), discount=percent("10")
    )
    assert (modification.before.payments[0].amount_minor, payments(modification)[0]) == (52_215, 18_986)
    assert (modification.npv_before_minor, modification.npv_after_minor) == (869_422, 748_581)
    assert modification.concession_minor == 120_841


def test_small_restructured_plan_has_the_count_asked_for() -> None:
    # Case frappe-130-tenure. Rounded up to 20.00 it ends in seven, and says so: 130.00 and its interest of
    # 2.17, 1.87, 1.57, 1.26, 0.95, 0.63 and 0.31 are six times 20.00 and 18.76.
    modification = changed(debt_of(13_000, "20", 6), TermExtension(12))
    assert payments(modification) == [1_204] * 11 + [1_207]
    twenties = LoanRounding(instalment=Rounding.UP, unit_minor=2_000)
    rounded = changed(Debt(terms_of(13_000, "20", 6, rounding=twenties)), TermExtension(12))
    assert payments(rounded) == run(13_000, monthly([2_000] * 12), 2_000).payments
    assert rounded.after.count == 7
    assert [tuple(notice) for notice in rounded.notices][:2] == [
        (Say.PAYMENTS, 7, rounded.after.last_minor),
        (Say.ENDS_EARLY, 12, 0),
    ]


def test_new_instalment_has_the_published_count() -> None:
    # Cases pay-afford-300 and pay-afford-1234.
    for principal, rate, instalment, count, last in (
        (800_000, "21.9", 30_000, 37, 26_163),
        (2_000_000, "35.9", 123_400, 23, 62_527),
    ):
        modification = changed(debt_of(principal, rate, 12), NewInstalment(eur(instalment), 60))
        assert payments(modification) == [instalment] * (count - 1) + [last]


def test_instalment_below_the_first_interest_is_refused_with_one_that_does() -> None:
    # 10,000.00 at 1.5 %: the first interest is 150.00.
    refused = modify(debt_of(1_000_000, "18", 12), [NewInstalment(eur(14_999), 24)])
    assert isinstance(refused, TooSmall)
    assert refused.first_interest_minor == 15_000
    assert changed(debt_of(1_000_000, "18", 12), NewInstalment(eur(refused.needed_minor), 24)).after.count == 24
    assert isinstance(
        modify(debt_of(1_000_000, "18", 12), [NewInstalment(eur(refused.needed_minor - 1), 24)]), TooSmall
    )


@pytest.mark.parametrize(
    ("interest", "payment", "last", "say", "amount"),
    [
        # Cases plan-holiday-3-monthly and plan-holiday-3-deferred; added once by hand: 5,300.00 in twelve at 2 % is
        # 5300 × 0.02 / (1 − 1.02⁻¹²) = 501.166, and the last takes the roundings.
        (UnpaidInterest.CAPITALISED, 50_174, 50_171, Say.BALANCE_GROWS, 30_604),
        (UnpaidInterest.ADDED_ONCE, 50_117, 50_113, Say.BALANCE_GROWS, 30_000),
        (UnpaidInterest.HELD, 47_280, 77_278, Say.HELD, 30_000),
    ],
)
def test_deferral(interest: UnpaidInterest, payment: int, last: int, say: Say, amount: int) -> None:
    modification = changed(debt_of(500_000, "24", 12), Deferral(3, interest))
    assert payments(modification) == [payment] * 11 + [last]
    assert [tuple(notice) for notice in modification.notices][:2] == [(Say.PAYMENTS, 12, last), (Say.LEFT_OUT, 3, 0)]
    assert modification.after.payments[-1].due_on == date(2027, 4, 1)
    assert amount in [notice.amount_minor for notice in modification.notices if notice.say is say]


def test_payment_holiday_keeps_the_end() -> None:
    # 300.00 at 12 % in three, the first left out: 303.00 in two at 1 %: 303 × 0.01 / (1 − 1.01⁻²) = 153.78.
    modification = changed(debt_of(30_000, "12", 3), PaymentHoliday(1, UnpaidInterest.CAPITALISED))
    assert payments(modification) == [15_378, 15_377]
    assert modification.after.payments[-1].due_on == modification.before.payments[-1].due_on
    assert modification.total_change_minor > 0


def test_discount_is_the_contract_rate_where_none_is_given() -> None:
    # Frozen for two payments, then 12 % again: at 12 % 300.00 in three of 100.33 are worth 100.33 × 2.940985 = 295.07.
    frozen = changed(debt_of(30_000, "12", 3), InterestFreeze(periods=2)).debt
    assert frozen is not None
    modification = changed(frozen, TermExtension(4))
    assert modification.npv_before_minor == 29_507


def test_deferral_with_a_freeze_costs_nothing() -> None:
    debt = debt_of(30_000, "12", 3)
    modification = changed(debt, Deferral(2, UnpaidInterest.HELD), InterestFreeze(periods=2))
    assert payments(modification) == [payment.amount_minor for payment in modification.before.payments]
    assert modification.total_change_minor == 0
    assert modification.concession_minor > 0


def test_write_down_lowers_the_instalment_or_the_count() -> None:
    debt = debt_of(120_000, "0", 12)
    assert payments(changed(debt, WriteDown(eur(60_000)))) == [5_000] * 12
    modification = changed(debt, WriteDown(eur(60_000), Keep.INSTALMENT))
    assert payments(modification) == [10_000] * 6
    assert modification.forgiven == Balance(principal=60_000)
    assert modification.total_change_minor == -60_000
    assert modification.concession_minor == 60_000


def test_waiver_forgives_what_is_due_of_a_component() -> None:
    debt = debt_of(120_000, "0", 12, due_now=Balance(principal=500, fee=1_500, penalty_interest=800))
    modification = changed(debt, Waiver(Component.FEE, eur(1_000)), Waiver(Component.PENALTY_INTEREST))
    assert modification.forgiven == Balance(fee=1_000, penalty_interest=800)
    assert modification.after.due_now_minor == 1_000
    assert modification.concession_minor == -modification.total_change_minor == 1_800


def test_due_date_moves_to_pay_day_with_its_interest() -> None:
    # 300.00 at 12 % from 1 January, first due 15 February: a month and 14/360: 300 × 0.12 × (30 + 14) / 360 = 4.40.
    modification = changed(debt_of(30_000, "12", 3), MoveDueDay(15))
    assert [payment.due_on for payment in modification.after.payments] == [
        date(2026, 2, 15),
        date(2026, 3, 15),
        date(2026, 4, 15),
    ]
    assert modification.after.schedule is not None
    assert modification.after.schedule.rows[0].interest_minor == 440
    assert modification.total_change_minor > 0
    assert abs(modification.concession_minor) <= 3


def test_due_date_moves_within_a_short_month_without_losing_it() -> None:
    # Due on the last of each month, next on 28 February: from the 30th on that is still the day in February.
    due = regular_days(date(2026, 2, 28), MONTHLY, 3, anchor_day=31)
    debt = Debt(LoanTerms(eur(30_000), percent("12"), date(2026, 1, 31), due, MONTHLY))
    modification = changed(debt, MoveDueDay(30))
    assert [payment.due_on for payment in modification.after.payments] == [
        date(2026, 2, 28),
        date(2026, 3, 30),
        date(2026, 4, 30),
    ]


def test_due_date_moves_by_days_of_a_day_count() -> None:
    # 365.00 at 10 % actual/365F: 0.10 a day; from 1 January to 28 February are 58 days.
    debt = Debt(terms_of(36_500, "10", 2, DayCount.ACTUAL_365F))
    modification = changed(debt, MoveDueDay(31))
    assert [payment.due_on for payment in modification.after.payments] == [date(2026, 2, 28), date(2026, 3, 31)]
    assert modification.after.schedule is not None
    assert modification.after.schedule.rows[0].interest_minor == 580


def test_step_up_by_an_amount_and_by_a_factor() -> None:
    # Without interest: A + (A + 10) + (A + 20) = 300 → 90, 100, 110; A + 2A + 4A = 700 → 100, 200, 400.
    assert payments(changed(debt_of(30_000, "0", 3), StepUp(StepAmount(1, eur(1_000))))) == [9_000, 10_000, 11_000]
    modification = changed(debt_of(70_000, "0", 3), StepUp(StepFactor(1, Fraction(2))))
    assert payments(modification) == [10_000, 20_000, 40_000]
    assert Say.BALLOON not in {notice.say for notice in modification.notices}


def test_first_instalments_below_the_interest_are_said() -> None:
    # 1,000.00 at 1 %: interest 10.00, then 10.05: 5.00 twice lets the debt grow by 5.00 and 5.05.
    modification = changed(debt_of(100_000, "12", 12), StepUp(FirstGiven((eur(500), eur(500)))))
    assert (Say.BALANCE_GROWS, 2, 1_005) in [tuple(notice) for notice in modification.notices]


def test_balloon_figures() -> None:
    # Case plan-balloon-24.
    modification = changed(debt_of(1_000_000, "12", 24), WithBalloon(eur(400_000)))
    assert payments(modification) == [32_244] * 23 + [432_247]
    assert (Say.BALLOON, 0, 432_247) in [tuple(notice) for notice in modification.notices]


def test_rest_with_the_last_payment() -> None:
    # Without interest: 1,000.00 − 9 × 50.00 leaves 550.00.
    modification = changed(debt_of(100_000, "0", 5), RestWithLast(eur(5_000), 10))
    assert payments(modification) == [5_000] * 9 + [55_000]
    assert (Say.BALLOON, 0, 55_000) in [tuple(notice) for notice in modification.notices]


def test_debt_in_its_middle_keeps_its_payments_and_its_last() -> None:
    schedule = loan_schedule(terms_of(1_000_000, "12", 24), Level())
    for made in range(24):
        debt = debt_after(schedule, Level(), made)
        assert [payment.amount_minor for payment in debt.course.payments] == [
            row.payment_minor for row in schedule.rows[made:]
        ]
        assert [payment.due_on for payment in debt.course.payments] == [row.due_on for row in schedule.rows[made:]]


def test_debt_in_the_middle_of_a_deferral_carries_what_is_held() -> None:
    deferred = changed(debt_of(500_000, "24", 12), Deferral(3, UnpaidInterest.HELD)).debt
    assert deferred is not None
    for made in (1, 2, 3, 5):
        later = debt_after(deferred.schedule, deferred.shape, made)
        assert later.course.last_minor == 77_278
        assert later.held_minor == min(made, 3) * 10_000


def test_changes_follow_one_another() -> None:
    # A cut after a deferral works on what the deferral left.
    first = changed(debt_of(30_000, "12", 3), Deferral(1, UnpaidInterest.CAPITALISED))
    assert first.debt is not None
    second = changed(first.debt, RateCut(percent("6")))
    assert second.before.total_minor == first.after.total_minor
    # 300.00 + 1.50 in three at 0.5 %: 301.5 × 0.005 / (1 − 1.005⁻³) = 101.507.
    assert payments(second)[0] == 10_151


def test_longer_term_goes_on_around_closed_days() -> None:
    # 1 February, 1 March and 1 November 2026 are Sundays.
    due = regular_days(date(2026, 2, 1), MONTHLY, 3, shift=Shift.FOLLOWING, rest_days=(5, 6))
    debt = Debt(LoanTerms(eur(30_000), percent("12"), date(2026, 1, 1), due, MONTHLY))
    days = [payment.due_on for payment in changed(debt, TermExtension(10)).after.payments]
    assert days[:3] == [date(2026, 2, 2), date(2026, 3, 2), date(2026, 4, 1)]
    assert days[-1] == date(2026, 11, 2)
    assert all(day.weekday() < 5 for day in days)


def test_fortnightly_debt() -> None:
    # 260.00 at 26 %: 1 % a fortnight. Deferred once, each period: 262.60 in two: 262.6 × 0.01 / (1 − 1.01⁻²) = 133.27.
    due = regular_days(date(2026, 1, 15), FORTNIGHTLY, 2)
    debt = Debt(LoanTerms(eur(26_000), percent("26"), date(2026, 1, 1), due, FORTNIGHTLY))
    modification = changed(debt, Deferral(1, UnpaidInterest.CAPITALISED))
    assert payments(modification)[0] == 13_327
    assert [payment.due_on for payment in modification.after.payments] == [date(2026, 1, 29), date(2026, 2, 12)]


def test_debt_without_change_is_worth_what_is_owed() -> None:
    for accrual in (MONTHLY, DayCount.ACTUAL_365F):
        debt = Debt(terms_of(1_000_000, "18", 36, accrual), due_now=Balance(fee=700))
        modification = changed(debt, WriteDown(eur(1)))
        assert abs(modification.npv_before_minor - 1_000_700) <= 18
