"""What cannot be is refused with one clear error each, in both languages; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.account import Balance
from parley.servicing.allocation_order import Component
from parley.servicing.changes.affordable import Bounds, what_can_be_done
from parley.servicing.changes.debt import Debt, Payment, debt_after
from parley.servicing.changes.forgiveness import Waiver, WriteDown
from parley.servicing.changes.keep import Keep
from parley.servicing.changes.modify import Change, modify, settle
from parley.servicing.changes.pauses import Deferral, PaymentHoliday
from parley.servicing.changes.pay_day import MoveDueDay
from parley.servicing.changes.rate_relief import InterestFreeze, RateCut
from parley.servicing.changes.re_age import Charges, ReAge
from parley.servicing.changes.re_age_limits import AccountHistory, ReAgeLimits
from parley.servicing.changes.repayment import NewInstalment, RestWithLast, StepUp, TermExtension, WithBalloon
from parley.servicing.changes.settlement import CHARGES_FIRST, Settlement
from parley.servicing.periods import FORTNIGHTLY, MONTHLY
from parley.servicing.products.due import given_days, regular_days
from parley.servicing.products.loan import loan_schedule
from parley.servicing.products.shapes import EqualPrincipal, Level, StepAmount, StepFactor
from parley.servicing.products.terms import LoanTerms, UnpaidInterest
from parley.servicing.rate import ZERO_RATE, Rate
from parley.servicing.table import Grounds, Layer
from tests.servicing.changes.build import DAY, debt_of, eur, percent, terms_of

USD = Money(1_000, "USD")
LIMITS = ReAgeLimits("x", 9, 3, 1, 2, Grounds(("*",), Layer.POLICY, "x", "x"))
HELD = UnpaidInterest.HELD
DEBT = debt_of(100_000, "12", 12, due_now=Balance(principal=5_000, fee=500))
CURRENT = debt_of(100_000, "12", 12)


def _re_age(opened: date, *re_aged: date) -> ReAge:
    return ReAge(AccountHistory(opened, re_aged, 3), LIMITS, "UTC", Charges.HELD)


WRONG_CHANGES: list[tuple[str, Change | list[Change]]] = [
    ("a term of 0", TermExtension(0)),
    ("a term that is not longer", TermExtension(12)),
    ("a term of 10,000", TermExtension(10_000)),
    ("an instalment over 0 payments", NewInstalment(eur(1_000), 0)),
    ("an instalment over 10,000 payments", NewInstalment(eur(1_000), 10_000)),
    ("an instalment of nothing", NewInstalment(eur(0), 12)),
    ("an instalment in another currency", NewInstalment(USD, 12)),
    ("a rest with the last of 0 payments", RestWithLast(eur(1_000), 0)),
    ("a rest in another currency", RestWithLast(USD, 12)),
    ("a rest in another currency, with one payment", RestWithLast(USD, 1)),
    ("a write-down above the principal", WriteDown(eur(100_001))),
    ("a write-down of all", WriteDown(eur(100_000))),
    ("a write-down of nothing", WriteDown(eur(0))),
    ("a write-down below nothing", WriteDown(eur(-1))),
    ("a write-down in another currency", WriteDown(USD)),
    ("a waiver of more than is due", Waiver(Component.FEE, eur(501))),
    ("a waiver of what is not due", Waiver(Component.COST)),
    ("a waiver of nothing", Waiver(Component.FEE, eur(0))),
    ("a waiver in another currency", Waiver(Component.FEE, USD)),
    ("a holiday as long as the plan", PaymentHoliday(12, HELD)),
    ("a holiday of a billion payments", PaymentHoliday(10**9, HELD)),
    ("a holiday of nothing", PaymentHoliday(0, HELD)),
    ("a deferral of nothing", Deferral(0, HELD)),
    ("a deferral below nothing", Deferral(-1, HELD)),
    ("a deferral of 10,000 payments", Deferral(10_000, HELD)),
    ("pay-day 0", MoveDueDay(0)),
    ("pay-day 32", MoveDueDay(32)),
    ("pay-day as it is", MoveDueDay(1)),
    ("a rate that is not lower", RateCut(percent("12"))),
    ("a rate cut of 0 payments", RateCut(percent("6"), 0)),
    ("a rate cut as long as the plan", RateCut(percent("6"), 12)),
    ("a freeze of 10,000 payments", InterestFreeze(10_000)),
    ("a balloon of nothing", WithBalloon(eur(0))),
    ("a balloon beyond the debt", WithBalloon(eur(10_000_000))),
    ("a balloon in another currency", WithBalloon(USD)),
    ("a step in another currency", StepUp(StepAmount(1, USD))),
    ("a step below zero", StepUp(StepAmount(1, eur(1_000_000)))),
    ("an account opened after the day", _re_age(date(2026, 1, 2))),
    ("an account re-aged before it was opened", _re_age(date(2020, 1, 1), date(2019, 1, 1))),
    ("an account re-aged after the day", _re_age(date(2020, 1, 1), date(2027, 1, 1))),
    ("no change", []),
    ("two write-downs", [WriteDown(eur(1)), WriteDown(eur(2))]),
    ("two waivers of one component", [Waiver(Component.FEE, eur(1)), Waiver(Component.FEE, eur(2))]),
    ("a deferral and a holiday", [Deferral(1, HELD), PaymentHoliday(1, HELD)]),
    ("two ways to repay", [WithBalloon(eur(1)), NewInstalment(eur(10_000), 24)]),
]


def _refused(act: Callable[[], object]) -> None:
    with pytest.raises(BadInput) as refused:
        act()
    assert refused.value.en.endswith(".")
    assert refused.value.zh.endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", refused.value.zh)
    assert not re.search(r"[\u4e00-\u9fff]", refused.value.en)


@pytest.mark.parametrize("change", [row[1] for row in WRONG_CHANGES], ids=[row[0] for row in WRONG_CHANGES])
def test_change_that_cannot_be(change: Change | list[Change]) -> None:
    _refused(lambda: modify(DEBT, change if isinstance(change, list) else [change]))


def test_write_down_of_all_is_told_what_to_do_instead() -> None:
    with pytest.raises(BadInput, match="agree a settlement"):
        modify(DEBT, [WriteDown(eur(100_000))])


def _weekly() -> Debt:
    due = regular_days(date(2026, 1, 15), FORTNIGHTLY, 6)
    return Debt(LoanTerms(eur(10_000), percent("12"), DAY, due, FORTNIGHTLY))


def _given() -> Debt:
    due = given_days([date(2026, 2, 1), date(2026, 3, 5)])
    return Debt(LoanTerms(eur(10_000), percent("12"), DAY, due, MONTHLY))


def _settled(*payments: Payment) -> Callable[[], object]:
    return lambda: settle(DEBT, Settlement(payments))


def _bounds(most: int, longest: int, write_down: Money) -> Bounds:
    return Bounds(most, longest, ZERO_RATE, write_down, eur(1))


OTHERS: list[tuple[str, Callable[[], object]]] = [
    ("a pay-day for fortnights", lambda: modify(_weekly(), [MoveDueDay(15)])),
    ("a pay-day for dates given one by one", lambda: modify(_given(), [MoveDueDay(15)])),
    ("more dates than were given", lambda: modify(_given(), [TermExtension(3)])),
    ("nothing to freeze", lambda: modify(debt_of(10_000, "0", 12), [InterestFreeze()])),
    ("nothing to re-age", lambda: modify(CURRENT, [_re_age(date(2020, 1, 1))])),
    ("an instalment kept where there are several", lambda: modify(
        debt_of(10_000, "12", 12, EqualPrincipal()), [WriteDown(eur(1), Keep.INSTALMENT)])),
    ("a pause within a pause", lambda: modify(
        Debt(LoanTerms(eur(10_000), percent("12"), DAY, terms_of(1, "0", 6).due, MONTHLY, skipped=frozenset({2}))),
        [Deferral(1, HELD)])),
    ("a change within a pause added once", lambda: debt_after(loan_schedule(
        LoanTerms(eur(10_000), percent("12"), DAY, terms_of(1, "0", 6).due, MONTHLY, skipped=frozenset({1, 2}),
                  unpaid_interest=UnpaidInterest.ADDED_ONCE), Level()), Level(), 1)),
    ("more payments made than there are", lambda: debt_after(CURRENT.schedule, Level(), 12)),
    ("payments made below nothing", lambda: debt_after(CURRENT.schedule, Level(), -1)),
    ("the rest of dates that are no steps", lambda: debt_after(_given().schedule, Level(), 1)),
    ("a debt with less than nothing held", lambda: debt_of(10_000, "12", 12, held=-1)),
    ("a debt beyond any", lambda: debt_of(LARGEST_MINOR, "0", 12, due_now=Balance(fee=1))),
    ("payments agreed in another currency", lambda: Debt(terms_of(10_000, "12", 2), given=(USD,))),
    ("a settlement before the day", _settled(Payment(date(2025, 12, 31), 1_000))),
    ("a settlement of more than is owed", _settled(Payment(DAY, 105_501))),
    ("a settlement of nothing", _settled(Payment(DAY, 0))),
    ("a settlement without payments", _settled()),
    ("a settlement out of order", _settled(Payment(date(2026, 2, 1), 1), Payment(DAY, 1))),
    ("two payments of a settlement on a day", _settled(Payment(DAY, 1), Payment(DAY, 1))),
    ("a waiver order that leaves one out", lambda: settle(DEBT, Settlement((Payment(DAY, 1),), CHARGES_FIRST[:4]))),
    ("an affordable instalment over 0 payments", lambda: what_can_be_done(CURRENT, eur(1), _bounds(0, 9, eur(1)))),
    ("a term above the longest", lambda: what_can_be_done(CURRENT, eur(1), _bounds(10, 9, eur(1)))),
    ("an affordable instalment of nothing", lambda: what_can_be_done(CURRENT, eur(0), _bounds(9, 9, eur(1)))),
    ("bounds in another currency", lambda: what_can_be_done(CURRENT, eur(1), _bounds(9, 9, USD))),
    ("bounds below nothing", lambda: what_can_be_done(CURRENT, eur(1), _bounds(9, 9, eur(-1)))),
    ("a rate meant in another unit", lambda: RateCut(Rate(Fraction(600)))),
    ("a step factor below zero", lambda: StepUp(StepFactor(1, Fraction(-1)))),
    ("a first day before the contract", lambda: terms_of(10_000, "12", 12, first=date(2025, 12, 1))),
    ("rates that change out of order", lambda: LoanTerms(
        eur(10_000), percent("12"), DAY, terms_of(1, "0", 6).due, MONTHLY,
        rate_changes=((4, percent("6")), (3, percent("5"))))),
    ("a rate that changes after the end", lambda: LoanTerms(
        eur(10_000), percent("12"), DAY, terms_of(1, "0", 6).due, MONTHLY, rate_changes=((7, percent("6")),))),
]  # fmt: skip


@pytest.mark.parametrize("act", [row[1] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_debt_settlement_or_bounds_that_cannot_be(act: Callable[[], object]) -> None:
    _refused(act)
