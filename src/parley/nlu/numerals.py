"""Numbers as people write them: 1,500 · 2k · 1.5万 · 三百五 · 二〇〇 · two hundred and fifty · 1.2 lakh.

It finds numbers and their value only; whether one is money, a date or a card's tail is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from parley.nlu.lexicon import Lexicon, any_of

_HAN_DIGITS: Final = {c: i % 10 for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "○": 0, "两": 2, "俩": 2, "幺": 1, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7,
    "捌": 8, "玖": 9,
}  # fmt: skip
_HAN_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10_000, "亿": 10**8}
_HAN_TENS: Final = {"廿": "二十", "卅": "三十"}
_HAN: Final = "".join((*_HAN_DIGITS, *_HAN_UNITS, *_HAN_TENS))
_DIGITS: Final = r"(?<!\d)(?<!\d[.,])(?:\d{1,2}(?:,\d{2}){1,4},\d{3}|\d{1,3}(?:,\d{3}){1,4}|\d{1,18})(?:\.\d{1,4})?"
# "two fifty": a single digit, then tens, is 250, and may be 2.50.
_TENS_FROM: Final = 10
_HUNDRED: Final = 100
_TIME_UNIT: Final = re.compile(r"[周天日月期次]|个[月星礼]|星期|礼拜")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in the reading form. `style`: digits, han or words.

    `other`: the upper end of "两三百", 2.50 of "two fifty".
    """

    start: int
    end: int
    value: Decimal
    style: str
    has_scale: bool = False
    other: Decimal | None = None


def word_values(lexicon: Lexicon) -> Mapping[str, int]:
    """Return the number words from zero to ninety, and what they are worth."""
    return lexicon.vocabulary.get("number_word", {})


def _scales(lexicon: Lexicon) -> Mapping[str, int]:
    return lexicon.vocabulary.get("number_scale", {})


@lru_cache(maxsize=8)
def _finder(lexicon: Lexicon) -> re.Pattern[str]:
    scales = any_of(_scales(lexicon))
    long_scales = [scale for scale in _scales(lexicon) if len(scale) > 1]
    words = any_of((*word_values(lexicon), *long_scales)) or "(?!)"
    ones = any_of(word for word, value in word_values(lexicon).items() if 0 < value < _TENS_FROM) or "(?!)"
    few = any_of(lexicon.vocabulary.get("number_word_scaled", {})) or "(?!)"
    many = any_of(long_scales) or "(?!)"
    return re.compile(
        rf"(?<![a-z0-9.,])(?P<low>[1-9]|{ones}) ?(?:-|~|to|or) ?(?P<high>[1-9]|{ones}) ?(?P<unit>{scales})(?![a-z0-9])"
        rf"|(?P<digits>{_DIGITS})(?:\s?(?P<scale>{scales})(?![a-z0-9])|(?P<tail>[百佰千仟万亿][{_HAN}\d]{{0,8}}))?"
        rf"|(?P<han>[{_HAN}]{{1,14}})"
        rf"|(?<![a-z0-9])(?P<few>{few}) (?P<many>{many})(?![a-z0-9])"
        rf"|(?<![a-z0-9])(?P<words>(?:an? )?(?:{words})(?:(?:[ -]| and )(?:{words}|k)(?![a-z])){{0,7}})(?![a-z0-9])"
    )


def find_numbers(text: str, lexicon: Lexicon) -> list[Number]:
    """Return every number of the reading form *text*, in order."""
    return [number for hit in _finder(lexicon).finditer(text) if (number := _number(hit, lexicon))]


def _number(hit: re.Match[str], lexicon: Lexicon) -> Number | None:
    start, end = hit.span()
    if hit["low"]:
        low, high = (int(n) if n.isdigit() else word_values(lexicon)[n] for n in (hit["low"], hit["high"]))
        unit = _scales(lexicon)[hit["unit"]]
        return Number(start, end, Decimal(low * unit), "words", has_scale=True, other=Decimal(high * unit))
    if hit["digits"]:
        return _from_digits(hit, start, end, _scales(lexicon))
    if hit["han"]:
        return _from_han(hit["han"], hit.string[end : end + 2], start, end)
    if hit["few"]:
        few = Decimal(str(lexicon.vocabulary["number_word_scaled"][hit["few"]]))
        return Number(start, end, few * _scales(lexicon)[hit["many"]], "words", has_scale=True)
    read = _from_words(re.findall(r"[a-z]+", hit["words"]), word_values(lexicon), _scales(lexicon))
    if read is None:
        return None
    value, other = read
    return Number(start, end, Decimal(value), "words", has_scale=value >= _HUNDRED, other=other)


def _from_digits(hit: re.Match[str], start: int, end: int, scales: Mapping[str, int]) -> Number | None:
    raw = hit["digits"]
    value = Decimal(raw.replace(",", ""))
    if hit["tail"]:
        value = _mixed(value, hit["tail"])
        return Number(start, end, value, "digits", has_scale=True)
    if hit["scale"]:
        scaled = value * scales[hit["scale"]]
        whole = scaled == scaled.to_integral_value()
        return Number(start, end, scaled.quantize(Decimal(1)) if whole else scaled, "digits", has_scale=True)
    # One point and three decimals are a thousand separator: nobody offers a thousandth.
    thousands = re.fullmatch(r"([1-9]\d{0,2})\.(\d{3})", raw)
    if thousands:
        value = Decimal(thousands[1] + thousands[2])
    return Number(start, end, value, "digits")


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


def _from_han(raw: str, after: str, start: int, end: int) -> Number | None:
    if raw == "万一":  # "in case"
        return None
    # 一百五一周: the last sign counts the weeks.
    counts_on = re.fullmatch(r"(.*[百千万].*)([一两])", raw)
    if counts_on and _TIME_UNIT.match(after):
        raw, end = counts_on[1], end - 1
    pair = re.fullmatch(r"([一二两三四五六七八])([二两三四五六七八九])([十百千万])", raw)
    if pair and (_HAN_DIGITS[pair[2]] == _HAN_DIGITS[pair[1]] + 1 or pair[1] + pair[2] == "三五"):
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


def _from_words(
    found: list[str], words: Mapping[str, int], scales: Mapping[str, int]
) -> tuple[int, Decimal | None] | None:
    """Return the value, and of "two fifty" the other reading 2.50; None where nothing was counted."""
    total = current = 0
    other: Decimal | None = None
    counted = False
    for word in found:
        if word in words:
            value = words[word]
            if counted and 0 < current < _TENS_FROM <= value and total == 0:
                other = (Decimal(current * _HUNDRED + value) / _HUNDRED).quantize(Decimal("0.01"))
                current *= _HUNDRED
            current, counted = current + value, True
        elif word in {"a", "an"}:
            current, counted = 1, True
        elif word in scales:
            current, counted = (current if counted else 1) * scales[word], True
            if scales[word] > _HUNDRED:
                total, current, other = total + current, 0, None
    return (total + current, other) if counted else None
