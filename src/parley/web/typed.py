"""What does a field of a page hold? What was typed, read as what it should be."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from parley.money import minor_from_major

# The last days of the calendar have no day after them.
_FIRST: Final = date(1970, 1, 1)
_LAST: Final = date(9000, 1, 1)
_SIGNS: Final = str.maketrans(dict.fromkeys("$£€¥￥元块塊 ,’'", ""))
_AMOUNT: Final = re.compile(r"\d{1,12}(?:\.\d{1,3})?", re.ASCII)


def typed_day(text: str) -> date | None:
    """Return the day that *text* writes as 2026-11-23; None where it writes none, or one far outside of lending."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None


def typed_amount(text: str, currency: str) -> int | None:
    """Return the amount that *text* writes as people do: full-width digits, signs of money, thousands; None: none.

    Units: minor units of *currency*. Rounding: none; more decimals than it has are no amount.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        return minor_from_major(plain, currency)
    except ValueError:
        return None


def typed_whole(text: str) -> int | None:
    """Return the whole number that *text* writes, full-width digits too; None where it writes none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if plain.isascii() and plain.isdecimal() else None
