"""The stop button: no message is handed over from the next moment on, and nothing that waits is lost.

The state is the last of its own events, so that who stopped, who went on, when and why stand in the audit log and
nowhere else. What comes in, receipts and look-ups go on; so does the calling of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from parley.store import audit, models
from parley.store.prepared import ask
from parley.store.vault import Vault

STOPPED: Final = "sending.stopped"
RESUMED: Final = "sending.resumed"


class Why(StrEnum):
    """Why somebody stopped. A closed list: free words could name a borrower, and events hold no personal data."""

    WRONG_TEXT = "wrong_text"
    WRONG_FIGURES = "wrong_figures"
    WRONG_PEOPLE = "wrong_people"
    CARRIER = "carrier"
    ORDERED = "ordered"
    DRILL = "drill"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop in force: since when, by whom (a log-in or the command line), why."""

    at: datetime
    by: str
    why: Why


def stop_in_force() -> Stop | None:
    """Return the stop in force; None where messages are handed over."""
    for kind, at, data in ask(_last):
        if kind == STOPPED:
            return Stop(at, str(data["by"]), Why(data["why"]))
    return None


def _last() -> QuerySet[Any, Any]:
    rows = models.Event.objects.filter(kind__in=[STOPPED, RESUMED])
    return rows.order_by("-id").values_list("kind", "at", "data")[:1]


def stop(by: str, why: Why, now: datetime, vault: Vault) -> Stop:
    """Stop handing over; where it is stopped already, that stop stays as it is. Returns the stop in force."""
    with transaction.atomic():
        found = stop_in_force()
        if found is None:
            found = Stop(now, by, why)
            _write(STOPPED, {"by": found.by, "why": found.why}, now, vault)
        return found


def resume(by: str, now: datetime, vault: Vault) -> bool:
    """Hand over again. Returns whether there was a stop."""
    with transaction.atomic():
        if stop_in_force() is None:
            return False
        _write(RESUMED, {"by": by}, now, vault)
        return True


def _write(kind: str, data: dict[str, str], now: datetime, vault: Vault) -> None:
    event = models.Event.objects.create(at=now, kind=kind, data=data)
    audit.record(vault, [event], now)
