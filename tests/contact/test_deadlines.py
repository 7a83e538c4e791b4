"""The law's last day for a refusal: counted in business days, from the borrower's day, by the strictest rule."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from parley.contact.deadlines import Deadline, deadline_of, last_day
from parley.contact.facts import OptOut, OptOutScope
from parley.purpose import Actor, Channel
from parley.run.rulebooks import shipped_rulebook

MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ALL = OptOut(OptOutScope.ALL, AT)


@pytest.mark.parametrize(
    ("refused_on", "days", "last"),
    [
        (MONDAY, 1, date(2026, 11, 24)),
        (MONDAY, 5, date(2026, 11, 30)),
        (MONDAY, 10, date(2026, 12, 7)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 29), 10, date(2026, 12, 11)),
        (MONDAY, 0, MONDAY),
    ],
)
def test_business_days_are_counted_after_the_day_of_the_refusal(refused_on: date, days: int, last: date) -> None:
    assert last_day(refused_on, days) == last


def deadline(where: str, opt_out: OptOut, zone: str) -> Deadline | None:
    return deadline_of(shipped_rulebook(), where, Actor.ORIGINAL_CREDITOR, opt_out, (zone,))


def test_the_rule_of_the_place_names_the_day() -> None:
    assert deadline("US-NY", ALL, "America/New_York") == Deadline("us-revocation", date(2026, 12, 7))
    assert deadline("AU", ALL, "Australia/Sydney") == Deadline("au-optout", date(2026, 12, 1))
    assert deadline("GB", ALL, "Europe/London") is None


def test_only_rules_that_cover_the_refusal_and_were_in_force_count() -> None:
    by_mail = OptOut(OptOutScope.CHANNEL, AT, Channel.EMAIL)
    assert deadline("US-NY", by_mail, "America/New_York") is None
    before = OptOut(OptOutScope.ALL, datetime(2025, 4, 10, 12, 0, tzinfo=UTC))
    assert deadline("US-NY", before, "America/New_York") is None
