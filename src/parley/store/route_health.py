"""How each route is: what takes nothing now is not asked, what delivers less than it did comes last.

A carrier that cannot be reached batch after batch, or that takes nothing until a person acts, is down for a while, each
time longer; then one batch tries it again. Who is on call is told once, when it goes down. Receipts count too: a route
with an alarm of `drops` is poor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection, transaction

from parley.contact.routes import Health
from parley.ids import derive_id
from parley.store import audit, drops, models
from parley.store.vault import Vault

WENT_DOWN: Final = "route.down"
CAME_BACK: Final = "route.back"
# So many batches of which the carrier took nothing, and it counts as down.
FAILURES: Final = 3
FIRST_PAUSE: Final = timedelta(seconds=30)
# Where a person must act first, there is no use in asking sooner.
HALTED_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Down:
    """A route that takes nothing: since when, the code of why, and when it is tried next; None: with the next batch."""

    since: datetime
    code: str
    tried_at: datetime | None


def routes_down(now: datetime) -> Mapping[str, Down]:
    """Return the routes that are down at *now*, those that the next batch tries again among them."""
    rows = models.RouteState.objects.all()
    return {
        name: Down(since, code, until if until is not None and until > now else None)
        for name, since, code, until in rows.values_list("provider", "down_since", "code", "down_until")
        if since is not None
    }


def health_of_routes(now: datetime) -> Mapping[str, Health]:
    """Return the health at *now* of every route that is not well."""
    found = {alarm.route: Health.POOR for alarm in drops.alarms()}
    down = models.RouteState.objects.filter(down_until__gt=now).values_list("provider", flat=True)
    return found | dict.fromkeys(down, Health.DOWN)


def note_batch(provider: str, failure: str, now: datetime, vault: Vault, *, halts: bool = False) -> None:
    """Remember how a batch went: *failure* is the code of what kept the carrier from taking any of it; empty: it did.

    *halts*: nothing will be taken until a person acts, so it is down at once.
    """
    row = models.RouteState.objects.filter(provider=provider).first()
    if not failure and (row is None or not row.failures):
        return
    with transaction.atomic():
        models.RouteState.objects.get_or_create(provider=provider)
        rows = models.RouteState.objects.filter(provider=provider)
        row = (rows.select_for_update() if connection.vendor == "postgresql" else rows).get()
        was_down = row.down_since is not None
        if not failure:
            row.failures, row.code, row.down_until, row.down_since = 0, "", None, None
        else:
            row.failures, row.code = row.failures + 1, failure
            if halts or was_down or row.failures >= FAILURES:
                row.down_since = row.down_since or now
                row.down_until = now + max(_pause(row.failures), HALTED_PAUSE if halts else FIRST_PAUSE)
        row.save()
        if was_down != (row.down_since is not None):
            _tell(row, now, vault)


def _pause(failures: int) -> timedelta:
    doublings: int = min(max(failures - FAILURES, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _tell(row: models.RouteState, now: datetime, vault: Vault) -> None:
    is_down = row.down_since is not None
    data = {"route": row.provider, "code": row.code}
    event = models.Event.objects.create(at=now, kind=WENT_DOWN if is_down else CAME_BACK, data=data)
    if is_down:
        models.Job.objects.create(
            id=derive_id("job", "page", WENT_DOWN, str(event.pk)),
            kind="page",
            payload={"route": row.provider, "reason": "route_down"},
            not_before=now,
            created_at=now,
        )
    audit.record(vault, [event], now)
