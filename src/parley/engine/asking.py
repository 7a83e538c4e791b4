"""How the engine asks the gate: the same facts, prepared in the same way, at night, in a turn and at dispatch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from parley.contact.facts import ContactFacts, Discloses, Hold
from parley.engine.case import ContactRecord, Party
from parley.purpose import Actor, Channel, Purpose
from parley.servicing.account import Account
from parley.servicing.delinquency import days_past_due, next_due


def is_identity_fresh(proven_at: datetime | None, now: datetime, fresh_days: int) -> bool:
    """Return whether the proof of identity from this address is at most *fresh_days* old."""
    return proven_at is not None and proven_at <= now <= proven_at + timedelta(days=fresh_days)


@dataclass(frozen=True, slots=True)
class Answering:
    """The reply that a message answers: which, and when it came."""

    inbound_id: UUID
    received_at: datetime


def contact_facts(
    party: Party,
    account: Account | None,
    record: ContactRecord,
    *,
    purpose: Purpose,
    discloses: str,
    now: datetime,
    today: date,
    actor: Actor,
    is_proven: bool,
    also_held: frozenset[Hold] = frozenset(),
    answering: Answering | None = None,
) -> ContactFacts:
    """Return the facts of one text to *party* at *now*.

    A hold does not stop the one answer to the reply that laid it on: that answer says so. *also_held* are the holds of
    the thread and the address rather than of the borrower.
    """
    answered = answering.inbound_id if answering is not None else None
    holds = {one.kind for one in record.holds if one.inbound_id is None or one.inbound_id != answered}
    return ContactFacts(
        now=now,
        jurisdiction=party.jurisdiction,
        zones=party.zones,
        purpose=purpose,
        channel=Channel.SMS,
        actor=actor,
        product=account.product.value if account is not None else "",
        days_past_due=_lateness(account, today),
        answers_at=answering.received_at if answering is not None else None,
        consents=record.consents,
        opt_outs=record.opt_outs,
        holds=frozenset(holds) | also_held,
        identity_proven=is_proven,
        discloses=Discloses(discloses),
        history=record.contacts,
        account=str(account.account_id) if account is not None else None,
        address=str(party.contact_point_id),
    )


def _lateness(account: Account | None, today: date) -> int:
    """Days past due; before the due date the days to go, negative."""
    if account is None:
        return 0
    late = days_past_due(account.dues, today)
    if late > 0:
        return late
    coming = next_due(account.dues, today)
    return (today - coming.due_on).days if coming is not None else 0
