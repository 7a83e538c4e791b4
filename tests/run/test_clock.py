from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parley.errors import BadInput
from parley.run.clock import LEASE, HomeClock, WorldClock, open_clock
from parley.run.loops import run_forever
from parley.run.place import Home
from parley.settings import Settings
from parley.settings.messages import Messages

START = datetime(2026, 12, 3, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "clock.json").write_text(json.dumps({"now": START.isoformat()}))
    return tmp_path / "clock.json"


def test_a_clock_goes_on_from_where_it_was_left(path: Path) -> None:
    now = HomeClock(path).now()
    assert START <= now < START + timedelta(seconds=20)


def test_a_clock_nobody_moved_is_the_worlds(tmp_path: Path) -> None:
    clock = HomeClock(tmp_path / "clock.json")
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=20)
    assert not (tmp_path / "clock.json").exists()


def test_after_a_crash_it_never_shows_an_earlier_time(path: Path) -> None:
    first = HomeClock(path)
    last = first.now()
    again = HomeClock(path)
    assert last <= again.now() <= last + LEASE + timedelta(seconds=20)


def test_it_moves_from_event_to_event_and_stands_in_between(path: Path) -> None:
    clock = HomeClock(path)
    start = clock.now()
    end, event = start + timedelta(days=1), start + timedelta(hours=3)
    clock.ask(end)
    assert clock.now() == clock.now()
    assert clock.advance(event)
    assert (clock.now(), clock.target) == (event, end)
    assert clock.advance(None)
    assert clock.target is None
    assert end <= clock.now() < end + timedelta(seconds=20)
    assert not clock.advance(None)
    assert HomeClock(path).now() >= end


def test_an_event_beyond_the_end_waits(path: Path) -> None:
    clock = HomeClock(path)
    end = clock.now() + timedelta(hours=1)
    clock.ask(end)
    clock.advance(end + timedelta(hours=5))
    assert clock.now() < end + timedelta(seconds=20)


@pytest.mark.parametrize("days", [-1, 0, 401])
def test_it_goes_forward_only_and_not_too_far(path: Path, days: int) -> None:
    clock = HomeClock(path)
    with pytest.raises(BadInput):
        clock.ask(clock.now() + timedelta(days=days, seconds=-1))
    assert clock.target is None


def test_only_the_sandbox_has_a_clock_that_moves(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert isinstance(open_clock(home, Settings()), HomeClock)
    assert isinstance(open_clock(home, Settings(messages=Messages(provider="a carrier"))), WorldClock)


def test_what_falls_due_on_the_way_happens_at_its_own_time(path: Path) -> None:
    clock = HomeClock(path)
    start = clock.now()
    due = [start + timedelta(hours=2), start + timedelta(hours=7)]
    seen: list[datetime] = []

    def work(now: datetime) -> int:
        ripe = [at for at in due if at <= now and at not in seen]
        seen.extend(ripe)
        assert all(now - at < timedelta(minutes=5) for at in ripe)
        return len(ripe)

    clock.ask(start + timedelta(hours=10))
    run_forever(
        [work], clock, lambda: clock.target is None, lambda now: min((at for at in due if at > now), default=None)
    )
    assert seen == due
