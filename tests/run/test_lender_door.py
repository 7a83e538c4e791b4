"""Notices reach the lender by webhook and file: signed, once each, whatever the other side or a crash does."""

from __future__ import annotations

import json
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connections

from parley.errors import HomeUnusable
from parley.run.beside import Beside
from parley.run.clock import MovableClock
from parley.run.home import open_home
from parley.run.lender_door import deliver, files
from parley.run.lender_door.deliver import Door, build_door
from parley.store import lender_queue, models
from parley.store.keys import KeyVariables
from parley.store.sealed import Sealed, seal_text
from tests.run.desk import NOON, Anything, Desk, Person, in_threads, library
from tests.run.lender import SECRET, Receiver, Reply, door, events_in, receiver
from tests.run.lender import files as handed_out

SECOND = timedelta(seconds=1)
_SERIAL = count(1)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def notice(
    desk: Desk, person: Person, account: models.Account, kind: str = "arrangement.kept", at: datetime = NOON
) -> models.LenderNotice:
    key = UUID(int=next(_SERIAL) << 96)
    text = json.dumps({"account": {"reference": "A-1", "parley_id": str(account.id), "currency": "USD"}})
    return models.LenderNotice.objects.create(
        key=key, kind=kind, at=at, borrower=person.borrower, account=account, not_before=at,
        body_sealed=seal_text(desk.vault, person.borrower, Sealed.LENDER_NOTICE_BODY, key, text),
    )  # fmt: skip


def one(desk: Desk, kind: str = "arrangement.kept") -> models.LenderNotice:
    person = desk.person()
    return notice(desk, person, desk.account(person), kind)


def state(row: models.LenderNotice) -> tuple[str, int, str]:
    row.refresh_from_db()
    return row.state, row.tries, row.fault


def until_done(told_by: Door, now: datetime) -> None:
    for _ in range(50):
        if not told_by.deliver(now):
            return
    raise AssertionError("it never ends")


def test_a_notice_is_a_signed_cloud_event(desk: Desk, hook: Receiver) -> None:
    row = one(desk)
    until_done(door(desk, "webhook", hook.url), NOON)
    # The receiver verified the signature by the library of Standard Webhooks.
    (event,) = hook.events
    assert {name: event[name] for name in ("specversion", "id", "source", "type", "datacontenttype")} == {
        "specversion": "1.0",
        "id": str(row.key),
        "source": "/parley",
        "type": "parley.arrangement.kept.v1",
        "datacontenttype": "application/json",
    }
    assert (event["time"], event["data"]["account"]["reference"]) == ("2026-11-03T17:00:00.000Z", "A-1")
    assert state(row) == ("delivered", 1, "")
    assert not handed_out(desk.folder / "lender")


def test_while_a_secret_is_replaced_either_one_verifies(desk: Desk, hook: Receiver) -> None:
    row = one(desk)
    fresh = "whsec_" + "QUJD" * 11
    until_done(door(desk, "webhook", hook.url, secrets=(fresh, SECRET)), NOON)
    assert state(row)[0] == "delivered"


@pytest.mark.parametrize("status", [500, 503, 429, 404, 410, 301, 307])
def test_whatever_is_no_success_is_tried_again_later_under_the_same_id(desk: Desk, hook: Receiver, status: int) -> None:
    row = one(desk)
    told_by = door(desk, "webhook", hook.url)
    hook.say = lambda _event: Reply(status, b"", headers={"Location": hook.url + "/elsewhere"})
    until_done(told_by, NOON)
    assert state(row) == ("pending", 1, f"http_{status}")
    assert row.not_before > NOON
    until_done(told_by, row.not_before - SECOND)
    assert len(hook.ids) == 1
    hook.say = lambda _event: Reply()
    until_done(told_by, row.not_before)
    assert state(row) == ("delivered", 2, "")
    # The same bytes under the same id, and nothing ever went where a redirect pointed.
    assert hook.ids == [str(row.key)] * 2
    assert len(set(hook.bodies)) == 1
    assert set(hook.paths) == {"/notices"}


def test_a_receiver_that_does_not_answer_is_waited_for_so_long_and_no_longer(desk: Desk, hook: Receiver) -> None:
    row = one(desk)
    hook.say = lambda _event: Reply(200, b"{}", seconds=1.6)
    until_done(door(desk, "webhook", hook.url, wait_seconds=1), NOON)
    assert state(row) == ("pending", 1, "timeout")


def test_nobody_there_is_a_fault_and_nothing_is_lost(desk: Desk) -> None:
    row = one(desk)
    until_done(door(desk, "webhook", "http://127.0.0.1:9/"), NOON)
    assert state(row) == ("pending", 1, "unreachable")


