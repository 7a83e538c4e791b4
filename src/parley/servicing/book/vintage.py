"""How do accounts of one opening month do as they age? The share that was ever so many days late, by months on book.

| figure | whole | part of it |
| --- | --- | --- |
| vintage, age k | accounts k months on book | those ever *days* or more past due until then, or charged off |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from parley.dates import add_months
from parley.servicing.book.ratio import Ratio
from parley.servicing.book.standing import BookAccount, worst_days_past_due


def vintages(
    accounts: Iterable[BookAccount], as_of: date, days: int, most_months: int
) -> Mapping[tuple[date, int], Ratio]:
    """Return the ratio by the first day of the opening month and the age in months, 0 to *most_months*.

    An account is k months on book at the end of the day k months after it opened, and counts at that age only once
    *as_of* has reached it; so a young vintage has no late ages, and none is judged before its time. Paid-off accounts
    stay in the whole.
    """
    assert days >= 1, "late is a day at least"
    parts: dict[tuple[date, int], Ratio] = {}
    for account in accounts:
        month = account.opened_on.replace(day=1)
        for age in range(most_months + 1):
            reached = add_months(account.opened_on, age)
            if reached > as_of:
                break
            before = parts.get((month, age), Ratio(0, 0))
            parts[month, age] = Ratio(before.part + is_bad(account, reached, days), before.whole + 1)
    return parts


def is_bad(account: BookAccount, until: date, days: int) -> bool:
    """Return whether the account was ever *days* or more past due until the end of *until*, or charged off."""
    is_charged_off = account.charged_off_on is not None and account.charged_off_on <= until
    return is_charged_off or worst_days_past_due(account, until) >= days
