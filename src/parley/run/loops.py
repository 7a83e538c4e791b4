"""The loops of a running Parley: receive, work, send, settle, page. Each round does what is due and counts it.

`parley serve` runs all of them in one process; on PostgreSQL each may be a process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from parley.engine.turn import Library
from parley.errors import ParleyError
from parley.providers.port import Provider
from parley.run.clock import Clock
from parley.run.paging import Pager
from parley.run.receiving import receive_due
from parley.run.sending import Sender
from parley.run.working import work_due
from parley.store import audit
from parley.store.faults import faults
from parley.store.vault import Vault

IDLE_SECONDS: Final = 0.2
ORDERED_AT_ONCE: Final = 1_000
LONGEST_PAUSE_SECONDS: Final = 30.0
log = structlog.get_logger()

Round = Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The working parts of one home, built once."""

    provider: Provider
    library: Library
    vault: Vault
    sender: Sender
    pager: Pager
    cost_per_segment_micro: int

    def receive(self, now: datetime) -> int:
        """Take in what the provider brings."""
        return receive_due(self.provider, self.library, self.vault, now)

    def work(self, now: datetime) -> int:
        """Answer waiting replies."""
        return work_due(self.library, self.vault, now, self.cost_per_segment_micro)

    def send(self, now: datetime) -> int:
        """Hand over what may go, then ask about what is in doubt."""
        return self.sender.send_due(now) + self.sender.settle(now)

    def page(self, now: datetime) -> int:
        """Call the people who must look."""
        return self.pager.page_due(now)

    def order(self, now: datetime) -> int:  # noqa: ARG002 - every round is told the instant
        """Order new audit entries into the log."""
        return audit.sequence(ORDERED_AT_ONCE)

    def rounds(self) -> tuple[Round, ...]:
        """Return the rounds that move messages, in order: what came in is obeyed before anything goes out."""
        return (self.receive, self.work, self.send, self.page)

    def settle_all(self, now: datetime) -> int:
        """Repeat the rounds until nothing is due at *now*. Returns how much was done."""
        total = 0
        while True:
            done = sum(self._until_empty(each, now) for each in self.rounds())
            total += done
            if not done:
                return total

    @staticmethod
    def _until_empty(each: Round, now: datetime) -> int:
        total = 0
        while done := each(now):
            total += done
        return total


def run_forever(rounds: Sequence[Round], clock: Clock, is_stopping: Callable[[], bool]) -> None:
    """Run *rounds* until *is_stopping*. A fault that may pass is waited out; a defect ends the process."""
    pause = IDLE_SECONDS
    while not is_stopping():
        done, failed = 0, False
        for each in rounds:
            # One at a time: a carrier that does not answer must not keep a crisis from being paged.
            try:
                with faults():
                    done += each(clock.now())
            except ParleyError as fault:
                if not fault.retryable:
                    raise
                failed = True
                log.warning("waiting_for_outside", operator_code=fault.operator_code, seconds=pause)
        if failed:
            _wait(pause, is_stopping)
            pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
            continue
        pause = IDLE_SECONDS
        if not done:
            time.sleep(IDLE_SECONDS)


def _wait(seconds: float, is_stopping: Callable[[], bool]) -> None:
    """Wait, but not when told to stop."""
    until = time.monotonic() + seconds
    while not is_stopping() and time.monotonic() < until:
        time.sleep(IDLE_SECONDS)
