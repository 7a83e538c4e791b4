"""What can be wrong with an offer, in words. The table that the checker of offers prints from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Flaw(StrEnum):
    """One way in which an offer is not what its certificate says."""

    UNREADABLE = "unreadable"
    POLICY_MISSING = "policy_missing"
    POLICY_ALTERED = "policy_altered"
    RULEBOOK_UNKNOWN = "rulebook_unknown"
    FACTS_ALTERED = "facts_altered"
    RECORD_DIFFERS = "record_differs"
    PAY_DAY = "pay_day"
    NUMBER_OF_OPTIONS = "number_of_options"
    PLAN_SUM = "plan_sum"
    OUTSIDE_POLICY = "outside_policy"
    CONFIRMATION = "confirmation"
    ABOVE_CAPACITY = "above_capacity"
    OUTSIDE_LAW = "outside_law"
    ORDER = "order"
    DOMINATED = "dominated"
    NOT_CHEAPEST = "not_cheapest"
    FLOOR = "floor"
    COUNTS = "counts"
    SLACK = "slack"
    RUNNER_UP = "runner_up"


WORDS: Final[dict[Flaw, tuple[str, str]]] = {
    Flaw.UNREADABLE: (
        "the record cannot be read as an offer with a certificate of this form",
        "无法按此格式读取该方案及其凭证",
    ),
    Flaw.POLICY_MISSING: (
        "the policy file it names is not kept, so nothing can be held against it",
        "未保存其所用的政策文件，无从核对",
    ),
    Flaw.POLICY_ALTERED: (
        "the policy text kept is not the one with this hash",
        "所保存的政策文本与其哈希不符",
    ),
    Flaw.RULEBOOK_UNKNOWN: (
        "no rulebook with the hash it names was ever in use here",
        "此处从未使用过其所记哈希的规则库",
    ),
    Flaw.FACTS_ALTERED: (
        "the facts are not those with this hash",
        "所记事实与其哈希不符",
    ),
    Flaw.RECORD_DIFFERS: (
        "the record says otherwise than the facts of its certificate (capacity, currency, day)",
        "记录与凭证中的事实不一致（还款能力、币种或日期）",
    ),
    Flaw.PAY_DAY: (
        "the first payment falls due before the pay-day it was set by, or more than three days after it",
        "首期早于所依据的发薪日，或晚于其后三天",
    ),
    Flaw.NUMBER_OF_OPTIONS: (
        "a menu has one to three plans, each with its line in the certificate",
        "菜单须有一至三个方案，且凭证中各有一项",
    ),
    Flaw.PLAN_SUM: (
        "the payments are not those of its levers, or do not add up to the minor unit",
        "各期金额与所记条件不符，或合计有误",
    ),
    Flaw.OUTSIDE_POLICY: (
        "the policy does not allow this plan to this role",
        "政策不允许该角色给出此方案",
    ),
    Flaw.CONFIRMATION: (
        "how a plan is agreed to (by reply, or on the page alone) is not what the policy says",
        "达成方式（回复或仅限页面）与政策不符",
    ),
    Flaw.ABOVE_CAPACITY: (
        "a payment is above what the borrower said they can pay",
        "有还款额超过借款人所说的还款能力",
    ),
    Flaw.OUTSIDE_LAW: (
        "the plan passes a bound of the law that was recorded",
        "方案超出所记录的法律界限",
    ),
    Flaw.ORDER: (
        "the plans do not stand cheapest total first",
        "方案未按总额由低到高排列",
    ),
    Flaw.DOMINATED: (
        "another allowed plan is better for the borrower in one way and worse in none",
        "存在另一个允许的方案，在某方面更优且其他方面不差",
    ),
    Flaw.NOT_CHEAPEST: (
        "the cheapest allowed plan is not on the menu",
        "总额最低的允许方案不在菜单上",
    ),
    Flaw.FLOOR: (
        "the floor was offered where another plan fits, or is not marked as such",
        "在有其他方案可行时给出了底线方案，或未作标记",
    ),
    Flaw.COUNTS: (
        "the numbers of candidates and of feasible plans are not these",
        "候选方案数或可行方案数不符",
    ),
    Flaw.SLACK: (
        "the room left under a constraint is not as recorded",
        "各约束的余量与记录不符",
    ),
    Flaw.RUNNER_UP: (
        "the runner-up is no feasible plan, or stands on the menu",
        "备选方案不可行，或已在菜单上",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw, and of which option (from 1), None for the whole menu."""

    flaw: Flaw
    option: int | None = None

    def words(self) -> tuple[str, str]:
        """Say it in English and Chinese."""
        en, zh = WORDS[self.flaw]
        return (f"Option {self.option}: {en}.", f"方案 {self.option}：{zh}。") if self.option else (f"{en}.", f"{zh}。")
