"""Who has a thread open right now. Wall time throughout: a page says so every few seconds, and fades when it stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from parley.store import models
from parley.store.threads import PRESENCE_SECONDS
from parley.store.threads_page import find_talk


def look(who: models.Operator, conversation_id: UUID, wall: datetime) -> None:
    """Note that *who* has the thread open at *wall*; what has faded everywhere is swept on the way.

    Raises BadInput where there is no such thread.
    """
    seen = models.Presence(conversation=find_talk(conversation_id), operator=who, seen_at=wall)
    models.Presence.objects.bulk_create(
        [seen], update_conflicts=True, unique_fields=["conversation", "operator"], update_fields=["seen_at"]
    )
    models.Presence.objects.filter(seen_at__lte=wall - timedelta(seconds=PRESENCE_SECONDS)).delete()


def leave(who: models.Operator, conversation_id: UUID) -> None:
    """Note that *who* has closed the page of the thread."""
    models.Presence.objects.filter(operator=who, conversation_id=conversation_id).delete()
