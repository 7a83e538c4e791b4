"""A thread becomes a person's because of one of our messages: the thread, its events, the page to who is on call."""

from __future__ import annotations

from datetime import datetime

from parley.ids import derive_id
from parley.negotiation.state import ENDED, State
from parley.store import audit, models
from parley.store.bulk import insert_new
from parley.store.cases import open_talk
from parley.store.vault import Vault


def call_person(
    message: models.Message, reason: str, now: datetime, vault: Vault, happened: str = ""
) -> list[models.Event]:
    """Give the thread of *message* to a person for *reason*; asked twice for one message it calls once.

    *happened*: a further event to write. In the caller's transaction, which holds the borrower. Returns the events.
    """
    talk = open_talk(message.contact_point, message.account_id, now)
    talk.state = talk.state if talk.state in ENDED else State.WITH_PERSON
    if talk.needs_person_since is None:
        talk.needs_person_since, talk.person_reason = now, reason
    talk.waiting_since, talk.version = talk.waiting_since or now, talk.version + 1
    talk.save(update_fields=["state", "needs_person_since", "person_reason", "waiting_since", "version"])
    told: list[tuple[str, dict[str, str]]] = [(happened, {})] if happened else []
    events = models.Event.objects.bulk_create(
        models.Event(
            at=now,
            kind=kind,
            borrower_id=message.borrower_id,
            account_id=message.account_id,
            conversation=talk,
            message=message,
            data=data,
        )
        for kind, data in (*told, ("handed_over", {"reason": reason}))
    )
    insert_new(
        [
            models.Job(
                id=derive_id("job", "person", reason, str(message.id)),
                kind="person",
                payload={"conversation": str(talk.id), "reason": reason},
                not_before=now,
                created_at=now,
            )
        ]
    )
    audit.record(vault, events, now)
    return events
