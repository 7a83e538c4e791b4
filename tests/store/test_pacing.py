from __future__ import annotations

from datetime import timedelta

import pytest

from parley.messaging.bucket import Rate
from parley.messaging.ledger import State
from parley.run.carriers import only
from parley.run.sending import Sender
from parley.store import models
from parley.store.outbox import BULK_PRIORITY
from parley.store.pacing import Pace
from tests.run.desk import NOON, Desk, in_threads, library, state_of
from tests.store.conftest import Home


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def queue(desk: Desk, count: int, priority: int = BULK_PRIORITY) -> list[models.Message]:
    people = [desk.person() for _ in range(count)]
    return [desk.message(person, desk.account(person), priority=priority) for person in people]


def test_a_route_is_given_no_more_than_its_rate(desk: Desk) -> None:
    queue(desk, 12)
    sender = Sender(only(desk.centre()), library(), desk.vault, Pace({"sandbox": Rate(per_second=2, burst=5)}))
    assert [sender.send_due(NOON), sender.send_due(NOON)] == [5, 0]
    assert sender.send_due(NOON + timedelta(seconds=1)) == 2
    assert sender.send_due(NOON + timedelta(hours=1)) == 5


def test_what_could_not_be_used_is_given_back(desk: Desk) -> None:
    pace = Pace({"sandbox": Rate(per_second=1, burst=5)})
    queue(desk, 2)
    sender = Sender(only(desk.centre()), library(), desk.vault, pace)
    assert sender.send_due(NOON) == 2
    assert pace.take("sandbox", 10, NOON) == 3


def test_senders_share_one_bucket(postgres_home: Home) -> None:
    pace = Pace({"sandbox": Rate(per_second=1, burst=50)})
    granted: list[int] = []
    in_threads(*[lambda: granted.append(pace.take("sandbox", 10, NOON))] * 8)
    assert sum(granted) == 50


def test_answers_go_first_and_do_not_starve_the_rest(desk: Desk) -> None:
    bulk, answers = queue(desk, 3), queue(desk, 30, priority=0)
    sender = desk.sender(desk.centre())
    sender.send_due(NOON, limit=8)
    # Six answers, and the two that have waited longest of what can wait.
    assert sum(state_of(row) is State.SUBMITTED for row in answers) == 6
    assert sum(state_of(row) is State.SUBMITTED for row in bulk) == 2
    sender.send_due(NOON, limit=8)
    assert sum(state_of(row) is State.SUBMITTED for row in bulk) == 3
    assert sum(state_of(row) is State.SUBMITTED for row in answers) == 13
