from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from parley.contact.facts import ContactFacts, Discloses, Flag, Hold
from parley.contact.gate import GateSettings, Refused, decide
from parley.engine.asking import Answering, contact_facts, is_identity_fresh
from parley.engine.case import ContactRecord, StandingHold
from parley.engine.situation import Situation, account_of, party_of
from parley.purpose import Actor, Channel, Purpose
from parley.run.rulebooks import shipped_rulebook
from parley.servicing.account import Account, AccountStatus
from tests.engine.sample import NOON

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
        in_collection_days=30,
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
    # As rule files call it: article 70 of the Chinese card rules binds cards only.
    assert facts.product == "credit_card"
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


@pytest.mark.parametrize(("days", "is_in_collection"), [(29, False), (30, True)])
def test_an_account_is_in_collection_from_the_thirtieth_day_past_due(days: int, is_in_collection: bool) -> None:
    account = account_of(Situation(days_past_due=days), TODAY)
    facts = facts_of(Situation(days_past_due=days), ContactRecord())
    assert facts.days_past_due == days
    assert (Flag.IN_COLLECTION_PROCEDURES in facts.flags) is is_in_collection
    written_off = replace(account, status=AccountStatus.CHARGED_OFF)
    assert Flag.IN_COLLECTION_PROCEDURES in facts_with(written_off).flags


def facts_with(account: Account, in_collection_days: int = 30) -> ContactFacts:
    return contact_facts(
        party_of(Situation(), NOON),
        account,
        ContactRecord(),
        purpose=Purpose.COLLECTION,
        discloses="debt",
        now=NOON,
        today=TODAY,
        actor=Actor.ORIGINAL_CREDITOR,
        is_proven=True,
        in_collection_days=in_collection_days,
    )


@pytest.mark.parametrize(("days", "is_in_collection"), [(59, False), (60, True)])
def test_from_which_day_collection_begins_the_settings_say(days: int, is_in_collection: bool) -> None:
    facts = facts_with(account_of(Situation(days_past_due=days), TODAY), in_collection_days=60)
    assert (Flag.IN_COLLECTION_PROCEDURES in facts.flags) is is_in_collection


BEGAN = TODAY - timedelta(days=60)


@pytest.mark.parametrize(
    ("days", "since"),
    [
        ((BEGAN,), {Flag.BREATHING_SPACE: (BEGAN,)}),
        ((TODAY, BEGAN), {Flag.BREATHING_SPACE: (BEGAN, TODAY)}),
        ((None,), {}),
        ((BEGAN, None), {}),
    ],
)
def test_a_pause_counts_from_its_first_day_and_runs_on_where_one_is_not_known(
    days: tuple[date | None, ...], since: dict[Flag, tuple[date, ...]]
) -> None:
    holds = tuple(StandingHold(Hold.BREATHING_SPACE, began_on=day) for day in days)
    assert facts_of(Situation(), ContactRecord(holds=holds)).since == since


def test_a_breathing_space_that_has_run_its_length_ends_where_its_rule_binds() -> None:
    situation = Situation(jurisdiction="GB", locale="en-GB", zone="Europe/London")
    for began, is_over in ((BEGAN, True), (BEGAN + timedelta(days=1), False), (None, False)):
        record = ContactRecord(holds=(StandingHold(Hold.BREATHING_SPACE, began_on=began),))
        facts = facts_of(situation, record)
        decision = decide(facts, shipped_rulebook(), GateSettings(unsigned_exceptions_bind=True))
        refusing = {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()
        assert ("gb-breathing" in refusing) is not is_over, began


def test_the_day_of_the_contract_goes_with_the_account() -> None:
    account = account_of(Situation(), TODAY)
    assert facts_with(account).contract_on is None
    assert facts_with(replace(account, contract_on=BEGAN)).contract_on == BEGAN
