from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from parley.contact.explain import explain
from parley.contact.facts import (
    Consent,
    Contact,
    ContactFacts,
    Direction,
    Discloses,
    Flag,
    Hold,
    OptOut,
    OptOutScope,
)
from parley.contact.gate import Decision, GateSettings, Permit, Refused, decide
from parley.contact.hours import moment
from parley.contact.window import send_window
from parley.dates import local_date
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.rulebook.rule import DayWindows, HoursParams
from tests.contact.strategies import contact_facts

STRICT = GateSettings()
BINDING = GateSettings(unsigned_exceptions_bind=True)
NOON_CHICAGO = datetime(2026, 11, 23, 18, tzinfo=UTC)
PLAIN = ContactFacts(
    now=NOON_CHICAGO,
    jurisdiction="US-TX",
    zones=("America/Chicago",),
    purpose=Purpose.COLLECTION,
    channel=Channel.SMS,
    days_past_due=10,
    identity_proven=True,
    discloses=Discloses.DEBT,
)


def refusing(decision: Decision) -> set[str]:
    return {one.rule_id for one in decision.refusals} if isinstance(decision, Refused) else set()


def sent(hours_ago: float, channel: Channel = Channel.SMS, purpose: Purpose = Purpose.COLLECTION) -> Contact:
    return Contact(NOON_CHICAGO - timedelta(hours=hours_ago), channel, purpose=purpose)


def test_plain_contact_at_noon_is_permitted(rulebook: Rulebook) -> None:
    assert isinstance(decide(PLAIN, rulebook, STRICT), Permit)


def test_second_contact_of_a_day_waits_for_morning_on_any_channel(rulebook: Rulebook) -> None:
    decision = decide(replace(PLAIN, history=(sent(1, Channel.EMAIL, Purpose.SERVICING),)), rulebook, STRICT)
    assert refusing(decision) == {"lender-cap-day"}
    assert isinstance(decision, Refused)
    assert decision.retry_at == datetime(2026, 11, 24, 14, tzinfo=UTC)


def test_fourth_contact_in_seven_days_waits_for_the_oldest_to_leave(rulebook: Rulebook) -> None:
    decision = decide(replace(PLAIN, history=(sent(30), sent(60), sent(100))), rulebook, STRICT)
    assert isinstance(decision, Refused)
    assert decision.primary.rule_id == "lender-cap-week"
    assert decision.retry_at == NOON_CHICAGO + timedelta(hours=168 - 100)


def test_unknown_zone_is_closed_and_waiting_does_not_help(rulebook: Rulebook) -> None:
    decision = decide(replace(PLAIN, zones=()), rulebook, STRICT)
    assert isinstance(decision, Refused)
    assert decision.primary.reason_code == "quiet_hours"
    assert decision.retry_at is None
    law = decide(replace(PLAIN, zones=(), actor=Actor.DEBT_BUYER), rulebook, STRICT)
    assert isinstance(law, Refused)
    assert {one.rule_id for one in law.refusals} >= {"us-hours-collection", "lender-hours"}
    assert {one.layer for one in law.refusals} == {"policy"}


def test_country_nobody_described_is_held_to_a_strict_default_that_is_labelled_policy(rulebook: Rulebook) -> None:
    facts = replace(PLAIN, jurisdiction="XX", zones=("Asia/Kathmandu",), now=datetime(2026, 11, 23, 1, tzinfo=UTC))
    decision = decide(facts, rulebook, STRICT)
    assert isinstance(decision, Refused)
    assert refusing(decision) == {"lender-hours", "unknown-hours"}
    assert {one.layer for one in decision.refusals} == {"policy"}
    # 09:00 in Kathmandu, a quarter of an hour off every full one.
    assert decision.retry_at == datetime(2026, 11, 23, 3, 15, tzinfo=UTC)


def test_reply_at_night_is_permitted_once(rulebook: Rulebook) -> None:
    night = NOON_CHICAGO + timedelta(hours=11)
    wrote = night - timedelta(minutes=2)
    reply = replace(PLAIN, now=night, purpose=Purpose.NEGOTIATION_REPLY, answers_at=wrote, history=(sent(1),))
    assert isinstance(decide(reply, rulebook, STRICT), Permit)
    answered = Contact(night, Channel.SMS, purpose=Purpose.NEGOTIATION_REPLY, answers_at=wrote)
    again = decide(replace(reply, history=(sent(1), answered)), rulebook, STRICT)
    assert "lender-hours" in refusing(again)


