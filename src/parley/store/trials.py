"""Test messages to the lender's own staff, as jobs: each is handed over once at most, and no borrower is in them.

A job goes through three steps, kept in its column `done`: 0 asked for, 1 begun, 2 ended. *Begun* is committed before
anything is handed over; a job that is found begun and not ended is of a process that died, and nobody knows whether the
carrier took the message: it is *unknown*, and never tried again.

The reference of a test message is the id of its job, a random UUID (version 4); every other reference is derived
(version 8). So a receipt of a test is known as such at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from parley.messaging.ledger import Event
from parley.store import audit, models
from parley.store.arrived import ArrivedReceipt
from parley.store.stopping import stop_in_force
from parley.store.vault import Vault

KIND: Final = "routes.test"
BEGUN: Final = "route.test_begun"
ENDED: Final = "route.tested"
PER_HOUR: Final = 10
"""How many test messages may be asked for in an hour, over all routes."""
RECEIPT_WITHIN: Final = timedelta(days=7)
"""How long a receipt may come after its test."""
_RANDOM: Final = 4
_ASKED, _IN_HAND, _OVER = 0, 1, 2
# Any number that no other advisory lock uses: "PTST" in ASCII.
_LOCK: Final = 0x50545354


class Outcome(StrEnum):
    """What became of a test message. HELD: it was not handed over, by our own decision."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_TAKEN = "not_taken"
    UNKNOWN = "unknown"
    HELD = "held"


class WhyNot(StrEnum):
    """Why no test message may be asked for now."""

    STOPPED = "stopped"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A test message to ask for: by which route, to whose number (never the number itself), which text."""

    route: str
    owner: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a test message: the carrier's code and words, or its id for it and for its parts."""

    outcome: Outcome
    code: str = ""
    words: str = ""
    provider_ids: tuple[str, ...] = ()
    segments: int = 1


INTERRUPTED: Final = Found(Outcome.UNKNOWN, "interrupted")
"""Begun by a process that died: it may have left."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A test message as a page shows it. `found` None: it waits or is in hand; `receipt`: how it ended, once heard."""

    wanted: Wanted
    by: str
    asked_at: datetime
    found: Found | None
    receipt: Event | None


def is_of_test(reference: UUID | None) -> bool:
    """Say whether a reference of ours is that of a test message."""
    return reference is not None and reference.version == _RANDOM


def ask_for_test(token: UUID, wanted: Wanted, by: str, now: datetime) -> WhyNot | None:
    """Ask for a test message under *token*, a random UUID; the same token again is the same one.

    Returns why not, where sending is stopped or PER_HOUR were asked for within the hour.
    """
    assert is_of_test(token), "a token is random"
    with transaction.atomic():
        _hold()
        if models.Job.objects.filter(id=token).exists():
            return None
        if stop_in_force() is not None:
            return WhyNot.STOPPED
        if models.Job.objects.filter(kind=KIND, created_at__gt=now - timedelta(hours=1)).count() >= PER_HOUR:
            return WhyNot.TOO_MANY
        number = models.Job.objects.filter(kind=KIND).count()
        asked = {"token": str(token), "by": by, "at": now.isoformat(), "number": number}
        payload = asked | {"route": wanted.route, "owner": wanted.owner, "text": wanted.text}
        models.Job.objects.create(id=token, kind=KIND, payload=payload, not_before=now, created_at=now, asked_by=by)
    return None


def tests_of(route: str, most: int) -> list[Tested]:
    """Return the test messages by *route* that were asked for last, newest first."""
    # The clock of a sandbox home may stand: of one instant by number.
    rows = models.Job.objects.filter(kind=KIND, payload__route=route).order_by("-created_at", "-payload__number")
    return [_tested(row) for row in rows[:most]]


def found_of(token: UUID) -> Found | None:
    """Return what became of a test message; None where it has not ended."""
    row = models.Job.objects.get(id=token)
    return _found(row) if row.done == _OVER else None


def was_begun(token: UUID) -> bool:
    """Say whether a test message was begun: it may have been handed over."""
    return models.Job.objects.filter(id=token, done__gt=_ASKED).exists()


def begin_test(token: UUID, now: datetime, vault: Vault) -> bool:
    """Mark a test message as begun, for good. Returns false where it was begun before."""
    with transaction.atomic():
        if not models.Job.objects.filter(id=token, done=_ASKED).update(done=_IN_HAND):
            return False
        _tell(BEGUN, token, {}, now, vault)
        return True


