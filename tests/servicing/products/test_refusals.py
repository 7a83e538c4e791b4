"""Bad input of products: one clear error each, in both languages, and nothing guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from parley.errors import BadInput
from parley.money import LARGEST_MINOR, Money
from parley.servicing.cases.case import day
from parley.servicing.daycount import DayCount
from parley.servicing.periods import DAILY, MONTHLY, SEMI_MONTHLY, WEEKLY, Every, Shift, Unit, parse_day
from parley.servicing.products.due import DueDays, InterestRuns, given_days, regular_days
from parley.servicing.products.loan import instalment_schedule, loan_schedule
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
from parley.servicing.products.terms import LoanTerms
from parley.servicing.rate import Rate, parse_rate

PAID_OUT = date(2026, 1, 1)
FIRST = date(2026, 2, 1)


def _terms(
    principal: int = 100_000,
    count: int = 12,
    *,
    due: DueDays | None = None,
    paid_out: date = PAID_OUT,
    percent: int = 12,
    accrual: Every | DayCount = MONTHLY,
    skipped: frozenset[int] = frozenset(),
) -> LoanTerms:
    return LoanTerms(
        Money(principal, "USD"),
        Rate.of_percent(percent),
        paid_out,
        due or regular_days(FIRST, MONTHLY, count),
        accrual,
        skipped=skipped,
    )


def _usd(minor: int) -> Money:
    return Money(minor, "USD")


def _shaped(shape: Shape, count: int = 12) -> Callable[[], object]:
    return lambda: loan_schedule(_terms(count=count), shape)


_EUR = Money(100, "EUR")
_GROWS = _terms(LARGEST_MINOR, percent=100, skipped=frozenset({1}))
_GIVEN = _terms(due=given_days([FIRST, date(2026, 3, 1)]), accrual=DayCount.ACTUAL_365F)

# (what is wrong, a word of the English message, of the Chinese, how to ask for it)
REFUSED: list[tuple[str, str, str, Callable[[], object]]] = [
    ("no principal", "above zero", "大于零", lambda: _terms(0)),
    ("negative principal", "above zero", "大于零", lambda: _terms(-1)),
    ("overflow of the principal", "consumer's debt", "个人债务", lambda: _terms(LARGEST_MINOR + 1)),
    ("overflow on the way", "grow beyond", "合理范围", lambda: loan_schedule(_GROWS, Level())),
    ("mixed currencies, balloon", "EUR was given beside USD", "一种币种", _shaped(Balloon(_EUR))),
    ("mixed currencies, step", "EUR was given beside USD", "一种币种", _shaped(StepAmount(1, _EUR))),
    ("mixed currencies, given", "EUR was given beside USD", "一种币种", _shaped(FirstGiven((_usd(1), _EUR)))),
    ("mixed currencies, capital", "EUR was given beside USD", "一种币种", _shaped(InterestPlus(_EUR))),
    ("mixed currencies, floor", "beside USD", "一种币种", _shaped(InterestPlusShare(Fraction(1, 50), _EUR))),
    ("mixed currencies, minimum", "beside USD", "一种币种", _shaped(ShareOfBalance(Fraction(1, 50), _EUR))),
    ("mixed currencies, instalment", "beside USD", "一种币种", lambda: instalment_schedule(_terms(), _EUR)),
    ("instalment of nothing", "above zero", "大于零", lambda: instalment_schedule(_terms(), _usd(0))),
    ("rate without its unit", "18 or 0.18", "18 与 0.18", lambda: parse_rate("18")),
    ("rate beyond reason", "10,000 %", "10,000%", lambda: Rate.of_percent(10_001)),
    ("negative rate", "0 %", "0%", lambda: Rate.of_percent(Decimal(-1))),
    ("step in percent", "97/100", "97/100", lambda: StepFactor(12, Fraction(97))),
    ("step to nothing", "above 0", "大于 0", lambda: StepFactor.of_percent(12, -100)),
    ("step after no payment", "from 1", "不小于 1", lambda: StepAmount(0, _usd(1))),
    ("share in percent", "1/50 for 2 %", "1/50", lambda: InterestPlusShare(Fraction(2), _usd(1))),
    ("negative share", "between 0 and 1", "0 至 1", lambda: ShareOfBalance(Fraction(-1, 50), _usd(1))),
    ("due on the day of the loan", "after the loan is paid out", "晚于放款日", lambda: _terms(paid_out=FIRST)),
    ("due before the contract", "2026-02-02", "2026-02-02", lambda: _terms(paid_out=date(2026, 2, 2))),
    ("a term of 0", "1 to 3,000", "1 至 3,000", lambda: _terms(count=0)),
    ("a term of 10,000", "1 to 3,000", "1 至 3,000", lambda: _terms(count=10_000)),
    ("no dates", "0 were given", "现有 0 个", lambda: given_days([])),
    ("dates out of order", "must ascend", "先后", lambda: given_days([FIRST, PAID_OUT])),
    ("one date twice", "must ascend", "先后", lambda: given_days([FIRST, FIRST])),
    ("a date that does not exist", "2026-02-30 is no day", "2026-02-30", lambda: parse_day("2026-02-30")),
    ("29 February of a common year", "no day", "不存在", lambda: parse_day("2027-02-29")),
    ("a date in another order", "year-month-day", "年-月-日", lambda: parse_day("30/01/2026")),
    (
        "in a case file, too",
        "start: 2026-02-30 is no day",
        "start：日期 2026-02-30",
        lambda: day("2026-02-30", "start"),
    ),
    ("day 32 of the month", "1 to 31", "1 至 31", lambda: regular_days(FIRST, MONTHLY, 3, anchor_day=32)),
    ("day 0 of the month", "1 to 31", "1 至 31", lambda: regular_days(FIRST, MONTHLY, 3, anchor_day=0)),
    ("first date off its anchor", "day 5", "第 5 日", lambda: regular_days(FIRST, MONTHLY, 3, anchor_day=5)),
    ("steps that are not the due days'", "every month", "month", lambda: _terms(accrual=WEEKLY)),
    ("skipped the last", "payments 1 to 11", "第 1 至 11 期", lambda: _terms(skipped=frozenset({12}))),
    ("skipped number 0", "payments 1 to 11", "第 1 至 11 期", lambda: _terms(skipped=frozenset({0}))),
    ("balloon above the debt", "below zero", "低于零", _shaped(Balloon(_usd(200_000)))),
    ("step below nothing", "below zero", "低于零", _shaped(StepAmount(1, _usd(-5_000)))),
    ("negative balloon", "not negative", "不得为负", lambda: Balloon(_usd(-1))),
    ("negative capital", "not negative", "不得为负", lambda: InterestPlus(_usd(-1))),
    ("negative floor", "not negative", "不得为负", lambda: InterestPlusShare(Fraction(1, 50), _usd(-1))),
    ("negative minimum", "not negative", "不得为负", lambda: ShareOfBalance(Fraction(1, 50), _usd(-1))),
    ("overflow of a given payment", "not negative", "不得为负", lambda: FirstGiven((_usd(LARGEST_MINOR + 1),))),
    ("amortised over fewer", "12 to 3,000", "12 至 3,000", _shaped(AmortisedOver(11))),
    ("amortised over days that were given", "step", "间隔", lambda: loan_schedule(_GIVEN, AmortisedOver(24))),
    ("interest only to the end by number", "at least one", "至少留一期", _shaped(InterestOnly(first=12))),
    ("principal after the end", "at least one", "至少留一期", _shaped(EqualPrincipal(interest_only=12))),
    ("more given than there are", "at least one", "至少留一期", _shaped(FirstGiven((_usd(1),) * 12))),
    ("beyond the calendar", "9999", "9999", lambda: regular_days(date(9999, 12, 1), MONTHLY, 2)),
]


@pytest.mark.parametrize(("en", "zh", "ask"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_bad_input_is_refused_in_both_languages(en: str, zh: str, ask: Callable[[], object]) -> None:
    with pytest.raises(BadInput) as refused:
        ask()
    assert en in refused.value.en
    assert zh in refused.value.zh


def test_interest_by_steps_does_not_move_with_a_shifted_day() -> None:
    due = regular_days(
        FIRST, MONTHLY, 3, shift=Shift.FOLLOWING, rest_days=(5, 6), interest_runs=InterestRuns.TO_SHIFTED_DAY
    )
    with pytest.raises(BadInput, match="does not move") as refused:
        _terms(due=due)
    assert "原定日" in refused.value.zh
    assert _terms(due=due, accrual=DayCount.ACTUAL_365F).due == due


def test_no_amount_is_printed() -> None:
    terms = _terms(123_457)
    schedule = loan_schedule(terms, Balloon(_usd(45_679)))
    shapes = [
        Balloon(_usd(45_679)),
        StepAmount(1, _usd(45_679)),
        InterestPlus(_usd(45_679)),
        FirstGiven((_usd(45_679),)),
    ]
    text = " ".join(map(repr, (terms, schedule, *schedule.rows, *shapes)))
    assert "123" not in text
    assert "457" not in text
    assert "679" not in text


@pytest.mark.parametrize("every", [DAILY, SEMI_MONTHLY, Every(3, Unit.WEEK)])
def test_longest_term_is_taken(every: Every) -> None:
    first = date(2026, 1, 16)
    terms = LoanTerms(_usd(10**9), Rate.of_percent(5), PAID_OUT, regular_days(first, every, 3_000), every)
    assert loan_schedule(terms, Level()).count == 3_000
