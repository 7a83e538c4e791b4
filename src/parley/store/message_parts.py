"""What carriers told of the parts of messages: read, moved and written for a whole batch of receipts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models import Count

from parley.messaging.ledger import Event, State, advance
from parley.store import models
from parley.store.bulk import insert_values, update_values


class MessageParts:
    """The parts of the messages *ids*, whose rows the caller has locked."""

    def __init__(self, ids: Collection[UUID]) -> None:
        self._states: dict[UUID, dict[int, State]] = defaultdict(dict)
        self._rows: dict[tuple[UUID, int], int] = {}
        self._named: dict[UUID, int] = {}
        self._changed: set[tuple[UUID, int]] = set()
        if not ids:
            return
        parts = models.MessagePart.objects.filter(message_id__in=ids)
        for row, message, number, state in parts.values_list("id", "message_id", "number", "state"):
            self._states[message][number] = State(state)
            self._rows[message, number] = row
        named = models.CarrierReference.objects.filter(message_id__in=ids, part__gt=0)
        self._named = dict(named.values_list("message_id").annotate(parts=Count("id")).order_by())

    def hear(self, message: UUID, number: int, event: Event, segments: int) -> bool:
        """Let *event* happen to one part. Returns whether every part of the message has arrived.

        A route may cut a text otherwise than it was measured in *segments*: what it calls the parts says how many.
        """
        states = self._states[message]
        states[number] = advance(states.get(number, State.SUBMITTED), event)
        self._changed.add((message, number))
        arrived = sum(state is State.DELIVERED for state in states.values())
        return arrived >= (self._named.get(message, 0) or segments)

    def save(self) -> None:
        """Write what has changed."""
        fresh, known = [], []
        for message, number in sorted(self._changed):
            state, row = self._states[message][number], self._rows.get((message, number))
            if row is None:
                fresh.append((message, number, state))
            else:
                known.append((state, row))
        insert_values(models.MessagePart, ("message_id", "number", "state"), fresh)
        update_values(models.MessagePart, ("state",), known)