def test_waits_grow_and_the_last_failure_is_a_persons(desk: Desk, hook: Receiver) -> None:
    row = one(desk)
    told_by = door(desk, "webhook", hook.url, tries=4)
    hook.say = lambda _event: Reply(500)
    now, waits = NOON, []
    for _ in range(3):
        until_done(told_by, now)
        row.refresh_from_db()
        waits.append(row.not_before - now)
        now = row.not_before
    until_done(told_by, now)
    assert state(row) == ("failed", 4, "http_500")
    for wait, least in zip(waits, (10, 30, 120), strict=True):
        assert least * SECOND <= wait <= least * 1.25 * SECOND
    until_done(told_by, now + timedelta(days=9))
    assert len(hook.ids) == 4
    assert [each.key for each in lender_queue.for_a_person()] == [row.key]
    assert lender_queue.put_back([row.key], now) == 1
    hook.say = lambda _event: Reply()
    until_done(told_by, now)
    assert state(row) == ("delivered", 1, "")


def test_those_who_failed_together_do_not_come_again_together(desk: Desk, hook: Receiver) -> None:
    rows = [one(desk) for _ in range(6)]
    hook.say = lambda _event: Reply(500)
    until_done(door(desk, "webhook", hook.url), NOON)
    for row in rows:
        row.refresh_from_db()
    assert len({row.not_before for row in rows}) > 1


def test_of_one_account_the_older_goes_first_and_a_block_waits_for_nothing(desk: Desk, hook: Receiver) -> None:
    person = desk.person()
    account = desk.account(person)
    first, second = (notice(desk, person, account, kind) for kind in ("arrangement.agreed", "arrangement.cancelled"))
    block = notice(desk, person, account, "transaction.denied")
    other = one(desk)
    hook.say = lambda event: Reply(500 if event["id"] == str(first.key) else 204)
    told_by = door(desk, "webhook", hook.url)
    until_done(told_by, NOON)
    assert [state(row)[0] for row in (first, second, block, other)] == ["pending", "pending", "delivered", "delivered"]
    assert str(second.key) not in hook.ids
    hook.say = lambda _event: Reply()
    until_done(told_by, NOON + timedelta(minutes=1))
    assert hook.ids[-2:] == [str(first.key), str(second.key)]


