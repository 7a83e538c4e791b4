"""The gate's view of the past: which contacts count, what is refused, what holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parley.contact.facts import Consent, ContactFacts, Direction, Hold, OptOutScope
from parley.contact.gate import GateSettings, Refused, decide
from parley.engine.case import ContactRecord
from parley.purpose import Channel, Purpose
from parley.run.rulebooks import shipped_rulebook
from parley.store import models
from parley.store.records import load_records
from tests.run.desk import NOON, TODAY, Anything, Desk, Person
from tests.store.conftest import Home

DAY = timedelta(days=1)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def record(person: Person) -> ContactRecord:
    return load_records([person.borrower.id], NOON)[person.borrower.id]


def consent(desk: Desk, person: Person, scope: str, *, granted: bool, days_ago: int) -> None:
    models.Consent.objects.create(
        id=UUID(int=next(desk.serial)), borrower=person.borrower, scope=scope, granted=granted, source="file", proof="",
        at=NOON - days_ago * DAY,
    )  # fmt: skip


def test_a_borrower_without_a_past_may_be_contacted(desk: Desk) -> None:
    assert record(desk.person()) == ContactRecord()


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("intended", True), ("submitted", True), ("unknown", True), ("delivered", True), ("undelivered", True),
        ("queued", False), ("refused", False), ("cancelled", False), ("rejected", False),
    ],
)  # fmt: skip
def test_what_may_have_reached_the_borrower_counts(desk: Desk, state: str, counts: bool) -> None:
    person = desk.person()
    desk.message(person, state=state, intended_at=NOON - DAY)
    desk.message(person, state="queued")
    assert len(record(person).contacts) == counts


def test_replies_count_as_theirs_and_our_answers_name_what_they_answer(desk: Desk) -> None:
    person = desk.person()
    row = desk.hear(person, "hello", NOON - DAY)
    desk.message(person, state="delivered", intended_at=NOON - DAY, in_reply_to=row)
    ours, theirs = sorted(record(person).contacts, key=lambda one: one.direction is Direction.IN)
    assert (ours.direction, ours.answers_at) == (Direction.OUT, NOON - DAY)
    assert (theirs.direction, theirs.at) == (Direction.IN, NOON - DAY)


def test_the_newest_word_on_a_scope_holds(desk: Desk) -> None:
    person = desk.person()
    consent(desk, person, "all", granted=False, days_ago=9)
    consent(desk, person, "all", granted=True, days_ago=5)
    assert record(person).opt_outs == ()
    consent(desk, person, "all", granted=False, days_ago=2)
    (refused,) = record(person).opt_outs
    assert (refused.scope, refused.at, refused.confirmed_at) == (OptOutScope.ALL, NOON - 2 * DAY, None)


@pytest.mark.parametrize("scope", ["all", "promotion"])
@pytest.mark.parametrize("granted_first", [True, False])
def test_within_one_instant_a_refusal_wins(desk: Desk, scope: str, granted_first: bool) -> None:
    person = desk.person()
    for granted in (granted_first, not granted_first):
        consent(desk, person, scope, granted=granted, days_ago=5)
    assert [one.scope for one in record(person).opt_outs] == [OptOutScope(scope)]
    assert Consent.MARKETING not in record(person).consents


def test_texts_wished_again_in_the_instant_of_a_refusal_open_nothing(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 5, granted=False)
    resumes(desk, person, 5)
    assert [one.scope for one in record(person).opt_outs] == [OptOutScope.ALL]


@pytest.mark.parametrize("ids", [(1, 2, 3), (3, 2, 1)])
def test_of_times_named_in_one_poll_those_of_the_later_reply_hold_and_a_reply_holds_over_a_file(
    desk: Desk, ids: tuple[int, ...]
) -> None:
    person = desk.person()
    said = [desk.hear(person, "hello", NOON - days * DAY) for days in (2, 3)]
    weeks = [[[[hour * 60, 24 * 60]]] * 7 for hour in (18, 9, 12)]
    for row, only, inbound in zip(ids, weeks, [*said, None], strict=True):
        models.NamedTimes.objects.create(
            id=UUID(int=row), borrower=person.borrower, only=only, source="reply", inbound=inbound, at=NOON
        )
    (named,) = record(person).designations
    assert named.only == (((18 * 60, 24 * 60),),) * 7


def test_stop_again_after_the_confirmation_is_no_new_refusal_to_confirm(desk: Desk) -> None:
    person = desk.person()
    consent(desk, person, "all", granted=False, days_ago=9)
    desk.message(person, state="delivered", purpose="opt_out_confirmation", intended_at=NOON - 8 * DAY)
    consent(desk, person, "all", granted=False, days_ago=1)
    (refused,) = record(person).opt_outs
    assert (refused.at, refused.confirmed_at) == (NOON - 9 * DAY, NOON - 8 * DAY)


def test_a_refusal_after_a_new_consent_may_be_confirmed_again(desk: Desk) -> None:
    person = desk.person()
    consent(desk, person, "all", granted=False, days_ago=9)
    desk.message(person, state="delivered", purpose="opt_out_confirmation", intended_at=NOON - 8 * DAY)
    consent(desk, person, "all", granted=True, days_ago=5)
    consent(desk, person, "all", granted=False, days_ago=1)
    (refused,) = record(person).opt_outs
    assert (refused.at, refused.confirmed_at) == (NOON - DAY, None)


def test_only_holds_that_stand_hold(desk: Desk) -> None:
    person = desk.person()
    held: list[dict[str, Any]] = [
        {"kind": "dispute"},
        {"kind": "hardship", "released_at": NOON},
        {"kind": "complaint", "until_at": NOON},
        {"kind": "vulnerable", "until_at": NOON + DAY},
        {"kind": "cease", "from_at": NOON + DAY},
    ]
    for n, values in enumerate(held):
        columns = {"id": UUID(int=n), "borrower": person.borrower, "source": "person", "from_at": NOON - DAY}
        models.Hold.objects.create(**(columns | values))
    assert {one.kind for one in record(person).holds} == {Hold.DISPUTE, Hold.VULNERABLE}


def test_an_arrangement_that_stands_is_a_hold_and_a_broken_one_is_not(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person)
    row = desk.arrangement(account, [(TODAY, 100)], desk.talk(person, account))
    assert {one.kind for one in record(person).holds} == {Hold.PLAN_ACTIVE}
    models.Arrangement.objects.filter(id=row.id).update(standing="broken")
    assert record(person).holds == ()


def test_one_borrowers_past_is_not_anothers(desk: Desk) -> None:
    one, other = desk.person(), desk.person()
    consent(desk, one, "all", granted=False, days_ago=1)
    desk.message(one, state="delivered", intended_at=NOON - DAY)
    found = load_records([one.borrower.id, other.borrower.id], NOON)
    assert found[other.borrower.id] == ContactRecord()
    assert found[one.borrower.id].consents >= {Consent.CONTACT}


def test_the_number_of_queries_does_not_grow_with_the_borrowers(desk: Desk) -> None:
    people = [desk.person().borrower.id for _ in range(12)]
    with CaptureQueriesContext(connection) as few:
        load_records(people[:1], NOON)
    with CaptureQueriesContext(connection) as many:
        load_records(people, NOON)
    assert len(many) == len(few)


def event(desk: Desk, person: Person, scope: str, days_ago: int, **columns: Anything) -> None:
    models.Consent.objects.create(
        id=UUID(int=next(desk.serial)), borrower=person.borrower, scope=scope, source="file", proof="archive",
        at=NOON - days_ago * DAY, **columns,
    )  # fmt: skip


def test_a_refusal_reaches_as_far_as_it_says(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False, channel="call")
    event(desk, person, "promotion", 8, granted=False, channel="email")
    event(desk, person, "all", 7, granted=False, is_for_address=True, contact_point=person.point)
    assert {(one.scope, one.channel, one.address) for one in record(person).opt_outs} == {
        (OptOutScope.CHANNEL, Channel.CALL, None),
        (OptOutScope.PROMOTION, Channel.EMAIL, None),
        (OptOutScope.ADDRESS, None, str(person.point.id)),
    }


def test_a_new_consent_lifts_what_reaches_no_further(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False)
    event(desk, person, "all", 8, granted=False, channel="sms")
    event(desk, person, "all", 7, granted=True, channel="sms")
    # The wider refusal stands; that of texts alone is lifted.
    assert [one.scope for one in record(person).opt_outs] == [OptOutScope.ALL]
    event(desk, person, "all", 6, granted=True)
    assert record(person).opt_outs == ()


def test_a_consent_to_promotions_lifts_no_refusal_of_everything(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False)
    event(desk, person, "promotion", 8, granted=True)
    found = record(person)
    assert [one.scope for one in found.opt_outs] == [OptOutScope.ALL]
    assert Consent.MARKETING in found.consents


def test_a_consent_to_one_channel_allows_nothing_on_the_others(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "promotion", 9, granted=True, channel="email")
    assert Consent.MARKETING not in record(person).consents


def test_a_refusal_takes_a_consent_back_and_a_newer_one_gives_it_again(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "promotion", 9, granted=True)
    event(desk, person, "promotion", 8, granted=False)
    assert Consent.MARKETING not in record(person).consents
    event(desk, person, "promotion", 7, granted=True)
    assert Consent.MARKETING in record(person).consents
    assert record(person).opt_outs == ()


def resumes(desk: Desk, person: Person, days_ago: int, point: models.ContactPoint | None = None) -> None:
    """Ask for texts about the account again, on one number."""
    event(
        desk, person, "service", days_ago, granted=True, channel="sms", is_for_address=True,
        contact_point=point or person.point,
    )  # fmt: skip


def stopped(person: Person, purpose: Purpose, channel: Channel, address: str | None = None) -> bool:
    """Whether the refusals on record stop a message of *purpose*."""
    found = ContactFacts(
        now=NOON, jurisdiction="GB", zones=("Europe/London",), purpose=purpose, channel=channel,
        opt_outs=record(person).opt_outs, address=address or str(person.point.id),
    )  # fmt: skip
    decision = decide(found, shipped_rulebook(), GateSettings())
    return isinstance(decision, Refused) and any(one.reason_code == "opted_out" for one in decision.refusals)


def test_texts_wished_again_open_this_number_for_texts_about_the_account_alone(desk: Desk) -> None:
    person = desk.person()
    other = models.ContactPoint.objects.create(
        id=UUID(int=next(desk.serial)), borrower=person.borrower, channel="sms", address_sealed=b"", is_synthetic=True
    )
    event(desk, person, "all", 9, granted=False)
    assert stopped(person, Purpose.COLLECTION, Channel.SMS)
    resumes(desk, person, 8)
    assert not stopped(person, Purpose.COLLECTION, Channel.SMS)
    assert not stopped(person, Purpose.SERVICING, Channel.SMS)
    assert stopped(person, Purpose.PROMOTION, Channel.SMS)
    for channel in set(Channel) - {Channel.SMS}:
        assert stopped(person, Purpose.COLLECTION, channel), channel
    assert stopped(person, Purpose.COLLECTION, Channel.SMS, str(other.id))
    resumes(desk, person, 7, other)
    assert not stopped(person, Purpose.COLLECTION, Channel.SMS, str(other.id))
    assert stopped(person, Purpose.COLLECTION, Channel.CALL, str(other.id))


@pytest.mark.parametrize("reach", [{"channel": "sms"}, {"is_for_address": True}])
def test_a_narrower_refusal_is_opened_too(desk: Desk, reach: dict[str, Anything]) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False, **reach, contact_point=person.point)
    assert stopped(person, Purpose.COLLECTION, Channel.SMS)
    resumes(desk, person, 8)
    assert not stopped(person, Purpose.COLLECTION, Channel.SMS)
    assert stopped(person, Purpose.PROMOTION, Channel.SMS)


def test_a_refusal_of_calls_stays_when_texts_are_wished_again(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False, channel="call")
    resumes(desk, person, 8)
    assert [(one.scope, one.channel) for one in record(person).opt_outs] == [(OptOutScope.CHANNEL, Channel.CALL)]


def test_stop_after_texts_were_wished_again_refuses_all_anew_and_is_confirmed_anew(desk: Desk) -> None:
    person = desk.person()
    event(desk, person, "all", 9, granted=False)
    desk.message(person, state="delivered", purpose="opt_out_confirmation", intended_at=NOON - 9 * DAY)
    resumes(desk, person, 8)
    event(desk, person, "all", 1, granted=False)
    (refused,) = record(person).opt_outs
    assert (refused.scope, refused.at, refused.confirmed_at) == (OptOutScope.ALL, NOON - DAY, None)


def test_texts_wished_again_give_no_consent_to_promotions(desk: Desk) -> None:
    person = desk.person()
    resumes(desk, person, 8)
    assert record(person).consents == {Consent.CONTACT}


def breathing(desk: Desk, person: Person, began_on: date | None) -> None:
    models.Hold.objects.create(
        id=UUID(int=next(desk.serial)), borrower=person.borrower, kind="breathing_space", source="person",
        from_at=NOON - DAY, began_on=began_on,
    )  # fmt: skip


def test_a_hold_says_since_when_what_it_says_is_so_where_that_is_known(desk: Desk) -> None:
    person = desk.person(jurisdiction="GB", zone="Europe/London")
    breathing(desk, person, TODAY - 59 * DAY)
    (hold,) = record(person).holds
    assert hold.began_on == TODAY - 59 * DAY
