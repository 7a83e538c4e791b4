"""Whose a number is: confirmed by a proof or a look-up, unproven after a new SIM, quarantined when it is another's.

Debt facts follow only a proof that is younger than the last change of the number. A number that went to somebody else
is quarantined over all cases at once, unless its borrower has proven identity from it since.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from parley.contact.number_lookup import Holder, NumberFinding
from parley.store import audit, models
from parley.store.lock import borrower_lock
from parley.store.number_facts import remember
from parley.store.outbox import cancel_waiting
from parley.store.page_links import revoke
from parley.store.vault import Vault

BY_PROOF: Final = "identity"
BY_LOOK_UP: Final = "look_up"
_QUARANTINED: Final = "number.quarantined"
_SWAPPED: Final = "number.swapped"


class Applied(StrEnum):
    """What a finding came to."""

    UNKNOWN = "unknown"  # we hold no such number
    CONFIRMED = "confirmed"
    UNPROVEN = "unproven"  # identity must be proven again
    QUARANTINED = "quarantined"
    REMEMBERED = "remembered"  # what kind of line it is, on which network
    NOTHING_NEW = "nothing_new"


def quarantine(address_index: bytes | memoryview | None, now: datetime) -> None:
    """Quarantine the number over all cases at once, and cancel what waits to be sent to its holders."""
    points = models.ContactPoint.objects.filter(address_index=address_index, quarantined_at__isnull=True)
    for borrower_id in points.values_list("borrower_id", flat=True):
        cancel_waiting(borrower_id, promotional_only=False, now=now)
    revoke(points.values_list("id", flat=True), now)
    points.update(quarantined_at=now)


def apply_finding(finding: NumberFinding, now: datetime, vault: Vault) -> Applied:
    """Carry out what was found of a number, in one transaction. The same finding twice does nothing the second time."""
    index = vault.blind_index("sms", finding.number.e164)
    with transaction.atomic():
        every = models.ContactPoint.objects.filter(address_index=index)
        borrower_lock(every.values_list("borrower_id", flat=True))
        if not every.exists():
            return Applied.UNKNOWN
        is_new = remember(index, finding)
        points = every.filter(quarantined_at__isnull=True)
        match finding.holder:
            case None:
                return Applied.REMEMBERED if is_new else Applied.NOTHING_NEW
            case Holder.SAME:
                return _confirm(points, finding.at)
            case Holder.SWAPPED:
                return _unprove(points, finding.at, now, vault)
            case Holder.REASSIGNED:
                return _give_up(points, index, finding.at, now, vault)


def _confirm(points: QuerySet[models.ContactPoint], at: datetime) -> Applied:
    older = points.filter(Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=at))
    changed = older.update(confirmed_at=at, confirmed_by=BY_LOOK_UP)
    return Applied.CONFIRMED if changed else Applied.NOTHING_NEW


def _unprove(points: QuerySet[models.ContactPoint], at: datetime, now: datetime, vault: Vault) -> Applied:
    """Take back every proof made before the SIM changed: whoever has it now must prove who they are."""
    proven = list(points.filter(identity_proven_at__lt=at))
    if not proven:
        return Applied.NOTHING_NEW
    points.filter(id__in=[point.id for point in proven]).update(
        identity_proven_at=None, confirmed_at=None, confirmed_by=""
    )
    _tell(_SWAPPED, proven, now, vault)
    return Applied.UNPROVEN


def _give_up(points: QuerySet[models.ContactPoint], index: bytes, at: datetime, now: datetime, vault: Vault) -> Applied:
    """Quarantine a number that is somebody else's, unless one of its borrowers has proven identity from it since."""
    found = list(points)
    if not found or any(point.identity_proven_at is not None and point.identity_proven_at >= at for point in found):
        return Applied.NOTHING_NEW
    quarantine(index, now)
    _tell(_QUARANTINED, found, now, vault)
    return Applied.QUARANTINED


def _tell(kind: str, points: list[models.ContactPoint], now: datetime, vault: Vault) -> None:
    talks = {
        talk.contact_point_id: talk
        for talk in models.Conversation.objects.filter(
            contact_point_id__in=[point.id for point in points], closed_at__isnull=True
        )
    }
    events = models.Event.objects.bulk_create(
        models.Event(
            at=now, kind=kind, borrower_id=point.borrower_id, conversation=talks.get(point.id), data={"by": BY_LOOK_UP}
        )
        for point in points
    )
    audit.record(vault, events, now)
