"""Database gone and back, disk full, clock that jumps: the loops live on, nothing is lost, nothing goes twice."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from parley.dates import Instant, instant
from parley.providers.centre_faults import Faults
from parley.providers.port import Delivery, Outcome, Submission
from parley.providers.sandbox import SETTLE_SECONDS, Sandbox
from parley.run import loops
from parley.run.clock import HomeClock
from parley.run.loops import run_forever
from parley.store import audit, models
from tests.run.desk import NOON, Desk, taken

STEP = timedelta(seconds=SETTLE_SECONDS + 10)
MOST_ROUNDS = 60
DAY = timedelta(days=1)


class Steps:
    """A clock that goes on by one *step* a round, plus what *jumps* says of the first rounds."""

    def __init__(self, jumps: Sequence[timedelta] = (), step: timedelta = STEP) -> None:
        self._jumps, self._step = jumps, step
        self.rounds = 0

    def now(self) -> Instant:
        jump = self._jumps[self.rounds] if self.rounds < len(self._jumps) else timedelta()
        return instant(NOON + self.rounds * self._step + jump)


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that the loops made for something outside; nobody really waits."""
    pauses: list[float] = []
    monkeypatch.setattr(loops, "_wait", lambda seconds, _stop: pauses.append(seconds))
    monkeypatch.setattr(loops, "IDLE_SECONDS", 0.0)
    return pauses


def live(desk: Desk, centre: Sandbox, clock: Steps, after_round: Callable[[int], None] = lambda _: None) -> None:
    """Run the loops until everything has arrived; then each message was taken once, and its receipt is stored."""

    def is_over() -> bool:
        clock.rounds += 1
        after_round(clock.rounds)
        assert clock.rounds < MOST_ROUNDS, set(models.Message.objects.values_list("state", "reason"))
        return clock.rounds > 1 and not models.Message.objects.exclude(state="delivered").exists()

    run_forever(desk.pipeline(centre).rounds(), clock, is_over)
    ids = sorted(map(str, models.Message.objects.values_list("id", flat=True)))
    assert sorted(taken(desk.folder)) == ids
    assert models.Receipt.objects.count() == len(ids)


def ready(desk: Desk, count: int = 3) -> None:
    for _ in range(count):
        desk.message(desk.person(), not_after=NOON + 9 * DAY)


class Trips(Sandbox):
    """A message centre during whose first answer to one kind of call something happens."""

    def __init__(self, folder: Path, at: str, what: Callable[[], None]) -> None:
        super().__init__(folder / "centre.jsonl", seed=1, short_code="55501")
        self._at, self._what = at, what

    def _trip(self, at: str) -> None:
        if at == self._at:
            self._at = ""
            self._what()

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        told = super().submit(batch, now)
        self._trip("submit")
        return told

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        told = super().poll(now, limit)
        if told:
            self._trip("poll")
        return told


# --- PostgreSQL gone and back


