"""Risk alerts that nobody answers: each is watched from the day it is queued, and goes to a person when its time is up.

The watch is a job row written with the alert; what it finds when it is due decides. A reply ends it, whatever it said:
the turn has taken it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from parley.ids import derive_id
from parley.messaging.ledger import State as MessageState
from parley.store import models
from parley.store.bulk import insert_new
from parley.store.lender_notices import tell_lender
from parley.store.lock import borrower_lock
from parley.store.people_called import call_person
from parley.store.vault import Vault

WATCH: Final = "alert_watch"
UNANSWERED: Final = "alert_unanswered"
# A message that waits for its hour is looked at again after this.
_AGAIN: Final = timedelta(minutes=30)


def watch(alerts: Iterable[models.Message], hours: int, now: datetime) -> None:
    """Watch *alerts*, just queued, for an answer within *hours*; 0: none is watched. Inside their transaction."""
    if not hours:
        return
    rows = [
        models.Job(
            id=derive_id("job", WATCH, str(row.id)),
            kind=WATCH,
            payload={"message": str(row.id), "hours": hours},
            not_before=row.not_before + timedelta(hours=hours),
            created_at=now,
        )
        for row in alerts
    ]
    insert_new(rows)


def escalate_due(now: datetime, vault: Vault, limit: int) -> int:
    """Look at up to *limit* alerts whose time is up; what nobody answered goes to a person. Returns how many were due.

    The lender's core is told too. Each is one transaction: the next one is not lost by a fault of this one.
    """
    due = _watches().filter(not_before__lte=now).order_by("not_before", "id")
    jobs = list(due[:limit])
    for job in jobs:
        with transaction.atomic():
            messages = models.Message.objects.select_related("contact_point", "conversation")
            message = messages.filter(id=UUID(job.payload["message"])).first()
            if message is not None:
                borrower_lock([message.borrower_id])
            mine = _watches().filter(id=job.id, not_before=job.not_before)
            # Nothing is left to watch where the import of the alert was taken back.
            if mine.update(state="done", finished_at=now) and message is not None:
                _judge(job, message, now, vault)
    return len(jobs)


def next_watch(now: datetime) -> datetime | None:
    """Return when the next alert's time is up; None where none is watched."""
    coming = _watches().filter(not_before__gt=now).order_by("not_before")
    return coming.values_list("not_before", flat=True).first()


def _watches() -> QuerySet[models.Job]:
    return models.Job.objects.filter(kind=WATCH, state="waiting")


def _judge(job: models.Job, message: models.Message, now: datetime, vault: Vault) -> None:
    """Take a watch that has ended: it goes on, was answered, or is a person's now."""
    until = (message.intended_at or now) + timedelta(hours=job.payload["hours"])
    if message.state in {MessageState.QUEUED, MessageState.INTENDED}:
        _watch_on(job, now + _AGAIN)
    elif message.intended_at is not None and until > now:
        # It left later than it was queued for: the hours count from when it could be read.
        _watch_on(job, until)
    elif not _is_answered(message):
        tell_lender(call_person(message, UNANSWERED, now, vault, happened="alert.unanswered"), now, vault)


def _watch_on(job: models.Job, at: datetime) -> None:
    models.Job.objects.filter(id=job.id).update(state="waiting", finished_at=None, not_before=at)


def _is_answered(message: models.Message) -> bool:
    """Whether the borrower wrote since, is erased, or a person has the thread already."""
    talk, since = message.conversation, message.intended_at or message.created_at
    if message.body_sealed is None or (talk is not None and talk.needs_person_since is not None):
        return True
    replies = models.Inbound.objects.filter(contact_point_id=message.contact_point_id, received_at__gte=since)
    return replies.exists()
