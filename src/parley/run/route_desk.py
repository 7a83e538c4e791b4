"""The routes of a running home as its pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from parley.contact.routes import Routes
from parley.providers.declared import Finding
from parley.run.home import Opened
from parley.run.provider_look import look
from parley.settings.messages import ROUTES
from parley.store.keys import KeySource


@dataclass(frozen=True, slots=True)
class RouteDesk:
    """The routes this process carries by, and what keeps one from carrying by the files as they are now."""

    opened: Opened
    routes: Routes
    source: KeySource

    def look(self, name: str, today: date) -> Sequence[Finding]:
        """Return what stands of route *name* without asking its carrier; nothing of the sandbox.

        Raises BadInput where the file does not hold together any more, or names no such route.
        """
        if self.opened.settings.messages.provider != ROUTES:
            return ()
        return tuple(look(self.opened.home, self.opened.settings, self.source, name, today, asks=False))
