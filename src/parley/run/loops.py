"""The loops of a running Parley: receive, work, send, settle, page. Each round does what is due and counts it.

`parley serve` runs all of them in one process; on PostgreSQL each may be a process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from itertools import cycle
from types import MappingProxyType
from typing import Final

import structlog

from parley.engine.turn import Library
from parley.errors import ParleyError
from parley.providers.sandbox import Sandbox
from parley.purpose import OnUnknown, Purpose
from parley.run.carriers import Carriers
from parley.run.clock import Clock, HomeClock
from parley.run.nightly import NightlyTerms, run_nightly
from parley.run.paging import Pager
from parley.run.receiving import receive_due
from parley.run.rules_in_use import RulesInUse
from parley.run.sending import Sender
from parley.run.texts_in_use import TextsInUse
from parley.run.watching import Watch
from parley.run.working import work_due
from parley.store import audit, models
from parley.store.alerts import escalate_due
from parley.store.carrier_references import match_waiting
from parley.store.desk_assign import assign_waiting
from parley.store.doubts import settle_doubts
from parley.store.faults import faults
from parley.store.inbox import give_up_parts
from parley.store.outbox import next_due
from parley.store.vault import Vault

IDLE_SECONDS: Final = 0.2
ORDERED_AT_ONCE: Final = 1_000
ALERTS_AT_ONCE: Final = 64
DOUBTS_AT_ONCE: Final = 64
MATCHED_AT_ONCE: Final = 256
LONGEST_PAUSE_SECONDS: Final = 30.0
# A clock that is moved goes from event to event, but by no less than this.
STEP: Final = timedelta(minutes=4)
log = structlog.get_logger()

Round = Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The working parts of one home, built once."""

    carriers: Carriers
    library: Library
    vault: Vault
    sender: Sender
    pager: Pager
    watch: Watch
    cost_per_segment_micro: int
    # What is done about messages whose end stays unknown, by kind; what is not named is held.
    on_unknown: Mapping[Purpose, OnUnknown] = field(default_factory=lambda: MappingProxyType({}))
    # The message centre itself, where it is in this process: its handsets and its next event.
    sandbox: Sandbox | None = None
    # What takes up changed rule files, in a process that serves.
    rules: RulesInUse | None = None
    # How long parts of a text wait for the others.
    parts_minutes: int = 10
    # What takes up approved texts, in a process that serves.
    texts: TextsInUse | None = None

    def receive(self, now: datetime) -> int:
        """Take in what the provider brings; what waited too long for its other parts goes to a person."""
        matched = match_waiting(now, self.vault, MATCHED_AT_ONCE)
        waited = give_up_parts(now - timedelta(minutes=self.parts_minutes), now, self.library, self.vault)
        return receive_due(self.carriers, self.library, self.vault, now) + waited + matched

    def work(self, now: datetime) -> int:
        """Answer waiting replies."""
        return work_due(self.library, self.vault, now, self.cost_per_segment_micro)

    def send(self, now: datetime) -> int:
        """Hand over what may go, then ask about what is in doubt, then do what is to be done about the rest."""
        doubts = settle_doubts(now, self.on_unknown, self.vault, DOUBTS_AT_ONCE)
        return self.sender.send_due(now) + self.sender.settle(now) + doubts

    def page(self, now: datetime) -> int:
        """Call the people who must look: each thread is somebody's to take, who is on call is paged.

        An alert that nobody answered in time is theirs too. Last, for no crisis should wait for it, the routes are
        looked at.
        """
        escalated = escalate_due(now, self.vault, ALERTS_AT_ONCE)
        called = escalated + assign_waiting(now, self.library.times, self.vault) + self.pager.page_due(now)
        return called + self.watch.look(now, self.vault)

    def order(self, now: datetime) -> int:  # noqa: ARG002 - every round is told the instant
        """Order new audit entries into the log."""
        return audit.sequence(ORDERED_AT_ONCE)

    def rounds(self) -> tuple[Round, ...]:
        """Return the rounds that move messages, in order: what came in is obeyed before anything goes out."""
        return (self.receive, self.work, self.send, self.page)

    def settle_all(self, now: datetime) -> int:
        """Repeat the rounds until nothing is due at *now*: none of them, each asked after the last that did something.

        Returns how much was done.
        """
        total, idle = 0, 0
        for each in cycle(rounds := self.rounds()):
            done = self._until_empty(each, now)
            # A round that did something was asked once more, and had nothing left.
            total, idle = total + done, 1 if done else idle + 1
            if idle == len(rounds):
                break
        return total

    @staticmethod
    def _until_empty(each: Round, now: datetime) -> int:
        total = 0
        while done := each(now):
            total += done
        return total


