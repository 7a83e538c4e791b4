"""Load a borrower's case for a turn, and the talk it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from parley.contact.facts import Hold
from parley.engine.acts import CallOutcome
from parley.engine.case import AgreedPlan, Case, Desk, Inbound, OpenOffer, Party, Spoken, Talk
from parley.engine.service import Staffing
from parley.ids import derive_id
from parley.messaging.ledger import State as MessageState
from parley.negotiation.levers import Confirm
from parley.negotiation.moves import Memory
from parley.negotiation.state import State
from parley.servicing.account import Account
from parley.servicing.arrangement import InstalmentState, Standing
from parley.servicing.delinquency import days_past_due
from parley.store import models
from parley.store.bulk import insert_all
from parley.store.page_links import token_of
from parley.store.records import RESUMED, load_records
from parley.store.rows import account_of, party_of, plan_from_json
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.staff import name_for
from parley.store.vault import Vault

# A message that never left answers nothing, whether we or the carrier kept it.
_NEVER_LEFT: Final = Q(intended_at__isnull=True) & ~Q(state=MessageState.QUEUED) | Q(state=MessageState.REJECTED)


def open_talk(point: models.ContactPoint, account_id: UUID | None, now: datetime) -> models.Conversation:
    """Return the open conversation on *point*, starting one where there is none. Inside a transaction."""
    standing = models.Conversation.objects.filter(contact_point=point, closed_at__isnull=True).first()
    if standing is not None:
        return standing
    number = models.Conversation.objects.filter(contact_point=point).count() + 1
    row = _new_talk(point, account_id, number, now)
    row.save(force_insert=True)
    return row


def open_talks(points: Iterable[models.ContactPoint], now: datetime) -> dict[UUID, models.Conversation]:
    """Return the open conversation on each of *points* by the point's id, starting those that are not there."""
    wanted = {point.id: point for point in points}
    talks = models.Conversation.objects.filter(contact_point_id__in=wanted)
    found = {row.contact_point_id: row for row in talks.filter(closed_at__isnull=True)} if wanted else {}
    if missing := [point for key, point in wanted.items() if key not in found]:
        ended = dict(talks.values_list("contact_point_id").annotate(Count("id")))
        rows = [_new_talk(point, None, ended.get(point.id, 0) + 1, now) for point in missing]
        insert_all(rows)
        found |= {row.contact_point_id: row for row in rows}
    for key, row in found.items():
        # As they were read under the lock; asking for each again took longer than the rest.
        row.contact_point, row.borrower = wanted[key], wanted[key].borrower
    return found


def _new_talk(point: models.ContactPoint, account_id: UUID | None, number: int, now: datetime) -> models.Conversation:
    return models.Conversation(
        id=derive_id("conversation", str(point.id), str(number)),
        borrower_id=point.borrower_id,
        contact_point=point,
        account_id=account_id,
        state=State.NOTIFIED,
        opened_at=now,
    )


def load_party(point: models.ContactPoint, vault: Vault, page_code: str = "") -> Party:
    """Return the borrower behind *point* with what the lender holds to know them by; *page_code*: their link."""
    borrower = point.borrower
    identity: dict[str, str] = {}
    if borrower.identity_sealed is not None:
        sealed = bytes(borrower.identity_sealed)
        identity = json.loads(open_text(vault, borrower, Sealed.BORROWER_IDENTITY, borrower.id, sealed))
    return party_of(borrower, point, identity, page_code)


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


def load_case(
    row: models.Inbound, now: datetime, vault: Vault, staffing: Staffing | None = None
) -> tuple[Case, Inbound]:
    """Return the case that *row* (an inbound with its conversation) belongs to, and the reply itself.

    The account of the talk is the one it was opened about; of several the one that is latest. *staffing*: who answers
    hand-overs now; None: no time is promised.
    """
    talk_row, point = row.conversation, row.contact_point
    assert talk_row is not None and point is not None and row.body_sealed is not None, "a reply has a talk and words"
    text = open_text(vault, point.borrower, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))
    has_resumed = RESUMED in row.urgent.split("+")
    inbound = Inbound(row.id, text, row.received_at, row.identity_answer, row.was_redacted, has_resumed, row.has_media)
    return replace(load_standing(talk_row, point, now, vault), staffing=staffing), inbound


