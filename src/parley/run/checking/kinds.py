"""The kinds of violation, each with one sentence in both languages. The table that reports and manual print."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """A promise that was broken."""

    LOST = "lost"
    NO_REASON = "no_reason"
    SENT_TWICE = "sent_twice"
    LEDGER_MISMATCH = "ledger_mismatch"
    WITHOUT_PERMIT = "without_permit"
    QUIET_HOURS = "quiet_hours"
    CAP_DAY = "cap_day"
    CAP_WEEK = "cap_week"
    CAP_LAW = "cap_law"
    AFTER_STOP = "after_stop"
    STOP_NOT_RECORDED = "stop_not_recorded"
    PROMOTION_WITHOUT_CONSENT = "promotion_without_consent"
    DURING_HOLD = "during_hold"
    PLAN_KEPT_CONTACT = "plan_kept_contact"
    DISCLOSURE = "disclosure"
    NUMBER_NOT_IN_OFFER = "number_not_in_offer"
    PLAN_SUM = "plan_sum"
    ABOVE_CAPACITY = "above_capacity"
    HOLDOUT_MESSAGED = "holdout_messaged"
    AFTER_CRISIS = "after_crisis"
    THIRD_PARTY = "third_party"
    SYNTHETIC_OUTSIDE = "synthetic_outside"
    NEGATIVE_BALANCE = "negative_balance"
    MONEY_CONSERVED = "money_conserved"
    MISSING_IDENTITY_LINES = "missing_identity_lines"
    TWICE_AGREED = "twice_agreed"
    AGREED_BY_TEXT = "agreed_by_text"


DESCRIPTIONS: Final[dict[Kind, tuple[str, str]]] = {
    Kind.LOST: (
        "A message or a delivery is neither ended nor waiting, or one side knows of it and the other does not.",
        "短信或状态报告既未结束也不在等待，或仅有一方有记录。",
    ),
    Kind.NO_REASON: (
        "A message ended otherwise than delivered, or unknown, and no reason is given.",
        "短信未送达或状态不明，却没有记录原因。",
    ),
    Kind.SENT_TWICE: (
        "The same message was handed over twice by our own doing.",
        "同一短信因我方原因被提交两次。",
    ),
    Kind.LEDGER_MISMATCH: (
        "The send ledger and the message centre tell different stories of a message.",
        "发送台账与短信中心对同一短信的记录不一致。",
    ),
    Kind.WITHOUT_PERMIT: (
        "A message was handed over and no permit of the gate at dispatch is on record.",
        "短信已提交，但没有发送时刻的闸口放行记录。",
    ),
    Kind.QUIET_HOURS: (
        "A message left outside the open hours of a zone the borrower may be in.",
        "在借款人可能所处时区的免打扰时段内发送。",
    ),
    Kind.CAP_DAY: (
        "More than one unprompted contact on one local day.",
        "同一当地自然日内主动联系超过一次。",
    ),
    Kind.CAP_WEEK: (
        "More than three unprompted contacts within seven days.",
        "七天内主动联系超过三次。",
    ),
    Kind.CAP_LAW: (
        "More contacts than the law of the borrower's place allows.",
        "联系次数超过借款人所在地法规的上限。",
    ),
    Kind.AFTER_STOP: (
        "Something other than the one confirmation was handed over after a STOP.",
        "收到退订之后，除一次确认外仍提交了短信。",
    ),
    Kind.STOP_NOT_RECORDED: (
        "A plain STOP was received and no refusal is on record.",
        "已收到明确的退订，却没有拒收记录。",
    ),
    Kind.PROMOTION_WITHOUT_CONSENT: (
        "A promotion left without the consent that the borrower's place asks for.",
        "未取得所在地要求的同意即发送营销短信。",
    ),
    Kind.DURING_HOLD: (
        "A reminder, collection or promotion left while a hold stood or a person held the thread.",
        "暂停期间或人工处理期间发送了提醒、催收或营销短信。",
    ),
    Kind.PLAN_KEPT_CONTACT: (
        "A borrower who keeps an arrangement was sent a collection message.",
        "借款人正在履行还款安排，仍收到催收短信。",
    ),
    Kind.DISCLOSURE: (
        "A name, contract number, postcode or amount left before identity was proven there, or too long after.",
        "在该号码核实本人身份之前，或核实已过期后，发送了姓名、合同编号、邮编或金额。",
    ),
    Kind.NUMBER_NOT_IN_OFFER: (
        "A text states an amount, rate or count that is not in its offer record.",
        "短信中的金额、利率或期数不在其报价记录中。",
    ),
    Kind.PLAN_SUM: (
        "The rows of a plan do not sum, or an arrangement is not the plan that was offered.",
        "方案各期合计不符，或已达成的安排与报价方案不一致。",
    ),
    Kind.ABOVE_CAPACITY: (
        "An agreed payment is above the capacity the borrower stated.",
        "已达成安排中的某期还款超过借款人所述的还款能力。",
    ),
    Kind.HOLDOUT_MESSAGED: (
        "An account of the hold-out was written to unprompted.",
        "向保留对照组账户主动发送了短信。",
    ),
    Kind.AFTER_CRISIS: (
        "Something automatic other than the one crisis reply left after a crisis, before a person released the thread.",
        "危机信号之后、人工解除之前，除一条危机回复外仍自动发送了短信。",
    ),
    Kind.THIRD_PARTY: (
        "A number that is not the borrower's was written to again.",
        "再次向已确认并非借款人本人的号码发送短信。",
    ),
    Kind.SYNTHETIC_OUTSIDE: (
        "A message to an invented number was given to a carrier other than the sandbox.",
        "向虚构号码发送的短信被交给了沙箱以外的通道。",
    ),
    Kind.NEGATIVE_BALANCE: (
        "An amount owed is below zero, or more was paid on a row than it asks.",
        "欠款为负，或某期已还金额超过应还金额。",
    ),
    Kind.MONEY_CONSERVED: (
        "The parts of a payment and what is left of it do not sum to the payment.",
        "还款的各部分与未分配余额之和不等于还款金额。",
    ),
    Kind.MISSING_IDENTITY_LINES: (
        "A text does not say who writes, where a person answers, or how to stop.",
        "短信缺少发送机构名称、人工热线或退订方式。",
    ),
    Kind.TWICE_AGREED: (
        "Two arrangements of one account stood at the same time.",
        "同一账户同时存在两份有效的还款安排。",
    ),
    Kind.AGREED_BY_TEXT: (
        "A plan whose policy asks for the page was agreed to neither there nor to a person on the phone.",
        "政策要求在页面确认的方案，既非在页面也非由专员在电话中达成。",
    ),
}