@dataclass(frozen=True, slots=True)
class Nightly:
    """The nightly run of a serving process: at one time of day it decides for the next. Units: UTC time of day."""

    starts_at: time_of_day
    library: Library
    terms: NightlyTerms
    vault: Vault

    def decide(self, now: datetime) -> int:
        """Decide for tomorrow where the hour has come and nobody has. Returns how many accounts were decided."""
        if now.time() < self.starts_at or self._is_done(now.date() + timedelta(days=1)):
            return 0
        run = run_nightly(
            now.date() + timedelta(days=1), now, self.library, self.terms, self.vault, lambda _done, _of: None
        )
        return run.total

    def following(self, now: datetime) -> datetime:
        """Return when it is due next."""
        today = datetime.combine(now.date(), self.starts_at, UTC)
        return today if today > now else today + timedelta(days=1)

    @staticmethod
    def _is_done(day: date) -> bool:
        return models.Run.objects.filter(as_of__gte=day, finished_at__isnull=False).exists()


def run_forever(
    rounds: Sequence[Round],
    clock: Clock,
    is_stopping: Callable[[], bool],
    following: Callable[[datetime], datetime | None] = next_due,
) -> None:
    """Run *rounds* until *is_stopping*. A fault that may pass is waited out; a defect ends the process.

    A round that waits keeps no other from its work: a crisis is paged while a carrier does not answer. Where the clock
    is on its way to a later instant, it goes on to what *following* names once nothing is left to do.
    """
    turns = [_Turn(partial(_at, clock, each)) for each in rounds]
    clock_hand = _Turn(partial(_moved_on, clock, following))
    while not is_stopping():
        told = [turn.take() for turn in turns]
        if not any(told) and None not in told:
            told.append(clock_hand.take())
        if not any(told):
            _wait(IDLE_SECONDS, is_stopping)


@dataclass(slots=True)
class _Turn:
    """One step of the loop. After something outside failed it is left alone, each time longer."""

    step: Callable[[], int]
    pause: float = 0.0
    until: float = 0.0

    def take(self) -> int | None:
        """Return what the step did; None where it failed or waits."""
        if time.monotonic() < self.until:
            return None
        try:
            with faults():
                done = self.step()
        except ParleyError as fault:
            if not fault.retryable:
                raise
            self.pause = min(LONGEST_PAUSE_SECONDS, max(IDLE_SECONDS, self.pause * 2))
            self.until = time.monotonic() + self.pause
            log.warning("waiting_for_outside", operator_code=fault.operator_code, seconds=self.pause)
            return None
        self.pause = 0.0
        return done


def _at(clock: Clock, each: Round) -> int:
    return each(clock.now())


def _moved_on(clock: Clock, following: Callable[[datetime], datetime | None]) -> bool:
    if not isinstance(clock, HomeClock) or clock.target is None:
        return False
    now = clock.now()
    coming = following(now)
    return clock.advance(max(coming, now + STEP) if coming is not None else None)


def _wait(seconds: float, is_stopping: Callable[[], bool]) -> None:
    """Wait, but not when told to stop."""
    until = time.monotonic() + seconds
    while not is_stopping() and time.monotonic() < until:
        time.sleep(IDLE_SECONDS)
