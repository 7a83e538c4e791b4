"""What is known of the telephone behind a thread: its number, what was handed over to it, what came from it.

For the handset of a sandbox home alone: the number is opened to be written from, never shown. A number may belong to
several borrowers; a telephone shows the texts of them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from parley.errors import BadInput
from parley.ids import Msisdn
from parley.locale import Language
from parley.store import models
from parley.store.sealed import Sealed, open_text
from parley.store.threads_page import find_talk
from parley.store.vault import Vault

# Units: texts of each side, the newest.
MOST_TEXTS: Final = 100


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """A text that came from the telephone, as it was stored."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Telephone:
    """The telephone behind a thread. `handed_over`: our messages by id, with the language of each."""

    number: Msisdn
    language: Language
    zone: str
    handed_over: dict[str, Language]
    written: tuple[Written, ...]


def load_telephone(conversation_id: UUID, vault: Vault) -> Telephone:
    """Return the telephone behind a thread. Raises BadInput where there is no such thread, or its person was erased."""
    talk = find_talk(conversation_id)
    point, borrower = talk.contact_point, talk.borrower
    if point.address_sealed is None:
        raise BadInput("This person was erased: there is no number any more.", "此人的资料已删除，号码不复存在。")
    address = open_text(vault, borrower, Sealed.CONTACT_ADDRESS, point.id, bytes(point.address_sealed))
    return Telephone(
        number=Msisdn(address),
        language=Language(borrower.language),
        zone=borrower.zones[0] if borrower.zones else "UTC",
        handed_over=_handed_over(point),
        written=tuple(_written(point, vault)),
    )


def _handed_over(point: models.ContactPoint) -> dict[str, Language]:
    rows = models.Message.objects.filter(
        contact_point__address_index=point.address_index, intended_at__isnull=False
    ).order_by("-intended_at", "-id")
    return {str(key): Language(language) for key, language in rows.values_list("id", "language")[:MOST_TEXTS]}


def _written(point: models.ContactPoint, vault: Vault) -> list[Written]:
    rows = models.Inbound.objects.filter(address_index=point.address_index, body_sealed__isnull=False)
    found = []
    for row in rows.select_related("contact_point__borrower").order_by("-received_at", "-id")[:MOST_TEXTS]:
        assert row.body_sealed is not None, "only rows with a text were asked for"
        owner = row.contact_point.borrower if row.contact_point is not None else None
        text = open_text(vault, owner, Sealed.INBOUND_BODY, row.id, bytes(row.body_sealed))
        found.append(Written(row.received_at, text))
    return found[::-1]
