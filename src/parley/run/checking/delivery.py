"""Is every message where the ledger says it is? Rows of the database against traces of the centre, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from parley.dates import local_date
from parley.providers.port import DeliveryState
from parley.run.checking.centre import TOLD, Centre, Trace, digest
from parley.run.checking.dossier import Contact, Dossier, Row
from parley.run.checking.expectations import Expectations
from parley.run.checking.kinds import Kind
from parley.run.checking.report import Tally
from parley.store import models

# A copy of the ledger's words, on purpose: the witness shares no table with what it checks.
_ENDED_BY_US: Final = frozenset({"refused", "cancelled"})
_NEEDS_REASON: Final = frozenset({"refused", "cancelled", "expired", "undelivered", "rejected", "unknown"})
_WITH_CARRIER: Final = frozenset({"intended", "submitted", "unknown"})
# What each end claims, and the receipt that would tell it.
_ENDS: Final = {
    "undelivered": TOLD[DeliveryState.UNDELIVERED],
    "expired": TOLD[DeliveryState.EXPIRED],
    "rejected": TOLD[DeliveryState.REJECTED],
}
SANDBOX: Final = "sandbox"


def check_row(row: Row, trace: Trace | None, now: datetime, expected: Expectations, tally: Tally) -> None:
    """Judge one message row against what the centre knows of it."""
    if _is_lost(row, now, expected):
        tally.add(Kind.LOST, row.id)
    if row.state in _NEEDS_REASON and not row.reason and not _explains(row, trace):
        tally.add(Kind.NO_REASON, row.id)
    if trace is not None and trace.taken > 1:
        tally.add(Kind.SENT_TWICE, row.id)
    if row.provider in {"", SANDBOX} and _differs(row, trace, now, expected):
        tally.add(Kind.LEDGER_MISMATCH, row.id)


def _is_lost(row: Row, now: datetime, expected: Expectations) -> bool:
    """Whether nothing will ever happen to the message any more although it has not ended."""
    match row.state:
        case "queued":
            return now > row.not_before + expected.waiting or now > row.not_after + expected.waiting
        case "intended":
            return row.intended_at is None or now > row.intended_at + expected.intended
        case "submitted":
            return now > (row.submitted_at or row.not_before) + expected.receipt
        case "unknown":
            return not row.reason
        case _:
            return False


def _explains(row: Row, trace: Trace | None) -> bool:
    """Whether the carrier's own receipt is the reason."""
    return trace is not None and bool(trace.told & _ENDS.get(row.state, 0))


def _differs(row: Row, trace: Trace | None, now: datetime, expected: Expectations) -> bool:
    """Whether ledger and centre cannot both be right."""
    if trace is None or not trace.taken:
        return row.state in {"delivered", "submitted"}
    if row.intended_at is None or row.state in _ENDED_BY_US or row.state == "queued":
        return True
    if trace.at is not None and not trace.at - expected.hand_over <= row.intended_at <= trace.at:
        return True
    if trace.has_arrived(now):
        return row.state != "delivered" and row.state not in _WITH_CARRIER
    return row.state == "delivered" or (row.state == "rejected" and not trace.told & _ENDS["rejected"])


def check_handed_over(contact: Contact, dossier: Dossier, tally: Tally) -> None:
    """Judge what left: to this number, with this text, with a permit, and to invented numbers by the sandbox only."""
    row, point = contact.row, dossier.points.get(contact.row.point)
    if contact.trace is not None:
        is_other_text = bool(row.body) and contact.text != row.body
        is_other_number = point is not None and bool(point.number) and contact.number != point.number
        if is_other_text or is_other_number:
            tally.add(Kind.LEDGER_MISMATCH, row.id)
    if row.id not in dossier.permitted:
        tally.add(Kind.WITHOUT_PERMIT, row.id)
    if point is not None and point.is_synthetic and row.provider not in {"", SANDBOX}:
        tally.add(Kind.SYNTHETIC_OUTSIDE, row.id)


def check_repeats(dossier: Dossier, tally: Tally) -> None:
    """Find the same words to the same number about the same account on one local day, replies aside.

    A resend is ours only where the first submission was answered: doubt is the carrier's.
    """
    zone = dossier.zones[0] if dossier.zones else "UTC"
    met: dict[tuple[str, UUID | None, str, date, bytes], Contact] = {}
    for contact in dossier.contacts:
        row = contact.row
        if row.reply_to is not None:
            continue
        key = (contact.number, row.account, row.template, local_date(contact.at, zone), digest(contact.text))
        first = met.setdefault(key, contact)
        is_doubted = row.resend_of == first.row.id and first.trace is not None and not first.trace.answered
        if first is not contact and not is_doubted:
            tally.add(Kind.SENT_TWICE, row.id)


def check_log_side(centre: Centre, tally: Tally) -> None:
    """Find submissions without a row, and deliveries the lender acknowledged and does not have."""
    for reference, trace in centre.traces.items():
        if trace.taken and not trace.seen:
            tally.add(Kind.LOST, reference)
    missing = set(centre.stored)
    for table in (models.Inbound.objects, models.Receipt.objects):
        for event in table.filter(provider=SANDBOX).values_list("provider_event", flat=True).iterator():
            missing.discard(event)
    for event in sorted(missing):
        tally.add(Kind.LOST, event)


def count_by_account(contacts: Iterable[Contact]) -> dict[UUID | None, list[Contact]]:
    """Group contacts by account, keeping their order."""
    groups: dict[UUID | None, list[Contact]] = defaultdict(list)
    for contact in contacts:
        groups[contact.row.account].append(contact)
    return groups
