"""One story: a home, a message centre, and process after process that is killed at its work; then the account.

A group of processes lives at one instant, side by side; the clock goes on only once all of them are dead or done. So
nothing is in flight across the settle time, which is what the ledger asks of a carrier.
"""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final

from django.db import connections, transaction

from parley.ids import Msisdn
from parley.run import loops
from parley.run.carriers import only
from parley.run.receiving import receive_due
from parley.run.sending import Sender
from parley.run.working import work_due
from parley.store.carrier_references import match_waiting
from parley.store.fate import give_up_receipts
from parley.store.lock import writer_lock
from parley.store.vault import Vault
from tests.run.desk import BODY, COST, NOON, Desk, library
from tests.run.kills.centre import PATIENCE_SECONDS, Manners, Plan, Remote, Server, tell
from tests.run.kills.flaws import plant
from tests.run.kills.over_smpp import OverSmpp
from tests.run.kills.points import KILLED, KILLED_LATER, SMPP_STEPS, STEPS, Point, arm, drawn
from tests.run.kills.reckoning import Reckoning, reckon

_DEFECT: Final = 70
_ROUNDS: Final = 4
_UNTIL_QUIET: Final = 1_000
# A process that is to be killed from outside works until it is.
_ENDLESS: Final = 1_000_000
_LATEST_DEATH_SECONDS: Final = 0.06
_AT_ONCE: Final = 4
_MATCHED: Final = 256
_PER_FEED, _GROUPS_PER_FEED = 40, 12
_DRAIN: Final = (*[timedelta(seconds=130)] * 3, *[timedelta(hours=2)] * 3, *[timedelta(hours=7)] * 18)
# Open everywhere in America until then, by UTC.
_TO_HOUR: Final = 21


@dataclass(frozen=True, slots=True)
class Story:
    """*kills* deaths, by `_exit` at a point or by SIGKILL at any moment, with *abreast* processes at a time."""

    name: str
    plan: Plan
    kills: int
    abreast: int
    is_real: bool = False
    flaw: str = ""


@dataclass
class Told:
    """How it went."""

    kills: int = 0
    centre_kills: int = 0
    lives: int = 0
    defects: int = 0
    points: set[str] = field(default_factory=set)
    reckoning: Reckoning = field(default_factory=Reckoning)

    def add(self, other: Told) -> None:
        """Take *other* into this one."""
        self.kills += other.kills
        self.centre_kills += other.centre_kills
        self.lives += other.lives
        self.defects += other.defects
        self.points |= other.points
        self.reckoning.add(other.reckoning)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What each process of a story is born with."""

    story: Story
    vault: Vault
    address: str


def tell_story(story: Story, vault: Vault) -> Told:
    """Tell *story* over the empty database in use, which *vault* opens. Returns how it went."""
    stage = _Stage(story, vault, f"\0parley-kills-{os.getpid()}-{story.name}")
    desk, server = Desk(vault, story.plan.log.parent), Server(story.plan, stage.address)
    told, meant = Told(), list[str]()
    server.start()
    try:
        _kill_many(stage, desk, server, meant, told)
    finally:
        server.kill()
    told.reckoning = reckon(story.plan, meant)
    connections.close_all()
    return told


def _kill_many(stage: _Stage, desk: Desk, server: Server, meant: list[str], told: Told) -> None:
    """Let processes live and die until there are enough deaths, then let one live on until all is told."""
    dice, now = random.Random(stage.story.plan.seed), NOON
    for group in count():
        if group % _GROUPS_PER_FEED == 0:
            meant += _feed(desk, stage.address, dice, now, is_long=bool(stage.story.plan.port))
        if group == 0:
            # Unharmed and in this process: what it compiles, every later life is born with.
            _live(stage, [now], _ROUNDS)
        if group % _GROUPS_PER_FEED == _GROUPS_PER_FEED - 1:
            # The centre dies too, and finds its log again.
            server.kill()
            server.start()
            told.centre_kills += 1
        _group(stage, now, dice, told)
        now = _later(now, dice)
        if told.kills >= stage.story.kills or told.defects:
            break
    server.kill()
    server.start(Manners(doubles=stage.story.plan.manners.doubles))
    instants = [now + sum(_DRAIN[:n], timedelta()) for n in range(len(_DRAIN) + 1)]
    _bury(_born(stage, instants, None, _UNTIL_QUIET), None, told)


def _later(now: datetime, dice: random.Random) -> datetime:
    """Return the next instant: soon, sometimes past the settle time, and in the evening tomorrow noon."""
    now += timedelta(seconds=dice.choice((5, 30, 70, 130, 300)))
    if now.hour < _TO_HOUR:
        return now
    return datetime.combine(now.date() + timedelta(days=1), NOON.time(), UTC)


def _feed(desk: Desk, address: str, dice: random.Random, now: datetime, *, is_long: bool) -> list[str]:
    """Put messages into the queue, some of use for minutes only, and let some borrowers write. Returns the ids.

    *is_long*: texts are as long as their segments say, for the centre gets each part.
    """
    ids = []
    with transaction.atomic():
        people = [desk.person() for _ in range(_PER_FEED)]
        for person in people:
            not_before = now + timedelta(seconds=dice.randrange(900))
            lasts = timedelta(minutes=4) if dice.random() < 0.05 else timedelta(days=2)
            segments = dice.choice((1, 1, 2, 3))
            row = desk.message(
                person, segments=segments, created_at=now, not_before=not_before, not_after=not_before + lasts,
                body=BODY if segments == 1 or not is_long else " ".join([BODY] * segments),
            )  # fmt: skip
            ids.append(str(row.id))
    connections.close_all()
    for person in people[:4]:
        tell(address, "handset_send", Msisdn(person.number), "who is this", now, str(dice.getrandbits(60)))
    return ids


def _group(stage: _Stage, now: datetime, dice: random.Random, told: Told) -> None:
    story = stage.story
    steps = SMPP_STEPS if story.plan.port else STEPS
    points = [None if story.is_real else drawn(dice, steps) for _ in range(story.abreast)]
    born = [_born(stage, [now], point, _ENDLESS if story.is_real else _ROUNDS) for point in points]
    if story.is_real:
        for pid in born:
            time.sleep(dice.random() * _LATEST_DEATH_SECONDS)
            os.kill(pid, signal.SIGKILL)
    for pid, point in zip(born, points, strict=True):
        _bury(pid, point, told)


def _bury(pid: int, point: Point | None, told: Told) -> None:
    _, status = os.waitpid(pid, 0)
    told.lives += 1
    if os.WIFSIGNALED(status):
        told.kills += 1
    elif (code := os.WEXITSTATUS(status)) in {KILLED, KILLED_LATER}:
        told.kills += 1
        told.points |= {str(point)} if code == KILLED else set()
    elif code:
        told.defects += 1


def _born(stage: _Stage, instants: Sequence[datetime], point: Point | None, rounds: int) -> int:
    """Return the process of a lender's worker that lives from now on."""
    pid = os.fork()
    if pid:
        return pid
    try:
        plant(stage.story.flaw)
        if point is not None:
            arm(point, SMPP_STEPS if stage.story.plan.port else STEPS)
        _live(stage, instants, rounds)
    except BaseException:  # noqa: BLE001 - a death that nobody planned is reported and counted
        traceback.print_exc()
        os._exit(_DEFECT)
    os._exit(0)