def test_reply_that_answers_nothing_is_judged_as_collection(rulebook: Rulebook) -> None:
    reply = replace(PLAIN, purpose=Purpose.NEGOTIATION_REPLY, holds=frozenset({Hold.DISPUTE}))
    assert "lender-hold-dispute" in refusing(decide(reply, rulebook, STRICT))
    answers = replace(reply, answers_at=NOON_CHICAGO)
    assert isinstance(decide(answers, rulebook, STRICT), Permit)


def test_unsigned_exception_of_law_binds_only_where_the_setting_says_so(rulebook: Rulebook) -> None:
    night = NOON_CHICAGO + timedelta(hours=11)
    wrote = Contact(night - timedelta(minutes=2), Channel.SMS, Direction.IN, Purpose.NEGOTIATION_REPLY)
    reply = replace(
        PLAIN,
        now=night,
        actor=Actor.DEBT_BUYER,
        purpose=Purpose.NEGOTIATION_REPLY,
        answers_at=wrote.at,
        history=(wrote,),
    )
    assert refusing(decide(reply, rulebook, STRICT)) == {"us-hours-collection"}
    assert isinstance(decide(reply, rulebook, BINDING), Permit)


def test_debt_before_identity_is_refused_as_third_party(rulebook: Rulebook) -> None:
    decision = decide(replace(PLAIN, identity_proven=False), rulebook, STRICT)
    assert isinstance(decision, Refused)
    assert (decision.primary.rule_id, decision.primary.reason_code) == ("no-debt-before-identity", "third_party")
    assert decision.retry_at is None
    bare = replace(PLAIN, identity_proven=False, discloses=Discloses.RELATIONSHIP)
    assert isinstance(decide(bare, rulebook, STRICT), Permit)


def test_all_failing_rules_are_named_and_the_gravest_comes_first(rulebook: Rulebook) -> None:
    facts = replace(
        PLAIN,
        now=NOON_CHICAGO + timedelta(hours=12),
        holds=frozenset({Hold.COMPLAINT, Hold.INSOLVENCY}),
        opt_outs=(OptOut(OptOutScope.ALL, NOON_CHICAGO),),
    )
    decision = decide(facts, rulebook, STRICT)
    assert isinstance(decision, Refused)
    assert decision.primary.reason_code == "insolvency_stay"
    assert {"lender-hours", "lender-hold-complaint", "lender-optout", "us-revocation"} <= refusing(decision)


@pytest.mark.parametrize("hold", list(Hold))
def test_every_hold_stops_collection_and_promotion(rulebook: Rulebook, hold: Hold) -> None:
    held = replace(PLAIN, holds=frozenset({hold}))
    assert isinstance(decide(held, rulebook, BINDING), Refused)
    offer = replace(held, purpose=Purpose.PROMOTION, days_past_due=0, consents=frozenset(Consent))
    assert "lender-no-promotion-in-trouble" in refusing(decide(offer, rulebook, BINDING))


def test_plan_that_is_kept_leaves_its_own_reminders(rulebook: Rulebook) -> None:
    reminder = replace(PLAIN, purpose=Purpose.REMINDER, holds=frozenset({Hold.PLAN_ACTIVE}))
    assert isinstance(decide(reminder, rulebook, STRICT), Permit)


@pytest.mark.parametrize("hold", list(Hold))
def test_crisis_reply_passes_at_any_hour_and_under_any_hold(rulebook: Rulebook, hold: Hold) -> None:
    night = replace(
        PLAIN,
        now=NOON_CHICAGO + timedelta(hours=12),
        purpose=Purpose.CRISIS_REPLY,
        holds=frozenset({hold}),
        history=tuple(sent(hours) for hours in range(1, 9)),
        zones=(),
        identity_proven=False,
        discloses=Discloses.NOTHING,
    )
    assert isinstance(decide(night, rulebook, STRICT), Permit)


def test_crisis_reply_stops_at_a_confirmed_opt_out(rulebook: Rulebook) -> None:
    stop = OptOut(OptOutScope.ALL, NOON_CHICAGO)
    crisis = replace(PLAIN, purpose=Purpose.CRISIS_REPLY, discloses=Discloses.NOTHING, opt_outs=(stop,))
    assert isinstance(decide(crisis, rulebook, STRICT), Permit)
    confirmed = replace(crisis, opt_outs=(replace(stop, confirmed_at=NOON_CHICAGO),))
    assert refusing(decide(confirmed, rulebook, STRICT)) == {"lender-crisis-after-optout"}


