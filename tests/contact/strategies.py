"""Contacts to be judged, drawn at random: for the properties of the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from parley.contact.facts import (
    Carriage,
    Consent,
    Contact,
    ContactFacts,
    Designation,
    Direction,
    Discloses,
    Flag,
    Hold,
    OptOut,
    OptOutScope,
    Outcome,
)
from parley.purpose import Actor, Channel, Purpose
from parley.rulebook.terms import Registered, SenderForm

START = datetime(2026, 10, 20, tzinfo=UTC)
PLACES = {
    "US-CA": ("America/Los_Angeles",),
    "US-FL": ("America/New_York", "America/Chicago"),
    "US-TX": ("America/Chicago", "America/Denver"),
    "US-NYC": ("America/New_York",),
    "US-MA": ("America/New_York",),
    "GB": ("Europe/London",),
    "CN": ("Asia/Shanghai",),
    "IN": ("Asia/Kolkata",),
    "PH": ("Asia/Manila",),
    "HK": ("Asia/Hong_Kong",),
    "XX": ("Asia/Kathmandu",),
    "ID": ("Asia/Jakarta", "Asia/Jayapura"),
    "AU": ("Australia/Lord_Howe",),
    "BR-RJ": ("America/Sao_Paulo",),
    "KR": ("Asia/Seoul",),
    "MX": ("America/Mexico_City",),
    "DE": ("Europe/Berlin",),
}
INSTANTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
AFTERNOONS = tuple(((780, 900),) for _ in range(7))
DESIGNATIONS = st.sampled_from(
    [
        (),
        (Designation(closed=(AFTERNOONS[0],) * 7),),
        (Designation(only=(((600, 660),), (), (), (), (), (), ())),),
        (Designation(from_day=datetime(2026, 12, 1, tzinfo=UTC).date()),),
    ]
)
CONTACTS = st.builds(
    Contact,
    at=INSTANTS,
    channel=st.sampled_from(Channel),
    direction=st.sampled_from(Direction),
    purpose=st.sampled_from(Purpose),
    outcome=st.one_of(st.none(), st.sampled_from(Outcome)),
    answers_at=st.one_of(st.none(), INSTANTS),
    account=st.sampled_from([None, "A", "B"]),
)
OPT_OUTS = st.builds(
    OptOut,
    scope=st.sampled_from(OptOutScope),
    at=INSTANTS,
    channel=st.sampled_from(Channel),
    confirmed_at=st.one_of(st.none(), INSTANTS),
)


CARRIAGES = st.one_of(
    st.none(),
    st.builds(
        Carriage,
        provider=st.sampled_from(["sandbox", "twilio"]),
        form=st.one_of(st.none(), st.sampled_from(SenderForm)),
        registered=st.frozensets(st.sampled_from(Registered)),
        relied_on=st.sampled_from([(), ("1107",)]),
        registrations=st.sampled_from(["", "ab"]),
    ),
)


@st.composite
def contact_facts(draw: st.DrawFn, *, timely: bool = False) -> ContactFacts:
    """Draw a contact; *timely*: one that nothing but time may stand against."""
    jurisdiction = draw(st.sampled_from(sorted(PLACES)))
    now = draw(INSTANTS)
    drawn = draw(st.lists(CONTACTS, max_size=6))
    # What has not happened yet is no history.
    history = tuple(contact for contact in drawn if contact.at <= now)
    facts = ContactFacts(
        now=now,
        jurisdiction=jurisdiction,
        zones=draw(st.sampled_from([PLACES[jurisdiction], (*PLACES[jurisdiction], "Asia/Kathmandu")])),
        purpose=draw(st.sampled_from(Purpose)),
        channel=draw(st.sampled_from(Channel)),
        actor=draw(st.sampled_from(Actor)),
        product=draw(st.sampled_from(["", "credit_card"])),
        days_past_due=draw(st.integers(-5, 40)),
        answers_at=draw(st.sampled_from([None, now - timedelta(minutes=3), now - timedelta(minutes=90)])),
        consents=draw(st.frozensets(st.sampled_from(Consent))),
        opt_outs=draw(st.lists(OPT_OUTS, max_size=1).map(tuple)),
        holds=draw(st.frozensets(st.sampled_from(Hold), max_size=1)),
        flags=draw(st.frozensets(st.sampled_from(Flag), max_size=1)),
        designations=draw(DESIGNATIONS),
        identity_proven=draw(st.booleans()),
        discloses=draw(st.sampled_from(Discloses)),
        history=history,
        account=draw(st.sampled_from([None, "A"])),
        carriage=None if timely else draw(CARRIAGES),
    )
    if not timely:
        return facts
    return replace(
        facts,
        purpose=draw(st.sampled_from([Purpose.REMINDER, Purpose.COLLECTION, Purpose.SERVICING, Purpose.PLAN_OFFER])),
        consents=frozenset(Consent),
        opt_outs=(),
        holds=frozenset(),
        flags=frozenset(),
        identity_proven=True,
    )
