"""The rulebook of a running process follows its files: a sound change is taken up, a faulty one refused and told.

A home may hold its own rulebook in the folder `rulebook`; without it the one Parley ships is in use. Whatever is wrong
with changed files, the rulebook that runs goes on running.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from parley.engine.library import Library
from parley.errors import BadInput
from parley.rulebook.load import load_rulebook
from parley.run.rulebooks import files_in_use
from parley.store.rulebooks import remember_rulebook

# How often the files are looked at. Reading their times costs about a millisecond.
LOOK_SECONDS: Final = 5.0
log = structlog.get_logger()

_Seen: TypeAlias = tuple[tuple[str, int, int], ...]


class RulesInUse:
    """Keeps the rulebook of *library* as the files in *folder* are. `refused`: what is wrong with them, if anything."""

    def __init__(self, folder: Path, library: Library) -> None:
        self._folder, self._library = folder, library
        self._seen = _seen(folder)
        self._looked_at: float | None = None
        self.refused: BadInput | None = None

    def look(self, now: datetime) -> int:
        """Take up changed files, at most every few seconds. Returns 1 where the rulebook is another one now."""
        if self._looked_at is not None and time.monotonic() < self._looked_at + LOOK_SECONDS:
            return 0
        self._looked_at = time.monotonic()
        return self.refresh(now)

    def refresh(self, now: datetime) -> int:
        """Take up changed files. Returns 1 where the rulebook is another one now."""
        seen = _seen(self._folder)
        if seen == self._seen:
            return 0
        self._seen = seen
        try:
            files = files_in_use(self._folder)
            found = load_rulebook(files)
        except BadInput as fault:
            self.refused = fault
            # Rule files hold no borrower's data: the log may say what is wrong and where.
            log.error("rulebook_refused", fault=fault.en, running=self._library.rulebook.hash)  # noqa: TRY400 - no trace
            return 0
        self.refused = None
        if found.hash == self._library.rulebook.hash:
            return 0
        remember_rulebook(found.hash, files, now)
        self._library.rulebook = found
        log.info("rulebook_taken_up", running=found.hash)
        return 1


def _seen(folder: Path) -> _Seen:
    """Return what shows that a file was changed: its name, size and time; nothing where there is no folder."""
    try:
        found = [(path, path.stat()) for path in sorted(folder.rglob("*.toml"))]
    except OSError:
        # A file that went between the two: the next look sees what is left.
        return ()
    return tuple((path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns) for path, stat in found)
