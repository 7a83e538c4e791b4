"""Where a value stands on an axis: round ticks that a person would choose, and places as shares of the width.

Whole numbers throughout, so that the same figures give the same picture on every machine.
"""

from __future__ import annotations

from typing import Final

from parley.money import divide_half_up

# Ticks at one, two or five times a power of ten read at a glance.
_ROUND: Final = (1, 2, 5)
_HUNDREDTHS_OF_PERCENT: Final = 10_000


def ticks(largest: int, most: int = 5) -> tuple[int, ...]:
    """Return at most *most* round ticks from 0 to the first that *largest* does not pass; 0 and 1 where all is zero."""
    assert largest >= 0 and most > 1, "an axis begins at nothing and has two ends"
    power = 1
    while True:
        for step in (power * factor for factor in _ROUND):
            steps = max(1, -(-largest // step))
            if steps < most:
                return tuple(step * number for number in range(steps + 1))
        power *= 10


def percent(hundredths: int) -> str:
    """Return hundredths of a percent as SVG writes a length: 1250 → 12.5%."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def along(value: int, top: int) -> int:
    """Return how far along an axis of *top* the *value* stands, in hundredths of a percent. Rounding: half up."""
    return divide_half_up(value * _HUNDREDTHS_OF_PERCENT, top)


def spread(count: int, most: int) -> tuple[int, ...]:
    """Return at most *most* of *count* places, the first and the last among them, as even as whole places are."""
    if count <= most:
        return tuple(range(count))
    return tuple(divide_half_up(number * (count - 1), most - 1) for number in range(most))
