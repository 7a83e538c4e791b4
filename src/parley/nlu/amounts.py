"""Which sum of money a reply offers, and in which currency. A number with another role is never money.

Roles come from the word lists (`not_money`) and from the places that `when` and `counts` have taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.numerals import Number, find_numbers

# Plain digits from here on are a telephone or reference number unless a currency stands beside them.
_REFERENCE_DIGITS: Final = 7
_LARGEST: Final = Decimal(10) ** 11
_SMALLEST_BARE: Final = 10
_SMALLEST_OF_HUNDREDS: Final = 100
_BEFORE_CHARS, _AFTER_CHARS = 16, 12
# "212-555-0100": digits joined by dashes are a telephone number; "50a", "3x" are not.
_JOINED_ON: Final = re.compile(r"\s?[-–]\s?\d{3,}\s?[-–]|\d|[a-z]")
_SUFFIX: Final = re.compile(r"(?:a|ish|per|each|x)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Sum:
    """One sum of money in the reading form. `other`: it may as well be that. `own`: earned, owed or a limit."""

    start: int
    end: int
    value: Decimal
    currency: str | None
    other: Decimal | None = None
    own: bool = False


Places = Sequence[tuple[int, int]]


def find_sums(text: str, taken: Places, never: Places, own: Places, where: Place, lexicon: Lexicon) -> list[Sum]:
    """Return the sums of the reading form in order.

    *taken*: places of dates and counts. *never*, *own*: places whose numbers have another role, or are not offered.
    """
    money = _money(lexicon)
    sums = _slang(text, lexicon)
    for number in find_numbers(text, lexicon):
        before = text[max(0, number.start - _BEFORE_CHARS) : number.start]
        after = text[number.end : number.end + _AFTER_CHARS]
        left, right = money.before.search(before), money.after.match(after)
        word = left or right
        if _overlaps(taken, number) or (word is None and _overlaps(never, number)):
            continue
        if word is None and not _is_bare_money(number, text, before, after, money):
            continue
        if number.value > _LARGEST:
            continue
        joined = _range_with_last(sums, number, text, money)
        if joined is not None:
            sums[-1] = joined
            continue
        end = number.end + (right.end() if right else 0)
        currency = where.resolve(word[1] if word else None, lexicon)
        sums.append(Sum(number.start, end, number.value, currency, number.other, _overlaps(own, number)))
    return sums


def _overlaps(places: Places, number: Number) -> bool:
    return any(start < number.end and number.start < end for start, end in places)


def _is_bare_money(number: Number, text: str, before: str, after: str, money: _Money) -> bool:
    """Say whether a number without a currency beside it may be a sum."""
    is_paid = bool(money.pay_before.search(before))
    has_rate = bool(money.rate_after.match(after))
    big = number.value >= _SMALLEST_BARE
    if number.style == "words":
        return big and number.has_scale and (is_paid or has_rate or not before.strip())
    if number.style == "han":
        is_hundreds = number.has_scale and number.value >= _SMALLEST_OF_HUNDREDS
        return big and (is_hundreds or is_paid)
    if before[-1:].isalpha() and before[-1:].isascii():
        return False
    raw = text[number.start : number.end]
    if not number.has_scale and "," not in raw and (_is_reference(raw) or _is_joined_on(after)):
        return False
    return big or (is_paid and has_rate)


def _is_reference(raw: str) -> bool:
    """Say whether digits are so many, or begin so, that they number a thing."""
    return len(raw.partition(".")[0]) >= _REFERENCE_DIGITS or (raw.startswith("0") and len(raw) > 1 and "." not in raw)


def _is_joined_on(after: str) -> bool:
    return bool(_JOINED_ON.match(after)) and not _SUFFIX.match(after)


def _range_with_last(sums: list[Sum], number: Number, text: str, money: _Money) -> Sum | None:
    """Join "100-150", "100 to 150", "50 or 60": one sum that may be either."""
    if not sums:
        return None
    last = sums[-1]
    between = text[last.end : number.start]
    if not money.between.fullmatch(between):
        return None
    if between.strip() == "and" and "between" not in text[max(0, last.start - _AFTER_CHARS) : last.start]:
        return None
    low = last.value
    # "2-300"
    if low < _SMALLEST_BARE and number.value >= _SMALLEST_OF_HUNDREDS and between.strip() in {"-", "~"}:
        low *= _SMALLEST_OF_HUNDREDS
    return Sum(last.start, number.end, low, last.currency, number.value, last.own)


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
    """What stands before or after a number that is money."""

    before: re.Pattern[str]
    after: re.Pattern[str]
    pay_before: re.Pattern[str]
    rate_after: re.Pattern[str]
    between: re.Pattern[str]


@lru_cache(maxsize=8)
def _money(lexicon: Lexicon) -> _Money:
    names = any_of(lexicon.vocabulary.get("currency", {})) or "(?!)"
    return _Money(
        re.compile(rf"(?<![a-z])({names})\.?\s?\Z"),
        re.compile(rf"\s?(?:ish |odd )?({names})(?![a-z])"),
        re.compile(rf"(?:{lexicon.lists['pay_before']})[\s:]{{0,2}}\Z"),
        re.compile(rf"\s?(?:{lexicon.lists['rate_after']})"),
        re.compile(rf"\s?(?:{lexicon.lists['between_sums']})\s?[$£₹]?"),
    )


def _slang(text: str, lexicon: Lexicon) -> list[Sum]:
    table = lexicon.vocabulary.get("slang_amount", {})
    found: list[Sum] = []
    for word, (value, currency) in table.items():
        at = text.find(word)
        if at >= 0:
            found.append(Sum(at, at + len(word), Decimal(value), str(currency)))
    return found
