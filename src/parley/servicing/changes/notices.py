"""What must a borrower be told of a change beside its figures? Computed from the final schedule, in three languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from parley.locale import Language
from parley.money import amount_text
from parley.servicing.changes.debt import Course
from parley.servicing.products.loan import LoanSchedule

# A last payment of more than twice any other is called a balloon: 12 CFR 1026.18(s)(5)(i), from memory.
_BALLOON_TIMES: Final = 2


class Say(StrEnum):
    """What is said."""

    PAYMENTS = "payments"
    """How many payments the final schedule has, and the last one."""
    LEFT_OUT = "left_out"
    ENDS_EARLY = "ends_early"
    """Rounding or instalments as given end the schedule before the number asked for."""
    DUE_NOW = "due_now"
    BALANCE_GROWS = "balance_grows"
    """Payments that do not cover their interest: negative amortisation."""
    HELD = "held"
    BALLOON = "balloon"
    FORGIVEN = "forgiven"
    COUNTED_CURRENT = "counted_current"
    COSTS_MORE = "costs_more"
    COSTS_LESS = "costs_less"


class Notice(NamedTuple):
    """One thing to say; `number` counts payments, `amount_minor` is in minor units, both 0 where they say nothing."""

    say: Say
    number: int = 0
    amount_minor: int = 0

    def __repr__(self) -> str:
        return f"Notice({self.say}, …)"


def notices_of(before: Course, after: Course, forgiven_minor: int, *, re_aged: bool = False) -> tuple[Notice, ...]:
    """Return what must be said of *after*."""
    found = [Notice(Say.PAYMENTS, after.count, after.last_minor)]
    if after.due_now_minor:
        found.append(Notice(Say.DUE_NOW, amount_minor=after.due_now_minor))
    if after.schedule:
        found += _of_schedule(after.schedule, after.held_minor)
    others = [payment.amount_minor for payment in after.payments[:-1]]
    if others and after.last_minor > _BALLOON_TIMES * max(others):
        found.append(Notice(Say.BALLOON, amount_minor=after.last_minor))
    if forgiven_minor:
        found.append(Notice(Say.FORGIVEN, amount_minor=forgiven_minor))
    if re_aged:
        found.append(Notice(Say.COUNTED_CURRENT))
    more = after.total_minor - before.total_minor
    if more:
        found.append(Notice(Say.COSTS_MORE if more > 0 else Say.COSTS_LESS, amount_minor=abs(more)))
    return tuple(found)


def _of_schedule(schedule: LoanSchedule, held_before_minor: int) -> list[Notice]:
    found = []
    rows, terms = schedule.rows, schedule.terms
    if terms.skipped:
        found.append(Notice(Say.LEFT_OUT, len(terms.skipped)))
    if schedule.count < terms.due.count:
        found.append(Notice(Say.ENDS_EARLY, terms.due.count - len(terms.skipped)))
    grown = [row.capitalised_minor for row in rows if row.capitalised_minor]
    if grown:
        found.append(Notice(Say.BALANCE_GROWS, len(grown), sum(grown)))
    held = held_before_minor + (rows[-2].held_minor if len(rows) > 1 else 0)
    if held:
        found.append(Notice(Say.HELD, amount_minor=held))
    return found


_WORDS: Final[dict[Language, dict[Say, str]]] = {
    Language.EN: {
        Say.PAYMENTS: "{number} payments; the last is {amount}.",
        Say.LEFT_OUT: "{number} payments are left out.",
        Say.ENDS_EARLY: "The debt is repaid before all {number} payments that were asked for.",
        Say.DUE_NOW: "{amount} is due today.",
        Say.BALANCE_GROWS: "For {number} periods the debt grows, by {amount} of unpaid interest.",
        Say.HELD: "{amount} bears no interest and is paid with the last payment.",
        Say.BALLOON: "The last payment is much larger than the others: {amount}.",
        Say.FORGIVEN: "{amount} is forgiven.",
        Say.COUNTED_CURRENT: "What was past due is part of the schedule; the account counts as current.",
        Say.COSTS_MORE: "In all, {amount} more is paid than without the change.",
        Say.COSTS_LESS: "In all, {amount} less is paid than without the change.",
    },
    Language.ZH_HANS: {
        Say.PAYMENTS: "共 {number} 期，最后一期为 {amount}。",
        Say.LEFT_OUT: "另有 {number} 期暂不还款。",
        Say.ENDS_EARLY: "债务在原定的 {number} 期之前即可还清。",
        Say.DUE_NOW: "今日须还 {amount}。",
        Say.BALANCE_GROWS: "有 {number} 期的还款不足以支付利息，欠款将增加 {amount}。",
        Say.HELD: "{amount} 不计利息，与最后一期一并支付。",
        Say.BALLOON: "最后一期明显高于其他各期：{amount}。",
        Say.FORGIVEN: "减免 {amount}。",
        Say.COUNTED_CURRENT: "逾期款项已并入还款计划，账户恢复为正常。",
        Say.COSTS_MORE: "还款总额比变更前多 {amount}。",
        Say.COSTS_LESS: "还款总额比变更前少 {amount}。",
    },
    Language.ZH_HANT: {
        Say.PAYMENTS: "共 {number} 期，最後一期為 {amount}。",
        Say.LEFT_OUT: "另有 {number} 期暫不還款。",
        Say.ENDS_EARLY: "債務在原定的 {number} 期之前即可還清。",
        Say.DUE_NOW: "今日須還 {amount}。",
        Say.BALANCE_GROWS: "有 {number} 期的還款不足以支付利息，欠款將增加 {amount}。",
        Say.HELD: "{amount} 不計利息，與最後一期一併支付。",
        Say.BALLOON: "最後一期明顯高於其他各期：{amount}。",
        Say.FORGIVEN: "減免 {amount}。",
        Say.COUNTED_CURRENT: "逾期款項已併入還款計劃，帳戶恢復為正常。",
        Say.COSTS_MORE: "還款總額比變更前多 {amount}。",
        Say.COSTS_LESS: "還款總額比變更前少 {amount}。",
    },
}


def notice_text(notice: Notice, currency: str, language: Language) -> str:
    """Return *notice* as a sentence; amounts in major units with their currency."""
    amount = f"{amount_text(notice.amount_minor, currency)} {currency}"
    return _WORDS[language][notice.say].format(number=notice.number, amount=amount)
