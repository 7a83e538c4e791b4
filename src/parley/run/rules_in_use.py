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
from parley.run.rule_files import toml_files
from parley.run.rulebooks import shipped_rulebook
from parley.store.rulebooks import remember_rulebook

# How often the files are looked at. Reading their times costs about a millisecond.
LOOK_SECONDS: Final = 5.0
log = structlog.get_logger()

_Seen: TypeAlias = tuple[tuple[str, int, int], ...]


class RulesInUse:
    """Keeps the rulebook of *library* as the files in *folder* are. `refused`: what is wrong with them, if anything."""

    def __init__(self, folder: Path, library: Library) -> None:
        self._folder, self._library = folder, library
        # Files that were compared to the end; None: what was changed while the process started the first look finds.
        self._seen: _Seen | None = None
        self._is_own = folder.exists()
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
        try:
            files = self._files()
        except BadInput as fault:
            # Made readable or put back, they may look as they did: what they hold is compared at the next look.
            self._seen = None
            return self._refuse(fault)
        try:
            taken_up = self._take_up(files, now) if files is not None else 0
        except BadInput as fault:
            self._seen = seen
            return self._refuse(fault)
        self._seen, self.refused = seen, None
        return taken_up

    def _take_up(self, files: dict[str, bytes], now: datetime) -> int:
        found = load_rulebook(files)
        if found.hash == self._library.rulebook.hash:
            return 0
        # First: what is decided by it must be read later. Where it cannot be kept, the next look tries again.
        remember_rulebook(found.hash, files, now)
        self._library.rulebook = found
        log.info("rulebook_taken_up", running=found.hash)
        return 1

    def _files(self) -> dict[str, bytes] | None:
        """Return the home's own rule files; None where it has none and never had. Raises BadInput."""
        if self._folder.exists():
            self._is_own = True
            return toml_files(self._folder)
        if self._is_own or self._library.rulebook.hash != shipped_rulebook().hash:
            # Nobody chose the shipped rules by losing a folder.
            raise BadInput(
                f"{self._folder} is gone; its rules stay in use. Put it back, or restart Parley to use the rules it "
                "ships.",
                f"{self._folder} 已不存在，其规则继续使用。请恢复该文件夹，或重启 Parley 以改用自带规则。",
            )
        return None

    def _refuse(self, fault: BadInput) -> int:
        if self.refused is None or self.refused.en != fault.en:
            # Rule files hold no borrower's data: the log may say what is wrong and where.
            log.error("rulebook_refused", fault=fault.en, running=self._library.rulebook.hash)
        self.refused = fault
        return 0


def _seen(folder: Path) -> _Seen:
    """Return what shows that a file was changed: its name, size and time; nothing where there is no folder."""
    try:
        found = [(path, path.stat()) for path in sorted(folder.rglob("*.toml"))]
    except OSError:
        # A file that went between the two: the next look sees what is left.
        return ()
    return tuple((path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns) for path, stat in found)
