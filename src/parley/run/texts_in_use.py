"""The texts of a running process follow those that a lender approved: its own wording lies over the shipped one.

What does not hold together any more (a new version of Parley asks more of a key) stays out, and is told; the shipped
text then speaks.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Final

import structlog

from parley.dates import local_date
from parley.engine.library import Library
from parley.errors import BadInput
from parley.messaging.catalogue import OwnWording, lay_over
from parley.run.clock import open_clock
from parley.run.home import Opened
from parley.run.library import build_library
from parley.run.routing import routes_in_use
from parley.run.rulebooks import rulebook_in_use
from parley.store import own_texts
from parley.store.vault import Vault

# How often the table is looked at: one query.
LOOK_SECONDS: Final = 5.0
log = structlog.get_logger()


def library_of(opened: Opened) -> Library:
    """Return the library of a home as it is today: its settings, rulebook, registrations and its own texts.

    Raises BadInput where a file does not hold together.
    """
    rules, routes = rulebook_in_use(opened.home.rulebook), routes_in_use(opened.home, opened.settings)
    library = build_library(opened.settings, rules, opened.registrations, routes)
    TextsInUse(library, opened.vault, opened.settings.web.zone).refresh(open_clock(opened.home, opened.settings).now())
    return library


class TextsInUse:
    """Keeps the texts of *library*, built with the shipped ones, as they were approved. *zone*: in which days end.

    `refused`: what does not hold together any more, with why.
    """

    def __init__(self, library: Library, vault: Vault, zone: str) -> None:
        self._library, self._vault, self._zone = library, vault, zone
        assert not library.catalogue.own, "a library is overlaid by one hand"
        self._shipped = library.catalogue
        self._laid: tuple[OwnWording, ...] = ()
        self._looked_at: float | None = None
        self.refused: tuple[tuple[OwnWording, BadInput], ...] = ()

    def look(self, now: datetime) -> int:
        """Put out of force what expired and take up what was decided, at most every few seconds.

        Returns 1 where a text is another one now.
        """
        if self._looked_at is not None and time.monotonic() < self._looked_at + LOOK_SECONDS:
            return 0
        self._looked_at = time.monotonic()
        own_texts.expire_due(self._today(now), now, self._vault)
        return self.refresh(now)

    def refresh(self, now: datetime) -> int:
        """Take up what was decided; writes nothing. Returns 1 where a text is another one now."""
        found = own_texts.in_force(self._today(now))
        if found == self._laid:
            return 0
        self._library.catalogue, self.refused = lay_over(self._shipped, found)
        self._laid = found
        for one, fault in self.refused:
            # Words of the lender about its own text: no borrower's data.
            log.error("text_refused", key=one.key, language=one.language, version=one.number, fault=fault.en)
        log.info("texts_taken_up", own=len(self._library.catalogue.own))
        return 1

    def _today(self, now: datetime) -> date:
        return local_date(now, self._zone)
