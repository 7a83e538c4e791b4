"""The receiver: poll the provider, store, then acknowledge. What was not stored comes again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from parley.engine.turn import Library
from parley.providers.port import Provider
from parley.store.vault import Vault
from parley.web.hooks.taking import take

BATCH: Final = 256


def receive_due(provider: Provider, library: Library, vault: Vault, now: datetime, limit: int = BATCH) -> int:
    """Take in up to *limit* deliveries. Returns how many came."""
    deliveries = provider.poll(now, limit)
    take(provider.name, deliveries, now, library, vault)
    provider.acknowledge([one.event_id for one in deliveries])
    return len(deliveries)