def _live(stage: _Stage, instants: Sequence[datetime], rounds: int) -> None:
    """Run the real loops over the real store as `parley serve` does, so many rounds at each instant."""
    plan, vault = stage.story.plan, stage.vault
    remote: Remote | OverSmpp = Remote(stage.address, can_look_up=plan.can_look_up)
    if plan.port:
        remote = OverSmpp(plan.port, PATIENCE_SECONDS)
    sender = Sender(only(remote), library(), vault)
    # Nobody waits in a short life.
    vars(loops).update(IDLE_SECONDS=0.0, _wait=lambda _seconds, _stop: None)

    def send(at: datetime) -> int:
        return sender.send_due(at, _AT_ONCE) + sender.settle(at)

    steps: list[loops.Round] = [
        lambda at: receive_due(only(remote), library(), vault, at),
        lambda at: work_due(library(), vault, at, COST),
        send,
        lambda at: match_waiting(at, vault, _MATCHED),
        give_up_receipts,
    ]
    # On SQLite the lock of the process that died before must be free.
    with writer_lock(plan.log.parent, "serve"):
        for now in instants:
            life = _Life(rounds)
            if plan.port:
                tell(stage.address, "set_clock", now)
            loops.run_forever([life.counted(step) for step in steps], _Stands(now), life.is_over, lambda _now: None)
    remote.close()
    connections.close_all()


class _Life:
    """Ends after so many rounds, or earlier where a round found nothing to do and nobody waits to kill it."""

    def __init__(self, rounds: int) -> None:
        self._left, self._is_endless = rounds, rounds == _ENDLESS
        self._done = 1

    def counted(self, step: loops.Round) -> loops.Round:
        """Return *step*, which counts what it does."""

        def counting(at: datetime) -> int:
            done = step(at)
            self._done += done
            return done

        return counting

    def is_over(self) -> bool:
        """Say whether it ends before another round."""
        is_quiet = self._done == 0 and not self._is_endless
        self._left, self._done = self._left - 1, 0
        return is_quiet or self._left < 0


class _Stands:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at
