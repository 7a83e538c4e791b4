"""The stop button: nothing leaves from the next moment on, nothing is lost, and it stands in the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from parley.errors import OutsideFailed
from parley.messaging.ledger import State
from parley.providers.port import Outcome, Submission
from parley.providers.sandbox import Sandbox
from parley.run import sending
from parley.store import audit, models
from parley.store.stopping import Stop, Why, resume, stop, stop_in_force
from tests.run.desk import NOON, Desk, state_of, taken
from tests.store.conftest import Home


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def ready(desk: Desk, count: int) -> list[models.Message]:
    people = [desk.person() for _ in range(count)]
    return [desk.message(person, desk.account(person)) for person in people]


def test_nothing_leaves_while_sending_is_stopped_and_all_of_it_after(desk: Desk) -> None:
    messages = ready(desk, 3)
    sender = desk.sender(desk.centre())
    assert stop("dana", Why.WRONG_TEXT, NOON, desk.vault) == Stop(NOON, "dana", Why.WRONG_TEXT)
    assert sender.send_due(NOON) == 0
    assert {state_of(row) for row in messages} == {State.QUEUED}
    assert resume("lee", NOON, desk.vault)
    assert sender.send_due(NOON) == 3
    assert len(taken(desk.folder)) == 3


def test_a_stop_in_the_middle_of_a_batch_holds_back_the_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    messages = ready(desk, 5)
    vault = desk.vault

    class Watched(Sandbox):
        def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
            stop("dana", Why.WRONG_FIGURES, now, vault)
            return super().submit(batch, now)

    centre = Watched(desk.folder / "centre.jsonl", seed=1, short_code="55501")
    assert desk.sender(centre).send_due(NOON) == 2
    assert sorted(state_of(row) for row in messages) == ["queued"] * 3 + ["submitted"] * 2
    assert len(taken(desk.folder)) == 2
    assert {row.reason for row in models.Message.objects.filter(state="queued")} == {"stopped"}
    # They go when sending goes on, each once.
    resume("dana", NOON, desk.vault)
    later = NOON + timedelta(minutes=2)
    desk.sender(desk.centre()).send_due(later)
    assert len(set(taken(desk.folder))) == len(taken(desk.folder)) == 5


def test_stopping_and_going_on_twice_writes_once_and_can_be_proved(desk: Desk) -> None:
    first = stop("dana", Why.DRILL, NOON, desk.vault)
    assert stop("lee", Why.OTHER, NOON + timedelta(minutes=1), desk.vault) == first
    assert resume("lee", NOON + timedelta(minutes=2), desk.vault)
    assert not resume("lee", NOON + timedelta(minutes=3), desk.vault)
    assert stop_in_force() is None
    kinds = list(models.Event.objects.order_by("id").values_list("kind", "data"))
    assert kinds == [
        ("sending.stopped", {"by": "dana", "why": "drill"}),
        ("sending.resumed", {"by": "lee"}),
    ]
    audit.sequence(100)
    assert audit.verify(desk.vault).findings == []


def test_replies_receipts_and_look_ups_go_on_while_sending_is_stopped(desk: Desk) -> None:
    (message,) = ready(desk, 1)
    centre = desk.centre()
    desk.sender(centre).send_due(NOON)
    stop("dana", Why.CARRIER, NOON, desk.vault)
    pipeline = desk.pipeline(centre)
    pipeline.settle_all(NOON + timedelta(hours=1))
    assert state_of(message) is State.DELIVERED


def test_a_carrier_that_fails_in_the_middle_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_ONCE", 2)
    ready(desk, 4)
    calls = iter((False, True))

    class Fails(Sandbox):
        def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
            if next(calls):
                raise OutsideFailed("It does not answer.", "没有应答。")
            return super().submit(batch, now)

    centre = Fails(desk.folder / "centre.jsonl", seed=1, short_code="55501")
    with pytest.raises(OutsideFailed):
        desk.sender(centre).send_due(NOON)
    later = NOON + timedelta(minutes=10)
    desk.pipeline(desk.centre()).settle_all(later)
    desk.pipeline(desk.centre()).settle_all(later + timedelta(minutes=2))
    assert len(set(taken(desk.folder))) == len(taken(desk.folder)) == 4
