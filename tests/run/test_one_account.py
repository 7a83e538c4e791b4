"""One account, every joint: the lender's file → night → gate → centre → replies → plan → payment → kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from parley.ids import Msisdn
from parley.providers.guard import Guarded
from parley.providers.sandbox import Sandbox
from parley.run.carriers import only
from parley.run.checking import check
from parley.run.home import Opened, open_home
from parley.run.importing.importer import Request, import_file
from parley.run.importing.rows import Kind
from parley.run.library import build_library, lender_facts, nightly_terms
from parley.run.loops import Pipeline
from parley.run.nightly import run_nightly
from parley.run.paging import Pager
from parley.run.sending import Sender
from parley.run.watching import Watch
from parley.store import audit, models

NUMBER = Msisdn("+16502530000")
ACCOUNTS = "no,name,phone,zip,balance,due,late\nA-1,Ada Byron,(650) 253-0000,94043,300.00,2026-11-20,1\n"
ACCOUNTS_MAP = """
kind = "accounts"
[fields]
reference = { column = "no" }
name = { column = "name" }
phone = { column = "phone", region = "US" }
postcode = { column = "zip" }
language = { value = "en" }
jurisdiction = { value = "US-CA" }
zones = { value = "America/Los_Angeles" }
product = { value = "card" }
product_kind = { value = "card" }
minimum_floor = { value = 25 }
currency = { value = "USD" }
principal = { column = "balance" }
annual_rate_bps = { value = "19.99" }
next_due_on = { column = "due" }
months_past_due = { column = "late" }
"""
PAYMENTS_MAP = """
kind = "payments"
[fields]
key = { column = "key" }
reference = { column = "no" }
amount = { column = "amount" }
currency = { value = "USD" }
paid_on = { column = "day" }
"""
# What the borrower writes back to each of our texts.
SAYS = {
    "overdue.neutral": "OPTIONS",
    "identity.ask_postcode": "94043",
    "capacity.ask": "i can do 310 a month",
    "offer.two": "1",
    "plan.read_back": "yes",
}


@pytest.fixture
def opened(tmp_path: Path, new_home: Callable[[Path], Path]) -> Iterator[Opened]:
    yield open_home(new_home(tmp_path / "home"), {})
    connections.close_all()


def take(opened: Opened, kind: Kind, text: str, map_text: str, now: datetime) -> None:
    source = opened.home.root / f"{kind}.csv"
    source.write_text(text, encoding="utf-8")
    report = import_file(opened, Request(kind, source, "map.toml", map_text.encode()), now)
    assert report.counts.refused == 0


def test_one_account_goes_from_file_to_kept_arrangement(opened: Opened) -> None:
    centre = Sandbox(opened.home.centre_log, seed=1, short_code="55501")
    library, provider = build_library(opened.settings), Guarded(centre)
    sender = Sender(only(provider), library, opened.vault)
    pipeline = Pipeline(
        only(provider), library, opened.vault, sender, Pager(opened.settings), Watch(opened.settings), 7_900
    )
    terms = nightly_terms(opened.settings, library)

    def night(day: date) -> None:
        run_nightly(day, evening(day), library, terms, opened.vault, lambda _done, _of: None)

    take(opened, Kind.ACCOUNTS, ACCOUNTS, ACCOUNTS_MAP, evening(date(2026, 10, 20)))
    # A day past due in Los Angeles, at nine in the morning.
    night(date(2026, 10, 21))
    now, heard = datetime(2026, 10, 21, 16, tzinfo=UTC), 0
    for _ in range(40):
        pipeline.settle_all(now)
        for one in centre.handset_inbox(heard):
            heard = one.n
            said = SAYS.get(models.Message.objects.get(id=one.reference).template_key)
            if said:
                centre.handset_send(NUMBER, said, now + timedelta(minutes=1), one.reference)
        now += timedelta(minutes=1)
    arrangement = models.Arrangement.objects.get()
    (part,) = arrangement.instalments.all()
    assert (arrangement.standing, arrangement.total_minor) == ("active", part.amount_minor)
    assert part.amount_minor <= arrangement.capacity_minor == 31_000

    paid = f"key,no,amount,day\nP-1,A-1,{Decimal(part.amount_minor) / 100},{part.due_on}\n"
    take(opened, Kind.PAYMENTS, paid, PAYMENTS_MAP, evening(part.due_on + timedelta(days=1)))
    night(part.due_on + timedelta(days=1))
    arrangement.refresh_from_db()
    assert arrangement.standing == "kept"
    assert models.Account.objects.get().principal_minor == 0
    found = check(opened.vault, opened.home.centre_log, now, lender_facts(opened.settings, library))
    assert found.is_clean, found.counts
    audit.sequence()
    assert audit.verify(opened.vault).is_sound


def evening(day: date) -> datetime:
    """Return the instant at which the run for *day* is made: the afternoon before, UTC."""
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC) - timedelta(days=1)
