"""Which figures does a text state: amounts, rates, whole numbers? Read by the look of them; dates and labels set aside.

A reader of its own, so that a fault of the template engine cannot hide itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from parley.money import MINOR_DIGITS

_MONTHS: Final = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
_DATES: Final = re.compile(
    rf"\b(?:{_MONTHS})[a-z]*\.? \d{{1,2}}(?:, \d{{4}})?\b|(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日", re.IGNORECASE
)
_BEFORE: Final = r"(?:HK|NT|US|S|A|C)?\$|[£€¥₹₱]|人民[币幣]"
_AFTER: Final = r"%|(?:美|[欧歐]|澳|加|港|新台|新)?元|英[镑鎊]|(?:菲律[宾賓])?(?:比索|披索)|印度[卢盧]比|" + "|".join(
    MINOR_DIGITS
)
_FIGURE: Final = re.compile(
    rf"(?P<before>{_BEFORE})?\s?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)\s?(?P<after>{_AFTER})?",
    re.ASCII | re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
# A run of digits joined by hyphens, as telephone numbers and hours are, or a time of day: no figure.
_JOINED: Final = re.compile(r"\+?\d+(?:-\d+)+|(?<!\d)\d{1,2}:\d{2}(?!\d)")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a text states. Units: amounts in major units, rates in percent."""

    amounts: tuple[Decimal, ...]
    rates: tuple[Decimal, ...]
    numbers: tuple[Decimal, ...]


_NONE: Final = Figures((), (), ())


def figures(text: str) -> Figures:
    """Return the figures of *text*, from which words of the lender's own were taken out."""
    if not _DIGIT.search(text):
        return _NONE
    bare = _JOINED.sub(" ", _DATES.sub(" ", unicodedata.normalize("NFKC", text)))
    amounts, rates, numbers = [], [], []
    for found in _FIGURE.finditer(bare):
        value = Decimal(found["number"].replace(",", ""))
        if found["after"] == "%":
            rates.append(value)
        elif found["before"] or found["after"] or not found["number"].isdecimal():
            amounts.append(value)
        else:
            numbers.append(value)
    return Figures(tuple(amounts), tuple(rates), tuple(numbers))
