"""What each route carried of late, and what the budgets of this hour have left. Counts only; nothing of a borrower."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, Q, Sum

from parley.messaging.ledger import State
from parley.store import models
from parley.store.delivery import LEFT

_OPEN: Final = (State.SUBMITTED, State.INTENDED)


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """Messages handed over by one route: all of them, those that arrived, those of which nobody knows.

    `ended`: those no longer on their way; one of which nobody knows is among them. `segments`: of all handed over.
    """

    handed: int = 0
    delivered: int = 0
    ended: int = 0
    unknown: int = 0
    segments: int = 0


NOTHING: Final = RouteFigures()
"""A route that carried nothing."""


def carried_since(start: datetime, end: datetime) -> Mapping[str, RouteFigures]:
    """Return what was handed over from *start* to *end* by route, each message as it stands now. One query."""
    sent = models.Message.objects.filter(LEFT, intended_at__gte=start, intended_at__lte=end)
    rows = sent.values_list("provider").annotate(
        handed=Count("pk"),
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        ended=Count("pk", filter=~Q(state__in=_OPEN)),
        unknown=Count("pk", filter=Q(state=State.UNKNOWN)),
        segments_sum=Sum("segments"),
    )
    return {name: RouteFigures(*counts) for name, *counts in rows.order_by()}


def used_this_hour(prefixes: Collection[str], now: datetime) -> Mapping[str, int]:
    """Return how many messages of this hour count for the budget of each of *prefixes*."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    rows = models.PrefixHour.objects.filter(prefix__in=list(prefixes), hour=hour)
    return dict.fromkeys(prefixes, 0) | dict(rows.values_list("prefix", "messages"))
