"""Play the other sides against the engine, line by line: a pure session. Same lines, same beats.

| line | what it does |
|---|---|
| `now DAY HH:MM [ZONE]` | sets the borrower's clock, never back; the first one names the zone |
| `@ FAMILY …` | the nightly run wants to write: `@ overdue`, `@ reminder 35.00 due 2026-12-20`, … |
| `@ plan_missed SUM due DAY` · `@ plan_kept` | … because the plan was judged broken, or kept to its last payment |
| `< TEXT` | the borrower replies; a minute passes |
| `<+ TEXT` · `<+` | … with a picture or a file; … with nothing else |
| `! STATE` | the carrier tells what became of the text that left last |
| `~ ACT` | a member of staff acts, in the words of `act_lines`; a minute passes |
| `% ANSWER` | the lender's core answers, in the words of `core_lines` |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

from parley.contact.gate import Refused
from parley.dates import zone
from parley.engine.act_lines import read_act
from parley.engine.announce import Figures
from parley.engine.core_lines import answer_of_core
from parley.engine.headline import SUM, minor
from parley.engine.nightly import (
    ARRANGEMENT_COMPLETED,
    ARRANGEMENT_MISSED,
    ARRANGEMENT_RECHECK,
    ARRANGEMENT_REMINDER,
    Trigger,
)
from parley.engine.situation import Situation, case_of, others_of
from parley.engine.turn import Library
from parley.engine.twin import Acted, Heard, Message, Twin
from parley.messaging.ledger import Event, State
from parley.purpose import Purpose

# What the nightly run, a campaign or an import may want to write, by the word of an `@` line: purpose and templates.
FAMILIES: Final = {
    "reminder": (Purpose.REMINDER, "reminder"),
    "overdue": (Purpose.COLLECTION, "overdue"),
    "limit_change": (Purpose.SERVICING, "limit_change"),
    "risk_alert.ask": (Purpose.RISK_ALERT, "risk_alert.ask"),
    "promotion": (Purpose.PROMOTION, "promotion.offer"),
    "plan_reminder": (Purpose.REMINDER, ARRANGEMENT_REMINDER),
    "plan_recheck": (Purpose.SERVICING, ARRANGEMENT_RECHECK),
    "plan_missed": (Purpose.COLLECTION, ARRANGEMENT_MISSED),
    "plan_kept": (Purpose.SERVICING, ARRANGEMENT_COMPLETED),
}
# What the carrier may tell of a text, in the words of the ledger.
RECEIPTS: Final = {
    State.DELIVERED: Event.RECEIPT_DELIVERED,
    State.UNDELIVERED: Event.RECEIPT_UNDELIVERED,
    State.EXPIRED: Event.RECEIPT_EXPIRED,
    State.REJECTED: Event.RECEIPT_REJECTED,
    State.UNKNOWN: Event.UNKNOWN,
}
_REPLY_MINUTES: Final = timedelta(minutes=1)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that came to its hour, `at`, and was not let out."""

    number: int
    at: datetime
    decision: Refused
    waits: bool


@dataclass(frozen=True, slots=True)
class Clocked:
    """The clock was set."""


@dataclass(frozen=True, slots=True)
class Announced:
    """The nightly run wanted to write: the text it queued, the gate's no, or None while a talk goes on."""

    made: Message | Refused | None


@dataclass(frozen=True, slots=True)
class Told:
    """The carrier told of text `number`, which now stands at `state`."""

    number: int
    state: State


Deed: TypeAlias = Clocked | Announced | Heard | Told | Acted


@dataclass(frozen=True, slots=True, repr=False)
class Beat:
    """One line and what came of it at `at`; `kept` came to their hour since the line before, and stayed."""

    line: str
    at: datetime
    deed: Deed
    kept: tuple[Kept, ...]


