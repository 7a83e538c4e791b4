"""Which sum of money a reply offers, and in which currency. A number with another role is never money.

Roles come from the word lists (`not_money`) and from the places that `when` and `counts` have taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from parley.nlu.days import words
from parley.nlu.lexicon import Lexicon
from parley.nlu.numerals import Number, find_numbers

# Plain digits from here on are a telephone or reference number unless a currency stands beside them.
_REFERENCE_DIGITS: Final = 7
_LARGEST: Final = Decimal(10) ** 11
_SMALLEST_BARE: Final = 10
_PAY_BEFORE: Final = re.compile(
    r"(?:pay|send|give|do|offer|manage|afford|put|deposit|transfer|paid|sent|about|around|only|maybe|just|say|like|how about|what about|max|approx|"
    r"roughly|up to|at most|another|first|still|with|of|add|drop|还|付|交|存|给|转|畀|俾|缴|过|出|打|拿|凑|先|能|可以|最多|大概|大约|差不多|约|每月|每个月|每期|个月|一个月|得|净系|只|就|改|到|入)[\s:]{0,2}\Z"
)
_RATE_AFTER: Final = re.compile(
    r"\A\s?(?:a|per|/|each|every|monthly|weekly|p/m|pm|pw|一个?月|每个?月|一周|一星期|左右|上下|more or less|ish|max|only|tops)"
)


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of money in the reading form. `other`: it may as well be that. `own`: earned, owed or a limit."""

    start: int
    end: int
    value: Decimal
    currency: str | None
    other: Decimal | None = None
    own: bool = False


def find_sums(
    text: str,
    taken: list[tuple[int, int]],
    never: list[tuple[int, int]],
    own: list[tuple[int, int]],
    where: Place,
    lexicon: Lexicon,
) -> list[Sum]:
    """Return the sums of the reading form in order.

    *taken*: places of dates and counts. *never*, *own*: places whose numbers have another role, or are not offered.
    """
    money = _money(lexicon)
    sums = _slang(text, lexicon)
    numbers = find_numbers(text)
    for number in numbers:
        if any(s < number.end and number.start < e for s, e in taken):
            continue
        before, after = text[max(0, number.start - 16) : number.start], text[number.end : number.end + 12]
        left, right = money.before.search(before), money.after.match(after)
        word = left or right
        currency = where.resolve(word[1] if word else None, lexicon)
        named = bool(left or right)
        if not named and any(s < number.end and number.start < e for s, e in never):
            continue
        if not _is_money(number, before, after, named, text):
            continue
        is_own = any(s < number.end and number.start < e for s, e in own)
        span_end = number.end + (right.end() if right else 0)
        joined = _range_with_last(sums, number, text)
        if joined is not None:
            sums[-1] = joined
            continue
        sums.append(Sum(number.start, span_end, number.value, currency, number.other, is_own))
    return sums


def _is_money(number: Number, before: str, after: str, named: bool, text: str) -> bool:
    if number.value > _LARGEST or (
        before[-1:].isalpha() and before[-1:].isascii() and not named and number.style == "digits"
    ):
        return False
    raw = text[number.start : number.end]
    if number.style == "digits" and not named and not number.has_scale and "," not in raw:
        if len(raw.split(".")[0]) >= _REFERENCE_DIGITS or (raw.startswith("0") and len(raw) > 1 and "." not in raw):
            return False
        if re.match(r"\s?[-–]\s?\d{3,}\s?[-–]|\d|[a-z]", after) and not re.match(
            r"(?:a|ish|per|each|x)(?![a-z])", after
        ):
            return False
    if named:
        return True
    if number.style == "words":
        return number.value >= _SMALLEST_BARE and (
            number.has_scale or bool(_PAY_BEFORE.search(before) or _RATE_AFTER.match(after))
        )
    if number.style == "han":
        return number.value >= _SMALLEST_BARE and (
            (number.has_scale and number.value >= 100) or bool(_PAY_BEFORE.search(before))
        )
    return number.value >= _SMALLEST_BARE or bool(_PAY_BEFORE.search(before) and _RATE_AFTER.match(after))


def _range_with_last(sums: list[Sum], number: Number, text: str) -> Sum | None:
    """Join "100-150", "100 to 150", "50 or 60": one sum that may be either."""
    if not sums:
        return None
    last = sums[-1]
    between = text[last.end : number.start]
    if re.fullmatch(r"\s?(?:-|~|–|to|or|到|至|或者?|/|and)\s?[$£₹]?", between) and (
        between.strip() != "and" or "between" in text[max(0, last.start - 12) : last.start]
    ):
        low = last.value
        if low < _SMALLEST_BARE and number.value >= 100 and between.strip() in {"-", "~"}:  # "2-300"
            low *= 100
        return Sum(last.start, number.end, low, last.currency, number.value, last.own)
    return None


@dataclass(frozen=True, slots=True)
class Place:
    """The borrower's region and the account's currency: what "$", 块 and pesos mean there."""

    locale: str
    account_currency: str

    def resolve(self, word: str | None, lexicon: Lexicon) -> str | None:
        """Return the ISO code of a currency word, or None where none is written."""
        if not word:
            return None
        names = lexicon.vocabulary
        code = str(names["currency"].get(word, "")) or None
        if code not in {"local", "peso"}:
            return code
        region = self.locale.replace("_", "-").split("-")[-1].lower()
        table = names.get("region_currency" if code == "local" else "peso_currency", {})
        return str(table.get(region, self.account_currency)) or None


@dataclass(frozen=True, slots=True)
class _Money:
    before: re.Pattern[str]
    after: re.Pattern[str]


@lru_cache(maxsize=8)
def _money(lexicon: Lexicon) -> _Money:
    names = words(lexicon.vocabulary.get("currency", {})) or "(?!)"
    return _Money(
        re.compile(rf"(?<![a-z])({names})\.?\s?\Z"),
        re.compile(rf"\s?(?:ish |odd )?({names})(?![a-z])"),
    )


def _slang(text: str, lexicon: Lexicon) -> list[Sum]:
    table = lexicon.vocabulary.get("slang_amount", {})
    found: list[Sum] = []
    for word, (value, currency) in table.items():
        at = text.find(word)
        if at >= 0:
            found.append(Sum(at, at + len(word), Decimal(value), str(currency)))
    return found
