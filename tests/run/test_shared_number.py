"""A number of several borrowers: whose reply it is is asked, never guessed; what protects holds for all of them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from parley.run.working import work_due
from parley.store import models
from parley.store.sealed import Sealed, seal_text
from tests.run.desk import COST, NOON, TODAY, Desk, Person, library

HOUR = timedelta(hours=1)
NUMBER = "+12025559999"
NEUTRAL = ("identity.ask_contract_tail", "hand_over.person")


def borrower(desk: Desk, tail: str) -> Person:
    person = desk.person(number=NUMBER)
    told = json.dumps({"postcode": "60614", "contract_tail": tail})
    person.borrower.identity_sealed = seal_text(
        desk.vault, person.borrower, Sealed.BORROWER_IDENTITY, person.borrower.id, told
    )
    person.borrower.save(update_fields=["identity_sealed"])
    desk.account(person, [(TODAY - timedelta(days=5), 5_000, 0), (TODAY + timedelta(days=25), 5_000, 0)])
    return person


@pytest.fixture
def household(desk: Desk) -> tuple[Person, Person]:
    """Give two borrowers with one number and postcode; we wrote to the first last."""
    one, other = borrower(desk, "A111"), borrower(desk, "B222")
    desk.message(other, state="delivered", intended_at=NOON - 9 * HOUR)
    desk.message(one, state="delivered", intended_at=NOON - HOUR)
    return one, other


def say(desk: Desk, words: str, at: datetime = NOON) -> models.Inbound:
    row = desk.hear(NUMBER, words, at)
    assert row is not None and work_due(library(), desk.vault, at, COST) == 1
    row.refresh_from_db()
    return row


def answer(row: models.Inbound) -> models.Message | None:
    return models.Message.objects.filter(in_reply_to=row).first()


def key(row: models.Inbound) -> str:
    found = answer(row)
    return found.template_key if found is not None else ""


def is_proven(person: Person) -> bool:
    person.point.refresh_from_db()
    return person.point.identity_proven_at is not None


@pytest.mark.parametrize("place", [0, 1])
def test_the_answer_says_whose_thread_it_is(desk: Desk, household: tuple[Person, Person], place: int) -> None:
    writer, silent = household[place], household[1 - place]
    first = say(desk, "what do i owe")
    assert (first.identity_answer, key(first)) == ("unsure", NEUTRAL[0])
    second = say(desk, "a111" if place == 0 else "b222", NOON + HOUR)
    assert (second.contact_point_id, second.identity_answer) == (writer.point.id, "one")
    assert desk.stored_text(second) == "[identity answer]"
    assert (is_proven(writer), is_proven(silent)) == (True, False)
    found = answer(second)
    assert found is not None and (found.borrower_id, found.template_key) == (writer.borrower.id, "capacity.ask")
    # Within the sitting it goes on with them.
    third = say(desk, "60 a month", NOON + 2 * HOUR)
    assert (third.contact_point_id, third.identity_answer) == (writer.point.id, "")


def test_a_proof_ends_with_the_day_and_with_a_text_of_ours_to_the_other(
    desk: Desk, household: tuple[Person, Person]
) -> None:
    one, other = household
    say(desk, "what do i owe")
    say(desk, "A111", NOON + HOUR)
    desk.message(other, state="delivered", intended_at=NOON + 2 * HOUR)
    between = say(desk, "60 a month", NOON + 3 * HOUR)
    assert (between.identity_answer, key(between)) == ("unsure", NEUTRAL[0])
    assert say(desk, "A111", NOON + 4 * HOUR).contact_point_id == one.point.id
    assert say(desk, "60 a month", NOON + 28 * HOUR).identity_answer == ""
    later = say(desk, "60 a month", NOON + 29 * HOUR)
    assert (later.identity_answer, key(later)) == ("unsure", NEUTRAL[0])


@pytest.mark.parametrize("words", ["9999", "60614"])
def test_an_answer_of_nobody_or_of_both_goes_to_a_person(
    desk: Desk, household: tuple[Person, Person], words: str
) -> None:
    models.Conversation.objects.all().delete()
    say(desk, "what do i owe")
    models.Conversation.objects.update(last_context="identity")
    row = say(desk, words, NOON + HOUR)
    assert key(row) == NEUTRAL[1] and not any(map(is_proven, household))
    talk = models.Conversation.objects.get()
    assert (talk.state, talk.person_reason) == ("with_person", "shared_number")


def test_nothing_of_a_debt_or_a_person_is_said_before(desk: Desk, household: tuple[Person, Person]) -> None:
    rows = [say(desk, words, NOON + n * HOUR) for n, words in enumerate(["i can pay 60", "yes", "ok 2", "hello?"])]
    for found in filter(None, map(answer, rows)):
        body = desk.sent_text(found)
        assert found.discloses == "nothing" and found.template_key in NEUTRAL
        assert not any(fact in body for fact in ("50.00", "Ada", "A111", "B222", "60614"))
    assert not models.OfferRecord.objects.exists() and not models.Promise.objects.exists()


def test_a_dispute_of_whoever_it_was_singles_nobody_out(desk: Desk, household: tuple[Person, Person]) -> None:
    row = say(desk, "this is not my debt, i dispute it")
    assert key(row) == NEUTRAL[1]
    # The door heard it, for both.
    holds = list(models.Hold.objects.values_list("kind", "borrower_id"))
    assert sorted(holds) == sorted(("dispute", person.borrower.id) for person in household)
    wrong = say(desk, "WRONG NUMBER", NOON + HOUR)
    assert wrong.status == "done" and not models.ContactPoint.objects.filter(quarantined_at__isnull=False).exists()


@pytest.mark.parametrize(("words", "kind"), [("STOP", ""), ("i want to die", "crisis")])
def test_what_protects_holds_for_both_at_once(
    desk: Desk, household: tuple[Person, Person], words: str, kind: str
) -> None:
    waiting = [desk.message(person) for person in household]
    desk.hear(NUMBER, words)
    found = models.Hold.objects.filter(kind=kind) if kind else models.Consent.objects.filter(granted=False)
    assert {row.borrower_id for row in found} == {person.borrower.id for person in household}
    for message in waiting:
        message.refresh_from_db()
        assert message.state == "cancelled"
