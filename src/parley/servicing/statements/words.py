"""What is each key of a statement called? One row for a key: English, Simplified and Traditional Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parley.locale import Language

_LANGUAGES: Final = (Language.EN, Language.ZH_HANS, Language.ZH_HANT)
_Row = tuple[str, str, str]

TITLES: Final[Mapping[str, _Row]] = {
    "plan": ("Repayment schedule", "还款计划表", "還款計劃表"),
    "loan": ("Loan schedule", "贷款还款计划表", "貸款還款計劃表"),
    "fee_plan": ("Instalment plan with fees", "手续费分期计划表", "手續費分期計劃表"),
    "pay_in_n": ("Purchase in parts", "分次付款计划表", "分次付款計劃表"),
    "card": ("Card repayment", "信用卡还款计划表", "信用卡還款計劃表"),
    "account": ("Account statement", "账户对账单", "帳戶對帳單"),
}

# Parts of a statement that has several.
PARTS: Final[Mapping[str, _Row]] = {
    "payments": ("Payments", "各期还款", "各期還款"),
    "owed": ("What is owed", "应还款构成", "應還款構成"),
    "dues": ("What falls due", "应还明细", "應還明細"),
    "entries": ("What happened", "账户变动", "帳戶變動"),
    "reversed": ("Payments taken back", "已冲正还款", "已沖正還款"),
    "total": ("Total", "合计", "合計"),
    "minor": ("{label} (minor units)", "{label}（最小货币单位）", "{label}（最小貨幣單位）"),
}

# Columns of tables, and the fields of facts.
FIELDS: Final[Mapping[str, _Row]] = {
    "number": ("No.", "期数", "期數"),
    "due_on": ("Due on", "应还日", "應還日"),
    "payment": ("Payment", "应还金额", "應還金額"),
    "principal": ("Principal", "本金", "本金"),
    "interest": ("Interest", "利息", "利息"),
    "fee": ("Fee", "手续费", "手續費"),
    "penalty_interest": ("Penalty interest", "罚息", "罰息"),
    "cost": ("Costs", "费用", "費用"),
    "balance": ("Balance after", "剩余本金", "剩餘本金"),
    "left": ("Left after", "剩余应还", "剩餘應還"),
    "statement_on": ("Statement of", "账单日", "帳單日"),
    "billed": ("Billed", "账单金额", "帳單金額"),
    "minimum": ("Minimum", "最低还款额", "最低還款額"),
    "capitalised": ("Added to balance", "转入本金的利息", "轉入本金的利息"),
    "held_interest": ("Interest not yet asked", "暂未收取的利息", "暫未收取的利息"),
    "count": ("Payments", "期数", "期數"),
    "frequency": ("How often", "还款频率", "還款頻率"),
    "total": ("Total", "总额", "總額"),
    "cost_of_credit": ("Cost of credit", "信贷成本", "信貸成本"),
    "rate": ("Annual rate, nominal", "年化利率（单利）", "年化利率（單利）"),
    "convention": ("Day count", "计息基准", "計息基準"),
    "started_on": ("Starts on", "起始日", "起始日"),
    "as_of": ("As of", "截至", "截至"),
    "days_past_due": ("Days past due", "逾期天数", "逾期天數"),
    "arrears": ("Past due", "逾期金额", "逾期金額"),
    "owed": ("Owed", "应还总额", "應還總額"),
    "held": ("Held for you", "暂存款", "暫存款"),
    "component": ("Part", "科目", "科目"),
    "opening": ("At the start", "期初", "期初"),
    "charged": ("Charged", "新增", "新增"),
    "paid": ("Paid", "已还", "已還"),
    "closing": ("At the end", "期末", "期末"),
    "asked": ("Asked", "应还", "應還"),
    "open": ("Open", "未还", "未還"),
    "on": ("Day", "日期", "日期"),
    "event": ("What", "事项", "事項"),
    "payment_id": ("Payment no.", "还款编号", "還款編號"),
    "amount": ("Amount", "金额", "金額"),
}

# Values that are words.
WORDS: Final[Mapping[str, _Row]] = {
    "day": ("daily", "每日一期", "每日一期"),
    "week": ("weekly", "每周一期", "每週一期"),
    "2 weeks": ("every two weeks", "每两周一期", "每兩週一期"),
    "4 weeks": ("every four weeks", "每四周一期", "每四週一期"),
    "semimonth": ("twice a month", "每半月一期", "每半月一期"),
    "month": ("monthly", "每月一期", "每月一期"),
    "3 months": ("quarterly", "每季一期", "每季一期"),
    "year": ("yearly", "每年一期", "每年一期"),
    "irregular": ("on the days listed", "按所列日期", "按所列日期"),
    "cost": ("Costs", "费用", "費用"),
    "fee": ("Fees", "手续费", "手續費"),
    "penalty_interest": ("Penalty interest", "罚息", "罰息"),
    "interest": ("Interest", "利息", "利息"),
    "principal": ("Principal", "本金", "本金"),
    "charged_cost": ("Costs charged", "计收费用", "計收費用"),
    "charged_fee": ("Fee charged", "计收手续费", "計收手續費"),
    "charged_penalty_interest": ("Penalty interest charged", "计收罚息", "計收罰息"),
    "charged_interest": ("Interest charged", "计收利息", "計收利息"),
    "charged_principal": ("Principal drawn", "支用本金", "支用本金"),
    "asked": ("Falls due", "到期应还", "到期應還"),
    "paid": ("Payment", "还款", "還款"),
    "used": ("Held money used", "暂存款抵用", "暫存款抵用"),
    "ordered": ("Order of payments changed", "冲抵顺序变更", "沖抵順序變更"),
}

# Phrases of facts; each names the fields of its fact.
PHRASES: Final[Mapping[str, _Row]] = {
    "payments": ("{count} payments, {frequency}", "共 {count} 期，{frequency}", "共 {count} 期，{frequency}"),
    "one_payment": ("{count} payment, {frequency}", "共 {count} 期，{frequency}", "共 {count} 期，{frequency}"),
    "total": ("total {total} {currency}", "总额 {total} {currency}", "總額 {total} {currency}"),
    "interest": ("interest {interest} {currency}", "其中利息 {interest} {currency}", "其中利息 {interest} {currency}"),
    "fees": ("fees {fee} {currency}", "其中手续费 {fee} {currency}", "其中手續費 {fee} {currency}"),
    "cost_of_credit": (
        "cost of credit {cost_of_credit} {currency}",
        "信贷成本 {cost_of_credit} {currency}",
        "信貸成本 {cost_of_credit} {currency}",
    ),
    "rate": (
        "{rate}% a year, nominal, {convention}",
        "年化（单利）{rate}%，计息基准 {convention}",
        "年化（單利）{rate}%，計息基準 {convention}",
    ),
    "started_on": ("from {started_on}", "起始日 {started_on}", "起始日 {started_on}"),
    "as_of": ("as of {as_of}", "截至 {as_of}", "截至 {as_of}"),
    "owed": ("owed {owed} {currency}", "应还总额 {owed} {currency}", "應還總額 {owed} {currency}"),
    "arrears": (
        "past due {arrears} {currency}, days past due {days_past_due}",
        "逾期 {arrears} {currency}，{days_past_due} 天",
        "逾期 {arrears} {currency}，{days_past_due} 天",
    ),
    "held": ("held for you {held} {currency}", "暂存款 {held} {currency}", "暫存款 {held} {currency}"),
}


def word(table: Mapping[str, _Row], key: str, language: Language) -> str:
    """Return what *key* of one of the tables above is called."""
    return table[key][_LANGUAGES.index(language)]
