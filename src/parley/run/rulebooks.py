"""Where rulebooks come from: the one Parley ships, a folder of somebody's, those that decisions were made with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from parley.errors import BadInput
from parley.rulebook.book import Rulebook
from parley.rulebook.load import load_rulebook
from parley.run.rule_files import rule_files, toml_files
from parley.store.rulebooks import recall_rulebook, remember_rulebook


def rulebook_at(folder: Path) -> Rulebook:
    """Return the rulebook in *folder*. Raises BadInput with file, line and what is allowed."""
    return load_rulebook(toml_files(folder))


@dataclass(frozen=True, slots=True)
class RulebookFolders:
    """The rulebooks of a home that may be run over the past: the folders in `folder`, by name.

    `in_use`: the folder of the lender's own rulebook, which need not be there.
    """

    folder: Path
    in_use: Path

    def names(self) -> tuple[str, ...]:
        """Return the names, in order; none where the folder is not there."""
        try:
            return tuple(sorted(one.name for one in self.folder.iterdir() if one.is_dir()))
        except OSError:
            return ()

    def rulebook(self, name: str) -> Rulebook:
        """Return the rulebook of this name, of "" the one in use. Raises BadInput where it is gone or wrong."""
        if not name:
            return rulebook_in_use(self.in_use)
        if name not in self.names():
            raise BadInput(
                f"There is no rulebook {name!r} in {self.folder} any more. Choose another.",
                f"{self.folder} 中已没有规则库 {name!r}，请另选。",
            )
        return rulebook_at(self.folder / name)


@cache
def shipped_rulebook() -> Rulebook:
    """Return the rulebook that Parley ships."""
    return load_rulebook(rule_files(None))


def files_in_use(folder: Path) -> dict[str, bytes]:
    """Return the rule files in use: those in *folder*, where it is there, else those Parley ships.

    Raises BadInput where they cannot be read.
    """
    return toml_files(folder) if folder.exists() else rule_files(None)


def rulebook_in_use(folder: Path) -> Rulebook:
    """Return the rulebook in use by the files of *folder*. Raises BadInput with file, line and what is allowed."""
    return rulebook_at(folder) if folder.exists() else shipped_rulebook()


def remember_rules(folder: Path, now: datetime) -> None:
    """Keep the rulebook in use, so that what is decided by it can be read, and decided again, when it has changed."""
    files = files_in_use(folder)
    remember_rulebook(rulebook_in_use(folder).hash, files, now)


def rulebook_of(digest: str) -> Rulebook | None:
    """Return the rulebook with this hash: the shipped one, or one that was in use.

    None where it was not kept, or is of a form that this version no longer reads.
    """
    if digest == shipped_rulebook().hash:
        return shipped_rulebook()
    files = recall_rulebook(digest)
    try:
        return load_rulebook(files) if files is not None else None
    except BadInput:
        return None