def end_test(token: UUID, found: Found, now: datetime, vault: Vault) -> Found:
    """Keep what became of a test message, unless something was kept before. Returns what is kept.

    One that is HELD must not have been begun, any other must.
    """
    standing = _ASKED if found.outcome is Outcome.HELD else _IN_HAND
    with transaction.atomic():
        mine = models.Job.objects.filter(id=token, done=standing)
        if not mine.update(done=_OVER, result=result_of(found)):
            return found_of(token) or INTERRUPTED
        _tell(ENDED, token, {"outcome": found.outcome, "code": found.code}, now, vault)
        _take_early(token, found)
    return found


def result_of(found: Found) -> dict[str, object]:
    """Return what became of a test message as its job keeps it."""
    return {
        "outcome": found.outcome,
        "code": found.code,
        "words": found.words,
        "provider_ids": list(found.provider_ids),
        "segments": found.segments,
    }


def take_receipts(provider: str, receipts: Iterable[ArrivedReceipt], now: datetime) -> list[ArrivedReceipt]:
    """Keep the receipts of test messages. Returns the others, which are of messages."""
    others, named = list[ArrivedReceipt](), list[ArrivedReceipt]()
    for one in receipts:
        if one.message_id is not None and is_of_test(one.message_id):
            if not _note(one.message_id, one.part, one.event):
                others.append(one)
        elif one.message_id is None and one.provider_id:
            named.append(one)
        else:
            others.append(one)
    known = _ids_of_tests(provider, now) if named else {}
    for one in named:
        if one.provider_id in known:
            _note(*known[one.provider_id], one.event)
        else:
            others.append(one)
    return others


def _ids_of_tests(provider: str, now: datetime) -> dict[str, tuple[UUID, int]]:
    """Return the test message and part that each id of *provider* is of."""
    rows = models.Job.objects.filter(
        kind=KIND, done=_OVER, created_at__gt=now - RECEIPT_WITHIN, payload__route=provider
    )
    return {name: (row.id, part) for row in rows for name, part in _named(_found(row))}


def _named(found: Found) -> list[tuple[str, int]]:
    """Return the carrier's ids with the parts they are of; one alone is the whole message's."""
    several = len(found.provider_ids) > 1
    return [(name, number if several else 0) for number, name in enumerate(found.provider_ids, start=1)]


def _take_early(token: UUID, found: Found) -> None:
    """Take the receipts that came before the carrier's answer was written down."""
    route = models.Job.objects.get(id=token).payload["route"]
    parts = dict(_named(found))
    early = models.WaitingReceipt.objects.filter(provider=route, provider_id__in=list(parts))
    for row in early:
        _note(token, parts[row.provider_id], Event(row.event))
    early.delete()


def _note(token: UUID, part: int, event: Event) -> bool:
    """Write beside the job how a part ended. Returns false where there is no such test: the receipt is of nothing."""
    with transaction.atomic():
        rows = models.Job.objects.filter(id=token, kind=KIND)
        row = (rows.select_for_update() if connection.vendor == "postgresql" else rows).first()
        if row is None:
            return False
        row.payload = row.payload | {"told": row.payload.get("told", {}) | {str(part): event}}
        row.save(update_fields=["payload"])
        return True


def _tell(kind: str, token: UUID, more: Mapping[str, str], now: datetime, vault: Vault) -> None:
    """Write the audited event: who, by which route, to whose number, what became of it; no number and no text."""
    asked = models.Job.objects.get(id=token).payload
    data = {"by": asked["by"], "route": asked["route"], "owner": asked["owner"], **more}
    event = models.Event.objects.create(at=now, kind=kind, data=data)
    audit.record(vault, [event], now)


def _tested(row: models.Job) -> Tested:
    asked = row.payload
    found = _found(row) if row.done == _OVER else None
    if found is None and row.state not in {"waiting", "running"}:
        # A defect of ours on the way: what was begun may have left.
        found = INTERRUPTED if row.done == _IN_HAND else Found(Outcome.HELD, "interrupted")
    wanted = Wanted(asked["route"], asked["owner"], asked["text"])
    return Tested(wanted, asked["by"], row.created_at, found, _receipt(asked.get("told", {}), found))


def _receipt(told: Mapping[str, str], found: Found | None) -> Event | None:
    """Return how the message ended by what was told of it or of its parts; None where that is not known yet."""
    if "0" in told:
        return Event(told["0"])
    lost = next((event for event in told.values() if event != Event.RECEIPT_DELIVERED), None)
    if lost is not None:
        return Event(lost)
    is_whole = found is not None and len(told) >= max(found.segments, len(found.provider_ids))
    return Event.RECEIPT_DELIVERED if told and is_whole else None


def _found(row: models.Job) -> Found:
    kept: Mapping[str, Any] = row.result
    return Found(Outcome(kept["outcome"]), kept["code"], kept["words"], tuple(kept["provider_ids"]), kept["segments"])


def _hold() -> None:
    """Let one process at a time ask; SQLite's immediate transaction holds everything already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
