"""What does a field of a page hold? What was typed, read as what it should be."""

from __future__ import annotations

from datetime import date
from typing import Final

# The last days of the calendar have no day after them.
_FIRST: Final = date(1970, 1, 1)
_LAST: Final = date(9000, 1, 1)


def typed_day(text: str) -> date | None:
    """Return the day that *text* writes as 2026-11-23; None where it writes none, or one far outside of lending."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if _FIRST <= found <= _LAST else None
