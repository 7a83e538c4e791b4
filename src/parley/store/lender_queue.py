"""The queue of notices to the lender: which are due, what became of a try, which need a person.

`tries` and a lease (wall time) say whose try it is: a process that was given up cannot overwrite what the next one
found. Of one account the older notice goes first; a request to block waits for nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from parley.store import audit, models
from parley.store.lender_notices import DENIED
from parley.store.lock import borrower_lock
from parley.store.vault import Vault

# How far the file of a notice is.
NAMED: Final = "named"
READY: Final = "ready"
WRITTEN: Final = "written"
# The lender answered something that could not be taken, and nothing since.
_UNUSABLE: Final = Q(state="delivered", answer="") & ~Q(fault="")


def claim(now: datetime, wall: datetime, lease_seconds: int, limit: int, *, only_written: bool) -> list[UUID]:
    """Take up to *limit* notices whose try is due. *only_written*: those alone that stand in a file already."""
    with transaction.atomic():
        ready = _ready(now, wall)
        if only_written:
            ready = ready.filter(file_state=WRITTEN)
        if connection.vendor == "postgresql":
            ready = ready.select_for_update(skip_locked=True, of=("self",))
        rows = list(ready[:limit])
        for row in rows:
            row.tries, row.leased_until = row.tries + 1, wall + timedelta(seconds=lease_seconds)
            row.save(update_fields=["tries", "leased_until"])
    return [row.key for row in rows]


def _ready(now: datetime, wall: datetime) -> QuerySet[models.LenderNotice]:
    before = models.LenderNotice.objects.filter(account=OuterRef("account"), state="pending", id__lt=OuterRef("id"))
    first = Case(When(kind=DENIED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return (
        models.LenderNotice.objects.filter(
            Q(leased_until__isnull=True) | Q(leased_until__lt=wall), state="pending", not_before__lte=now
        )
        .filter(Q(kind=DENIED) | ~Exists(before.exclude(kind=DENIED)))
        .order_by(first, "id")
    )


def load(keys: Collection[UUID]) -> list[models.LenderNotice]:
    """Return these notices with their borrowers, oldest first."""
    return list(models.LenderNotice.objects.filter(key__in=keys).select_related("borrower").order_by("id"))


def _mine(row: models.LenderNotice) -> QuerySet[models.LenderNotice]:
    """Return the row where it is still as this try found it."""
    return models.LenderNotice.objects.filter(id=row.id, state="pending", tries=row.tries)


def delivered(row: models.LenderNotice, now: datetime, fault: str = "") -> bool:
    """Write that the lender has it; *fault*: why its answer could not be taken. Returns false for a try given up."""
    return _mine(row).update(state="delivered", delivered_at=now, leased_until=None, fault=fault) > 0


def note_fault(row: models.LenderNotice, fault: str) -> None:
    """Write why the answer to a delivered notice could not be taken."""
    models.LenderNotice.objects.filter(id=row.id).update(fault=fault)


def not_delivered(row: models.LenderNotice, fault: str, again_at: datetime | None) -> bool:
    """Write that a try failed, and when the next one is due; None: a person must put it back."""
    changes: dict[str, object] = {"fault": fault, "leased_until": None}
    changes |= {"state": "failed"} if again_at is None else {"not_before": again_at}
    return _mine(row).update(**changes) > 0


def put_back(keys: Collection[UUID] | None, now: datetime) -> int:
    """Let failed notices be tried anew: those of *keys*, or all. Returns how many there were."""
    rows = models.LenderNotice.objects.filter(state="failed")
    if keys is not None:
        rows = rows.filter(key__in=keys)
    return rows.update(state="pending", tries=0, not_before=now, fault="", leased_until=None)


def put_back_by(operator: models.Operator, key: UUID, now: datetime, vault: Vault) -> bool:
    """Let the failed notice *key* be tried anew at the word of *operator*, which is written down.

    Returns false where it does not fail any more, or there is none.
    """
    with transaction.atomic():
        row = models.LenderNotice.objects.filter(key=key, state="failed").first()
        if row is None:
            return False
        borrower_lock([row.borrower_id])
        if not put_back([key], now):
            return False
        event = models.Event.objects.create(
            at=now,
            kind="lender_notice.again",
            borrower_id=row.borrower_id,
            account_id=row.account_id,
            conversation_id=row.conversation_id,
            data={"operator": operator.pk, "notice": str(key)},
        )
        audit.record(vault, [event], now)
    return True


def for_a_person(limit: int | None = None) -> list[models.LenderNotice]:
    """Return up to *limit* notices that failed or whose answer could not be taken; oldest first."""
    return list(models.LenderNotice.objects.filter(Q(state="failed") | _UNUSABLE).order_by("id")[:limit])


def counts() -> dict[str, int]:
    """Return how many notices there are by state; also those whose answer could not be taken, as `answer_unusable`."""
    found = dict(models.LenderNotice.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
    unusable = models.LenderNotice.objects.filter(_UNUSABLE).count()
    return found | ({"answer_unusable": unusable} if unusable else {})


def name_file(limit: int) -> str:
    """Put up to *limit* pending notices that stand in no file into the next one. Returns its name; "" for none."""
    with transaction.atomic():
        rows = models.LenderNotice.objects.filter(state="pending", file_state="").order_by("id")
        if connection.vendor == "postgresql":
            rows = rows.select_for_update()
        found = list(rows[:limit])
        if not found:
            return ""
        name = f"notices-{found[0].id:012d}-{found[0].key.hex[:8]}.jsonl"
        models.LenderNotice.objects.filter(id__in=[row.id for row in found]).update(file_name=name, file_state=NAMED)
    return name


def unwritten_files() -> list[tuple[str, str]]:
    """Return the files that are not finished, oldest first, and how far each is."""
    rows = models.LenderNotice.objects.filter(file_state__in=[NAMED, READY]).order_by("file_name")
    return list(rows.values_list("file_name", "file_state").distinct())


def in_file(name: str) -> list[models.LenderNotice]:
    """Return the notices of a file in order; a person erased meanwhile is not in it."""
    rows = models.LenderNotice.objects.filter(file_name=name, body_sealed__isnull=False)
    return list(rows.select_related("borrower").order_by("id"))


def move_file(name: str, state: str, now: datetime, *, is_all: bool) -> None:
    """Write how far a file is. *is_all*: once written its notices are delivered; nobody else is told."""
    with transaction.atomic():
        rows = models.LenderNotice.objects.filter(file_name=name)
        rows.update(file_state=state)
        if state == WRITTEN and is_all:
            rows.filter(state="pending").update(state="delivered", delivered_at=now, fault="")
