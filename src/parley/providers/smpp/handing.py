"""What is handed over in one call, part by part, and what may honestly be said of each message in the end. Pure.

The first part of a text goes alone; the others follow once it was taken. So a refusal (number, sender, speed) is nearly
always heard while nothing has left, and means what the table of statuses says. What else can happen:

- every part was taken: accepted, under the id of each.
- the first was not written before the call had to end: certainly not taken.
- it was written and no answer came (connection lost, time-out): unknown. It is never written again.
- some parts were taken and others refused or not sent: unknown. The telephone may show a torso or nothing; to send all
  again could show it twice. A part that was refused for speed certainly was not taken, and is sent again in this call.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from parley.providers.port import Accepted, NotTaken, Outcome, Unknown
from parley.providers.smpp.pdu import OK, Command
from parley.providers.smpp.session import SLOW_DOWN, Answer, Session
from parley.providers.statuses import Statuses

PARTLY_TAKEN: Final = "partly_taken"


class Refusal(NamedTuple):
    """Why nothing can go: the code, and whether nothing will until a person acts."""

    code: str
    halts: bool = False


TOO_LATE: Final = Refusal("no_room_in_time")
"""The window stayed full, or the centre slowed us down, until the call had to end."""


class Handed:
    """One message on its way: the bodies of its parts, and what was answered to each."""

    __slots__ = ("bodies", "call", "ids", "in_flight", "outcome", "went_wrong")

    def __init__(self, bodies: Sequence[bytes], call: Call) -> None:
        self.bodies = bodies
        self.call = call
        self.outcome: Outcome | None = None
        self.ids: list[str | None] = [None] * len(bodies)
        self.in_flight = 0
        # What the first part that was not taken was told.
        self.went_wrong: Outcome | None = None

    def is_over(self, now: float) -> bool:
        """Whether nothing more of it is to be sent: a part was refused, or nobody waits any longer."""
        return self.went_wrong is not None or self.call.until <= now


class Part(NamedTuple):
    """One part of a message, from 0; the token of its request."""

    handed: Handed
    number: int


class Call:
    """One call of the port: done when every message has its outcome, or nobody waits for it any more."""

    def __init__(self, batch: Sequence[Sequence[bytes]], until: float) -> None:
        self.handed = [Handed(bodies, self) for bodies in batch]
        self.until = until
        self.done = threading.Event()
        self._open = len(self.handed)

    def settle(self, handed: Handed, outcome: Outcome) -> None:
        """Set what became of one message, once."""
        if handed.outcome is None:
            handed.outcome = outcome
            self._open -= 1
            if not self._open:
                self.done.set()

    def outcomes(self) -> list[Outcome]:
        """Return what became of each; what nobody answered in time is unknown."""
        return [one.outcome or Unknown("time_out") for one in self.handed]


class Desk:
    """The parts that wait for room in a window, over connections that come and go. One thread only."""

    def __init__(self, statuses: Statuses) -> None:
        self._statuses = statuses
        self._waiting: deque[Part] = deque()

    def take(self, call: Call) -> None:
        """Put the first part of every message of *call* in line."""
        self._waiting += [Part(handed, 0) for handed in call.handed]

    def fill(self, session: Session[Part], now: float) -> None:
        """Send what the window of *session* has room for."""
        waiting = self._waiting
        if not waiting:
            return
        room = session.room(now)
        while room > 0 and waiting:
            part = waiting.popleft()
            if part.handed.is_over(now):
                self._give_up(part, TOO_LATE)
                continue
            room -= 1
            part.handed.in_flight += 1
            session.ask(part, Command.SUBMIT_SM, part.handed.bodies[part.number], now)

    def hear(self, answers: Sequence[Answer[Part]]) -> None:
        """Take in what was answered."""
        for answer in answers:
            self._hear(answer)

    def _hear(self, answer: Answer[Part]) -> None:
        part = answer.token
        handed, number = part
        handed.in_flight -= 1
        if answer.failed is not None:
            handed.went_wrong = Unknown(answer.failed)
        elif answer.status == OK:
            handed.ids[number] = answer.message_id
            if number == 0 and len(handed.bodies) > 1:
                # A text that was begun is finished before another begins.
                self._waiting.extendleft(Part(handed, rest) for rest in range(len(handed.bodies) - 1, 0, -1))
                return
        elif answer.status in SLOW_DOWN and handed.went_wrong is None:
            self._waiting.appendleft(part)
            return
        else:
            told = self._statuses.outcome(f"0x{answer.status:02X}")
            handed.went_wrong = handed.went_wrong or told
        self._conclude(handed)

    def _conclude(self, handed: Handed) -> None:
        """Say what became of a message of which nothing more can be learnt."""
        ids = [one for one in handed.ids if one is not None]
        wrong = handed.went_wrong
        if wrong is None and len(ids) == len(handed.bodies):
            known = tuple(ids) if all(ids) else ()
            handed.call.settle(handed, Accepted(ids[0], known))
        elif wrong is not None and not handed.in_flight:
            is_sure = not ids or isinstance(wrong, Unknown)
            handed.call.settle(handed, wrong if is_sure else Unknown(PARTLY_TAKEN))

    def refuse(self, why: Refusal) -> None:
        """Tell everything that waits that there is no way out now. What was begun keeps waiting for its time."""
        kept: deque[Part] = deque()
        for part in self._waiting:
            if part.number:
                kept.append(part)
            else:
                part.handed.call.settle(part.handed, NotTaken(why.code, retryable=True, halts=why.halts))
        self._waiting = kept

    def tick(self, now: float, why: Refusal) -> None:
        """Give up what waited until its call had to end, because of *why*."""
        late = [part for part in self._waiting if part.handed.is_over(now)]
        if late:
            self._waiting = deque(part for part in self._waiting if not part.handed.is_over(now))
            for part in late:
                self._give_up(part, why)

    def _give_up(self, part: Part, why: Refusal) -> None:
        handed = part.handed
        if part.number:
            handed.went_wrong = handed.went_wrong or NotTaken(why.code, retryable=True)
            self._conclude(handed)
        else:
            handed.call.settle(handed, NotTaken(why.code, retryable=True, halts=why.halts))
