"""Texts that carriers bring in parts: kept until all are there, then one text; none is lost, and no STOP waits.

A part in which the door sees something urgent is a text of its own at once, and part of the whole besides. What is
still incomplete after a while goes to a person with what came; a part that comes later is a text of its own for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Min, QuerySet

from parley.ids import Msisdn, derive_id
from parley.nlu.lexicon import Lexicon
from parley.nlu.urgent import scan
from parley.store import models
from parley.store.arrived import ArrivedText, sound
from parley.store.bulk import insert_new
from parley.store.numbers_on import PHONE
from parley.store.sealed import Sealed, open_text, seal_text
from parley.store.vault import Vault

# Why a person gets what came in parts.
INCOMPLETE: Final = "parts_missing"
LATE: Final = "part_late"
# What stands where a part did not come.
GAP: Final = " […] "
# How long a carrier may deliver a part after the others; references are used again afterwards.
_LATEST: Final = timedelta(days=3)
_GROUPS_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    """The parts of one text that are there."""

    provider: str
    rows: tuple[models.InboundPart, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every part is there."""
        return len(self.rows) == self.rows[0].of

    def text(self, vault: Vault) -> ArrivedText:
        """Return the parts as one text, said when the first of them was; with gaps, and for a person, if incomplete."""
        told = {row.number: _open(row, vault) for row in self.rows}
        first = self.rows[0]
        gap = "" if self.is_complete else GAP
        words = "".join(told[n][1] if n in told else gap for n in range(1, first.of + 1))
        return ArrivedText(
            f"parts.{first.group.hex}",
            told[first.number][0],
            words,
            min(row.at for row in self.rows),
            for_person="" if self.is_complete else INCOMPLETE,
            has_media=any(row.has_media for row in self.rows),
        )


def take_parts(
    provider: str, arrived: Sequence[ArrivedText], lexicon: Lexicon, now: datetime, vault: Vault
) -> list[ArrivedText]:
    """Keep parts of texts; return the texts that are to be taken now. The borrowers behind the numbers are locked."""
    texts: list[ArrivedText] = []
    for one in sorted(arrived, key=lambda each: each.at):
        row, is_late = _place(provider, one, now, vault)
        if not insert_new([row]):
            continue
        if is_late:
            texts.append(_alone(one, LATE))
            continue
        group = Group(provider, tuple(_waiting(provider).filter(group=row.group).order_by("number")))
        if group.is_complete:
            texts.append(group.text(vault))
            _close(group, "joined")
        elif _is_urgent(one.text, lexicon):
            texts.append(_alone(one, ""))
    return texts


def due_groups(received_before: datetime) -> list[Group]:
    """Return groups whose first part came before that and which are not yet joined, oldest first."""
    rows = models.InboundPart.objects.filter(state="waiting")
    oldest = rows.values("provider", "group").annotate(first=Min("received_at")).filter(first__lte=received_before)
    return [
        Group(provider, tuple(rows.filter(provider=provider, group=group).order_by("number")))
        for provider, group in oldest.order_by("first").values_list("provider", "group")[:_GROUPS_AT_ONCE]
    ]


def close_group(group: Group) -> None:
    """Keep of a group only that it was there: its text has been taken."""
    _close(group, "joined" if group.is_complete else "given")


def oldest_waiting_at() -> datetime | None:
    """Return when the oldest part came that still waits for others; None where none does."""
    found = models.InboundPart.objects.filter(state="waiting").aggregate(at=Min("received_at"))
    at: datetime | None = found["at"]
    return at


def other_parts(provider: str, arrived: Iterable[ArrivedText], vault: Vault) -> list[ArrivedText]:
    """Return those of *arrived* under whose id another part is kept: of another number, place or text, so far known."""
    told = {one.event_id: one for one in arrived if one.part is not None}
    rows = models.InboundPart.objects.filter(provider=provider, provider_event__in=told)
    known = {row.provider_event: row for row in rows}
    return [one for event, one in told.items() if event in known and not _is_same(known[event], one, vault)]


def _is_same(row: models.InboundPart, one: ArrivedText, vault: Vault) -> bool:
    assert one.part is not None, "a part has a place"
    place = (bytes(row.address_index or b""), row.reference, row.number, row.of)
    if place != (vault.blind_index(PHONE, one.sender.e164), one.part.reference, one.part.number, one.part.of):
        # An erased borrower's number is gone.
        return row.address_index is None
    return row.body_sealed is None or _open(row, vault)[1] == one.text


def _place(provider: str, one: ArrivedText, now: datetime, vault: Vault) -> tuple[models.InboundPart, bool]:
    """Return the row of a part in the group it belongs to, and whether it comes after that was given up."""
    assert one.part is not None, "a part has a place"
    index = vault.blind_index(PHONE, one.sender.e164)
    key = {"address_index": index, "reference": one.part.reference, "of": one.part.of}
    group, is_late = _group(provider, key, one.part.number, now)
    row = models.InboundPart(
        id=derive_id("inbound_part", provider, one.event_id),
        provider=provider,
        provider_event=one.event_id,
        group=group or derive_id("inbound_group", provider, one.event_id),
        number=one.part.number,
        has_media=one.has_media,
        at=one.at,
        received_at=now,
        state="late" if is_late else "waiting",
        **key,
    )
    if not is_late:
        # As JSON: half of a character, cut by the carrier, waits for its other half.
        words = json.dumps([one.sender.e164, one.text])
        row.body_sealed = seal_text(vault, None, Sealed.INBOUND_PART_BODY, row.id, words)
    return row, is_late


def _group(provider: str, key: dict[str, object], number: int, now: datetime) -> tuple[UUID | None, bool]:
    """Return the group that lacks part *number*, and whether it was given up; None where the part begins one."""
    near = models.InboundPart.objects.filter(provider=provider, received_at__gte=now - _LATEST, **key)
    found: dict[UUID, list[models.InboundPart]] = {}
    for row in near.order_by("-received_at"):
        found.setdefault(row.group, []).append(row)
    lacking = {group: rows for group, rows in found.items() if all(row.number != number for row in rows)}
    for state in ("waiting", "given"):
        for group, rows in lacking.items():
            if any(row.state == state for row in rows):
                return group, state == "given"
    return None, False


def _waiting(provider: str) -> QuerySet[models.InboundPart]:
    return models.InboundPart.objects.filter(provider=provider, state="waiting")


def _close(group: Group, state: str) -> None:
    ids = [row.id for row in group.rows]
    models.InboundPart.objects.filter(id__in=ids).update(state=state, body_sealed=None)


def _alone(one: ArrivedText, for_person: str) -> ArrivedText:
    return replace(one, for_person=for_person, part=None)


def _is_urgent(text: str, lexicon: Lexicon) -> bool:
    found = scan(sound(text), lexicon)
    return found.stop is not None or found.risk is not None or found.legal is not None


def _open(row: models.InboundPart, vault: Vault) -> tuple[Msisdn, str]:
    sender, words = json.loads(open_text(vault, None, Sealed.INBOUND_PART_BODY, row.id, bytes(row.body_sealed or b"")))
    return Msisdn(sender), str(words)
