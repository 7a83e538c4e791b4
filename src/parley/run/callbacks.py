"""Listen for carriers beside the loops: one listener of its own, in threads of this process; never with the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from parley.providers.kinds import KINDS
from parley.providers.port import Callbacks
from parley.providers.signed import SignedCallbacks
from parley.run.clock import Clock
from parley.run.home import Opened
from parley.run.loops import Pipeline
from parley.run.pages import Listener
from parley.run.routing import build_callbacks
from parley.store.keys import KeySource, load_callback_secrets
from parley.web.hooks import Gatherer, Taker, hooks

_TOLD: Final = "inbound.port"


class CallbackDoor:
    """Takes callbacks until stopped. Built before the loops start, so that a port in use is said at once."""

    def __init__(self, opened: Opened, pipeline: Pipeline, clock: Clock, source: KeySource) -> None:
        inbound = opened.settings.inbound
        taker = Taker(pipeline.library, pipeline.vault, clock)
        self._gatherer = Gatherer(taker.write, taker.close)
        routes: dict[str, Callbacks] = {
            name: SignedCallbacks(load_callback_secrets(source, name)) for name in inbound.routes.split()
        }
        routes |= build_callbacks(pipeline.carriers.routes, opened.home, opened.settings, source)
        app = hooks(routes, self._gatherer, self.wall, inbound.public_url)
        self._listener = Listener(app, "callbacks", inbound.listen, inbound.port, _TOLD, behind_https=False)

    @staticmethod
    def wall() -> datetime:
        """Return wall time: signatures are of the real world, whatever the clock of the business shows."""
        return datetime.now(UTC)

    def start(self) -> None:
        """Begin to answer."""
        self._listener.start()

    def stop(self) -> None:
        """Take no more; what is in hand is written and answered first."""
        self._listener.stop()
        self._gatherer.stop()


def build_callback_door(opened: Opened, pipeline: Pipeline, clock: Clock, source: KeySource) -> CallbackDoor | None:
    """Return the door for carriers of a home; None where nothing is posted to it.

    Raises HomeUnusable where a route has no secret, BadInput where the port is in use.
    """
    kinds = {line.kind for line in pipeline.carriers.routes.lines if line.kind in KINDS}
    is_posted = opened.settings.inbound.routes or any(KINDS[kind].callbacks is not None for kind in kinds)
    return CallbackDoor(opened, pipeline, clock, source) if is_posted else None