def test_a_process_that_dies_between_post_and_mark_is_followed_by_one_that_posts_again(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = one(desk)
    wall = [datetime.now(UTC)]
    told_by = door(desk, "webhook", hook.url)
    object.__setattr__(told_by, "wall", lambda: wall[0])

    def die(*_: object, **__: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(lender_queue, "delivered", die)
        with pytest.raises(Killed):
            told_by.deliver(NOON)
    # Whoever comes next leaves it while the first may yet live, then tries it under the same id.
    assert told_by.deliver(NOON) == 0
    wall[0] += timedelta(seconds=41)
    until_done(told_by, NOON)
    assert hook.ids == [str(row.key)] * 2
    assert state(row) == ("delivered", 2, "")


def test_a_try_that_was_given_up_overwrites_nothing(desk: Desk) -> None:
    row = one(desk)
    lender_queue.claim(NOON, NOON, 40, 9, only_written=False)
    (late,) = lender_queue.load([row.key])
    lender_queue.claim(NOON, NOON + timedelta(minutes=1), 40, 9, only_written=False)
    (mine,) = lender_queue.load([row.key])
    assert lender_queue.delivered(mine, NOON)
    assert not lender_queue.not_delivered(late, "timeout", None)
    assert state(row) == ("delivered", 2, "")


def test_two_processes_post_each_notice_once(desk: Desk, hook: Receiver) -> None:
    for _ in range(12):
        one(desk)
    works = [lambda: until_done(door(desk, "webhook", hook.url), NOON) for _ in range(2)]
    in_threads(*works)
    assert sorted(hook.ids) == sorted({str(row.key) for row in models.LenderNotice.objects.all()})


def test_a_file_holds_each_notice_once_and_is_nobody_elses(desk: Desk) -> None:
    rows = [one(desk) for _ in range(3)]
    told_by = door(desk, "file")
    until_done(told_by, NOON)
    (path,) = handed_out(told_by.folder)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(told_by.folder.stat().st_mode) == 0o700
    assert [event["id"] for event in events_in(told_by.folder)] == [str(row.key) for row in rows]
    assert {state(row)[0] for row in rows} == {"delivered"}
    later = one(desk)
    until_done(told_by, NOON)
    assert [event["id"] for event in events_in(told_by.folder)] == [str(row.key) for row in (*rows, later)]


class Killed(BaseException):
    """The process dies here."""


# Where a process that writes a file may die, and in which of the calls there.
DEATHS: dict[str, tuple[object, str, Callable[..., bool]]] = {
    "before the file": (files, "_write", lambda *_: True),
    "before it is on the disk": (os, "fsync", lambda *_: True),
    "before that is known": (lender_queue, "move_file", lambda _name, state, *_, **__: state == "ready"),
    "before it is handed out": (Path, "rename", lambda *_: True),
    "before that is known too": (lender_queue, "move_file", lambda _name, state, *_, **__: state == "written"),
}


def dying(real: Callable[..., object], is_here: Callable[..., bool]) -> Callable[..., object]:
    def call(*args: Anything, **kwargs: Anything) -> object:
        if is_here(*args, **kwargs):
            raise Killed
        return real(*args, **kwargs)

    return call


def fetch(folder: Path) -> list[str]:
    """Take away what was handed out, as a lender's pick-up does. Returns the ids in it."""
    found = [str(event["id"]) for event in events_in(folder)]
    for path in handed_out(folder):
        path.unlink()
    return found


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("is_fetched", [False, True])
def test_a_file_is_handed_out_once_wherever_the_process_dies(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, death: str, is_fetched: bool
) -> None:
    rows = [one(desk) for _ in range(3)]
    told_by = door(desk, "file")
    where, name, is_here = DEATHS[death]
    with monkeypatch.context() as patch:
        patch.setattr(where, name, dying(getattr(where, name), is_here))
        with pytest.raises(Killed):
            told_by.deliver(NOON)
    seen = fetch(told_by.folder) if is_fetched else []
    late = one(desk)
    until_done(told_by, NOON)
    seen += fetch(told_by.folder)
    assert seen == [str(row.key) for row in (*rows, late)]
    assert not [path for path in told_by.folder.iterdir() if path.name != ".lock"]


def test_with_both_a_notice_stands_in_a_file_before_it_is_posted(desk: Desk, hook: Receiver) -> None:
    row = one(desk)
    told_by = door(desk, "both", hook.url)
    seen: list[int] = []

    def say(_event: dict[str, Any]) -> Reply:
        seen.append(len(events_in(told_by.folder)))
        return Reply()

    hook.say = say
    until_done(told_by, NOON)
    assert (seen, state(row)[0]) == ([1], "delivered")


def test_what_stands_in_no_file_yet_is_not_posted_before_it(
    desk: Desk, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = one(desk)
    # Somebody else is writing files; or the notice came just after this round wrote its own.
    with monkeypatch.context() as patch:
        patch.setattr(deliver, "write_files", lambda *_, **__: 0)
        door(desk, "both", hook.url).deliver(NOON)
    assert (hook.ids, state(row)) == ([], ("pending", 0, ""))
    until_done(door(desk, "both", hook.url), NOON)
    assert hook.ids == [str(row.key)]


def test_another_way_chosen_later_repeats_nothing(desk: Desk, hook: Receiver) -> None:
    one(desk)
    until_done(door(desk, "file"), NOON)
    until_done(door(desk, "both", hook.url), NOON)
    assert hook.ids == []
    row = one(desk)
    until_done(door(desk, "webhook", hook.url), NOON)
    until_done(door(desk, "file"), NOON)
    assert hook.ids == [str(row.key)]
    assert str(row.key) not in [event["id"] for event in events_in(desk.folder / "lender")]


def test_a_folder_that_cannot_be_written_says_so_and_loses_nothing(sqlite_desk: Desk) -> None:
    row = one(sqlite_desk)
    (sqlite_desk.folder / "lender").write_text("in the way")
    with pytest.raises(HomeUnusable, match="cannot be written"):
        door(sqlite_desk, "file").deliver(NOON)
    (sqlite_desk.folder / "lender").unlink()
    until_done(door(sqlite_desk, "file"), NOON)
    assert state(row)[0] == "delivered"


def test_the_longest_wait_holds_for_every_further_try() -> None:
    row = models.LenderNotice(tries=40)
    assert deliver._wait(row) >= timedelta(hours=12)


class _Stuck(Door):
    """A door that fails a few times."""

    faults: ClassVar[list[BaseException]] = []

    def deliver(self, now: datetime) -> int:
        if self.faults:
            raise self.faults.pop()
        return super().deliver(now)


def test_the_thread_delivers_through_faults_and_ends_when_told_to(sqlite_desk: Desk, hook: Receiver) -> None:
    row = one(sqlite_desk)
    opened = door(sqlite_desk, "webhook", hook.url)
    stuck = _Stuck(*(getattr(opened, each.name) for each in fields(opened)))
    stuck.faults[:] = [KeyError("defect"), HomeUnusable("no", "否")]
    thread = Beside("lender", stuck.deliver, MovableClock(NOON))
    thread.start()
    try:
        for _ in range(3_000):
            if state(row)[0] == "delivered":
                break
            time.sleep(0.02)
    finally:
        thread.stop()
    assert (state(row)[0], hook.ids) == ("delivered", [str(row.key)])
    assert not any(each.name == "lender" for each in threading.enumerate())


def test_a_home_that_tells_nobody_has_no_door(tmp_path: Path, new_home: Callable[[Path], Path]) -> None:
    opened = open_home(new_home(tmp_path / "home"), {})
    assert build_door(opened, library(), KeyVariables({})) is None
    connections.close_all()
