"""What the witness is told of the lender, and what it reports. Examples are ids, never a borrower's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from parley.run.checking.kinds import Kind

EXAMPLES_KEPT: Final = 10


@dataclass(frozen=True, slots=True)
class LenderFacts:
    """What the lender says of itself, as plain values of its settings.

    Units: days, minutes. `stop_words`: country, or "*" → the word that texts name for opting out. `other_words`:
    names of staff, hours, page, crisis and advice lines; their figures are no figures of an account.
    """

    names: tuple[str, ...]
    hotline: str
    stop_words: Mapping[str, str]
    other_words: tuple[str, ...] = ()
    identity_fresh_days: int = 30
    reply_minutes: int = 1_440
    grace_days: int = 3

    def stop_word(self, jurisdiction: str) -> str:
        """Return the word that texts to *jurisdiction* name."""
        country = jurisdiction.partition("-")[0]
        return self.stop_words.get(country, self.stop_words["*"])


@dataclass(frozen=True, slots=True)
class Report:
    """How often each promise was broken (every kind, 0 included), which rows show it, and how much was looked at."""

    counts: dict[Kind, int]
    examples: dict[Kind, list[str]]
    seen: dict[str, int]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not any(self.counts.values())


@dataclass(slots=True)
class Tally:
    """Collects what is found. The same row counts once for each kind."""

    found: dict[Kind, set[str]] = field(default_factory=lambda: {kind: set() for kind in Kind})
    order: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in Kind})
    seen: Counter[str] = field(default_factory=Counter)

    def add(self, kind: Kind, row: object) -> None:
        """Count *row* as a violation of *kind*."""
        name = str(row)
        if name not in self.found[kind]:
            self.found[kind].add(name)
            if len(self.order[kind]) < EXAMPLES_KEPT:
                self.order[kind].append(name)

    def report(self) -> Report:
        """Return what was found."""
        counts = {kind: len(rows) for kind, rows in self.found.items()}
        examples = {kind: list(rows) for kind, rows in self.order.items() if rows}
        return Report(counts, examples, dict(sorted(self.seen.items())))
