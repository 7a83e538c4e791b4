"""How a statement is written out, said a second time: the oracle of the four forms, with labels typed by hand.

A page is plain data; nothing here comes from `parley`. Amounts are written with `decimal`, widths of Chinese signs are
told by their place in Unicode, JSON and CSV by the libraries everybody uses.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
DIGITS = {"USD": 2, "CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "TWD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}


@dataclass(frozen=True)
class Money:
    minor: int


@dataclass(frozen=True)
class Term:
    key: str


# A number, a date, a name or a percentage as text, an amount, a term of the language, or nothing.
Cell = int | date | str | Money | Term | None


@dataclass(frozen=True)
class Part:
    key: str
    columns: list[str]
    rows: list[list[Cell]]
    total: list[Cell] | None = None


@dataclass(frozen=True)
class Page:
    title: str
    currency: str
    phrases: list[str]
    fields: dict[str, Cell]
    parts: list[Part]


def _table(text: str) -> dict[str, tuple[str, ...]]:
    rows = [line.split("|") for line in text.strip().splitlines()]
    return {row[0].strip(): tuple(cell.strip() for cell in row[1:]) for row in rows}


TITLES = _table("""
plan      | Repayment schedule        | 还款计划表         | 還款計劃表
loan      | Loan schedule             | 贷款还款计划表     | 貸款還款計劃表
fee_plan  | Instalment plan with fees | 手续费分期计划表   | 手續費分期計劃表
pay_in_n  | Purchase in parts         | 分次付款计划表     | 分次付款計劃表
card      | Card repayment            | 信用卡还款计划表   | 信用卡還款計劃表
account   | Account statement         | 账户对账单         | 帳戶對帳單
""")
PARTS = _table("""
payments | Payments             | 各期还款   | 各期還款
owed     | What is owed         | 应还款构成 | 應還款構成
dues     | What falls due       | 应还明细   | 應還明細
entries  | What happened        | 账户变动   | 帳戶變動
reversed | Payments taken back  | 已冲正还款 | 已沖正還款
""")
FIELDS = _table("""
number           | No.                    | 期数           | 期數
due_on           | Due on                 | 应还日         | 應還日
statement_on     | Statement of           | 账单日         | 帳單日
payment          | Payment                | 应还金额       | 應還金額
principal        | Principal              | 本金           | 本金
interest         | Interest               | 利息           | 利息
fee              | Fee                    | 手续费         | 手續費
penalty_interest | Penalty interest       | 罚息           | 罰息
cost             | Costs                  | 费用           | 費用
balance          | Balance after          | 剩余本金       | 剩餘本金
left             | Left after             | 剩余应还       | 剩餘應還
billed           | Billed                 | 账单金额       | 帳單金額
minimum          | Minimum                | 最低还款额     | 最低還款額
capitalised      | Added to balance       | 转入本金的利息 | 轉入本金的利息
held_interest    | Interest not yet asked | 暂未收取的利息 | 暫未收取的利息
count            | Payments               | 期数           | 期數
frequency        | How often              | 还款频率       | 還款頻率
total            | Total                  | 总额           | 總額
cost_of_credit   | Cost of credit         | 信贷成本       | 信貸成本
rate             | Annual rate, nominal   | 年化利率（单利） | 年化利率（單利）
convention       | Day count              | 计息基准       | 計息基準
started_on       | Starts on              | 起始日         | 起始日
as_of            | As of                  | 截至           | 截至
days_past_due    | Days past due          | 逾期天数       | 逾期天數
arrears          | Past due               | 逾期金额       | 逾期金額
owed             | Owed                   | 应还总额       | 應還總額
held             | Held for you           | 暂存款         | 暫存款
component        | Part                   | 科目           | 科目
opening          | At the start           | 期初           | 期初
charged          | Charged                | 新增           | 新增
paid             | Paid                   | 已还           | 已還
closing          | At the end             | 期末           | 期末
asked            | Asked                  | 应还           | 應還
open             | Open                   | 未还           | 未還
on               | Day                    | 日期           | 日期
event            | What                   | 事项           | 事項
payment_id       | Payment no.            | 还款编号       | 還款編號
amount           | Amount                 | 金额           | 金額
""")
TERMS = _table("""
month                    | monthly                  | 每月一期   | 每月一期
2 weeks                  | every two weeks          | 每两周一期 | 每兩週一期
week                     | weekly                   | 每周一期   | 每週一期
3 months                 | quarterly                | 每季一期   | 每季一期
cost                     | Costs                    | 费用       | 費用
fee                      | Fees                     | 手续费     | 手續費
penalty_interest         | Penalty interest         | 罚息       | 罰息
interest                 | Interest                 | 利息       | 利息
principal                | Principal                | 本金       | 本金
charged_cost             | Costs charged            | 计收费用   | 計收費用
charged_fee              | Fee charged              | 计收手续费 | 計收手續費
charged_penalty_interest | Penalty interest charged | 计收罚息   | 計收罰息
charged_interest         | Interest charged         | 计收利息   | 計收利息
charged_principal        | Principal drawn          | 支用本金   | 支用本金
asked                    | Falls due                | 到期应还   | 到期應還
paid                     | Payment                  | 还款       | 還款
used                     | Held money used          | 暂存款抵用 | 暫存款抵用
ordered                  | Order of payments changed | 冲抵顺序变更 | 沖抵順序變更
""")
PHRASES = _table("""
payments | {count} payments, {frequency} | 共 {count} 期，{frequency} | 共 {count} 期，{frequency}
total | total {total} ¤ | 总额 {total} ¤ | 總額 {total} ¤
interest | interest {interest} ¤ | 其中利息 {interest} ¤ | 其中利息 {interest} ¤
fees | fees {fee} ¤ | 其中手续费 {fee} ¤ | 其中手續費 {fee} ¤
cost_of_credit | cost of credit {cost_of_credit} ¤ | 信贷成本 {cost_of_credit} ¤ | 信貸成本 {cost_of_credit} ¤
started_on | from {started_on} | 起始日 {started_on} | 起始日 {started_on}
as_of | as of {as_of} | 截至 {as_of} | 截至 {as_of}
owed | owed {owed} ¤ | 应还总额 {owed} ¤ | 應還總額 {owed} ¤
held | held for you {held} ¤ | 暂存款 {held} ¤ | 暫存款 {held} ¤
""")
PHRASES["rate"] = (
    "{rate}% a year, nominal, {convention}",
    "年化（单利）{rate}%，计息基准 {convention}",
    "年化（單利）{rate}%，計息基準 {convention}",
)
PHRASES["arrears"] = (
    "past due {arrears} ¤, days past due {days_past_due}",
    "逾期 {arrears} ¤，{days_past_due} 天",
    "逾期 {arrears} ¤，{days_past_due} 天",
)


class Pen:
    def __init__(self, page: Page, language: str) -> None:
        self.page, self.k = page, LANGUAGES.index(language)
        self.language, self.digits = language, DIGITS[page.currency]

    def say(self, table: dict[str, tuple[str, ...]], key: str) -> str:
        return table[key][self.k]

    def plain(self, money: Money) -> str:
        return format(Decimal(money.minor).scaleb(-self.digits), f".{self.digits}f")

    def show(self, cell: Cell) -> str:
        if isinstance(cell, Money):
            return format(Decimal(cell.minor).scaleb(-self.digits), f",.{self.digits}f")
        if isinstance(cell, Term):
            return self.say(TERMS, cell.key)
        return "" if cell is None else str(cell)

    def facts(self) -> str:
        shown = {name: self.show(cell) for name, cell in self.page.fields.items()}
        said = [self.say(PHRASES, key).format(**shown) for key in self.page.phrases]
        return " · ".join(said).replace("¤", self.page.currency)

    def lines(self, part: Part) -> list[list[str]]:
        head = [self.say(FIELDS, column) for column in part.columns]
        body = [*part.rows, part.total] if part.total else part.rows
        lines = [head, *([self.show(cell) for cell in row] for row in body)]
        if part.total:
            lines[-1][0] = ("Total", "合计", "合計")[self.k]
        return lines

    def is_right(self, part: Part, column: int) -> bool:
        return all(isinstance(row[column], Money | int) for row in part.rows if row[column] is not None)

    def markdown(self) -> str:
        out = f"# {self.say(TITLES, self.page.title)}\n\n{self.facts()}\n"
        for part in self.page.parts:
            out += f"\n## {self.say(PARTS, part.key)}\n\n" if len(self.page.parts) > 1 else "\n"
            lines = self.lines(part)
            lines.insert(1, ["---:" if self.is_right(part, k) else "---" for k in range(len(part.columns))])
            for line in lines:
                out += ("|" + "|".join(f" {cell} " if cell else " " for cell in line) + "|") + "\n"
        return out

    def text(self) -> str:
        out = f"{self.say(TITLES, self.page.title)}\n{self.facts()}\n"
        for part in self.page.parts:
            out += f"\n{self.say(PARTS, part.key)}\n" if len(self.page.parts) > 1 else "\n"
            lines = self.lines(part)
            wide = [max(wide_of(line[k]) for line in lines) for k in range(len(part.columns))]
            for line in lines:
                cells = []
                for k, cell in enumerate(line):
                    blank = " " * (wide[k] - wide_of(cell))
                    cells.append(blank + cell if self.is_right(part, k) else cell + blank)
                out += "  ".join(cells).rstrip() + "\n"
        return out

    def json(self) -> str:
        def plain(cell: Cell) -> object:
            if isinstance(cell, Money):
                return {"minor": cell.minor, "decimal": self.plain(cell)}
            if isinstance(cell, Term):
                return {"key": cell.key, "label": self.say(TERMS, cell.key)}
            return str(cell) if isinstance(cell, date) else cell

        tables = []
        for part in self.page.parts:
            table: dict[str, object] = {"table": part.key, "label": self.say(PARTS, part.key)}
            table["columns"] = [{"key": column, "label": self.say(FIELDS, column)} for column in part.columns]
            table["rows"] = [{part.columns[k]: plain(cell) for k, cell in enumerate(row)} for row in part.rows]
            if part.total:
                table["total"] = {part.columns[k]: plain(cell) for k, cell in enumerate(part.total)}
            tables.append(table)
        whole = {
            "statement": self.page.title,
            "title": self.say(TITLES, self.page.title),
            "language": self.language,
            "currency": self.page.currency,
            "summary": {
                name: {"label": self.say(FIELDS, name), "value": plain(cell)} for name, cell in self.page.fields.items()
            },
            "tables": tables,
        }
        return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"

    def csv(self) -> str:
        lines: list[tuple[str, list[str], list[Cell]]] = [
            ("summary", list(self.page.fields), list(self.page.fields.values()))
        ]
        for part in self.page.parts:
            lines += [(part.key, part.columns, row) for row in part.rows]
            if part.total:
                lines.append((f"{part.key}.total", part.columns, part.total))
        flat = []
        for name, columns, cells in lines:
            found = {"part": name, "currency": self.page.currency}
            for column, cell in zip(columns, cells, strict=True):
                found[column] = self.plain(cell) if isinstance(cell, Money) else "" if cell is None else str(cell)
                if isinstance(cell, Money):
                    found[f"{column}_minor"] = str(cell.minor)
                if isinstance(cell, Term):
                    found[column], found[f"{column}_label"] = cell.key, self.say(TERMS, cell.key)
            flat.append(found)
        known = [*self.page.fields, *(column for part in self.page.parts for column in part.columns)]
        keys = ["part", "currency"]
        for column in dict.fromkeys(known):
            keys += [key for key in (column, f"{column}_minor", f"{column}_label") if any(key in one for one in flat)]
        minor = ("{} (minor units)", "{}（最小货币单位）", "{}（最小貨幣單位）")[self.k]
        labels = {"part": "", "currency": ""}
        for key in keys[2:]:
            label = self.say(FIELDS, key.replace("_minor", "").replace("_label", ""))
            labels[key] = minor.format(label) if key.endswith("_minor") else label
        out = io.StringIO()
        writer = csv.DictWriter(out, keys, restval="")
        writer.writeheader()
        writer.writerows([labels, *flat])
        return out.getvalue()

    def write(self, form: str) -> str:
        return {"md": self.markdown, "txt": self.text, "json": self.json, "csv": self.csv}[form]()


def wide_of(text: str) -> int:
    """Chinese signs, and the punctuation and full-width forms that go with them, take two places."""
    return sum(2 if "\u2e80" <= sign <= "\u9fff" or "\uff01" <= sign <= "\uff60" else 1 for sign in text)
