"""One cell's text to one typed value. Each function refuses by BadCell; none changes a value silently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

import phonenumbers

from parley.dates import zone
from parley.money import LARGEST_MINOR, MINOR_DIGITS, divide_half_up, minor_from_major
from parley.run.importing.reasons import BadCell, Reason
from parley.run.importing.rows import Target

_TRUE: Final = frozenset({"true", "yes", "y", "1", "是"})
_FALSE: Final = frozenset({"false", "no", "n", "0", "否"})
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_INTEGER: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,6})?(?:[eE]\+?\d{1,2})?", re.ASCII)
# A number, but longer than any that can be meant.
_OVERLONG: Final = re.compile(r"[+-]?\d+(?:\.(?P<decimals>\d*))?(?:[eE]\+?\d+)?", re.ASCII)
# As many as _DECIMAL takes; no currency has more than four.
_DECIMALS: Final = 6
_E164: Final = re.compile(r"\+[1-9]\d{7,14}")
# What a date format may be built of, and the digits each part takes.
_DATE_PARTS: Final = (
    ("YYYY", r"(?P<year>\d{4})"),
    ("MM", r"(?P<month>\d{2})"),
    ("DD", r"(?P<day>\d{2})"),
    ("M", r"(?P<month>\d{1,2})"),
    ("D", r"(?P<day>\d{1,2})"),
)


def text(raw: str, target: Target) -> str:
    """Take *raw* as it is."""
    if len(raw) > target.high:
        raise BadCell(Reason.TOO_LONG)
    if not raw.isprintable():
        raise BadCell(Reason.CONTROL_CHARACTER)
    return raw


def word(raw: str, target: Target) -> str:
    """Take one word of a closed set."""
    if raw not in target.words:
        raise BadCell(Reason.UNKNOWN_WORD)
    return raw


def currency(raw: str) -> str:
    """Take a currency code."""
    if raw not in MINOR_DIGITS:
        raise BadCell(Reason.UNKNOWN_CURRENCY)
    return raw


def boolean(raw: str) -> bool:
    """Take yes or no in one of the usual words."""
    lower = raw.lower()
    if lower in _TRUE:
        return True
    if lower in _FALSE:
        return False
    raise BadCell(Reason.UNKNOWN_WORD)


def zones(raw: str) -> tuple[str, ...]:
    """Take time-zone names joined by ';'."""
    names = tuple(part.strip() for part in raw.split(";"))
    for name in names:
        try:
            zone(name)
        except ValueError:
            raise BadCell(Reason.UNKNOWN_ZONE) from None
    return names


def integer(raw: str, target: Target, *, is_zero_if_negative: bool = False) -> int:
    """Take a whole number from 0 to the target's largest."""
    if not _INTEGER.fullmatch(raw):
        raise _no_whole_number(raw)
    return _not_negative(int(raw), target.high, is_zero_if_negative=is_zero_if_negative)


def signed_integer(raw: str, target: Target) -> int:
    """Take a whole number whose size is at most the target's largest."""
    if not _INTEGER.fullmatch(raw):
        raise _no_whole_number(raw)
    value = int(raw)
    if abs(value) > target.high:
        raise BadCell(Reason.TOO_LARGE)
    return value


def rate(raw: str, target: Target, *, is_percent: bool) -> int:
    """Take a rate in percent with up to two decimals, or in basis points, as basis points."""
    if not is_percent:
        return integer(raw, target)
    if not _DECIMAL.fullmatch(raw):
        raise _no_decimal(raw)
    try:
        # A percent has two decimals in basis points, as a dollar has in cents.
        bps = minor_from_major(raw, "USD")
    except ValueError:
        raise BadCell(Reason.TOO_PRECISE) from None
    return _not_negative(bps, target.high, is_zero_if_negative=False)


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """How amounts are written in the file. `source_currency` is empty where it is the row's own."""

    is_major: bool = True
    decimal: str = "."
    group: str = ""
    is_zero_if_negative: bool = False
    source_currency: str = ""


