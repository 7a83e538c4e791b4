"""The row of a message that we write unprompted: what the nightly run, a campaign and an import queue."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from parley.engine.announce import Announcement
from parley.store import models
from parley.store.outbox import BULK_PRIORITY
from parley.store.sealed import Sealed, seal_text
from parley.store.vault import Vault

# After answers, before all that can wait.
ALERT_PRIORITY: Final = 1


def message_row(
    new_id: UUID,
    account: models.Account,
    point: models.ContactPoint,
    talk: models.Conversation,
    said: Announcement,
    *,
    now: datetime,
    cost_per_segment_micro: int,
    vault: Vault,
    about_on: date | None = None,
    campaign: models.Campaign | None = None,
    offer: models.OfferRecord | None = None,
    priority: int = BULK_PRIORITY,
    spread_minutes: int = 0,
) -> models.Message:
    """Return the row, its text sealed; nothing is written yet.

    *spread_minutes*: the message waits for a part of that time, drawn from its id, so that not all leave at once.
    """
    rendered = said.rendered
    return models.Message(
        id=new_id,
        borrower_id=account.borrower_id,
        account_id=account.id,
        contact_point=point,
        conversation=talk,
        campaign=campaign,
        offer=offer,
        purpose=said.purpose,
        template_key=rendered.key,
        template_version=rendered.version,
        language=rendered.language,
        discloses=said.discloses,
        context=said.context,
        about_on=about_on,
        body_sealed=seal_text(vault, point.borrower, Sealed.MESSAGE_BODY, new_id, rendered.text),
        encoding=rendered.segments.encoding,
        segments=rendered.segments.count,
        cost_micro=rendered.segments.count * cost_per_segment_micro,
        priority=priority,
        created_at=now,
        not_before=said.not_before + timedelta(seconds=new_id.int % (spread_minutes * 60) if spread_minutes else 0),
        not_after=said.not_after,
    )
