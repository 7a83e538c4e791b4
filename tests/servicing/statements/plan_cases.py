"""Golden statements of plans: each one's figures by the oracle, and beside them how `parley` is asked for the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib import resources

from parley import money
from parley.servicing.allocation_order import load_waterfalls
from parley.servicing.card_order import CardBalance, choose_card_order, load_card_orders
from parley.servicing.daycount import DayCount
from parley.servicing.minimum import MinimumTerms
from parley.servicing.periods import FORTNIGHTLY, MONTHLY, QUARTERLY
from parley.servicing.products.card import CardTerms, minimum_schedule
from parley.servicing.products.due import regular_days
from parley.servicing.products.fees import FeeShare, FeeTerms, fee_schedule
from parley.servicing.products.loan import loan_schedule
from parley.servicing.products.pay_in_n import PayInN, pay_in_n_schedule
from parley.servicing.products.shapes import Balloon, EqualPrincipal, InterestOnly, Level, Shape, StepFactor
from parley.servicing.products.terms import LoanTerms
from parley.servicing.rate import Rate
from parley.servicing.statements.plans import card_statement, fee_plan_statement, loan_statement, pay_in_n_statement
from parley.servicing.statements.value import Statement
from tests.servicing.statements.case import EN, HANS, HANT, Case, forms
from tests.servicing.statements.figures import NaiveLine, card_run, instalment, months, run, whole
from tests.servicing.statements.pages import Cell, Money, Page, Part, Term

DATA = resources.files("parley.servicing") / "data"
WATERFALLS = load_waterfalls((DATA / "waterfall.toml").read_bytes())
CARD_ORDER = choose_card_order(load_card_orders((DATA / "card_order.toml").read_bytes()), "US")


def loan_page(
    currency: str, principal: int, started: date, days: list[date], lines: list[NaiveLine], rate: str, convention: str
) -> Page:
    rows: list[list[Cell]] = []
    grown = any(line[3] for line in lines)
    for number, (due_on, (interest, payment, balance, added)) in enumerate(zip(days, lines, strict=True), 1):
        part = 0 if added else payment - interest
        row: list[Cell] = [number, due_on, Money(payment), Money(part), Money(payment - part), Money(balance)]
        rows.append([*row, Money(added)] if grown else row)
    total = sum(line[1] for line in lines)
    parts = sum(0 if line[3] else line[1] - line[0] for line in lines)
    sums: list[Cell] = [None, None, Money(total), Money(parts), Money(total - parts), None]
    columns = ["number", "due_on", "payment", "principal", "interest", "balance"]
    step = "month" if len(days) < 2 or (days[1] - days[0]).days < 32 else "3 months"
    return Page(
        "loan",
        currency,
        ["payments", "total", "cost_of_credit", "rate", "started_on"],
        {
            # Skipped months have a line, but are no payment.
            "count": sum(1 for line in lines if line[1]),
            "frequency": Term(step),
            "total": Money(total),
            "cost_of_credit": Money(total - principal),
            "rate": rate,
            "convention": convention,
            "started_on": started,
        },
        [Part("payments", [*columns, "capitalised"] if grown else columns, rows, [*sums, None] if grown else sums)],
    )


def loan_case(
    name: str,
    kept: dict[str, str],
    page: Page,
    terms: Callable[[], LoanTerms],
    shape: Shape,
) -> Case:
    return Case(name, kept, page, lambda: loan_statement(loan_schedule(terms(), shape)))


def equal_principal() -> Case:
    # 12,000.00 at 9 % in 12 parts of 1,000.00; interest of a month is 0.75 % of what is left.
    start, days = date(2026, 11, 30), months(date(2026, 12, 31), 12)
    lines = run(1_200_000, [Fraction(9, 1200)] * 12, lambda _n, _b, interest: 100_000 + interest)
    return loan_case(
        "loan_equal_principal",
        forms(EN, HANS, EN, HANT),
        loan_page("EUR", 1_200_000, start, days, lines, "9.00", "30/360"),
        lambda: LoanTerms(
            money.Money(1_200_000, "EUR"), Rate.of_percent(9), start, regular_days(days[0], MONTHLY, 12), MONTHLY
        ),
        EqualPrincipal(),
    )


def interest_only() -> Case:
    # 5,000.00 at 12.75 %: eight quarters of interest, the principal with the last.
    start, days = date(2026, 1, 15), months(date(2026, 4, 15), 8, 3)
    lines = run(500_000, [Fraction(1275, 40_000)] * 8, lambda _n, _b, interest: interest)
    return loan_case(
        "loan_interest_only",
        forms(HANT, EN, HANS, EN),
        loan_page("GBP", 500_000, start, days, lines, "12.75", "30/360"),
        lambda: LoanTerms(
            money.Money(500_000, "GBP"),
            Rate.of_percent(Decimal("12.75")),
            start,
            regular_days(days[0], QUARTERLY, 8),
            QUARTERLY,
        ),
        InterestOnly(),
    )


def balloon() -> Case:
    start, days = date(2026, 11, 5), months(date(2026, 12, 5), 18)
    rates = [Fraction(1890, 120_000)] * 18
    level = whole(instalment(900_000, rates, [Fraction(1)] * 18, last=400_000))
    lines = run(900_000, rates, lambda _n, _b, _i: level)
    return loan_case(
        "loan_balloon",
        forms(EN, HANT, HANS, EN),
        loan_page("USD", 900_000, start, days, lines, "18.90", "30/360"),
        lambda: LoanTerms(
            money.Money(900_000, "USD"),
            Rate.of_percent(Decimal("18.9")),
            start,
            regular_days(days[0], MONTHLY, 18),
            MONTHLY,
        ),
        Balloon(money.Money(400_000, "USD")),
    )


def step_down() -> Case:
    # Every six payments the instalment falls by 10 %.
    start, days = date(2026, 12, 1), months(date(2027, 1, 1), 18)
    rates = [Fraction(1440, 120_000)] * 18
    weights = [Fraction(9, 10) ** (k // 6) for k in range(18)]
    exact = instalment(3_000_000, rates, weights)
    lines = run(3_000_000, rates, lambda number, _b, _i: whole(exact * weights[number - 1]))
    return loan_case(
        "loan_step_down",
        forms(HANS, HANS, HANS, HANS),
        loan_page("CNY", 3_000_000, start, days, lines, "14.40", "30/360"),
        lambda: LoanTerms(
            money.Money(3_000_000, "CNY"),
            Rate.of_percent(Decimal("14.4")),
            start,
            regular_days(days[0], MONTHLY, 18),
            MONTHLY,
        ),
        StepFactor.of_percent(6, -10),
    )


def irregular_first_period() -> Case:
    # Paid out on 10 November, first payment on 31 December: 51 days; then months by their days, actual/365.
    start, days = date(2026, 11, 10), months(date(2026, 12, 31), 10)
    spans = [(after - before).days for before, after in zip([start, *days], days, strict=False)]
    rates = [Fraction(30 * span, 100 * 365) for span in spans]
    level = whole(instalment(250_000, rates, [Fraction(1)] * 10))
    lines = run(250_000, rates, lambda _n, _b, _i: level)
    return loan_case(
        "loan_irregular_first_period",
        forms(EN, HANT, EN, HANT),
        loan_page("BHD", 250_000, start, days, lines, "30.00", "actual/365F"),
        lambda: LoanTerms(
            money.Money(250_000, "BHD"),
            Rate.of_percent(30),
            start,
            regular_days(days[0], MONTHLY, 10),
            DayCount.ACTUAL_365F,
        ),
        Level(),
    )


def skipped_months() -> Case:
    # August and January are left out, their interest joins the balance.
    start, days = date(2026, 5, 31), months(date(2026, 6, 30), 12)
    rates, skipped = [Fraction(15, 1200)] * 12, {3, 8}
    level = whole(instalment(360_000, rates, [Fraction(number not in skipped) for number in range(1, 13)]))
    lines = run(360_000, rates, lambda number, _b, _i: None if number in skipped else level)
    return loan_case(
        "loan_skipped_months",
        forms(HANT, EN, HANT, HANS),
        loan_page("JPY", 360_000, start, days, lines, "15.00", "30/360"),
        lambda: LoanTerms(
            money.Money(360_000, "JPY"),
            Rate.of_percent(15),
            start,
            regular_days(days[0], MONTHLY, 12),
            MONTHLY,
            skipped=frozenset(skipped),
        ),
        Level(),
    )


# --- plans without interest, cards ------------------------------------------------------------------------------------


def fee_plan(name: str, kept: dict[str, str], currency: str, principal: int, percents: tuple[str, str]) -> Case:
    """Twelve payments; a fee of the first percentage each month, of the second at the start."""
    monthly, at_start = (whole(principal * Fraction(percent) / 100) for percent in percents)
    start, days = date(2026, 11, 20), months(date(2026, 12, 20), 12)
    part, over = divmod(principal, 12)
    rows: list[list[Cell]] = []
    if at_start:
        rows.append([0, start, Money(at_start), Money(0), Money(at_start), Money(principal)])
    for k, on in enumerate(days):
        paid = part + (over if k == 11 else 0)
        left = principal - part * (k + 1) if k < 11 else 0
        rows.append([k + 1, on, Money(paid + monthly), Money(paid), Money(monthly), Money(left)])
    fees = at_start + 12 * monthly
    total: list[Cell] = [None, None, Money(principal + fees), Money(principal), Money(fees), None]
    page = Page(
        "fee_plan",
        currency,
        ["payments", "total", "fees", "started_on"],
        {
            "count": 12,
            "frequency": Term("month"),
            "total": Money(principal + fees),
            "fee": Money(fees),
            "started_on": start,
        },
        [Part("payments", ["number", "due_on", "payment", "principal", "fee", "balance"], rows, total)],
    )

    def statement() -> Statement:
        each, once = (FeeShare.of_percent(Decimal(percent)) for percent in percents)
        terms = FeeTerms(
            money.Money(principal, currency), start, regular_days(days[0], MONTHLY, 12), each, at_start=once
        )
        return fee_plan_statement(terms, fee_schedule(terms))

    return Case(name, kept, page, statement)


def pay_in(name: str, kept: dict[str, str], currency: str, parts: list[int]) -> Case:
    """Parts written down by hand, every two weeks."""
    price, bought = sum(parts), date(2026, 11, 23)
    rows: list[list[Cell]] = []
    for k, part in enumerate(parts):
        on = bought + k * timedelta(days=14)
        rows.append([k + 1, on, Money(part), Money(price - sum(parts[: k + 1]))])
    fields: dict[str, Cell] = {
        "count": len(parts),
        "frequency": Term("2 weeks"),
        "total": Money(price),
        "started_on": bought,
    }
    table = Part("payments", ["number", "due_on", "payment", "left"], rows, [None, None, Money(price), None])
    page = Page("pay_in_n", currency, ["payments", "total", "started_on"], fields, [table])

    def statement() -> Statement:
        terms = PayInN(money.Money(price, currency), len(parts), bought, FORTNIGHTLY)
        return pay_in_n_statement(terms, pay_in_n_schedule(terms))

    return Case(name, kept, page, statement)


def card() -> Case:
    # 300.00 of cash at 29.99 % and 250.00 of purchases at 19.99 %; the minimum is 4 % and interest, at least 50.00.
    first = date(2026, 11, 30)
    statements = months(first, 40)
    lines = card_run([[2_999, 30_000], [1_999, 25_000]], Fraction(4, 100), 5_000, statements, 21, billed=1_200)
    rows: list[list[Cell]] = []
    for k, (owed, billed, minimum, paid, left) in enumerate(lines):
        day = statements[k]
        amounts = (owed, billed, minimum, paid, left)
        rows.append([k + 1, day, day + timedelta(days=21), *(Money(minor) for minor in amounts)])
    total = sum(line[3] for line in lines)
    sums: list[Cell] = [None, None, None, None, None, None, Money(total), None]
    columns = ["number", "statement_on", "due_on", "billed", "interest", "minimum", "payment", "left"]
    fields: dict[str, Cell] = {
        "count": len(lines),
        "frequency": Term("month"),
        "total": Money(total),
        "interest": Money(sum(line[1] for line in lines[1:])),
    }
    page = Page("card", "USD", ["payments", "total", "interest"], fields, [Part("payments", columns, rows, sums)])

    def statement() -> Statement:
        terms = CardTerms("USD", MinimumTerms(400, 5_000), CARD_ORDER, first, 21)
        balances = [CardBalance("cash", 30_000, 2_999), CardBalance("purchases", 25_000, 1_999)]
        return card_statement(minimum_schedule(terms, balances, billed_minor=1_200))

    return Case("card_minimum", forms(EN, HANS, HANT, EN), page, statement)


PLANS = [
    equal_principal(),
    interest_only(),
    balloon(),
    step_down(),
    irregular_first_period(),
    skipped_months(),
    fee_plan("fee_per_period", forms(HANS, HANT, HANS, EN), "CNY", 1_000_000, ("0.6", "0")),
    fee_plan("fee_at_start_too", forms(HANT, EN, EN, HANS), "TWD", 3_333_300, ("0.25", "1.5")),
    pay_in("pay_in_4", forms(EN, EN, EN, EN), "USD", [2_500, 2_499, 2_499, 2_499]),
    pay_in("pay_in_3_without_decimals", forms(HANS, HANT, EN, HANT), "KRW", [33_334, 33_333, 33_333]),
    card(),
]
