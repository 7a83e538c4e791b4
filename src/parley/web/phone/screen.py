"""The screen of a telephone: the texts of both sides in order, with hour and day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from parley.dates import local
from parley.locale import Language


@dataclass(frozen=True, slots=True, repr=False)
class Bubble:
    """One text. `turn`: the line of a played session it belongs to; `fate`: the state of one of ours, if it is told.

    `hour` and `opens_day` (for the first text of a day) are those of the telephone's clock.
    """

    is_ours: bool
    text: str
    language: Language
    at: datetime
    turn: int | None = None
    fate: str = ""
    has_arrived: bool = True
    hour: str = ""
    opens_day: date | None = None


def on_screen(texts: Iterable[Bubble], zone: str) -> list[Bubble]:
    """Return *texts* in their order, with hour and day in *zone*; of one instant theirs come before ours."""
    shown: list[Bubble] = []
    last = None
    for one in sorted(texts, key=lambda text: (text.at, text.is_ours)):
        there = local(one.at, zone)
        shown.append(replace(one, hour=f"{there:%H:%M}", opens_day=there.date() if there.date() != last else None))
        last = there.date()
    return shown
