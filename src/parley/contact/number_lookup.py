"""What a service that looks numbers up may tell of one: is it still the same person's? The port, and no service yet.

Carriers and number registries know of a new SIM or a new holder; what they tell comes in by this port, as a file of
findings today (`parley numbers apply`), as a service of its own once one is connected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from parley.ids import Msisdn


class Holder(StrEnum):
    """Whose a number is, as far as the service knows."""

    SAME = "same"  # the holder we asked about has it, on the day of the finding
    SWAPPED = "swapped"  # a new SIM or device since that instant; the holder may be the same
    REASSIGNED = "reassigned"  # somebody else's since that instant


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """One number and what was found of it. `at`: when it was looked up, or since when it has changed."""

    number: Msisdn
    holder: Holder
    at: datetime


class NumberLookup(Protocol):
    """A service that looks numbers up."""

    def look_up(self, numbers: Sequence[Msisdn], now: datetime) -> Iterable[NumberFinding]:
        """Return what is known of *numbers*; nothing of those it does not know."""
        ...
