from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model

from parley.errors import BadInput
from parley.ids import derive_id
from parley.run.home import Opened
from parley.run.importing.desk import ImportDesk
from parley.run.importing.happened import SENTENCES, Why
from parley.run.importing.importer import Report
from parley.run.importing.rows import Kind
from parley.run.importing.undo_accounts import _give_back
from parley.run.importing.update_accounts import TERMS, person_state
from parley.run.importing.write_accounts import account_id, borrower_id
from parley.store import audit
from parley.store.erase import erase
from parley.store.importing import BatchState, Undone
from parley.store.models import (
    Account,
    Arrangement,
    ArrangementInstalment,
    Borrower,
    Consent,
    ContactPoint,
    Conversation,
    Event,
    ImportBatch,
    Inbound,
    Instalment,
    LimitChange,
    Message,
    OfferRecord,
    Payment,
    Product,
    Promise,
    Transaction,
)

from .conftest import ACCOUNTS_MAP, GOOD, HEADER, NOW, OTHER, Import
from .test_events import CONSENTS, LIMITS, PAYMENTS, SILENCE
from .test_transactions import COLUMNS, MAP, NIGHT, ODD, USUAL

LATER = NOW + timedelta(days=1)
CHANGED = GOOD.replace("1240.50", "900").replace(",2,yes", ",0,no").replace("253-0000", "253-0001")
RENAMED = CHANGED.replace("Ada Byron", "Ada King")
PAID = "X1,A-1,USD,30.00,2026-11-03"
# What an undo may leave: the batch itself, its audit log, and what was known before.
KEPT = ("ImportBatch", "ImportChunk", "Event", "AuditEntry", "AuditPending", "AuditLeaf", "AuditFrontier")


def picture() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, but those of an undo's own; ids that the database counts do not matter."""
    found = {}
    for model in apps.get_models():
        if model._meta.label_lower.startswith("store.") and model.__name__ not in KEPT:
            rows = [dict(row) for row in model._default_manager.order_by("pk").values()]
            for row in rows:
                if isinstance(row.get("id"), int):
                    del row["id"]
            found[model.__name__] = sorted(rows, key=str)
    return found


def undo(opened: Opened, report: Report, now: datetime = LATER) -> Undone:
    assert report.batch is not None
    return ImportDesk(opened).undo(report.batch, "ann", now)


def sound(opened: Opened) -> bool:
    audit.sequence()
    return audit.verify(opened.vault).is_sound


def why(found: Undone) -> list[tuple[str, int]]:
    return [(kept.says.en, kept.count) for kept in found.kept]


def say_something(account: Account, at: datetime = LATER, **more: object) -> Message:
    point = ContactPoint.objects.filter(borrower=account.borrower_id).first()
    assert point is not None
    values: dict[str, Any] = {
        "purpose": "reminder", "template_key": "reminder.neutral", "template_version": 1, "language": "en",
        "discloses": "nothing", "encoding": "gsm7", "segments": 1, "not_before": at, "not_after": at,
    }  # fmt: skip
    return Message.objects.create(
        id=derive_id("test", str(at)), borrower_id=account.borrower_id, account=account, contact_point=point,
        created_at=at, **(values | more),
    )  # fmt: skip


def test_new_accounts_go_with_everything_that_came_with_them(take: Import, opened: Opened) -> None:
    empty = picture()
    report = take(HEADER, GOOD, OTHER, GOOD.replace("A-1", "A-3"))
    found = undo(opened, report)
    assert (found.taken, found.kept) == (3, ())
    assert picture() == empty
    batch = ImportDesk(opened).batch(found.batch)
    assert (batch.state, batch.undone_by, batch.undone_at) == (BatchState.UNDONE, "ann", LATER)
    assert sound(opened)


def test_changed_accounts_become_what_they_were(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD, OTHER)
    before = picture()
    report = take(HEADER, RENAMED, OTHER, now=NOW + timedelta(hours=1))
    assert report.counts.changed == 1
    assert picture() != before
    assert undo(opened, report).taken == 1
    assert picture() == before
    assert sound(opened)
    # What it was known by is back too: the first file again changes nothing.
    assert take(HEADER, GOOD, OTHER).counts.unchanged == 2


