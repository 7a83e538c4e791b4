"""What the message centre knows: a fold over the lines of its log. No file, no clock.

Bodies are not kept: a message is remembered by the offset of its line. What waits is in `_waiting`; the heap beside
it may hold keys that are gone already and are skipped.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from parley.providers.centre_log import (
    Acknowledged,
    Arrived,
    Inbound,
    Line,
    LookupLine,
    Note,
    NotTakenLine,
    Receipt,
    RejectedLine,
    Submitted,
)
from parley.providers.port import Delivery, InboundIn, ReceiptIn


@dataclass(frozen=True, slots=True)
class DueArrival:
    """A message that a handset will receive."""

    reference: str
    provider_id: str
    offset: int


Due = DueArrival | ReceiptIn


class CentreState:
    """The present of one message centre."""

    def __init__(self) -> None:
        self.lines = 0
        self.latest_at: datetime | None = None
        self._provider_ids: dict[str, str] = {}
        self._visible_at: dict[str, datetime] = {}
        self._attempts: dict[str, int] = {}
        self._waiting: dict[str, tuple[datetime, Due | InboundIn]] = {}
        self._heap: list[tuple[datetime, str]] = []
        # While a whole log is read most of what waits is soon gone; the heap is made once, by `tidy`.
        self._is_tidy = False
        self._ready: dict[str, Delivery] = {}
        self._inbound_ids: set[str] = set()
        self._arrived_n = array("q")
        self._arrived_offset = array("q")
        # Which arrivals each reference has, as places in the two arrays.
        self._arrived_of: dict[str, tuple[int, ...]] = {}

    def apply(self, line: Line, offset: int) -> None:  # noqa: C901 - one arm for each kind of line
        """Take *line*, which stands at *offset* of the log, into the present."""
        assert line.n == self.lines + 1, "lines are taken in order"
        self.lines = line.n
        if line.at is not None and (self.latest_at is None or line.at > self.latest_at):
            self.latest_at = line.at
        match line:
            case Submitted():
                self._submitted(line, offset)
            case Arrived():
                due = self._waiting.pop(line.provider_id, None)
                if due is not None and isinstance(due[1], DueArrival):
                    before = self._arrived_of.get(due[1].reference, ())
                    self._arrived_of[due[1].reference] = (*before, len(self._arrived_n))
                    self._arrived_n.append(line.n)
                    self._arrived_offset.append(due[1].offset)
            case Receipt():
                self._waiting.pop(line.event_id, None)
                self._ready[line.event_id] = ReceiptIn(
                    line.event_id, line.reference, line.provider_id, line.part, line.state, line.at
                )
            case Inbound():
                self._inbound_ids.add(line.event_id)
                self._wait(line.event_id, line.at, InboundIn(line.event_id, line.sender, line.to, line.text, line.at))
            case Acknowledged():
                for event_id in line.event_ids:
                    self._ready.pop(event_id, None)
                    self._waiting.pop(event_id, None)
            case NotTakenLine():
                self._attempts[line.reference] = self._attempts.get(line.reference, 0) + 1
            case RejectedLine() | LookupLine() | Note():
                pass

    def _submitted(self, line: Submitted, offset: int) -> None:
        self._provider_ids.setdefault(line.reference, line.provider_id)
        if line.visible_at is not None:
            self._visible_at.setdefault(line.reference, line.visible_at)
        if line.arrives_at is not None:
            self._wait(line.provider_id, line.arrives_at, DueArrival(line.reference, line.provider_id, offset))
        for number, each in enumerate(line.receipts, start=1):
            if not each.is_lost:
                event_id = f"{line.provider_id}.{number}"
                told = ReceiptIn(event_id, line.reference, line.provider_id, each.part, each.state, each.at)
                self._wait(event_id, each.due_at, told)

    def _wait(self, key: str, due_at: datetime, what: Due | InboundIn) -> None:
        self._waiting[key] = (due_at, what)
        if self._is_tidy:
            heapq.heappush(self._heap, (due_at, key))

    def tidy(self) -> None:
        """Make the heap of what waits. Needed once after the log was read, before `due` or `next_due_at`."""
        self._heap = [(due_at, key) for key, (due_at, _) in self._waiting.items()]
        heapq.heapify(self._heap)
        self._is_tidy = True

    def due(self, now: datetime) -> list[tuple[datetime, Due]]:
        """Return what falls due by *now*, oldest first, for the caller to write down and `apply`.

        Texts from handsets stand in the log already; they are made ready here.
        """
        found: list[tuple[datetime, Due]] = []
        while self._heap and self._heap[0][0] <= now:
            due_at, key = heapq.heappop(self._heap)
            entry = self._waiting.get(key)
            if entry is None:
                continue
            what = entry[1]
            if isinstance(what, InboundIn):
                del self._waiting[key]
                self._ready[key] = what
            else:
                found.append((due_at, what))
        return found

    def next_due_at(self) -> datetime | None:
        """Return the instant of the next thing that will happen, or None."""
        while self._heap and self._heap[0][1] not in self._waiting:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def ready(self, limit: int) -> list[Delivery]:
        """Return up to *limit* deliveries that the lender has not acknowledged."""
        return list(islice(self._ready.values(), limit))

    def knows_inbound(self, event_id: str) -> bool:
        """Whether a handset's text with this id was sent already."""
        return event_id in self._inbound_ids

    def is_open(self, event_id: str) -> bool:
        """Whether this delivery exists and is not acknowledged."""
        return event_id in self._ready or event_id in self._waiting

    def attempts(self, reference: str) -> int:
        """Return how many submissions under *reference* did not reach the centre."""
        return self._attempts.get(reference, 0)

    def find(self, reference: str, now: datetime) -> str | None:
        """Return the centre's id of a message under *reference*, once a look-up can see it."""
        visible_at = self._visible_at.get(reference)
        return None if visible_at is not None and now < visible_at else self._provider_ids.get(reference)

    def arrivals(self, since_n: int, limit: int) -> list[tuple[int, int]]:
        """Return up to *limit* arrivals after line *since_n*: (line of the arrival, offset of the message)."""
        first = bisect_right(self._arrived_n, since_n)
        stop = first + limit
        return list(zip(self._arrived_n[first:stop], self._arrived_offset[first:stop], strict=True))

    def arrivals_of(self, references: Iterable[str]) -> list[tuple[int, int]]:
        """Return the arrivals of the messages under *references*, in order, as `arrivals` does."""
        places = sorted(place for each in references for place in self._arrived_of.get(each, ()))
        return [(self._arrived_n[place], self._arrived_offset[place]) for place in places]
