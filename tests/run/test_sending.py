"""The sender and its crashes: nothing lost, nothing sent twice, each doubt explained; the log of the centre says so."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

import pytest

from parley.errors import OutsideFailed
from parley.messaging.ledger import State
from parley.providers.centre_faults import Faults
from parley.providers.port import Asked, Lookup, LookupState, Outcome, Submission
from parley.providers.sandbox import SETTLE_SECONDS, Sandbox
from parley.run import sending
from parley.store import models
from tests.run.desk import NOON, Desk, state_of, taken

ENDS = {"delivered", "undelivered", "expired", "rejected", "unknown", "refused", "cancelled"}


class Dies(Exception):
    """The process ends here."""


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    return sqlite_desk


def ready(desk: Desk, count: int = 1, segments: int = 1) -> list[models.Message]:
    people = [desk.person() for _ in range(count)]
    return [desk.message(person, desk.account(person), segments=segments) for person in people]


def restart(desk: Desk, centre: Sandbox, start: datetime, days: int = 2) -> None:
    """Run a new process for some days: send, receive, settle, and each night give up receipts that never come."""
    pipeline, at = desk.pipeline(centre), start
    while at < start + timedelta(days=days):
        pipeline.settle_all(at)
        soon = centre.next_due_at()
        at = (
            min(at + timedelta(minutes=20), max(soon, at + timedelta(seconds=30)))
            if soon
            else at + timedelta(minutes=20)
        )
        if at.hour == 17 and at.minute < 20:
            desk.nightly(at.date() + timedelta(days=1), at)
    pipeline.settle_all(at)


def assert_all_explained(desk: Desk) -> None:
    counts = Counter(taken(desk.folder))
    assert all(count == 1 for count in counts.values()), "sent twice"
    for row in models.Message.objects.all():
        assert row.state in ENDS, f"{row.state} is no end"
        assert row.reason or row.state == "delivered" or row.receipts.exists(), f"{row.state} without a reason"
        if row.state in {"delivered", "undelivered"} and row.reason != "not_found_by_look_up":
            assert counts[str(row.id)] == 1


FAULTS = {
    "accepted": Faults(),
    "rejected": Faults(rejected_numbers=1.0),
    "busy": Faults(busy=0.5),
    "time-out, taken": Faults(time_out_taken=1.0),
    "time-out, not taken": Faults(time_out_not_taken=1.0),
    "slow": Faults(slow=1.0),
}


@pytest.mark.parametrize("point", ["after intent", "after submit", "before mark", "nowhere"])
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_crash_anywhere_loses_nothing_and_doubles_nothing(
    desk: Desk, point: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = ready(desk, 3)
    centre = desk.centre(FAULTS[fault])
    sender = desk.sender(centre)

    def die(*_: object) -> None:
        raise Dies

    with monkeypatch.context() as patch:
        if point == "after intent":
            patch.setattr(centre, "submit", die)
        elif point == "after submit":
            real = centre.submit
            patch.setattr(centre, "submit", lambda batch, now: die(real(batch, now)))
        elif point == "before mark":
            patch.setattr(sending, "mark", die)
        if point == "nowhere":
            sender.send_due(NOON)
        else:
            with pytest.raises(Dies):
                sender.send_due(NOON)
            assert {state_of(message) for message in messages} == {State.INTENDED}
    again = desk.centre(FAULTS[fault])
    desk.sender(again).settle(NOON + timedelta(seconds=SETTLE_SECONDS - 1))
    restart(desk, again, NOON + timedelta(seconds=SETTLE_SECONDS))
    assert_all_explained(desk)
    expected = {"rejected": {"rejected"}, "time-out, not taken": {"undelivered"}}.get(fault, {"delivered"})
    if not (fault == "time-out, not taken" and point != "nowhere"):
        assert {str(state_of(message)) for message in messages} == expected


def test_asking_before_the_settle_time_is_not_done(desk: Desk) -> None:
    (message,) = ready(desk)
    centre = desk.centre(Faults(slow=1.0, time_out_taken=1.0))
    desk.sender(centre).send_due(NOON)
    assert desk.sender(centre).settle(NOON + timedelta(seconds=SETTLE_SECONDS - 1)) == 0
    assert state_of(message) is State.UNKNOWN
    assert models.Message.objects.get().reason == "time_out"


def test_a_provider_that_is_always_busy_ends_in_an_expiry_not_in_a_loop(desk: Desk) -> None:
    ready(desk)
    centre = desk.centre(Faults(busy=1.0))
    assert desk.sender(centre).send_due(NOON) == 1
    assert desk.sender(centre).send_due(NOON) == 0
    restart(desk, centre, NOON, days=3)
    row = models.Message.objects.get()
    assert row.state in {"expired", "refused"}
    assert taken(desk.folder) == []


class Down(Sandbox):
    """A carrier that cannot be reached."""

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        raise OutsideFailed("no route", "无法连接")


def test_a_carrier_that_cannot_be_reached_loses_nothing(desk: Desk) -> None:
    (message,) = ready(desk)
    down = Down(desk.folder / "centre.jsonl", seed=1, short_code="55501")
    with pytest.raises(OutsideFailed):
        desk.sender(down).send_due(NOON)
    restart(desk, desk.centre(), NOON + timedelta(seconds=SETTLE_SECONDS), days=1)
    assert state_of(message) is State.DELIVERED
    assert_all_explained(desk)


class Blind(Sandbox):
    """A carrier that cannot look up."""

    can_look_up = False  # type: ignore[misc]  # the stand-in differs in exactly this

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        return Lookup(LookupState.UNSUPPORTED)


def test_without_look_up_a_doubt_stays_an_honest_unknown_and_is_not_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = ready(desk)
    blind = Blind(desk.folder / "centre.jsonl", seed=1, short_code="55501", faults=Faults(time_out_not_taken=1.0))
    with monkeypatch.context() as patch:
        patch.setattr(sending, "mark", lambda *_: (_ for _ in ()).throw(Dies))
        with pytest.raises(Dies):
            desk.sender(blind).send_due(NOON)
    restart(desk, blind, NOON + timedelta(seconds=SETTLE_SECONDS), days=1)
    row = models.Message.objects.get(id=message.id)
    assert (row.state, row.reason) == ("unknown", "provider_cannot_look_up")


def test_a_sender_that_was_stopped_between_intent_and_hand_over_does_not_send_late(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = ready(desk)
    ticks = count(0.0, SETTLE_SECONDS)
    with monkeypatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: next(ticks))
        desk.sender(desk.centre()).send_due(NOON)
    assert (state_of(message), taken(desk.folder)) == (State.QUEUED, [])
    restart(desk, desk.centre(), NOON + timedelta(minutes=2), days=1)
    assert_all_explained(desk)


def test_every_message_ends_or_is_explained_with_all_faults_on(desk: Desk, full_size: bool) -> None:
    """Three hundred messages, crashes drawn by seed, and every fault the centre knows."""
    many, dice = (5_000 if full_size else 300), random.Random(7)
    faults = Faults(
        busy=0.1, time_out_taken=0.1, time_out_not_taken=0.1, rejected_numbers=0.05, undelivered=0.1, slow=0.2,
        lost_receipts=0.1, duplicate_receipts=0.3, early_receipts=0.2, out_of_order_receipts=0.3, per_part_receipts=0.3,
    )  # fmt: skip
    for n in range(many):
        ready(desk, segments=1 + n % 3)
    at, centre = NOON, desk.centre(faults)
    while models.Message.objects.filter(state="queued", not_before__lte=NOON + timedelta(hours=1)).exists():
        with pytest.MonkeyPatch.context() as patch:
            if dice.random() < 0.4:
                patch.setattr(sending, "mark", lambda *_: (_ for _ in ()).throw(Dies))
            elif dice.random() < 0.3:
                patch.setattr(centre, "submit", lambda *_: (_ for _ in ()).throw(Dies))
            try:
                desk.sender(centre).send_due(at, limit=20)
                desk.sender(centre).settle(at)
            except Dies:
                centre = desk.centre(faults)
        at += timedelta(seconds=45)
    restart(desk, desk.centre(faults), at, days=5)
    assert_all_explained(desk)
    states = Counter(models.Message.objects.values_list("state", flat=True))
    assert states["delivered"] > many / 2
