"""What the lender is told is written with what it tells of: all of it or nothing, once, sealed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from parley.ids import derive_id
from parley.store import audit, lender_queue, models
from parley.store.alerts import escalate_due, next_watch, watch
from parley.store.erase import erase
from parley.store.lender_notices import alert_id, tell_lender
from parley.store.standing import settle
from tests.run.desk import NOON, TODAY, Desk, Person
from tests.run.lender import REFERENCE, account_with_reference, agree, door, events_in, talk_through, told

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def notices(kind: str = "") -> list[models.LenderNotice]:
    rows = models.LenderNotice.objects.order_by("id")
    return list(rows.filter(kind=kind) if kind else rows)


def alerted(desk: Desk) -> tuple[Person, models.Account, models.Message]:
    """Return a borrower whose alert about a transaction has left, and another transaction that nobody asked about."""
    person = desk.person()
    account = account_with_reference(desk, person)
    talk = desk.talk(person, account, last_context="risk_alert")
    for minutes, amount in ((30, 4_500), (600, 9_900)):
        row = uuid4()
        models.Transaction.objects.create(
            id=row, account=account, row_key=row.hex, at=NOON - timedelta(minutes=minutes), amount_minor=amount,
            is_abnormal=True, reason_code="GEO",
        )  # fmt: skip
    asked = models.Transaction.objects.get(amount_minor=4_500)
    said = desk.message(person, account, template_key="risk_alert.ask", conversation=talk, purpose="risk_alert")
    models.Message.objects.filter(id=said.id).update(
        id=alert_id(asked.id), state="delivered", intended_at=NOON - timedelta(minutes=20)
    )
    return person, account, models.Message.objects.get(id=alert_id(asked.id))


def test_an_agreed_plan_is_told_whole_and_to_the_cent(desk: Desk) -> None:
    agreed = agree(desk)
    (notice,) = notices()
    said = told(notice, desk)
    assert (notice.kind, notice.subject, notice.state) == ("arrangement.agreed", agreed.plan.id, "pending")
    assert said["account"] == {"reference": REFERENCE, "parley_id": str(agreed.account.id), "currency": "USD"}
    plan = said["arrangement"]
    rows = list(agreed.plan.instalments.order_by("number"))
    assert [(one["due_on"], one["amount_minor"]) for one in plan["instalments"]] == [
        (row.due_on.isoformat(), row.amount_minor) for row in rows
    ]
    assert plan["total_minor"] == agreed.plan.total_minor == sum(row.amount_minor for row in rows)
    assert (plan["annual_rate_bps"], plan["offer_id"]) == (agreed.plan.annual_rate_bps, str(agreed.plan.offer_id))
    assert (plan["option"], plan["confirmed_by"], plan["replaces"]) == (1, "text", [])
    audit.sequence()
    assert audit.verify(desk.vault).is_sound


def test_a_plan_that_was_agreed_on_the_page_says_so(desk: Desk) -> None:
    agreed = agree(desk)
    models.LenderNotice.objects.all().delete()
    models.Arrangement.objects.filter(id=agreed.plan.id).update(standing="kept")
    talk = models.Conversation.objects.filter(id=agreed.talk.id)
    talk.update(state="notified", memory_sealed=None)
    now = talk_through(desk, agreed.person, ["i can pay 310 a month", "1"], agreed.now)
    desk.hear(agreed.person, "yes", now)
    models.Inbound.objects.filter(status="new").update(provider="page")
    desk.pipeline(desk.centre()).settle_all(now)
    (notice,) = notices("arrangement.agreed")
    assert told(notice, desk)["arrangement"]["confirmed_by"] == "page"


def test_nothing_that_is_told_lies_open_in_the_database(desk: Desk) -> None:
    agree(desk)
    (notice,) = notices()
    assert REFERENCE.encode() not in bytes(notice.body_sealed or b"")
    assert b"total_minor" not in bytes(notice.body_sealed or b"")


def test_an_outcome_that_is_not_written_tells_nobody(desk: Desk) -> None:
    agreed = agree(desk)
    models.LenderNotice.objects.all().delete()
    event = models.Event.objects.get(kind="arrangement.agreed")
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - the crash is part of the transaction
        tell_lender([event], agreed.now, desk.vault)
        assert notices()
        raise RuntimeError
    assert notices() == []


def test_the_same_happening_told_again_is_no_second_notice(desk: Desk) -> None:
    agreed = agree(desk)
    with transaction.atomic():
        assert tell_lender([models.Event.objects.get(kind="arrangement.agreed")], agreed.now, desk.vault) == []
    assert len(notices()) == 1


def test_a_plan_in_the_place_of_another_names_the_one_it_replaces(desk: Desk) -> None:
    first = agree(desk)
    models.Conversation.objects.filter(id=first.talk.id).update(state="notified", memory_sealed=None)
    talk_through(desk, first.person, ["i can pay 150 a month instead", "1", "yes"], first.now)
    second = models.Arrangement.objects.get(standing="active")
    assert second.id != first.plan.id
    assert [one.kind for one in notices()] == ["arrangement.agreed", "arrangement.agreed"]
    assert told(notices()[1], desk)["arrangement"]["replaces"] == [str(first.plan.id)]


@pytest.mark.parametrize(("paid", "verdict"), [(30_000, "kept"), (0, "broken")])
def test_how_a_plan_ended_is_told(desk: Desk, paid: int, verdict: str) -> None:
    person = desk.person()
    account = account_with_reference(desk, person)
    plan = desk.arrangement(account, [(TODAY - 10 * DAY, 30_000)], desk.talk(person, account))
    models.ArrangementInstalment.objects.update(paid_minor=paid, cleared_on=TODAY - 10 * DAY if paid else None)
    with transaction.atomic():
        settle(0, 1, TODAY, 3, NOON, desk.vault)
    (notice,) = notices()
    assert (notice.kind, notice.subject) == (f"arrangement.{verdict}", plan.id)
    assert told(notice, desk)["arrangement"]["standing"] == verdict


def test_a_promise_is_told_when_made_and_when_broken(desk: Desk) -> None:
    person = desk.person()
    account = account_with_reference(desk, person, dues=[(TODAY - 12 * DAY, 4_500, 0)])
    desk.prove(person)
    desk.talk(person, account)
    talk_through(desk, person, ["i will pay 45 on friday", "yes"])
    made = models.Promise.objects.get()
    with transaction.atomic():
        settle(0, 1, made.due_on + 3 * DAY, 3, NOON + 9 * DAY, desk.vault)
    assert [one.kind for one in notices()] == ["promise.made", "promise.broken"]
    first, last = (told(one, desk)["promise"] for one in notices())
    assert (first["amount_minor"], first["due_on"]) == (made.amount_minor, made.due_on.isoformat())
    assert (last["id"], last["standing"]) == (str(made.id), "broken")


def test_a_no_to_an_alert_asks_the_lender_to_block_at_once(desk: Desk) -> None:
    person, _, _ = alerted(desk)
    talk_through(desk, person, ["no that was not me"])
    (notice,) = notices()
    said = told(notice, desk)
    assert (notice.kind, said["request"]) == ("transaction.denied", "block")
    # The one that was asked about, and no other.
    assert [one["amount_minor"] for one in said["transactions"]] == [4_500]
    assert models.Conversation.objects.get().state == "with_person"


def test_a_wish_for_a_higher_limit_is_passed_on_once_until_it_is_answered(desk: Desk) -> None:
    person = desk.person()
    account = account_with_reference(desk, person, credit_limit_minor=200_000)
    desk.prove(person)
    desk.talk(person, account)
    talk_through(desk, person, ["can you raise my limit to 3000", "please increase my limit"])
    (notice,) = notices()
    assert told(notice, desk)["limit_rise"]["limit_minor"] == 200_000
    assert models.Event.objects.filter(kind="limit_rise.asked").count() == 2
    # What the borrower named is told to the lender and stands in no event.
    assert all("asked_minor" not in event.data for event in models.Event.objects.all())
    models.LenderNotice.objects.update(answer="refused")
    talk_through(desk, person, ["a higher limit please"], NOON + HOUR)
    assert len(notices()) == 2


def test_an_erased_person_is_told_of_no_more(desk: Desk) -> None:
    agreed = agree(desk)
    erase(desk.vault, agreed.person.borrower.id, agreed.now + HOUR)
    (notice,) = notices()
    assert (notice.body_sealed, notice.state, notice.fault) == (None, "cancelled", "borrower_erased")
    by_file = door(desk, "file")
    by_file.deliver(agreed.now + HOUR)
    assert events_in(by_file.folder) == []


def watched(desk: Desk, hours: int = 24) -> models.Message:
    _, _, said = alerted(desk)
    with transaction.atomic():
        watch([said], hours, NOON)
    return said


def test_an_alert_that_nobody_answers_goes_to_a_person_and_to_the_lender(desk: Desk) -> None:
    said = watched(desk)
    assert said.intended_at is not None
    up = said.intended_at + DAY
    escalate_due(up - timedelta(minutes=1), desk.vault, 9)
    assert notices() == []
    assert next_watch(NOON) is not None
    escalate_due(up, desk.vault, 9)
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason, talk.needs_person_since) == ("with_person", "alert_unanswered", up)
    (notice,) = notices()
    assert (notice.kind, told(notice, desk)["request"]) == ("alert.unanswered", "review")
    assert models.Job.objects.filter(kind="person").count() == 1
    # Once is enough.
    assert escalate_due(up + DAY, desk.vault, 9) == 0
    assert len(notices()) == 1


@pytest.mark.parametrize("reply", ["yes that was me", "hm?"])
def test_an_alert_that_was_answered_is_no_longer_watched(desk: Desk, reply: str) -> None:
    said = watched(desk)
    person = Person(said.borrower, said.contact_point, "+12025550001")
    desk.hear(person, reply, NOON)
    escalate_due(NOON + 2 * DAY, desk.vault, 9)
    assert not models.Event.objects.filter(kind="alert.unanswered").exists()
    assert next_watch(NOON) is None


def test_an_alert_that_waits_for_its_hour_is_watched_from_when_it_leaves(desk: Desk) -> None:
    said = watched(desk)
    models.Message.objects.filter(id=said.id).update(state="queued", intended_at=None)
    escalate_due(NOON + 2 * DAY, desk.vault, 9)
    assert not models.Event.objects.filter(kind="alert.unanswered").exists()
    assert next_watch(NOON + 2 * DAY) == NOON + 2 * DAY + timedelta(minutes=30)


def test_a_watch_whose_alert_was_taken_back_ends(desk: Desk) -> None:
    models.Job.objects.create(
        id=derive_id("job", "x"), kind="alert_watch", payload={"message": str(UUID(int=7)), "hours": 24},
        not_before=NOON, created_at=NOON,
    )  # fmt: skip
    assert escalate_due(NOON, desk.vault, 9) == 1
    assert models.Job.objects.get().state == "done"


def test_nobody_watches_where_the_settings_say_so(desk: Desk) -> None:
    watched(desk, hours=0)
    assert not models.Job.objects.exists()


def test_the_queue_counts_what_needs_a_person(desk: Desk) -> None:
    agree(desk)
    assert lender_queue.counts() == {"pending": 1}
    models.LenderNotice.objects.update(state="delivered", fault="answer_unreadable")
    assert lender_queue.counts() == {"delivered": 1, "answer_unusable": 1}
    assert [row.fault for row in lender_queue.for_a_person()] == ["answer_unreadable"]
