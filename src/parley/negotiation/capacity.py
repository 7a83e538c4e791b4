"""What can the borrower pay in a month? The first form: one question, one answer, never stretched.

`rne13.md` section 5, level 0; income and expenditure (levels 1 and 2) are `budget`. A weekly sum becomes a monthly one
by 52/12, a fortnightly one by 26/12, rounded down, so that no offer exceeds what was said.
"""

from __future__ import annotations

from typing import Final

from parley.money import divide_down

# (payments a year) for each rhythm a reply may name; a sum without a rhythm is monthly, as the question asks.
PER_YEAR: Final = {"daily": 365, "weekly": 52, "biweekly": 26, "semimonthly": 24, "four_weekly": 13, "monthly": 12}


def monthly_capacity(amount_minor: int, frequency: str | None) -> int:
    """Return the capacity in minor units a month from an *amount_minor* paid at *frequency* (None: monthly).

    Rounding: down. An unknown rhythm is a defect.
    """
    assert amount_minor >= 0, "a capacity is not negative"
    return divide_down(amount_minor * PER_YEAR[frequency or "monthly"], 12)
