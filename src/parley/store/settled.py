"""Messages that a payment has overtaken: what is no longer owed is not asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import F

from parley.contact.facts import Discloses
from parley.dates import local_date
from parley.messaging.ledger import Event, State
from parley.purpose import Purpose
from parley.servicing.arrangement import Standing
from parley.store import models
from parley.store.bulk import update_rows
from parley.store.outbox import move

_PAID: Final = "paid"
# What it takes to know whether a message still asks for something.
_ASKING: Final = (
    *("account_id", "borrower_id", "borrower__zones", "about_on", "discloses", "not_before"),
    *("state", "reason", "finished_at"),
)
# Days by account.
_Days = Mapping[UUID | None, set[date]]


def cancel_settled(account_ids: Iterable[UUID], now: datetime) -> int:
    """Cancel reminders and overdue messages that a payment on these accounts has overtaken. Returns how many.

    What is no longer owed is not asked for, and a figure that the payment changed is not stated. Answers stay.
    Inside the caller's transaction, which holds the borrowers.
    """
    waiting = models.Message.objects.filter(
        account_id__in=list(account_ids),
        state=State.QUEUED,
        in_reply_to__isnull=True,
        purpose__in=[Purpose.REMINDER, Purpose.COLLECTION],
    )
    asking = list(waiting.select_related("borrower").only(*_ASKING))
    still_owed = _still_owed([message for message in asking if message.discloses != Discloses.DEBT])
    done = [message for message in asking if message.id not in still_owed]
    for message in done:
        move(message, Event.CANCEL, _PAID, now)
    update_rows(done, ["state", "reason", "finished_at"])
    return len(done)


def _still_owed(asking: Sequence[models.Message]) -> set[UUID]:
    """Return the ids of those messages whose subject is open on the day they would go out. Shape: two queries."""
    accounts = {message.account_id for message in asking if message.account_id is not None}
    open_days: dict[UUID | None, set[date]] = defaultdict(set)
    agreed_days: dict[UUID | None, set[date]] = defaultdict(set)
    rows = models.Instalment.objects.filter(account_id__in=accounts, paid_minor__lt=F("amount_minor"))
    for account, due_on in rows.values_list("account_id", "due_on"):
        open_days[account].add(due_on)
    agreed = models.ArrangementInstalment.objects.filter(
        arrangement__account_id__in=accounts,
        due_on__in={message.about_on for message in asking if message.about_on is not None},
        paid_minor__lt=F("amount_minor"),
    ).exclude(arrangement__standing__in=[Standing.CANCELLED, Standing.REFUSED])
    for account, due_on in agreed.values_list("arrangement__account_id", "due_on"):
        agreed_days[account].add(due_on)
    return {message.id for message in asking if _is_owed(message, open_days, agreed_days)}


def _is_owed(message: models.Message, open_days: _Days, agreed_days: _Days) -> bool:
    """Whether what the message is about is open on the day it would go out."""
    open_on, agreed_on = open_days[message.account_id], agreed_days[message.account_id]
    if message.about_on is not None:
        return message.about_on in open_on or message.about_on in agreed_on
    zone = message.borrower.zones[0] if message.borrower.zones else "UTC"
    day = local_date(message.not_before, zone)
    return any(due_on < day for due_on in open_on)
