"""The carriers of a home: which routes there are, and by what each is driven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from parley.contact.routes import Routes, single
from parley.providers.port import Provider


@dataclass(frozen=True, slots=True)
class Carriers:
    """Routes, and the provider of each by its name, which is that of the provider."""

    routes: Routes
    providers: Mapping[str, Provider]

    def close(self) -> None:
        """Let go of every connection; what is in hand is finished first."""
        for provider in self.providers.values():
            provider.close()


def only(provider: Provider, cost_per_segment_micro: int = 0) -> Carriers:
    """Return one carrier for everything."""
    return Carriers(single(provider.name, cost_per_segment_micro), {provider.name: provider})
