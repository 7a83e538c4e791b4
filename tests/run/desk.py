"""A lender's desk for tests: people, accounts and messages by hand, and the real pipeline over a sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connections

from parley.engine.turn import Library
from parley.ids import Msisdn, derive_id
from parley.messaging.ledger import State
from parley.providers.centre_faults import NO_FAULTS, Faults
from parley.providers.port import Provider
from parley.providers.sandbox import Sandbox
from parley.purpose import Purpose
from parley.run.carriers import only
from parley.run.library import build_library, nightly_terms
from parley.run.loops import Pipeline
from parley.run.nightly import NightlyTerms, run_nightly
from parley.run.paging import Pager
from parley.run.sending import Sender
from parley.run.watching import Watch
from parley.settings import Settings
from parley.store import models
from parley.store.arrived import ArrivedText
from parley.store.inbox import accept_texts
from parley.store.page_links import issue, token_of
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault

# Columns of a row, or arguments that a stand-in passes on: of any type.
Anything: TypeAlias = Any

# A Tuesday, noon in New York: open everywhere in America.
NOON = datetime(2026, 11, 3, 17, tzinfo=UTC)
# In order everywhere: it names its sender, also in brackets, a way to answer and a way out.
BODY = "【Example Card】hello. Call 800-555-0100. STOP ends texts."
TODAY = NOON.date()
COST = 7_900


@cache
def library() -> Library:
    """Return what the engine knows by heart, built once: reading the files takes a second."""
    return build_library(Settings())


def terms(chunk_accounts: int = 500) -> NightlyTerms:
    usual = nightly_terms(Settings(), library())
    return NightlyTerms(usual.cadence, chunk_accounts, usual.last_use_hours, usual.cost_per_segment_micro)


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower with one telephone."""

    borrower: models.Borrower
    point: models.ContactPoint
    number: str


