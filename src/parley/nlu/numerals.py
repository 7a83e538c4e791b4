"""Numbers as people write them: 1,500 · 2k · 1.5万 · 三百五 · 二〇〇 · two hundred and fifty · 1.2 lakh.

It finds numbers and their value only; whether one is money, a date or a card's tail is asked elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_HAN_DIGITS: Final = {c: i % 10 for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "俩": 2, "幺": 1, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9,
}  # fmt: skip
_HAN_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "亿": 10**8}
_HAN_TENS: Final = {"廿": "二十", "卅": "三十"}
_HAN: Final = "".join((*_HAN_DIGITS, *_HAN_UNITS, *_HAN_TENS))

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS: Final = {word: i for i, word in enumerate(_SMALL)} | {word: 20 + 10 * i for i, word in enumerate(_TENS)}
_SCALES: Final = {
    "hundred": 100, "thousand": 1000, "grand": 1000, "k": 1000, "lakh": 10**5, "lakhs": 10**5, "lac": 10**5,
    "lacs": 10**5, "crore": 10**7, "million": 10**6, "w": 10**4, "hundreds": 100, "jt": 10**6, "juta": 10**6, "ribu": 1000,
}  # fmt: skip
_NUMBER_WORD: Final = "|".join(sorted((*_WORDS, "hundred", "thousand", "grand", "lakh", "lac"), key=len, reverse=True))

_FINDER: Final = re.compile(
    rf"(?P<digits>(?<![\d.,])(?:\d{{1,2}}(?:,\d{{2}}){{1,4}},\d{{3}}|\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,18}})(?:\.\d{{1,4}})?)"
    rf"(?:\s?(?P<scale>hundred|thousand|grand|lakhs?|lacs?|crore|million|ribu|juta|[kw])(?![a-z0-9])"
    rf"|(?P<tail>[百佰千仟万亿][{_HAN}\d]{{0,8}}))?"
    rf"|(?P<han>[{_HAN}]{{1,14}})"
    rf"|(?<![a-z0-9])(?P<words>(?:an? )?(?:{_NUMBER_WORD})(?:(?:[ -]| and )(?:{_NUMBER_WORD}|k)(?![a-z])){{0,7}})(?![a-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the reading form. `style`: digits, han or words. `other`: second value of "两三百" or of "1.500"."""

    start: int
    end: int
    value: Decimal
    style: str
    has_scale: bool = False
    other: Decimal | None = None


def find_numbers(text: str) -> list[Number]:
    """Return every number of the reading form *text*, in order."""
    return [number for hit in _FINDER.finditer(text) if (number := _number(hit))]


def _number(hit: re.Match[str]) -> Number | None:
    start, end = hit.span()
    if hit["digits"]:
        return _from_digits(hit, start, end)
    if hit["han"]:
        return _from_han(hit["han"], start, end)
    value = _from_words(hit["words"])
    return None if value is None else Number(start, end, Decimal(value), "words", has_scale=value >= 100)


def _from_digits(hit: re.Match[str], start: int, end: int) -> Number | None:
    raw = hit["digits"]
    value = Decimal(raw.replace(",", ""))
    if hit["tail"]:
        value = _mixed(value, hit["tail"])
        return Number(start, end, value, "digits", has_scale=True)
    if hit["scale"]:
        return Number(start, end, value * _SCALES[hit["scale"]], "digits", has_scale=True)
    # One point and three decimals may be a thousand separator: "1.500".
    thousands = re.fullmatch(r"([1-9]\d{0,2})\.(\d{3})", raw)
    other = Decimal(thousands[1] + thousands[2]) if thousands else None
    return Number(start, end, value, "digits", other=other)


def _mixed(value: Decimal, tail: str) -> Decimal:
    """Read 1万5, 5百, 2千3百: digits before a Han unit."""
    unit = _HAN_UNITS[tail[0]]
    total = value * unit
    rest = tail[1:]
    if not rest:
        return total
    if rest.isascii():
        return total + Decimal(rest) * (unit // 10 if len(rest) == 1 else 1)
    if len(rest) == 1 and rest in _HAN_DIGITS:
        return total + _HAN_DIGITS[rest] * (unit // 10)
    leading = re.match(r"\d+", rest)
    if leading and leading.end() < len(rest) and rest[leading.end()] in _HAN_UNITS:
        return total + _mixed(Decimal(leading.group()), rest[leading.end() :])
    return total + (han_value(re.sub(r"\d", "", rest)) or 0)


def _from_han(raw: str, start: int, end: int) -> Number | None:
    if raw == "万一":  # "in case"
        return None
    pair = re.fullmatch(r"([一二两三四五六七八])([二两三四五六七八九])([十百千万])", raw)
    if pair and _HAN_DIGITS[pair[2]] == _HAN_DIGITS[pair[1]] + 1:
        unit = _HAN_UNITS[pair[3]]
        low, high = _HAN_DIGITS[pair[1]] * unit, _HAN_DIGITS[pair[2]] * unit
        return Number(start, end, Decimal(low), "han", has_scale=True, other=Decimal(high))
    value = han_value(raw)
    if value is None:
        return None
    return Number(start, end, Decimal(value), "han", has_scale=any(char in _HAN_UNITS for char in raw))


def han_value(raw: str) -> int | None:
    """Return the value of Han numerals: 三百五 350, 一千二 1200, 百五 150, 二〇〇 200; None for a bare 百, 千, 万."""
    raw = "".join(_HAN_TENS.get(char, char) for char in raw)
    if not raw or all(char in _HAN_UNITS and char not in "十拾" for char in raw):
        return None
    if all(char in _HAN_DIGITS for char in raw):
        return int("".join(str(_HAN_DIGITS[char]) for char in raw))
    total = section = digit = 0
    last_unit, zero, seen = 1, False, False
    for char in raw:
        if char in _HAN_DIGITS:
            digit, zero, seen = _HAN_DIGITS[char], zero or _HAN_DIGITS[char] == 0, True
            continue
        unit = _HAN_UNITS[char]
        if unit >= 10_000:
            total = (total + section + digit or 1) * unit
            section = 0
        else:
            section += (digit if seen else 1) * unit
        digit, last_unit, zero, seen = 0, unit, False, False
    short = last_unit // 10 if seen and not zero and last_unit >= 100 else 1
    return total + section + digit * short


def _from_words(raw: str) -> int | None:
    total = current = 0
    counted = False
    for word in re.findall(r"[a-z]+", raw):
        if word in _WORDS:
            current, counted = current + _WORDS[word], True
        elif word in {"a", "an"}:
            current, counted = 1, True
        elif word in _SCALES:
            scaled = (current if counted else 1) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + scaled, 0
            else:
                current = scaled
            counted = True
    return total + current if counted else None
