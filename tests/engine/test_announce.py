from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from parley.contact.facts import Contact, Hold, OptOut, OptOutScope
from parley.contact.gate import Refused
from parley.dates import local
from parley.engine.announce import Announcement, Figures, announce, key_of
from parley.engine.case import ContactRecord, StandingHold
from parley.engine.nightly import Trigger
from parley.engine.situation import Situation, account_of, party_of
from parley.engine.turn import Library
from parley.purpose import Channel, Purpose

AS_OF = date(2026, 11, 23)
# Two in the morning in Chicago.
NIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OVERDUE = Trigger(Purpose.COLLECTION, "overdue", "late:34")


def said(
    library: Library,
    situation: Situation,
    wish: Trigger = OVERDUE,
    record: ContactRecord | None = None,
    figures: Figures | None = None,
    *,
    now: datetime = NIGHT,
    zones: tuple[str, ...] | None = None,
    held: frozenset[Hold] = frozenset(),
    last_use_hours: int = 48,
) -> Announcement | Refused:
    party = party_of(situation, now)
    return announce(
        wish,
        party if zones is None else replace(party, zones=zones),
        account_of(situation, AS_OF),
        record or ContactRecord(),
        figures or Figures(),
        as_of=AS_OF,
        now=now,
        last_use_hours=last_use_hours,
        also_held=held,
        library=library,
    )


def permitted(made: Announcement | Refused) -> Announcement:
    assert isinstance(made, Announcement)
    return made


@pytest.mark.parametrize(
    ("family", "unproven", "proven"),
    [
        ("reminder", "reminder.neutral", "reminder.detail"),
        ("overdue", "overdue.neutral", "overdue.detail"),
        ("limit_change", "limit_change.neutral", "limit_change.detail"),
        ("arrangement.reminder", "reminder.neutral", "arrangement.reminder"),
        ("arrangement.missed", "overdue.neutral", "arrangement.missed"),
        ("promotion.offer", "promotion.offer", "promotion.offer"),
    ],
)
def test_debt_facts_follow_proof_of_identity(library: Library, family: str, unproven: str, proven: str) -> None:
    assert key_of(family, is_proven=False) == unproven
    assert key_of(family, is_proven=True) == proven
    assert library.catalogue.entry(unproven).discloses != "debt"


def test_an_unproven_borrower_gets_the_neutral_text(library: Library) -> None:
    made = permitted(said(library, Situation()))
    assert made.rendered.key == "overdue.neutral"
    assert made.rendered.numbers == ()


def test_a_proven_borrower_gets_the_figures(library: Library) -> None:
    made = permitted(said(library, Situation(is_proven=True)))
    assert made.rendered.key == "overdue.detail"
    assert "$103.00 of your balance of $1,240.00" in made.rendered.text


@pytest.mark.parametrize(
    ("situation", "hour"),
    [
        (Situation(), 8),
        (Situation(jurisdiction="US-CA", zone="America/Los_Angeles"), 8),
        (Situation(jurisdiction="TW", locale="zh-TW", zone="Asia/Taipei", currency="TWD"), 9),
    ],
)
def test_it_leaves_at_the_first_permitted_hour_of_the_place(library: Library, situation: Situation, hour: int) -> None:
    made = permitted(said(library, situation, now=datetime(2026, 11, 22, 15, 0, tzinfo=UTC)))
    assert local(made.not_before, situation.zone).hour == hour
    assert made.not_before < made.not_after


def test_the_hours_hold_in_every_zone_the_borrower_may_be_in(library: Library) -> None:
    made = permitted(said(library, Situation(), zones=("America/Chicago", "America/Los_Angeles")))
    assert local(made.not_before, "America/Los_Angeles").hour == 8


def test_an_unknown_zone_is_closed(library: Library) -> None:
    assert isinstance(said(library, Situation(), zones=()), Refused)


@pytest.mark.parametrize("kind", [Hold.DISPUTE, Hold.HARDSHIP, Hold.COMPLAINT, Hold.CRISIS, Hold.REPRESENTED])
def test_a_hold_is_no_matter_of_waiting(library: Library, kind: Hold) -> None:
    refused = said(library, Situation(), record=ContactRecord(holds=(StandingHold(kind),)))
    assert isinstance(refused, Refused)
    assert refused.retry_at is None
    assert isinstance(said(library, Situation(), held=frozenset({kind})), Refused)


def test_a_stop_ends_what_the_night_wants_to_say(library: Library) -> None:
    record = ContactRecord(opt_outs=(OptOut(OptOutScope.ALL, NIGHT - timedelta(days=3)),))
    assert isinstance(said(library, Situation(), record=record), Refused)


def test_one_unprompted_message_a_day(library: Library) -> None:
    earlier = Contact(at=NIGHT - timedelta(hours=1), channel=Channel.SMS, purpose=Purpose.REMINDER)
    made = permitted(said(library, Situation(), record=ContactRecord(contacts=(earlier,))))
    assert local(made.not_before, "America/Chicago").date() == AS_OF + timedelta(days=1)


def test_what_would_come_too_late_is_refused_with_its_reason(library: Library) -> None:
    earlier = Contact(at=NIGHT - timedelta(hours=1), channel=Channel.SMS, purpose=Purpose.REMINDER)
    refused = said(library, Situation(), record=ContactRecord(contacts=(earlier,)), last_use_hours=12)
    assert isinstance(refused, Refused)
    assert "lender-cap-day" in {one.rule_id for one in refused.refusals}


def test_a_limit_change_names_both_limits(library: Library) -> None:
    wish = Trigger(Purpose.SERVICING, "limit_change", "limit")
    figures = Figures(limit_before_minor=300_000, limit_after_minor=200_000)
    made = permitted(said(library, Situation(is_proven=True), wish, figures=figures))
    assert "from $3,000.00 to $2,000.00" in made.rendered.text
