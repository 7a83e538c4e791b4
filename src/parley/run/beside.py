"""A round that runs in a thread of its own, beside the loops that serve borrowers: long jobs, word to the lender.

Whatever it waits for keeps nobody else waiting, and whatever goes wrong in it ends no process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog
from django.db import connections

from parley.errors import ParleyError
from parley.run.clock import Clock
from parley.store.faults import faults

IDLE_SECONDS: Final = 0.5
# The next process takes up what is not finished by then.
_LAST_SECONDS: Final = 10
log = structlog.get_logger()


class Beside:
    """Repeats `work`, which returns how much it did, until stopped; what is in hand is finished first."""

    def __init__(self, name: str, work: Callable[[datetime], int], clock: Clock) -> None:
        self._name, self._work, self._clock = name, work, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new, and wait a moment for what is in hand; the next process takes it up."""
        self._stopping.set()
        self._thread.join(_LAST_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._once():
                connections.close_all()
                self._stopping.wait(IDLE_SECONDS)

    def _once(self) -> int:
        """Return how much was done; what failed is tried again after a pause."""
        try:
            with faults():
                return self._work(self._clock.now())
        except ParleyError as fault:
            log.warning("thread_waiting", thread=self._name, operator_code=fault.operator_code)
        except Exception as defect:  # noqa: BLE001 - the process goes on; its words may hold what was told
            log.error("thread_failed", thread=self._name, defect=type(defect).__name__)  # noqa: TRY400 - as above
        return 0
