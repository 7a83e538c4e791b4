"""The queue: crisis first, then the oldest promise; pages, filters, and nothing sealed opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parley.engine.service import Urgency
from parley.errors import BadInput
from parley.run.library import service_times
from parley.run.working import work_due
from parley.settings import Settings
from parley.store import models, threads
from parley.store.threads import OperatorRef, QueueFilter, QueueItem, QueuePage, queue
from parley.store.vault import Vault
from tests.run.desk import COST, NOON, TODAY, Anything, Desk, library
from tests.store.conftest import Home

HOUR = timedelta(hours=1)
WALL = datetime(2026, 1, 5, 9, tzinfo=UTC)
TIMES = service_times(Settings())


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def waiting(desk: Desk, reason: str, since: datetime, **more: Anything) -> models.Conversation:
    person = desk.person(language=str(more.pop("language", "en")))
    values: dict[str, Anything] = {
        "state": "with_person", "needs_person_since": since, "waiting_since": since, "person_reason": reason,
    } | more  # fmt: skip
    return desk.talk(person, **values)


def operator(name: str) -> models.Operator:
    return models.Operator.objects.create(
        name=name, display_name=name.title(), role="agent", created_at=WALL, created_by="test"
    )


def seen(only: QueueFilter | None = None, cursor: str = "") -> QueuePage:
    return queue(NOON, TIMES, WALL, only, cursor)


def ids(page: QueuePage) -> list[object]:
    return [item.conversation_id for item in page.items]


def test_a_crisis_comes_first_then_the_oldest_promise_then_what_waits_for_the_borrower(desk: Desk) -> None:
    slow = waiting(desk, "not_understood", NOON - 4 * HOUR)
    answered = waiting(desk, "dispute", NOON - 40 * HOUR, waiting_since=None)
    quick = waiting(desk, "dispute", NOON - 2 * HOUR)
    asked = waiting(desk, "asked", NOON - 3 * HOUR)
    danger = waiting(desk, "asked", NOON, state="crisis")
    page = seen()
    assert ids(page) == [danger.id, quick.id, asked.id, slow.id, answered.id]
    assert [item.urgency for item in page.items][:2] == [Urgency.CRISIS, Urgency.SERIOUS]
    first, last = page.items[0], page.items[-1]
    assert first.reason == "crisis"
    assert first.answer_by == NOON + timedelta(minutes=10)
    assert (last.waiting_since, last.answer_by) == (None, None)


def test_what_needs_nobody_or_is_closed_is_not_in_the_queue(desk: Desk) -> None:
    desk.talk(desk.person())
    waiting(desk, "asked", NOON, closed_at=NOON)
    page = seen()
    assert (page.items, page.total, page.cursor, dict(page.counts)) == ((), 0, "", {})


def test_filters_narrow_the_list_and_leave_the_counts(desk: Desk) -> None:
    dana, ming = operator("dana"), operator("ming")
    mine = waiting(desk, "asked", NOON, assigned_to=dana)
    waiting(desk, "dispute", NOON, assigned_to=ming)
    chinese = waiting(desk, "dispute", NOON + HOUR, language="zh-Hans")
    assert ids(seen(QueueFilter(assigned_to=dana.pk))) == [mine.id]
    assert ids(seen(QueueFilter(reason="dispute", language="zh-Hans"))) == [chinese.id]
    page = seen(QueueFilter(reason="asked"))
    assert page.items[0].assigned_to == OperatorRef(dana.pk, "Dana")
    assert (page.total, dict(page.counts)) == (3, {"asked": 1, "dispute": 2})


def test_pages_follow_each_other_and_a_new_thread_repeats_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "PAGE", 2)
    rows = [waiting(desk, "asked", NOON + number * HOUR) for number in range(5)]
    first = seen()
    assert ids(first) == [rows[0].id, rows[1].id]
    waiting(desk, "crisis", NOON, state="crisis")
    second = seen(cursor=first.cursor)
    third = seen(cursor=second.cursor)
    assert ids(second) + ids(third) == [row.id for row in rows[2:]]
    assert third.cursor == ""


@pytest.mark.parametrize("cursor", ["x", "%%%", "MXwyfDM", "MXwyMDI2LTAxLTAxfDEyMw", "é"])
def test_a_cursor_of_somebody_else_is_refused_in_words(desk: Desk, cursor: str) -> None:
    with pytest.raises(BadInput, match="page of the queue"):
        seen(cursor=cursor)


def test_a_row_tells_the_lateness_of_the_account_it_is_about(desk: Desk) -> None:
    person = desk.person()
    late = desk.account(person, [(TODAY - timedelta(days=34), 5_000, 0)])
    early = desk.account(person, [(TODAY + timedelta(days=3), 5_000, 0)])
    talk = desk.talk(person, None, needs_person_since=NOON, waiting_since=NOON, person_reason="asked")
    assert one(seen()).days_past_due == 34
    talk.account = early
    talk.save()
    assert (one(seen()).days_past_due, one(seen()).product) == (0, "card")
    talk.account = late
    talk.save()
    assert one(seen()).days_past_due == 34


def one(page: QueuePage) -> QueueItem:
    assert len(page.items) == 1
    return page.items[0]


def test_who_has_a_thread_open_is_shown_while_they_look(desk: Desk) -> None:
    talk, dana = waiting(desk, "asked", NOON), operator("dana")
    models.Presence.objects.create(conversation=talk, operator=dana, seen_at=WALL)
    assert one(queue(NOON, TIMES, WALL + timedelta(seconds=29))).viewers == (OperatorRef(dana.pk, "Dana"),)
    assert one(queue(NOON, TIMES, WALL + timedelta(seconds=30))).viewers == ()


def test_nothing_sealed_is_opened_for_the_list(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person = desk.person()
    desk.account(person, [(TODAY - timedelta(days=34), 5_000, 0)])
    desk.hear(person, "I want to speak with a person")
    work_due(library(), desk.vault, NOON, COST)

    def refuse(*_: object) -> str:
        raise AssertionError("a list opens nothing")

    monkeypatch.setattr(Vault, "open", refuse)
    item = one(seen())
    assert (item.reason, item.waiting_since) == ("asked", NOON)
    assert "Ada" not in repr(item) and person.number not in repr(item)


def test_a_new_danger_on_a_waiting_thread_starts_a_promise_of_its_own_and_a_second_does_not(desk: Desk) -> None:
    person = desk.person()
    for hours, text in ((0, "person please"), (1, "i want to die"), (2, "i want to die")):
        desk.hear(person, text, NOON + hours * HOUR)
        work_due(library(), desk.vault, NOON + hours * HOUR, COST)
    item = one(seen())
    assert (item.reason, item.needs_person_since, item.waiting_since) == ("crisis", NOON, NOON + HOUR)


def test_the_queue_costs_the_same_few_queries_however_long(desk: Desk) -> None:
    waiting(desk, "asked", NOON)
    with CaptureQueriesContext(connection) as few:
        seen()
    for _ in range(6):
        waiting(desk, "asked", NOON)
    with CaptureQueriesContext(connection) as many:
        seen()
    assert len(many) == len(few)


def test_threads_that_waited_before_the_upgrade_keep_their_promise(desk: Desk) -> None:
    old = waiting(desk, "asked", NOON, waiting_since=None)
    over = waiting(desk, "asked", NOON, waiting_since=None, closed_at=NOON)
    import_module("parley.store.migrations.0004_waiting_since").wait(apps, None)
    old.refresh_from_db()
    over.refresh_from_db()
    assert (old.waiting_since, over.waiting_since) == (NOON, None)
