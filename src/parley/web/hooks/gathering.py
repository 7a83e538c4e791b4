"""Gathers what comes in at once into one write. While a batch is committed the next one gathers: nobody waits idly.

A call is answered after its batch was committed. One thread writes, so that it keeps its connection to the database.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from parley.providers.port import Delivery
from parley.web.hooks.answers import FULL, Answer

MOST_AT_ONCE: Final = 64
# Calls that may wait, those in hand included: a second or so of the fastest carrier.
MOST_WAITING: Final = 4_096
# How long a batch that is not full waits for more.
LINGER_SECONDS: Final = 0.002


@dataclass(frozen=True, slots=True, repr=False)
class Call:
    """One verified callback: its route and what it brings."""

    route: str
    deliveries: tuple[Delivery, ...]


# Writes a batch: an answer for each call, in order. Raises nothing but for a defect of its own.
Write = Callable[[Sequence[Call]], list[Answer]]


class Gatherer:
    """Gathers up to *most_at_once* calls for *write*, of at most *most_waiting*.

    Belongs to the one event loop that asks it.
    """

    def __init__(
        self,
        write: Write,
        close: Callable[[], None],
        *,
        most_at_once: int = MOST_AT_ONCE,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._write, self._close = write, close
        self._most_at_once, self._most_waiting = most_at_once, most_waiting
        self._waiting: deque[tuple[Call, asyncio.Future[Answer]]] = deque()
        self._in_hand = 0
        self._running: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hooks-write")

    async def take(self, call: Call) -> Answer:
        """Return the answer to *call*, once what it brings is committed; the refusal where too many wait."""
        if len(self._waiting) + self._in_hand >= self._most_waiting:
            return FULL
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()
        self._waiting.append((call, answer))
        if self._running is None:
            self._running = loop.create_task(self._run())
        return await answer

    def stop(self) -> None:
        """Finish what is in hand and let go of the database; nothing more is taken afterwards."""
        self._thread.submit(self._close)
        self._thread.shutdown(wait=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                if len(self._waiting) < self._most_at_once:
                    await asyncio.sleep(LINGER_SECONDS)
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most_at_once))]
                self._in_hand = len(batch)
                try:
                    answers = await loop.run_in_executor(self._thread, self._write, [call for call, _ in batch])
                except BaseException as defect:
                    _fail(batch, defect)
                    raise
                for (_, future), answer in zip(batch, answers, strict=True):
                    # Whoever has gone away hears nothing; what they brought is stored.
                    if not future.done():
                        future.set_result(answer)
                self._in_hand = 0
        finally:
            self._in_hand, self._running = 0, None


def _fail(batch: Sequence[tuple[Call, asyncio.Future[Answer]]], defect: BaseException) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(defect)
