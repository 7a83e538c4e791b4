"""Find threads by what somebody has in hand: a telephone number, or a reference of the lender. By blind index only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import phonenumbers

from parley.store import models
from parley.store.vault import Vault

FOUND_AT_MOST: Final = 20
# Whose country a number without one may belong to is not known: every country of the book is tried.
_DIGITS: Final = re.compile(r"[+(\d][\d\s().-]{5,24}")


@dataclass(frozen=True, slots=True)
class FoundThread:
    """A thread that a search found; nothing of the borrower is opened."""

    conversation_id: UUID
    state: str
    language: str
    jurisdiction: str
    opened_at: datetime
    needs_person_since: datetime | None
    closed_at: datetime | None


def find_threads(searched: str, vault: Vault) -> list[FoundThread]:
    """Return the threads of borrowers with this number or reference, open ones first; at most FOUND_AT_MOST."""
    borrowers = borrowers_of_reference(searched, vault) | {
        point.borrower_id for point in points_of_number(searched, vault)
    }
    rows = models.Conversation.objects.filter(borrower_id__in=borrowers).select_related("borrower")
    found = [
        FoundThread(
            conversation_id=row.id,
            state=row.state,
            language=row.borrower.language,
            jurisdiction=row.borrower.jurisdiction,
            opened_at=row.opened_at,
            needs_person_since=row.needs_person_since,
            closed_at=row.closed_at,
        )
        for row in rows.order_by("-opened_at", "id")[:FOUND_AT_MOST]
    ]
    return sorted(found, key=lambda one: one.closed_at is not None)


def borrowers_of_reference(searched: str, vault: Vault) -> set[UUID]:
    """Return the borrowers whom the lender calls so, or one of whose accounts it calls so."""
    people = models.Borrower.objects.filter(reference_index=vault.blind_index("borrower", searched))
    accounts = models.Account.objects.filter(reference_index=vault.blind_index("account", searched))
    return set(people.values_list("id", flat=True)) | set(accounts.values_list("borrower_id", flat=True))


def points_of_number(searched: str, vault: Vault) -> list[models.ContactPoint]:
    """Return the contact points of a telephone number, however it is written; a number may belong to several people."""
    if not _DIGITS.fullmatch(searched):
        return []
    indexes = [vault.blind_index("sms", number) for number in _numbers(searched)]
    points = models.ContactPoint.objects.filter(address_index__in=indexes).select_related("borrower")
    return list(points.order_by("id"))


def _numbers(searched: str) -> Iterator[str]:
    """Yield the international forms that *searched* may have."""
    countries = {None} if searched.startswith("+") else _countries()
    for country in countries:
        try:
            parsed = phonenumbers.parse(searched, country)
        except phonenumbers.NumberParseException:
            continue
        yield phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _countries() -> set[str | None]:
    places = models.Borrower.objects.values_list("jurisdiction", flat=True).distinct()
    return {place.partition("-")[0] for place in places}
