"""Links to the borrowers' page: one for each case and month, unguessable, kept as a hash, expiring, revocable.

A link is 25 letters (133 bits), made by a keyed hash of the contact point, the account and the period, so that it need
not be stored to be written again; what is stored is its blind index, in the transaction of the message that names it.
A link opens nothing but the question of who comes, and only for its one case. Opening it writes nothing: previews and
robots count as nobody. Letters only, so that no figure of a message can be mistaken for a part of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from parley.engine.lender import PAGE_CODE_CHARS
from parley.store import models
from parley.store.bulk import insert_new
from parley.store.vault import Vault

# No vowels, so no words; no l, which reads as a figure. 40 letters: 5.3 bits each.
_LETTERS: Final = "bcdfghjkmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXZ"
LENGTH: Final = PAGE_CODE_CHARS
# In one period a case has one link; the link holds for this period and the two that follow: 60 to 90 days.
_PERIOD_DAYS: Final = 30
_PERIODS: Final = 3


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads: whose question is asked, and about which account where it is about one."""

    point: models.ContactPoint
    account_id: UUID | None


def token_of(point_id: UUID, account_id: UUID | None, now: datetime, vault: Vault) -> str:
    """Return the link of a case as a message written *now* names it."""
    period = _period(now)
    number = int.from_bytes(vault.blind_index("page-link", f"{point_id}:{account_id}:{period}")[-32:], "big")
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def issue(said: Iterable[tuple[UUID, UUID | None, str]], now: datetime, vault: Vault) -> None:
    """Keep the links that messages name: contact point, account and text of each. In the transaction that queues them.

    A link that was kept stays as it is: one that was revoked is not alive again because a text names it.
    """
    rows = {}
    for point_id, account_id, text in said:
        token = token_of(point_id, account_id, now, vault)
        if token in text:
            rows[token] = models.PageLink(
                token_index=_index(token, vault),
                contact_point_id=point_id,
                account_id=account_id,
                issued_at=now,
                expires_at=_expiry(now),
            )
    insert_new(list(rows.values()), key=("token_index",))


def link_of(token: str, now: datetime, vault: Vault) -> Link | None:
    """Return where *token* leads; None for one never issued, expired or revoked, or of somebody erased."""
    if len(token) != LENGTH or not set(token) <= set(_LETTERS):
        return None
    row = models.PageLink.objects.filter(
        token_index=_index(token, vault), revoked_at__isnull=True, expires_at__gt=now
    ).first()
    if row is None:
        return None
    points = models.ContactPoint.objects.filter(
        id=row.contact_point_id, quarantined_at__isnull=True, address_index__isnull=False
    )
    point = points.select_related("borrower").first()
    return Link(point, row.account_id) if point is not None else None


def revoke(point_ids: Iterable[UUID], now: datetime) -> int:
    """End every link to these contact points, at once and for good. Returns how many were alive."""
    alive = models.PageLink.objects.filter(contact_point_id__in=list(point_ids), revoked_at__isnull=True)
    return alive.filter(expires_at__gt=now).update(revoked_at=now)


def forget_expired(now: datetime) -> int:
    """Delete links that have expired; none of them leads anywhere. Returns how many."""
    return models.PageLink.objects.filter(expires_at__lte=now).delete()[0]


def _period(now: datetime) -> int:
    return now.astimezone(UTC).toordinal() // _PERIOD_DAYS


def _expiry(now: datetime) -> datetime:
    end = date.fromordinal((_period(now) + _PERIODS) * _PERIOD_DAYS)
    return datetime(end.year, end.month, end.day, tzinfo=UTC)


def _index(token: str, vault: Vault) -> bytes:
    return vault.blind_index("page-token", token)
