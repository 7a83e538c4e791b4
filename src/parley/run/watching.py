"""Look now and then whether a route has begun to lose messages; the rounds come far more often than that is worth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from parley.messaging.drop import Limits
from parley.settings import Settings
from parley.store.drops import Terms, look
from parley.store.vault import Vault

# Domain time.
EVERY: Final = timedelta(minutes=5)


class Watch:
    """Looks at the routes, at most once in EVERY."""

    def __init__(self, settings: Settings) -> None:
        said = settings.delivery
        self._is_on = said.least_messages > 0
        self._terms = Terms(
            Limits(said.least_messages, said.drop_bps, said.unanswered_bps),
            timedelta(hours=said.recent_hours),
            timedelta(days=said.earlier_days),
            timedelta(minutes=said.receipt_minutes),
        )
        self._looked_at: datetime | None = None

    def look(self, now: datetime, vault: Vault) -> int:
        """Begin and end alarms where it is time to look. Returns how many."""
        if not self._is_on or (self._looked_at is not None and now - self._looked_at < EVERY):
            return 0
        self._looked_at = now
        return look(now, self._terms, vault)
