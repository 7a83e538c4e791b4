"""A small world in which every promise is kept, and hands to break one at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from parley.ids import Msisdn, derive_id
from parley.providers.centre_log import (
    Acknowledged,
    Arrived,
    Inbound,
    Line,
    NotTakenLine,
    PlannedReceipt,
    Receipt,
    RejectedLine,
    Submitted,
    encode,
)
from parley.providers.port import DeliveryState
from parley.run.checking import LenderFacts, Report, check
from parley.store import models
from parley.store.sealed import Sealed, place
from parley.store.vault import Vault

NOW = datetime(2026, 12, 20, 22, tzinfo=UTC)
LENDER = LenderFacts(
    names=("Example Card", "示例金融"),
    hotline="800-555-0100",
    stop_words={"*": "STOP", "CN": "R"},
    other_words=("Dana Reyes", "8-20", "8-20点", "pay.example.com", "988 (call or text, 24h)"),
)
TAIL = " Dana Reyes: 800-555-0100, 8-20. STOP ends texts."
TAIL_ZH = "专员Dana Reyes 800-555-0100（8-20点），拒收请回复R。"
NEUTRAL = "Example Card: we would like to speak with you about your account. Reply INFO." + TAIL
REMINDER = "Example Card: a date on your account is coming up. Reply INFO for details." + TAIL
PROMOTION = "Example Card: there is news for you on pay.example.com." + TAIL
ASK = "Example Card: please reply with your ZIP code." + TAIL
CAPACITY = "Example Card: your account is past due: $103.00 of $1,240.00." + TAIL
OFFER = (
    "Example Card: monthly plans you can choose from Dec 28, cheapest first: 1) $60.00 x 2, 0.00% APR, total 120.00. "
    "2) $40.00 x 3, 0.00% APR, total 120.00. Reply 1 or 2, another amount, or PERSON." + TAIL
)
READ_BACK = (
    "Example Card: please check: 3 monthly payments of $40.00 from Dec 28, 0.00% APR, $120.00 in total. "
    "Reply YES to agree or NO." + TAIL
)
WHAT_IF = (
    "Example Card: a plan here costs $120.00 in total. Without a plan your agreement goes on as it is: "
    "you owe $123.50, of which $43.50 is past due, with interest and fees as agreed." + TAIL
)
CONFIRMED = "Example Card: you will get no more texts from us. To reach a person: Dana Reyes, 800-555-0100, 8-20."
CRISIS = "Example Card: thank you for telling us. These people help now: 988 (call or text, 24h)."
SORRY = "Example Card: sorry for the text. We will not write to this number again." + TAIL


def day(number: int, hour: int = 18, minute: int = 0) -> datetime:
    """Return an instant of December 2026 in UTC; 18:00 is open in America and Europe, closed in China."""
    return datetime(2026, 12, number, hour, minute, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower with one number and one account."""

    id: UUID
    point: UUID
    account: UUID
    talk: UUID
    number: str


def plan(payments: Sequence[int], principals: Sequence[int] | None = None) -> dict[str, Any]:
    """Return a plan of these payments in the form in which offers are stored."""
    principals = principals or payments
    left = sum(principals)
    rows = []
    for number, (payment, principal) in enumerate(zip(payments, principals, strict=True), start=1):
        left -= principal
        due_on = date(2027 if number > 1 else 2026, (10 + number) % 12 + 1, 28)
        rows.append(
            {
                "number": number,
                "due_on": due_on.isoformat(),
                "payment_minor": payment,
                "principal_minor": principal,
                "interest_minor": payment - principal,
                "balance_minor": left,
            }
        )
    return {"annual_rate_bps": 0, "currency": "USD", "total_minor": sum(payments), "rows": rows}


