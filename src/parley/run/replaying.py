"""Runs another rulebook over the decisions of a period: what would have been allowed, deferred or refused instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from parley.contact.replay import Change, Replayed, Tally, replay
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import CapParams
from parley.run.rulebooks import RulebookFolders
from parley.store.decisions import StoredDecision, count_between, decisions_between
from parley.store.records import HISTORY_DAYS
from parley.store.reports import Period

# Progress is told every so many decisions.
_TOLD_EVERY: Final = 200
_COUNTED: Final = (Change.ALLOWED, Change.DEFERRED, Change.REFUSED, Change.OTHERWISE)
CSV_COLUMNS: Final = (
    *("decision", "message", "at", "stage", "jurisdiction", "purpose"),
    *("verdict", "rule", "retry_at", "verdict_replayed", "rule_replayed", "retry_at_replayed", "change"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a replay found. `looks_further`: rules that count further back than the facts of a decision reach."""

    rulebook_hash: str
    tally: Tally
    looks_further: tuple[str, ...]

    def rows(self) -> list[tuple[str | int, ...]]:
        """Return jurisdiction, rule, and how many are now allowed, deferred, refused, and the same otherwise."""
        return [
            (place, rule_id, *(counts.get(change, 0) for change in _COUNTED))
            for place, rule_id, counts in self.tally.rows()
        ]

    def as_json(self) -> dict[str, object]:
        """Return it as plain values: counts, rule ids and places."""
        return {
            "rulebook": self.rulebook_hash,
            "decisions": self.tally.decisions,
            "without_facts": self.tally.without_facts,
            "changed": self.tally.changed,
            "verdicts": [[before, after, count] for (before, after), count in sorted(self.tally.verdicts.items())],
            "rows": [list(row) for row in self.rows()],
            "looks_further": list(self.looks_further),
        }


def replay_period(
    period: Period,
    rulebook: Rulebook,
    tell: Callable[[int, int], None],
    each: Callable[[StoredDecision, Replayed], None] = lambda _stored, _replayed: None,
) -> Found:
    """Decide every stored decision of *period* again by *rulebook*; *tell* hears (done, of), *each* what came of one.

    Decisions of versions that kept no facts are counted and left out. Raises HomeUnusable where facts cannot be read.
    """
    tally, total = Tally(), count_between(period.start, period.end)
    for done, stored in enumerate(decisions_between(period.start, period.end), 1):
        if stored.facts is None:
            tally.without_facts += 1
        else:
            found = replay(stored.trace, stored.facts, rulebook)
            tally.add(found)
            each(stored, found)
        if done % _TOLD_EVERY == 0:
            tell(done, total)
    tell(total, total)
    return Found(rulebook.hash, tally, tuple(_looking_further(rulebook)))


def replay_job(folders: RulebookFolders, zone: str) -> Callable[..., dict[str, object]]:
    """Return the job that replays a period by a rulebook of the home; again it finds the same."""

    def work(asked: dict[str, Any], _now: datetime, tell: Callable[[int, int], None]) -> dict[str, object]:
        period = Period(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]), zone)
        return replay_period(period, folders.rulebook(asked["rulebook"]), tell).as_json()

    return work


def csv_row(stored: StoredDecision, found: Replayed) -> tuple[str, ...]:
    """Return the line of a decision in the file: ids, codes and times."""
    before, after = found.before, found.after
    return (
        *(str(stored.decision_id), str(stored.message_id or ""), stored.at.isoformat(), stored.stage),
        *(found.jurisdiction, found.purpose, before.word, before.rule_id, before.retry_at),
        *(after.word, after.rule_id, after.retry_at, found.change.value),
    )


def _looking_further(rulebook: Rulebook) -> list[str]:
    kept = timedelta(days=HISTORY_DAYS)
    return sorted(
        rule.id
        for rule in rulebook.rules
        if isinstance(rule.params, CapParams)
        and timedelta(days=rule.params.window_days or 0, hours=rule.params.window_hours or 0) > kept
    )
