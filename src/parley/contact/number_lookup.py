"""What a service that looks numbers up may tell of one: whose it is, of what kind, on which network. The port.

Carriers and number registries know of a new SIM or a new holder; what they tell comes in by this port, as a file of
findings today (`parley numbers apply`), as a service of its own once one is connected.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from parley.ids import Msisdn


class Holder(StrEnum):
    """Whose a number is, as far as the service knows."""

    SAME = "same"  # the holder we asked about has it, on the day of the finding
    SWAPPED = "swapped"  # a new SIM or device since that instant; the holder may be the same
    REASSIGNED = "reassigned"  # somebody else's since that instant


class LineType(StrEnum):
    """What kind of line a number is, as the service knows."""

    MOBILE = "mobile"
    LANDLINE = "landline"  # a text is read aloud to whoever picks up, or lost
    VOIP = "voip"  # some carriers reach it
    PREMIUM = "premium"  # a text to it costs the sender more than carriage
    OTHER = "other"  # pagers, machines, lines that take no texts


# A text to one of these is not carried by anybody.
TAKES_NO_TEXTS: Final = frozenset({LineType.LANDLINE, LineType.PREMIUM, LineType.OTHER})
# What was found so long ago is not relied on: lines are ported, numbers given to others.
FRESH_FOR: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class NumberFinding:
    """One number and what was found of it. `at`: when it was looked up, or since when it has changed.

    `holder` None: nothing was asked of whose it is. `line` None: nothing of the kind of line. `network`: by whom it is
    carried now, its country and network code such as 310-410 (ITU-T E.212); empty: not known. `is_ported`: it was
    another's before; None: not known.
    """

    number: Msisdn
    holder: Holder | None
    at: datetime
    line: LineType | None = None
    network: str = ""
    is_ported: bool | None = None


class NumberLookup(Protocol):
    """A service that looks numbers up."""

    def look_up(self, numbers: Sequence[Msisdn], now: datetime) -> Iterable[NumberFinding]:
        """Return what is known of *numbers*; nothing of those it does not know. Raises OutsideFailed."""
        ...