class World:
    """The database and the log, written side by side."""

    def __init__(self, vault: Vault, log: Path) -> None:
        self.vault = vault
        self.log = log
        self.lines: list[Line] = []
        self._serial = count(1)

    def check(self) -> Report:
        """Write the log and ask the witness."""
        self.log.write_bytes(b"".join(map(encode, self.lines)))
        return check(self.vault, self.log, NOW, LENDER)

    @property
    def next_n(self) -> int:
        return len(self.lines) + 1

    def name(self, kind: str) -> UUID:
        return derive_id(kind, str(next(self._serial)))

    # --- people

    def person(self, jurisdiction: str = "US", *zones: str, arm: str = "messages") -> Person:
        """Add someone who consented to promotions in writing and proved nothing."""
        key = self.vault.new_data_key()
        me, point, account, talk = (self.name(kind) for kind in ("borrower", "point", "account", "talk"))
        number = f"+1202555{next(self._serial):04d}"

        def seal(column: Sealed, row: UUID, text: str) -> bytes:
            return self.vault.seal(key, text, place(column, row))

        models.Borrower.objects.create(
            id=me,
            data_key_wrapped=key,
            name_sealed=seal(Sealed.BORROWER_NAME, me, "Will Mabry"),
            identity_sealed=seal(
                Sealed.BORROWER_IDENTITY, me, json.dumps({"postcode": "SW1A 1AA", "contract_tail": "7731"})
            ),
            language="en",
            jurisdiction=jurisdiction,
            zones=list(zones or ("America/New_York",)),
            is_synthetic=True,
        )
        models.ContactPoint.objects.create(
            id=point,
            borrower_id=me,
            channel="sms",
            address_sealed=seal(Sealed.CONTACT_ADDRESS, point, number),
            address_index=self.vault.blind_index("sms", number),
            is_synthetic=True,
        )
        models.Product.objects.get_or_create(code="card", kind="card")
        models.Account.objects.create(
            id=account,
            borrower_id=me,
            product_id="card",
            reference_sealed=seal(Sealed.ACCOUNT_REFERENCE, account, "CARD-0048-7731"),
            currency="USD",
            principal_minor=12_000,
            annual_rate_bps=1_200,
            arm=arm,
        )
        models.Conversation.objects.create(
            id=talk, borrower_id=me, contact_point_id=point, account_id=account, state="notified", opened_at=day(1)
        )
        person = Person(me, point, account, talk, number)
        self.wish(person, "marketing_written", granted=True, at=day(1))
        return person

    def wish(self, person: Person, scope: str, *, granted: bool, at: datetime, **more: object) -> None:
        fields: dict[str, Any] = {"borrower_id": person.id, "scope": scope, "granted": granted, "at": at, **more}
        models.Consent.objects.create(id=self.name("consent"), source="t", proof="t", **fields)

    def start(self, person: Person, at: datetime) -> None:
        """Let the borrower ask for texts about the account again."""
        only = {"channel": "sms", "is_for_address": True, "contact_point_id": person.point}
        self.wish(person, "service", granted=True, at=at, **only)

    def hold(self, person: Person, kind: str, at: datetime, **more: object) -> None:
        fields: dict[str, Any] = {"borrower_id": person.id, "kind": kind, "source": "test", "from_at": at, **more}
        models.Hold.objects.create(id=self.name("hold"), **fields)

    def staff(self) -> models.Operator:
        row, _ = models.Operator.objects.get_or_create(
            name="dana", defaults={"display_name": "Dana Reyes", "role": "agent", "created_at": NOW, "created_by": "t"}
        )
        return row

    def taken_over(self, person: Person, at: datetime) -> None:
        """Give the thread to a person."""
        models.Conversation.objects.filter(id=person.talk).update(needs_person_since=at, person_reason="asked")

    def handed_back(self, person: Person, since: datetime, at: datetime) -> None:
        """Record that a person had the thread from *since* to *at*."""
        models.Conversation.objects.filter(id=person.talk).update(needs_person_since=None)
        models.Event.objects.create(
            at=at, kind="handed_back", borrower_id=person.id, conversation_id=person.talk,
            data={"operator": self.staff().pk, "since": since.isoformat()},
        )  # fmt: skip

    def call(self, person: Person, at: datetime, direction: str = "out", purpose: str = "collection") -> None:
        models.Call.objects.create(
            id=self.name("call"), borrower_id=person.id, account_id=person.account, contact_point_id=person.point,
            conversation_id=person.talk, operator=self.staff(), direction=direction, outcome="no_answer",
            purpose=purpose, verdict="allow", at=at,
        )  # fmt: skip

    def prove(self, person: Person, at: datetime) -> None:
        models.Event.objects.create(
            at=at, kind="identity.proven", borrower_id=person.id, conversation_id=person.talk, data={}
        )

    # --- texts

    def row(self, person: Person, at: datetime, text: str = NEUTRAL, **values: object) -> models.Message:
        """Write a message row as the ledger leaves it when all went well."""
        message_id = self.name("message")
        owner = models.Borrower.objects.get(id=person.id)
        fields: dict[str, Any] = {
            "borrower_id": person.id,
            "account_id": person.account,
            "contact_point_id": person.point,
            "conversation_id": person.talk,
            "purpose": "collection",
            "template_key": "overdue.neutral",
            "template_version": 1,
            "language": "en",
            "discloses": "relationship",
            "body_sealed": self.vault.seal(
                bytes(owner.data_key_wrapped or b""), text, place(Sealed.MESSAGE_BODY, message_id)
            ),
            "encoding": "gsm7",
            "segments": 1,
            "state": "delivered",
            "created_at": at,
            "not_before": at,
            "not_after": at + timedelta(hours=48),
            "intended_at": at,
            "submitted_at": at,
            "finished_at": at,
            "provider": "sandbox",
            **values,
        }
        return models.Message.objects.create(id=message_id, **fields)

    def permit(self, message: models.Message, verdict: str = "allow") -> None:
        models.GateDecision.objects.create(
            message=message,
            borrower_id=message.borrower_id,
            stage="dispatch",
            verdict=verdict,
            rulebook_hash="test",
            at=message.intended_at or message.created_at,
        )

    def submit(
        self,
        reference: str,
        to: str,
        text: str,
        at: datetime,
        ends: DeliveryState = DeliveryState.DELIVERED,
        *,
        answered: bool = True,
    ) -> None:
        """Let the centre take a message that ends seconds later; a receipt says so and the lender stores it."""
        ends_at = at + timedelta(seconds=5)
        arrives_at = ends_at if ends is DeliveryState.DELIVERED else None
        provider_id = f"SB{self.next_n:08d}"
        event = f"{provider_id}.1"
        planned = (PlannedReceipt(ends_at, ends_at, ends, 0, is_lost=False),)
        self.lines.append(
            Submitted(
                self.next_n, at, reference, provider_id, Msisdn(to), text, 1, at + timedelta(hours=48), answered, at,
                arrives_at, planned,
            )
        )  # fmt: skip
        if arrives_at is not None:
            self.lines.append(Arrived(self.next_n, ends_at, reference, provider_id))
        self.lines.append(Receipt(self.next_n, ends_at, event, reference, provider_id, 0, ends))
        self.store(event, ends_at)
        models.Receipt.objects.create(
            provider="sandbox", provider_event=event, event=f"receipt_{ends}", at=ends_at, received_at=ends_at
        )

    def send(self, person: Person, at: datetime, text: str = NEUTRAL, **values: object) -> models.Message:
        """Write a message that left with a permit and arrived."""
        message = self.row(person, at, text, **values)
        self.permit(message)
        self.submit(str(message.id), person.number, text, at)
        return message

    def hear(self, person: Person, text: str, at: datetime, *, is_stored: bool = True) -> models.Inbound:
        """Let the borrower write a text that the lender stored."""
        event = f"mo.{next(self._serial)}"
        self.lines.append(Inbound(self.next_n, at, event, Msisdn(person.number), "80055", text))
        inbound = models.Inbound(
            id=self.name("inbound"),
            provider="sandbox",
            provider_event=event,
            contact_point_id=person.point,
            conversation_id=person.talk,
            received_at=at,
            status="done",
        )
        if is_stored:
            inbound.save(force_insert=True)
        self.store(event, at)
        return inbound

    def answer(
        self, person: Person, heard: models.Inbound, text: str, *, at: datetime | None = None, **values: object
    ) -> models.Message:
        """Answer, a minute later where nothing else is said."""
        fields = {"purpose": "negotiation_reply", "template_key": "help.who", "in_reply_to": heard, **values}
        return self.send(person, at or heard.received_at + timedelta(minutes=1), text, **fields)

    def ask_what_if(self, text: str, at: datetime, owed: dict[str, int] | None = None) -> None:
        """Tell a proven borrower with an offer on record what holds without a plan, as the turn kept it."""
        who = self.person()
        self.prove(who, at - timedelta(days=1))
        offer = self.offer(who, at)
        heard = self.hear(who, "what if I don't?", at)
        message = self.answer(who, heard, text, template_key="info.what_if", offer=offer)
        kept = {"owed": {"balance_minor": 12_350, "arrears_minor": 4_350} if owed is None else owed}
        models.Event.objects.create(at=at, kind="turn", borrower_id=who.id, message=message, data=kept)

    def store(self, event: str, at: datetime) -> None:
        self.lines.append(Acknowledged(self.next_n, at, (event,)))

    def refuse(self, reference: str, person: Person, at: datetime) -> None:
        self.lines.append(RejectedLine(self.next_n, at, reference, Msisdn(person.number), "unknown_subscriber"))

    def lose_on_the_way(self, reference: str, person: Person, at: datetime) -> None:
        self.lines.append(NotTakenLine(self.next_n, at, reference, Msisdn(person.number), answered=False))

    # --- money

    def offer(
        self, person: Person, at: datetime, plans: list[dict[str, Any]] | None = None, lump_minor: int = 0
    ) -> models.OfferRecord:
        return models.OfferRecord.objects.create(
            id=self.name("offer"),
            conversation_id=person.talk,
            account_id=person.account,
            at=at,
            expires_at=at + timedelta(days=7),
            currency="USD",
            capacity_minor=6_000,
            plans=plans or [plan([6_000, 6_000]), plan([4_000, 4_000, 4_000])],
            certificate={"facts": {"lump_minor": lump_minor}} if lump_minor else {},
        )

    def offer_on_page(self, person: Person, at: datetime) -> models.OfferRecord:
        """Offer by a policy that asks for the page."""
        offer, digest = self.offer(person, at), "0" * 64
        models.LenderSettings.objects.create(digest=digest, document='confirm = "page"\n', at=at)
        offer.certificate = {"policy_hash": digest}
        offer.save(update_fields=["certificate"])
        return offer

    def press(self, person: Person, at: datetime) -> None:
        """Let the borrower press a button of their page."""
        key = self.name("inbound")
        values = {"contact_point_id": person.point, "conversation_id": person.talk, "status": "done"}
        models.Inbound.objects.create(id=key, provider="page", provider_event=key.hex, received_at=at, **values)

    def agree(self, person: Person, offer: models.OfferRecord, at: datetime, **values: object) -> models.Arrangement:
        chosen = offer.plans[1 if len(offer.plans) > 1 else 0]
        fields: dict[str, Any] = {
            "account_id": person.account,
            "conversation_id": person.talk,
            "offer": offer,
            "option": 1 if len(offer.plans) > 1 else 0,
            "currency": "USD",
            "annual_rate_bps": 0,
            "balance_minor": sum(row["principal_minor"] for row in chosen["rows"]),
            "total_minor": chosen["total_minor"],
            "capacity_minor": 6_000,
            "agreed_at": at,
            **values,
        }
        arrangement = models.Arrangement.objects.create(id=self.name("arrangement"), **fields)
        for row in chosen["rows"]:
            models.ArrangementInstalment.objects.create(
                arrangement=arrangement,
                number=row["number"],
                due_on=date.fromisoformat(row["due_on"]),
                amount_minor=row["payment_minor"],
                principal_minor=row["principal_minor"],
                interest_minor=row["interest_minor"],
            )
        return arrangement

    def pay(self, person: Person, amount_minor: int, cells: list[list[Any]], unapplied: int = 0) -> None:
        payment_id = self.name("payment")
        models.Payment.objects.create(
            id=payment_id,
            account_id=person.account,
            row_key=payment_id.hex,
            paid_on=day(3).date(),
            received_at=day(3),
            amount_minor=amount_minor,
            allocation={"waterfall": "test", "cells": cells, "unapplied": unapplied},
        )

    # --- the clean world

    def build(self) -> None:
        """Add people to whom everything lawful happens."""
        self._negotiates()
        self._refuses()
        self._breaks_down()
        self._is_somebody_else()
        self._reads_chinese()
        self._goes_astray()

    def _negotiates(self) -> None:
        """Reminded, late, proven, offered, agreed, paid; answers at night, three contacts in a week."""
        who = self.person("GB", "Europe/London")
        self.send(who, day(2), REMINDER, purpose="reminder", template_key="reminder.neutral")
        self.send(who, day(4))
        self.send(who, day(6), PROMOTION, purpose="promotion", template_key="promotion.offer")
        first = self.hear(who, "i cant pay", day(6, 23))
        self.answer(who, first, ASK, template_key="identity.ask_postcode")
        second = self.hear(who, "SW1A 1AA", day(6, 23, 5))
        self.prove(who, day(6, 23, 6))
        self.answer(who, second, CAPACITY, template_key="capacity.ask", discloses="debt")
        third = self.hear(who, "60 a month", day(6, 23, 10))
        offer = self.offer(who, day(6, 23, 10))
        self.answer(who, third, OFFER, template_key="offer.two", offer=offer)
        fourth = self.hear(who, "2", day(6, 23, 20))
        self.answer(who, fourth, READ_BACK, template_key="plan.read_back", offer=offer)
        fifth = self.hear(who, "yes", day(6, 23, 30))
        self.agree(who, offer, day(6, 23, 31))
        text = "Example Card: your plan is agreed. First payment: $40.00 on Dec 28." + TAIL
        self.answer(who, fifth, text, template_key="plan.agreed", offer=offer)
        text = "Example Card: $40.00 of your plan is due on Dec 28." + TAIL
        self.send(who, day(14), text, purpose="reminder", template_key="arrangement.reminder")
        self.pay(who, 4_000, [["past_due", "interest", 300], ["past_due", "principal", 3_500]], unapplied=200)

    def _refuses(self) -> None:
        who = self.person()
        self.send(who, day(2))
        stop = self.hear(who, " Stop. ", day(3))
        self.wish(who, "all", granted=False, at=day(3))
        self.answer(who, stop, CONFIRMED, purpose="opt_out_confirmation", template_key="stop.confirmed")
        waiting = self.row(who, day(4), state="cancelled", reason="cancelled_by_turn", intended_at=None)
        self.permit(waiting, "block")

    def _breaks_down(self) -> None:
        who = self.person()
        cry = self.hear(who, "i cannot go on", day(3, 6))
        self.hold(who, "crisis", day(3, 6))
        self.answer(who, cry, CRISIS, purpose="crisis_reply", template_key="crisis.support")

    def _is_somebody_else(self) -> None:
        who = self.person("US-CA", "America/Los_Angeles")
        wrong = self.hear(who, "wrong number", day(3))
        models.ContactPoint.objects.filter(id=who.point).update(quarantined_at=day(3, 18, 1))
        self.answer(who, wrong, SORRY, template_key="wrong_number.sorry", at=day(3, 18, 2))

    def _reads_chinese(self) -> None:
        who = self.person("CN", "Asia/Shanghai")
        text = "【示例金融】我们想就您的账户与您联系。请回复“查询”。" + TAIL_ZH
        self.send(who, day(5, 4), text)
        alert = "【示例金融】您的账户有一笔异常交易，是您本人操作吗？请回复“是”或“否”。" + TAIL_ZH
        self.send(who, day(9, 20), alert, purpose="risk_alert", template_key="risk_alert.ask")

    def _goes_astray(self) -> None:
        """Every other way a message may honestly end or wait."""
        who = self.person("US", "America/New_York", "America/Chicago")
        rejected = self.row(who, day(2), state="rejected", reason="unknown_subscriber")
        self.permit(rejected)
        self.refuse(str(rejected.id), who, day(2))
        undelivered = self.row(who, day(3), state="undelivered")
        self.permit(undelivered)
        self.submit(str(undelivered.id), who.number, NEUTRAL, day(3), DeliveryState.UNDELIVERED)
        unknown = self.row(who, day(5), state="unknown", reason="time_out", submitted_at=None)
        self.permit(unknown)
        self.lose_on_the_way(str(unknown.id), who, day(5))
        self.row(who, NOW, state="queued", intended_at=None, submitted_at=None, not_before=NOW + timedelta(hours=6))
        self.row(who, day(6), state="expired", reason="too_late", intended_at=None, submitted_at=None)
        on_its_way = self.row(who, NOW - timedelta(hours=1), state="submitted")
        self.permit(on_its_way)
        self.submit(str(on_its_way.id), who.number, NEUTRAL, NOW - timedelta(hours=1), DeliveryState.EXPIRED)