def cut(url: str) -> None:
    """End every session of this database, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.postgres
@pytest.mark.parametrize("at", ["submit", "poll"])
def test_sessions_cut_in_the_middle_of_a_round_lose_nothing(
    postgres_desk: Desk, migrated_postgres: str, waited: list[float], at: str
) -> None:
    ready(postgres_desk)
    live(postgres_desk, Trips(postgres_desk.folder, at, lambda: cut(migrated_postgres)), Steps())
    assert waited


@pytest.mark.postgres
def test_a_session_cut_inside_a_transaction_loses_nothing(
    postgres_desk: Desk, migrated_postgres: str, waited: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(postgres_desk)
    real, cuts = audit.record, [True]

    def record(*rest: object) -> None:
        if cuts and cuts.pop():
            cut(migrated_postgres)
        real(*rest)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(audit, "record", record)
    live(postgres_desk, postgres_desk.centre(), Steps())
    assert waited


@pytest.mark.postgres
def test_a_server_that_is_away_for_some_rounds_is_waited_for(postgres_desk: Desk, waited: list[float]) -> None:
    ready(postgres_desk)
    where, told, clock = connection.settings_dict, connection.settings_dict["PORT"], Steps()

    def go() -> None:
        where["PORT"] = "1"
        connection.close()

    def is_long_enough() -> bool:
        clock.rounds += 1
        return clock.rounds > 4

    centre = Trips(postgres_desk.folder, "submit", go)
    try:
        run_forever(postgres_desk.pipeline(centre).rounds(), clock, is_long_enough)
    finally:
        where["PORT"] = told
    assert len(waited) > 3
    live(postgres_desk, centre, clock)


# --- disks


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_full_disk_under_the_database_is_waited_out(sqlite_desk: Desk, waited: list[float], rounds: int) -> None:
    """SQLite's own limit of pages: what does not fit raises SQLITE_FULL, in whichever statement that is."""
    for _ in range(40):
        ready(sqlite_desk)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
        cursor.execute(f"PRAGMA max_page_count({pages})")

    def after_round(done: int) -> None:
        if done > rounds:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA max_page_count({pages * 100})")

    live(sqlite_desk, sqlite_desk.centre(), Steps(), after_round)
    assert len(waited) == rounds


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_under_the_log_of_the_centre_is_waited_out(
    sqlite_desk: Desk, waited: list[float], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ready(sqlite_desk)
    real, failing = os.write, [True]

    def write(handle: int, data: bytes) -> int:
        if failing:
            real(handle, data[: len(data) // 2])
            raise OSError(number, os.strerror(number))
        return real(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr("parley.providers.centre_file.os.write", write)
        live(sqlite_desk, sqlite_desk.centre(), Steps(), lambda rounds: failing.clear() if rounds > 3 else None)
    # In one of the rounds that failed there was other work, so that nobody waited.
    assert len(waited) >= 2


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        yield


def test_a_clock_that_cannot_be_written_down_is_not_handed_out_and_goes_on_later(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On its way to another day the clock is written at each event: that too is waited out, and it never goes back."""
    path = sqlite_desk.folder / "clock.json"
    path.write_text(json.dumps({"now": NOON.isoformat()}))
    clock, handed, rounds = HomeClock(path), [instant(NOON)], [0]
    clock.ask(clock.now() + DAY)

    def look(now: datetime) -> int:
        assert datetime.fromisoformat(json.loads(path.read_text())["now"]) > now >= handed[-1]
        handed.append(instant(now))
        return 0

    def is_over() -> bool:
        rounds[0] += 1
        return rounds[0] > 9

    with full_disk(monkeypatch):
        run_forever([look], clock, is_over, lambda now: now + timedelta(hours=5))
    assert rounds[0] > 9 and len(handed) <= 2
    rounds[0] = 0
    run_forever([look], clock, is_over, lambda now: now + timedelta(hours=5))
    assert handed[-1] > NOON + DAY


def test_a_database_that_is_gone_while_the_clock_moves_on_is_waited_for(sqlite_desk: Desk) -> None:
    path = sqlite_desk.folder / "clock.json"
    path.write_text(json.dumps({"now": NOON.isoformat()}))
    clock, asked = HomeClock(path), [0]
    clock.ask(clock.now() + DAY)

    def following(now: datetime) -> datetime | None:
        asked[0] += 1
        if asked[0] < 3:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return None

    run_forever([lambda _now: 0], clock, lambda: clock.target is None, following)
    assert asked[0] == 3


# --- clocks that jump


@pytest.mark.parametrize(
    "jumps",
    [
        [DAY, timedelta(), DAY, timedelta()],
        [timedelta(), DAY, -DAY, DAY, -DAY],
        [-DAY, timedelta(), timedelta(), -DAY, -DAY, DAY, timedelta(), DAY],
    ],
)
@pytest.mark.parametrize("faults", [Faults(), Faults(busy=0.4, slow=0.5, time_out_taken=0.3)])
def test_a_clock_that_jumps_a_day_back_and_forth_loses_nothing(
    sqlite_desk: Desk, jumps: list[timedelta], faults: Faults
) -> None:
    ready(sqlite_desk, 6)
    live(sqlite_desk, sqlite_desk.centre(faults), Steps(jumps, timedelta(minutes=45)))
