"""Which numbers a text shows, so that a draft can be held against its offer record. Knows nothing of what they mean."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

# Grouped ("1,240.50") before plain ("1240.50"): a comma belongs to a number only before exactly three digits.
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?", re.ASCII)

# Full-width digits and point read as plain ones. The full-width comma does not: '1，234' are two numbers, a list.
_PLAIN: Final = str.maketrans("０１２３４５６７８９．", "0123456789.")


def numbers_in(text: str) -> tuple[str, ...]:
    """Return every number written in digits in *text*, in order, as written but for full-width digits.

    A date, a telephone number and the label of an option are numbers too: '2) 58.27 x 23' gives '2', '58.27', '23'.
    """
    return tuple(_NUMBER.findall(text.translate(_PLAIN)))


def number_value(shown: str) -> Decimal:
    """Return the exact value of a number as `numbers_in` returns it: '1,240.50' is 1240.50."""
    return Decimal(shown.replace(",", ""))
