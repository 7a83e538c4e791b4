"""A turn's outcome lands whole: message, offer, arrangement, hold, event, audit, in one transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parley.run.working import work_due
from parley.store import audit, models, outcomes
from parley.store.sealed import Sealed, open_text
from tests.run.desk import COST, NOON, TODAY, Desk, Person, library
from tests.store.conftest import Home

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def late(desk: Desk) -> tuple[Person, models.Account]:
    person = desk.person()
    account = desk.account(person, [(TODAY - 40 * DAY, 5_000, 0), (TODAY - 10 * DAY, 5_000, 0)])
    desk.prove(person)
    return person, account


def say(desk: Desk, person: Person, *texts: str) -> list[str]:
    """Let the borrower say *texts* one after the other, each answered. Returns the templates of the answers."""
    said = []
    for text in texts:
        at = NOON + next(desk.serial) * MINUTE
        desk.hear(person, text, at)
        work_due(library(), desk.vault, at, COST)
        answer = models.Message.objects.filter(in_reply_to__received_at=at).first()
        said.append(answer.template_key if answer is not None else "")
        models.Message.objects.filter(state="queued", in_reply_to__isnull=False).update(
            state="delivered", intended_at=at
        )
        if answer is not None:
            models.Conversation.objects.update(last_context=answer.context)
    return said


PLAN_TALK = ("I lost my job and cannot pay", "i can pay 60 a month", "1", "yes")


def test_a_talk_to_an_arrangement_leaves_every_record(desk: Desk) -> None:
    person, account = late(desk)
    waiting = desk.message(person, account, purpose="collection", not_before=NOON + DAY)
    said = say(desk, person, *PLAN_TALK)
    assert said[-2:] == ["plan.read_back", "plan.agreed"]
    offer, arrangement = models.OfferRecord.objects.get(), models.Arrangement.objects.get()
    assert (arrangement.offer_id, arrangement.account_id, arrangement.standing) == (offer.id, account.id, "active")
    parts = list(arrangement.instalments.order_by("number"))
    assert sum(part.amount_minor for part in parts) == arrangement.total_minor
    assert sum(part.principal_minor for part in parts) == arrangement.balance_minor == 124_000
    assert all(part.amount_minor <= 6_000 for part in parts)
    assert [part.amount_minor for part in parts] == [row["payment_minor"] for row in offer.plans[0]["rows"]]
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    kinds = set(models.Event.objects.values_list("kind", flat=True))
    assert kinds >= {"turn", "offer.made", "arrangement.agreed"}
    assert models.Conversation.objects.get().state == "agreed"
    while audit.sequence():
        pass
    assert models.AuditPending.objects.count() == 0


def test_a_second_arrangement_ends_the_first(desk: Desk) -> None:
    person, account = late(desk)
    old = desk.arrangement(
        account, [(TODAY + 9 * DAY, 100)], desk.talk(person, account, closed_at=NOON, state="closed")
    )
    promise = desk.promise(account, old.conversation, 100, TODAY + DAY)
    say(desk, person, *PLAN_TALK)
    old.refresh_from_db()
    promise.refresh_from_db()
    assert (old.standing, promise.standing) == ("cancelled", "cancelled")
    assert models.Arrangement.objects.filter(standing="active").count() == 1


def test_a_promise_leaves_its_record(desk: Desk) -> None:
    person, account = late(desk)
    assert say(desk, person, "I will pay 50 on Friday", "yes")[-1] == "promise.noted"
    promise = models.Promise.objects.get()
    assert (promise.account_id, promise.amount_minor, promise.standing) == (account.id, 5_000, "active")
    assert promise.due_on == TODAY + 3 * DAY


def test_a_wrong_number_is_quarantined_for_every_borrower_behind_it(desk: Desk) -> None:
    one = desk.person()
    other = desk.person(number=one.number)
    message = desk.message(other, not_before=NOON + DAY)
    say(desk, one, "wrong number")
    assert models.ContactPoint.objects.filter(quarantined_at__isnull=False).count() == 2
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_a_crisis_leaves_a_hold_a_page_and_one_answer(desk: Desk) -> None:
    person, _ = late(desk)
    assert say(desk, person, "i want to die") == ["crisis.support"]
    assert models.Hold.objects.get().kind == "crisis"
    job = models.Job.objects.get()
    assert (job.kind, job.payload["conversation"]) == ("page", str(models.Conversation.objects.get().id))
    talk = models.Conversation.objects.get()
    assert talk.state == "crisis" and talk.needs_person_since is not None


def test_a_failure_half_way_leaves_nothing_of_the_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    person, _ = late(desk)
    desk.hear(person, "I want to make a complaint")

    def fail(*_: object) -> None:
        raise RuntimeError("no power")

    monkeypatch.setattr(outcomes, "save_talk", fail)
    work_due(library(), desk.vault, NOON, COST)
    assert not models.Hold.objects.exists()
    assert not models.Message.objects.exists()
    assert list(models.Event.objects.values_list("kind", flat=True)) == ["handed_over"]
    assert models.Inbound.objects.get().status == "person"


def test_a_dispute_holds_from_when_it_was_heard_even_if_its_turn_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = late(desk)
    desk.hear(person, "I dispute this debt")

    def fail(*_: object) -> None:
        raise RuntimeError("no power")

    monkeypatch.setattr(outcomes, "save_talk", fail)
    work_due(library(), desk.vault, NOON, COST)
    assert [hold.kind for hold in models.Hold.objects.all()] == ["dispute"]


def test_what_is_said_and_remembered_is_sealed_and_events_hold_no_words(desk: Desk) -> None:
    person, _ = late(desk)
    say(desk, person, *PLAN_TALK)
    for row in models.Message.objects.filter(in_reply_to__isnull=False):
        assert b"60.00" not in bytes(row.body_sealed or b"")
        text = open_text(desk.vault, row.borrower, Sealed.MESSAGE_BODY, row.id, bytes(row.body_sealed or b""))
        assert "Example" in text
    words = " ".join(str(data) for data in models.Event.objects.values_list("data", flat=True))
    assert "job" not in words and "6000" not in words and person.number not in words