def test_the_day_of_a_contract_goes_back_too(take: Import, opened: Opened) -> None:
    dated = ACCOUNTS_MAP + 'contract_on = { column = "signed" }\n'
    take(f"{HEADER},signed", f"{GOOD},2026-11-19", map_text=dated)
    before = picture()
    report = take(f"{HEADER},signed", f"{GOOD},2026-11-20", map_text=dated, now=NOW + timedelta(hours=1))
    assert undo(opened, report).taken == 1
    assert picture() == before
    assert Account.objects.get().contract_on == date(2026, 11, 19)


def test_an_import_of_an_older_version_is_undone_without_the_columns_it_did_not_know() -> None:
    account, person = Account(contract_on=date(2026, 11, 19)), Borrower()
    terms = [getattr(account, name) for name in TERMS if name != "contract_on"]
    entry = {"terms": [5, *terms[1:]], "digest_before": None, "person": person_state(person)}
    _give_back(entry, account, person)
    assert (account.principal_minor, account.contract_on) == (5, date(2026, 11, 19))


def test_two_accounts_of_one_person_changed_in_one_file_go_back_step_by_step(take: Import, opened: Opened) -> None:
    second = GOOD.replace("A-1", "A-3")
    take(HEADER, GOOD, second)
    before = picture()
    changed = take(HEADER, RENAMED, RENAMED.replace("A-1", "A-3").replace("253-0001", "253-0002"), now=LATER)
    assert undo(opened, changed, LATER + timedelta(days=1)).taken == 2
    assert picture() == before


