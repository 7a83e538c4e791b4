"""A plan that ended while its borrower has no number to write to: a person sees a miss, and finds another way."""

from __future__ import annotations

import pytest

from parley.store import models
from parley.store.erase import erase
from tests.run.desk import NOON, TODAY, Desk
from tests.run.test_after_plans import DAY, MISS, VALID, night, pay, planned, talk_of


def without_number(how: str) -> None:
    if how == "lost":
        models.ContactPoint.objects.update(quarantined_at=NOON)
    else:
        models.ContactPoint.objects.update(channel="email")


@pytest.mark.parametrize(("how", "is_closed"), [("lost", False), ("elsewhere", True)])
def test_a_miss_of_whoever_has_no_number_today_is_a_persons(desk: Desk, how: str, is_closed: bool) -> None:
    person, account, plan = planned(desk, MISS)
    models.Conversation.objects.update(closed_at=NOON - DAY if is_closed else None)
    without_number(how)
    for days in (0, 1, 8):
        night(desk, days)
    talk, plan = talk_of(person), models.Arrangement.objects.get(id=plan.id)
    assert (talk.state, talk.person_reason, talk.account_id) == ("with_person", "plan_missed_no_number", account.id)
    assert talk.needs_person_since == plan.followed_at == NOON
    assert not models.Message.objects.exists() and models.Job.objects.filter(kind="person").count() == 1


def test_a_number_that_is_lost_while_the_offer_stands_brings_a_person_too(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person, _, _ = planned(desk, MISS)
    night(desk)
    without_number("lost")
    night(desk, VALID)
    assert talk_of(person).person_reason == "plan_missed_no_number"


def test_a_kept_plan_of_whoever_has_no_number_needs_nobody(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    _, account, plan = planned(desk, [(TODAY - 2 * DAY, 4_000)])
    pay(desk, account, 4_000, TODAY - DAY)
    without_number("lost")
    for days in (0, 8):
        night(desk, days)
    plan.refresh_from_db()
    assert plan.followed_at == NOON + 8 * DAY
    assert not models.Conversation.objects.filter(needs_person_since__isnull=False).exists()


def test_a_miss_of_an_erased_person_calls_nobody(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    person, _, plan = planned(desk, MISS)
    erase(desk.vault, person.borrower.id, NOON - DAY)
    night(desk)
    plan.refresh_from_db()
    assert plan.followed_at == NOON and not models.Conversation.objects.filter(closed_at__isnull=True).exists()
