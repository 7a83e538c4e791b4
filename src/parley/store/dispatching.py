"""Picks the routes of one batch: by health, by what each still takes, by what a prefix may cost an hour.

Runs inside the transaction that writes the intents, so that all senders together keep to a budget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import connection

from parley.contact.routes import Budget, Health, Line, NoRoute, Routes, To
from parley.ids import Msisdn
from parley.locale import Language
from parley.purpose import Purpose
from parley.store import models
from parley.store.number_facts import UNKNOWN, Fact

# How long a text waits that no route takes now.
_FULL: Final = timedelta(seconds=1)
_DOWN: Final = timedelta(minutes=1)


class Dispatch:
    """The routes of one batch at *now*.

    *facts*: of its numbers, by blind index. *room*: how many messages each paced route still takes.
    """

    def __init__(
        self,
        routes: Routes,
        health: Mapping[str, Health],
        facts: Mapping[bytes, Fact],
        room: Mapping[str, int],
        now: datetime,
    ) -> None:
        self._routes, self._health, self._facts, self._now = routes, health, facts, now
        self._room = dict(room)
        self._hour = now.replace(minute=0, second=0, microsecond=0)
        self._spent: dict[str, models.PrefixHour] = {}

    def to(self, number: Msisdn, index: bytes, purpose: Purpose, language: Language) -> To:
        """Return whom a text is for, as routes tell numbers apart; *index*: the blind index of the number."""
        fact = self._facts.get(bytes(index), UNKNOWN)
        return self._routes.to(number, purpose, language, fact.network, fact.line)

    def candidates(self, to: To) -> Sequence[Line] | NoRoute:
        """Return the routes that may carry the text now, the best first; why none does."""
        full = [name for name, left in self._room.items() if left <= 0]
        found = self._routes.candidates(to, self._health, full)
        budget = self._routes.budget_of(to.number)
        if not isinstance(found, NoRoute) and budget is not None and self._counted(budget).messages >= budget.per_hour:
            return NoRoute.BUDGET
        return found

    def waits_until(self, why: NoRoute) -> datetime | None:
        """Return when a text that no route carries may be tried again; None where waiting does not help."""
        match why:
            case NoRoute.FULL:
                return self._now + _FULL
            case NoRoute.DOWN:
                return self._now + _DOWN
            case NoRoute.BUDGET:
                return self._hour + timedelta(hours=1)
            case _:
                return None

    def take(self, line: Line, to: To) -> None:
        """Count one message that goes by *line*."""
        if line.name in self._room:
            self._room[line.name] -= 1
        budget = self._routes.budget_of(to.number)
        if budget is not None:
            self._counted(budget).messages += 1

    def save(self) -> None:
        """Write what the prefixes have cost; in the transaction of the intents."""
        for row in self._spent.values():
            row.save(update_fields=["messages"])

    def _counted(self, budget: Budget) -> models.PrefixHour:
        """Return the count of this hour, locked from the first look on."""
        row = self._spent.get(budget.prefix)
        if row is None:
            models.PrefixHour.objects.get_or_create(prefix=budget.prefix, hour=self._hour)
            rows = models.PrefixHour.objects.filter(prefix=budget.prefix, hour=self._hour)
            row = (rows.select_for_update() if connection.vendor == "postgresql" else rows).get()
            self._spent[budget.prefix] = row
        return row
