"""A thread that needs a person is somebody's to take, fairly, in working hours; what the borrower was told is kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

import pytest

from parley.engine.acts import Assign, CloseReason, HandBack, Reply, TakeOver
from parley.engine.acts import Close as CloseThread
from parley.engine.service import ServiceTimes
from parley.store import audit, models
from parley.store.desk import summary_of_thread
from parley.store.desk_assign import assign_waiting, staffing
from parley.store.threads import QueueFilter, queue
from tests.run.desk import NOON, Desk, library
from tests.store.conftest import Home
from tests.store.desk_work import DAY, HOUR, MINUTE, Work

# NOON is a Tuesday; the desk works from eight to eight, UTC.
NIGHT = NOON.replace(hour=22)


@pytest.fixture
def work(home: Home) -> Work:
    return Work(Desk(home.vault, home.folder))


def times() -> ServiceTimes:
    return library().times


def given(work: Work) -> str:
    return work.talk.handed_to.display_name if work.talk.handed_to is not None else ""


def test_a_thread_goes_to_whoever_has_fewest_and_of_equals_to_who_joined_first(work: Work) -> None:
    work.hears("person please")
    assert assign_waiting(NOON, times(), work.desk.vault) == 1
    assert work.talk.handed_to == work.dana and work.talk.assigned_to is None
    # Another borrower's thread goes to the one who has none.
    other = Work.__new__(Work)
    other.desk, other.person = work.desk, work.desk.person()
    work.desk.account(other.person, [(NOON.date() - 10 * DAY, 5_000, 0)])
    other.dana, other.lead = work.dana, work.lead
    other.hears("person please")
    assert assign_waiting(NOON, times(), work.desk.vault) == 1
    assert other.talk.handed_to == work.lead
    # Nothing is left to give, and giving again changes nothing.
    assert assign_waiting(NOON, times(), work.desk.vault) == 0
    events = models.Event.objects.filter(kind="handed_to").order_by("id")
    assert [event.data["to"] for event in events] == [work.dana.pk, work.lead.pk]
    assert set(events[0].data) == {"to", "reason"}
    audit.sequence()


def test_at_night_only_a_crisis_is_somebody_s_to_take(work: Work) -> None:
    work.hears("person please", NIGHT)
    assert assign_waiting(NIGHT, times(), work.desk.vault) == 0
    work.hears("I want to kill myself", NIGHT + MINUTE)
    assert assign_waiting(NIGHT + MINUTE, times(), work.desk.vault) == 1
    assert work.talk.handed_to == work.dana


def test_the_morning_gives_what_the_night_left(work: Work) -> None:
    work.hears("person please", NIGHT)
    assert assign_waiting(NIGHT, times(), work.desk.vault) == 0
    assert assign_waiting(NIGHT + 10 * HOUR, times(), work.desk.vault) == 1


def test_who_has_left_is_named_no_more(work: Work) -> None:
    work.hears("person please")
    assign_waiting(NOON, times(), work.desk.vault)
    models.Operator.objects.filter(pk=work.dana.pk).update(is_active=False)
    assert assign_waiting(NOON, times(), work.desk.vault) == 1
    assert work.talk.handed_to == work.lead


def test_being_named_holds_nobody_else_back_and_ends_with_taking_over(work: Work) -> None:
    work.hears("person please")
    assign_waiting(NOON, times(), work.desk.vault)
    work.does(TakeOver(), who=work.lead)
    assert (work.talk.assigned_to, work.talk.handed_to) == (work.lead, None)
    work.does(Assign(work.dana.pk), who=work.lead)
    assert (work.talk.assigned_to, work.talk.handed_to) == (work.dana, None)
    assert assign_waiting(NOON, times(), work.desk.vault) == 0


@pytest.mark.parametrize("end", [HandBack(), CloseThread(CloseReason.SETTLED)])
def test_a_thread_that_needs_nobody_is_nobody_s(work: Work, end: HandBack | CloseThread) -> None:
    work.hears("person please")
    assign_waiting(NOON, times(), work.desk.vault)
    key = work.talk.id
    work.does(TakeOver())
    work.does(end)
    talk = models.Conversation.objects.get(id=key)
    assert (talk.assigned_to, talk.handed_to, talk.promised_at) == (None, None, None)


def test_without_staff_nobody_is_named_and_no_time_is_told(work: Work) -> None:
    models.Operator.objects.update(is_active=False)
    assert staffing() is None
    work.hears("person please")
    assert assign_waiting(NOON, times(), work.desk.vault) == 0
    assert work.talk.promised_at is None
    assert "contact you soon" in work.desk.sent_text(models.Message.objects.get())


def test_the_queue_is_held_to_the_time_the_borrower_was_told(work: Work) -> None:
    work.hears("person please")
    text = work.desk.sent_text(models.Message.objects.get())
    talk = work.talk
    assert talk.promised_at is not None
    # The desk's four hours of work end at eight; the borrower, in New York, is told a full hour.
    assert "contact you" in text and " by " in text and "soon" not in text
    (item,) = queue(NOON, times(), NOON, QueueFilter()).items
    assert item.answer_by == talk.promised_at
    # What was told is over with the answer; the next wait has a time of its own.
    work.does(TakeOver())
    work.does(Reply("person.reading"), NOON + MINUTE)
    assert work.talk.promised_at is None
    (item,) = queue(NOON, times(), NOON, QueueFilter()).items
    assert item.answer_by is None


def test_overdue_promises_stand_before_what_is_due_later(work: Work) -> None:
    work.hears("person please", NOON - 3 * DAY)
    first = work.talk.id
    other = Work.__new__(Work)
    other.desk, other.person = work.desk, work.desk.person()
    work.desk.account(other.person, [(NOON.date() - 10 * DAY, 5_000, 0)])
    other.hears("I want to complain about you")
    assert [one.conversation_id for one in queue(NOON, times(), NOON).items] == [first, other.talk.id]


def test_threads_to_take_are_among_one_s_own(work: Work) -> None:
    work.hears("person please")
    assign_waiting(NOON, times(), work.desk.vault)
    assert len(queue(NOON, times(), NOON, QueueFilter(assigned_to=work.dana.pk)).items) == 1
    assert queue(NOON, times(), NOON, QueueFilter(assigned_to=work.lead.pk)).items == ()


def test_more_waiting_than_people_answer_moves_the_time_told(work: Work) -> None:
    models.Operator.objects.filter(pk=work.lead.pk).update(is_active=False)
    work.hears("person please")
    calm = work.talk.promised_at
    talk = work.talk
    for number in range(200):
        person = work.desk.person()
        models.Conversation.objects.create(
            id=person.point.id, borrower=person.borrower, contact_point=person.point, state="with_person",
            opened_at=NOON, needs_person_since=NOON, waiting_since=NOON - timedelta(minutes=number),
            person_reason="asked",
        )  # fmt: skip
    models.Conversation.objects.filter(id=talk.id).update(closed_at=NOON)
    work.hears("person please", NOON + MINUTE)
    assert calm is not None and work.talk.promised_at is not None
    assert work.talk.promised_at > calm + DAY


def test_a_summary_tells_figures_and_no_words(work: Work) -> None:
    work.hears("I can pay 60 a month, Minka")
    work.hears("person please", NOON + MINUTE)
    found = summary_of_thread(work.talk.id, NOON, work.desk.vault)
    assert (found.capacity_minor, found.menus, found.arrears_minor) == (60_00, 1, 10_000)
    assert "Minka" not in str(asdict(found))
    assert "6000" not in repr(found)
