"""A home for each test, on both databases: a copy of a migrated SQLite file, an emptied PostgreSQL database."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections, transaction
from django.db.models import Model

from parley.store import models
from parley.store.database import configure
from parley.store.keys import Keys
from parley.store.sealed import Sealed, open_vault, seal_text
from parley.store.url import Durability
from parley.store.vault import Vault

AT = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
NAME = "Wilhelmina Testperson"
PHONE = "+12025550143"
TEXT = "I lost my job, can pay 60 a month"


def empty() -> None:
    """Delete every row of the database in use. Foreign keys are checked at the commit."""
    # Not TRUNCATE: for tables of a few rows it takes forty times as long. One statement, not a trip for each table.
    tables = [connection.ops.quote_name(model._meta.db_table) for model in apps.get_models()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables))


@dataclass
class Home:
    """Where a test lives."""

    folder: Path
    url: str
    keys: Keys
    vault: Vault


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(lender=b"L" * 32, index=b"I" * 32, audit=b"A" * 32)


@pytest.fixture
def sqlite_home(migrated_file: Path, tmp_path: Path, keys: Keys) -> Iterator[Home]:
    path = tmp_path / "parley.db"
    shutil.copy(migrated_file, path)
    url = f"sqlite:///{path}"
    # Processes are killed in tests, power is not cut: a commit need not wait for the disk.
    configure(url, durability=Durability.NORMAL)
    yield Home(tmp_path, url, keys, open_vault(keys))
    connections.close_all()


@pytest.fixture
def postgres_home(migrated_postgres: str, tmp_path: Path, keys: Keys) -> Iterator[Home]:
    configure(migrated_postgres)
    empty()
    yield Home(tmp_path, migrated_postgres, keys, open_vault(keys))
    connections.close_all()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def home(request: pytest.FixtureRequest) -> Home:
    found: Home = request.getfixturevalue(f"{request.param}_home")
    return found


@dataclass
class Book:
    """One borrower with everything, and makers of one more row of each audited table that nothing refers to."""

    vault: Vault
    count: int = 0
    borrower: models.Borrower = field(init=False)
    point: models.ContactPoint = field(init=False)
    account: models.Account = field(init=False)
    talk: models.Conversation = field(init=False)
    offer: models.OfferRecord = field(init=False)
    arrangement: models.Arrangement = field(init=False)
    heard: models.Inbound = field(init=False)

    def __post_init__(self) -> None:
        self.borrower = self.person()
        self.point = self.address(self.borrower)
        product, _ = models.Product.objects.get_or_create(code="card", kind="card")
        row = uuid.uuid4()
        self.account = models.Account.objects.create(
            id=row, borrower=self.borrower, product=product, currency="USD", annual_rate_bps=1999,
            reference_index=self.vault.blind_index("account", str(row)),
            reference_sealed=seal_text(self.vault, self.borrower, Sealed.ACCOUNT_REFERENCE, row, "4000-1234"),
        )  # fmt: skip
        row = uuid.uuid4()
        self.talk = models.Conversation.objects.create(
            id=row, borrower=self.borrower, contact_point=self.point, account=self.account, state="asked", opened_at=AT,
            memory_sealed=seal_text(self.vault, self.borrower, Sealed.CONVERSATION_MEMORY, row, TEXT),
        )  # fmt: skip
        self.offer = self.offer_record()
        self.arrangement = self.new_arrangement()
        self.heard = self.inbound()

    def person(self) -> models.Borrower:
        row = uuid.uuid4()
        person = models.Borrower(
            id=row, reference_index=self.vault.blind_index("borrower", str(row)),
            data_key_wrapped=self.vault.new_data_key(), language="en", jurisdiction="us-ca",
        )  # fmt: skip
        person.name_sealed = seal_text(self.vault, person, Sealed.BORROWER_NAME, row, NAME)
        person.identity_sealed = seal_text(self.vault, person, Sealed.BORROWER_IDENTITY, row, '{"postcode": "60614"}')
        person.save(force_insert=True)
        return person

    def address(self, person: models.Borrower) -> models.ContactPoint:
        row = uuid.uuid4()
        return models.ContactPoint.objects.create(
            id=row, borrower=person, channel="sms", address_index=self.vault.blind_index("sms", PHONE),
            address_sealed=seal_text(self.vault, person, Sealed.CONTACT_ADDRESS, row, PHONE),
        )  # fmt: skip

    def event(self) -> models.Event:
        return models.Event.objects.create(at=AT, kind="reading", borrower=self.borrower, data={"intent": "offer"})

    def decision(self) -> models.GateDecision:
        return models.GateDecision.objects.create(
            borrower=self.borrower, account=self.account, stage="nightly", verdict="defer", reason_code="quiet_hours",
            rule_id="us.tcpa.hours", trace={"failing": ["us.tcpa.hours"]}, retry_at=AT + timedelta(hours=9),
            rulebook_hash="0" * 64, at=AT,
        )  # fmt: skip

    def message(self) -> models.Message:
        row = uuid.uuid4()
        return models.Message.objects.create(
            id=row, borrower=self.borrower, account=self.account, contact_point=self.point, purpose="reminder",
            template_key="reminder", template_version=1, language="en", discloses="nothing", encoding="gsm7",
            segments=1, body_sealed=seal_text(self.vault, self.borrower, Sealed.MESSAGE_BODY, row, f"Dear {NAME}"),
            created_at=AT, not_before=AT, not_after=AT + timedelta(days=1),
        )  # fmt: skip

    def inbound(self, *, known: bool = True) -> models.Inbound:
        row = uuid.uuid4()
        owner = self.borrower if known else None
        return models.Inbound.objects.create(
            id=row, provider="sandbox", provider_event=str(row), address_index=self.vault.blind_index("sms", PHONE),
            reading_sealed=seal_text(self.vault, owner, Sealed.INBOUND_READING, row, "{}"),
            contact_point=self.point if known else None, conversation=self.talk if known else None, received_at=AT,
            body_sealed=seal_text(self.vault, owner, Sealed.INBOUND_BODY, row, TEXT),
        )  # fmt: skip

    def receipt(self) -> models.Receipt:
        return models.Receipt.objects.create(
            provider="sandbox", provider_event=uuid.uuid4().hex, event="receipt_delivered", at=AT, received_at=AT
        )

    def offer_record(self) -> models.OfferRecord:
        return models.OfferRecord.objects.create(
            id=uuid.uuid4(), conversation=self.talk, account=self.account, at=AT, expires_at=AT + timedelta(days=3),
            currency="USD", capacity_minor=6000, plans=[{"instalment_minor": 5827, "count": 23}],
            certificate={"policy": "abc", "slack": {"capacity": 173}},
        )  # fmt: skip

    def new_arrangement(self) -> models.Arrangement:
        return models.Arrangement.objects.create(
            id=uuid.uuid4(), account=self.account, conversation=self.talk, offer=self.offer, option=1, currency="USD",
            annual_rate_bps=790, balance_minor=124000, total_minor=134032, capacity_minor=6000, agreed_at=AT,
        )  # fmt: skip

    def instalment(self) -> models.ArrangementInstalment:
        self.count += 1
        return models.ArrangementInstalment.objects.create(
            arrangement=self.arrangement, number=self.count, due_on=date(2026, 4, 5), amount_minor=5827,
            principal_minor=5000, interest_minor=827,
        )  # fmt: skip

    def promise(self) -> models.Promise:
        return models.Promise.objects.create(
            id=uuid.uuid4(), account=self.account, conversation=self.talk, currency="USD", amount_minor=6000,
            due_on=date(2026, 3, 9), made_at=AT,
        )  # fmt: skip

    def consent(self) -> models.Consent:
        return models.Consent.objects.create(
            id=uuid.uuid4(), borrower=self.borrower, contact_point=self.point, scope="all", granted=False,
            source="inbound", proof="inbound 1", at=AT,
        )  # fmt: skip

    def payment(self) -> models.Payment:
        row = uuid.uuid4()
        return models.Payment.objects.create(
            id=row, account=self.account, row_key=str(row), paid_on=date(2026, 3, 1), received_at=AT, amount_minor=2500,
            allocation={"principal": 2000, "interest": 500},
        )  # fmt: skip

    def hold(self) -> models.Hold:
        return models.Hold.objects.create(
            id=uuid.uuid4(), borrower=self.borrower, account=self.account, kind="dispute", source="inbound", from_at=AT,
            until_at=AT + timedelta(days=30),
        )  # fmt: skip

    def named_times(self) -> models.NamedTimes:
        return models.NamedTimes.objects.create(
            id=uuid.uuid4(), borrower=self.borrower, closed=[[[480, 1080]]] * 7, from_day=date(2026, 3, 1),
            source="reply", at=AT,
        )  # fmt: skip

    def limit_change(self) -> models.LimitChange:
        row = uuid.uuid4()
        return models.LimitChange.objects.create(
            id=row, account=self.account, row_key=str(row), effective_on=date(2026, 3, 1), before_minor=500000,
            after_minor=400000,
        )  # fmt: skip

    def transaction(self) -> models.Transaction:
        row = uuid.uuid4()
        return models.Transaction.objects.create(
            id=row, account=self.account, row_key=row.hex, at=AT, amount_minor=4_500,
            merchant_sealed=seal_text(self.vault, self.borrower, Sealed.TRANSACTION_MERCHANT, row, "Corner Shop"),
        )  # fmt: skip

    def operator(self) -> models.Operator:
        row, _ = models.Operator.objects.get_or_create(
            name="dana", defaults={"display_name": "Dana Reyes", "role": "agent", "created_at": AT, "created_by": "x"}
        )
        return row

    def note(self) -> models.Note:
        row = uuid.uuid4()
        return models.Note.objects.create(
            id=row, borrower=self.borrower, conversation=self.talk, operator=self.operator(), at=AT,
            body_sealed=seal_text(self.vault, self.borrower, Sealed.NOTE_BODY, row, TEXT),
        )  # fmt: skip

    def correction(self) -> models.Correction:
        row = uuid.uuid4()
        return models.Correction.objects.create(
            id=row, borrower=self.borrower, conversation=self.talk, inbound=self.heard, operator=self.operator(), at=AT,
            body_sealed=seal_text(self.vault, self.borrower, Sealed.CORRECTION_BODY, row, TEXT),
        )  # fmt: skip

    def call(self) -> models.Call:
        return models.Call.objects.create(
            id=uuid.uuid4(), borrower=self.borrower, account=self.account, contact_point=self.point, direction="out",
            conversation=self.talk, operator=self.operator(), outcome="voicemail", purpose="collection",
            verdict="allow", at=AT,
        )  # fmt: skip

    def reveal(self) -> models.Reveal:
        row = uuid.uuid4()
        return models.Reveal.objects.create(
            id=row, borrower=self.borrower, operator=self.operator(), field="phone", reason="call", at=AT, wall_at=AT,
            body_sealed=seal_text(self.vault, self.borrower, Sealed.REVEAL_BODY, row, TEXT),
        )  # fmt: skip

    def lender_notice(self) -> models.LenderNotice:
        row = uuid.uuid4()
        return models.LenderNotice.objects.create(
            key=row, kind="arrangement.agreed", at=AT, borrower=self.borrower, account=self.account, not_before=AT,
            conversation=self.talk, subject=self.arrangement.id,
            body_sealed=seal_text(self.vault, self.borrower, Sealed.LENDER_NOTICE_BODY, row, "{}"),
        )  # fmt: skip

    def makers(self) -> dict[type[Model], Callable[[], Model]]:
        return {
            models.Event: self.event,
            models.GateDecision: self.decision,
            models.Message: self.message,
            models.Inbound: self.inbound,
            models.Receipt: self.receipt,
            models.OfferRecord: self.offer_record,
            models.Arrangement: self.new_arrangement,
            models.ArrangementInstalment: self.instalment,
            models.Promise: self.promise,
            models.Consent: self.consent,
            models.Payment: self.payment,
            models.Hold: self.hold,
            models.NamedTimes: self.named_times,
            models.LimitChange: self.limit_change,
            models.Transaction: self.transaction,
            models.Note: self.note,
            models.Correction: self.correction,
            models.Call: self.call,
            models.Reveal: self.reveal,
            models.LenderNotice: self.lender_notice,
        }

    def first_rows(self) -> list[Any]:
        """Return the audited rows that the book began with."""
        return [self.offer, self.arrangement, self.heard]


@pytest.fixture
def book(home: Home) -> Book:
    return Book(home.vault)


@pytest.fixture
def sqlite_book(sqlite_home: Home) -> Book:
    return Book(sqlite_home.vault)


@pytest.fixture
def postgres_book(postgres_home: Home) -> Book:
    return Book(postgres_home.vault)
