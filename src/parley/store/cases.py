"""Load a borrower's case for a turn, and the talk it belongs to."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from parley.engine.case import Case, Inbound, OpenOffer, Party, Talk
from parley.ids import derive_id
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.servicing.account import Account
from parley.servicing.delinquency import days_past_due
from parley.store import models
from parley.store.records import load_records
from parley.store.rows import account_of, party_of, plan_from_json
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault


def open_talk(point: models.ContactPoint, account_id: UUID | None, now: datetime) -> models.Conversation:
    """Return the open conversation on *point*, starting one where there is none. Inside a transaction."""
    standing = models.Conversation.objects.filter(contact_point=point, closed_at__isnull=True).first()
    if standing is not None:
        return standing
    number = models.Conversation.objects.filter(contact_point=point).count() + 1
    return models.Conversation.objects.create(
        id=derive_id("conversation", str(point.id), str(number)),
        borrower_id=point.borrower_id,
        contact_point=point,
        account_id=account_id,
        state=State.NOTIFIED,
        opened_at=now,
    )


def load_party(point: models.ContactPoint, vault: Vault) -> Party:
    """Return the borrower behind *point* with what the lender holds to know them by."""
    borrower = point.borrower
    identity: dict[str, str] = {}
    if borrower.identity_sealed is not None:
        sealed = bytes(borrower.identity_sealed)
        identity = json.loads(open_text(vault, borrower, Sealed.BORROWER_IDENTITY, borrower.id, sealed))
    return party_of(borrower, point, identity)


def load_talk(row: models.Conversation, vault: Vault) -> Talk:
    """Return the conversation as the engine sees it."""
    memory = Memory()
    if row.memory_sealed is not None:
        sealed = bytes(row.memory_sealed)
        memory = Memory.from_json(
            json.loads(open_text(vault, row.borrower, Sealed.CONVERSATION_MEMORY, row.id, sealed))
        )
    return Talk(row.id, State(row.state), memory, row.last_context, row.needs_person_since is not None)


def seal_memory(row: models.Conversation, memory: Memory, vault: Vault) -> bytes:
    """Return the talk's memory sealed for its row."""
    text = json.dumps(memory.to_json(), separators=(",", ":"))
    return seal_text(vault, row.borrower, Sealed.CONVERSATION_MEMORY, row.id, text)


def load_case(row: models.Inbound, now: datetime, vault: Vault) -> tuple[Case, Inbound]:
    """Return the case that *row* (an inbound with its conversation) belongs to, and the reply itself.

    The account of the talk is the one it was opened about; of several the one that is latest.
    """
    talk_row, point = row.conversation, row.contact_point
    assert talk_row is not None and point is not None and row.body_sealed is not None, "a reply has a talk and words"
    account = _account(talk_row, point.borrower_id, now)
    talk = load_talk(talk_row, vault)
    case = Case(
        party=load_party(point, vault),
        talk=talk,
        account=account,
        record=load_records([point.borrower_id], now)[point.borrower_id],
        offer=_offer(talk, now),
    )
    text = open_text(vault, point.borrower, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))
    inbound = Inbound(row.id, text, row.received_at, row.identity_answer, row.was_redacted)
    return case, inbound


def _account(talk: models.Conversation, borrower_id: UUID, now: datetime) -> Account | None:
    rows = models.Account.objects.filter(borrower_id=borrower_id).select_related("product").order_by("id")
    if talk.account_id is not None:
        rows = rows.filter(id=talk.account_id)
    accounts = [account_of(row, row.instalments.order_by("due_on")) for row in rows]
    return max(accounts, key=lambda one: days_past_due(one.dues, now.date()), default=None)


def _offer(talk: Talk, now: datetime) -> OpenOffer | None:
    if not talk.memory.offer_id:
        return None
    row = models.OfferRecord.objects.filter(id=UUID(talk.memory.offer_id), expires_at__gt=now).first()
    if row is None:
        return None
    plans = tuple(plan_from_json(plan) for plan in row.plans)
    return OpenOffer(row.id, plans, row.capacity_minor, row.expires_at)
