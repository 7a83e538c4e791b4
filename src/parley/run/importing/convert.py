"""One cell's text to one typed value. Each function refuses by BadCell; none changes a value silently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

import phonenumbers

from parley.dates import zone
from parley.money import LARGEST_MINOR, MINOR_DIGITS, divide_half_up, minor_from_major
from parley.run.importing.reasons import BadCell, Reason
from parley.run.importing.rows import Target

_TRUE: Final = frozenset({"true", "yes", "y", "1", "是"})
_FALSE: Final = frozenset({"false", "no", "n", "0", "否"})
# What becomes of a negative figure: its row is refused, it counts as nothing owed, or its minus is left out.
REFUSE: Final = "refuse"
ZERO: Final = "zero"
DROP_SIGN: Final = "drop_sign"
IF_NEGATIVE: Final = (REFUSE, ZERO, DROP_SIGN)
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_INTEGER: Final = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,6})?(?:[eE]\+?\d{1,2})?", re.ASCII)
# A number, but longer than any that can be meant.
_OVERLONG: Final = re.compile(r"[+-]?\d+(?:\.(?P<decimals>\d*))?(?:[eE]\+?\d+)?", re.ASCII)
# As many as _DECIMAL takes; no currency has more than four.
_DECIMALS: Final = 6
# Decimals of a percent, and of a fraction, that a basis point is.
_BPS_DIGITS: Final = {"percent": 2, "fraction": 4}
_E164: Final = re.compile(r"\+[1-9]\d{7,14}")
_ISO_DAY: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
# What a format may be built of: a day has the first three, a moment all.
_PARTS: Final = {
    "YYYY": r"(?P<year>\d{4})",
    "MMM": r"(?P<month>[A-Za-z]{3})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "hh": r"(?P<hour>\d{2})",
    "h": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "ss": r"(?P<second>\d{2})",
}
_PART: Final = re.compile("|".join(_PARTS))
_DAY: Final = frozenset({"year", "month", "day"})
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Beside plain letters a name may hold the spaces of print and of Chinese, and the joiners of Indic scripts.
_ALSO_PRINTED: Final = frozenset("\u00a0\u2007\u202f\u3000\u200c\u200d")
# Marks that turn the direction of writing: what is read is then not what is stored (Unicode TR 36, section 2.5).
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text(raw: str, target: Target) -> str:
    """Take *raw* as it is."""
    if len(raw) > target.high:
        raise BadCell(Reason.TOO_LONG)
    if not raw.isprintable():
        if not _TURNING.isdisjoint(raw):
            raise BadCell(Reason.TURNED_TEXT)
        if not all(character.isprintable() or character in _ALSO_PRINTED for character in raw):
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


def integer(raw: str, target: Target, if_negative: str = REFUSE) -> int:
    """Take a whole number from 0 to the target's largest; *if_negative* is one of IF_NEGATIVE."""
    if not _INTEGER.fullmatch(raw):
        raise _no_whole_number(raw)
    return _not_negative(int(raw), target.high, if_negative)


def signed_integer(raw: str, target: Target) -> int:
    """Take a whole number whose size is at most the target's largest."""
    if not _INTEGER.fullmatch(raw):
        raise _no_whole_number(raw)
    value = int(raw)
    if abs(value) > target.high:
        raise BadCell(Reason.TOO_LARGE)
    return value


def rate(raw: str, target: Target, *, unit: str, decimal: str = ".") -> int:
    """Take a rate as basis points: *unit* is percent, bps, or fraction (0.199 is 19.9 %). A % sign is left out.

    Refuses what is finer than a basis point.
    """
    plain = raw.removesuffix("%").rstrip()
    if decimal != ".":
        if "." in plain:
            raise BadCell(Reason.NOT_A_NUMBER)
        plain = plain.replace(decimal, ".")
    if unit == "bps":
        return integer(plain, target)
    if not _DECIMAL.fullmatch(plain):
        raise _no_decimal(plain)
    bps = Decimal(plain).scaleb(_BPS_DIGITS[unit])
    if bps != bps.to_integral_value():
        raise BadCell(Reason.TOO_PRECISE)
    return _not_negative(int(bps), target.high)


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """How amounts are written in the file: `sign` is a currency's, left out at either end.

    `source_currency` is empty where it is the row's own.
    """

    is_major: bool = True
    decimal: str = "."
    group: str = ""
    sign: str = ""
    if_negative: str = REFUSE
    source_currency: str = ""


