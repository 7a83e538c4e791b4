"""Erases a person: everything sealed, every index, and the key that would open what a backup still holds.

What stays names nobody: amounts, dates, verdicts and the audit log, which remains provable. The texts' commitments were
made under the data key; without it they are noise.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from parley.errors import BadInput, Busy
from parley.messaging.ledger import State
from parley.store.audit import record
from parley.store.audit.commitment import row_key
from parley.store.audit.verify import ERASED
from parley.store.database import is_sqlite
from parley.store.faults import faults
from parley.store.lock import borrower_lock
from parley.store.models import (
    Account,
    Borrower,
    ContactPoint,
    Conversation,
    Correction,
    Event,
    Inbound,
    InboundPart,
    LenderNotice,
    Message,
    NamedTimes,
    Note,
    NumberFact,
    PageLink,
    Reveal,
    Transaction,
)
from parley.store.vault import Vault

CANCEL_REASON = "borrower_erased"


def erase(vault: Vault, borrower_id: UUID, now: datetime) -> None:
    """Erase one person for good; what waits to be sent is cancelled, the threads are closed. Twice does nothing more.

    On PostgreSQL the old versions of the rows go with the next VACUUM.
    Raises BadInput where there is no such borrower, or a message to the person is just being handed over; Busy where a
    reader keeps old pages of a SQLite file.
    """
    with faults():
        with transaction.atomic():
            borrower_lock([borrower_id])
            if _is_to_do(borrower_id):
                _clear(borrower_id, now)
                data = {"removed": _remove_times(borrower_id)}
                event = Event.objects.create(at=now, kind=ERASED, borrower_id=borrower_id, data=data)
                record(vault, [event], now)
        _overwrite_side_file()
    vault.forget()


def _is_to_do(borrower_id: UUID) -> bool:
    person = Borrower.objects.filter(id=borrower_id).first()
    if person is None:
        raise BadInput(
            "There is no borrower with this id. Look it up with `parley explain`.",
            "没有此编号的借款人。可用 `parley explain` 查询。",
        )
    if Message.objects.filter(borrower_id=borrower_id, state=State.INTENDED).exists():
        raise BadInput(
            "A message to this borrower is being handed to the provider. Wait a minute and try again.",
            "有一条发给该借款人的短信正在提交给服务商。请一分钟后重试。",
        )
    return person.erased_at is None


def _clear(borrower_id: UUID, now: datetime) -> None:
    mine = Q(borrower_id=borrower_id)
    waiting = Message.objects.filter(mine, state=State.QUEUED)
    waiting.update(state=State.CANCELLED, reason=CANCEL_REASON, finished_at=now)
    Message.objects.filter(mine).update(body_sealed=None)
    Note.objects.filter(mine).update(body_sealed=None)
    Correction.objects.filter(mine).update(body_sealed=None)
    Reveal.objects.filter(mine).update(body_sealed=None)
    notices = LenderNotice.objects.filter(mine)
    notices.filter(state__in=["pending", "failed"]).update(state="cancelled", fault=CANCEL_REASON)
    notices.update(body_sealed=None)
    _inbounds(borrower_id).update(body_sealed=None, reading_sealed=None, address_index=None)
    Conversation.objects.filter(mine).update(memory_sealed=None)
    Conversation.objects.filter(mine, closed_at__isnull=True).update(closed_at=now)
    Account.objects.filter(mine).update(reference_sealed=None, reference_index=None)
    Transaction.objects.filter(account__borrower_id=borrower_id).update(merchant_sealed=None)
    numbers = ContactPoint.objects.filter(mine, address_index__isnull=False).values_list("address_index", flat=True)
    InboundPart.objects.filter(address_index__in=list(numbers)).update(
        body_sealed=None, address_index=None, state="given"
    )
    points = list(ContactPoint.objects.filter(mine).values_list("id", flat=True))
    PageLink.objects.filter(contact_point_id__in=points).delete()
    kept = (
        ContactPoint.objects.filter(address_index__in=list(numbers))
        .exclude(mine)
        .values_list("address_index", flat=True)
    )
    NumberFact.objects.filter(address_index__in=list(numbers)).exclude(address_index__in=list(kept)).delete()
    ContactPoint.objects.filter(mine).update(address_sealed=None, address_index=None)
    Borrower.objects.filter(id=borrower_id).update(
        data_key_wrapped=None, name_sealed=None, identity_sealed=None, reference_index=None, erased_at=now
    )


def _remove_times(borrower_id: UUID) -> list[list[str]]:
    """Remove the times the borrower named, which tell of their days. Returns the rows as the audit log names them."""
    rows = list(NamedTimes.objects.filter(borrower_id=borrower_id).order_by("at", "id"))
    NamedTimes.objects.filter(borrower_id=borrower_id).delete()
    return [[NamedTimes.__name__, str(row_key(row))] for row in rows]


def _inbounds(borrower_id: UUID) -> QuerySet[Inbound]:
    return Inbound.objects.filter(Q(contact_point__borrower_id=borrower_id) | Q(conversation__borrower_id=borrower_id))


def _overwrite_side_file() -> None:
    """Empty SQLite's write-ahead log, where old pages still lie; the file itself is overwritten where it was."""
    if not is_sqlite() or connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_blocked, _, _ = cursor.fetchone()
    if is_blocked:
        raise Busy(
            "The person is erased, but another process reads the database and keeps old pages of it on the disk. "
            "Stop that process and run the same command again.",
            "该借款人的信息已删除，但另一个进程正在读取数据库，旧数据页仍留在磁盘上。请停止该进程后再次运行同一命令。",
        )