@dataclass
class Desk:
    """Makes rows. Every row is as the importer or the nightly run would have written it."""

    vault: Vault
    folder: Path
    serial: Any = field(default_factory=lambda: count(1))

    def person(
        self, jurisdiction: str = "US-NY", zone: str = "America/New_York", number: str = "", language: str = "en"
    ) -> Person:
        key = next(self.serial)
        row, point_id = derive_id("test-borrower", str(key)), derive_id("test-point", str(key))
        number = number or f"+1202555{key:04d}"
        borrower = models.Borrower(
            id=row, reference_index=self.vault.blind_index("borrower", str(key)),
            data_key_wrapped=self.vault.new_data_key(), language=language, jurisdiction=jurisdiction,
            zones=[zone] if zone else [], is_synthetic=True,
        )  # fmt: skip
        identity = json.dumps({"postcode": "60614", "contract_tail": "A7X9"})
        borrower.name_sealed = seal_text(self.vault, borrower, Sealed.BORROWER_NAME, row, "Ada Test")
        borrower.identity_sealed = seal_text(self.vault, borrower, Sealed.BORROWER_IDENTITY, row, identity)
        borrower.save(force_insert=True)
        point = models.ContactPoint.objects.create(
            id=point_id, borrower=borrower, channel="sms", address_index=self.vault.blind_index("sms", number),
            address_sealed=seal_text(self.vault, borrower, Sealed.CONTACT_ADDRESS, point_id, number),
            is_synthetic=True,
        )  # fmt: skip
        return Person(borrower, point, number)

    def operator(self, name: str = "dana", role: str = "agent", **more: Anything) -> models.Operator:
        values = {"display_name": name.title(), "role": role, "created_at": NOON, "created_by": "test"} | more
        return models.Operator.objects.get_or_create(name=name, defaults=values)[0]

    def account(
        self, person: Person, dues: Sequence[tuple[date, int, int]] = (), *, principal: int = 124_000, **more: Anything
    ) -> models.Account:
        product, _ = models.Product.objects.get_or_create(
            code="card", defaults={"kind": "card", "minimum_percent_bps": 300, "minimum_floor_minor": 2500}
        )
        values = {"id": derive_id("test-account", str(next(self.serial))), "currency": "USD", "annual_rate_bps": 1999}
        account = models.Account.objects.create(
            borrower=person.borrower, product=product, principal_minor=principal, **(values | more)
        )
        models.Instalment.objects.bulk_create(
            models.Instalment(account=account, due_on=due_on, amount_minor=amount, paid_minor=paid)
            for due_on, amount, paid in dues
        )
        return account

    def prove(self, person: Person, at: datetime = NOON - timedelta(days=1)) -> None:
        models.ContactPoint.objects.filter(id=person.point.id).update(identity_proven_at=at)
        person.point.refresh_from_db()

    def talk(self, person: Person, account: models.Account | None = None, **more: Anything) -> models.Conversation:
        number = models.Conversation.objects.filter(contact_point=person.point).count() + 1
        values = {"state": "notified", "opened_at": NOON - timedelta(days=1)} | more
        return models.Conversation.objects.create(
            id=derive_id("conversation", str(person.point.id), str(number)), borrower=person.borrower,
            contact_point=person.point, account=account, **values,
        )  # fmt: skip

    def message(self, person: Person, account: models.Account | None = None, **more: Anything) -> models.Message:
        row = derive_id("test-message", str(next(self.serial)))
        created = more.pop("created_at", NOON - timedelta(hours=3))
        body = more.pop("body", BODY)
        values: dict[str, Any] = {
            "purpose": Purpose.REMINDER, "template_key": "reminder.neutral", "template_version": 1, "language": "en",
            "discloses": "nothing", "context": "reminder", "encoding": "gsm7", "segments": 1,
            "not_before": created, "not_after": NOON + timedelta(days=2),
        } | more  # fmt: skip
        return models.Message.objects.create(
            id=row, borrower=person.borrower, account=account, contact_point=person.point, created_at=created,
            body_sealed=seal_text(self.vault, person.borrower, Sealed.MESSAGE_BODY, row, body), **values,
        )  # fmt: skip

    def arrangement(
        self, account: models.Account, parts: Sequence[tuple[date, int]], talk: models.Conversation, **more: Anything
    ) -> models.Arrangement:
        offer = models.OfferRecord.objects.create(
            id=derive_id("test-offer", str(next(self.serial))), conversation=talk, account=account, at=NOON,
            expires_at=NOON + timedelta(days=7), currency="USD", capacity_minor=6000, plans=[], certificate={},
        )  # fmt: skip
        total = sum(amount for _, amount in parts)
        values = {"agreed_at": NOON - timedelta(days=1), "standing": "active", "capacity_minor": 6000} | more
        row = models.Arrangement.objects.create(
            id=derive_id("test-arrangement", str(next(self.serial))), account=account, conversation=talk, offer=offer,
            option=0, currency="USD", annual_rate_bps=0, balance_minor=total, total_minor=total, **values,
        )  # fmt: skip
        models.ArrangementInstalment.objects.bulk_create(
            models.ArrangementInstalment(
                arrangement=row, number=number, due_on=due_on, amount_minor=amount, principal_minor=amount,
                interest_minor=0,
            )
            for number, (due_on, amount) in enumerate(parts, start=1)
        )  # fmt: skip
        return row

    def link(self, person: Person, account: models.Account | None = None, at: datetime = NOON) -> str:
        """Return the link of a case as a message names it, kept."""
        account_id = account.id if account is not None else None
        token = token_of(person.point.id, account_id, at, self.vault)
        issue([(person.point.id, account_id, f"You can pay on pay.example.com/{token}.")], at, self.vault)
        return token

    def promise(self, account: models.Account, talk: models.Conversation, amount: int, due_on: date) -> models.Promise:
        return models.Promise.objects.create(
            id=derive_id("test-promise", str(next(self.serial))), account=account, conversation=talk, currency="USD",
            amount_minor=amount, due_on=due_on, made_at=NOON - timedelta(days=1),
        )  # fmt: skip

    def hear(self, person: Person | str, text: str, at: datetime = NOON, event: str = "") -> models.Inbound | None:
        """Let a text come in. Returns its row; None for a delivery known before."""
        number = person if isinstance(person, str) else person.number
        one = ArrivedText(event or f"mo.{next(self.serial)}", Msisdn(number), text, at)
        rows = accept_texts("sandbox", [one], at, library(), self.vault)
        return rows[0] if rows else None

    def stored_text(self, row: models.Inbound) -> str:
        assert row.body_sealed is not None
        owner = row.contact_point.borrower if row.contact_point is not None else None
        return open_text(self.vault, owner, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))

    def sent_text(self, row: models.Message) -> str:
        assert row.body_sealed is not None
        return open_text(self.vault, row.borrower, Sealed.MESSAGE_BODY, row.id, bytes(row.body_sealed))

    def centre(self, faults: Faults = NO_FAULTS, seed: int = 1) -> Sandbox:
        return Sandbox(self.folder / "centre.jsonl", seed=seed, short_code="55501", faults=faults)

    def sender(self, provider: Provider) -> Sender:
        return Sender(only(provider), library(), self.vault)

    def pipeline(self, provider: Provider) -> Pipeline:
        return Pipeline(
            only(provider), library(), self.vault, self.sender(provider), Pager(Settings()), Watch(Settings()), COST
        )

    def nightly(
        self, as_of: date = TODAY + timedelta(days=1), now: datetime = NOON, per_chunk: int = 500
    ) -> models.Run:
        return run_nightly(as_of, now, library(), terms(per_chunk), self.vault, lambda _done, _of: None)


def in_threads(*works: Callable[[], object], seconds: float = 600) -> None:
    """Run *works* at once, each on a connection of its own; what one of them raises is raised here."""
    start = threading.Barrier(len(works))
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(60)
            work()
        except BaseException as error:  # noqa: BLE001 - raised again by the main thread
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    if failed:
        raise failed[0]
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"


def state_of(row: models.Message | UUID) -> State:
    """Return the state of a message as it stands in the database."""
    key = row if isinstance(row, UUID) else row.id
    return State(models.Message.objects.values_list("state", flat=True).get(id=key))


def taken(folder: Path) -> list[str]:
    """Return the references the centre took, each as often as it took it: its own log is the witness."""
    path = folder / "centre.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    return [str(line["reference"]) for line in lines if line["kind"] == "submitted"]
