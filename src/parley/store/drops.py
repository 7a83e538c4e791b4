"""Routes that have begun to lose messages: found, told once for each episode, ended when they are well again.

What counts as a drop is `messaging.drop`'s question. An alarm is the last of its own two events of a route, as the stop
button is: when it began, what was counted then and when it ended stand in the audit log and nowhere else. While it
lasts, the route is measured against what was usual before it began; what lasts as long as the days of comparison is
what is usual now, and ends the alarm as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, Q

from parley.ids import derive_id
from parley.messaging.drop import Drop, Limits, Tally, dropped, has_recovered, may_have_dropped
from parley.messaging.ledger import State
from parley.store import audit, models
from parley.store.delivery import LEFT
from parley.store.instants import Seconds
from parley.store.vault import Vault

DROPPED: Final = "route.dropped"
ENDED: Final = "route.ended"
# Any number that no other advisory lock uses: "PDRP" in ASCII.
_LOCK: Final = 0x50445250


@dataclass(frozen=True, slots=True)
class Terms:
    """What is compared with what: the last `recent` with the `earlier` before, both `wait` ago, by `limits`."""

    limits: Limits
    recent: timedelta
    earlier: timedelta
    wait: timedelta


class WhyEnded(StrEnum):
    """Why an alarm ended."""

    RECOVERED = "recovered"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A route that loses messages since `at`: what was counted then, and in the days before."""

    route: str
    at: datetime
    what: Drop
    recent: Tally
    earlier: Tally
    minutes: int


def alarms() -> tuple[Alarm, ...]:
    """Return the alarms in force, by route."""
    found: dict[str, Alarm] = {}
    rows = models.Event.objects.filter(kind__in=[DROPPED, ENDED]).order_by("id")
    for kind, at, data in rows.values_list("kind", "at", "data"):
        if kind == DROPPED:
            recent, earlier = Tally(*data["recent"]), Tally(*data["earlier"])
            found[data["route"]] = Alarm(data["route"], at, Drop(data["what"]), recent, earlier, data["minutes"])
        else:
            found.pop(data["route"], None)
    return tuple(found[route] for route in sorted(found))


def look(now: datetime, terms: Terms, vault: Vault) -> int:
    """Begin and end the alarms that are due at *now*. Returns how many.

    A new one calls who is on call, with the route's name and what went wrong. Processes that look at once begin one.
    """
    ends = now - terms.wait
    recent = _tallies(ends - terms.recent, ends, terms.wait)
    standing = {alarm.route: alarm for alarm in alarms()}
    suspect = [
        route for route, tally in recent.items() if route not in standing and may_have_dropped(tally, terms.limits)
    ]
    if not standing and not suspect:
        return 0
    earlier = _tallies(ends - terms.recent - terms.earlier, ends - terms.recent, terms.wait) if suspect else {}
    with transaction.atomic():
        _hold()
        # Another process may have looked since.
        standing = {alarm.route: alarm for alarm in alarms()}
        ended = sum(_end(alarm, recent.get(alarm.route), now, terms, vault) for alarm in standing.values())
        nothing = Tally(0, 0, 0)
        begun = sum(
            _begin(route, recent[route], earlier.get(route, nothing), now, terms, vault)
            for route in suspect
            if route not in standing
        )
        return ended + begun


def _tallies(start: datetime, end: datetime, wait: timedelta) -> Mapping[str, Tally]:
    """Count what was handed over from *start* to *end* by route, each message as it stood *wait* after."""
    seconds = int(wait.total_seconds())
    sent = models.Message.objects.filter(LEFT, intended_at__gte=start, intended_at__lt=end).annotate(
        ended_after=Seconds("finished_at", "intended_at"), taken_after=Seconds("submitted_at", "intended_at")
    )
    in_time = Q(state=State.DELIVERED, ended_after__lte=seconds)
    is_silent = (Q(ended_after=None) | Q(ended_after__gt=seconds)) & (Q(taken_after=None) | Q(taken_after__gt=seconds))
    rows = sent.values_list("provider").annotate(
        handed=Count("pk"), delivered=Count("pk", filter=in_time), unanswered=Count("pk", filter=is_silent)
    )
    return {route: Tally(*counts) for route, *counts in rows.order_by()}


def _hold() -> None:
    """Let one process at a time begin and end alarms; SQLite's immediate transaction holds everything already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _begin(route: str, recent: Tally, earlier: Tally, now: datetime, terms: Terms, vault: Vault) -> bool:
    what = dropped(recent, earlier, terms.limits)
    if what is None:
        return False
    data = {
        "route": route,
        "what": what,
        "recent": _listed(recent),
        "earlier": _listed(earlier),
        "minutes": int(terms.wait.total_seconds()) // 60,
    }
    event = models.Event.objects.create(at=now, kind=DROPPED, data=data)
    models.Job.objects.create(
        id=derive_id("job", "page", DROPPED, str(event.pk)),
        kind="page",
        payload={"route": route, "reason": f"route_{what}"},
        not_before=now,
        created_at=now,
    )
    audit.record(vault, [event], now)
    return True


def _end(alarm: Alarm, recent: Tally | None, now: datetime, terms: Terms, vault: Vault) -> bool:
    if recent is not None and has_recovered(recent, alarm.earlier, terms.limits):
        why = WhyEnded.RECOVERED
    elif now - alarm.at >= terms.earlier:
        why = WhyEnded.USUAL
    else:
        return False
    counted = _listed(recent) if recent is not None else None
    data = {"route": alarm.route, "why": why, "recent": counted}
    event = models.Event.objects.create(at=now, kind=ENDED, data=data)
    audit.record(vault, [event], now)
    return True


def _listed(tally: Tally) -> list[int]:
    return [tally.handed, tally.delivered, tally.unanswered]
