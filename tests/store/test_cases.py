"""What a turn may know of a borrower, as the store hands it over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from parley.negotiation.moves import Memory
from parley.servicing.schedule import PlanRow, Schedule
from parley.store import models
from parley.store.cases import load_case, load_talk, open_talk, seal_memory
from parley.store.rows import plan_from_json, plan_to_json
from tests.run.desk import NOON, TODAY, Desk
from tests.store.conftest import Home

DAY = timedelta(days=1)


@pytest.fixture
def desk(home: Home) -> Desk:
    return Desk(home.vault, home.folder)


def test_a_case_holds_the_borrower_the_thread_the_account_and_the_reply(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person, [(TODAY - 5 * DAY, 5_000, 0)])
    row = desk.hear(person, "my zip is 60614")
    assert row is not None
    case, inbound = load_case(row, NOON, desk.vault)
    assert (case.party.borrower_id, case.party.postcode, case.party.locale) == (person.borrower.id, "60614", "en-US")
    assert case.account is not None and case.account.account_id == account.id
    assert (inbound.identity_answer, "60614" in inbound.text) == ("match", False)
    assert case.talk.conversation_id == row.conversation_id
    assert "60614" not in repr(case) and "60614" not in repr(inbound)


def test_of_several_accounts_the_latest_is_talked_about_unless_the_thread_names_one(desk: Desk) -> None:
    person = desk.person()
    fresh = desk.account(person, [(TODAY - DAY, 5_000, 0)])
    late = desk.account(person, [(TODAY - 40 * DAY, 5_000, 0)])
    row = desk.hear(person, "hello")
    assert row is not None and row.conversation is not None
    assert load_case(row, NOON, desk.vault)[0].account.account_id == late.id  # type: ignore[union-attr]  # there is one
    row.conversation.account = fresh
    assert load_case(row, NOON, desk.vault)[0].account.account_id == fresh.id  # type: ignore[union-attr]  # as above


def test_a_borrower_without_an_account_has_a_case_all_the_same(desk: Desk) -> None:
    row = desk.hear(desk.person(), "hello")
    assert row is not None
    assert load_case(row, NOON, desk.vault)[0].account is None


def test_a_memory_comes_back_as_it_was_and_is_sealed(desk: Desk) -> None:
    talk = desk.talk(desk.person())
    memory = Memory(
        goal="ask_plan", turns=3, capacity_minor=60_00, first_due_on=date(2026, 12, 5), offer_id="x", option=1
    )
    talk.memory_sealed = seal_memory(talk, memory, desk.vault)
    talk.save()
    talk.refresh_from_db()
    assert load_talk(talk, desk.vault).memory == memory
    assert b"6000" not in bytes(talk.memory_sealed or b"")


def test_an_offer_that_ran_out_stands_no_more(desk: Desk) -> None:
    person = desk.person()
    account = desk.account(person)
    talk = desk.talk(person, account, state="offer")
    offer = models.OfferRecord.objects.create(
        id=talk.id, conversation=talk, account=account, at=NOON, expires_at=NOON + DAY, currency="USD",
        capacity_minor=6_000, plans=[plan_to_json(PLAN)], certificate={},
    )  # fmt: skip
    talk.memory_sealed = seal_memory(talk, Memory(offer_id=str(offer.id)), desk.vault)
    talk.save()
    row = desk.hear(person, "1")
    assert row is not None
    case, _ = load_case(row, NOON, desk.vault)
    assert case.offer is not None and case.offer.plans == (PLAN,)
    assert load_case(row, NOON + DAY, desk.vault)[0].offer is None


PLAN = Schedule(
    (PlanRow(1, date(2026, 12, 5), 600, 500, 100, 500), PlanRow(2, date(2027, 1, 5), 510, 500, 10, 0)), "USD", 1999
)


def test_a_plan_comes_back_from_its_record_as_it_was() -> None:
    assert plan_from_json(plan_to_json(PLAN)) == PLAN


def test_a_thread_is_opened_once_and_anew_after_it_was_closed(desk: Desk) -> None:
    person = desk.person()
    first = open_talk(person.point, None, NOON)
    assert open_talk(person.point, None, NOON + DAY).id == first.id
    models.Conversation.objects.update(closed_at=NOON)
    assert open_talk(person.point, None, NOON + DAY).id != first.id