def money(raw: str, code: str, style: MoneyStyle, factor: tuple[int, int] = (1, 1)) -> int:
    """Take an amount as minor units of currency *code*.

    *factor* (numerator, denominator) turns the file's currency into *code*. Rounding: half up, only with a factor.
    """
    unsigned = _without_sign(raw, style.sign) if style.sign else raw
    plain = unsigned.replace(style.group, "") if style.group else unsigned
    plain = plain.replace(style.decimal, ".") if style.decimal != "." else plain
    if style.decimal != "." and "." in unsigned and style.group != ".":
        raise BadCell(Reason.NOT_A_NUMBER)
    if not _DECIMAL.fullmatch(plain):
        raise _no_decimal(plain)
    source = style.source_currency or code
    minor = _minor(plain, source) if style.is_major else _whole(plain)
    if factor != (1, 1) or source != code:
        shift = MINOR_DIGITS[code] - MINOR_DIGITS[source]
        up, down = 10 ** max(shift, 0), 10 ** max(-shift, 0)
        minor = divide_half_up(minor * factor[0] * up, factor[1] * down)
    return _not_negative(minor, LARGEST_MINOR, style.if_negative)


def _without_sign(raw: str, sign: str) -> str:
    """Return the amount without a sign before or after the figure; a minus stays, before the sign or after it."""
    minus, rest = ("-", raw[1:].lstrip()) if raw.startswith("-") else ("", raw)
    return minus + rest.removeprefix(sign).removesuffix(sign).strip()


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


def _not_negative(value: int, high: int, if_negative: str = REFUSE) -> int:
    if value < 0:
        if if_negative == REFUSE:
            raise BadCell(Reason.NEGATIVE)
        value = 0 if if_negative == ZERO else -value
    if value > high:
        raise BadCell(Reason.TOO_LARGE)
    return value


def date_pattern(form: str) -> re.Pattern[str] | None:
    """Return the pattern of a date format such as YYYY-MM-DD, D.M.YYYY or DD-MMM-YYYY; None where a part is missing."""
    pattern = _pattern(form)
    return pattern if pattern is not None and set(pattern.groupindex) == _DAY else None


def moment_pattern(form: str) -> re.Pattern[str] | None:
    """Return the pattern of a format such as YYYY-MM-DD hh:mm:ss; None where a part of day or hour is missing."""
    pattern = _pattern(form)
    named = set(pattern.groupindex) if pattern is not None else set()
    return pattern if named in ({*_DAY, "hour", "minute"}, {*_DAY, "hour", "minute", "second"}) else None


def _pattern(form: str) -> re.Pattern[str] | None:
    try:
        return re.compile(_PART.sub(lambda found: _PARTS[found[0]], re.escape(form)))
    except re.error:
        # A part named twice.
        return None


def day(raw: str, pattern: re.Pattern[str]) -> date:
    """Take a date in the form of *pattern*, or in ISO 8601, which spreadsheets and Parquet give and nobody misreads.

    30 February is refused, not moved.
    """
    found = pattern.fullmatch(raw) or _ISO_DAY.fullmatch(raw)
    if not found:
        raise BadCell(Reason.NOT_A_DATE)
    try:
        value = date(int(found["year"]), _month(found["month"]), int(found["day"]))
    except ValueError:
        raise BadCell(Reason.NOT_A_DATE) from None
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadCell(Reason.FAR_DATE)
    return value


def _month(text: str) -> int:
    return _MONTHS.index(text.lower()) + 1 if text.isalpha() else int(text)


def moment(raw: str, pattern: re.Pattern[str] | None, zone_name: str) -> datetime | date:
    """Take an instant (ISO 8601, or in the form of *pattern*), or a day where there is no time of day.

    A time without an offset is local time of *zone_name*; without either it is refused, for it could be any of 38.
    Returns an instant in UTC, or a day.
    """
    if _ISO_DAY.fullmatch(raw):
        return day(raw, _ISO_DAY)
    found = pattern.fullmatch(raw) if pattern is not None else None
    try:
        if found is not None:
            seconds = int(found.groupdict().get("second") or 0)
            clock = time(int(found["hour"]), int(found["minute"]), seconds)
            value = datetime.combine(date(int(found["year"]), _month(found["month"]), int(found["day"])), clock)
        else:
            value = datetime.fromisoformat(raw)
    except ValueError:
        raise BadCell(Reason.NOT_A_MOMENT) from None
    if value.tzinfo is None:
        if not zone_name:
            raise BadCell(Reason.NO_ZONE)
        value = value.replace(tzinfo=zone(zone_name))
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise BadCell(Reason.FAR_DATE)
    return value.astimezone(UTC)


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
