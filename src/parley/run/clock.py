"""Domain time: the clock of the business, as it really is, or movable where nobody outside can be reached.

A home with any provider but the sandbox has no movable clock.
"""

from __future__ import annotations

import json
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from parley.dates import Instant, instant
from parley.errors import BadInput
from parley.run.place import Home
from parley.settings import Settings
from parley.settings.messages import SANDBOX

# The instant on disk is always later than any that was handed out: after a crash the clock does not go back.
LEASE: Final = timedelta(seconds=30)
# Far enough for every plan; further is a slip of the hand.
FURTHEST: Final = timedelta(days=400)


class Clock(Protocol):
    """Where `now` comes from. Only `run` holds one; everything below is told the instant."""

    def now(self) -> Instant:
        """Return the present instant, UTC."""
        ...


class WorldClock:
    """The time it is."""

    def now(self) -> Instant:
        """Return the present instant, UTC."""
        return datetime.now(UTC)


class MovableClock:
    """A clock that stands until it is moved, and never goes back."""

    def __init__(self, at: Instant) -> None:
        self._at = instant(at)

    def now(self) -> Instant:
        """Return where the clock stands."""
        return self._at

    def move_to(self, at: Instant) -> None:
        """Move forward to *at*; back is a defect, for what was decided would no longer follow."""
        assert at >= self._at, "the clock does not go back"
        self._at = instant(at)


class HomeClock:
    """The clock of a sandbox home: it goes like any other from where it was left, and can be asked to move on.

    It moves from event to event (`advance`), so that what falls due on the way happens at its own time. Its position is
    a file of the home; a home without one keeps the world's time until it is moved.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        saved = _read(path)
        self._at = saved if saved is not None else datetime.now(UTC)
        self._is_moved = saved is not None
        self._since = time.monotonic()
        self._leased = self._at
        self._target: Instant | None = None

    def now(self) -> Instant:
        """Return the present instant, UTC. It stands still while the clock is on its way to another."""
        with self._lock:
            at = self._now()
            if self._is_moved and at >= self._leased:
                self._lease(at)
            return at

    @property
    def target(self) -> Instant | None:
        """The instant it was asked to move to and has not reached."""
        return self._target

    def ask(self, at: Instant) -> None:
        """Ask it to move on to *at*. Raises BadInput for an instant that is not later, or too far."""
        with self._lock:
            here = self._now()
            if not here < at <= here + FURTHEST:
                raise BadInput(
                    f"The clock moves forward only, and by at most {FURTHEST.days} days. Choose a later instant.",
                    f"时钟只能向前移动，且最多 {FURTHEST.days} 天。请选择更晚的时间。",
                )
            self._target = instant(at)
            self._at, self._is_moved = here, True

    def advance(self, following: Instant | None) -> bool:
        """Move on to *following*, when something falls due next, or to the end. Returns whether it was on its way."""
        with self._lock:
            if self._target is None:
                return False
            end = self._target
            self._at = max(self._at, min(following or end, end))
            self._since = time.monotonic()
            if self._at >= end:
                self._target = None
            self._lease(self._at)
            return True

    def _now(self) -> Instant:
        if not self._is_moved:
            return datetime.now(UTC)
        if self._target is not None:
            return self._at
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def _lease(self, at: Instant) -> None:
        leased = at + LEASE
        draft = self._path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump({"now": leased.isoformat()}, file)
        draft.replace(self._path)
        # Last: where the disk is full nothing was leased, and no later instant is handed out.
        self._leased = leased


def open_clock(home: Home, settings: Settings) -> Clock:
    """Return the clock of a home: one that can be moved where the sandbox is its only provider."""
    return HomeClock(home.clock) if settings.messages.provider == SANDBOX else WorldClock()


def _read(path: Path) -> Instant | None:
    try:
        return instant(datetime.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["now"]))
    except FileNotFoundError:
        return None
