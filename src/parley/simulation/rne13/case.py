"""One borrower of an evaluation: what the lender knows, and the budget, temper and future that it does not.

A case is a row of plain values: the generators make them, and so may a file, one JSON object a line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from parley.dates import is_zone
from parley.money import LARGEST_MINOR, MINOR_DIGITS, divide_down
from parley.servicing.account import Product
from parley.simulation.card import Style

WHOLE_BPS: Final = 10_000


class IncomeEvery(StrEnum):
    """How often income comes. `irregular`: it differs from month to month."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"
    IRREGULAR = "irregular"


# Why a budget is short, in the words of the label guide of replies.
REASONS: Final = frozenset(
    "job_loss reduced_income wage_arrears illness bereavement divorce disaster cost_of_living benefit_delay "
    "incarceration mental_health addiction".split()
)


@dataclass(frozen=True, slots=True)
class Shock:
    """A time of less income. Units: days from the start; basis points of the income that is left."""

    start_day: int
    days: int
    income_bps: int


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class BorrowerCase:
    """A borrower. Units: minor units (a month), basis points, days, messages. Prints without its facts."""

    id: str
    locale: str
    timezone: str
    jurisdiction: str
    product: Product
    currency: str
    balance_minor: int
    annual_rate_bps: int
    days_past_due: int
    remaining_instalments: int
    contract_instalment_minor: int
    income_minor: int
    income_every: IncomeEvery
    essential_minor: int
    other_debt_minor: int
    assets_minor: int
    shock: Shock | None
    understates_bps: int
    willing_bps: int
    accepts_up_to_bps: int
    patience: int
    style: Style
    reason: str | None
    vulnerable: bool
    disputes: bool
    wrong_person: bool

    def __repr__(self) -> str:
        return f"BorrowerCase({self.id!r}, …)"

    @property
    def surplus_minor(self) -> int:
        """What is truly left over in an ordinary month; negative where nothing is."""
        return self.income_minor - self.essential_minor - self.other_debt_minor

    @property
    def accepts_minor(self) -> int:
        """The highest instalment this borrower agrees to; never below zero."""
        return max(0, divide_down(self.surplus_minor * self.accepts_up_to_bps, WHOLE_BPS))

    @property
    def for_a_person(self) -> bool:
        """Whether this case must not end in an agreement made by a machine."""
        return self.vulnerable or self.disputes or self.wrong_person


@dataclass(frozen=True, slots=True)
class Wrong:
    """A field that does not hold what it must, and what it must hold, in both languages."""

    field: str
    en: str
    zh: str


class _Odd(ValueError):
    """A value that is not allowed."""


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field is read, and what is allowed. `default` counts where the row has no such field."""

    read: Callable[[Any], object]
    en: str
    zh: str
    default: object = ...


def _text(most: int) -> Callable[[Any], object]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= most or not value.isprintable():
            raise _Odd
        return value

    return read


def _zone(value: object) -> str:
    if not isinstance(value, str) or not is_zone(value):
        raise _Odd
    return value


def _whole(low: int, high: int) -> Callable[[Any], object]:
    def read(value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise _Odd
        return value

    return read


def _fraction(high: str) -> Callable[[Any], object]:
    """Read a fraction from 0 to *high* as basis points, rounded down."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= Decimal(high):
            raise _Odd
        return int(Decimal(value) * WHOLE_BPS)

    return read


def _one_of(kind: type[StrEnum]) -> Callable[[Any], object]:
    def read(value: object) -> StrEnum:
        if not isinstance(value, str):
            raise _Odd
        return kind(value)

    return read


def _currency(value: object) -> str:
    if not isinstance(value, str) or value not in MINOR_DIGITS:
        raise _Odd
    return value


def _reason(value: object) -> str | None:
    if value is not None and value not in REASONS:
        raise _Odd
    return str(value) if value is not None else None


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Odd
    return value


def _payday(value: object) -> None:
    """Take a pay-day: a day of the month, the name of a week-day, or null. The simulation pays income evenly."""
    if not (value is None or (type(value) is int and 0 <= value <= _MOST_DAY) or isinstance(value, str)):
        raise _Odd


_MOST_DAY: Final = 31
_SHOCK_FIELDS: Final[Mapping[str, Callable[[Any], object]]] = {
    "start_day": _whole(0, 100_000),
    "days": _whole(0, 100_000),
    "income_factor": _fraction("2"),
}


