"""A plan by a policy that asks for the page, in the store: by text nothing is written, by the page one plan is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from parley.engine import acts
from parley.engine.outcome import Outcome
from parley.engine.turn import Library
from parley.engine.visit import Agree, Choose, SayCapacity, VisitAct
from parley.run.checking.kinds import Kind
from parley.run.checking.money import check_money
from parley.run.checking.offers import Record, check_offer
from parley.run.checking.report import Tally
from parley.run.working import work_due
from parley.store import models, visits
from parley.store.desk import Done, act_on
from parley.store.offers import kept_offer
from tests.engine.sample import page_library
from tests.run.desk import COST, NOON, TODAY, Desk, Person, library

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ada(desk: Desk) -> Person:
    person = desk.person()
    desk.account(person, [(TODAY - timedelta(days=34), 10_300, 0), (TODAY + timedelta(days=20), 10_300, 0)])
    desk.prove(person)
    return person


def says(desk: Desk, person: Person, text: str, at: datetime, by: Library | None = None) -> str:
    """Let the borrower write; return which text answers. It leaves at once."""
    row = desk.hear(person, text, at)
    assert row is not None
    work_due(by or page_library(), desk.vault, at, COST)
    desk.sender(desk.centre()).send_due(at)
    answer = models.Message.objects.filter(in_reply_to=row).first()
    return answer.template_key if answer is not None else ""


def press(desk: Desk, person: Person, act: VisitAct, at: datetime) -> Outcome:
    outcome = visits.act(person.point, act, f"form {at:%H%M}", at, page_library(), desk.vault, COST)
    assert outcome is not None
    return outcome


def found() -> dict[Kind, int]:
    tally = Tally()
    check_money(tally)
    return {kind: count for kind, count in tally.report().counts.items() if count}


def read_back(desk: Desk, person: Person) -> None:
    assert says(desk, person, "i can pay 60 a month", NOON) == "offer.three"
    assert says(desk, person, "2", NOON + MINUTE) == "plan.read_back"


def test_by_text_nothing_is_agreed_and_by_the_page_the_plan_that_was_read_back(desk: Desk, ada: Person) -> None:
    read_back(desk, ada)
    assert says(desk, ada, "yes", NOON + 2 * MINUTE) == "plan.confirm_on_page"
    assert not models.Arrangement.objects.exists()
    outcome = press(desk, ada, Agree(), NOON + 3 * MINUTE)
    row, offer = models.Arrangement.objects.get(), models.OfferRecord.objects.get()
    assert (row.offer_id, row.option, row.agreed_at) == (offer.id, 1, NOON + 3 * MINUTE)
    assert outcome.arrangement is not None
    assert offer.certificate["confirm"] == "page"
    assert found() == {}


def test_a_plan_chosen_on_the_page_is_not_agreed_by_text_either(desk: Desk, ada: Person) -> None:
    press(desk, ada, SayCapacity(60_00), NOON)
    press(desk, ada, Choose(0), NOON + MINUTE)
    assert says(desk, ada, "yes", NOON + 2 * MINUTE) == "plan.confirm_on_page"
    assert not models.Arrangement.objects.exists()


def test_the_offer_is_sound_by_its_certificate(desk: Desk, ada: Person) -> None:
    read_back(desk, ada)
    kept = kept_offer(models.OfferRecord.objects.get().id)
    assert kept is not None
    assert kept.policy_text == page_library().policy.text
    fields = ("on", "currency", "capacity_minor", "plans", "certificate", "policy_text")
    assert check_offer(Record(**{name: getattr(kept, name) for name in fields}, is_rulebook_known=True)) == []


def test_after_the_third_yes_a_person_agrees_it_on_the_phone(desk: Desk, ada: Person) -> None:
    read_back(desk, ada)
    told = [says(desk, ada, "yes", NOON + minutes * MINUTE) for minutes in (2, 3, 4)]
    assert told == ["plan.confirm_on_page", "plan.confirm_on_page", "hand_over.person"]
    dana = desk.operator("dana")
    reached = acts.LogCall(acts.Direction.IN, acts.CallOutcome.REACHED)
    steps: list[acts.Act] = [acts.TakeOver(), reached, acts.ReadBack(1), acts.Agree(1)]
    for minutes, act in enumerate(steps, start=5):
        talk = models.Conversation.objects.get(borrower=ada.borrower)
        at = NOON + minutes * MINUTE
        done = act_on(dana, talk.id, talk.version, act, at, page_library(), desk.vault, COST)
        assert isinstance(done, Done), done.no
    assert models.Arrangement.objects.get().option == 1
    assert found() == {}


def test_an_engine_that_takes_the_yes_by_text_is_found_out(desk: Desk, ada: Person) -> None:
    """The witness reads the policy kept, and does not take the certificate's word for it."""
    read_back(desk, ada)
    offer = models.OfferRecord.objects.get()
    del offer.certificate["confirm"]
    offer.save(update_fields=["certificate"])
    assert says(desk, ada, "yes", NOON + 2 * MINUTE) == "plan.agreed"
    assert found() == {Kind.AGREED_BY_TEXT: 1}


def test_by_a_policy_of_replies_a_yes_by_text_is_what_it_was(desk: Desk, ada: Person) -> None:
    for minutes, text in enumerate(("i can pay 60 a month", "2", "yes")):
        says(desk, ada, text, NOON + minutes * MINUTE, library())
    assert models.Arrangement.objects.count() == 1
    assert models.OfferRecord.objects.get().certificate["confirm"] == "reply"
    assert found() == {}
