"""A reply that no machine answers: the thread it is in goes to a person, who is called once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from parley.ids import derive_id
from parley.negotiation.state import State, next_states
from parley.store import models


def hand_to_person(
    row: models.Inbound, reason: str, now: datetime, more: Mapping[str, str] | None = None
) -> models.Event:
    """Hold the open thread of reply *row* for a person, because of *reason*. Returns the event, to be audited.

    The borrower is locked. What *more* says of the cause holds no personal data.
    """
    talk = row.conversation
    if talk is not None:
        if talk.needs_person_since is None:
            if State.WITH_PERSON in next_states(State(talk.state)):
                talk.state = State.WITH_PERSON
            talk.needs_person_since, talk.person_reason = now, reason
        talk.waiting_since, talk.version = talk.waiting_since or now, talk.version + 1
        talk.save(update_fields=["state", "needs_person_since", "person_reason", "waiting_since", "version"])
    event = models.Event.objects.create(
        at=now,
        kind="handed_over",
        borrower_id=talk.borrower_id if talk is not None else None,
        conversation=talk,
        data={"reason": reason, **(more or {})},
    )
    models.Job.objects.get_or_create(
        id=derive_id("job", "person", str(row.id)),
        defaults={
            "kind": "person",
            "payload": {"conversation": str(row.conversation_id), "reason": reason},
            "not_before": now,
            "created_at": now,
        },
    )
    return event