def test_opt_out_is_confirmed_once_at_any_hour(rulebook: Rulebook) -> None:
    night = NOON_CHICAGO + timedelta(hours=12)
    stop = OptOut(OptOutScope.ALL, night - timedelta(seconds=30))
    first = replace(
        PLAIN, now=night, purpose=Purpose.OPT_OUT_CONFIRMATION, discloses=Discloses.NOTHING, opt_outs=(stop,)
    )
    assert isinstance(decide(first, rulebook, STRICT), Permit)
    confirmation = Contact(night, Channel.SMS, purpose=Purpose.OPT_OUT_CONFIRMATION)
    assert isinstance(decide(replace(first, history=(confirmation,)), rulebook, STRICT), Refused)
    assert isinstance(decide(replace(first, opt_outs=()), rulebook, STRICT), Refused)


def test_stop_reaches_every_channel_and_a_promotion_stop_only_promotions(rulebook: Rulebook) -> None:
    everything = (OptOut(OptOutScope.ALL, NOON_CHICAGO, Channel.SMS),)
    for channel in Channel:
        assert "lender-optout" in refusing(
            decide(replace(PLAIN, channel=channel, opt_outs=everything), rulebook, STRICT)
        )
    promotions = (OptOut(OptOutScope.PROMOTION, NOON_CHICAGO, Channel.SMS),)
    assert isinstance(decide(replace(PLAIN, opt_outs=promotions), rulebook, STRICT), Permit)


def test_known_on_leaves_out_what_was_not_yet_known(rulebook: Rulebook) -> None:
    before = GateSettings(known_on=NOON_CHICAGO.date() - timedelta(days=1))
    assert decide(PLAIN, rulebook, before).rules == ()


def test_explanation_is_json_and_holds_no_reference(rulebook: Rulebook) -> None:
    facts = replace(PLAIN, account="acct-4711", address="addr-0815", history=(replace(sent(1), account="acct-4711"),))
    text = json.dumps(explain(decide(facts, rulebook, STRICT)))
    assert "4711" not in text
    assert "0815" not in text
    assert "4711" not in repr(facts)
    assert "lender-cap-day" in text


@given(contact_facts())
def test_same_facts_same_explanation(rulebook: Rulebook, facts: ContactFacts) -> None:
    fresh = replace(rulebook, _selections={})
    assert json.dumps(explain(decide(facts, rulebook, BINDING))) == json.dumps(explain(decide(facts, fresh, BINDING)))


@given(contact_facts())
def test_signing_nothing_never_permits_more(rulebook: Rulebook, facts: ContactFacts) -> None:
    if isinstance(decide(facts, rulebook, STRICT), Permit):
        assert isinstance(decide(facts, rulebook, BINDING), Permit)


@given(contact_facts(), st.data())
def test_fewer_rules_never_refuse_more(rulebook: Rulebook, facts: ContactFacts, data: st.DataObject) -> None:
    gone = data.draw(st.frozensets(st.sampled_from([rule.id for rule in rulebook.rules if rule.kind != "exception"])))
    fewer = replace(rulebook, rules=tuple(rule for rule in rulebook.rules if rule.id not in gone), _selections={})
    assert refusing(decide(facts, fewer, STRICT)) <= refusing(decide(facts, rulebook, STRICT))


@given(contact_facts(), st.integers(0, 600), st.integers(0, 600))
def test_narrower_hours_never_permit_more(rulebook: Rulebook, facts: ContactFacts, late: int, early: int) -> None:
    def narrowed(params: HoursParams) -> HoursParams:
        def shorter(day: DayWindows) -> DayWindows:
            return tuple((start + late, end - early) for start, end in day if start + late < end - early)

        monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(shorter, params.open)
        return replace(params, open=(monday, tuesday, wednesday, thursday, friday, saturday, sunday))

    rules = tuple(
        replace(rule, params=narrowed(rule.params)) if isinstance(rule.params, HoursParams) else rule
        for rule in rulebook.rules
    )
    stricter = replace(rulebook, rules=rules, _selections={})
    assert refusing(decide(facts, rulebook, STRICT)) <= refusing(decide(facts, stricter, STRICT))


