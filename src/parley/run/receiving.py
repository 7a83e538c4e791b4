"""The receiver: poll each carrier, store, then acknowledge. What was not stored comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from parley.engine.turn import Library
from parley.errors import OutsideFailed
from parley.run.carriers import Carriers
from parley.store.vault import Vault
from parley.web.hooks.taking import take

BATCH: Final = 256


def receive_due(carriers: Carriers, library: Library, vault: Vault, now: datetime, limit: int = BATCH) -> int:
    """Take in up to *limit* deliveries of each carrier. Returns how many came.

    Raises OutsideFailed where a carrier does not answer, after all others were asked.
    """
    total, unanswered = 0, None
    for provider in carriers.providers.values():
        try:
            deliveries = provider.poll(now, limit)
            take(provider.name, deliveries, now, library, vault)
            provider.acknowledge([one.event_id for one in deliveries])
        except OutsideFailed as fault:
            unanswered = fault
            continue
        total += len(deliveries)
    if unanswered is not None:
        raise unanswered
    return total