def _shock(value: object) -> Shock | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != set(_SHOCK_FIELDS):
        raise _Odd
    start, days, left = (read(value[name]) for name, read in _SHOCK_FIELDS.items())
    assert isinstance(start, int) and isinstance(days, int) and isinstance(left, int)
    return Shock(start, days, left)


# Above this a sum is a mistake in the file; below it two years of it, day by day, fit the columns of the ledger.
_MOST_MINOR: Final = divide_down(LARGEST_MINOR, 1_000)


def _amount(low: int) -> _Field:
    return _Field(
        _whole(low, _MOST_MINOR),
        f"a whole number of minor units from {low} to {_MOST_MINOR}",
        f"{low} 至 {_MOST_MINOR} 的最小货币单位整数",
    )


def _share(high: str) -> _Field:
    return _Field(_fraction(high), f"a fraction from 0 to {high}", f"0 至 {high} 的小数")


def _named(kind: type[StrEnum]) -> _Field:
    words = ", ".join(kind)
    return _Field(_one_of(kind), f"one of {words}", f"以下之一：{words}")


def _count(high: int) -> _Field:
    return _Field(_whole(0, high), f"a whole number from 0 to {high}", f"0 至 {high} 的整数")


_TRUTH: Final = _Field(_flag, "true or false", "true 或 false")

# The fields of a row, as `docs/evaluate.md` tells them.
FIELDS: Final[Mapping[str, _Field]] = {
    "id": _Field(_text(80), "1 to 80 printable characters", "1 至 80 个可显示字符"),
    "locale": _Field(_text(35), "a language tag such as en-US", "语言标签，如 zh-CN"),
    "timezone": _Field(_zone, "a zone of the IANA database", "IANA 时区名"),
    "jurisdiction": _Field(_text(16), "a code such as US or US-CA", "法域代码，如 US、CN"),
    "product": _named(Product),
    "currency": _Field(_currency, "an ISO 4217 code Parley knows", "已知的 ISO 4217 币种代码"),
    "balance_minor": _amount(1),
    "annual_rate_bps": _count(100_000),
    "days_past_due": _count(36_500),
    "remaining_instalments": _count(1_200),
    "contract_instalment_minor": _amount(0),
    "income_minor_per_month": _amount(0),
    "income_every": _named(IncomeEvery),
    "payday": _Field(_payday, "a day of the month, a week-day or null", "每月几号、星期几或 null", None),
    "essential_minor_per_month": _amount(0),
    "other_debt_minor_per_month": _amount(0),
    "assets_minor": _amount(0),
    "shock": _Field(
        _shock, "null or {start_day, days, income_factor}", "null 或 {start_day, days, income_factor}", None
    ),
    "understates": _share("0.4"),
    "willing": _share("1"),
    "accepts_up_to": _share("2"),
    "patience": _count(1_000),
    "style": _named(Style),
    "reason": _Field(_reason, "null or a hardship of the label guide", "null 或标注指南中的困难原因", None),
    "vulnerable": _TRUTH,
    "disputes": _TRUTH,
    "wrong_person": _TRUTH,
}
# Fields that the case names otherwise, with its own units.
_NAMES: Final = {
    "income_minor_per_month": "income_minor",
    "essential_minor_per_month": "essential_minor",
    "other_debt_minor_per_month": "other_debt_minor",
    "understates": "understates_bps",
    "willing": "willing_bps",
    "accepts_up_to": "accepts_up_to_bps",
}
_UNUSED: Final = frozenset({"payday"})


def case_of(row: Mapping[str, Any]) -> BorrowerCase | Wrong:
    """Return the case of a *row* of plain values, or the first field that is wrong; a field beyond these is ignored.

    Numbers with a point must come as Decimal: a binary fraction is not what was written.
    """
    values: dict[str, Any] = {}
    for name, field in FIELDS.items():
        if name not in row and field.default is ...:
            return Wrong(name, f"`{name}` is missing: {field.en}", f"缺少 `{name}`：{field.zh}")
        try:
            values[_NAMES.get(name, name)] = field.read(row.get(name, field.default))
        except ValueError:
            return Wrong(name, f"`{name}` must be {field.en}", f"`{name}` 须为{field.zh}")
    for name in _UNUSED:
        del values[name]
    return BorrowerCase(**values)
