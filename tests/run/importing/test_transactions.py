from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from parley.errors import BadInput
from parley.ids import Msisdn, derive_id
from parley.run.checking import check
from parley.run.home import Opened
from parley.run.importing.rows import Kind
from parley.run.importing.verdict import Counts
from parley.run.importing.write_transactions import transaction_id
from parley.run.library import lender_facts
from parley.run.serving import build_pipeline
from parley.store import audit
from parley.store.models import (
    Account,
    Consent,
    ContactPoint,
    Conversation,
    Event,
    GateDecision,
    Hold,
    Inbound,
    Message,
    Transaction,
)
from parley.store.sealed import Sealed, open_text

from .conftest import GOOD, HEADER, OTHER, Import

MAP = """
[fields]
key = { column = "id" }
reference = { column = "no" }
currency = { value = "USD" }
amount = { column = "amount", if_negative = "drop_sign" }
at = { column = "at", format = "MM/DD/YYYY hh:mm", zone = "America/Los_Angeles" }
merchant = { column = "where" }
is_abnormal = { column = "odd" }
reason_code = { column = "why" }
"""
COLUMNS = "id,no,amount,at,where,odd,why"
# 12:00 UTC is four in the morning in Los Angeles.
NIGHT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ODD = "T-1,A-1,-45.00,2026-11-24T03:30:00-08:00,Corner Shop 张记,yes,GEO"
USUAL = "T-2,A-1,12.30,11/23/2026 18:05,Grocer,no,"


@pytest.fixture(autouse=True)
def _accounts(take: Import) -> None:
    take(HEADER, GOOD, OTHER.replace("+44 20 7031 3000", ""))


def came_in(take: Import, *rows: str, now: datetime = NIGHT, **options: bool) -> Counts:
    return take(COLUMNS, *rows, kind=Kind.TRANSACTIONS, map_text=MAP, now=now, **options).counts


def test_a_transaction_is_stored_once_with_its_merchant_sealed(take: Import, opened: Opened) -> None:
    assert came_in(take, USUAL) == Counts(read=1, added=1)
    assert came_in(take, USUAL) == Counts(read=1, unchanged=1)
    row = Transaction.objects.select_related("account__borrower").get()
    assert (row.id, row.row_key) == (transaction_id("T-2"), derive_id("transaction", "T-2").hex)
    assert (row.amount_minor, row.at) == (1_230, datetime(2026, 11, 24, 2, 5, tzinfo=UTC))
    assert b"Grocer" not in bytes(row.merchant_sealed or b"")
    person = row.account.borrower
    place = Sealed.TRANSACTION_MERCHANT
    assert open_text(opened.vault, person, place, row.id, bytes(row.merchant_sealed or b"")) == "Grocer"
    assert not Message.objects.exists()


def test_an_abnormal_transaction_queues_its_alert_at_once_at_any_hour(take: Import) -> None:
    assert came_in(take, ODD, USUAL) == Counts(read=2, added=2, alerts=1)
    said = Message.objects.get()
    assert (said.purpose, said.template_key, said.context, said.state) == (
        *("risk_alert", "risk_alert.ask", "risk_alert", "queued"),
    )
    assert (said.created_at, said.not_before) == (NIGHT, NIGHT)
    # Of use for a day after the transaction, and no longer.
    assert said.not_after == datetime(2026, 11, 25, 11, 30, tzinfo=UTC)
    assert said.priority < 9
    assert said.account_id == Account.objects.get(transactions__row_key=transaction_id("T-1").hex).id


def test_one_transaction_has_one_alert_however_often_it_comes_in(take: Import) -> None:
    came_in(take, ODD)
    assert came_in(take, ODD) == Counts(read=1, unchanged=1)
    assert came_in(take, ODD, now=NIGHT + timedelta(hours=1)) == Counts(read=1, unchanged=1)
    assert Message.objects.count() == 1


def test_a_transaction_found_abnormal_later_gets_its_alert_then(take: Import) -> None:
    came_in(take, ODD.replace(",yes,GEO", ",no,"))
    assert came_in(take, ODD) == Counts(read=1, changed=1, alerts=1)
    assert came_in(take, ODD) == Counts(read=1, unchanged=1)
    assert (Message.objects.count(), Transaction.objects.get().reason_code) == (1, "GEO")


@pytest.mark.parametrize(
    ("at", "now", "alerts"),
    [
        # The last hour it is of use, and the first it is not.
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 25, 11, 59, tzinfo=UTC), 1),
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 25, 12, 0, tzinfo=UTC), 0),
        # A day counts to its end where the borrower is.
        ("2026-11-23", datetime(2026, 11, 25, 7, 59, tzinfo=UTC), 1),
        ("2026-11-23", datetime(2026, 11, 25, 8, 0, tzinfo=UTC), 0),
    ],
)
def test_an_alert_too_old_to_be_of_use_is_not_sent_late(take: Import, at: str, now: datetime, alerts: int) -> None:
    counts = came_in(take, ODD.replace("2026-11-24T03:30:00-08:00", at), now=now)
    assert (counts.alerts, counts.alerts_not_sent) == (alerts, 1 - alerts)
    assert Message.objects.count() == alerts
    reasons = [event.data["reason"] for event in Event.objects.filter(kind="alert.not_sent")]
    assert reasons == [] if alerts else ["too_late"]


