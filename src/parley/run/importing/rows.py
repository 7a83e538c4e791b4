"""What may be imported: one dataclass for each kind of file, each field a target that a map can fill.

These are the tables the manual lists. A row holds a borrower's data, so none of them prints itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

from parley.locale import Language
from parley.purpose import Channel
from parley.run.importing.reasons import BadCell, Reason

T = TypeVar("T")


class Type(StrEnum):
    """How a cell becomes a value; `convert` has one function for each."""

    TEXT = "text"
    CURRENCY = "currency"
    MONEY = "money"
    DATE = "date"
    INTEGER = "integer"
    INTEGERS = "integers"
    RATE = "rate"
    PHONE = "phone"
    ZONES = "zones"
    BOOLEAN = "boolean"
    WORD = "word"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a map may fill. `high` is the largest number or the longest text; `words` the closed set."""

    name: str
    type: Type
    is_required: bool
    en: str
    zh: str
    high: int
    words: tuple[str, ...]


def _target(type_: Type, en: str, zh: str, *, high: int = 60, words: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Declare a required target. Any, because a dataclass field stands where a value of the field's type is told."""
    return dataclasses.field(metadata={"target": (type_, True, en, zh, high, words)})


def _optional(default: T, type_: Type, en: str, zh: str, *, high: int = 60, words: tuple[str, ...] = ()) -> T:
    return dataclasses.field(default=default, metadata={"target": (type_, False, en, zh, high, words)})


_LANGUAGES: Final = tuple(language.value for language in Language)
_LARGEST_RATE_BPS: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AccountRow:
    """One account with its borrower. Units: minor units of `currency`."""

    reference: str = _target(
        Type.TEXT, "The lender's number of the account; the row's key.", "账户编号，即该行的主键。"
    )
    borrower_reference: str = _optional(
        "",
        Type.TEXT,
        "The lender's number of the person; empty: one person per account.",
        "借款人编号；留空则每个账户一人。",
    )
    name: str = _target(Type.TEXT, "The borrower's name.", "借款人姓名。", high=120)
    phone: str = _optional("", Type.PHONE, "The mobile number.", "手机号。")
    postcode: str = _optional("", Type.TEXT, "For the identity check.", "邮政编码，用于核实身份。", high=12)
    contract_tail: str = _optional(
        "",
        Type.TEXT,
        "Last characters of the contract number, for the identity check.",
        "合同号末几位，用于核实身份。",
        high=8,
    )
    is_synthetic: bool = _optional(
        default=False, type_=Type.BOOLEAN, en="Whether the contact data is made up.", zh="联系信息是否为虚构。"
    )
    language: str = _target(Type.WORD, "The language to write in.", "使用的语言。", words=_LANGUAGES)
    jurisdiction: str = _target(
        Type.TEXT, "Where the borrower lives, such as US-CA or CN.", "借款人所在法域，如 US-CA、CN。", high=12
    )
    zones: tuple[str, ...] = _optional(
        (),
        Type.ZONES,
        "IANA zones where the borrower may be, joined by ';'. Empty: no message leaves.",
        "借款人可能所在的 IANA 时区，以 ; 分隔；留空则不发送。",
    )
    product: str = _target(Type.TEXT, "Code of the product.", "产品代码。", high=40)
    product_kind: str = _target(Type.WORD, "Kind of the product.", "产品类型。", words=("card", "loan", "instalment"))
    minimum_percent_bps: int = _optional(
        0, Type.RATE, "Share of principal in a card's minimum payment.", "最低还款额占本金的比例。", high=10_000
    )
    minimum_floor: int = _optional(0, Type.MONEY, "Smallest minimum payment.", "最低还款额的下限。")
    currency: str = _target(Type.CURRENCY, "ISO 4217 code.", "ISO 4217 币种代码。")
    principal: int = _target(Type.MONEY, "Principal owed.", "未还本金。")
    interest: int = _optional(0, Type.MONEY, "Interest owed.", "应收利息。")
    fee: int = _optional(0, Type.MONEY, "Fees owed.", "应收费用。")
    penalty_interest: int = _optional(0, Type.MONEY, "Penalty interest owed.", "应收罚息。")
    cost: int = _optional(0, Type.MONEY, "Costs owed.", "应收其他成本。")
    annual_rate_bps: int = _target(Type.RATE, "Yearly rate.", "年利率。", high=_LARGEST_RATE_BPS)
    is_rate_assumed: bool = _optional(
        default=False,
        type_=Type.BOOLEAN,
        en="Whether the rate is assumed, not the contract's.",
        zh="利率是否为假设值。",
    )
    credit_limit: int | None = _optional(None, Type.MONEY, "Credit limit.", "信用额度。")
    status: str = _optional("open", Type.WORD, "Status.", "账户状态。", words=("open", "charged_off", "closed"))
    next_due_on: date | None = _optional(None, Type.DATE, "Day of the next payment.", "下一应还日。")
    next_due: int | None = _optional(
        None,
        Type.MONEY,
        "Amount of the next payment; empty: the product's minimum.",
        "下期应还金额；留空则按产品最低还款额计算。",
    )
    months_past_due: int = _optional(
        0, Type.INTEGER, "Unpaid monthly payments before the next.", "下期之前未还的月供期数。", high=120
    )
    remaining_payments: int = _optional(
        1, Type.INTEGER, "Monthly payments to come, the next one included.", "剩余期数，含下期。", high=600
    )
    contract_on: date | None = _optional(None, Type.DATE, "Day the contract was concluded.", "合同订立日。")
    history: tuple[int, ...] = _optional(
        (), Type.INTEGERS, "Months late in the last months, newest first.", "最近各月的逾期月数，由近及远。", high=99
    )
    consent_promotion: bool | None = _optional(
        None, Type.BOOLEAN, "Whether the borrower agreed to promotions.", "是否同意接收营销短信。"
    )
    consent_proof: str = _optional("", Type.TEXT, "Where that consent is recorded.", "该同意的凭证。", high=120)

    def __post_init__(self) -> None:
        if (self.months_past_due or self.next_due) and self.next_due_on is None:
            raise BadCell(Reason.NO_DUE_DATE)

    @property
    def person(self) -> str:
        """The lender's number of the borrower."""
        return self.borrower_reference or self.reference


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PaymentRow:
    """Money that came in."""

    key: str = _target(
        Type.TEXT, "The lender's number of the payment; the row's key.", "还款流水号，即该行的主键。", high=80
    )
    reference: str = _target(Type.TEXT, "The account.", "账户编号。")
    currency: str = _target(Type.CURRENCY, "ISO 4217 code.", "ISO 4217 币种代码。")
    amount: int = _target(Type.MONEY, "Amount, above zero.", "金额，须大于零。")
    paid_on: date = _target(Type.DATE, "The day it was paid.", "还款日。")

    def __post_init__(self) -> None:
        if self.amount == 0:
            raise BadCell(Reason.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TransactionRow:
    """Money that moved on an account. One that the lender flags as abnormal gets a risk alert at once."""

    key: str = _target(
        Type.TEXT, "The lender's number of the transaction; the row's key.", "交易流水号，即该行的主键。", high=80
    )
    reference: str = _target(Type.TEXT, "The account.", "账户编号。")
    currency: str = _target(Type.CURRENCY, "ISO 4217 code.", "ISO 4217 币种代码。")
    amount: int = _target(Type.MONEY, "Amount.", "金额。")
    at: datetime | date = _target(
        Type.MOMENT, "When: an instant, or a day where the time is not known.", "交易时间；时间不详时可只写日期。"
    )
    merchant: str = _optional("", Type.TEXT, "Where it went: merchant or category.", "商户或类别。", high=120)
    is_abnormal: bool = _optional(
        default=False, type_=Type.BOOLEAN, en="Whether the lender finds it abnormal.", zh="是否被认定为异常交易。"
    )
    reason_code: str = _optional("", Type.TEXT, "The lender's code of why.", "异常原因代码。", high=40)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LimitRow:
    """A credit limit that changed."""

    reference: str = _target(Type.TEXT, "The account.", "账户编号。")
    currency: str = _target(Type.CURRENCY, "ISO 4217 code.", "ISO 4217 币种代码。")
    before: int = _target(Type.MONEY, "Limit before.", "调整前额度。")
    after: int = _target(Type.MONEY, "Limit after.", "调整后额度。")
    effective_on: date = _target(Type.DATE, "The day it takes effect.", "生效日。")

    @property
    def key(self) -> str:
        """One change per account and day."""
        return f"{self.reference}:{self.effective_on}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ConsentRow:
    """A consent given or withdrawn."""

    reference: str = _target(
        Type.TEXT, "The borrower, or the account where each has one.", "借款人编号（每人一户时为账户编号）。"
    )
    scope: str = _target(
        Type.TEXT, "What for: all, promotion, or a flag of the rules.", "范围：all、promotion 或规则标志。", high=40
    )
    is_granted: bool = _target(Type.BOOLEAN, "Given, or withdrawn.", "同意或撤回。")
    source: str = _target(Type.TEXT, "How it was given, such as web-form.", "取得方式，如 web-form。", high=40)
    proof: str = _target(Type.TEXT, "Where it is recorded.", "凭证。", high=120)
    given_on: date = _target(Type.DATE, "The day.", "日期。")
    only_channel: str = _optional(
        "",
        Type.WORD,
        "The one channel it is for; empty: every one.",
        "仅限的渠道；留空则不限。",
        words=tuple(one.value for one in Channel),
    )
    only_phone: str = _optional(
        "", Type.PHONE, "The one number it is for; empty: every one.", "仅限的号码；留空则不限。"
    )

    @property
    def key(self) -> str:
        """One event per borrower, scope, reach, day and direction."""
        reach = f"{self.only_channel}:{self.only_phone}"
        return f"{self.reference}:{self.scope}:{reach}:{self.given_on}:{self.is_granted}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DoNotContactRow:
    """A person, or a number, that must not be contacted."""

    reference: str = _optional(
        "", Type.TEXT, "The borrower; or leave it empty and give the number.", "借款人编号；或留空而填号码。"
    )
    phone: str = _optional(
        "", Type.PHONE, "The number; every borrower on it is silenced.", "号码；使用该号码的借款人均不再联系。"
    )
    source: str = _target(Type.TEXT, "Who says so, such as register or letter.", "来源，如 register、letter。", high=40)
    proof: str = _target(Type.TEXT, "Where it is recorded.", "凭证。", high=120)
    since_on: date = _target(Type.DATE, "The day.", "日期。")

    def __post_init__(self) -> None:
        if not self.reference and not self.phone:
            raise BadCell(Reason.EMPTY)

    @property
    def key(self) -> str:
        """One event per person or number."""
        return f"{self.reference}:{self.phone}"


Row = AccountRow | PaymentRow | TransactionRow | LimitRow | ConsentRow | DoNotContactRow


class Kind(StrEnum):
    """What a file holds."""

    ACCOUNTS = "accounts"
    PAYMENTS = "payments"
    TRANSACTIONS = "transactions"
    LIMITS = "limits"
    CONSENTS = "consents"
    DO_NOT_CONTACT = "do-not-contact"


ROWS: Final[Mapping[Kind, type[Row]]] = {
    Kind.ACCOUNTS: AccountRow,
    Kind.PAYMENTS: PaymentRow,
    Kind.TRANSACTIONS: TransactionRow,
    Kind.LIMITS: LimitRow,
    Kind.CONSENTS: ConsentRow,
    Kind.DO_NOT_CONTACT: DoNotContactRow,
}


def key_of(row: Row) -> str:
    """Return what makes *row* itself: a second row with this key in one file is a duplicate."""
    return row.reference if isinstance(row, AccountRow) else row.key


def targets_of(kind: Kind) -> dict[str, Target]:
    """List the fields that a map for *kind* may fill, in the order of the table."""
    found = {}
    for field in dataclasses.fields(ROWS[kind]):
        type_, is_required, en, zh, high, words = cast("tuple[Any, ...]", field.metadata["target"])
        found[field.name] = Target(field.name, type_, is_required, en, zh, high, words)
    return found