def test_a_further_account_of_a_known_person_goes_and_the_person_stays(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    before = picture()
    report = take(HEADER, GOOD.replace("A-1", "A-3").replace("253-0000", "253-0009"), now=LATER)
    assert ContactPoint.objects.count() == 2
    assert undo(opened, report, LATER + timedelta(days=1)).taken == 1
    assert picture() == before


def test_a_person_with_an_account_of_another_file_stays(take: Import, opened: Opened) -> None:
    first = take(HEADER, GOOD)
    take(HEADER, GOOD.replace("A-1", "A-3"))
    assert undo(opened, first).taken == 1
    assert list(Account.objects.values_list("id", flat=True)) == [account_id("A-3")]
    assert Borrower.objects.get().id == borrower_id("P-1")
    assert ContactPoint.objects.count() == 1


def test_a_product_made_by_a_wrong_map_does_not_stand_in_the_way_of_the_right_one(take: Import, opened: Opened) -> None:
    report = take(HEADER, GOOD, overrides={"product_kind": "loan"})
    assert Product.objects.get().kind == "loan"
    undo(opened, report)
    assert take(HEADER, GOOD).counts.added == 1
    assert Product.objects.get().kind == "card"


def test_payments_go_and_the_account_stands_as_before(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    talk = _talk()
    _agree(talk)
    before = picture()
    columns = "id,no,cur,amount,on"
    report = take(columns, PAID, PAID.replace("X1", "X2"), kind=Kind.PAYMENTS, map_text=PAYMENTS, now=LATER)
    assert Promise.objects.get().paid_minor > 0
    assert ArrangementInstalment.objects.filter(paid_minor__gt=0).exists()
    assert undo(opened, report, LATER + timedelta(days=1)).taken == 2
    assert picture() == before


def test_payments_before_a_later_one_stay_until_that_is_undone(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    before = picture()
    columns, third = "id,no,cur,amount,on", LATER + timedelta(days=1)
    one = take(columns, PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    other = take(columns, PAID.replace("X1", "X2"), kind=Kind.PAYMENTS, map_text=PAYMENTS, now=LATER)
    assert why(undo(opened, one, third)) == [(SENTENCES[Why.PAYMENT].en, 1)]
    assert ImportDesk(opened).batch(UUID(str(one.batch))).may_undo
    assert undo(opened, other, third).taken == 1
    assert undo(opened, one, third).taken == 1
    assert picture() == before


def test_limits_consents_refusals_and_transactions_go(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD, OTHER)
    Account.objects.update(credit_limit_minor=5_000)
    before = picture()
    reports = [
        take("no,before,after,on", "A-1,50,70,2026-11-01", "A-1,70,90,2026-11-02", kind=Kind.LIMITS, map_text=LIMITS),
        take("who,scope,yes,on", "P-1,promotion,no,2026-11-03", kind=Kind.CONSENTS, map_text=CONSENTS),
        take("who,phone", "P-2,", kind=Kind.DO_NOT_CONTACT, map_text=SILENCE),
        take(COLUMNS, USUAL, kind=Kind.TRANSACTIONS, map_text=MAP),
    ]
    assert Account.objects.filter(credit_limit_minor=9_000).count() == 1
    assert [undo(opened, report).taken for report in reversed(reports)] == [1, 1, 1, 2]
    assert picture() == before
    assert sound(opened)


def test_a_limit_that_the_accounts_file_set_since_stays(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    report = take("no,before,after,on", "A-1,50,70,2026-11-01", kind=Kind.LIMITS, map_text=LIMITS)
    Account.objects.update(credit_limit_minor=12_345)
    undo(opened, report)
    assert (Account.objects.get().credit_limit_minor, LimitChange.objects.count()) == (12_345, 0)


def test_a_transaction_whose_borrower_was_warned_stays(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    report = take(COLUMNS, ODD, USUAL, kind=Kind.TRANSACTIONS, map_text=MAP, now=NIGHT)
    found = undo(opened, report, NIGHT + timedelta(minutes=1))
    assert (found.taken, why(found)) == (0, [(SENTENCES[Why.MESSAGE].en, 2)])
    assert Transaction.objects.count() == 2


def _talk() -> Conversation:
    point = ContactPoint.objects.get()
    return Conversation.objects.create(
        id=derive_id("test", "talk"), borrower_id=point.borrower_id, contact_point=point, state="notified",
        account=Account.objects.get(), opened_at=NOW - timedelta(days=5),
    )  # fmt: skip


def _agree(talk: Conversation, at: datetime = NOW - timedelta(days=5)) -> None:
    account = Account.objects.get()
    offer = OfferRecord.objects.create(
        id=derive_id("test", "offer"), conversation=talk, account=account, at=at, expires_at=at, currency="USD",
        capacity_minor=1, plans=[], certificate={},
    )  # fmt: skip
    plan = Arrangement.objects.create(
        id=derive_id("test", "plan"), account=account, conversation=talk, offer=offer, option=0, currency="USD",
        annual_rate_bps=0, balance_minor=1, total_minor=1, capacity_minor=1, agreed_at=at,
    )  # fmt: skip
    ArrangementInstalment.objects.create(
        arrangement=plan, number=1, due_on=date(2026, 12, 1), amount_minor=5_000, principal_minor=5_000,
        interest_minor=0,
    )  # fmt: skip
    Promise.objects.create(
        id=derive_id("test", "promise"), account=account, conversation=talk, currency="USD", amount_minor=9_000,
        due_on=date(2026, 12, 1), made_at=at,
    )  # fmt: skip


def _message(_: Opened) -> None:
    say_something(Account.objects.get(id=account_id("A-1")))


def _reply(_: Opened) -> None:
    Inbound.objects.create(
        id=derive_id("test"), provider="x", provider_event="1", contact_point=ContactPoint.objects.get(),
        received_at=LATER,
    )  # fmt: skip


def _payment(_: Opened) -> None:
    Payment.objects.create(
        id=derive_id("test"), account=Account.objects.get(), row_key="x", paid_on=NOW.date(), received_at=LATER,
        amount_minor=1,
    )  # fmt: skip


def _arrangement(_: Opened) -> None:
    _agree(_talk(), LATER)
    Promise.objects.all().delete()


def _erased(opened: Opened) -> None:
    erase(opened.vault, borrower_id("P-1"), LATER)


def _later_file(_: Opened) -> None:
    Account.objects.update(import_digest=b"another row")


HAPPENED = [
    (_message, Why.MESSAGE),
    (_reply, Why.REPLY),
    (_payment, Why.PAYMENT),
    (_arrangement, Why.ARRANGEMENT),
    (_erased, Why.ERASED),
    (_later_file, Why.LATER),
]


@pytest.mark.parametrize(("happen", "reason"), HAPPENED, ids=[reason.value for _, reason in HAPPENED])
@pytest.mark.parametrize("was_known", [False, True])
def test_a_row_on_which_something_has_happened_stays_and_says_why(
    take: Import, opened: Opened, happen: Callable[[Opened], None], reason: Why, *, was_known: bool
) -> None:
    if was_known:
        take(HEADER, GOOD, now=NOW - timedelta(days=9))
    report = take(HEADER, GOOD if not was_known else CHANGED.replace("253-0001", "253-0000"))
    happen(opened)
    before = picture()
    found = undo(opened, report, LATER + timedelta(days=1))
    assert found.taken == 0
    # A new account with a talk about it: that somebody spoke is as good a reason as what was agreed.
    said = {SENTENCES[reason].en, *([SENTENCES[Why.MESSAGE].en] if happen is _arrangement else [])}
    assert {kept.says.en for kept in found.kept} <= said
    assert [kept.places for kept in found.kept] == [(2,)]
    assert picture() == before
    batch = ImportDesk(opened).batch(found.batch)
    assert (batch.state, batch.undone_at is not None, batch.may_undo) == (BatchState.DONE, True, True)


def test_of_a_file_the_rows_that_can_go_go_and_the_others_are_counted(take: Import, opened: Opened) -> None:
    report = take(HEADER, GOOD, OTHER)
    say_something(Account.objects.get(id=account_id("A-1")))
    found = undo(opened, report, LATER + timedelta(days=1))
    assert (found.taken, why(found)) == (1, [(SENTENCES[Why.MESSAGE].en, 1)])
    assert list(Account.objects.values_list("id", flat=True)) == [account_id("A-1")]
    Message.objects.all().delete()
    assert undo(opened, report, LATER + timedelta(days=2)).taken == 1
    assert ImportBatch.objects.get().state == "undone"


def test_only_what_was_kept_can_be_undone_and_once(take: Import, opened: Opened) -> None:
    refused = take(HEADER, GOOD.replace("1240.50", "-1"))
    with pytest.raises(BadInput, match="This import is refused"):
        undo(opened, refused)
    report = take(HEADER, GOOD)
    undo(opened, report)
    with pytest.raises(BadInput, match="This import is undone"):
        undo(opened, report)


def test_a_file_that_was_undone_can_be_imported_again_and_the_proof_holds(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    columns = "id,no,cur,amount,on"
    for day in range(3):
        now = NOW + timedelta(days=day)
        report = take(columns, PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS, now=now)
        assert report.counts.added == 1
        undo(opened, report, now + timedelta(hours=1))
    take(columns, PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS, now=NOW + timedelta(days=4))
    assert sound(opened)


@pytest.mark.parametrize("table", [Payment, Consent])
def test_the_audit_still_finds_a_row_that_somebody_else_removed(
    take: Import, opened: Opened, table: type[Model]
) -> None:
    take(HEADER, GOOD)
    undone = take("id,no,cur,amount,on", PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    undo(opened, undone)
    take("id,no,cur,amount,on", PAID.replace("X1", "X2"), kind=Kind.PAYMENTS, map_text=PAYMENTS, now=LATER)
    assert sound(opened)
    rows = table._default_manager.all()
    pk = rows[0].pk
    rows.delete()
    assert audit.verify(opened.vault).counts == {audit.Problem.ROW_MISSING: 1}
    # Saying afterwards that it was taken back does not help: nobody committed to that.
    with transaction.atomic():
        data = {"removed": [[table.__name__, pk.hex]]}
        Event.objects.create(at=LATER, kind=audit.TAKEN_BACK, data=data)
    assert not audit.verify(opened.vault).is_sound


def test_what_an_event_of_an_undo_names_cannot_be_added_to(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD)
    report = take("id,no,cur,amount,on", PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS)
    undo(opened, report)
    assert sound(opened)
    consent = Consent.objects.get()
    event = Event.objects.get(kind=audit.TAKEN_BACK)
    event.data["removed"].append(["Consent", consent.id.hex])
    event.save()
    consent.delete()
    assert audit.Problem.ROW_EDITED in audit.verify(opened.vault).counts


def test_dues_of_a_changed_account_come_back_with_what_was_paid_on_them(take: Import, opened: Opened) -> None:
    take(HEADER, GOOD, now=NOW - timedelta(days=2))
    paid = take("id,no,cur,amount,on", PAID, kind=Kind.PAYMENTS, map_text=PAYMENTS, now=NOW - timedelta(days=1))
    before = list(Instalment.objects.order_by("due_on").values_list("due_on", "amount_minor", "paid_minor"))
    assert paid.counts.added == 1
    undo(opened, take(HEADER, CHANGED), datetime(2026, 11, 4, tzinfo=UTC))
    assert list(Instalment.objects.order_by("due_on").values_list("due_on", "amount_minor", "paid_minor")) == before
