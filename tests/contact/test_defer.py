"""The first instant at which hours, holidays, caps and the borrower's wishes hold together in every zone, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parley.contact.explain import explain
from parley.contact.facts import Contact, ContactFacts, Designation, Direction, Discloses, Outcome
from parley.contact.gate import Decision, GateSettings, Permit, Refused, decide
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.book import Rulebook
from parley.run.scenario_files import law

BINDING = GateSettings(unsigned_exceptions_bind=True)
SYDNEY, PERTH = ZoneInfo("Australia/Sydney"), ZoneInfo("Australia/Perth")


@pytest.fixture(scope="module")
def rules() -> Rulebook:
    return law()


def facts_at(now: datetime, jurisdiction: str, *zones: str, channel: Channel = Channel.CALL) -> ContactFacts:
    return ContactFacts(
        now=now.astimezone(UTC),
        jurisdiction=jurisdiction,
        zones=zones,
        purpose=Purpose.COLLECTION,
        channel=channel,
        days_past_due=10,
        identity_proven=True,
        discloses=Discloses.DEBT,
        account="A",
    )


def retry(decision: Decision) -> datetime | None:
    assert isinstance(decision, Refused)
    return decision.retry_at


def christmas() -> ContactFacts:
    """Return Christmas Eve at nine in the evening, when Sydney closes; Perth is three hours behind."""
    eve = datetime(2026, 12, 24, 21, tzinfo=SYDNEY)
    return facts_at(eve, "AU", "Australia/Sydney", "Australia/Perth")


def test_two_holidays_and_a_sunday_morning_in_two_zones(rules: Rulebook) -> None:
    assert retry(decide(christmas(), rules, BINDING)) == datetime(2026, 12, 27, 9, tzinfo=PERTH)


def test_a_full_week_waits_for_monday_in_the_later_zone(rules: Rulebook) -> None:
    talked = tuple(
        Contact(datetime(2026, 12, day, 12, tzinfo=SYDNEY).astimezone(UTC), Channel.CALL, outcome=Outcome.CONVERSATION)
        for day in (21, 22, 23)
    )
    full = replace(christmas(), history=talked)
    assert retry(decide(full, rules, BINDING)) == datetime(2026, 12, 28, 7, 30, tzinfo=PERTH)


def test_named_times_hold_in_every_zone_or_never(rules: Rulebook) -> None:
    def only(start: int, end: int) -> ContactFacts:
        tuesday = ((), ((start * 60, end * 60),), (), (), (), (), ())
        return replace(christmas(), designations=(Designation(only=tuesday),))

    assert retry(decide(only(9, 15), rules, BINDING)) == datetime(2026, 12, 29, 9, tzinfo=PERTH)
    # Ten to eleven in Sydney is over before it begins in Perth.
    assert retry(decide(only(10, 11), rules, BINDING)) is None


def test_zones_on_either_side_of_the_date_line_share_a_weekday(rules: Rulebook) -> None:
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    facts = facts_at(sunday, "XX", "Pacific/Kiritimati", "Pacific/Pago_Pago")
    # Monday nine o'clock in Pago Pago is Tuesday ten o'clock on Kiritimati.
    assert retry(decide(facts, rules, BINDING)) == datetime(2026, 11, 23, 20, tzinfo=UTC)


def test_zones_of_a_quarter_and_a_half_hour(rules: Rulebook) -> None:
    night = datetime(2026, 11, 23, 0, tzinfo=UTC)
    facts = facts_at(night, "XX", "Asia/Kathmandu", "Asia/Kolkata", "Australia/Eucla")
    # Nine in Delhi is the last to come: 03:30 UTC, 09:15 in Kathmandu, 12:15 in Eucla.
    assert retry(decide(facts, rules, BINDING)) == datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        # 4 April 2027, three o'clock becomes two in Lord Howe by half an hour; nine o'clock comes by the new clock.
        (datetime(2027, 4, 3, 21, tzinfo=SYDNEY), datetime(2027, 4, 4, 9, tzinfo=ZoneInfo("Australia/Lord_Howe"))),
        # 4 October 2026: two o'clock becomes half past two there, three o'clock in Sydney.
        (datetime(2026, 10, 3, 21, tzinfo=SYDNEY), datetime(2026, 10, 4, 9, tzinfo=ZoneInfo("Australia/Lord_Howe"))),
    ],
)
def test_clocks_that_change_in_the_night(rules: Rulebook, now: datetime, wanted: datetime) -> None:
    zones = ("Australia/Lord_Howe", "Australia/Sydney")
    at = retry(decide(facts_at(now, "AU", *zones), rules, BINDING))
    in_sydney = datetime(wanted.year, wanted.month, wanted.day, 9, tzinfo=SYDNEY)
    assert at == max(wanted.astimezone(UTC), in_sydney.astimezone(UTC))


def test_a_holiday_is_one_where_the_borrower_may_be(rules: Rulebook) -> None:
    # 08:30 on 18 August in Jayapura is 06:30 in Jakarta; 21:30 on the 16th in Jakarta is the 16th in Jayapura too.
    zones = ("Asia/Jakarta", "Asia/Jayapura")
    jayapura = ZoneInfo("Asia/Jayapura")
    late = facts_at(datetime(2026, 8, 17, 23, 30, tzinfo=jayapura), "ID", *zones, channel=Channel.SMS)
    decision = decide(late, rules, BINDING)
    assert isinstance(decision, Refused)
    assert decision.primary.reason_code == "holiday"
    assert decision.retry_at == datetime(2026, 8, 18, 8, tzinfo=ZoneInfo("Asia/Jakarta"))


def test_beyond_what_a_calendar_is_sure_of_the_decision_warns(rules: Rulebook) -> None:
    known = facts_at(datetime(2026, 11, 23, 3, tzinfo=UTC), "ID", "Asia/Jakarta", channel=Channel.SMS)
    later = replace(known, now=datetime(2031, 11, 24, 3, tzinfo=UTC))
    assert explain(decide(known, rules, BINDING))["holidays_unknown"] == []
    assert explain(decide(later, rules, BINDING))["holidays_unknown"] == ["ID-national"]


def test_members_have_the_law_of_what_they_are_members_of(rules: Rulebook) -> None:
    assert rules.chain("DE") == ("EU", "*")
    assert rules.chain("AU-NSW") == ("AU", "*")
    assert rules.chain("BR-SP") == ("BR-SP", "BR", "*")
    assert rules.chain("XX") == ("?", "*")
    sunday = facts_at(datetime(2026, 11, 22, 11, tzinfo=UTC), "DE", "Europe/Berlin")
    assert retry(decide(sunday, rules, BINDING)) == datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_a_clock_set_back_stops_everything_until_it_is_right(rulebook: Rulebook) -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    facts = replace(facts_at(now, "GB", "Europe/London", channel=Channel.SMS), purpose=Purpose.SERVICING)
    ahead = Contact(now + timedelta(minutes=6), Channel.SMS, purpose=Purpose.SERVICING)
    decision = decide(replace(facts, history=(ahead,)), rulebook, BINDING)
    assert isinstance(decision, Refused)
    assert "history_ahead" in {one.reason_code for one in decision.refusals}
    # Clocks of two machines differ by less.
    near = replace(ahead, at=now + timedelta(minutes=5), channel=Channel.POST, purpose=Purpose.CRISIS_REPLY)
    assert isinstance(decide(replace(facts, history=(near,)), rulebook, BINDING), Permit)


def test_a_consent_to_more_calls_lasts_seven_days_and_needs_a_signature(rules: Rulebook) -> None:
    zone = ZoneInfo("America/New_York")
    calls = [Contact(datetime(2026, 11, 23, 8 + n, tzinfo=zone), Channel.CALL, account="A") for n in range(7)]
    consent = Contact(
        datetime(2026, 11, 17, 9, tzinfo=zone), Channel.CALL, Direction.IN, outcome=Outcome.CONSENT, account="A"
    )
    now = datetime(2026, 11, 23, 16, tzinfo=zone)
    facts = replace(facts_at(now, "US", "America/New_York"), actor=Actor.DEBT_BUYER, history=(*calls, consent))
    assert isinstance(decide(facts, rules, BINDING), Permit)
    unsigned = decide(facts, rules, GateSettings())
    assert isinstance(unsigned, Refused)
    assert {one.rule_id for one in unsigned.refusals} == {"us-7in7-calls"}
    assert unsigned.retry_at == datetime(2026, 11, 30, 8, tzinfo=zone)