@dataclass(slots=True, repr=False)
class Play:
    """A session being played: the situation, the clock, the twin, and the beats so far."""

    library: Library
    situation: Situation
    beats: list[Beat] = field(default_factory=list)
    clock: datetime | None = None
    _twin: Twin | None = None

    @property
    def now(self) -> datetime:
        """Where the borrower's clock stands. Raises ValueError before the first `now` line."""
        if self.clock is None:
            raise ValueError("a session begins with `now`")
        return self.clock

    @property
    def twin(self) -> Twin:
        """The borrower's rows."""
        assert self._twin is not None, "a set clock comes with its rows"
        return self._twin

    def take(self, line: str) -> Beat:
        """Take one line. Raises ValueError for one that cannot be taken; nothing has happened then."""
        sign, _, rest = line.partition(" ")
        if sign == "now":
            beat = self._set_clock(line, rest.split())
        else:
            at = self.now
            kept = self._dispatch(at)
            beat = Beat(line, at, self._deed(sign, rest, at), kept)
        self.beats.append(beat)
        return beat

    def _deed(self, sign: str, rest: str, at: datetime) -> Deed:
        match sign:
            case "<" | "<+":
                self.clock = at + _REPLY_MINUTES
                return self.twin.hear(unquoted(rest), at, has_media=sign == "<+")
            case "@":
                return Announced(self._announced(rest.split(), at))
            case "!":
                return self._told(rest)
            case "%":
                return answer_of_core(rest, self.twin, at)
            case "~":
                act, who = read_act(rest, self.twin.case)
                self.clock = at + _REPLY_MINUTES
                return self.twin.act(act, who, at)
            case _:
                raise ValueError(f"a line does not begin with {sign!r}")

    def _set_clock(self, line: str, words: list[str]) -> Beat:
        day, hour, *where = words
        if where and self._twin is None:
            self.situation = replace(self.situation, zone=where[0])
        at = self._instant(day, hour)
        self.clock = at
        if self._twin is None:
            self._twin = Twin(self.library, case_of(self.situation, now=at), others=others_of(self.situation, at))
        return Beat(line, at, Clocked(), self._dispatch(at))

    def _instant(self, day: str, hour: str) -> datetime:
        """Return the instant of a wall clock that does not go back: an hour told twice in autumn is then the later."""
        wall = datetime.fromisoformat(f"{day} {hour}").replace(tzinfo=zone(self.situation.zone))
        for fold in (0, 1):
            at = wall.replace(fold=fold).astimezone(UTC)
            if self.clock is None or at >= self.clock:
                return at
        raise ValueError("the clock does not go back")

    def _dispatch(self, at: datetime) -> tuple[Kept, ...]:
        kept = []
        for one in self.twin.dispatch_due(at):
            assert isinstance(one.decision, Refused), "what is permitted leaves"
            kept.append(Kept(one.number, one.decision.decided_at, one.decision, one.waits))
        return tuple(kept)

    def _announced(self, words: list[str], at: datetime) -> Message | Refused | None:
        family, *rest = words
        if family not in FAMILIES:
            raise ValueError(f"the nightly run writes no {family!r}")
        purpose, templates = FAMILIES[family]
        sums = [minor(word) for word in rest if re.fullmatch(SUM, word)]
        day = next((date.fromisoformat(word) for word in rest if _DAY.fullmatch(word)), None)
        figures = Figures(due_on=day, amount_minor=sums[0] if sums else None)
        if family == "limit_change":
            before, after = sums
            figures = Figures(limit_before_minor=before, limit_after_minor=after)
        return self.twin.announce(Trigger(purpose, templates, "played", day), figures, at)

    def _told(self, word: str) -> Told:
        message = self.twin.tell(RECEIPTS[State(word)])
        if message is None:
            raise ValueError("no text has left yet")
        return Told(message.number, message.state)


# A reply is one line of a transcript, and a reader of it must see what is in it: what breaks a line, controls it or
# turns the direction of writing is written as an escape.
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SIGNS: Final = {written: sign for sign, written in _ESCAPES.items()}
_UNSEEN: Final = re.compile(
    r"[\\\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-f]{4})|(.))")


def quoted(text: str) -> str:
    r"""Write a reply on one line, nothing of it unseen: a line break is \n, an override of direction \u202e."""
    return _UNSEEN.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def unquoted(line: str) -> str:
    """Return the reply that `quoted` wrote. Raises ValueError for an escape it does not write."""
    return _ESCAPED.sub(_sign, line)


def _sign(escape: re.Match[str]) -> str:
    if escape[1]:
        return chr(int(escape[1], 16))
    if escape[0] not in _SIGNS:
        raise ValueError(f"{escape[0]!r} is no escape of a transcript")
    return _SIGNS[escape[0]]
