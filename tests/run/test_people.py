"""A member of staff's hours through the real pipeline: the witness finds nothing to count."""

from __future__ import annotations

from datetime import timedelta

from parley.engine.acts import (
    Agree,
    CallOutcome,
    Direction,
    HandBack,
    LogCall,
    Offer,
    ReadBack,
    Reply,
    TakeOver,
)
from parley.run.checking import check
from parley.run.library import lender_facts
from parley.settings import Settings
from parley.store import models
from tests.run.desk import NOON, Desk, library
from tests.store.desk_work import DAY, FIRST, HOUR, MINUTE, Work


def test_what_people_lawfully_say_and_agree_is_no_violation(desk: Desk) -> None:
    by_text, by_phone = Work(desk), Work(desk)
    at = NOON
    # One borrower takes an offer of a person's by text, and the machine carries it to its end.
    by_text.hears("person please", at)
    by_text.sends(at)
    by_text.does(TakeOver(), at + MINUTE)
    by_text.does(Offer(60_00, FIRST), at + 2 * MINUTE)
    by_text.sends(at + 2 * MINUTE)
    by_text.does(HandBack(), at + 3 * MINUTE)
    for minute, text in enumerate(("1", "yes"), start=4):
        by_text.hears(text, at + minute * MINUTE)
        by_text.sends(at + minute * MINUTE)
    # The other agrees on the phone; the text about it waits for the next day, for the call was the day's one contact.
    by_phone.hears("call me please", at)
    by_phone.sends(at)
    by_phone.does(TakeOver(), at + MINUTE)
    by_phone.does(LogCall(Direction.OUT, CallOutcome.REACHED, is_identity_checked=True), at + 5 * MINUTE)
    by_phone.does(Offer(45_00, FIRST, is_sent=False), at + 6 * MINUTE)
    by_phone.does(ReadBack(0), at + 7 * MINUTE)
    agreed = by_phone.does(Agree(0), at + 8 * MINUTE)
    assert agreed.waits_until is not None
    by_phone.does(HandBack(), at + 9 * MINUTE)
    by_phone.sends(agreed.waits_until)
    # A question the next day is answered by the person who takes it.
    by_phone.hears("is it all set?", agreed.waits_until + HOUR)
    by_phone.sends(agreed.waits_until + HOUR)
    by_phone.does(TakeOver(), agreed.waits_until + 2 * HOUR)
    by_phone.does(Reply("help.who"), agreed.waits_until + 2 * HOUR)
    by_phone.sends(agreed.waits_until + DAY)
    assert models.Arrangement.objects.filter(standing="active").count() == 2
    left = models.Message.objects.filter(written_by__isnull=False, intended_at__isnull=False)
    assert left.count() == 3
    now = agreed.waits_until + DAY + timedelta(hours=1)
    report = check(desk.vault, desk.folder / "centre.jsonl", now, lender_facts(Settings(), library()))
    assert report.examples == {}
