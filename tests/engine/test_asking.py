from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from parley.contact.facts import ContactFacts, Discloses, Hold
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import ContactRecord, StandingHold
from parley.purpose import Actor, Channel, Purpose
from tests.engine.sample import NOON, Situation, account_of, party_of

TODAY = date(2026, 11, 23)


def facts_of(
    situation: Situation,
    record: ContactRecord,
    answering: Answering | None = None,
    held: frozenset[Hold] = frozenset(),
) -> ContactFacts:
    return contact_facts(
        party_of(situation, NOON),
        account_of(situation, TODAY),
        record,
        purpose=Purpose.NEGOTIATION_REPLY,
        discloses="debt",
        now=NOON,
        today=TODAY,
        actor=Actor.ORIGINAL_CREDITOR,
        is_proven=True,
        also_held=held,
        answering=answering,
    )


@pytest.mark.parametrize(
    ("age_days", "is_fresh"), [(0, True), (30, True), (30.001, False), (31, False), (-0.001, False)]
)
def test_a_proof_lasts_so_many_days(age_days: float, is_fresh: bool) -> None:
    assert is_identity_fresh(NOON - timedelta(days=age_days), NOON, 30) is is_fresh


def test_no_proof_is_not_fresh() -> None:
    assert not is_identity_fresh(None, NOON, 30)


def test_the_facts_are_those_of_the_case() -> None:
    facts = facts_of(Situation(), ContactRecord())
    assert facts.jurisdiction == "US-IL"
    assert facts.zones == ("America/Chicago",)
    assert facts.channel is Channel.SMS
    assert facts.product == "card"
    assert facts.days_past_due == 34
    assert facts.discloses is Discloses.DEBT
    assert facts.answers_at is None


def test_days_before_the_due_date_are_negative() -> None:
    early = Situation(days_past_due=0, next_due_on=date(2026, 11, 26))
    assert facts_of(early, ContactRecord()).days_past_due == -3


def test_a_hold_does_not_stop_the_answer_to_the_reply_that_laid_it_on() -> None:
    reply = uuid4()
    record = ContactRecord(holds=(StandingHold(Hold.DISPUTE, reply), StandingHold(Hold.PLAN_ACTIVE)))
    assert facts_of(Situation(), record).holds == {Hold.DISPUTE, Hold.PLAN_ACTIVE}
    assert facts_of(Situation(), record, Answering(reply, NOON)).holds == {Hold.PLAN_ACTIVE}
    assert facts_of(Situation(), record, Answering(uuid4(), NOON)).holds == {Hold.DISPUTE, Hold.PLAN_ACTIVE}


def test_holds_of_the_thread_are_added() -> None:
    held = facts_of(Situation(), ContactRecord(), held=frozenset({Hold.WITH_PERSON})).holds
    assert held == {Hold.WITH_PERSON}
