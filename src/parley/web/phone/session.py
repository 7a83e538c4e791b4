"""A session of the phone, as it is kept under the log-in: a headline and lines, from which everything is played anew.

Nothing of it is in a table of ours, and nothing in it is of a real borrower. It is bounded in lines and in length.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Final

from parley.engine.headline import read_headline
from parley.engine.play import Play, quoted
from parley.engine.transcript import written
from parley.engine.turn import Library
from parley.web.phone.scenarios import Holder, Scenario

_KEY: Final = "phone"
# Units: lines, characters. A whole session stays under 100 KB.
MOST_LINES: Final = 80
LONGEST_REPLY: Final = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """What has been played: as `Scenario`, with the lines so far. `opening` lines cannot be taken back."""

    headline: str
    lines: tuple[str, ...]
    holder: Holder
    opening: int

    @property
    def is_full(self) -> bool:
        """Whether no line more is taken."""
        return len(self.lines) >= MOST_LINES

    @property
    def can_undo(self) -> bool:
        """Whether the last line can be taken back."""
        return len(self.lines) > self.opening

    def more(self, line: str) -> Session:
        """Return the session with *line* at its end."""
        return replace(self, lines=(*self.lines, line))

    def less(self) -> Session:
        """Return the session without its last line."""
        return replace(self, lines=self.lines[:-1])

    def play(self, library: Library) -> Play:
        """Play every line from the start. Raises ValueError where the engine of this version takes one no more."""
        run = Play(library, read_headline(self.headline, library))
        for line in self.lines:
            run.take(line)
        return run

    def transcript(self, run: Play) -> str:
        """Return what was played as a golden transcript."""
        return written(self.headline, run)


def begin(scenario: Scenario) -> Session:
    """Return a session at its beginning."""
    return Session(scenario.headline, scenario.lines, scenario.holder, len(scenario.lines))


def reply_line(text: str) -> str:
    """Return the line of a reply."""
    return f"< {quoted(text)}"


def load(kept: MutableMapping[str, Any]) -> Session | None:
    """Return the session kept under a log-in; None where there is none."""
    found = kept.get(_KEY)
    if found is None:
        return None
    return Session(found["headline"], tuple(found["lines"]), Holder(found["holder"]), found["opening"])


def keep(kept: MutableMapping[str, Any], session: Session) -> None:
    """Keep *session* under the log-in."""
    kept[_KEY] = {
        "headline": session.headline,
        "lines": list(session.lines),
        "holder": str(session.holder),
        "opening": session.opening,
    }


def drop(kept: MutableMapping[str, Any]) -> None:
    """Forget the session."""
    kept.pop(_KEY, None)
