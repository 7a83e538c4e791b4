"""The door for carriers: callbacks come in by POST, are verified, written in micro-batches, acknowledged after commit.

A bare ASGI application beside Django: no session, no form, no page. `app` speaks HTTP, `gathering` makes batches,
`taking` writes them. docs/inbound.md is what an engineer connects a carrier from.
"""

from __future__ import annotations

from parley.web.hooks.app import hooks
from parley.web.hooks.gathering import Gatherer
from parley.web.hooks.taking import Taker

__all__ = ["Gatherer", "Taker", "hooks"]