def test_an_alert_nobody_can_get_or_that_the_gate_refuses_is_told_and_recorded(take: Import) -> None:
    person = Account.objects.get(borrower__contact_points__isnull=False).borrower
    Consent.objects.create(
        id=derive_id("test"), borrower=person, scope="all", granted=False, source="sms", proof="-", at=NIGHT
    )
    counts = came_in(take, ODD, ODD.replace("T-1,A-1", "T-3,A-2"))
    assert (counts.added, counts.alerts, counts.alerts_not_sent) == (2, 0, 2)
    reasons = {event.data["reason"] for event in Event.objects.filter(kind="alert.not_sent")}
    assert "no_address" in reasons
    assert reasons - {"no_address"} == {GateDecision.objects.get(stage="import").reason_code}
    assert not Message.objects.exists()


def test_a_held_out_account_is_warned_too(take: Import) -> None:
    Account.objects.update(arm="holdout")
    assert came_in(take, ODD).alerts == 1


def test_where_nothing_is_kept_nothing_is_sent(take: Import) -> None:
    assert came_in(take, ODD, "T-9,A-9,1,2026-11-24,x,no,").refused == 1
    assert not Transaction.objects.exists()
    assert came_in(take, ODD, is_dry_run=True).alerts == 1
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (ODD.replace("A-1", "A-9"), "unknown_account"),
        (ODD.replace("2026-11-24T03:30:00-08:00", "11/24/26 3:30"), "not_a_moment"),
        (ODD.replace("2026-11-24T03:30:00-08:00", "1926-11-24"), "far_date"),
        (ODD.replace("yes", "perhaps"), "unknown_word"),
        (ODD.replace("Corner", "Cor\u202ener"), "turned_text"),
        (ODD.replace("-45.00", "4 5"), "not_a_number"),
    ],
)
def test_a_bad_transaction_is_refused_by_name(take: Import, row: str, code: str) -> None:
    report = take(COLUMNS, row, kind=Kind.TRANSACTIONS, map_text=MAP, keeps_good_rows=True)
    assert report.refused_file is not None
    assert f",{code}," in report.refused_file.read_text(encoding="utf-8-sig")


def test_a_time_of_day_without_a_zone_is_refused_and_a_wrong_zone_named(take: Import) -> None:
    bare = MAP.replace(', zone = "America/Los_Angeles"', "")
    report = take(COLUMNS, USUAL, kind=Kind.TRANSACTIONS, map_text=bare, keeps_good_rows=True)
    assert report.refused_file is not None
    assert ",no_zone," in report.refused_file.read_text(encoding="utf-8-sig")
    with pytest.raises(BadInput, match="line 7: Mars/Base is not an IANA time zone"):
        take(COLUMNS, USUAL, kind=Kind.TRANSACTIONS, map_text=MAP.replace("America/Los_Angeles", "Mars/Base"))


def test_other_figures_under_the_same_number_are_refused(take: Import) -> None:
    came_in(take, USUAL)
    assert came_in(take, USUAL.replace("12.30", "12.31")).refused == 1
    assert Transaction.objects.get().amount_minor == 1_230


def test_an_alert_goes_out_and_its_no_stops_everything_else(take: Import, opened: Opened) -> None:
    came_in(take, ODD)
    pipeline = build_pipeline(opened)
    pipeline.settle_all(NIGHT)
    said = Message.objects.get()
    assert said.intended_at == NIGHT
    point = ContactPoint.objects.get(borrower=said.borrower_id)
    sealed = bytes(point.address_sealed or b"")
    number = Msisdn(open_text(opened.vault, point.borrower, Sealed.CONTACT_ADDRESS, point.id, sealed))
    assert pipeline.sandbox is not None
    pipeline.sandbox.handset_send(number, "no that wasnt me", NIGHT + timedelta(minutes=2), str(said.id))
    for minute in range(3, 8):
        pipeline.settle_all(NIGHT + timedelta(minutes=minute))
    talk = Conversation.objects.get()
    assert (Inbound.objects.get().intent, talk.state, talk.person_reason) == ("fraud_claim", "with_person", "fraud")
    assert Hold.objects.get().kind == "fraud_claim"
    assert Message.objects.exclude(id=said.id).get().template_key == "risk_alert.blocked"
    assert Event.objects.filter(kind="transaction.denied").count() == 1
    found = check(
        opened.vault,
        opened.home.centre_log,
        NIGHT + timedelta(hours=1),
        lender_facts(opened.settings, pipeline.library),
    )
    assert found.is_clean, found.counts
    audit.sequence()
    assert audit.verify(opened.vault).is_sound


def test_a_day_of_a_transaction_is_no_instant(take: Import) -> None:
    came_in(take, USUAL.replace("11/23/2026 18:05", "2026-11-23"))
    assert Transaction.objects.get().at == datetime(2026, 11, 24, 7, 59, 59, tzinfo=UTC)
    assert Transaction.objects.get().at.date() == date(2026, 11, 24)
