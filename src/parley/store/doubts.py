"""What becomes of a message whose end stays unknown: the lender's policy for its kind says it, once for each message.

Nothing is asked again here: the look-ups are done, and the time in which a late receipt is likely has passed. To *hold*
is to leave it with the people who look through what did not arrive. *other_channel* gives the thread to a person, who
reaches the borrower in another way. *resend* makes a new message, through the gate like any other; a receipt of the
first that comes after all is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from parley.ids import derive_id
from parley.messaging.ledger import State
from parley.purpose import MAY_RESEND, OnUnknown, Purpose
from parley.store import audit, models
from parley.store.fate import lock_messages
from parley.store.lock import borrower_lock
from parley.store.people_called import call_person
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault

NOT_REACHED: Final = "not_reached"
# A receipt that is only late mostly comes within this.
WAIT: Final = timedelta(hours=1)
_COPIED: Final = (
    *("borrower_id", "account_id", "contact_point_id", "conversation_id", "in_reply_to_id", "offer_id", "option"),
    *("written_by_id", "campaign_id", "purpose", "channel", "template_key", "template_version", "language"),
    *("discloses", "context", "encoding", "segments", "cost_micro", "about_on", "priority"),
)


def settle_doubts(now: datetime, policy: Mapping[Purpose, OnUnknown], vault: Vault, limit: int) -> int:
    """Apply *policy* to up to *limit* messages whose end will stay unknown. Returns how many.

    A kind the policy does not name is held.
    """
    waiting = list(_unsettled(now).order_by("intended_at", "id").values_list("id", "borrower_id")[:limit])
    if not waiting:
        return 0
    with transaction.atomic():
        borrower_lock({borrower for _, borrower in waiting})
        locked = [row.id for row in lock_messages([message for message, _ in waiting])]
        rows = list(_unsettled(now).filter(id__in=locked).select_related("contact_point__borrower").order_by("id"))
        for row in rows:
            _settle(row, policy.get(Purpose(row.purpose), OnUnknown.HOLD), now, vault)
        models.Message.objects.filter(id__in=[row.id for row in rows]).update(doubt_settled_at=now)
        return len(rows)


def _unsettled(now: datetime) -> QuerySet[models.Message]:
    return models.Message.objects.filter(
        Q(asked_at__isnull=False, intended_at__lte=now - WAIT) | Q(submitted_at__isnull=False),
        state=State.UNKNOWN,
        doubt_settled_at__isnull=True,
        body_sealed__isnull=False,
    )


def _settle(row: models.Message, what: OnUnknown, now: datetime, vault: Vault) -> None:
    if what is OnUnknown.RESEND and Purpose(row.purpose) in MAY_RESEND and now < row.not_after:
        again(row, now, row.not_after, vault)
    elif what is not OnUnknown.HOLD:
        # What may not be sent again, or is no longer of use as a text, is a person's too.
        call_person(row, NOT_REACHED, now, vault)
    event = models.Event.objects.create(
        at=now,
        kind="message.doubt_settled",
        borrower_id=row.borrower_id,
        account_id=row.account_id,
        conversation_id=row.conversation_id,
        message=row,
        data={"policy": what},
    )
    audit.record(vault, [event], now)


def again(row: models.Message, now: datetime, not_after: datetime, vault: Vault) -> models.Message:
    """Queue the text of *row* once more, as a new message; asked twice it is the same one. In the caller's transaction.

    The gate is asked as for any other message, by what holds at dispatch.
    """
    assert row.body_sealed is not None, "an erased person is not written to"
    borrower = row.contact_point.borrower
    new_id = derive_id("message", "again", str(row.id))
    text = open_text(vault, borrower, Sealed.MESSAGE_BODY, row.id, bytes(row.body_sealed))
    found, is_new = models.Message.objects.get_or_create(
        id=new_id,
        defaults={
            **{name: getattr(row, name) for name in _COPIED},
            "resend_of": row,
            "body_sealed": seal_text(vault, borrower, Sealed.MESSAGE_BODY, new_id, text),
            "created_at": now,
            "not_before": now,
            "not_after": not_after,
        },
    )
    if is_new:
        audit.record(vault, [found], now)
    return found
