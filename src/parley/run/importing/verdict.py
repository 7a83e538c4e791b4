"""What became of a row, and how many of each: the vocabulary the writers share."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from parley.run.importing.reasons import Reason
from parley.store import importing

# What taking a row back needs, as JSON: ids as hex, and what stood before. Empty where a row changed nothing.
Undo = dict[str, Any]


class Verdict(StrEnum):
    """What a row did to the store."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, repr=False)
class Took:
    """A row that the store took."""

    verdict: Verdict
    undo: Undo = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the store cannot take; `field` is the target that is wrong, "" for the row as a whole."""

    reason: Reason
    field: str = ""


Result = Took | Refused
UNCHANGED: Final = Took(Verdict.UNCHANGED)


@dataclass(slots=True)
class Counts:
    """How many rows, while they are counted: see `parley.store.importing.Counts`."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    shared_numbers: int = 0
    alerts: int = 0
    alerts_not_sent: int = 0

    def add(self, verdict: Verdict) -> None:
        """Count one row that was taken."""
        match verdict:
            case Verdict.ADDED:
                self.added += 1
            case Verdict.CHANGED:
                self.changed += 1
            case Verdict.UNCHANGED:
                self.unchanged += 1

    def told(self) -> importing.Counts:
        """Return the counts as they stand."""
        return importing.Counts(**asdict(self))
