"""The carriers of a home: which routes there are, and by what each is driven."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from parley.contact.routes import Routes, single
from parley.errors import OutsideFailed, ParleyError
from parley.providers.port import Provider

LONGEST_REST_SECONDS: Final = 30.0
_FIRST_REST_SECONDS: Final = 0.2
log = structlog.get_logger()


@dataclass(slots=True)
class Rests:
    """Which carriers are left alone for a while because they did not answer, each time longer; of this process.

    Each question has a rest of its own: that a carrier answers one does not hurry the other.
    """

    _until: dict[tuple[str, str], float] = field(default_factory=dict)
    _pause: dict[tuple[str, str], float] = field(default_factory=dict)

    def rests(self, question: str, name: str) -> bool:
        """Say whether carrier *name* is not asked *question* now."""
        return time.monotonic() < self._until.get((question, name), 0.0)

    def failed(self, question: str, name: str, fault: ParleyError) -> None:
        """Do not ask carrier *name* for a while."""
        key = question, name
        pause = min(LONGEST_REST_SECONDS, max(_FIRST_REST_SECONDS, self._pause.get(key, 0.0) * 2))
        self._pause[key], self._until[key] = pause, time.monotonic() + pause
        log.warning("carrier_rests", route=name, operator_code=fault.operator_code, seconds=pause)

    def answered(self, question: str, name: str) -> None:
        """Ask carrier *name* as ever again."""
        self._pause.pop((question, name), None)


@dataclass(frozen=True, slots=True)
class Carriers:
    """Routes, and the provider of each by its name, which is that of the provider."""

    routes: Routes
    providers: Mapping[str, Provider]
    rests: Rests = field(default_factory=Rests, compare=False)

    def each(self, question: str, step: Callable[[Provider], int]) -> int:
        """Do *step*, which asks *question*, with each carrier that does not rest, and return how much was done.

        One that does not answer keeps nothing from the others. Raises OutsideFailed where it is the only one.
        """
        total = 0
        for name, provider in self.providers.items():
            if self.rests.rests(question, name):
                continue
            try:
                total += step(provider)
            except OutsideFailed as fault:
                if len(self.providers) == 1:
                    raise
                self.rests.failed(question, name, fault)
            else:
                self.rests.answered(question, name)
        return total

    def close(self) -> None:
        """Let go of every connection; what is in hand is finished first."""
        for provider in self.providers.values():
            provider.close()


def only(provider: Provider, cost_per_segment_micro: int = 0) -> Carriers:
    """Return one carrier for everything."""
    return Carriers(single(provider.name, cost_per_segment_micro), {provider.name: provider})
