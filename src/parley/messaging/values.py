"""What may stand in a placeholder, and how it reads in each language. Knows nothing of templates or keys.

English stays in the GSM 7-bit alphabet: the peso, rupee and yuan signs would turn a whole message into UCS-2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, parse_pattern

from parley.locale import Language
from parley.money import MINOR_DIGITS, Money


class Kind(StrEnum):
    """The closed set of placeholder kinds."""

    AMOUNT = "amount"
    FIGURE = "figure"
    WHOLE = "whole"
    DATE = "date"
    COUNT = "count"
    RATE = "rate"
    WORDS = "words"
    CHOICE = "choice"


Value = Money | date | int | str
"""amount, figure, whole: Money · date: date · count: int · rate: int basis points · words, choice: str."""

PYTHON_TYPE: Final[dict[Kind, type]] = {
    Kind.AMOUNT: Money,
    Kind.FIGURE: Money,
    Kind.WHOLE: Money,
    Kind.DATE: date,
    Kind.COUNT: int,
    Kind.RATE: int,
    Kind.WORDS: str,
    Kind.CHOICE: str,
}

# Kinds that state a fact of the account.
FACTS: Final[frozenset[Kind]] = frozenset({Kind.AMOUNT, Kind.FIGURE, Kind.WHOLE, Kind.DATE, Kind.COUNT, Kind.RATE})
# Kinds whose value is a number that must be one of the offer record.
NUMBERS: Final[frozenset[Kind]] = frozenset({Kind.AMOUNT, Kind.FIGURE, Kind.WHOLE, Kind.COUNT, Kind.RATE})

DEFAULT_WORDS_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder's kind; `choices` of a choice; `limit`, the longest words in characters."""

    kind: Kind
    choices: tuple[str, ...] = ()
    limit: int = DEFAULT_WORDS_LIMIT


PlaceholderTypes = Mapping[str, Placeholder]
"""The closed catalogue of placeholders that one text may use."""

# How an amount reads: {n} is the figure. A currency that is missing reads by its code (see _OTHER_CURRENCY).
_CURRENCY: Final[dict[Language, dict[str, str]]] = {
    Language.EN: {
        "USD": "${n}", "GBP": "£{n}", "HKD": "HK${n}", "TWD": "NT${n}", "SGD": "S${n}", "AUD": "A${n}", "CAD": "C${n}",
    },
    Language.ZH_HANS: {
        "CNY": "{n}元", "USD": "{n}美元", "GBP": "{n}英镑", "EUR": "{n}欧元", "HKD": "HK${n}", "TWD": "NT${n}",
        "SGD": "S${n}", "PHP": "{n}菲律宾比索", "INR": "{n}印度卢比", "AUD": "{n}澳元", "CAD": "{n}加元",
    },
    Language.ZH_HANT: {
        "CNY": "人民幣{n}元", "USD": "{n}美元", "GBP": "{n}英鎊", "EUR": "{n}歐元", "HKD": "HK${n}", "TWD": "NT${n}",
        "SGD": "S${n}", "PHP": "{n}菲律賓披索", "INR": "{n}印度盧比", "AUD": "{n}澳元", "CAD": "{n}加元",
    },
}  # fmt: skip
_OTHER_CURRENCY: Final = "{n} {code}"

_BABEL_LOCALE: Final = {Language.EN: "en", Language.ZH_HANS: "zh_Hans_CN", Language.ZH_HANT: "zh_Hant_TW"}
# The pattern of a day of this year, and of another year.
_DATE_PATTERN: Final = {
    Language.EN: ("MMM d", "MMM d, y"),
    Language.ZH_HANS: ("M月d日", "y年M月d日"),
    Language.ZH_HANT: ("M月d日", "y年M月d日"),
}

_BASIS_POINTS_PER_PERCENT: Final = 100


@lru_cache(maxsize=len(Language))
def locale_of(language: Language) -> Locale:
    """Return Babel's data of *language*."""
    return Locale.parse(_BABEL_LOCALE[language])


def fault_of(placeholder: Placeholder, value: object) -> str | None:
    """Return why *value* cannot stand in *placeholder*, or None. The words never repeat the value."""
    kind = placeholder.kind
    if type(value) is not PYTHON_TYPE[kind] and not (PYTHON_TYPE[kind] is str and isinstance(value, str)):
        return f"a {kind} is a {PYTHON_TYPE[kind].__name__}, not a {type(value).__name__}"
    if isinstance(value, int) and value < 0:
        return f"a {kind} is not negative"
    if kind is Kind.WHOLE and isinstance(value, Money) and value.minor % 10 ** MINOR_DIGITS[value.currency]:
        return "a whole sum has no cents"
    if kind is Kind.CHOICE and value not in placeholder.choices:
        return f"a choice is one of {', '.join(placeholder.choices)}"
    if kind is Kind.WORDS and isinstance(value, str):
        return _words_fault(value, placeholder.limit)
    return None


def _words_fault(words: str, limit: int) -> str | None:
    if not words.strip():
        return "words are not empty"
    if len(words) > limit:
        return f"words have at most {limit} characters"
    if any(is_control(char) for char in words):
        return "words hold no control or direction characters"
    return None


def is_control(char: str) -> bool:
    """Return whether *char* is invisible steering, or of private use: a control, separator of lines, direction mark."""
    return (
        unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs", "Co"} or char in "\u061c\u200e\u200f" or _overrides(char)
    )


def _overrides(char: str) -> bool:
    return "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"


def shown(kind: Kind, value: Value, language: Language, today: date) -> str:
    """Return how *value* reads in *language*; a date of another year than *today*'s names its year."""
    match kind, value:
        case Kind.AMOUNT, Money():
            return _amount(value, language)
        case Kind.WHOLE, Money():
            pattern = _CURRENCY[language].get(value.currency, _OTHER_CURRENCY)
            return pattern.format(n=_number(int(value.major), 0, language), code=value.currency)
        case Kind.FIGURE, Money():
            return _figure(value, language)
        case Kind.DATE, date():
            here, elsewhere = _DATE_PATTERN[language]
            return format_date(value, here if value.year == today.year else elsewhere, locale_of(language))
        case Kind.COUNT, int():
            return _number(value, 0, language)
        case Kind.RATE, int():
            whole, rest = divmod(value, _BASIS_POINTS_PER_PERCENT)
            return f"{whole}.{rest:02d}%"
        case ((Kind.WORDS | Kind.CHOICE), str()):
            return value
        case _:
            raise AssertionError(f"a {kind} cannot show a {type(value).__name__}")


def _number(value: Decimal | int, digits: int, language: Language) -> str:
    return str(_grouped(digits).apply(value, locale_of(language)))


@lru_cache(maxsize=8)
def _grouped(digits: int) -> NumberPattern:
    """Return the pattern of a number in thousands with *digits* decimals; parsing it costs more than using it."""
    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


def _figure(money: Money, language: Language) -> str:
    return _number(money.major, MINOR_DIGITS[money.currency], language)


def _amount(money: Money, language: Language) -> str:
    pattern = _CURRENCY[language].get(money.currency, _OTHER_CURRENCY)
    return pattern.format(n=_figure(money, language), code=money.currency)
