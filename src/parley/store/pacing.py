"""How fast a route is given messages, by all senders together: one bucket for each route, in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db import connection, transaction

from parley.messaging.bucket import Bucket, Rate, full
from parley.store import models


@dataclass(frozen=True, slots=True)
class Pace:
    """The rates of the routes, by provider; a route without one is given all it can take."""

    rates: Mapping[str, Rate] = field(default_factory=lambda: MappingProxyType({}))

    def take(self, provider: str, wanted: int, now: datetime) -> int:
        """Return how many of *wanted* messages *provider* takes at *now*; they count as taken from here on."""
        rate = self.rates.get(provider)
        if rate is None:
            return wanted
        with transaction.atomic():
            row = _locked(provider, rate, now)
            granted, left = Bucket(row.left_micro, row.at).filled(rate, now).take(wanted)
            _write(row, left)
            return granted

    def give_back(self, provider: str, unused: int, now: datetime) -> None:
        """Put *unused* messages back that were taken and not handed over."""
        rate = self.rates.get(provider)
        if rate is None or not unused:
            return
        with transaction.atomic():
            row = _locked(provider, rate, now)
            _write(row, Bucket(row.left_micro, row.at).give_back(unused, rate))


UNPACED: Final = Pace()
"""No route has a rate."""


def _locked(provider: str, rate: Rate, now: datetime) -> models.RouteBucket:
    begin = full(rate, now)
    models.RouteBucket.objects.get_or_create(provider=provider, defaults={"left_micro": begin.left, "at": begin.at})
    rows = models.RouteBucket.objects.filter(provider=provider)
    return (rows.select_for_update() if connection.vendor == "postgresql" else rows).get()


def _write(row: models.RouteBucket, bucket: Bucket) -> None:
    row.left_micro, row.at = bucket.left, bucket.at
    row.save(update_fields=["left_micro", "at"])
