"""What does a plan look like on paper? A short Markdown table of a Schedule, the same figures in every language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from parley.locale import Language
from parley.money import MINOR_DIGITS
from parley.servicing.interest import Frequency
from parley.servicing.schedule import PlanRow, Schedule


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    summary: str
    frequency: dict[Frequency, str]
    headers: tuple[str, str, str, str, str, str]
    total: str


_WORDS: Final[dict[Language, _Words]] = {
    Language.EN: _Words(
        title="Repayment schedule",
        summary="{count} payments, {frequency} · total {total} {currency} · interest {interest} {currency}"
        " · {rate}% a year, nominal, {convention}",
        frequency={
            Frequency.MONTHLY: "monthly",
            Frequency.BIWEEKLY: "every two weeks",
            Frequency.WEEKLY: "weekly",
        },
        headers=("No.", "Due on", "Payment", "Principal", "Interest", "Balance after"),
        total="Total",
    ),
    Language.ZH_HANS: _Words(
        title="还款计划表",
        summary="共 {count} 期，{frequency} · 总额 {total} {currency} · 其中利息 {interest} {currency}"
        " · 年化（单利）{rate}%，计息基准 {convention}",
        frequency={Frequency.MONTHLY: "每月一期", Frequency.BIWEEKLY: "每两周一期", Frequency.WEEKLY: "每周一期"},
        headers=("期数", "应还日", "应还金额", "本金", "利息", "剩余本金"),
        total="合计",
    ),
    Language.ZH_HANT: _Words(
        title="還款計劃表",
        summary="共 {count} 期，{frequency} · 總額 {total} {currency} · 其中利息 {interest} {currency}"
        " · 年化（單利）{rate}%，計息基準 {convention}",
        frequency={Frequency.MONTHLY: "每月一期", Frequency.BIWEEKLY: "每兩週一期", Frequency.WEEKLY: "每週一期"},
        headers=("期數", "應還日", "應還金額", "本金", "利息", "剩餘本金"),
        total="合計",
    ),
}


def statement_markdown(schedule: Schedule, language: Language) -> str:
    """Return the plan as Markdown: a title, one line of summary, one line per payment, and the totals."""
    words = _WORDS[language]
    lines = [f"# {words.title}", "", _summary(schedule, words), "", *_head(words)]
    lines += [_line(row, schedule.currency) for row in schedule.rows]
    total, interest = (
        amount_text(minor, schedule.currency) for minor in (schedule.total_minor, schedule.interest_minor)
    )
    principal = amount_text(schedule.total_minor - schedule.interest_minor, schedule.currency)
    lines.append(f"| {words.total} | | {total} | {principal} | {interest} | |")
    return "\n".join(lines) + "\n"


def amount_text(minor: int, currency: str) -> str:
    """Return an amount in major units with thousands separated by commas, e.g. 124050 USD → 1,240.50."""
    digits = MINOR_DIGITS[currency]
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**digits)
    return f"{sign}{whole:,}.{part:0{digits}d}" if digits else f"{sign}{whole:,}"


def _summary(schedule: Schedule, words: _Words) -> str:
    return words.summary.format(
        count=schedule.count,
        frequency=words.frequency[schedule.frequency],
        total=amount_text(schedule.total_minor, schedule.currency),
        interest=amount_text(schedule.interest_minor, schedule.currency),
        currency=schedule.currency,
        rate=f"{schedule.annual_rate_bps // 100}.{schedule.annual_rate_bps % 100:02d}",
        convention=schedule.frequency.rate_convention,
    )


def _head(words: _Words) -> tuple[str, str]:
    return f"| {' | '.join(words.headers)} |", "| ---: | --- | ---: | ---: | ---: | ---: |"


def _line(row: PlanRow, currency: str) -> str:
    amounts = (row.payment_minor, row.principal_minor, row.interest_minor, row.balance_minor)
    figures = " | ".join(amount_text(minor, currency) for minor in amounts)
    return f"| {row.number} | {row.due_on} | {figures} |"
