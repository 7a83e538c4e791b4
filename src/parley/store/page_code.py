"""The part of the page's address that is a borrower's: 15 consonants that nobody can guess and nothing must store.

The first five name a few contact points, the other ten prove that we made the code: a keyed hash of the contact point.
Letters only: no figure of a message can be mistaken for a part of it. It says nothing of who they are, and opens
nothing but the question of who they are.
"""

from __future__ import annotations

import hmac
from typing import Final
from uuid import UUID

from parley.store import models
from parley.store.vault import Vault

# No vowels: no words. 20 letters: 4.3 bits each.
_LETTERS: Final = "bcdfghjkmnpqrstvwxyz"
_NAMED: Final = 5
_PROVEN: Final = 10
LENGTH: Final = _NAMED + _PROVEN
# Of a point's id so many bits are in the named part: 20^5 is a little more than 2^21.
_BITS: Final = 21
_ID_BITS: Final = 128


def code_of(point_id: UUID, vault: Vault) -> str:
    """Return the code of a contact point; the same as long as the home keeps its index key."""
    named = point_id.int >> (_ID_BITS - _BITS)
    return _spelt(named, _NAMED) + _spelt(_proof(point_id, vault), _PROVEN)


def point_of(code: str, vault: Vault) -> models.ContactPoint | None:
    """Return the contact point of *code*, None for one we did not make, or of somebody erased or quarantined."""
    if len(code) != LENGTH or not set(code) <= set(_LETTERS):
        return None
    named = _read(code[:_NAMED])
    if named >= 1 << _BITS:
        return None
    low = UUID(int=named << (_ID_BITS - _BITS))
    high = UUID(int=((named + 1) << (_ID_BITS - _BITS)) - 1)
    rows = models.ContactPoint.objects.filter(
        id__gte=low, id__lte=high, quarantined_at__isnull=True, address_index__isnull=False
    )
    for row in rows.select_related("borrower"):
        if hmac.compare_digest(code_of(row.id, vault), code):
            return row
    return None


def _proof(point_id: UUID, vault: Vault) -> int:
    return int.from_bytes(vault.blind_index("page", str(point_id))[-16:], "big")


def _spelt(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def _read(letters: str) -> int:
    number = 0
    for letter in reversed(letters):
        number = number * len(_LETTERS) + _LETTERS.index(letter)
    return number
