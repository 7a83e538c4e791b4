"""What look-ups found of numbers, kept with its date: kind of line and network. Old findings are not relied on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from parley.contact.number_lookup import FRESH_FOR, LineType, NumberFinding
from parley.store import models


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a number: its kind of line and its network, where they are."""

    line: LineType | None
    network: str


UNKNOWN: Final = Fact(None, "")


def remember(index: bytes, finding: NumberFinding) -> bool:
    """Keep what was found of the number behind *index*, unless something newer is kept. Returns whether it was new."""
    if finding.line is None and not finding.network and finding.is_ported is None:
        return False
    row, is_new = models.NumberFact.objects.get_or_create(address_index=index, defaults={"at": finding.at})
    if not is_new and row.at >= finding.at:
        return False
    row.line, row.network = str(finding.line or ""), finding.network
    row.is_ported, row.at = finding.is_ported, finding.at
    row.save()
    return True


def facts_of(indexes: Collection[bytes], now: datetime) -> Mapping[bytes, Fact]:
    """Return what is known of the numbers behind *indexes*, by these; nothing of what was found too long ago."""
    fresh = models.NumberFact.objects.filter(address_index__in=list(indexes), at__gte=now - FRESH_FOR)
    rows = fresh.values_list("address_index", "line", "network")
    return {bytes(index): Fact(LineType(line) if line else None, network) for index, line, network in rows}
