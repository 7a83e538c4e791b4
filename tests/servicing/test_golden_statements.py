"""Golden statements: worked out by a naive reference that shares no code with `parley`, then reviewed as text.

The reference finds the level instalment from the sum of discount factors at 60 digits, rounds with `decimal`, and
finds due dates by counting back from day 31. Titles and summaries are written by hand; those of the transcript plans
carry the totals printed in style-models.md, section 8. `python tests/servicing/test_golden_statements.py` writes
the files from the reference alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.locale import Language
from parley.servicing.schedule import Frequency, Schedule, level_schedule, schedule_for_instalment
from parley.servicing.statements.plans import plan_statement
from parley.servicing.statements.written import as_markdown

FOLDER = Path(__file__).parents[1] / "golden" / "statements"
PERIODS = {"monthly": 12, "biweekly": 26, "weekly": 52}
EN_HEAD = "| No. | Due on | Payment | Principal | Interest | Balance after |"
HANS_HEAD = "| 期数 | 应还日 | 应还金额 | 本金 | 利息 | 剩余本金 |"
HANT_HEAD = "| 期數 | 應還日 | 應還金額 | 本金 | 利息 | 剩餘本金 |"
NaiveRow = tuple[int, date, int, int, int, int]


@dataclass(frozen=True)
class Golden:
    name: str
    language: Language
    balance_minor: int
    rate_bps: int
    payments: int
    first_due_on: date
    currency: str
    digits: int
    title: str
    summary: str
    head: str
    total: str
    frequency: str = "monthly"
    instalment_minor: int | None = None


GOLDEN = [
    Golden(
        "us_card_23_at_7_90", Language.EN, 124_000, 790, 23, date(2026, 12, 5), "USD", 2, "Repayment schedule",
        "23 payments, monthly · total 1,340.32 USD · interest 100.32 USD · 7.90% a year, nominal, 30/360",
        EN_HEAD, "Total",
    ),
    Golden(
        "us_card_24_at_12_00", Language.EN, 124_000, 1_200, 24, date(2026, 12, 5), "USD", 2, "Repayment schedule",
        "24 payments, monthly · total 1,400.91 USD · interest 160.91 USD · 12.00% a year, nominal, 30/360",
        EN_HEAD, "Total",
    ),
    Golden(
        "cn_consumer_22_at_6_00", Language.ZH_HANS, 1_000_000, 600, 22, date(2026, 12, 5), "CNY", 2, "还款计划表",
        "共 22 期，每月一期 · 总额 10,585.03 CNY · 其中利息 585.03 CNY · 年化（单利）6.00%，计息基准 30/360",
        HANS_HEAD, "合计",
    ),
    Golden(
        "cn_consumer_23_at_12_00", Language.ZH_HANS, 1_000_000, 1_200, 23, date(2026, 12, 5), "CNY", 2, "还款计划表",
        "共 23 期，每月一期 · 总额 11,243.74 CNY · 其中利息 1,243.74 CNY · 年化（单利）12.00%，计息基准 30/360",
        HANS_HEAD, "合计",
    ),
    Golden(
        "us_afford_300_at_21_90", Language.EN, 800_000, 2_190, 60, date(2026, 12, 1), "USD", 2, "Repayment schedule",
        "37 payments, monthly · total 11,061.63 USD · interest 3,061.63 USD · 21.90% a year, nominal, 30/360",
        EN_HEAD, "Total", instalment_minor=30_000,
    ),
    Golden(
        "tw_month_end_no_interest", Language.ZH_HANT, 100_000, 0, 7, date(2026, 12, 31), "TWD", 2, "還款計劃表",
        "共 7 期，每月一期 · 總額 1,000.00 TWD · 其中利息 0.00 TWD · 年化（單利）0.00%，計息基準 30/360",
        HANT_HEAD, "合計",
    ),
    Golden(
        "small_plan_ends_early", Language.EN, 11, 0, 7, date(2026, 12, 5), "USD", 2, "Repayment schedule",
        "6 payments, monthly · total 0.11 USD · interest 0.00 USD · 0.00% a year, nominal, 30/360",
        EN_HEAD, "Total",
    ),
    # No figure of another source: 12 × 24,020 + 24,015 and 9 × 25.309 + 25.310, payments of the reference.
    Golden(
        "jp_biweekly_without_decimals", Language.EN, 300_000, 1_500, 13, date(2027, 2, 19), "JPY", 0,
        "Repayment schedule",
        "13 payments, every two weeks · total 312,255 JPY · interest 12,255 JPY · 15.00% a year, nominal, actual/364",
        EN_HEAD, "Total", frequency="biweekly",
    ),
    Golden(
        "kw_weekly_three_decimals", Language.EN, 250_500, 975, 10, date(2026, 12, 27), "KWD", 3, "Repayment schedule",
        "10 payments, weekly · total 253.091 KWD · interest 2.591 KWD · 9.75% a year, nominal, actual/364",
        EN_HEAD, "Total", frequency="weekly",
    ),
]  # fmt: skip


def naive_rows(
    balance: int, rate_bps: int, payments: int, first: date, frequency: str, instalment: int | None
) -> list[NaiveRow]:
    with localcontext() as context:
        context.prec = 60
        rate = Decimal(rate_bps) / Decimal(10_000) / Decimal(PERIODS[frequency])
        if instalment is None:
            present_value_of_ones = sum((1 / (1 + rate) ** k for k in range(1, payments + 1)), Decimal(0))
            instalment = max(1, whole(Decimal(balance) / present_value_of_ones))
        rows: list[NaiveRow] = []
        while balance > 0:
            interest = whole(Decimal(balance) * rate)
            number = len(rows) + 1
            payment = balance + interest if number == payments else min(instalment, balance + interest)
            balance -= payment - interest
            rows.append((number, naive_date(first, frequency, number), payment, payment - interest, interest, balance))
        return rows


def whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def naive_date(first: date, frequency: str, number: int) -> date:
    if frequency != "monthly":
        return first + timedelta(days=(14 if frequency == "biweekly" else 7) * (number - 1))
    year, month = first.year, first.month
    for _ in range(number - 1):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for day in range(first.day, 0, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def naive_text(case: Golden) -> str:
    rows = naive_rows(
        case.balance_minor, case.rate_bps, case.payments, case.first_due_on, case.frequency, case.instalment_minor
    )

    def figure(minor: int) -> str:
        return format(Decimal(minor).scaleb(-case.digits), f",.{case.digits}f")

    lines = [f"# {case.title}", "", case.summary, "", case.head, "| ---: | --- | ---: | ---: | ---: | ---: |"]
    for number, due_on, *amounts in rows:
        lines.append(f"| {number} | {due_on.isoformat()} | " + " | ".join(map(figure, amounts)) + " |")
    sums = [figure(sum(column)) for column in zip(*(row[2:5] for row in rows), strict=True)]
    lines.append(f"| {case.total} | | {sums[0]} | {sums[1]} | {sums[2]} | |")
    return "\n".join(lines) + "\n"


def computed(case: Golden) -> Schedule:
    frequency = Frequency(case.frequency)
    if case.instalment_minor is None:
        return level_schedule(
            case.balance_minor, case.rate_bps, case.payments, case.first_due_on, case.currency, frequency
        )
    answer = schedule_for_instalment(
        case.balance_minor, case.rate_bps, case.instalment_minor, case.first_due_on, case.currency, case.payments,
        frequency,
    )  # fmt: skip
    assert isinstance(answer, Schedule)
    return answer


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_golden_statement_is_what_the_reference_says(case: Golden) -> None:
    text = (FOLDER / f"{case.name}.md").read_text(encoding="utf-8")
    assert text == naive_text(case)
    # The totals of the hand-written summary stand in the last line too.
    assert text.splitlines()[2].split("·")[1].split()[-2] in text.splitlines()[-1]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_statement_is_the_golden_one(case: Golden) -> None:
    golden = (FOLDER / f"{case.name}.md").read_text(encoding="utf-8")
    assert as_markdown(plan_statement(computed(case)), case.language) == golden


def test_every_golden_statement_has_its_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.md") if path.name.count(".") == 1} - {"README"} == {
        case.name for case in GOLDEN
    }


@pytest.mark.parametrize("language", Language)
def test_statement_has_the_same_figures_in_every_language(language: Language) -> None:
    plan = level_schedule(124_000, 790, 23, date(2026, 12, 5), "USD")
    table = as_markdown(plan_statement(plan), language).splitlines()[6:-1]
    assert table == as_markdown(plan_statement(plan), Language.EN).splitlines()[6:-1]


@given(st.integers(1, 50_000_000), st.integers(0, 10_000), st.integers(1, 60), st.sampled_from(sorted(PERIODS)))
def test_level_plan_agrees_with_the_reference(balance: int, rate_bps: int, payments: int, frequency: str) -> None:
    first = date(2026, 8, 31)
    plan = level_schedule(balance, rate_bps, payments, first, "USD", Frequency(frequency))
    assert [tuple(row) for row in plan.rows] == naive_rows(balance, rate_bps, payments, first, frequency, None)


if __name__ == "__main__":
    for golden_case in GOLDEN:
        (FOLDER / f"{golden_case.name}.md").write_text(naive_text(golden_case), encoding="utf-8")
