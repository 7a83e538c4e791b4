"""Where the lender's core refuses a plan, nothing of the ones before it is half undone: what was to follow follows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from parley.ids import derive_id
from parley.store import models
from tests.run.desk import NOON, TODAY, Desk, library
from tests.run.lender import account_with_reference, talk_through, told
from tests.run.test_lender_answers import answer, either, give, last_notice

DAY = timedelta(days=1)

__all__ = ["either"]


@pytest.fixture
def desk(sqlite_desk: Desk) -> Desk:
    """Return a desk on the embedded database."""
    return sqlite_desk


def missed_then_agreed(desk: Desk) -> tuple[models.Arrangement, datetime]:
    """Return a plan that broke, after which another was agreed, and when."""
    person = desk.person()
    account = account_with_reference(desk, person, dues=[(TODAY - 12 * DAY, 4_500, 0)], principal=30_000)
    desk.prove(person)
    talk = desk.talk(person, account)
    due_on = TODAY - (library().policy.grace_days + 1) * DAY
    broken = desk.arrangement(
        account, [(due_on, 10_000), (TODAY + 30 * DAY, 20_000)], talk, agreed_at=NOON - 20 * DAY,
        standing="broken", ended_at=NOON, told_at=NOON,
    )  # fmt: skip
    now = talk_through(desk, person, ["i can pay 310 a month", "1", "yes"])
    broken.refresh_from_db()
    assert broken.followed_at is not None and models.Arrangement.objects.filter(standing="active").count() == 1
    assert told(last_notice("arrangement.agreed"), desk)["arrangement"]["replaces"] == []
    return broken, now


def test_what_was_to_follow_a_miss_follows_again_where_the_core_refuses_the_plan_after_it(either: Desk) -> None:
    broken, now = missed_then_agreed(either)
    refused = models.Arrangement.objects.get(standing="active")
    give(either, answer(last_notice("arrangement.agreed"), "refused"), now=now)
    broken.refresh_from_db()
    refused.refresh_from_db()
    assert (broken.standing, broken.followed_at, broken.superseded_by_id) == ("broken", None, None)
    assert refused.standing == "refused"
    # The person who was called for the refusal is done with it; the miss is still somebody's.
    models.Conversation.objects.update(state="notified", needs_person_since=None, person_reason="", waiting_since=None)
    either.nightly(TODAY + DAY, now + DAY)
    talk = models.Conversation.objects.get()
    broken.refresh_from_db()
    assert (talk.state, talk.person_reason, broken.followed_at) == ("with_person", "plan_missed", now + DAY)


def test_a_payment_in_time_told_while_the_refused_plan_stood_mends_the_one_that_broke(desk: Desk) -> None:
    broken, now = missed_then_agreed(desk)
    models.Payment.objects.create(
        id=derive_id("payment", "x"), account_id=broken.account_id, row_key="x", paid_on=TODAY - 9 * DAY,
        received_at=now, amount_minor=10_000,
    )  # fmt: skip
    give(desk, answer(last_notice("arrangement.agreed"), "refused"), now=now)
    desk.nightly(TODAY + DAY, now + DAY)
    broken.refresh_from_db()
    assert broken.standing == "active"


def test_of_two_plans_that_the_core_refuses_neither_stands_in_whatever_order_it_says_so(desk: Desk) -> None:
    person = desk.person()
    account = account_with_reference(desk, person, dues=[(TODAY - 12 * DAY, 4_500, 0)], principal=30_000)
    desk.prove(person)
    before = desk.arrangement(account, [(TODAY + 3 * DAY, 10_000)], desk.talk(person, account))
    talk_through(desk, person, ["i can pay 310 a month", "1", "yes"])
    first = last_notice("arrangement.agreed")
    models.Conversation.objects.update(state="notified", memory_sealed=None)
    now = talk_through(desk, person, ["i can pay 310 a month", "1", "yes"], NOON + DAY)
    second = last_notice("arrangement.agreed")
    assert first.key != second.key
    assert [state for _, state, _ in give(desk, answer(first, "refused"), answer(second, "refused"), now=now)] == [
        "taken", "taken",
    ]  # fmt: skip
    standing = dict(models.Arrangement.objects.values_list("id", "standing"))
    assert standing == {before.id: "active", first.subject: "refused", second.subject: "refused"}
