from __future__ import annotations

from datetime import date

import pytest

from parley.run.importing.rows import Kind
from parley.run.importing.verdict import Counts
from parley.store.models import Account, Consent, Instalment, LimitChange, Payment

from .conftest import GOOD, HEADER, OTHER, Import

PAYMENTS = """
[fields]
key = { column = "id" }
reference = { column = "no" }
currency = { column = "cur" }
amount = { column = "amount" }
paid_on = { column = "on" }
"""
LIMITS = """
[fields]
reference = { column = "no" }
currency = { value = "USD" }
before = { column = "before" }
after = { column = "after" }
effective_on = { column = "on" }
"""
CONSENTS = """
[fields]
reference = { column = "who" }
scope = { column = "scope" }
is_granted = { column = "yes" }
source = { value = "form" }
proof = { value = "archive" }
given_on = { column = "on" }
"""
SILENCE = """
[fields]
reference = { column = "who" }
phone = { column = "phone", region = "US" }
source = { value = "register" }
proof = { value = "letter" }
since_on = { value = 2026-11-01 }
"""


@pytest.fixture(autouse=True)
def _accounts(take: Import) -> None:
    take(HEADER, GOOD, OTHER)


def test_a_payment_lowers_the_balance_and_pays_the_oldest_due_first(take: Import) -> None:
    report = take("id,no,cur,amount,on", "X1,A-1,USD,30.00,2026-11-03", kind=Kind.PAYMENTS, map_text=PAYMENTS)
    assert report.counts == Counts(read=1, added=1)
    account = Account.objects.get(currency="USD", principal_minor=121_050)
    assert list(Instalment.objects.filter(account=account).order_by("due_on").values_list("paid_minor", flat=True)) == [
        2_500,
        500,
        0,
    ]
    assert Payment.objects.get().paid_on == date(2026, 11, 3)


def test_a_payment_imported_twice_counts_once(take: Import) -> None:
    row = "X1,A-1,USD,30.00,2026-11-03"
    take("id,no,cur,amount,on", row, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    report = take("id,no,cur,amount,on", row, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    assert report.counts == Counts(read=1, unchanged=1)
    assert Account.objects.filter(principal_minor=121_050).exists()


def test_a_payment_of_another_figure_under_the_same_number_is_refused(take: Import) -> None:
    header, row = "id,no,cur,amount,on", "X1,A-1,USD,30.00,2026-11-03"
    take(header, row, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    report = take(header, row.replace("30.00", "31.00"), kind=Kind.PAYMENTS, map_text=PAYMENTS)
    assert report.counts == Counts(read=1, refused=1)
    assert Payment.objects.get().amount_minor == 3_000


@pytest.mark.parametrize("row", ["X1,A-9,USD,30,2026-11-03", "X1,A-1,GBP,30,2026-11-03", "X1,A-1,USD,0,2026-11-03"])
def test_a_payment_for_nobody_in_other_money_or_of_nothing_is_refused(take: Import, row: str) -> None:
    report = take("id,no,cur,amount,on", row, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    assert report.counts.refused == 1
    assert not Payment.objects.exists()


def test_a_limit_change_is_kept_and_raises_the_limit_once(take: Import) -> None:
    row = "A-1,100,200,2026-11-01"
    take("no,before,after,on", row, kind=Kind.LIMITS, map_text=LIMITS)
    report = take("no,before,after,on", row, kind=Kind.LIMITS, map_text=LIMITS)
    assert report.counts == Counts(read=1, unchanged=1)
    assert LimitChange.objects.get().after_minor == 20_000
    assert Account.objects.filter(credit_limit_minor=20_000).count() == 1


def test_a_consent_withdrawn_by_file_is_the_newest_event(take: Import) -> None:
    report = take("who,scope,yes,on", "P-1,promotion,no,2026-11-03", kind=Kind.CONSENTS, map_text=CONSENTS)
    assert report.counts == Counts(read=1, added=1)
    assert not Consent.objects.order_by("-at")[0].granted


def test_do_not_contact_by_number_silences_every_borrower_on_it(take: Import) -> None:
    third = OTHER.replace("A-2", "A-3").replace("P-2", "P-3").replace("+44 20 7031 3000", "650-253-0000")
    take(HEADER, third)
    report = take("who,phone", ",+1 650 253 0000", kind=Kind.DO_NOT_CONTACT, map_text=SILENCE)
    assert report.counts == Counts(read=1, added=1)
    assert Consent.objects.filter(scope="all", granted=False).count() == 2


def test_do_not_contact_by_reference_and_of_an_unknown_number(take: Import) -> None:
    rows = ("P-1,", ",+1 650 253 0009", ",")
    report = take("who,phone", *rows, kind=Kind.DO_NOT_CONTACT, map_text=SILENCE, keeps_good_rows=True)
    assert report.counts == Counts(read=3, added=1, refused=2)


REACH = (
    CONSENTS
    + """
only_channel = { column = "channel" }
only_phone = { column = "number", region = "US" }
"""
)


def test_a_consent_may_be_for_one_channel_or_one_number(take: Import) -> None:
    report = take(
        "who,scope,yes,on,channel,number",
        "P-1,promotion,no,2026-11-01,email,",
        "P-1,all,no,2026-11-02,,(650) 253-0000",
        "P-1,all,no,2026-11-02,,(212) 555-0199",
        "P-1,all,no,2026-11-02,pigeon,",
        kind=Kind.CONSENTS,
        map_text=REACH,
        keeps_good_rows=True,
    )
    assert report.counts == Counts(read=4, added=2, refused=2)
    rows = Consent.objects.filter(source="form").order_by("at")
    assert [(one.scope, one.channel, one.is_for_address) for one in rows] == [
        ("promotion", "email", False),
        ("all", "", True),
    ]