def load_standing(row: models.Conversation, point: models.ContactPoint, now: datetime, vault: Vault) -> Case:
    """Return the case of the talk *row* on *point* as it stands, without a new reply."""
    talk = load_talk(row, vault)
    account = _account(row, point.borrower_id, now)
    agreed = _agreed(account)
    account_id = account.account_id if account is not None else None
    party = load_party(point, vault, token_of(point.id, account_id, now, vault))
    return Case(
        party=replace(party, agent=name_for(row.assigned_to or row.handed_to, party.language)),
        talk=talk,
        account=account,
        record=load_records([point.borrower_id], now)[point.borrower_id],
        offer=_offer(talk, now),
        agreed_on=tuple(one.agreed_at.date() for one in agreed),
        broken_plans=sum(one.standing == Standing.BROKEN for one in agreed),
        plan=_plan(agreed[-1]) if agreed else None,
    )


def load_desk_case(talk_row: models.Conversation, now: datetime, vault: Vault) -> Case:
    """Return the case of a thread as a member of staff acts on it."""
    point = talk_row.contact_point
    case = load_standing(talk_row, point, now, vault)
    waits, spoken = _unanswered(talk_row), _spoken(talk_row)
    held = {Hold.WRONG_NUMBER} if point.quarantined_at is not None else set()
    account = case.account.account_id if case.account is not None else None
    standing = {"account_id": account, "standing": Standing.ACTIVE}
    desk = Desk(
        version=talk_row.version,
        holder=talk_row.assigned_to_id,
        unanswered_id=waits.id if waits is not None else None,
        unanswered_at=waits.received_at if waits is not None else None,
        also_held=frozenset(held),
        spoken=Spoken(spoken.id, spoken.operator_id, spoken.at) if spoken is not None else None,
        has_arrangement=models.Arrangement.objects.filter(**standing).exists(),
        has_promise=models.Promise.objects.filter(**standing).exists(),
    )
    return replace(case, desk=desk)


def _unanswered(talk: models.Conversation) -> models.Inbound | None:
    """Return the newest reply of the thread where no message of ours answers it."""
    newest = talk.inbounds.order_by("-received_at", "-id").first()
    answers = models.Message.objects.filter(in_reply_to=newest).exclude(_NEVER_LEFT)
    return newest if newest is not None and not answers.exists() else None


def _spoken(talk: models.Conversation) -> models.Call | None:
    return talk.calls.filter(outcome=CallOutcome.REACHED).order_by("-at", "-id").first()


def _account(talk: models.Conversation, borrower_id: UUID, now: datetime) -> Account | None:
    rows = models.Account.objects.filter(borrower_id=borrower_id).select_related("product").order_by("id")
    if talk.account_id is not None:
        rows = rows.filter(id=talk.account_id)
    accounts = [account_of(row, row.instalments.order_by("due_on")) for row in rows]
    return max(accounts, key=lambda one: days_past_due(one.dues, now.date()), default=None)


def _agreed(account: Account | None) -> list[models.Arrangement]:
    """Return the plans that were agreed for the account, whatever became of them, the newest last.

    What the lender's core refused was never agreed.
    """
    if account is None:
        return []
    rows = models.Arrangement.objects.filter(account_id=account.account_id).exclude(standing=Standing.REFUSED)
    return list(rows.order_by("agreed_at", "id"))


def _plan(row: models.Arrangement) -> AgreedPlan:
    """Return the plan as a turn sees it; what was missed of it only while something still follows."""
    is_open_end = row.standing == Standing.BROKEN and row.followed_at is None
    missed = first_open(row.instalments.order_by("number")) if is_open_end else None
    return AgreedPlan(row.id, Standing(row.standing), row.capacity_minor, missed)


def first_open(rows: Iterable[models.ArrangementInstalment]) -> InstalmentState | None:
    """Return the first of *rows*, in their order, that is not paid in full."""
    states = (InstalmentState(row.due_on, row.amount_minor, row.paid_minor, row.cleared_on) for row in rows)
    return next((state for state in states if state.open_minor), None)


def _offer(talk: Talk, now: datetime) -> OpenOffer | None:
    if not talk.memory.offer_id:
        return None
    row = models.OfferRecord.objects.filter(id=UUID(talk.memory.offer_id), expires_at__gt=now).first()
    if row is None:
        return None
    plans = tuple(plan_from_json(plan) for plan in row.plans)
    # An offer of before this was kept was made when a reply always counted.
    confirm = Confirm(row.certificate.get("confirm", Confirm.REPLY))
    return OpenOffer(row.id, plans, row.capacity_minor, row.expires_at, confirm)
