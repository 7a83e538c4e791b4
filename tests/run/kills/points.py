"""Where a process is killed: before and after each step of the loops that another process could see or miss.

Armed in a forked child, by wrapping: the product knows nothing of it. The exit is `_exit`: no handler, no flush, no
rollback of ours; what the kernel and the database do about it is what they do after SIGKILL.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, repeat
from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

from parley.providers.smpp.handing import Desk
from parley.providers.smpp.session import Session
from parley.run import sending, working
from parley.store import audit, fate, inbox, outbox
from parley.web.hooks import taking
from tests.run.desk import Anything
from tests.run.kills import centre
from tests.run.kills.centre import Remote
from tests.run.kills.over_smpp import OverSmpp

# How a process exits that died at its point, and one that did not come there and died later.
KILLED: Final = 77
KILLED_LATER: Final = 78

# In the order of a message's life; a name stands where it is called, not where it is defined.
STEPS: Final[dict[str, tuple[Anything, str]]] = {
    "decide": (sending, "decide_batch"),
    "load what the gate must know": (outbox, "load_records"),
    "write states and intents": (outbox, "update_rows"),
    "commit": (BaseDatabaseWrapper, "_commit"),
    "audit": (audit, "record"),
    "hand over": (Remote, "submit"),
    "wait for the answer": (centre, "answered"),
    "mark": (sending, "mark"),
    "lock what is marked": (fate, "lock_messages"),
    "write marks": (fate, "update_rows"),
    "look for doubts": (sending, "in_doubt"),
    "look up": (Remote, "look_up"),
    "note that we asked": (sending, "note_asked"),
    "fetch": (Remote, "poll"),
    "take in receipts": (taking, "accept_receipts"),
    "store what came": (inbox, "insert_new"),
    "move by receipts": (inbox, "write_fates"),
    "take in texts": (taking, "accept_texts"),
    "answer a text": (working, "turn"),
    "acknowledge": (Remote, "acknowledge"),
}

_NOT_OVER_SMPP: Final = frozenset({"wait for the answer", "look up", "note that we asked"})
# The same over SMPP, where a second thread talks to the centre; there is nothing to look up.
SMPP_STEPS: Final[dict[str, tuple[Anything, str]]] = {
    **{name: where for name, where in STEPS.items() if name not in _NOT_OVER_SMPP},
    "hand over": (OverSmpp, "submit"),
    "fetch": (OverSmpp, "poll"),
    "acknowledge": (OverSmpp, "acknowledge"),
    "put a part in line": (Session, "ask"),
    "take octets to write": (Session, "written"),
    "hear the centre": (Session, "hear"),
    "hear what was answered": (Desk, "hear"),
    "answer the centre": (Session, "reply"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after the *nth* time that *step* is reached in a life; at the latest after *latest* steps."""

    step: str
    is_after: bool
    nth: int
    latest: int

    def __str__(self) -> str:
        return f"{'after' if self.is_after else 'before'} {self.step}"


def drawn(dice: random.Random, steps: Collection[str]) -> Point:
    """Return a point: any of *steps*, mostly the first time it is reached."""
    return Point(dice.choice(list(steps)), dice.random() < 0.5, dice.choice((1, 1, 1, 2, 3)), dice.randrange(8, 40))


def arm(point: Point, steps: Mapping[str, tuple[Anything, str]]) -> None:
    """Let this process end at *point*, one of *steps*."""
    used = count(1)
    for name, (where, attribute) in steps.items():
        nth = point.nth if name == point.step else 0
        # What the thread of the connection does happens by the dozen, and uses up no life.
        setattr(where, attribute, _deadly(getattr(where, attribute), point, nth, used if name in STEPS else repeat(0)))


def _deadly(real: Callable[..., Anything], point: Point, nth: int, steps: Iterator[int]) -> Callable[..., Anything]:
    """Return *real*, deadly the *nth* time (0: never), and where the steps of this life are used up."""
    times = count(1)

    def step(*rest: Anything, **more: Anything) -> Anything:
        is_it = next(times) == nth
        if is_it and not point.is_after:
            os._exit(KILLED)
        if next(steps) > point.latest:
            os._exit(KILLED_LATER)
        told = real(*rest, **more)
        if is_it:
            os._exit(KILLED)
        return told

    return step
