"""Money: a whole number of minor units and a currency. No float comes in or goes out.

Every division names its rounding; a split returns parts that sum to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

# ISO 4217, "minor unit" column, for the currencies of the shipped jurisdictions (list one, read 2026-11).
MINOR_DIGITS: Final[dict[str, int]] = {
    "USD": 2, "GBP": 2, "EUR": 2, "CNY": 2, "HKD": 2, "TWD": 2, "SGD": 2, "PHP": 2, "INR": 2, "AUD": 2,
    "IDR": 2, "MXN": 2, "BRL": 2, "KES": 2, "NGN": 2, "CAD": 2, "JPY": 0, "KRW": 0, "VND": 0, "CLP": 0,
    "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip

# A balance above this is a mistake in the file, not a consumer's debt; it also fits a 64-bit column.
LARGEST_MINOR: Final = 10**15


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount: `minor` whole minor units of `currency` (ISO 4217). Adding two currencies is a defect."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        assert type(self.minor) is int, "money is whole minor units"
        assert self.currency in MINOR_DIGITS, f"unknown currency {self.currency!r}"

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "two currencies cannot be added"
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        assert self.currency == other.currency, "two currencies cannot be subtracted"
        return Money(self.minor - other.minor, self.currency)

    def __repr__(self) -> str:
        """Hide the figure: an amount is personal data, and `repr` reaches logs."""
        return f"Money(… {self.currency})"

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-MINOR_DIGITS[self.currency])


def minor_from_major(text: str, currency: str) -> int:
    """Return the minor units of a decimal *text* in major units, e.g. '1240.5' USD → 124050.

    Refuses by ValueError: not a number, not finite, more decimals than the currency has, or above LARGEST_MINOR.
    Rounding: none; a third decimal of a dollar is an error, not a rounding.
    """
    if currency not in MINOR_DIGITS:
        raise ValueError(f"currency {currency!r} is not known")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("not a number") from None
    if not value.is_finite():
        raise ValueError("not a finite number")
    scaled = value.scaleb(MINOR_DIGITS[currency])
    if scaled != scaled.to_integral_value():
        raise ValueError(f"more than {MINOR_DIGITS[currency]} decimals for {currency}")
    if abs(scaled) > LARGEST_MINOR:
        raise ValueError("larger than any consumer's debt")
    return int(scaled)


def decimal_text(minor: int, currency: str) -> str:
    """Return an amount in major units as machines read it, with all decimals: 124050 USD → 1240.50."""
    return f"{Decimal(minor).scaleb(-MINOR_DIGITS[currency]):f}"


def amount_text(minor: int, currency: str) -> str:
    """Return an amount in major units with thousands separated by commas: 124050 USD → 1,240.50."""
    return f"{Decimal(minor).scaleb(-MINOR_DIGITS[currency]):,f}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers; a half goes away from zero. *denominator* > 0."""
    assert denominator > 0, "divide by a positive number"
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (1 if 2 * rest >= denominator else 0)
    return rounded if numerator >= 0 else -rounded


def divide_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers; any remainder goes towards plus infinity. *denominator* > 0."""
    assert denominator > 0, "divide by a positive number"
    return -(-numerator // denominator)


def divide_down(numerator: int, denominator: int) -> int:
    """Divide whole numbers; any remainder goes towards minus infinity. *denominator* > 0."""
    assert denominator > 0, "divide by a positive number"
    return numerator // denominator


def split(minor: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Split *minor* ≥ 0 by whole *weights* ≥ 0 so that the parts sum to the whole.

    Rounding: largest remainder; a tie goes to the earlier part.
    """
    total = sum(weights)
    assert minor >= 0 and total > 0 and min(weights) >= 0, "split a non-negative sum by weights of which one counts"
    parts = [minor * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(minor * weights[i] % total), i))
    for i in by_remainder[: minor - sum(parts)]:
        parts[i] += 1
    return tuple(parts)
