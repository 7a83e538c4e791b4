"""The one place that keeps invented numbers from real carriers.

Sample portfolios carry telephone numbers that belong to nobody. The sandbox takes them; every other provider is
wrapped here, and a synthetic number is rejected before anything leaves the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from parley.providers.port import Asked, Delivery, Lookup, Outcome, Provider, Rejected, Submission

SYNTHETIC_NUMBER: Final = "synthetic_number"
_WORDS: Final = "This number was invented for a sample portfolio; only the sandbox carries messages to it."


class Guarded:
    """A provider that rejects synthetic numbers unless the one inside takes them; otherwise the provider itself."""

    def __init__(self, inside: Provider) -> None:
        self._inside = inside

    @property
    def name(self) -> str:
        """The name of the provider inside."""
        return self._inside.name

    @property
    def settle_seconds(self) -> int:
        """The settle time of the provider inside, in seconds."""
        return self._inside.settle_seconds

    @property
    def can_look_up(self) -> bool:
        """Whether the provider inside can look up."""
        return self._inside.can_look_up

    @property
    def takes_synthetic(self) -> bool:
        """Whether the provider inside takes synthetic numbers."""
        return self._inside.takes_synthetic

    def submit(self, batch: Sequence[Submission], now: datetime) -> list[Outcome]:
        """Hand over what may leave; answer `Rejected` for the rest, in the order of *batch*."""
        refused = [each.is_synthetic and not self._inside.takes_synthetic for each in batch]
        may_leave = [each for each, no in zip(batch, refused, strict=True) if not no]
        answers = iter(self._inside.submit(may_leave, now) if may_leave else [])
        return [Rejected(SYNTHETIC_NUMBER, _WORDS) if no else next(answers) for no in refused]

    def look_up(self, asked: Asked, now: datetime) -> Lookup:
        """Ask the provider inside."""
        return self._inside.look_up(asked, now)

    def poll(self, now: datetime, limit: int) -> list[Delivery]:
        """Poll the provider inside."""
        return self._inside.poll(now, limit)

    def acknowledge(self, event_ids: Sequence[str]) -> None:
        """Acknowledge to the provider inside."""
        self._inside.acknowledge(event_ids)

    def close(self) -> None:
        """Close the provider inside."""
        self._inside.close()
