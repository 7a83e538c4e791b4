"""Rulebooks as they stood: kept once for each hash, so that an old decision is read, and made again, with its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from parley.store.models import RulebookFiles


def remember_rulebook(digest: str, files: Mapping[str, bytes], now: datetime) -> None:
    """Keep the files of a rulebook under its hash; what is kept already stays as it is."""
    texts = {path: content.decode() for path, content in files.items()}
    RulebookFiles.objects.get_or_create(digest=digest, defaults={"files": texts, "at": now})


def recall_rulebook(digest: str) -> dict[str, bytes] | None:
    """Return the files of the rulebook with this hash; None where it was never used here."""
    row = RulebookFiles.objects.filter(digest=digest).first()
    return {path: text.encode() for path, text in row.files.items()} if row is not None else None
