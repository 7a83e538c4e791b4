"""Has anything happened since? What keeps a row of an import from being taken back: one reason for each.

Of an account or borrower that a batch added, everything that refers to it counts. Of one that it changed, what was
said, paid or agreed since counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, Q

from parley.store import models
from parley.store.importing import Sentence


class Why(StrEnum):
    """Why a row stays."""

    MESSAGE = "message"
    REPLY = "reply"
    CALL = "call"
    PAYMENT = "payment"
    ARRANGEMENT = "arrangement"
    PROMISE = "promise"
    RECORD = "record"
    LATER = "later"
    ERASED = "erased"


SENTENCES: Final[Mapping[Why, Sentence]] = {
    Why.MESSAGE: Sentence("a message was written since", "此后已发送或准备了短信"),
    Why.REPLY: Sentence("the borrower has written since", "此后借款人已回复"),
    Why.CALL: Sentence("a call was logged since", "此后已登记通话"),
    Why.PAYMENT: Sentence("a payment came in since", "此后已有还款入账"),
    Why.ARRANGEMENT: Sentence("an arrangement was agreed since", "此后已达成还款安排"),
    Why.PROMISE: Sentence("a promise to pay was made since", "此后已有还款承诺"),
    Why.RECORD: Sentence("a decision or another record refers to it", "已有决定或其他记录引用"),
    Why.LATER: Sentence(
        "a later import or payment changed it; undo that first", "之后的导入或还款已更改，请先撤销后者"
    ),
    Why.ERASED: Sentence("the person was erased", "该借款人的资料已被清除"),
}
# What the tables that refer to an account or borrower mean; any other is a record.
_MEANS: Final[Mapping[type[Model], Why]] = {
    models.Message: Why.MESSAGE,
    models.Inbound: Why.REPLY,
    models.Conversation: Why.MESSAGE,
    models.Call: Why.CALL,
    models.Payment: Why.PAYMENT,
    models.Arrangement: Why.ARRANGEMENT,
    models.Promise: Why.PROMISE,
}


def referred_to(
    table: type[Model], ids: Collection[UUID], but: Collection[type[Model]] = (), leaving: Iterable[UUID] = ()
) -> dict[UUID, Why]:
    """Return which rows of *table* something refers to, and what. Tables in *but* and rows in *leaving* do not count.

    It asks every table that has a foreign key to *table*, so a table that comes later counts by itself.
    """
    found: dict[UUID, Why] = {}
    gone = set(leaving)
    for relation in table._meta.related_objects:  # noqa: SLF001 -- Django's documented model API
        other: Any = relation.related_model
        if other in but:
            continue
        name = relation.field.attname
        rows = other._default_manager.filter(**{f"{name}__in": list(ids)})  # noqa: SLF001 -- as above
        for owner, row in rows.values_list(name, "pk"):
            if row not in gone:
                found.setdefault(owner, _MEANS.get(other, Why.RECORD))
    return found


def since(borrower_ids: Collection[UUID], at: datetime, own: Collection[UUID] = ()) -> dict[UUID, Why]:
    """Return what has happened with each borrower at *at* or after, by borrower; payments in *own* do not count."""
    ids = list(borrower_ids)
    mine, of_account = Q(borrower_id__in=ids), Q(account__borrower_id__in=ids)
    touched = Q(created_at__gte=at) | Q(intended_at__gte=at) | Q(finished_at__gte=at)
    asked: tuple[tuple[Why, Any, str], ...] = (
        (Why.MESSAGE, models.Message.objects.filter(mine, touched), "borrower_id"),
        (
            Why.REPLY,
            models.Inbound.objects.filter(contact_point__borrower_id__in=ids, received_at__gte=at),
            "contact_point__borrower_id",
        ),
        (Why.CALL, models.Call.objects.filter(mine, at__gte=at), "borrower_id"),
        (
            Why.PAYMENT,
            models.Payment.objects.filter(of_account, received_at__gte=at).exclude(id__in=list(own)),
            "account__borrower_id",
        ),
        (Why.ARRANGEMENT, models.Arrangement.objects.filter(of_account, agreed_at__gte=at), "account__borrower_id"),
        (Why.PROMISE, models.Promise.objects.filter(of_account, made_at__gte=at), "account__borrower_id"),
    )
    found: dict[UUID, Why] = {}
    for why, rows, name in asked:
        for borrower in rows.values_list(name, flat=True):
            found.setdefault(borrower, why)
    return found
