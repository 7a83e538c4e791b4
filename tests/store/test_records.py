"""The gate's view of the past: which contacts count, what is refused, what holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parley.contact.facts import Consent, Direction, Hold, OptOutScope
from parley.engine.case import ContactRecord
from parley.store import models
from parley.store.records import load_records
from tests.run.desk import NOON, TODAY, Desk, Person
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
