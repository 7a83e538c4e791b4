"""From carrier to answer: received once, answered once; a failing turn goes to a person; STOP and crisis end it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from parley.engine.case import Case
from parley.engine.turn import turn as real_turn
from parley.ids import Msisdn
from parley.providers.centre_faults import Faults
from parley.run import receiving, working
from parley.run.carriers import only
from parley.run.receiving import receive_due
from parley.run.working import work_due
from parley.store import models
from tests.run.desk import COST, NOON, TODAY, Anything, Desk, Person, in_threads, library, taken

MINUTE = timedelta(minutes=1)


def work(desk: Desk, now: datetime = NOON, limit: int = 64) -> int:
    return work_due(library(), desk.vault, now, COST, limit)


def late(desk: Desk) -> tuple[Person, models.Account]:
    person = desk.person()
    return person, desk.account(person, [(TODAY - timedelta(days=5), 5_000, 0), (TODAY + timedelta(days=25), 5_000, 0)])


def answers() -> list[str]:
    return list(models.Message.objects.filter(in_reply_to__isnull=False).values_list("template_key", flat=True))


# --- the receiver


def test_what_was_not_stored_comes_again_and_what_was_stored_does_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = desk.person()
    centre = desk.centre()
    centre.handset_send(Msisdn(person.number), "hello", NOON, "one")

    def fail(*_: object) -> None:
        raise RuntimeError("no power")

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "take", fail)
        with pytest.raises(RuntimeError):
            receive_due(only(centre), library(), desk.vault, NOON)
    assert not models.Inbound.objects.exists()
    with monkeypatch.context() as patch:
        patch.setattr(centre, "acknowledge", fail)
        with pytest.raises(RuntimeError):
            receive_due(only(centre), library(), desk.vault, NOON)
    assert receive_due(only(centre), library(), desk.vault, NOON) == 1
    assert receive_due(only(centre), library(), desk.vault, NOON) == 0
    assert models.Inbound.objects.count() == 1


def test_all_faults_of_receipts_converge(desk: Desk) -> None:
    faults = Faults(
        undelivered=0.3, duplicate_receipts=0.6, early_receipts=0.5, out_of_order_receipts=0.6, per_part_receipts=1.0
    )
    for n in range(30):
        desk.message(desk.person(), segments=1 + n % 3)
    centre = desk.centre(faults)
    pipeline = desk.pipeline(centre)
    at = NOON
    for _ in range(40):
        pipeline.settle_all(at)
        at += timedelta(minutes=5)
    assert set(models.Message.objects.values_list("state", flat=True)) == {"delivered", "undelivered"}
    assert sorted(taken(desk.folder)) == sorted(map(str, models.Message.objects.values_list("id", flat=True)))
    arrived = {one.reference for one in centre.handset_inbox(0)}
    delivered = models.Message.objects.filter(state="delivered").values_list("id", flat=True)
    assert arrived == set(map(str, delivered))


# --- the worker


def test_a_turn_that_raises_goes_to_a_person_and_the_others_go_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [late(desk)[0] for _ in range(4)]
    rows = [desk.hear(person, "who is this", NOON + n * MINUTE) for n, person in enumerate(people)]
    broken = rows[1]
    assert broken is not None

    def turn(case: Case, inbound: Anything, *rest: Anything) -> Anything:
        if inbound.inbound_id == broken.id:
            raise ZeroDivisionError("a defect of ours")
        return real_turn(case, inbound, *rest)

    monkeypatch.setattr(working, "turn", turn)
    assert work(desk, NOON + 9 * MINUTE) == 4
    assert [models.Inbound.objects.get(id=row.id).status for row in rows if row is not None] == [
        "done",
        "person",
        "done",
        "done",
    ]
    assert len(answers()) == 3
    talk = models.Conversation.objects.get(id=str(broken.conversation_id))
    assert (talk.state, talk.person_reason, talk.needs_person_since) == (
        "with_person",
        "turn_failed",
        NOON + 9 * MINUTE,
    )
    event = models.Event.objects.get(kind="handed_over")
    assert event.data == {"reason": "turn_failed", "defect": "ZeroDivisionError"}
    assert models.Job.objects.get().kind == "person"
    assert work(desk, NOON + 10 * MINUTE) == 0


def test_a_text_that_does_not_open_goes_to_a_person_and_stops_no_other(desk: Desk) -> None:
    one, other = late(desk)[0], late(desk)[0]
    broken, whole = desk.hear(one, "who is this"), desk.hear(other, "who is this", NOON + MINUTE)
    assert broken is not None and whole is not None
    models.Inbound.objects.filter(id=broken.id).update(body_sealed=bytes(whole.body_sealed or b""))
    assert work(desk, NOON + 2 * MINUTE) == 2
    assert models.Inbound.objects.get(id=broken.id).status == "person"
    assert models.Inbound.objects.get(id=whole.id).status == "done"


WORDS = [
    "who is this",
    "60614",
    "i can pay 60 a month",
    "what do i owe",
    "STOP",
    "thanks",
    "this is not my debt",
    "hello",
]


def test_a_batch_comes_to_the_same_as_one_by_one(desk: Desk) -> None:
    outcomes = []
    for limit in (64, 1):
        people = [late(desk)[0] for _ in WORDS]
        for n, person in enumerate(people):
            for k in range(3):
                desk.hear(person, WORDS[(n + k) % len(WORDS)], NOON + k * MINUTE, event=f"{limit}.{n}.{k}")
        now = NOON + 10 * MINUTE
        while work(desk, now, limit):
            pass
        outcomes.append(
            [
                (
                    list(
                        models.Message.objects.filter(contact_point=person.point)
                        .order_by("in_reply_to__received_at", "template_key")
                        .values_list("template_key", "state", "in_reply_to__received_at")
                    ),
                    list(
                        models.Conversation.objects.filter(contact_point=person.point)
                        .order_by("opened_at", "id")
                        .values_list("state", flat=True)
                    ),
                )
                for person in people
            ]
        )
    assert outcomes[0] == outcomes[1]


def test_a_reply_that_comes_while_an_earlier_one_ends_the_thread_begins_the_next(desk: Desk) -> None:
    person, _ = late(desk)
    desk.hear(person, "no", NOON)
    desk.hear(person, "stop promotions", NOON + MINUTE)
    desk.hear(person, "who is this", NOON + 2 * MINUTE)
    models.Conversation.objects.update(state="closed", closed_at=NOON + 2 * MINUTE)
    work(desk, NOON + 3 * MINUTE)
    assert set(models.Inbound.objects.values_list("status", flat=True)) == {"done"}
    assert models.Conversation.objects.filter(closed_at__isnull=True).count() == 1


@pytest.mark.postgres
def test_four_workers_answer_each_reply_once_and_in_order(postgres_desk: Desk) -> None:
    desk = postgres_desk
    people = [late(desk)[0] for _ in range(25)]
    for k, words in enumerate(["who is this", "60614", "what do i owe", "let me speak to a person"]):
        for person in people:
            desk.hear(person, words, NOON + k * timedelta(seconds=1))
    now = NOON + MINUTE

    def run() -> None:
        while models.Inbound.objects.filter(status="new").exists():
            work_due(library(), desk.vault, now, COST, 7)

    in_threads(run, run, run, run)
    assert set(models.Inbound.objects.values_list("status", flat=True)) == {"done"}
    assert set(models.Conversation.objects.values_list("state", flat=True)) == {"with_person"}
    assert models.ContactPoint.objects.filter(identity_proven_at__isnull=False).count() == 25


@pytest.mark.postgres
def test_a_reply_is_not_answered_before_an_earlier_one_that_another_worker_holds(postgres_desk: Desk) -> None:
    desk = postgres_desk
    person, _ = late(desk)
    first, second = desk.hear(person, "who is this", NOON), desk.hear(person, "60614", NOON + MINUTE)
    assert first is not None and second is not None
    done: list[int] = []
    with transaction.atomic():
        list(models.Inbound.objects.filter(id=first.id).select_for_update())
        in_threads(lambda: done.append(work(desk, NOON + 2 * MINUTE)))
    assert done == [0]
    assert set(models.Inbound.objects.values_list("status", flat=True)) == {"new"}
    assert work(desk, NOON + 2 * MINUTE) == 2


# --- STOP and crisis to the end


def test_stop_is_confirmed_once_and_then_nothing_not_even_crisis(desk: Desk) -> None:
    person, account = late(desk)
    pipeline = desk.pipeline(desk.centre())
    desk.hear(person, "STOP", NOON)
    pipeline.settle_all(NOON)
    assert answers() == ["stop.confirmed"]
    at = NOON + timedelta(hours=1)
    for n, words in enumerate(["STOP", "hello?", "i want to die", "i can pay 60"]):
        desk.hear(person, words, at + n * MINUTE)
        desk.message(person, account, created_at=at, purpose="reminder")
        pipeline.settle_all(at + n * MINUTE)
    assert len(taken(desk.folder)) == 1
    desk.nightly(TODAY + timedelta(days=1), at + timedelta(hours=2))
    pipeline.settle_all(NOON + timedelta(days=1))
    assert len(taken(desk.folder)) == 1
    talk = models.Conversation.objects.get(contact_point=person.point)
    assert talk.state == "crisis" and talk.needs_person_since is not None, "a person looks although nothing is sent"
    assert models.Job.objects.filter(kind="page").count() == 1


def test_a_crisis_has_one_reply_at_any_hour_then_silence_until_released(desk: Desk) -> None:
    person, account = late(desk)
    night = NOON + timedelta(hours=10)
    pipeline = desk.pipeline(desk.centre())
    desk.hear(person, "i want to die", night)
    pipeline.settle_all(night)
    assert answers() == ["crisis.support"] and len(taken(desk.folder)) == 1
    (job,) = models.Job.objects.all()
    assert (job.kind, job.state) == ("page", "done") and set(job.payload) == {"conversation", "reason"}
    at = night + timedelta(hours=8)
    for n, words in enumerate(["hello", "what do i owe", "i want to die"]):
        desk.hear(person, words, at + n * MINUTE)
        pipeline.settle_all(at + n * MINUTE)
    desk.message(person, account, created_at=at)
    desk.nightly(TODAY + timedelta(days=2), at)
    pipeline.settle_all(at + timedelta(hours=1))
    sent = models.Message.objects.filter(intended_at__isnull=False)
    assert {row.template_key for row in sent} == {"crisis.support"} and sent.count() == 1
    models.Hold.objects.update(released_at=at, released_by="ada")
    models.Conversation.objects.update(needs_person_since=None, state="notified")
    desk.message(person, account, created_at=at + timedelta(hours=1))
    pipeline.settle_all(at + timedelta(hours=2))
    assert models.Message.objects.filter(intended_at__isnull=False).count() == 2


def test_an_answer_is_written_once_although_the_carrier_delivers_twice(desk: Desk) -> None:
    person, _ = late(desk)
    for _ in range(2):
        desk.hear(person, "who is this", NOON, event="mo.1")
        work(desk)
    assert len(answers()) == 1
