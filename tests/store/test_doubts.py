"""What becomes of a message whose end stays unknown, and of those that did not arrive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from parley.messaging.ledger import State
from parley.purpose import OnUnknown, Purpose
from parley.store import models
from parley.store.dead_letters import Group, WhyNot, groups, letters, send_again, set_aside
from parley.store.doubts import NOT_REACHED, settle_doubts
from tests.run.desk import NOON, Anything, Desk, Person, state_of
from tests.store.conftest import Home

LATER = NOON + timedelta(hours=2)
ALERT = {"purpose": Purpose.RISK_ALERT, "template_key": "risk_alert.ask"}


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def doubtful(desk: Desk, person: Person, **more: Anything) -> models.Message:
    values = {
        "state": State.UNKNOWN, "reason": "provider_cannot_look_up", "intended_at": NOON, "asked_at": NOON,
        "provider": "sandbox", "conversation": desk.talk(person),
    } | more  # fmt: skip
    return desk.message(person, desk.account(person), **values)


def settle(desk: Desk, policy: dict[Purpose, OnUnknown], hours: int = 2) -> int:
    return settle_doubts(NOON + timedelta(hours=hours), policy, desk.vault, 10)


def test_what_the_policy_does_not_name_is_held_and_seen(desk: Desk) -> None:
    row = doubtful(desk, desk.person())
    assert settle(desk, {}) == 1
    assert settle(desk, {}) == 0
    assert models.Message.objects.count() == 1
    assert state_of(row) is State.UNKNOWN
    assert [one.message_id for one in letters(LATER)] == [row.id]


def test_a_person_is_called_once_where_the_policy_says_another_channel(desk: Desk) -> None:
    doubtful(desk, desk.person(), **ALERT)
    assert settle(desk, {Purpose.RISK_ALERT: OnUnknown.OTHER_CHANNEL}) == 1
    settle(desk, {Purpose.RISK_ALERT: OnUnknown.OTHER_CHANNEL}, hours=5)
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", NOT_REACHED)
    assert models.Job.objects.filter(kind="person").count() == 1
    assert models.Message.objects.count() == 1


def test_a_warning_may_be_sent_again_by_policy_as_a_new_message(desk: Desk) -> None:
    row = doubtful(desk, desk.person(), **ALERT)
    settle(desk, {Purpose.RISK_ALERT: OnUnknown.RESEND})
    settle(desk, {Purpose.RISK_ALERT: OnUnknown.RESEND}, hours=5)
    again = models.Message.objects.get(resend_of=row)
    assert (again.state, again.not_before, again.not_after) == (State.QUEUED, LATER, row.not_after)
    assert desk.sent_text(again) == desk.sent_text(row)
    assert state_of(row) is State.UNKNOWN


def test_nothing_else_is_sent_again_whatever_a_policy_says(desk: Desk) -> None:
    doubtful(desk, desk.person(), purpose=Purpose.COLLECTION)
    settle(desk, dict.fromkeys(Purpose, OnUnknown.RESEND))
    assert models.Message.objects.count() == 1
    assert models.Conversation.objects.get().person_reason == NOT_REACHED


def test_a_warning_that_is_no_longer_of_use_goes_to_a_person(desk: Desk) -> None:
    doubtful(desk, desk.person(), not_after=NOON + timedelta(hours=1), **ALERT)
    settle(desk, {Purpose.RISK_ALERT: OnUnknown.RESEND})
    assert models.Message.objects.count() == 1
    assert models.Conversation.objects.get().person_reason == NOT_REACHED


@pytest.mark.parametrize(
    "more",
    [
        # Not asked yet; asked, but a receipt may still come; known after all.
        {"asked_at": None},
        {"intended_at": LATER - timedelta(minutes=59)},
        {"state": State.DELIVERED},
        {"state": State.INTENDED},
    ],
)
def test_it_is_too_early_to_settle(desk: Desk, more: dict[str, Any]) -> None:
    doubtful(desk, desk.person(), **more)
    assert settle(desk, dict.fromkeys(Purpose, OnUnknown.OTHER_CHANNEL)) == 0


def test_one_that_the_carrier_took_and_never_told_of_is_settled(desk: Desk) -> None:
    doubtful(desk, desk.person(), reason="no_receipt", submitted_at=NOON, asked_at=None)
    assert settle(desk, {}) == 1


def lost(desk: Desk, person: Person | None = None, **more: Anything) -> models.Message:
    values = {"state": State.UNDELIVERED, "reason": "", "intended_at": NOON, "finished_at": NOON} | more
    person = person or desk.person()
    return desk.message(person, desk.account(person), **{"conversation": desk.talk(person)} | values)


def test_what_did_not_arrive_is_counted_and_listed_and_names_nobody(desk: Desk) -> None:
    lost(desk)
    lost(desk)
    rejected = lost(desk, state=State.REJECTED, reason="unknown_subscriber")
    lost(desk, state=State.REFUSED, reason="unreadable")
    for state in (State.DELIVERED, State.QUEUED, State.CANCELLED, State.REFUSED, State.SUBMITTED):
        lost(desk, state=state)
    assert groups(LATER) == [
        Group("undelivered", "", "reminder", 2),
        Group("refused", "unreadable", "reminder", 1),
        Group("rejected", "unknown_subscriber", "reminder", 1),
    ]
    (only,) = letters(LATER, {"state": "rejected"})
    assert only.message_id == rejected.id
    assert len(letters(LATER)) == 4
    assert len(letters(LATER, after=3)) == 1
    assert letters(LATER + timedelta(days=40)) == []


def test_a_person_sends_one_again_once(desk: Desk) -> None:
    row, who = lost(desk), desk.operator()
    assert send_again(row.id, who, LATER, desk.vault) is None
    assert send_again(row.id, who, LATER, desk.vault) is WhyNot.DONE
    again = models.Message.objects.get(resend_of=row)
    assert (again.state, again.not_after) == (State.QUEUED, LATER + timedelta(hours=24))
    assert letters(LATER) == []
    assert models.Event.objects.get(kind="message.sent_again").data == {"operator": who.pk}


def test_a_person_leaves_one(desk: Desk) -> None:
    row, who = lost(desk), desk.operator()
    assert set_aside(row.id, who, LATER, desk.vault) is None
    assert set_aside(row.id, who, LATER, desk.vault) is WhyNot.DONE
    assert send_again(row.id, who, LATER, desk.vault) is WhyNot.DONE
    assert letters(LATER) == []


def test_what_arrived_meanwhile_is_not_sent_again(desk: Desk) -> None:
    row = lost(desk, state=State.DELIVERED)
    assert send_again(row.id, desk.operator(), LATER, desk.vault) is WhyNot.ARRIVED


def test_what_has_been_overtaken_is_not_sent_again(desk: Desk) -> None:
    person = desk.person()
    row = lost(desk, person)
    desk.hear(person, "I will pay on Friday", NOON)
    assert send_again(row.id, desk.operator(), LATER, desk.vault) is WhyNot.OVERTAKEN

    told = lost(desk, discloses="debt")
    assert told.account_id is not None
    models.Payment.objects.create(
        id=told.id, account_id=told.account_id, row_key="x", paid_on=NOON.date(), received_at=NOON, amount_minor=100
    )
    assert send_again(told.id, desk.operator(), LATER, desk.vault) is WhyNot.OVERTAKEN
    assert not models.Message.objects.filter(resend_of__isnull=False).exists()


def test_an_unknown_message_and_an_erased_one_are_gone(desk: Desk) -> None:
    row = lost(desk)
    models.Message.objects.filter(id=row.id).update(body_sealed=None)
    assert send_again(row.id, desk.operator(), LATER, desk.vault) is WhyNot.GONE
    assert set_aside(desk.person().borrower.id, desk.operator(), LATER, desk.vault) is WhyNot.GONE
