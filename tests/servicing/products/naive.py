"""Level plans a second time, as naively as can be: whole numbers only, by trying instalments. No formula, no fraction.

Only a test reads this. It shares nothing with the code under test but the definition of a level plan.
"""

from __future__ import annotations

from typing import NamedTuple


class NaiveRow(NamedTuple):
    payment: int
    principal: int
    interest: int
    balance: int


def naive_level(balance: int, rate: tuple[int, int], count: int) -> int:
    """Return the instalment, half up and never nothing; *rate* of a period as numerator and denominator.

    The exact instalment is at least A − ½ where paying A − ½ leaves a balance that is not negative. Find the largest A.
    """
    low, high = 0, 2 * (balance + balance * rate[0] // rate[1]) + 2
    while high - low > 1:
        middle = (low + high) // 2
        if _is_left(balance, rate, count, 2 * middle - 1):
            low = middle
        else:
            high = middle
    return max(1, low)


def _is_left(balance: int, rate: tuple[int, int], count: int, half_units: int) -> bool:
    numerator, denominator = rate
    left, scale = 2 * balance, 1
    for _ in range(count):
        left = left * (numerator + denominator) - half_units * scale * denominator
        scale *= denominator
        if left < 0:
            return False
    return True


def naive_rows(balance: int, rate: tuple[int, int], count: int) -> list[NaiveRow]:
    """Return the rows: interest half up every period, the last payment clears, sooner where rounding allows."""
    numerator, denominator = rate
    level = naive_level(balance, rate, count)
    rows: list[NaiveRow] = []
    while balance:
        interest, rest = divmod(balance * numerator, denominator)
        if 2 * rest >= denominator:
            interest += 1
        is_last = len(rows) == count - 1 or level - interest >= balance
        principal = balance if is_last else level - interest
        balance -= principal
        rows.append(NaiveRow(principal + interest, principal, interest, balance))
    return rows
