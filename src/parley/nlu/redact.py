"""Find card and national identity numbers in a reply and take them out before anything is stored.

A card is 13 to 19 digits of a known issuer's range with a right Luhn digit; an identity number must have its country's
form and check digit. Amounts and telephone numbers stay. Spaces, dashes and full-width signs inside are tolerated.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from stdnum import luhn
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.in_ import aadhaar
from stdnum.us import ssn

Kind = Literal["card", "id"]


# First digits of issuers (ISO/IEC 7812, ranges published by the schemes, read 2026-11): American Express, Diners, JCB,
# Visa, Mastercard (two ranges), Maestro, Discover, UnionPay, RuPay, Mir, Verve.
_ISSUERS: Final = re.compile(
    r"3[47]|3(?:0[0-5]|[689])|35(?:2[89]|[3-8])|4|5[0-9]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|6|81|82|508|60|65|220[0-4]|9[0-9]"
)
_GAP: Final = r"[ \-.\u2010-\u2015\u00a0]?"
_CARD: Final = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{12,18}}(?!\d)")
_CN: Final = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dA-Za-z])")
_AADHAAR: Final = re.compile(rf"(?<!\d)[2-9]\d{{3}}{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)")
_SSN: Final = re.compile(r"(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])")
_NINO: Final = re.compile(
    rf"(?<![A-Za-z\d])([A-Z]{{2}}){_GAP}(\d\d){_GAP}(\d\d){_GAP}(\d\d){_GAP}([A-D])(?![A-Za-z\d])", re.IGNORECASE
)
_NRIC: Final = re.compile(r"(?<![A-Za-z\d])([STFGM])[ -]?(\d{7})[ -]?([A-Z])(?![A-Za-z\d])", re.IGNORECASE)
_HKID: Final = re.compile(r"(?<![A-Za-z\d])([A-Z]{1,2})[ -]?(\d{6})[ -]?\(?([\dA])\)?(?![A-Za-z\d])", re.IGNORECASE)
_TWID: Final = re.compile(r"(?<![A-Za-z\d])([A-Z])[ -]?([1289]\d{8})(?![A-Za-z\d])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class Redacted:
    """The text that may be stored, and what was taken out of it, in order."""

    text: str
    found: tuple[Kind, ...]

    def __repr__(self) -> str:
        """Hide the words: what is left is still a reply."""
        return f"Redacted(… found={self.found})"


def redact(text: str) -> Redacted:
    """Replace card numbers by `[card]` and national identity numbers by `[id]`; everything else stays as written."""
    # One character to one, so that places in the narrow form are places in the text.
    narrow = "".join(_narrow(char) for char in text)
    places: list[tuple[int, int, Kind]] = []
    for kind, pattern, holds in _FINDERS:
        for hit in pattern.finditer(narrow):
            if holds(hit) and not any(s < hit.end() and hit.start() < e for s, e, _ in places):
                places.append((hit.start(), hit.end(), kind))
    places.sort()
    out: list[str] = []
    at = 0
    for start, end, kind in places:
        out += [text[at:start], f"[{kind}]"]
        at = end
    return Redacted("".join([*out, text[at:]]), tuple(kind for _, _, kind in places))


def _narrow(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def _digits(hit: re.Match[str]) -> str:
    return re.sub(r"[^0-9A-Za-z]", "", hit.group()).upper()


def _is_valid(check: Callable[[str], object], number: str) -> bool:
    try:
        check(number)
    except ValidationError:
        return False
    return True


def _is_card(hit: re.Match[str]) -> bool:
    number = _digits(hit)
    return number.isascii() and bool(_ISSUERS.match(number)) and _is_valid(luhn.validate, number)


def _is_cn(hit: re.Match[str]) -> bool:
    """Check form, birth date and check digit; the table of birth places is left out, it is a file."""
    number = _digits(hit)
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number.isascii() and ric.calc_check_digit(number) == number[-1]


def _is_aadhaar(hit: re.Match[str]) -> bool:
    return _is_valid(aadhaar.validate, _digits(hit))


def _is_ssn(hit: re.Match[str]) -> bool:
    return _is_valid(ssn.validate, _digits(hit))


def _is_nino(hit: re.Match[str]) -> bool:
    """Source: HMRC manual NIM39110: letters not used as a prefix."""
    prefix = hit[1].upper()
    barred = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
    return prefix not in barred and not set(prefix) & set("DFIQUV") and prefix[1] != "O"


def _is_nric(hit: re.Match[str]) -> bool:
    """Check letter of Singapore's NRIC and FIN: weights 2 7 6 5 4 3 2, offset by series."""
    series, digits, letter = hit[1].upper(), hit[2], hit[3].upper()
    total = sum(int(d) * w for d, w in zip(digits, (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[series]
    rest = total % 11
    if series == "M":
        return "KLJNPQRTUWX"[10 - rest] == letter
    return ("JZIHGFEDCBA" if series in "ST" else "XWUTRQPNMLK")[rest] == letter


def _is_hkid(hit: re.Match[str]) -> bool:
    """Check digit of the Hong Kong identity card: weights 9 to 2 over letters (A 10) and digits, modulo 11."""
    letters, digits, check = hit[1].upper(), hit[2], hit[3].upper()
    values = [36] * (2 - len(letters)) + [ord(c) - 55 for c in letters] + [int(d) for d in digits]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + (10 if check == "A" else int(check))) % 11 == 0


def _is_twid(hit: re.Match[str]) -> bool:
    """Check digit of Taiwan's identity number: the letter's two-digit code, weights 1 9 8 … 1, modulo 10."""
    code = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(hit[1].upper())
    values = [code // 10, code % 10, *(int(d) for d in hit[2])]
    return sum(v * w for v, w in zip(values, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


_FINDERS: Final[tuple[tuple[Kind, re.Pattern[str], Callable[[re.Match[str]], bool]], ...]] = (
    ("id", _CN, _is_cn),
    ("card", _CARD, _is_card),
    ("id", _AADHAAR, _is_aadhaar),
    ("id", _SSN, _is_ssn),
    ("id", _NINO, _is_nino),
    ("id", _NRIC, _is_nric),
    ("id", _TWID, _is_twid),
    ("id", _HKID, _is_hkid),
)
