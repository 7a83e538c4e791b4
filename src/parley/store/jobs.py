"""Work that takes long, as rows: asked for by somebody, done by a process that may die, never done twice.

`leased_until` is wall time: a process that lives renews it; one that died leaves the job to be taken up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from parley.errors import ParleyError
from parley.ids import derive_id
from parley.store import models

LEASE: Final = timedelta(seconds=60)
# A job that has failed so often by a fault that may pass is given up.
MOST_TRIES: Final = 5
_NUMBER: Final = "number"
_AGAIN: Final = timedelta(seconds=30)
# Words of a fault are cut to what the columns hold.
_LONGEST: Final = 1_000
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, for a page. `state`: waiting, running, done, failed, stopped; `asked` is its payload."""

    job_id: UUID
    kind: str
    state: str
    done: int
    total: int
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    not_before: datetime
    error_en: str
    error_zh: str
    asked: Mapping[str, Any]
    result: Mapping[str, Any]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed", "stopped"}


def ask_for(
    kind: str, key: str, payload: Mapping[str, object], by: str, now: datetime, at: datetime | None = None
) -> UUID:
    """Ask for a job, to be done from *at* on; the same *kind* and *key* while one waits or runs is that one.

    Returns its id.
    """
    with transaction.atomic():
        standing = models.Job.objects.filter(kind=kind, payload__key=key, state__in=["waiting", "running"]).first()
        if standing is not None:
            return standing.id
        number = models.Job.objects.filter(payload__key=key).count()
        row = models.Job.objects.create(
            id=derive_id("job", kind, key, str(number)),
            kind=kind,
            payload={**payload, "key": key, _NUMBER: number},
            not_before=at or now,
            created_at=now,
            asked_by=by,
        )
    return row.id


def latest(kind: str | Collection[str], key: str) -> Progress | None:
    """Return the job of *kind*, or of any of several, and *key* that was asked for last; None where there was none."""
    kinds = [kind] if isinstance(kind, str) else list(kind)
    rows = models.Job.objects.filter(kind__in=kinds, payload__key=key)
    # Not by time: the clock of a sandbox home may stand.
    row = max(rows, key=lambda one: one.payload.get(_NUMBER, 0), default=None)
    return _progress(row) if row is not None else None


def recent(kind: str, most: int) -> list[Progress]:
    """Return the jobs of *kind* that were asked for last, newest first."""
    return [_progress(row) for row in models.Job.objects.filter(kind=kind).order_by("-created_at", "-id")[:most]]


def find(kind: str, job_id: UUID) -> Progress | None:
    """Return one job; None where there is none of this kind."""
    row = models.Job.objects.filter(kind=kind, id=job_id).first()
    return _progress(row) if row is not None else None


def claim(kinds: Iterable[str], now: datetime, wall: datetime) -> models.Job | None:
    """Take the oldest job of *kinds* that waits, or whose process has died; None where there is none."""
    with transaction.atomic():
        ready = models.Job.objects.filter(
            Q(state="waiting", not_before__lte=now) | Q(state="running", leased_until__lt=wall), kind__in=list(kinds)
        ).order_by("created_at", "id")
        if connection.vendor == "postgresql":
            ready = ready.select_for_update(skip_locked=True)
        row = ready.first()
        if row is None:
            return None
        row.state, row.tries, row.leased_until = "running", row.tries + 1, wall + LEASE
        row.started_at = row.started_at or now
        row.save(update_fields=["state", "tries", "leased_until", "started_at"])
    return row


def report(job_id: UUID, done: int, total: int, wall: datetime) -> bool:
    """Write how far a job is, and that its process lives. Returns false where somebody has stopped it."""
    mine = models.Job.objects.filter(id=job_id, state="running")
    return mine.update(done=done, total=total, leased_until=wall + LEASE) > 0


def stop(job_id: UUID, now: datetime) -> bool:
    """Stop a job that waits or runs; its process hears of it when it next reports. Returns whether there was one."""
    standing = models.Job.objects.filter(id=job_id, state__in=["waiting", "running"])
    return standing.update(state="stopped", finished_at=now, leased_until=None) > 0


def put_off(row: models.Job, at: datetime, result: Mapping[str, object]) -> None:
    """Let a job go on from *at* on; *result* is what it found until now. One that was stopped stays so."""
    mine = models.Job.objects.filter(id=row.id, state="running")
    mine.update(state="waiting", not_before=at, tries=0, leased_until=None, result=dict(result))


def take_off(kind: str, key: str, now: datetime) -> None:
    """Stop what waits of *kind* and *key*: there is nothing to do any more."""
    waiting = models.Job.objects.filter(kind=kind, payload__key=key, state="waiting")
    waiting.update(state="stopped", finished_at=now)


def take_back(kinds: Iterable[str]) -> int:
    """Give up the leases of *kinds*, where no other process than ours can hold one. Returns how many there were."""
    return models.Job.objects.filter(kind__in=list(kinds), state="running").update(leased_until=_LONG_AGO)


def finish(
    row: models.Job, now: datetime, fault: ParleyError | None = None, result: Mapping[str, object] | None = None
) -> None:
    """End a job with what it found, or put it back where its fault may pass and it was not tried too often."""
    if fault is not None and fault.retryable and row.tries < MOST_TRIES:
        row.state, row.not_before = "waiting", now + _AGAIN
    else:
        row.state, row.finished_at = ("done" if fault is None else "failed"), now
    if fault is not None:
        row.error_en, row.error_zh = fault.en[:_LONGEST], fault.zh[:_LONGEST]
    row.leased_until, row.result = None, dict(result or {})
    row.save(update_fields=["state", "not_before", "finished_at", "error_en", "error_zh", "leased_until", "result"])


def _progress(row: models.Job) -> Progress:
    return Progress(
        job_id=row.id,
        kind=row.kind,
        state=row.state,
        done=row.done,
        total=row.total,
        asked_by=row.asked_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
        not_before=row.not_before,
        error_en=row.error_en,
        error_zh=row.error_zh,
        asked=row.payload,
        result=row.result,
    )


def payload_of(row: models.Job) -> dict[str, Any]:
    """Return what was asked for."""
    return dict(row.payload)
