"""Marks, doubt, receipts that never come, and receipts through the store in every order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from parley.messaging.ledger import Event, State
from parley.store import models
from parley.store.arrived import ArrivedReceipt
from parley.store.fate import (
    BUSY_MINUTES,
    RECEIPT_HOURS,
    Answer,
    give_up_receipts,
    in_doubt,
    mark,
    note_asked,
)
from parley.store.inbox import accept_receipts
from tests.run.desk import NOON, Desk, state_of
from tests.store.conftest import Home
from tests.store.desk_work import HOUR
from tests.store.test_outbox import dispatch, ready


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def test_what_the_provider_was_too_busy_for_waits_a_little_and_is_asked_about_anew(desk: Desk) -> None:
    _, message = ready(desk)
    dispatch(desk)
    note_asked([message.id], NOON)
    mark([Answer(message.id, Event.NOT_TAKEN, "", "busy", NOON)], NOON)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("queued", "busy")
    assert message.not_before == NOON + timedelta(minutes=BUSY_MINUTES)
    assert dispatch(desk) == []
    later = NOON + timedelta(minutes=BUSY_MINUTES)
    assert len(dispatch(desk, later)) == 1
    assert in_doubt(later + timedelta(minutes=3), "sandbox", 120, 9) == [(message.id, State.INTENDED, later)]


def test_that_an_earlier_try_never_left_does_not_put_a_later_one_back_into_the_queue(desk: Desk) -> None:
    """One process heard `not found` and stood still; another took the message back, tried again and is at it."""
    _, message = ready(desk)
    dispatch(desk)
    stale = Answer(message.id, Event.NOT_TAKEN, "", "not_found_by_look_up", NOON)
    mark([stale], NOON + timedelta(minutes=3))
    again = NOON + timedelta(minutes=4)
    assert len(dispatch(desk, again)) == 1
    mark([stale], again)
    assert state_of(message) is State.INTENDED
    mark([replace(stale, tried_at=again)], again)
    assert state_of(message) is State.QUEUED


def test_a_doubt_is_settled_after_the_settle_time_only_and_not_asked_about_all_the_time(desk: Desk) -> None:
    _, message = ready(desk)
    dispatch(desk)
    assert in_doubt(NOON + timedelta(seconds=119), "sandbox", 120, 9) == []
    at = NOON + timedelta(seconds=120)
    assert in_doubt(at, "sandbox", 120, 9) == [(message.id, State.INTENDED, NOON)]
    mark([Answer(message.id, Event.UNKNOWN, "", "time_out")], at)
    note_asked([message.id], at)
    assert in_doubt(at + HOUR, "sandbox", 120, 9) == []
    assert in_doubt(at + 6 * HOUR, "sandbox", 120, 9) == [(message.id, State.UNKNOWN, NOON)]
    assert in_doubt(at + timedelta(days=8), "sandbox", 120, 9) == []


def test_an_intent_is_settled_however_long_we_were_down(desk: Desk) -> None:
    _, message = ready(desk)
    dispatch(desk)
    assert in_doubt(NOON + timedelta(days=90), "sandbox", 120, 9) == [(message.id, State.INTENDED, NOON)]


def test_an_early_receipt_is_not_undone_by_the_late_answer(desk: Desk) -> None:
    _, message = ready(desk)
    dispatch(desk)
    models.Message.objects.filter(id=message.id).update(state="delivered", finished_at=NOON)
    mark([Answer(message.id, Event.SUBMITTED, "SB1")], NOON + HOUR)
    message.refresh_from_db()
    assert (message.state, message.provider_id, message.finished_at) == ("delivered", "SB1", NOON)


def test_a_message_whose_receipt_never_comes_ends_unknown_with_a_reason(desk: Desk) -> None:
    _, message = ready(desk)
    dispatch(desk)
    mark([Answer(message.id, Event.SUBMITTED, "SB1")], NOON)
    assert give_up_receipts(NOON + timedelta(hours=RECEIPT_HOURS - 1)) == 0
    assert give_up_receipts(NOON + timedelta(hours=RECEIPT_HOURS)) == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == ("unknown", "no_receipt")


# --- receipts: early, days late, twice, out of order, of parts and of the whole

Told = tuple[int, Event]
_GOOD, _BAD, _LATE = Event.RECEIPT_DELIVERED, Event.RECEIPT_UNDELIVERED, Event.RECEIPT_EXPIRED
# What is told of a message of two parts, and how it ends: part 0 is the whole.
STORIES: dict[str, tuple[tuple[Told, ...], State]] = {
    "both parts": (((1, _GOOD), (2, _GOOD)), State.DELIVERED),
    "one part lost": (((1, _GOOD), (2, _BAD)), State.UNDELIVERED),
    "both parts and the whole": (((1, _GOOD), (2, _GOOD), (0, _GOOD)), State.DELIVERED),
    "a part lost, the whole arrived": (((1, _GOOD), (2, _BAD), (0, _GOOD)), State.DELIVERED),
    "a part too late and yet there": (((1, _GOOD), (2, _LATE), (2, _GOOD)), State.DELIVERED),
    "a part lost and yet there, of the other nothing": (((1, _BAD), (1, _GOOD)), State.UNDELIVERED),
    "two kinds of loss": (((1, _LATE), (2, _BAD)), State.UNDELIVERED),
    "one part, of the other nothing": (((1, _GOOD),), State.SUBMITTED),
}
_SAID: Told = (-1, Event.SUBMITTED)


def _orders(told: tuple[Told, ...]) -> list[tuple[Told, ...]]:
    """Return every order of the receipts, one of them told twice, and the provider's answer among them: early, late."""
    return sorted(set(permutations((*told, told[-1], _SAID))))


def _tell(desk: Desk, orders: list[tuple[Told, ...]]) -> list[State]:
    """Let one message for each order hear what is told, step by step. Returns the states."""
    person = desk.person()
    rows = [desk.message(person, state="intended", segments=2, intended_at=NOON) for _ in orders]
    for step in range(len(orders[0])):
        at = NOON + timedelta(days=step)
        told = [(row, order[step]) for row, order in zip(rows, orders, strict=True)]
        mark([Answer(row.id, Event.SUBMITTED, f"SB{row.id}") for row, one in told if one == _SAID], at)
        arrived = [_receipt(row, one, at) for row, one in told if one != _SAID]
        accept_receipts("sandbox", arrived, at, desk.vault)
    return [state_of(row) for row in rows]


def _receipt(row: models.Message, told: Told, at: datetime) -> ArrivedReceipt:
    part, event = told
    return ArrivedReceipt(f"{row.id}.{part}.{event}", row.id, part, event, at)


@pytest.mark.parametrize("story", STORIES)
def test_receipts_converge_in_every_order(sqlite_home: Home, story: str) -> None:
    told, end = STORIES[story]
    assert set(_tell(Desk(sqlite_home.vault, sqlite_home.folder), _orders(told))) == {end}


@pytest.mark.postgres
def test_receipts_converge_on_a_server_too(postgres_home: Home) -> None:
    desk, dice = Desk(postgres_home.vault, postgres_home.folder), random.Random(11)
    for told, end in STORIES.values():
        assert set(_tell(desk, dice.sample(_orders(told), 3))) == {end}
