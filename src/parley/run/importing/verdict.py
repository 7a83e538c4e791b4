"""What became of a row, and how many of each: the vocabulary the writers share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from parley.run.importing.reasons import Reason


class Verdict(StrEnum):
    """What a row did to the store."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the store cannot take; `field` is the target that is wrong, "" for the row as a whole."""

    reason: Reason
    field: str = ""


@dataclass(slots=True)
class Counts:
    """How many rows; `shared_numbers` are rows whose number another borrower has too (stored, and worth a look)."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    shared_numbers: int = 0

    def add(self, verdict: Verdict) -> None:
        """Count one row that was taken."""
        match verdict:
            case Verdict.ADDED:
                self.added += 1
            case Verdict.CHANGED:
                self.changed += 1
            case Verdict.UNCHANGED:
                self.unchanged += 1
