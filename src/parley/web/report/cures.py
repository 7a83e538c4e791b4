"""What does the hold-out show? Said in words, with the interval that chance leaves, and never more than that."""

from __future__ import annotations

from typing import Final

from parley.web.charts.compared import compared, within
from parley.web.charts.table import Number
from parley.web.report.source import Source

_ARMS: Final = ("messages", "holdout")


def said(source: Source) -> tuple[str, ...]:
    """Return the sentences below the table of cures."""
    counts = {
        arm: (source.at("cures", arm).get("cured", 0), source.at("cures", arm).get("past_due", 0)) for arm in _ARMS
    }
    verdict, points = compared(counts["messages"], counts["holdout"], source.language)
    shares = [_share(source, arm, *count) for arm, count in counts.items()] if points else []
    return *shares, source.say(f"report.cures.{verdict}", **points), source.say("report.simulated")


def _share(source: Source, arm: str, cured: int, past_due: int) -> str:
    low, high = (edge.shown(source.language) for edge in within(cured, past_due) if edge is not None)
    whole = f"{Number(cured).shown(source.language)}/{Number(past_due).shown(source.language)}"
    return source.say("report.cures.share", arm=source.term("arm.", arm), cured=whole, low=low, high=high)
