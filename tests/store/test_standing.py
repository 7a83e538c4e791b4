"""What ends by itself: promises and arrangements that are kept or broken, threads that nobody answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from parley.negotiation.state import ENDED, SETTLED, State
from parley.store import models
from parley.store import standing as standings
from parley.store.standing import STALE_DAYS, close_stale
from tests.run.desk import NOON, TODAY, Desk
from tests.store.conftest import Home

DAY = timedelta(days=1)
LONG_AGO = NOON - timedelta(days=STALE_DAYS)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def settle(desk: Desk, day: int) -> frozenset[Any]:
    """Return the plans that broke just now."""
    before = set(models.Arrangement.objects.filter(standing="broken").values_list("id", flat=True))
    with transaction.atomic():
        ended = standings.settle(0, 1, TODAY + day * DAY, 3, NOON, desk.vault).accounts
    broken = models.Arrangement.objects.filter(standing="broken", account__in=ended).exclude(id__in=before)
    return frozenset(broken.values_list("id", flat=True))


def agreed(desk: Desk) -> models.Arrangement:
    person = desk.person()
    account = desk.account(person)
    return desk.arrangement(
        account, [(TODAY, 100), (TODAY + 30 * DAY, 100)], desk.talk(person, account, state="agreed")
    )


@pytest.mark.parametrize(
    ("paid", "day", "standing"),
    [
        ((0, 0), 3, "active"),
        ((0, 0), 4, "broken"),
        ((99, 0), 4, "broken"),
        ((100, 0), 33, "active"),
        ((100, 0), 34, "broken"),
        ((100, 100), 1, "kept"),
    ],
)
def test_an_arrangement_is_judged_by_its_rows_and_the_grace(
    desk: Desk, paid: tuple[int, int], day: int, standing: str
) -> None:
    row = agreed(desk)
    for number, amount in enumerate(paid, start=1):
        models.ArrangementInstalment.objects.filter(arrangement=row, number=number).update(paid_minor=amount)
    broken = settle(desk, day)
    row.refresh_from_db()
    assert row.standing == standing
    assert broken == ({row.id} if standing == "broken" else frozenset())
    assert models.Event.objects.count() == (standing != "active")


def test_what_is_judged_is_not_judged_again(desk: Desk) -> None:
    row = agreed(desk)
    assert settle(desk, 4) == {row.id}
    assert settle(desk, 5) == frozenset()
    assert models.Event.objects.count() == 1


def test_a_cancelled_arrangement_is_left_alone(desk: Desk) -> None:
    row = agreed(desk)
    models.Arrangement.objects.update(standing="cancelled")
    assert settle(desk, 99) == frozenset()
    row.refresh_from_db()
    assert row.standing == "cancelled"


OPEN = [state for state in State if state not in ENDED | SETTLED]


@pytest.mark.parametrize("state", OPEN)
def test_a_thread_in_any_open_state_ends_after_a_fortnight_of_silence(desk: Desk, state: State) -> None:
    person = desk.person()
    talk = desk.talk(person, state=state, opened_at=LONG_AGO, last_inbound_at=LONG_AGO)
    assert close_stale(NOON - timedelta(seconds=1), desk.vault) == 0
    assert close_stale(NOON, desk.vault) == 1
    talk.refresh_from_db()
    assert (talk.state, talk.closed_at) == ("closed", NOON)
    event = models.Event.objects.get()
    assert (event.kind, event.conversation_id) == ("closed.stale", talk.id)
    assert models.AuditEntry.objects.count() == 1
    assert close_stale(NOON + DAY, desk.vault) == 0


def test_a_thread_nobody_ever_answered_counts_from_its_beginning(desk: Desk) -> None:
    desk.talk(desk.person(), opened_at=LONG_AGO)
    desk.talk(desk.person(), opened_at=LONG_AGO + DAY)
    assert close_stale(NOON, desk.vault) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"needs_person_since": LONG_AGO},
        {"last_inbound_at": NOON - DAY},
        {"last_outbound_at": NOON - DAY},
        {"state": "with_person"},
        {"state": "crisis"},
        {"closed_at": LONG_AGO},
    ],
)
def test_a_thread_of_a_person_or_one_that_just_spoke_stays(desk: Desk, more: dict[str, Any]) -> None:
    columns: dict[str, Any] = {"state": "capacity", "opened_at": LONG_AGO}
    desk.talk(desk.person(), **(columns | more))
    assert close_stale(NOON, desk.vault) == 0


def test_a_thread_in_which_something_waits_stays(desk: Desk) -> None:
    one, other = desk.person(), desk.person()
    desk.message(one, conversation=desk.talk(one, opened_at=LONG_AGO))
    row = desk.hear(other, "hello", LONG_AGO)
    assert row is not None
    assert close_stale(NOON, desk.vault) == 0
    models.Message.objects.update(state="delivered")
    models.Inbound.objects.update(status="done")
    models.Conversation.objects.update(opened_at=LONG_AGO)
    assert close_stale(NOON, desk.vault) == 2


def test_a_settled_thread_ends_with_what_was_settled(desk: Desk) -> None:
    row = agreed(desk)
    models.Conversation.objects.update(opened_at=LONG_AGO)
    assert close_stale(NOON, desk.vault) == 0
    models.Arrangement.objects.filter(id=row.id).update(standing="kept")
    assert close_stale(NOON, desk.vault) == 1