def money(raw: str, code: str, style: MoneyStyle, factor: tuple[int, int] = (1, 1)) -> int:
    """Take an amount as minor units of currency *code*.

    *factor* (numerator, denominator) turns the file's currency into *code*. Rounding: half up, only with a factor.
    """
    plain = raw.replace(style.group, "") if style.group else raw
    plain = plain.replace(style.decimal, ".") if style.decimal != "." else plain
    if style.decimal != "." and "." in raw and style.group != ".":
        raise BadCell(Reason.NOT_A_NUMBER)
    if not _DECIMAL.fullmatch(plain):
        raise _no_decimal(plain)
    source = style.source_currency or code
    minor = _minor(plain, source) if style.is_major else _whole(plain)
    if factor != (1, 1) or source != code:
        shift = MINOR_DIGITS[code] - MINOR_DIGITS[source]
        up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
        minor = divide_half_up(minor * factor[0] * up, factor[1] * down)
    return _not_negative(minor, LARGEST_MINOR, is_zero_if_negative=style.is_zero_if_negative)


def _minor(plain: str, code: str) -> int:
    try:
        return minor_from_major(plain, code)
    except ValueError as error:
        reason = Reason.TOO_LARGE if "larger" in str(error) else Reason.TOO_PRECISE
        raise BadCell(reason) from None


def _whole(plain: str) -> int:
    if not _INTEGER.fullmatch(plain):
        raise BadCell(Reason.TOO_PRECISE if "." in plain else Reason.TOO_LARGE)
    return int(plain)


def _no_decimal(plain: str) -> BadCell:
    """Return why *plain* cannot be taken: too many decimals or digits, or no number at all."""
    found = _OVERLONG.fullmatch(plain)
    if found is None:
        return BadCell(Reason.NOT_A_NUMBER)
    is_precise = len(found["decimals"] or "") > _DECIMALS
    return BadCell(Reason.TOO_PRECISE if is_precise else Reason.TOO_LARGE)


def _no_whole_number(raw: str) -> BadCell:
    found = _OVERLONG.fullmatch(raw)
    is_whole = found is not None and found["decimals"] is None and "e" not in raw.lower()
    return BadCell(Reason.TOO_LARGE if is_whole else Reason.NOT_A_NUMBER)


def _not_negative(value: int, high: int, *, is_zero_if_negative: bool) -> int:
    if value < 0:
        if is_zero_if_negative:
            return 0
        raise BadCell(Reason.NEGATIVE)
    if value > high:
        raise BadCell(Reason.TOO_LARGE)
    return value


def date_pattern(form: str) -> re.Pattern[str] | None:
    """Return the pattern of a date format such as YYYY-MM-DD or D.M.YYYY; None where a part is missing."""
    pattern = re.escape(form)
    for part, digits in _DATE_PARTS:
        name = digits[3 : digits.index(">") + 1]
        if name not in pattern:
            pattern = pattern.replace(part, digits, 1)
    compiled = re.compile(pattern)
    return compiled if set(compiled.groupindex) == {"year", "month", "day"} else None


def day(raw: str, pattern: re.Pattern[str]) -> date:
    """Take a date in the form of *pattern*; 30 February is refused, not moved."""
    found = pattern.fullmatch(raw)
    if not found:
        raise BadCell(Reason.NOT_A_DATE)
    try:
        value = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise BadCell(Reason.NOT_A_DATE) from None
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadCell(Reason.FAR_DATE)
    return value


def phone(raw: str, region: str) -> str:
    """Take a telephone number of some country as E.164. *region* is where a number without '+' belongs."""
    try:
        number = phonenumbers.parse(raw, region or None)
    except phonenumbers.NumberParseException:
        raise BadCell(Reason.NOT_A_PHONE) from None
    if not phonenumbers.is_valid_number(number):
        raise BadCell(Reason.NOT_A_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def synthetic_phone(raw: str) -> str:
    """Take a made-up number: the form of E.164, and no claim that any country has it."""
    digits = "+" + re.sub(r"\D", "", raw)
    if not _E164.fullmatch(digits):
        raise BadCell(Reason.NOT_A_PHONE)
    return digits
