"""A message centre in a process of its own: the sandbox behind a local socket, on a line with bad manners.

The sandbox decides what becomes of a message (slow, undelivered, receipts twice, early, late, lost); the line decides
what the lender hears of it; and some messages the centre doubles by itself, which is no fault of the lender's.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import Final, NoReturn

from parley.errors import OutsideFailed
from parley.providers.centre_faults import Faults, draw
from parley.providers.port import Asked, Delivery, Lookup, LookupState, Outcome, Submission, Unknown
from parley.providers.sandbox import SETTLE_SECONDS, Sandbox
from tests.run.desk import Anything
from tests.run.kills.over_smpp import Front

# How long a lender's process waits for an answer; a late one comes after twice as long.
PATIENCE_SECONDS: Final = 0.15
SHORT_CODE: Final = "55501"
_BACKLOG: Final = 64


@dataclass(frozen=True, slots=True)
class Manners:
    """What the line does. Units: shares from 0 to 1 of requests; `doubles` of messages."""

    deaf: float = 0.0
    mute: float = 0.0
    late: float = 0.0
    doubles: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One message centre: where it lies and how it behaves, the same for the same seed."""

    log: Path
    seed: int
    faults: Faults
    manners: Manners
    can_look_up: bool = True
    # Where it speaks SMPP too; 0: not at all. Then the line to it has no bad manners but those of SMPP.
    port: int = 0

    def is_doubled(self, reference: str) -> bool:
        """Whether the centre itself takes a message under *reference* twice."""
        return draw(self.seed, "double", reference)[0] / 2**32 < self.manners.doubles


class Server:
    """The process of the centre, as the parent holds it."""

    def __init__(self, plan: Plan, address: str) -> None:
        self._plan, self._address = plan, address
        self._starts = 0
        self._pid = 0

    def start(self, manners: Manners | None = None) -> None:
        """Start it, or start it again over the log of the one before."""
        self._starts += 1
        held, self._holds = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                os.close(self._holds)
                threading.Thread(target=_end_with_parent, args=(held,), daemon=True).start()
                _serve(self._plan, self._address, manners or self._plan.manners, self._plan.seed + self._starts)
            finally:
                os._exit(1)
        os.close(held)
        tell(self._address, "next_due_at")

    def kill(self) -> None:
        """End it by SIGKILL, whatever it is at."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._holds)


_NOTHING: Final = object()


def _end_with_parent(held: int) -> None:
    """End this process once nobody holds the other end of the pipe."""
    os.read(held, 1)
    os._exit(0)


def _serve(plan: Plan, address: str, manners: Manners, seed: int) -> NoReturn:
    centre = Sandbox(plan.log, seed=plan.seed, short_code=SHORT_CODE, faults=plan.faults)
    dice = random.Random(seed)
    front: Front | None = None
    if plan.port:
        shares = manners.deaf, manners.mute, manners.late
        front = Front(centre, plan.port, shares, plan.is_doubled, 2 * PATIENCE_SECONDS, seed)
        manners = Manners()
    with Listener(address, "AF_UNIX", backlog=_BACKLOG) as listener:
        while True:
            # A caller that dies in the middle of its request has asked nothing.
            with suppress(EOFError, OSError):
                _meet(listener.accept(), front or centre, plan, manners, dice)


def _meet(line: Connection, centre: Sandbox | Front, plan: Plan, manners: Manners, dice: random.Random) -> None:
    name, rest = line.recv()
    share = dice.random()
    if share < manners.deaf:
        line.close()
        return
    if name == "submit" and isinstance(centre, Sandbox):
        told: object = _submit(centre, plan, *rest)
    else:
        told = getattr(centre, name)(*rest)
    if share < manners.deaf + manners.mute:
        line.close()
    elif share < manners.deaf + manners.mute + manners.late:
        threading.Timer(2 * PATIENCE_SECONDS, _answer, (line, told)).start()
    else:
        _answer(line, told)


def _submit(centre: Sandbox, plan: Plan, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
    # In one append to the log, so that no death of the centre comes between the two.
    doubled = [each for one in batch for each in ([one, one] if plan.is_doubled(one.reference) else [one])]
    told = dict(zip((one.reference for one in doubled), centre.submit(doubled, now), strict=True))
    return [told[one.reference] for one in batch]


def _answer(line: Connection, told: object) -> None:
    with suppress(OSError), line:
        line.send(told)


class Silent(Exception):
    """The request may have arrived or not; no answer came."""


def _call(address: str, name: str, *rest: object, patience: float) -> Anything:
    """Return the answer of the centre; `_NOTHING` where nobody listens. Raises Silent."""
    try:
        line = Client(address, "AF_UNIX")
    except OSError:
        return _NOTHING
    with line:
        try:
            line.send((name, rest))
            return answered(line, patience)
        except (EOFError, OSError):
            raise Silent from None


def answered(line: Connection, patience: float) -> Anything:
    """Return what comes within *patience* seconds. Raises Silent."""
    if not line.poll(patience):
        raise Silent
    return line.recv()


def tell(address: str, name: str, *rest: object) -> Anything:
    """Ask the centre until it answers: for what the test itself does, such as a borrower's text."""
    while True:
        with suppress(Silent):
            told = _call(address, name, *rest, patience=10 * PATIENCE_SECONDS)
            if told is not _NOTHING:
                return told


class Remote:
    """The provider as the lender's processes have it."""

    name: Final = "sandbox"
    settle_seconds: int = SETTLE_SECONDS
    takes_synthetic: Final = True

    def __init__(self, address: str, *, can_look_up: bool) -> None:
        self._address = address
        self.can_look_up = can_look_up

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over; without an answer nobody knows of any of them."""
        try:
            told: list[Outcome] = self._ask("submit", list(batch), now)
        except Silent:
            return [Unknown("time_out")] * len(batch)
        return told

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Ask by reference."""
        if not self.can_look_up:
            return Lookup(LookupState.UNSUPPORTED)
        found: Lookup = self._surely("look_up", asked, now)
        return found

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Fetch."""
        found: list[Delivery] = self._surely("poll", now, limit)
        return found

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Tell what is stored."""
        self._surely("acknowledge", list(event_ids))

    def close(self) -> None:
        """Nothing is held open."""

    def _surely(self, name: str, *rest: object) -> Anything:
        try:
            return self._ask(name, *rest)
        except Silent:
            raise OutsideFailed("The message centre does not answer.", "短信中心无响应。") from None

    def _ask(self, name: str, *rest: object) -> Anything:
        told = _call(self._address, name, *rest, patience=PATIENCE_SECONDS)
        if told is _NOTHING:
            raise OutsideFailed("The message centre cannot be reached.", "无法连接短信中心。")
        return told
