"""What may be shown of a lender's file before it is imported: amounts and days as they are, all else by its ends."""

from __future__ import annotations

import re
from typing import Final

# Fields whose values name a person or an account.
PERSONAL: Final = frozenset(
    {"reference", "borrower_reference", "name", "phone", "postcode", "contract_tail", "key", "merchant"}
)
# An amount, a rate or a day; a longer run of digits may be a number of a person.
_HARMLESS: Final = re.compile(
    r"[-+(]?(?:NT|US|HK)?[^\w\s]?\s?\d{1,3}(?:[., ']?\d{3}){0,3}(?:[.,]\d{1,4})?\)?\s?[%元]?"
    r"|\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}日?(?:[ T][\d:+.Z]{4,20})?"
)
_FEW_DIGITS: Final = 6
_KEEP_WHOLE: Final = 2


def mask(text: str) -> str:
    """Return the first and the last sign of *text*; nothing of one that is hardly longer."""
    return f"{text[0]}…{text[-1]}" if len(text) > _KEEP_WHOLE else "…" if text else ""


def mask_cell(text: str) -> str:
    """Return a cell of which nothing is known as it may be shown."""
    digits = sum(character.isdigit() for character in text)
    is_plain = digits > 0 and _HARMLESS.fullmatch(text) is not None
    is_one_run = text.strip("+-()% 元").isalnum()
    return text if is_plain and (digits <= _FEW_DIGITS or not is_one_run) else mask(text)
