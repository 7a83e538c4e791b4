"""A route that begins to lose messages raises one alarm, calls somebody, and is well again by itself."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest

from parley.ids import derive_id
from parley.messaging.drop import Drop, Limits, Tally
from parley.messaging.ledger import State
from parley.store import audit, models
from parley.store.drops import Alarm, Terms, alarms, look
from tests.run.desk import NOON, Desk
from tests.store.conftest import Home

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
TERMS = Terms(Limits(20, 1_000, 300), recent=6 * HOUR, earlier=7 * DAY, wait=HOUR)
# An hour for the receipt, and six that are looked at: what left three hours ago is recent, two days ago earlier.
RECENTLY, EARLIER = NOON - 3 * HOUR, NOON - 2 * DAY

Hand = Callable[..., None]


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


@pytest.fixture
def hand(desk: Desk) -> Hand:
    like, serial = desk.message(desk.person(), state=State.REFUSED), count(1)

    def row(at: datetime, route: str, state: State, after: timedelta | None) -> models.Message:
        one = copy.copy(like)
        one.id, one.provider, one.state, one.intended_at = derive_id("drop", str(next(serial))), route, state, at
        one.submitted_at = at if after is not None else None
        one.finished_at = at + after if after is not None else None
        return one

    def hand(
        at: datetime, route: str = "sandbox", well: int = 0, late: int = 0, lost: int = 0, silent: int = 0
    ) -> None:
        models.Message.objects.bulk_create(
            [row(at, route, State.DELIVERED, MINUTE) for _ in range(well)]
            + [row(at, route, State.DELIVERED, HOUR + MINUTE) for _ in range(late)]
            + [row(at, route, State.UNDELIVERED, MINUTE) for _ in range(lost)]
            + [row(at, route, State.UNKNOWN, None) for _ in range(silent)]
        )

    return hand


def told() -> list[tuple[str, str, str]]:
    rows = models.Event.objects.filter(kind__startswith="route.").order_by("id")
    return [(row.kind, row.data["route"], row.data.get("what") or row.data["why"]) for row in rows]


def test_a_drop_is_told_once_and_ends_when_the_route_is_well(desk: Desk, hand: Hand) -> None:
    hand(EARLIER, well=95, late=5)
    hand(EARLIER, "other", well=100)
    hand(RECENTLY, well=30, late=15, lost=5)
    hand(RECENTLY, "other", well=49, lost=1)
    assert [look(NOON, TERMS, desk.vault), look(NOON + 5 * MINUTE, TERMS, desk.vault)] == [1, 0]
    assert alarms() == (Alarm("sandbox", NOON, Drop.LOST, Tally(50, 30, 0), Tally(100, 95, 0), 60),)
    job = models.Job.objects.get(kind="page")
    assert (job.payload, job.not_before) == ({"route": "sandbox", "reason": "route_lost"}, NOON)
    # Half a day on nothing has left: that is no news. Then it is halfway back, against what was usual before.
    assert look(NOON + 12 * HOUR, TERMS, desk.vault) == 0
    hand(NOON + 20 * HOUR, well=89, lost=11)
    assert look(NOON + 22 * HOUR, TERMS, desk.vault) == 0
    hand(NOON + 22 * HOUR, well=100)
    assert look(NOON + DAY, TERMS, desk.vault) == 1
    assert alarms() == ()
    assert told() == [("route.dropped", "sandbox", "lost"), ("route.ended", "sandbox", "recovered")]
    # Another time is another alarm, and somebody is called anew.
    hand(NOON + 3 * DAY, lost=50)
    assert look(NOON + 3 * DAY + 2 * HOUR, TERMS, desk.vault) == 1
    assert models.Job.objects.filter(kind="page").count() == 2
    # Nothing waits to be proven: each event stands in the audit log.
    assert audit.sequence(10) == 3


def test_a_carrier_that_does_not_answer_is_told_as_that(desk: Desk, hand: Hand) -> None:
    hand(EARLIER, well=100)
    hand(RECENTLY, well=85, silent=15)
    assert look(NOON, TERMS, desk.vault) == 1
    assert [(one.what, one.recent) for one in alarms()] == [(Drop.UNANSWERED, Tally(100, 85, 15))]


def test_few_messages_and_such_as_wait_for_their_receipt_raise_none(desk: Desk, hand: Hand) -> None:
    hand(EARLIER, well=100)
    hand(RECENTLY, lost=19)
    # Too young to have a receipt.
    hand(NOON - 59 * MINUTE, silent=100)
    assert look(NOON, TERMS, desk.vault) == 0
    # A route nobody knows from before.
    hand(RECENTLY, "new", lost=100)
    assert look(NOON, TERMS, desk.vault) == 0
    assert told() == []


def test_what_lasts_as_long_as_it_is_compared_with_is_usual_now(desk: Desk, hand: Hand) -> None:
    hand(EARLIER, well=100)
    hand(RECENTLY, well=10, lost=40)
    assert look(NOON, TERMS, desk.vault) == 1
    assert look(NOON + 7 * DAY - MINUTE, TERMS, desk.vault) == 0
    assert look(NOON + 7 * DAY, TERMS, desk.vault) == 1
    assert told()[-1] == ("route.ended", "sandbox", "usual")
