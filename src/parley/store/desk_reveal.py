"""Opening one personal field of a borrower, with a reason: who, which field and why are written down, never the value.

Personal data is masked everywhere else. How many fields somebody may open is bounded by the machine's clock, so that a
movable clock does not open the book.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar, assert_never
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from parley.engine.acts import ActRefusal, No, refuse
from parley.errors import BadInput
from parley.store import audit, models
from parley.store.faults import faults
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault

LONGEST_WORDS_CHARACTERS: Final = 500

Row = TypeVar("Row", bound=Model)


class Field(StrEnum):
    """What can be opened."""

    NAME = "name"
    PHONE = "phone"
    POSTCODE = "postcode"
    CONTRACT_TAIL = "contract_tail"
    REFERENCE = "reference"


class Why(StrEnum):
    """Why it is needed; `other` says so in words."""

    CALL = "call"
    IDENTITY_CHECK = "identity_check"
    BORROWER_ASKED = "borrower_asked"
    COMPLAINT = "complaint"
    LEGAL = "legal"
    OTHER = "other"


def reveal(
    who: models.Operator,
    borrower_id: UUID,
    field: Field,
    why: Why,
    now: datetime,
    wall: datetime,
    vault: Vault,
    *,
    most_per_hour: int,
    words: str = "",
    row_id: UUID | None = None,
) -> str | ActRefusal:
    """Return a field of a borrower, opened, and write down that it was.

    *row_id* names the address or account where there are several; without it the first is meant. *wall* is the
    machine's clock. Raises BadInput where there is no such borrower or row.
    """
    words = words.strip()
    if len(words) > LONGEST_WORDS_CHARACTERS:
        return refuse(No.TOO_LONG)
    if why is Why.OTHER and not words:
        return refuse(No.NO_TEXT)
    with faults(), transaction.atomic():
        borrower = models.Borrower.objects.filter(id=borrower_id).first()
        if borrower is None:
            raise BadInput("There is no borrower with this number.", "没有此编号的借款人。")
        if _opened_lately(who, wall) >= most_per_hour:
            return refuse(No.TOO_MANY_REVEALS)
        value = _open(borrower, field, row_id, vault)
        if value:
            _write_down(who, borrower, field, why, words, now, wall, vault)
    return value or refuse(No.NOTHING_KEPT)


def _opened_lately(who: models.Operator, wall: datetime) -> int:
    """Count what somebody opened in the last hour; two requests of theirs are counted one after the other."""
    if connection.vendor == "postgresql":
        list(models.Operator.objects.filter(pk=who.pk).select_for_update(no_key=True).values_list("pk"))
    return models.Reveal.objects.filter(operator=who, wall_at__gt=wall - timedelta(hours=1)).count()


def _open(borrower: models.Borrower, field: Field, row_id: UUID | None, vault: Vault) -> str:
    match field:
        case Field.NAME:
            return _text(borrower, Sealed.BORROWER_NAME, borrower.id, borrower.name_sealed, vault)
        case Field.POSTCODE | Field.CONTRACT_TAIL:
            known = _text(borrower, Sealed.BORROWER_IDENTITY, borrower.id, borrower.identity_sealed, vault)
            return str(json.loads(known).get(field.value, "")) if known else ""
        case Field.PHONE:
            point = _row(models.ContactPoint.objects.filter(borrower=borrower), row_id)
            return _text(borrower, Sealed.CONTACT_ADDRESS, point.id, point.address_sealed, vault)
        case Field.REFERENCE:
            account = _row(models.Account.objects.filter(borrower=borrower), row_id)
            return _text(borrower, Sealed.ACCOUNT_REFERENCE, account.id, account.reference_sealed, vault)
        case unreachable:
            assert_never(unreachable)


def _row(rows: QuerySet[Row], row_id: UUID | None) -> Row:
    found = (rows.filter(pk=row_id) if row_id is not None else rows.order_by("pk")).first()
    if found is None:
        raise BadInput("The borrower has no such address or account.", "该借款人没有此地址或账户。")
    return found


def _text(
    borrower: models.Borrower, column: Sealed, row_id: UUID, sealed: bytes | memoryview | None, vault: Vault
) -> str:
    return open_text(vault, borrower, column, row_id, bytes(sealed)) if sealed is not None else ""


def _write_down(
    who: models.Operator,
    borrower: models.Borrower,
    field: Field,
    why: Why,
    words: str,
    now: datetime,
    wall: datetime,
    vault: Vault,
) -> None:
    key = uuid.uuid4()
    row = models.Reveal.objects.create(
        id=key,
        borrower=borrower,
        operator=who,
        field=field,
        reason=why,
        body_sealed=seal_text(vault, borrower, Sealed.REVEAL_BODY, key, words) if words else None,
        at=now,
        wall_at=wall,
    )
    event = models.Event.objects.create(
        at=now,
        kind="personal.revealed",
        borrower=borrower,
        data={"operator": who.pk, "field": field.value, "reason": why.value, "reveal": str(key)},
    )
    audit.record(vault, [row, event], now)
