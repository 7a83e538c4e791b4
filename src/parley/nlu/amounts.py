"""Which sum of money a reply offers, and in which currency. A number with another role is never money.

Roles come from the word lists (`not_money`) and from the places that `when` and `counts` have taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from parley.nlu.lexicon import Lexicon, any_of
from parley.nlu.numerals import Number, find_numbers

# Plain digits from here on are a telephone or reference number unless a currency stands beside them.
_REFERENCE_DIGITS: Final = 7
_LARGEST: Final = Decimal(10) ** 11
_SMALLEST_BARE: Final = 10
_SMALLEST_OF_HUNDREDS: Final = 100
_BEFORE_CHARS, _AFTER_CHARS = 16, 14
# "212-555-0100", "6123 4567", "98765 43210", "20-44-15", a letter with digits: telephones, bank codes, references.
_NUMBERING: Final = re.compile(
    r"(?<![\d,.])(?:\+?\d{1,3}[ -])?\(?\d{2,5}\)?[ -]\d{2,4}[ -]\d{2,5}(?![\d,])|(?<!\d)[2-9]\d{3} \d{4}(?!\d)"
    r"|(?<!\d)[6-9]\d{4} \d{5}(?!\d)|(?<!\d)0\d{2,4}[ -]\d{5,8}(?!\d)|(?<!\d)\+\d{6,15}"
    r"|(?<![a-z0-9])[a-z]{1,4}-?\d{3,}(?:-\d+)*"
)
# "212-555-0100": digits joined by dashes are a telephone number; "50a", "3x" are not.
_JOINED_ON: Final = re.compile(r"\s?[-–]\s?\d{3,}\s?[-–]|\d|[a-z]")
_SUFFIX: Final = re.compile(
    r"(?:a|ish|per|each|x|/|ko|today|tmr|on|every|now|by|for|pw|pm|pcm|mon|tue|wed|thu|fri|sat|sun)(?![a-z])"
)
# "6-12": a day or a telephone, no sum.
_AFTER_DASH: Final = re.compile(r"(?<!\d)\d{1,2}-\Z")
_LARGEST_DAY: Final = 31
# 二十个 counts things.
_MEASURE: Final = re.compile(r"[个次条通遍人位天日岁点号]")


@dataclass(frozen=True, slots=True, repr=False)
class Sum:
    """One sum of money in the reading form.

    `other`: it may as well be that, or anything between. `own`: earned, owed or a limit. `paid`: said to be paid
    already. `rate`: how often it is paid, where the words beside it say so.
    """

    start: int
    end: int
    value: Decimal
    currency: str | None
    other: Decimal | None = None
    own: bool = False
    paid: bool = False
    rate: str | None = None


Places = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Roles:
    """Places whose numbers are no sum (`never`), not offered (`own`), or said to be paid already (`paid`)."""

    never: Places = ()
    own: Places = ()
    paid: Places = ()


def find_sums(text: str, taken: Places, roles: Roles, where: Place, lexicon: Lexicon) -> list[Sum]:
    """Return the sums of the reading form in order; *taken* are the places of dates and counts."""
    money = _money(lexicon)
    numbering = [hit.span() for hit in _NUMBERING.finditer(text)]
    sums: list[Sum] = []
    for number in find_numbers(text, lexicon):
        if _overlaps(taken, number) or number.value > _LARGEST:
            continue
        beside = _beside(text, number, where, money)
        is_numbering = _overlaps(roles.never, number) or _overlaps(numbering, number)
        if beside.word is None and (is_numbering or not _is_bare_money(number, text, beside, money)):
            continue
        joined = _range_with_last(sums, number, beside, text, money)
        if joined is not None:
            sums[-1] = joined
            continue
        sums.append(
            Sum(
                number.start,
                beside.end,
                number.value * beside.times + beside.plus,
                beside.currency,
                number.other,
                own=_overlaps(roles.own, number),
                paid=_overlaps(roles.paid, number),
                rate=beside.rate,
            )
        )
    return sorted([*sums, *_slang(text, where, money)], key=lambda each: each.start)


@dataclass(frozen=True, slots=True, repr=False)
class _Beside:
    """What stands beside a number: a word of money, its currency, what it multiplies by, how often it is paid."""

    before: str
    after: str
    word: str | None
    currency: str | None
    times: Decimal
    plus: Decimal
    rate: str | None
    end: int


def _beside(text: str, number: Number, where: Place, money: _Money) -> _Beside:
    before = text[max(0, number.start - _BEFORE_CHARS) : number.start]
    after = text[number.end : number.end + _AFTER_CHARS]
    left, right, scale = money.before.search(before), money.after.match(after), money.scale.match(after)
    word, end, times, plus = None, number.end, Decimal(1), Decimal(0)
    currency = None
    if scale is not None and scale[1] in money.scales:
        value, currency, *more = money.scales[scale[1]]
        plus = Decimal(sum(more))
        word, end, times = scale[1], number.end + scale.end(), Decimal(value)
    else:
        for hit in (left, right):
            if hit is not None and (word is None or currency is None):
                word, currency = hit[1], where.resolve(hit[1], money)
        end += right.end() if right else 0
        letter = money.letter.search(before)
        if word is None and letter is not None:
            currency = where.of_letter(letter[1], money)
            word = letter[1] if currency else None
    rest = text[end : end + _AFTER_CHARS]
    later, sooner = money.rate_after.match(rest), money.rate_before.search(before)
    rate = money.rates[later[1]] if later else money.rates[sooner[1]] if sooner else None
    return _Beside(before, rest, word, currency, times, plus, rate, end)


def _overlaps(places: Places, number: Number) -> bool:
    return any(start < number.end and number.start < end for start, end in places)


def _is_bare_money(number: Number, text: str, beside: _Beside, money: _Money) -> bool:
    """Say whether a number without a currency beside it may be a sum."""
    before, after = beside.before, beside.after
    is_paid = bool(money.pay_before.search(before))
    has_rate = beside.rate is not None or bool(money.some_after.match(after))
    big = number.value >= _SMALLEST_BARE
    if number.style == "words":
        is_sum = number.has_scale or number.value >= _SMALLEST_BARE * 2
        return big and ((is_sum and (is_paid or has_rate)) or (number.has_scale and _stands_alone(before, after)))
    if number.style == "han":
        is_hundreds = number.has_scale and number.value >= _SMALLEST_OF_HUNDREDS
        has_rate = beside.rate is not None and not _MEASURE.match(after)
        return big and (is_hundreds or is_paid or has_rate)
    if before[-1:].isalpha() and before[-1:].isascii():
        return False
    raw = text[number.start : number.end]
    if money.hotline.match(raw) or (_AFTER_DASH.search(before) and number.value <= _LARGEST_DAY):
        return False
    if not number.has_scale and "," not in raw and (_is_reference(raw) or _is_joined_on(after)):
        return False
    return big or (is_paid and has_rate)


def _stands_alone(before: str, after: str) -> bool:
    """Say whether nothing, or the end of a clause, stands before the number and no noun behind it."""
    return not before.strip() or before.rstrip()[-1:] in ",.;:!?" or not after.strip()


def _is_reference(raw: str) -> bool:
    """Say whether digits are so many, or begin so, that they number a thing."""
    return len(raw.partition(".")[0]) >= _REFERENCE_DIGITS or (raw.startswith("0") and len(raw) > 1 and "." not in raw)


def _is_joined_on(after: str) -> bool:
    return bool(_JOINED_ON.match(after)) and not _SUFFIX.match(after)


def _range_with_last(sums: list[Sum], number: Number, beside: _Beside, text: str, money: _Money) -> Sum | None:
    """Join "100-150", "100 to 150", "50 or 60 dollars a week": one sum that may be either, the lower first."""
    if not sums:
        return None
    last = sums[-1]
    between = text[last.end : number.start]
    if not money.between.fullmatch(between):
        return None
    lead = text[max(0, last.start - _AFTER_CHARS) : last.start]
    if between.strip() in {"and", "和"} and "between" not in lead:
        return None
    # "from 310 to 200": the one in place of the other.
    if money.instead.search(lead):
        return None
    low = last.value
    # "2-300"
    if low < _SMALLEST_BARE and number.value >= _SMALLEST_OF_HUNDREDS and between.strip() in {"-", "~"}:
        low *= _SMALLEST_OF_HUNDREDS
    low, high = sorted((low, number.value * beside.times + beside.plus))
    currency, rate = last.currency or beside.currency, last.rate or beside.rate
    return Sum(last.start, beside.end, low, currency, high, last.own, last.paid, rate)


@dataclass(frozen=True, slots=True)
class Place:
    """The borrower's region and the account's currency: what "$", 块 and pesos mean there."""

    locale: str
    account_currency: str

    @property
    def region(self) -> str:
        """The region of the locale, in small letters."""
        return self.locale.replace("_", "-").split("-")[-1].lower()

    def resolve(self, word: str, money: _Money) -> str | None:
        """Return the ISO code of a word of money, or None where it names no currency there."""
        code = str(money.currencies[word])
        if code not in money.local:
            return code
        # 块 and 元 name the yuan in China and nothing elsewhere; "$" is the dollar of the place.
        fallback = "" if code == "yuan" else self.account_currency
        return str(money.local[code].get(self.region, fallback)) or None

    def of_letter(self, letter: str, money: _Money) -> str | None:
        """Return the currency whose sign people write as *letter* there: N20,000 in Nigeria."""
        return money.local["letter"].get(f"{letter} {self.region}")


@dataclass(frozen=True, slots=True)
class _Money:
    """What stands before or after a number that is money."""

    currencies: Mapping[str, str]
    local: Mapping[str, Mapping[str, str]]
    scales: Mapping[str, Any]
    slang: Mapping[str, tuple[int, str]]
    rates: Mapping[str, str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    letter: re.Pattern[str]
    scale: re.Pattern[str]
    pay_before: re.Pattern[str]
    some_after: re.Pattern[str]
    rate_before: re.Pattern[str]
    rate_after: re.Pattern[str]
    between: re.Pattern[str]
    instead: re.Pattern[str]
    hotline: re.Pattern[str]


def _either(words: Iterable[str]) -> str:
    return any_of(words) or "(?!)"


@lru_cache(maxsize=8)
def _money(lexicon: Lexicon) -> _Money:
    tables, lists = lexicon.vocabulary, lexicon.lists
    currencies = tables.get("currency", {})
    names = _either(currencies)
    signs = _either(word for word in currencies if not word[0].isalnum())
    rates = tables.get("rate", {})
    scales, slang = tables.get("slang_scale", {}), tables.get("slang_amount", {})
    return _Money(
        currencies=currencies,
        local={
            "local": tables.get("region_currency", {}),
            "peso": tables.get("peso_currency", {}),
            "yuan": tables.get("yuan_currency", {}),
            "letter": tables.get("letter_currency", {}),
        },
        scales=scales,
        slang=slang,
        rates=rates,
        before=re.compile(rf"(?<![a-z])({names})\.?\s?\Z"),
        after=re.compile(rf"\s?(?:ish |odd |多|几)?({names})(?![a-z])"),
        letter=re.compile(r"(?<![a-z0-9])([a-z#])\s?\Z"),
        scale=re.compile(rf"\s?({_either(scales)})"),
        pay_before=re.compile(rf"(?:{lists['pay_before']})[\s:]{{0,2}}\Z"),
        some_after=re.compile(rf"\s?(?:{lists['rate_after']})"),
        rate_before=re.compile(rf"(?<![a-z])({_either(rates)})(?![a-z])(?:[^\W\d]|\s){{0,4}}(?:{signs})?\s?\Z"),
        rate_after=re.compile(rf"\s?(?:max |only |about |大概)?({_either(rates)})(?![a-z0-9])"),
        between=re.compile(rf"\s?(?:{lists['between_sums']})\s?(?:{signs})?"),
        instead=re.compile(rf"(?:{lists['from_word']})\s?(?:{signs})?\s?\Z"),
        hotline=re.compile(rf"(?:{lists['hotlines']})\Z"),
    )


def _slang(text: str, where: Place, money: _Money) -> list[Sum]:
    found: list[Sum] = []
    for word, (value, code) in money.slang.items():
        at = text.find(word)
        if at < 0 or (word[0].isascii() and text[max(0, at - 1) : at].isalpha()):
            continue
        end = at + len(word)
        local = money.local.get(code)
        currency = code if local is None else str(local.get(where.region, where.account_currency)) or None
        later = money.rate_after.match(text[end : end + _AFTER_CHARS])
        found.append(Sum(at, end, Decimal(value), currency, rate=money.rates[later[1]] if later else None))
    return found
