"""What became of what was handed over, by hand-made rows: each figure counts what it says, and the ends sum up."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from parley.ids import derive_id
from parley.messaging.ledger import State
from parley.store import models
from parley.store.delivery import ENDS, Carried, by_route, by_template, carried
from parley.store.outbox import TOO_LATE
from parley.store.reports import Period
from tests.run.desk import NOON, TODAY, Anything, Desk, Person
from tests.store.conftest import Home

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
PERIOD = Period(TODAY, TODAY, "UTC")


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def sent(desk: Desk, person: Person | None = None, **more: Anything) -> models.Message:
    values: dict[str, Anything] = {
        "state": State.DELIVERED, "provider": "sandbox", "intended_at": NOON, "submitted_at": NOON, "cost_micro": 7_900,
    } | more  # fmt: skip
    return desk.message(person or desk.person(), **values)


def figures(template: str = "reminder.neutral") -> Carried:
    return by_template(carried(PERIOD)).get(template, Carried())


def test_every_state_counts_once_and_the_ends_sum_to_what_was_handed_over(desk: Desk) -> None:
    person = desk.person()
    for state, reason, taken, intent in product(State, ("", TOO_LATE), (None, NOON), (None, NOON)):
        route = "" if intent is None else "one" if taken else "two"
        sent(desk, person, state=state, reason=reason, submitted_at=taken, intended_at=intent, provider=route)
    found = carried(PERIOD)
    routes = by_route(found)
    assert set(routes) == {"one", "two"}
    for one in routes.values():
        # Of each state once with a reason and once without; what expired by our own clock never left.
        assert one.ends == {state: 1 if state is State.EXPIRED else 2 for state in ENDS}
        assert (one.handed, one.delivered, one.ended) == (13, 2, 9)
    # What the carrier said of itself, or what only it could know.
    assert (routes["one"].accepted, routes["two"].accepted) == (13, 5)
    assert figures().handed == 26 == sum(one.handed for one in found.values())
    assert figures().cost_micro == 26 * 7_900


def test_the_period_is_that_of_the_intent(desk: Desk) -> None:
    for at in (PERIOD.start, PERIOD.start - SECOND, PERIOD.end, PERIOD.end - SECOND):
        sent(desk, intended_at=at)
    assert figures().handed == 2


def test_the_wait_is_from_the_intent_to_the_delivery(desk: Desk) -> None:
    person = desk.person()
    for seconds in (*range(1, 20), 400):
        sent(desk, person, finished_at=NOON + seconds * SECOND, intended_at=NOON)
    sent(desk, person, state=State.UNDELIVERED, finished_at=NOON + DAY)
    found = figures()
    assert (found.within(50), found.within(95), found.within(100)) == (10, 19, 400)
    assert Carried().within(50) is None
    # Whole seconds, of instants between; a carrier's clock may be behind ours.
    models.Message.objects.update(state=State.DELIVERED, finished_at=NOON + timedelta(milliseconds=2_600))
    assert figures().within(100) == 3
    models.Message.objects.update(finished_at=NOON - MINUTE)
    assert figures().within(100) == 0


def test_a_reply_answers_the_last_text_before_it(desk: Desk) -> None:
    person = desk.person()
    sent(desk, person, template_key="first")
    sent(desk, person, template_key="second", intended_at=NOON + MINUTE)
    # It never left, and is not what was answered.
    sent(desk, person, template_key="third", intended_at=NOON + 2 * MINUTE, state=State.QUEUED)
    desk.hear(person, "ok", NOON + 3 * MINUTE, "mo.1")
    desk.hear(person, "and more", NOON + 4 * MINUTE, "mo.2")
    late = desk.person()
    sent(desk, late, template_key="first")
    desk.hear(late, "ok", NOON + 7 * DAY + SECOND, "mo.3")
    on_time = desk.person()
    sent(desk, on_time, template_key="first")
    desk.hear(on_time, "STOP", NOON + 7 * DAY, "mo.4")
    assert (figures("first").answered, figures("second").answered, figures("third").handed) == (1, 1, 0)
    assert (figures("first").opted_out, figures("second").opted_out) == (1, 0)


def test_a_refusal_that_no_reply_proves_is_no_answer(desk: Desk) -> None:
    person = desk.person()
    sent(desk, person)
    desk.hear(person, "ok", NOON + MINUTE, "mo.1")
    models.Consent.objects.create(
        id=derive_id("test-consent", "1"), borrower=person.borrower, contact_point=person.point, scope="all",
        granted=False, source="person", proof="told ann", at=NOON + MINUTE,
    )  # fmt: skip
    assert (figures().answered, figures().opted_out) == (1, 0)


def test_a_plan_is_put_to_the_last_text_of_our_own_accord(desk: Desk) -> None:
    def agreed(after: timedelta, **more: Anything) -> None:
        person = desk.person()
        account = desk.account(person)
        sent(desk, person, template_key="opened")
        heard = desk.hear(person, "can I pay less", NOON + MINUTE, str(person.point.id))
        sent(desk, person, template_key="answer", in_reply_to=heard, intended_at=NOON + 2 * MINUTE)
        assert heard is not None and heard.conversation is not None
        desk.arrangement(account, [(TODAY, 100)], heard.conversation, agreed_at=NOON + after, **more)

    agreed(5 * MINUTE)
    agreed(30 * DAY)
    agreed(30 * DAY + SECOND)
    agreed(5 * MINUTE, standing="refused")
    assert (figures("opened").agreed, figures("answer").agreed) == (2, 0)
    # Two plans on one text are one text that led to a plan.
    plan = models.Arrangement.objects.earliest("agreed_at")
    desk.arrangement(plan.account, [(TODAY, 50)], plan.conversation, agreed_at=NOON + DAY)
    assert figures("opened").agreed == 2