@given(contact_facts())
def test_permit_lies_in_open_hours_of_every_zone_unless_called_for(rulebook: Rulebook, facts: ContactFacts) -> None:
    decision = decide(facts, rulebook, STRICT)
    exempt = {Purpose.CRISIS_REPLY, Purpose.OPT_OUT_CONFIRMATION, Purpose.RISK_ALERT}
    held_to_hours = facts.purpose not in exempt and facts.channel is not Channel.POST
    if isinstance(decision, Permit) and not decision.lifted and held_to_hours:
        assert all(8 * 60 <= moment(facts.now, zone).minute < 20 * 60 for zone in facts.zones)


@given(contact_facts(timely=True))
def test_retry_is_later_and_permitted_or_explained_again(rulebook: Rulebook, facts: ContactFacts) -> None:
    decision = decide(facts, rulebook, STRICT)
    assume(isinstance(decision, Refused) and decision.retry_at is not None)
    assert isinstance(decision, Refused) and decision.retry_at is not None
    assert decision.retry_at > facts.now
    assert all(one.retry_at is None or one.retry_at <= decision.retry_at for one in decision.refusals)
    later = decide(replace(facts, now=decision.retry_at, answers_at=None), rulebook, STRICT)
    if isinstance(later, Refused):
        # Only what began to bind in between may stand in the way: a label that lost its reply, or a new rule.
        assert refusing(later) - set(decision.rules)


@given(contact_facts(timely=True))
def test_nothing_earlier_than_the_retry_is_permitted(rulebook: Rulebook, facts: ContactFacts) -> None:
    facts = replace(facts, answers_at=None)
    decision = decide(facts, rulebook, STRICT)
    assume(isinstance(decision, Refused) and decision.retry_at is not None)
    assert isinstance(decision, Refused) and decision.retry_at is not None
    wait = decision.retry_at - facts.now
    for part in range(12):
        assert isinstance(decide(replace(facts, now=facts.now + wait * part / 12), rulebook, STRICT), Refused)
    assert isinstance(
        decide(replace(facts, now=decision.retry_at - timedelta(microseconds=1)), rulebook, STRICT), Refused
    )


@given(st.lists(st.tuples(st.integers(1, 2000), st.sampled_from(Channel), st.booleans()), max_size=60))
def test_caps_hold_under_any_sequence(rulebook: Rulebook, tries: list[tuple[int, Channel, bool]]) -> None:
    now, zone = datetime(2026, 10, 30, tzinfo=UTC), "America/New_York"
    made: list[Contact] = []
    for wait, channel, is_reminder in tries:
        now += timedelta(minutes=wait)
        purpose = Purpose.REMINDER if is_reminder else Purpose.COLLECTION
        facts = replace(
            PLAIN, now=now, zones=(zone,), channel=channel, purpose=purpose, history=tuple(made), jurisdiction="US"
        )
        if channel is not Channel.POST and isinstance(decide(facts, rulebook, STRICT), Permit):
            made.append(Contact(now, channel, purpose=purpose))
    days = [local_date(contact.at, zone) for contact in made]
    assert len(days) == len(set(days))
    for first in made:
        assert sum(1 for one in made if timedelta(0) <= one.at - first.at < timedelta(days=7)) <= 3


@given(contact_facts(timely=True))
def test_send_window_is_permitted_or_a_refusal(rulebook: Rulebook, facts: ContactFacts) -> None:
    found = send_window(facts, rulebook, STRICT)
    if isinstance(found, datetime):
        assert isinstance(decide(replace(facts, now=found), rulebook, STRICT), Permit)


def test_send_window_of_a_night_is_the_next_morning_of_the_last_zone(rulebook: Rulebook) -> None:
    facts = replace(PLAIN, zones=("America/New_York", "America/Los_Angeles"), now=datetime(2026, 11, 23, 6, tzinfo=UTC))
    assert send_window(facts, rulebook, STRICT) == datetime(2026, 11, 23, 16, tzinfo=UTC)


def test_flag_of_a_shared_number_stops_everything_but_the_crisis_reply(rulebook: Rulebook) -> None:
    shared = replace(PLAIN, flags=frozenset({Flag.SHARED_NUMBER}))
    assert "lender-borrower-only" in refusing(decide(shared, rulebook, STRICT))
