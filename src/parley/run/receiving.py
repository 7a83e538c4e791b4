"""The receiver: poll each carrier, store, then acknowledge. What was not stored comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from parley.engine.turn import Library
from parley.providers.port import Provider
from parley.run.carriers import Carriers
from parley.store.vault import Vault
from parley.web.hooks.taking import take

BATCH: Final = 256


def receive_due(carriers: Carriers, library: Library, vault: Vault, now: datetime, limit: int = BATCH) -> int:
    """Take in up to *limit* deliveries of each carrier. Returns how many came.

    Raises OutsideFailed where the only carrier does not answer.
    """

    def receive(provider: Provider) -> int:
        deliveries = provider.poll(now, limit)
        take(provider.name, deliveries, now, library, vault)
        provider.acknowledge([one.event_id for one in deliveries])
        return len(deliveries)

    return carriers.each("poll", receive)
